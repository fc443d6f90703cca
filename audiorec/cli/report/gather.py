"""The data of the report page, read from a workspace in which every model was trained."""

import datetime
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import sparse

from audiorec.cli.report.facts import (
    Curve,
    Evaluation,
    Found,
    Grid,
    Listener,
    OwnSong,
    Recommendation,
    ReportData,
    Result,
    Sound,
    Spectrogram,
    Step,
)
from audiorec.cli.report.surroundings import around
from audiorec.data import encoder_outputs
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import CheckpointError
from audiorec.features.decoding.excerpt import excerpt
from audiorec.features.descriptors.spectra import hz_from_mel, mel_from_hz
from audiorec.features.recipe import FeatureRecipe
from audiorec.hybrid.evaluation import PROTOCOLS, Row, caution
from audiorec.labels.encoder_words import best_words, said
from audiorec.ranking.recommender import Recommender

# How the page calls what `evaluate` asks.
_HEADINGS = {
    "warm": "Songs that others play",
    "cold song": "New songs of known artists",
    "cold artist": "New artists",
    "mixed": "All together",
}
# Listeners on the page, and new songs for each; the sounds of more would make the page slow to open.
LISTENERS, SONGS = 4, 5
_LEARNED = {
    "spectrogram": "A 2-D CNN on log-mel spectrogram patches.",
    "waveform": "A 1-D CNN on the waveform.",
    "multimodal": "Joins both with descriptors, lyrics and the network of listeners.",
    "cf": "Learns from listens alone.",
    "dcgan": "Generator against discriminator. Near 1 the discriminator is never deceived, near 0.5 always.",
}
_NAMES = {
    "spectrogram": "Spectrogram network",
    "waveform": "Waveform network",
    "multimodal": "Multimodal head",
    "cf": "NeuMF",
    "dcgan": "DCGAN",
}
_METRICS = {"cf": "NDCG@10 of a held-out song", "dcgan": "discriminator right"}

# Songs whose words the page shows.
_TAGGED = 500


def gather_report(
    space: Workspace,
    recommender: Recommender,
    measured: tuple[Evaluation, ...],
    steps: tuple[Step, ...],
    note: str = "",
) -> ReportData:
    """Gather the page's data; the workspace holds every model."""
    users = busiest_users(recommender)
    listeners = tuple(_listener(recommender, user) for user in users)
    if listeners and note:
        listeners = (replace(listeners[0], note=note), *listeners[1:])
    return ReportData(
        title="What audiorec found",
        made_at=datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        found=found_in(space),
        listeners=listeners,
        evaluations=measured,
        spectrograms=tuple(
            spectrogram(space, song.track_id, song.title, song.artist)
            for user in users[:1]
            for song in recommender.recommend(user, 1, cold_only=True)
        ),
        curves=tuple(_curves(space)),
        grids=tuple(_grids(space)),
        network=around(recommender, users[0]) if users else None,
        steps=steps,
        versions=versions(),
    )


def versions() -> dict[str, str]:
    """Of the libraries that a result depends on."""
    return {name: version(name) for name in ("audiorec", "torch", "numpy", "scikit-learn")}


def busiest_users(recommender: Recommender) -> list[str]:
    """Users who differ in what they play: the one with most songs, then always the one least like those chosen."""
    played = sparse.csr_array((recommender.listens.counts > 0).astype(np.float64))
    songs = np.diff(played.indptr)
    unit = sparse.csr_array(sparse.diags_array(1.0 / np.sqrt(np.maximum(songs, 1))) @ played)
    chosen = [int(songs.argmax())]
    nearest_chosen = np.zeros(len(songs))
    while len(chosen) < min(LISTENERS, len(songs)):
        nearest_chosen = np.maximum(nearest_chosen, (unit @ unit[[chosen[-1]]].T).toarray()[:, 0])
        cost = nearest_chosen + (songs < np.median(songs))
        cost[chosen] = np.inf
        chosen.append(int(cost.argmin()))
    return [recommender.users[row] for row in chosen]


def found_in(space: Workspace) -> Found:
    """What extraction and imports brought."""
    tracks, table = space.tracks(), space.features()
    usable = [track for track in tracks if track.status != "failed"]
    languages = Counter(language for language in table.languages() if language)
    listens = space.interactions() if space.has_listens() else None
    plays = np.zeros(0) if listens is None else listens.plays()
    return Found(
        songs=len(usable),
        artists=len({track.artist for track in usable if track.artist}),
        albums=len(
            {(track.album, track.album_artist or Path(track.shown_path).parent) for track in usable if track.album}
        ),
        seconds=sum(track.seconds for track in usable),
        users=0 if listens is None else len(listens.users),
        listens=int(plays.sum()),
        unplayed=int((plays == 0).sum()),
        languages=dict(languages.most_common()),
        statuses=dict(Counter(track.status for track in tracks)),
        without_artist=sum(not track.artist for track in usable),
        unusable=tuple((track.shown_path, track.reason) for track in tracks if track.status == "failed")[:20],
        encoded=_sound_tags(space, [track for track in usable if not track.is_silent])[:_TAGGED],
    )


