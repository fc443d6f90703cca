"""Which track a person means: by id, by path, or by artist and title written in any of the usual ways.

Names are compared as `names.py` folds them, strictly first, then without brackets and guests. It does not know sound:
two recordings with one name are one song to it, and the one with the lower id is taken.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote, urlsplit

from audiorec.data.tracks import Track
from audiorec.errors import UnknownNameError
from audiorec.sources.contract import WrittenSong
from audiorec.sources.names import normalise, normalise_loosely, split_artists

LISTED = "song:"  # the "path" of a song that is known by name only is this and its id elsewhere
_DRIVE = re.compile(r"^[A-Za-z]:(?=[\\/])")


@dataclass(frozen=True)
class SongName:
    """How a file or a person names a song; any of the readings may be empty, and they are tried in this order."""

    track_id: int | None = None
    path: str = ""
    artist: str = ""
    title: str = ""

    @property
    def shown(self) -> str:
        """The name as a person would write it."""
        if self.title and self.artist and not self.path:
            return f"{self.artist} - {self.title}"
        return self.path or self.title or ("" if self.track_id is None else str(self.track_id))

    @property
    def written(self) -> WrittenSong:
        """The same as the contract of readers has it."""
        ids = {} if self.track_id is None else {"track": str(self.track_id)}
        return WrittenSong((self.artist,) if self.artist else (), self.title, "", self.path, ids)


@dataclass(frozen=True)
class Match:
    """The track that a name means (None: none, and `reason` says why) and by which reading: id, path or name."""

    track_id: int | None
    how: str = ""
    reason: str = ""


def parse_song(text: str) -> SongName:
    """Every reading of a free text: a track id, a path, `artist - title`, or a title alone.

    >>> parse_song("Nelly - Dilemma").artist
    'Nelly'
    """
    text = text.strip()
    artist, dash, title = text.partition(" - ")
    return SongName(
        track_id=int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None,
        path=text,
        artist=artist.strip() if dash else "",
        title=title.strip() if dash else text,
    )


class Matcher:
    """The tracks of a library, indexed by id, path and name."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        """Index the tracks; those that failed to decode come last, so that a usable copy is preferred."""
        ordered = sorted(tracks, key=lambda track: (track.status == "failed", track.id))
        self._ids = {track.id for track in ordered}
        self._paths: dict[str, int] = {}
        self._endings: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._loose: dict[tuple[str, str], int] = {}
        self._titles: dict[str, set[int]] = {}
        for track in ordered:
            self._index_path(track)
            self._index_name(track)

    def match(self, name: SongName, folder: Path | None = None) -> Match:
        """The track that a name means; a relative path starts at `folder` or at any folder above the track."""
        if f"{LISTED}{name.path}" in self._paths:
            return Match(self._paths[f"{LISTED}{name.path}"], "id")
        if name.track_id is not None and name.track_id in self._ids:
            return Match(name.track_id, "id")
        reason = "no such song in the library"
        if name.path:
            found = self._by_path(name.path, folder)
            if found.track_id is not None:
                return found
            reason = found.reason
        if name.title:
            track = self._by_name(name.artist, name.title)
            return Match(track, "name") if track is not None else Match(None, reason=reason)
        return Match(None, reason=reason)

    def _index_path(self, track: Track) -> None:
        path = os.fsdecode(track.path)
        self._paths.setdefault(path, track.id)
        parts = _fold_parts(path)
        if parts:
            self._endings.setdefault(parts[-1], []).append((parts, track.id))

    def _index_name(self, track: Track) -> None:
        artists, title = _names_of(track)
        credits = {*artists, *(part for artist in artists for part in split_artists(artist))}
        for artist in credits:
            self._names.setdefault((normalise(artist), normalise(title)), track.id)
            self._loose.setdefault((normalise_loosely(artist), normalise_loosely(title)), track.id)
        self._titles.setdefault(normalise_loosely(title), set()).add(track.id)

    def _by_path(self, text: str, folder: Path | None) -> Match:
        path = _plain_path(text)
        whole = [path, *([os.path.normpath(folder / path)] if folder is not None and path else [])]
        for candidate in whole:
            if candidate in self._paths:
                return Match(self._paths[candidate], "path")
        parts = tuple(part for part in _fold_parts(path) if part not in (".", ".."))
        if not parts:
            return Match(None, reason="no such song in the library")
        found = [track for known, track in self._endings.get(parts[-1], []) if known[-len(parts) :] == parts]
        if len(found) > 1:
            return Match(None, reason=f"{len(found)} files of the library end so: write more of the path")
        return Match(found[0], "path") if found else Match(None, reason="no such song in the library")

    def _by_name(self, artist: str, title: str) -> int | None:
        if not artist:
            same = self._titles.get(normalise_loosely(title), set())
            return next(iter(same)) if len(same) == 1 else None
        credits = (artist, *split_artists(artist))
        strict = (self._names.get((normalise(name), normalise(title))) for name in credits)
        loose = (self._loose.get((normalise_loosely(name), normalise_loosely(title))) for name in credits)
        return next((track for track in (*strict, *loose) if track is not None), None)


def find_song(tracks: Sequence[Track], text: str) -> Track:
    """The track that a person means on the command line; raises UnknownNameError with near names."""
    found = Matcher(tracks).match(parse_song(text), Path.cwd())
    by_id = {track.id: track for track in tracks}
    if found.track_id is not None:
        return by_id[found.track_id]
    shown = {f"{track.artist} - {track.title}" for track in tracks}
    raise UnknownNameError(f"no song {text!r} ({found.reason}){_did_you_mean(text, shown)}")


def find_artist(artists: Iterable[str], text: str) -> str:
    """The artist that a person means; raises UnknownNameError with near names."""
    known = {normalise(artist): artist for artist in sorted(artists, reverse=True)}
    if normalise(text) in known:
        return known[normalise(text)]
    raise UnknownNameError(f"no artist {text!r} in the library{_did_you_mean(text, known.values())}")


def _did_you_mean(text: str, known: Iterable[str]) -> str:
    names = sorted(set(known))
    near = get_close_matches(text, names, n=3, cutoff=0.5) or names[:3]
    return f"; did you mean {', or '.join(near)}?" if near else ""


def _names_of(track: Track) -> tuple[tuple[str, ...], str]:
    """Artists and title of a track; without tags they are read from `artist - title.mp3` or `artist/title.mp3`."""
    path = Path(os.fsdecode(track.path))
    artist, dash, title = path.stem.partition(" - ")
    guessed = (artist, title) if dash else (path.parent.name, path.stem)
    return track.artists or (guessed[0],), track.title or guessed[1]


def _plain_path(text: str) -> str:
    """A path or file URL as this system writes paths; Windows separators and drives are understood."""
    if text.lower().startswith("file:"):
        text = unquote(urlsplit(text).path, errors="surrogateescape")
        text = text[1:] if _DRIVE.match(text[1:]) else text
    if "\\" in text and "/" not in text:
        text = text.replace("\\", "/")
    return os.path.normpath(_DRIVE.sub("", text)) if text else ""


def _fold_parts(path: str) -> tuple[str, ...]:
    # Some systems store decomposed names and ignore case, and a list written there must still fit here.
    return tuple(part for part in unicodedata.normalize("NFC", path).casefold().split("/") if part)
