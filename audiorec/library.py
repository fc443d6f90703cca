"""The one face of audiorec for Python, the commands and the server: a workspace with all that can be done with it.

    import audiorec

    with audiorec.Library("my-workspace") as library:
        library.extract(["~/Music"])
        library.import_listens("plays.csv", user="me")
        library.train()
        for song in library.recommend("me", top=10):
            print(song["artist"], song["title"])

Methods return plain data, the records that the commands print with `--json`. What is heavy is imported when it is
needed. It opens the workspace for each call, so that a library may stay open while another process writes.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiorec.errors import InputError, TooLittleError, UnknownNameError

if TYPE_CHECKING:
    from audiorec.data.workspace import Workspace
    from audiorec.features.extract import Outcomes, Plan
    from audiorec.plan import Step
    from audiorec.ranking.diversify import Wishes
    from audiorec.ranking.exclusions import Exclusions
    from audiorec.ranking.recommender import Recommender
    from audiorec.search import Searched
    from audiorec.sources.import_places import Imported

Record = dict[str, Any]


def default_workspace() -> Path:
    """`AUDIOREC_WORKSPACE`, else the platform's data folder."""
    import platformdirs

    named = os.environ.get("AUDIOREC_WORKSPACE")
    return Path(named) if named else platformdirs.user_data_path("audiorec")


