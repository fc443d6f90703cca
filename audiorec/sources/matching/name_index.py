"""Which songs have an artist and a title, written in any of the usual ways; the ways are tried from sure to rare.

Articles, guests, remaster and live suffixes, punctuation, width, characters and several artists are overlooked; of
several songs that fit, version, album and length choose. It does not know paths and ids, and it never guesses.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from audiorec.data.credits import split_artists
from audiorec.data.names import artist_key, normalise
from audiorec.data.tracks import Track
from audiorec.sources.matching.path_endings import folders_of
from audiorec.sources.matching.titles import Title, album_version, core_key, parse_title
from audiorec.sources.rows.contract import WrittenSong

_SAME_SECONDS = 3.0  # encoders pad a file by less
_LEAST_SECONDS = 30.0  # an excerpt says nothing about the length of its song
_NUMBER = re.compile(r"^(?:\d{1,3}\s*[-._)]\s*|0\d\s+|[A-D]\d\s*[-._)]?\s+)(?=\S)")
# Titles that rippers give to what they do not know: without an artist they say nothing.
_NAMELESS = re.compile(
    r"(?:(?:audio )?track|titel|piste|pista|traccia|spor|трек|дорожка|音轨|曲目|トラック|트랙|unknown|untitled|"
    r"unbenannt|sans titre|sin titulo|senza titolo|未知|无标题|无题)[\d ]*"
)
_CHANNEL = re.compile(r"\s+-\s+Topic$|\s*VEVO$|\s+Official$", re.IGNORECASE)
_DASH = re.compile(r"\s+[-–—―]\s+")


@dataclass(frozen=True, slots=True)
class Named:
    """A track as it is compared.

    whole: keys of its artists as credited; parts: of every name in the credits; stage: the version that its album
    tells, such as a concert; tagged: the names are no guess from its path.
    """

    id: int
    exact: str
    title: Title
    core: str
    whole: frozenset[str]
    parts: frozenset[str]
    album: str
    stage: str
    seconds: float
    tagged: bool


class Asked(NamedTuple):
    """A written song as it is compared; `album` and `seconds` are empty and 0 where they are not known."""

    exact: str
    title: Title
    whole: frozenset[str]
    parts: frozenset[str]
    album: str
    stage: str
    seconds: float


class NameIndex:
    """The songs of a library by title and artist."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.tracks = {track.id: track for track in tracks}
        self._named: dict[int, Named] = {}
        self._songs_of: dict[str, dict[str, int]] = {}

    def named(self, track: int) -> Named:
        """A track as it is compared; read when it is asked for, since a path or an id needs few of them."""
        found = self._named.get(track)
        if found is None:
            found = self._named[track] = _named(self.tracks[track])
        return found

    @cached_property
    def _by(self) -> dict[str, list[int]]:
        """Tracks by artist and title."""
        return _grouped((f"{artist}\n{one.title.key}", one.id) for one in self._all for artist in one.parts | one.whole)

    @cached_property
    def _cores(self) -> dict[str, list[int]]:
        """Tracks by artist and the title without what stands in brackets."""
        named = (one for one in self._all if one.core)
        return _grouped((f"{artist}\n{one.core}", one.id) for one in named for artist in one.whole)

    @cached_property
    def _titles(self) -> dict[str, list[int]]:
        return _grouped((one.title.key, one.id) for one in self._all)

    @property
    def _all(self) -> Iterator[Named]:
        return map(self.named, self.tracks)

    def find(self, song: WrittenSong) -> list[int]:
        """The songs that fit best: one where it is sure, several where it is not, none where there is none."""
        for credits, title in _ways(song):
            asked = _asked(credits, title, song)
            found = self._with_artist(asked, title) if asked.whole else self._without_artist(asked)
            if found:
                return found
        return []

    def agrees(self, track: int, song: WrittenSong) -> bool:
        """Whether title and artist as written, as far as they are, are those of a track."""
        return self._same_title(track, song) and self._same_artist(track, song)

    def is_on_album(self, track: int, song: WrittenSong) -> bool:
        """Whether the album that is written is a track's."""
        return bool(song.album) and self.named(track).album == parse_title(song.album).key

    def contradicts(self, track: int, song: WrittenSong) -> bool:
        """Whether what is written beside a file's name names another song than a track.

        Both title and artist are written, and neither is the track's; or the song lies in folders such as Artist/Album,
        as the track does, and none of theirs is its artist's.
        """
        if song.title and song.artists:
            return not self._same_title(track, song) and not self._same_artist(track, song)
        named, folders = self.named(track), folders_of(song.path)
        names = named.whole | named.parts
        lies_sorted = any(artist_key(folder) in names for folder in folders_of(os.fsdecode(self.tracks[track].path)))
        is_theirs = any(artist_key(folder) in names for folder in folders)
        return named.tagged and lies_sorted and len(folders) > 1 and not is_theirs

    def _same_title(self, track: int, song: WrittenSong) -> bool:
        named = self.named(track)
        keys = {named.title.key, named.core} & {parse_title(song.title).key, core_key(song.title)}
        return not song.title or bool(keys - {""})

    def _same_artist(self, track: int, song: WrittenSong) -> bool:
        named, (whole, parts) = self.named(track), _keys(song.artists)
        return not whole or not named.whole or bool((whole | parts) & (named.whole | named.parts))

    def near(self, song: WrittenSong, most: int = 3) -> list[int]:
        """Songs for a person to choose from: with this title, else of this artist with one that looks like it."""
        title = parse_title(song.title).key
        if title in self._titles:
            return self._titles[title][:most]
        if not self._songs_of:
            for named in self._all:
                for artist in named.parts | named.whole:
                    self._songs_of.setdefault(artist, {}).setdefault(named.title.key, named.id)
        whole, parts = _keys(song.artists)
        theirs = {key: track for artist in whole | parts for key, track in self._songs_of.get(artist, {}).items()}
        return [theirs[key] for key in get_close_matches(title, theirs, n=most, cutoff=0.5)]

    def _with_artist(self, asked: Asked, title: str) -> list[int]:
        keys = (f"{artist}\n{asked.title.key}" for artist in sorted(asked.whole | asked.parts))
        found = [self.named(track) for key in keys for track in self._by.get(key, ())]
        close = [one for one in found if one.whole & asked.whole]
        # One credit may name more artists than the other, but neither may name somebody of its own.
        close = close or [one for one in found if one.parts <= asked.parts or asked.parts <= one.parts]
        if not close:
            close = self._by_core(asked, title) or self._by_album(asked)
        return self._best(close, asked)

    def _by_core(self, asked: Asked, title: str) -> list[Named]:
        """Songs that have brackets more than what is written, or less."""
        core = core_key(title)
        found = [track for artist in asked.whole for track in self._cores.get(f"{artist}\n{asked.title.key}", ())]
        if core:
            found += [track for artist in asked.whole for track in self._by.get(f"{artist}\n{core}", ())]
        return [self.named(track) for track in dict.fromkeys(found)]

    def _by_album(self, asked: Asked) -> list[Named]:
        """Songs of nobody (a compilation's) with this title on this album."""
        songs = (self.named(track) for track in self._titles.get(asked.title.key, ()) if asked.album)
        return [one for one in songs if not one.whole and one.album == asked.album]

    def _without_artist(self, asked: Asked) -> list[int]:
        if _NAMELESS.fullmatch(asked.title.key) and not asked.album:
            return []
        found = [self.named(track) for track in self._titles.get(asked.title.key, ())]
        return self._best([one for one in found if not asked.album or one.album in ("", asked.album)], asked)

    def _best(self, found: Iterable[Named], asked: Asked) -> list[int]:
        songs = list({one.id: one for one in found if _version_fits(one, asked)}.values())
        if len(songs) == 1:
            is_same = songs[0].exact == asked.exact and songs[0].title.version == asked.title.version
            return [] if _other_length(songs[0], asked, 0.4 if is_same else 0.15) else [songs[0].id]
        songs = [one for one in songs if not _other_length(one, asked, 0.15)]
        for better in (_is_stage, _is_exact, _is_credit, _is_version, _is_plain, _is_album, _is_length):
            songs = [one for one in songs if better(one, asked)] or songs
        if _are_copies(songs):
            songs = songs[:1]
        return [one.id for one in songs]


