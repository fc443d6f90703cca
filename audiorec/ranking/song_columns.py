"""What the songs' tags say, as arrays that lie ready: a list reads a few songs, and exclusions whole columns.

Reading every song of the catalogue took longer than ranking them. It does not know listens or sound.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from audiorec.data.genres import genre_names
from audiorec.data.names import artist_key
from audiorec.data.tracks import Track

Arrays = Mapping[str, NDArray[Any]]
_NO_YEAR = np.iinfo(np.int16).min
_KEPT = 4096


@dataclass(frozen=True)
class SongColumns(Sequence[Track]):
    """The songs in order, each read when it is asked for; see `pack_songs` for the arrays."""

    arrays: Arrays

    def __len__(self) -> int:
        return len(self.arrays["seconds"])

    @overload
    def __getitem__(self, place: int) -> Track: ...

    @overload
    def __getitem__(self, place: slice) -> list[Track]: ...

    def __getitem__(self, place: int | slice) -> Track | list[Track]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._latest(place % len(self))

    @cached_property
    def _latest(self) -> Callable[[int], Track]:
        """The latest songs stay as they were read: lists name the same ones again and again."""
        return lru_cache(_KEPT)(self._track)

    def _track(self, number: int) -> Track:
        song, title, artists, *others = json.loads(self._text("text", number))
        return Track(song, self._text("path", number), title, tuple(artists), *others)

    def __iter__(self) -> Iterator[Track]:
        return (self[place] for place in range(len(self)))

    @property
    def seconds(self) -> NDArray[np.float32]:
        """Lengths [I]."""
        return self.arrays["seconds"]

    @cached_property
    def year(self) -> NDArray[np.float32]:
        """Years [I], NaN where unknown."""
        years = np.asarray(self.arrays["year"], dtype=np.float32)
        return np.where(years == _NO_YEAR, np.nan, years).astype(np.float32)

    def of_genres(self, genres: set[str]) -> NDArray[np.bool_]:
        """Songs that name one of these genres (`genre_names`), bool [I]."""
        return self._named("genre", genres)

    def by_artists(self, artists: set[str]) -> NDArray[np.bool_]:
        """Songs that one of these artists (`artist_key`) is credited with, bool [I]."""
        return self._named("artist", artists)

    def below(self, folder: bytes) -> NDArray[np.bool_]:
        """Songs whose path begins with this, bool [I]."""
        starts = self.arrays["path.starts"]
        found = np.diff(starts) >= len(folder)
        places = starts[:-1][found, None] + np.arange(len(folder))
        wanted = np.frombuffer(folder, dtype=np.uint8)
        found[found] = (self.arrays["path.bytes"][places] == wanted).all(axis=1)
        return np.asarray(found)

    def at_path(self, path: bytes) -> int | None:
        """Place of the song whose file has this very path, None where there is none."""
        starts = self.arrays["path.starts"]
        places = np.flatnonzero(np.diff(starts) == len(path))
        same = self.arrays["path.bytes"][starts[places, None] + np.arange(len(path))] == np.frombuffer(path, np.uint8)
        found = places[same.all(axis=1)]
        return int(found[0]) if len(found) else None

    def _named(self, kind: str, names: set[str]) -> NDArray[np.bool_]:
        known = json.loads(self.arrays[f"{kind}.names"].tobytes())
        chosen = np.array([name in names for name in known], dtype=bool)
        starts = self.arrays[f"{kind}.starts"]
        owner = np.repeat(np.arange(len(self)), np.diff(starts))
        found = np.zeros(len(self), dtype=bool)
        found[owner[chosen[self.arrays[f"{kind}.numbers"]]]] = True
        return found

    def _text(self, kind: str, place: int) -> bytes:
        first, last = self.arrays[f"{kind}.starts"][place : place + 2]
        return self.arrays[f"{kind}.bytes"][first:last].tobytes()


def pack_songs(tracks: Sequence[Track]) -> dict[str, NDArray[Any]]:
    """Tracks as arrays: texts one after the other with where each starts, lengths, years, and numbers of the genres and
    artists of each song beside their names."""
    text = [
        json.dumps([track.id, track.title, track.artists, track.album, track.year, track.genre, track.seconds,
                    track.status, track.reason, track.album_artist]).encode()
        for track in tracks
    ]  # fmt: skip
    years = [_NO_YEAR if track.year is None else max(-9999, min(track.year, 9999)) for track in tracks]
    return {
        "seconds": np.array([track.seconds for track in tracks], dtype=np.float32),
        "year": np.array(years, dtype=np.int16),
        **_joined("text", text),
        **_joined("path", [track.path for track in tracks]),
        **_numbered("genre", [genre_names(track.genre) for track in tracks]),
        **_numbered("artist", [tuple(artist_key(name) for name in track.artists) for track in tracks]),
    }


def _joined(kind: str, texts: Sequence[bytes]) -> dict[str, NDArray[Any]]:
    starts = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return {f"{kind}.bytes": np.frombuffer(b"".join(texts), dtype=np.uint8), f"{kind}.starts": starts}


def _numbered(kind: str, named: Sequence[Sequence[str]]) -> dict[str, NDArray[Any]]:
    names = sorted({name for some in named for name in some})
    number = {name: place for place, name in enumerate(names)}
    return {
        f"{kind}.names": np.frombuffer(json.dumps(names).encode(), dtype=np.uint8),
        f"{kind}.numbers": np.array([number[name] for some in named for name in some], dtype=np.int32),
        f"{kind}.starts": np.cumsum([0, *map(len, named)], dtype=np.int64),
    }