def _sound_tags(space: Workspace, tracks: Sequence[Track]) -> tuple[tuple[str, str], ...]:
    """Song and words for the output of the encoder in it, where it has listened."""
    found = encoder_outputs.read(space, np.array([track.id for track in tracks], dtype=np.int64))
    if found is None:
        return ()
    words, best = best_words(found)
    texts = [", ".join(said(words, row)) for row in best]
    files = alike_names(tracks)
    names = (" - ".join(filter(None, (track.artist, track.title, files.get(track.id)))) for track in tracks)
    return tuple((name, text) for name, text in zip(names, texts, strict=True) if text)


def _listener(recommender: Recommender, user: str) -> Listener:
    tracks, row = recommender.tracks, recommender.listens.user_row(user)
    counts = recommender.listens.counts[[row]].toarray()[0]
    files = alike_names(tracks)
    favourites = [_own(tracks[column], files) for column in np.argsort(-counts, kind="stable")[:5] if counts[column]]
    of = {track.id: track for track in tracks}
    songs = []
    for song in recommender.recommend(user, SONGS, cold_only=True):
        data = excerpt(of[song.track_id].path)
        sound = Sound(str(song.track_id), data) if data is not None else None
        nearest = tuple(_own(of[track], files) for track, _ in song.nearest)
        file = files.get(song.track_id, "")
        songs.append(Recommendation(song.title, song.artist, song.score, song.plays, song.why, nearest, sound, file))
    return Listener(user, tuple(favourites), tuple(songs))


def alike_names(tracks: Sequence[Track]) -> dict[int, str]:
    """File names of the songs that title and artist do not tell apart, by track id."""
    named = Counter((track.title, track.artist) for track in tracks)
    return {track.id: Path(track.shown_path).name for track in tracks if named[track.title, track.artist] > 1}


def _own(track: Track, files: Mapping[int, str]) -> OwnSong:
    return OwnSong(track.title or track.shown_path, track.artist, files.get(track.id, ""))


def evaluations(rows: list[Row]) -> list[Evaluation]:
    """The tables of an evaluation, one a protocol."""
    found = []
    for protocol, (_, about) in PROTOCOLS.items():
        mine = [row for row in rows if row.protocol == protocol]
        results = [
            Result(
                system,
                {row.metric: row.value for row in mine if row.system == system},
                {row.metric: (row.low, row.high) for row in mine if row.system == system},
            )
            for system in dict.fromkeys(row.system for row in mine)
        ]
        if results:
            asked = f"{about}; {mine[0].users} listeners, {mine[0].songs} songs. {caution(mine[0].songs)}"
            songs = mine[0].songs
            few = bool(caution(songs))
            found.append(Evaluation(_HEADINGS[protocol], asked.strip(), tuple(results), songs=songs, few=few))
    return found


def spectrogram(space: Workspace, track_id: int, title: str, artist: str) -> Spectrogram:
    """The picture of a song's first patch."""
    recipe, table = FeatureRecipe(), space.features()
    edges = np.linspace(0.0, float(mel_from_hz(np.asarray(recipe.sample_rate / 2))), recipe.bands + 2)
    patch = table.logmel(np.array([track_id], dtype=np.int64)).values[0]
    decibels = table.layout.logmel_offset + table.layout.logmel_scale * patch.astype(np.float32)
    seconds = patch.shape[1] * recipe.hop / recipe.sample_rate
    return Spectrogram(title, artist, decibels, hz_from_mel(edges)[1:-1], seconds)


def _curves(space: Workspace) -> list[Curve]:
    found = []
    for model in ("cnn", "cf", "dcgan"):
        try:
            kept = json.loads((space.model(model) / "curve.json").read_text(encoding="utf-8"))
        except (CheckpointError, OSError, ValueError):
            continue
        named = kept if isinstance(kept, dict) else {model: kept}
        found += [_curve(name, epochs) for name, epochs in named.items() if epochs]
    return found


def _grids(space: Workspace) -> list[Grid]:
    """What the DCGAN made as its training went on."""
    if not space.has_model("dcgan"):
        return []
    files = sorted(space.model("dcgan").glob("samples-*.png"))
    return [Grid(int(file.stem.removeprefix("samples-")), file.read_bytes()) for file in files]


def _curve(name: str, epochs: list[dict[str, float]]) -> Curve:
    metric = _METRICS.get(name, "AUC on artists kept aside")
    values = tuple(float(epoch["metric"]) for epoch in epochs)
    return Curve(
        _NAMES.get(name, name), _LEARNED.get(name, ""), tuple(float(epoch["loss"]) for epoch in epochs), metric, values
    )