def credited(artists: Sequence[str], song: WrittenSong) -> list[int]:
    """Places of the artists whom a reading of a written song names, alone or among others."""
    asked = {key for credits, _ in _ways(song) for keys in _keys(credits) for key in keys}
    return [place for place, name in enumerate(artists) if any(asked & keys for keys in _keys((name,)))]


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, track in pairs:
        found.setdefault(key, []).append(track)
    return found


def _is_stage(one: Named, asked: Asked) -> bool:
    told = asked.title.version or asked.stage
    return bool(told) and (one.title.version or one.stage) == told


def _is_exact(one: Named, asked: Asked) -> bool:
    return one.exact == asked.exact


def _is_credit(one: Named, asked: Asked) -> bool:
    return one.whole == asked.whole


def _is_version(one: Named, asked: Asked) -> bool:
    return one.title.version == asked.title.version


def _is_plain(one: Named, asked: Asked) -> bool:
    return not one.title.version


def _is_album(one: Named, asked: Asked) -> bool:
    return bool(asked.album) and one.album == asked.album


def _is_length(one: Named, asked: Asked) -> bool:
    return bool(asked.seconds and one.seconds) and abs(one.seconds - asked.seconds) <= _SAME_SECONDS


def _version_fits(one: Named, asked: Asked) -> bool:
    """A live version is another recording than the song, unless titles, albums or lengths tell that it is the same."""
    if (one.title.version or one.stage) == (asked.title.version or asked.stage):
        return True
    if one.title.version == asked.title.version and not (one.album and asked.album):
        return True
    if one.title.version and asked.title.version:
        return False
    return min(one.seconds, asked.seconds) >= _LEAST_SECONDS and not _other_length(one, asked, 0.15)


