"""Which track a written song means: by path, by an id, or by artist and title, in this order; never by guessing.

Paths are compared in `path_endings.py`, names in `name_index.py`. What fits several songs is ambiguous and stays
without a track. It does not know sound.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from audiorec.data.names import artist_key, is_nobody
from audiorec.data.tracks import Track
from audiorec.errors import UnknownNameError
from audiorec.sources.matching.name_index import NameIndex
from audiorec.sources.matching.path_endings import LISTED, PathFound, PathIndex
from audiorec.sources.rows.contract import ARTIST, WrittenSong

__all__ = ["LISTED", "Match", "Matcher", "find_artist", "find_song", "parse_song", "shown"]

NONE = "no such song in the library"
_GLOBAL = ("mbid", "isrc")  # ids that mean one recording in every library
_REMEMBERED = 20_000  # songs whose match is kept: a block of an import asks for each song once by itself


class Match(NamedTuple):
    """The track that a song means and by which reading (path, id or name), or None, why, and what it may mean."""

    track_id: int | None
    how: str = ""
    reason: str = ""
    candidates: tuple[int, ...] = ()


def shown(song: WrittenSong) -> str:
    """A written song as a person would write it."""
    if song.title and song.artists and not song.path:
        return f"{', '.join(song.artists)} - {song.title}"
    return song.path or song.title or next(iter(song.ids.values()), "")


def parse_song(text: str) -> WrittenSong:
    """Every reading of a free text: an id, a path, `artist - title`, or a title alone.

    >>> parse_song("Nelly - Dilemma").artists
    ('Nelly',)
    """
    text = text.strip()
    artist, dash, title = text.partition(" - ")
    ids = {"song": text, **({"track": text} if text.isascii() and text.isdigit() and len(text) < 19 else {})}
    if dash:
        return WrittenSong((artist.strip(),), title.strip(), "", text, ids)
    return WrittenSong((), text, "", text, ids)


class Matcher:
    """The tracks of a library, indexed by path, id and name.

    The ids that tags tell (MusicBrainz' and ISRC) are known; ids: tracks by (kind, id) of other kinds.
    """

    def __init__(self, tracks: Sequence[Track], ids: Mapping[tuple[str, str], int] | None = None) -> None:
        usable = [track for track in tracks if track.status != "failed"]
        failed = [track for track in tracks if track.status == "failed"]
        self._tagged = _ids_of(usable)
        self._ids: dict[tuple[str, str], int | None] = dict(ids or {})
        self._known = {track.id for track in tracks}
        # A file that could not be used is only meant where no other is.
        self._indexes = [(PathIndex(some), NameIndex(some)) for some in (usable, failed) if some]
        self._seen: dict[tuple[WrittenSong, Path | None], Match] = {}

    def match(self, song: WrittenSong, folder: Path | None = None) -> Match:
        """The track that a song means; a relative path starts at `folder` or at any folder above the track."""
        place = folder if song.path else None
        key = (song, place)
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            found = self._match(song, place)
            if found.track_id is not None or song.title or song.path:
                self._seen[key] = found
            if found.how in ("path", "name") and song.ids:
                self._learn(song, found.track_id)
        return found

    def _learn(self, song: WrittenSong, track: int | None) -> None:
        """Remember what a song's ids turned out to mean, for rows that know the id alone; two meanings are none."""
        for kind, value in song.ids.items():
            means_a_song = kind not in ("track", "song") and not kind.endswith(ARTIST)
            if means_a_song and self._ids.setdefault((kind, value), track) != track:
                self._ids[kind, value] = None

    def near(self, song: WrittenSong) -> tuple[int, ...]:
        """Tracks that a song without a match comes near to, for a person to choose from."""
        return tuple(track for _, names in self._indexes for track in names.near(song))

    def _match(self, song: WrittenSong, folder: Path | None) -> Match:
        best = Match(None, reason=NONE)
        for paths, names in self._indexes:
            found = self._match_in(paths, names, song, folder)
            if found.track_id is not None:
                return found
            best = best if best.candidates else found
        return best

    def _match_in(self, paths: PathIndex, names: NameIndex, song: WrittenSong, folder: Path | None) -> Match:
        by_path = paths.find(song.path, folder) if song.path else PathFound((), False, 0)
        if len(by_path.ids) == 1 and (by_path.whole or by_path.depth > 1):
            return Match(by_path.ids[0], "path")
        by_id = self._by_id(paths, names, song)
        if by_id is not None:
            return Match(by_id, "id")
        found = names.find(song) if song.title or not by_path.ids else []
        # A file name alone is a weak end: names that say another song outweigh it, and choose among several.
        ends = [track for track in by_path.ids if track in found or not (found or names.contradicts(track, song))]
        if len(ends) == 1:
            return Match(ends[0], "path")
        if len(found) == 1:
            return Match(found[0], "name")
        if found:
            what = "fit: the album would tell" if song.artists else "have this title: write artist - title"
            return Match(None, reason=f"{len(found)} songs {what}", candidates=tuple(found))
        if len(ends) > 1:
            reason = f"{len(ends)} files of the library end so: write more of the path"
            return Match(None, reason=reason, candidates=tuple(ends))
        return Match(None, reason=NONE)

    def _recording(self, names: NameIndex, song: WrittenSong, key: tuple[str, str]) -> int | None:
        """The file of a recording; of several files of it, that on the album that is written."""
        # The id is the same whatever the language of the title; but tags err, too.
        files = [track for track in self._tagged.get(key, ()) if track in names.tracks]
        files = [track for track in files if not names.contradicts(track, song)]
        return next((track for track in files if names.is_on_album(track, song)), files[0] if files else None)

    def _by_id(self, paths: PathIndex, names: NameIndex, song: WrittenSong) -> int | None:
        for kind, value in song.ids.items():
            if kind.endswith(ARTIST):
                continue
            if kind in _GLOBAL and (recording := self._recording(names, song, _id_key(kind, value))) is not None:
                return recording
            track = paths.listed(value) if kind != "track" else None
            track = self._ids.get((kind, value)) if track is None else track
            if track is None and kind == "track" and value.isdecimal() and int(value) in names.tracks:
                track = int(value)
            # Ids of different services and libraries look alike; the names beside them tell.
            if track is not None and track in names.tracks and (song.title == value or names.agrees(track, song)):
                return track
        return None


def _ids_of(tracks: Sequence[Track]) -> dict[tuple[str, str], list[int]]:
    """Tracks by the ids in their tags."""
    found: dict[tuple[str, str], list[int]] = {}
    for track in tracks:
        for kind, value in (("mbid", track.mbid), ("isrc", track.isrc)):
            if value:
                found.setdefault(_id_key(kind, value), []).append(track.id)
    return found


def _id_key(kind: str, value: str) -> tuple[str, str]:
    return kind, value.replace("-", "").strip().casefold()


def find_song(tracks: Sequence[Track], text: str) -> Track:
    """The track that a person means on the command line; raises UnknownNameError with near names."""
    found = Matcher(tracks).match(parse_song(text), Path.cwd())
    by_id = {track.id: track for track in tracks}
    if found.track_id is not None:
        return by_id[found.track_id]
    if found.candidates:
        meant = "; ".join(f"{track} is {by_id[track].artist} - {by_id[track].title}" for track in found.candidates[:5])
        raise UnknownNameError(f"{text!r} may be one of {len(found.candidates)} songs ({meant}): write artist - title")
    if Path(text).is_dir():
        raise UnknownNameError(f"{text!r} is a folder: name one song in it")
    if any(artist_key(text) == artist_key(artist) for track in tracks for artist in track.artists):
        raise UnknownNameError(f"{text!r} is an artist: write {text} - title")
    if Path(text).is_file():
        raise UnknownNameError(
            f"{text!r} is there, but it is no song of the library: run audiorec extract on it, and see audiorec status"
            " --files for what could not be used"
        )
    names = {f"{track.artist} - {track.title}" for track in tracks}
    raise UnknownNameError(f"no song {text!r} ({found.reason}){_did_you_mean(text, names)}")


def find_artist(artists: Iterable[str], text: str) -> str:
    """The artist that a person means; raises UnknownNameError with near names."""
    known = {artist_key(artist): artist for artist in sorted(artists, reverse=True)}
    if artist_key(text) in known:
        return known[artist_key(text)]
    if is_nobody(text):
        raise UnknownNameError(f"no artist {text!r}: what bears that name counts as by nobody in particular")
    raise UnknownNameError(f"no artist {text!r} in the library{_did_you_mean(text, known.values())}")


def _did_you_mean(text: str, known: Iterable[str]) -> str:
    names = sorted(set(known))
    near = [] if text.isdigit() else get_close_matches(text, names, n=3, cutoff=0.5)
    return f"; did you mean {', '.join(near)}?" if near else "; audiorec tracks lists all"