class Library:
    """A library: the music that was extracted, who plays what, and the models trained on both.

    Args:
        path: the workspace's folder; it is made by the first method that writes. None: `default_workspace()`.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = default_workspace() if path is None else Path(path).expanduser()
        self._opened: tuple[str, Recommender] | None = None

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what was read; the library may be used again."""
        self._opened = None

    # --- what comes in -----------------------------------------------------------------------------------------

    def extract(
        self,
        paths: Sequence[str | Path],
        *,
        begin: "Callable[[Plan], None]" = lambda plan: None,
        advance: Callable[[int], None] = lambda size: None,
        **options: Any,
    ) -> "Outcomes":
        """Describe the audio files below folders and URLs; known files that did not change are passed over.

        options: recipe, jobs, engine, address, shards, ... as in `audiorec.features.extraction.Extraction`.
        `begin(plan)` is called before any file is looked into, `advance` with the size in bytes of each that is done.
        """
        from audiorec import recipes
        from audiorec.content.sound_encoder import NOT_ON_RAY, sound_encoder_of
        from audiorec.data import shard_places
        from audiorec.features.extract import make_plan, run_plan
        from audiorec.features.extraction import Extraction
        from audiorec.features.recipe import FeatureRecipe
        from audiorec.sources.importing import rematch

        asked = Extraction(**options)
        chosen = recipes.load(asked.recipe, FeatureRecipe, asked.overrides)
        encoder, why_not_encoded = sound_encoder_of(chosen) if asked.engine == "local" else (None, NOT_ON_RAY)
        describe = asked.describe  # before anything is written: a cluster may not answer
        if asked.shards:
            shard_places.check(asked.shards)
        with self._write() as space:
            places = [os.fsencode(os.path.expanduser(path)) for path in paths]
            plan = make_plan(space, places, chosen, asked.limit, asked.since, asked.retry, asked.min_length, encoder)
            begin(plan)
            outcomes = run_plan(space, plan, chosen, asked.crew, advance, describe, asked.shards)
            outcomes.found_late, outcomes.why_not_encoded = rematch(space), why_not_encoded
        return outcomes

    def import_auto(self, *places: str | Path, user: str = "", instead: str = "") -> "Imported":
        """Import files, folders and addresses of any source, recognised by their content.

        user: whose the rows are where the source names nobody; instead: whoever the source names.
        """
        return self._import(places, None, user, instead)

    def import_from(self, source: str, *places: str | Path, user: str = "", instead: str = "") -> "Imported":
        """Import by a named source; raises UnknownNameError with the known ones (`audiorec import --list`)."""
        return self._import(places, source, user, instead)

    def import_listens(self, path: str | Path, user: str | None = None) -> "Imported":
        """Import a table of listens: CSV, TSV, Parquet or JSON lines with a header."""
        return self._import([path], "listens", user or "", "")

    def import_playlists(self, *paths: str | Path, user: str) -> "Imported":
        """Import playlists; every song counts as one listen of `user`."""
        return self._import(paths, "playlists", user, "")

    def import_friends(self, path: str | Path) -> "Imported":
        """Import friendships: two names a row."""
        return self._import([path], "friends", "", "")

    def import_songs(self, path: str | Path) -> "Imported":
        """Import songs that are known by name only: id, title, artists."""
        return self._import([path], "songs", "", "")

    def import_items(self, path: str | Path) -> "Imported":
        """Import a catalogue of anything with vectors in the place of sound: id, title, creator, vectors (Parquet)."""
        return self._import([path], "items", "", "")

    # --- what is learned ---------------------------------------------------------------------------------------

    def plan(self, only: Sequence[str] | None = None) -> "list[Step]":
        """The trainings that are missing or stale, in order, each with the reason."""
        from audiorec.plan import plan

        with self._read() as space:
            return plan(space, only)

    def train(
        self,
        only: Sequence[str] | None = None,
        *,
        device: str = "auto",
        begin: "Callable[[Step, int, int], None]" = lambda step, number, of: None,
        passed: "Callable[[Step, TooLittleError], None]" = lambda step, why: None,
    ) -> "list[Step]":
        """Train what `plan` names; returns what was trained.

        `begin(step, number, of)` is called before each training, `passed(step, why)` for a model that has too little to
        learn from: the others go on without it.

        What `feedback` stored counts as listens. Raises InputError when there are no listens to learn from.
        """
        from audiorec.data import lacking
        from audiorec.data.feedback_as_listens import learn_from_feedback
        from audiorec.plan import plan, train_steps

        with self._write() as space:
            learn_from_feedback(space)
            if not space.has_listens():
                raise InputError(lacking.no_model(space.db, "network", "audiorec train"))
            steps = plan(space, only)
            trained = train_steps(space, steps, device=device, begin=begin, passed=passed)
            ranks = space.has_model("hybrid") and "hybrid" not in {step.name for step in plan(space)}
        from audiorec.ranking import serving, song_groups

        song_groups.make_ready(self.path)
        if ranks:
            serving.make_ready(self.path)
        return trained

    def search(
        self,
        model: str,
        *,
        begin: Callable[[int, int], None] = lambda settings, epochs: None,
        **options: Any,
    ) -> "Searched":
        """Choose recipe values of `cf` or `cnn` on validation data and keep them, where `train` finds them.

        options: budget, seed, device, engine and address, as in `audiorec.search.Search`. `begin(settings, epochs)` is
        called before each round. Raises as `audiorec.search.search`.
        """
        from audiorec.search import Search, search

        return search(self.path, Search(model, **options), begin)

    def evaluate(self, *, device: str = "auto", seed: int = 0) -> list[Record]:
        """How good the lists are on hidden listens, beside plain baselines: the records of `evaluate --json`."""
        from audiorec.hybrid.evaluation import as_columns, evaluate

        with self._read() as space:
            return [dict(row) for row in as_columns(evaluate(space, device=device, seed=seed))]

    # --- what comes out ----------------------------------------------------------------------------------------

    def recommend(
        self,
        user: str | Sequence[str],
        top: int = 10,
        cold_only: bool = False,
        wishes: "Wishes | None" = None,
        without: "Exclusions | None" = None,
    ) -> list[Record]:
        """The best songs that a user, or none of several users, has: the records of `recommend --json`.

        Raises UnknownNameError for an unknown user, CheckpointError before `train`.
        """
        from audiorec.data.ledger import said_by
        from audiorec.ranking.diversify import Wishes
        from audiorec.ranking.exclusions import Exclusions

        said = [event for one in ([user] if isinstance(user, str) else user) for event in said_by(self.path, one)]
        asked = (wishes or Wishes(), said, without or Exclusions())
        found = self.recommender().recommend(user, top, cold_only, *asked)
        return [song.as_json() for song in found]

    def feedback(self, user: str, song: str | int, kind: str) -> Record:
        """Store that a user likes, dislikes, skips (or `never` wants to be shown) a song; the next list follows it.

        song: a track id (int), or as `find_song` reads a text: a path, `artist - title`. It is on the disk when this
        returns: track_id, title and artist of the song that was meant. Raises UnknownNameError for an unknown song,
        InputError for another kind.
        """
        from audiorec.data.ledger import LEDGER, Ledger
        from audiorec.sources.importing import user_name
        from audiorec.sources.matching.matcher import find_song

        with self._read() as space:
            tracks = space.tracks()
        by_id = {track.id: track for track in tracks}
        if isinstance(song, int) and song not in by_id:
            raise UnknownNameError(f"no song with the id {song}: see audiorec tracks")
        track = by_id[song] if isinstance(song, int) else find_song(tracks, song)
        ledger = Ledger(self.path / LEDGER)
        try:
            ledger.add(user_name(user), track.id, kind)
        finally:
            ledger.close()
        return {"track_id": track.id, "title": track.title, "artist": track.artist}

    def similar(
        self, *, song: str | None = None, artist: str | None = None, user: str | None = None, top: int = 10
    ) -> list[Record]:
        """What is most like a song, an artist or a user, best first: the records of `similar --json`."""
        from audiorec.ranking import similar_lists, similar_users, similarity

        if sum(value is not None for value in (song, artist, user)) != 1:
            raise InputError("give one of song, artist and user")
        with self._read() as space:
            if user is not None:
                return similar_users.users_like(space, user, top)
            library = similarity.gather(space)
            if song is not None:
                return similar_lists.songs_like(library, similar_lists.song_row(library, song), top)
            return similar_lists.artists_like(library, similar_lists.artist_row(library, artist or ""), top)

    def tracks(self) -> list[Record]:
        """Every song: id, path, title, artists, album, album_artist, genres, year, seconds, status, reason, plays,
        has_lyrics, language, sound_tags (of an encoder, likeliest first)."""
        from audiorec.data.genres import genre_names
        from audiorec.errors import WorkspaceError

        with self._read() as space:
            try:
                table = space.features()
                sung = zip(table.texts(), table.languages(), strict=True)
                words = dict(zip(table.track_ids.tolist(), sung, strict=True))
            except WorkspaceError:
                words = {}
            plays, tracks = _plays(space), space.tracks()
            sound_tags = _sound_tags(space, [track.id for track in tracks])
            return [
                {
                    "id": track.id,
                    "path": track.shown_path,
                    "title": track.title,
                    "artists": list(track.artists),
                    "album": track.album,
                    "album_artist": track.album_artist,
                    "genres": list(genre_names(track.genre)),
                    "year": track.year,
                    "seconds": track.seconds,
                    "status": track.status,
                    "reason": track.reason,
                    "plays": plays.get(track.id, 0),
                    "has_lyrics": bool(words.get(track.id, ("", ""))[0]),
                    "language": words.get(track.id, ("", ""))[1] or "",
                    "sound_tags": tags,
                }
                for track, tags in zip(tracks, sound_tags, strict=True)
            ]

    def lyrics(self, track_id: int) -> list[str]:
        """The sung lines of a song; empty when it has none. Raises UnknownNameError for an unknown id."""
        from audiorec.features.lyrics import sung_lines

        with self._read() as space:
            table = space.features()
            texts = dict(zip(table.track_ids.tolist(), table.texts(), strict=True))
            if track_id not in texts:
                raise UnknownNameError(f"no song with the id {track_id} has features here: see audiorec tracks")
            return sung_lines(texts[track_id] or "")

    def status(self) -> Record:
        """What the workspace holds and what to do next: the record of `status --json`."""
        from audiorec.plan import next_step

        with self._read() as space:
            return space.counts() | {
                "tracks": space.statuses(),
                "models": {name: f"{version:04d}" for name, version in space.models().items()},
                "next": next_step(space),
            }

    def broken_files(self) -> list[Record]:
        """Path, status and reason of every file that is not whole."""
        with self._read() as space:
            return [
                {"path": track.shown_path, "status": track.status, "reason": track.reason}
                for track in space.tracks()
                if track.reason
            ]

    def recommender(self) -> "Recommender":
        """The opened ranker, read again when the workspace has changed."""
        from audiorec.ranking.recommender import Recommender

        with self._read() as space:
            state = repr(space.inputs())
            if self._opened is None or self._opened[0] != state:
                self._opened = (state, Recommender.open(space))
        return self._opened[1]

    def _import(self, places: Sequence[str | Path], kind: str | None, user: str, instead: str) -> "Imported":
        from audiorec.features.lyrics.comment_feeling import comment_feeling
        from audiorec.sources.import_places import import_places
        from audiorec.sources.importing import Owner

        with self._write() as space:
            files = [str(place) for place in places]
            return import_places(space, files, kind, Owner(user, instead), judge=comment_feeling)

    def _read(self) -> "Workspace":
        from audiorec.data.workspace import Workspace

        return Workspace.open(self.path)

    def _write(self) -> "Workspace":
        from audiorec.data.workspace import Workspace

        return Workspace.open(self.path, write=True)


def _sound_tags(space: "Workspace", track_ids: list[int]) -> list[list[str]]:
    """Words for an encoder's tags of each song; empty lists where there is no encoder."""
    import numpy as np

    from audiorec.data import encoder_outputs
    from audiorec.labels.encoder_words import best_words, said

    found = encoder_outputs.read(space, np.array(track_ids, dtype=np.int64))
    if found is None:
        return [[] for _ in track_ids]
    words, best = best_words(found)
    return [said(words, row) for row in best]


def _plays(space: "Workspace") -> dict[int, int]:
    return {
        int(track): int(count)
        for track, count in space.db.execute("SELECT track_id, sum(count) FROM listen GROUP BY track_id")
    }