def _other_length(one: Named, asked: Asked, share: float) -> bool:
    if min(one.seconds, asked.seconds) < _LEAST_SECONDS:
        return False
    return abs(one.seconds - asked.seconds) > max(15.0, share * max(one.seconds, asked.seconds))


def _are_copies(songs: Sequence[Named]) -> bool:
    """Whether all are files of one recording: titles, artists and lengths alike."""
    if len({(one.exact, one.title.version) for one in songs}) != 1 or not all(one.tagged for one in songs):
        return False
    lengths = sorted(one.seconds for one in songs)
    alike = all(after - before <= _SAME_SECONDS for before, after in zip(lengths, lengths[1:], strict=False))
    return alike and lengths[0] > 0 and bool(frozenset.intersection(*(one.whole for one in songs)))


def _ways(song: WrittenSong) -> Iterator[tuple[tuple[str, ...], str]]:
    """Artists and title in the order of trust: as written, then as a player or a file name may have mixed them up."""
    credits = tuple(artist for artist in song.artists if artist_key(artist))
    title = song.title
    if title:
        yield credits, title
        if _NUMBER.match(title) and credits:
            yield credits, _NUMBER.sub("", title)
        channel = tuple(_CHANNEL.sub("", artist) for artist in credits)
        if channel != credits:
            yield channel, title
        parts = _DASH.split(title, maxsplit=1)
        if len(parts) == 2:
            before, after = _NUMBER.sub("", parts[0]), parts[1]
            if not credits or artist_key(before) in {artist_key(artist) for artist in (*credits, *channel)}:
                yield (before,), after
    elif song.path and not credits:
        yield from _names_in_path(song.path)


def _names_in_path(path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    parts = [part for part in re.split(r"[/\\]", path) if part]
    stem = _NUMBER.sub("", Path(parts[-1]).stem) if parts else ""
    names = _DASH.split(stem)
    if len(names) > 1:
        yield (names[0],), " - ".join(_NUMBER.sub("", name) for name in names[1:])
    for folder in parts[-3:-1]:
        yield (folder,), stem


def _asked(credits: tuple[str, ...], title: str, song: WrittenSong) -> Asked:
    whole, parts = _keys(credits)
    album = parse_title(song.album).key if song.album else ""
    stage = album_version(song.album)
    return Asked(normalise(title), parse_title(title), whole, parts, album, stage, song.seconds or 0.0)


@lru_cache(maxsize=50_000)
def _keys(credits: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    whole = frozenset(map(artist_key, credits)) - {""}
    parts = frozenset(artist_key(part) for artist in credits for part in split_artists(artist)) - {""}
    return whole, parts if parts and parts != whole else whole


def _named(track: Track) -> Named:
    credits, title = names_of(track)
    whole, parts = _keys(credits)
    album = parse_title(track.album).key if track.album else ""
    is_tagged = bool(track.title)
    names = normalise(title), parse_title(title), core_key(title)
    return Named(track.id, *names, whole, parts, album, album_version(track.album), track.seconds, is_tagged)


def names_of(track: Track) -> tuple[tuple[str, ...], str]:
    """Artists and title of a track; without tags they are read from `artist - title.mp3` or `artist/title.mp3`."""
    if track.title:
        return track.artists, track.title
    path = Path(os.fsdecode(track.path))
    artist, dash, title = path.stem.partition(" - ")
    guessed = (artist, title) if dash else (path.parent.name, path.stem)
    return track.artists or (guessed[0],), guessed[1]
