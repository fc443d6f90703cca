"""Every source that can be read: its name, a sentence, how its files are recognised, and its reader.

The order is the order of recognising: formats that say what they are come first, tables of any columns last. It does
not know what happens with the rows; `importing.py` does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from audiorec.errors import InputError, UnknownNameError
from audiorec.sources.players import (
    beets,
    clementine,
    foobar2000,
    itunes,
    mpd_stickers,
    quodlibet,
    rhythmbox,
    rockbox,
    scrobbler_log,
    strawberry,
)
from audiorec.sources.playlists import read_playlist
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import (
    apple_music,
    deezer,
    jellyfin,
    jellyfin_api,
    koito,
    lastfm,
    lastfm_api,
    listenbrainz,
    listenbrainz_api,
    maloja,
    navidrome,
    netease,
    panoscrobbler,
    playback_reporting,
    plex,
    plex_api,
    spotify,
    subsonic,
    subsonic_replies,
    tautulli,
    tidal,
    youtube_music,
)
from audiorec.sources.tables import friends_tables, items, table_archives

HEAD = 65_536  # bytes of a file that recognisers are shown


@dataclass(frozen=True)
class Source:
    """One source.

    recognises: whether a file is of this source, by its path and its first HEAD bytes; a folder comes with no bytes
    and is only recognised where it is one export as a whole (its files are tried one by one else); an archive may be
    opened by its path. reader: the rows of a file (or such a folder). answers and fetch: the same for an address, for
    sources that are services.
    """

    name: str
    says: str
    recognises: Callable[[Path, bytes], bool]
    reader: Callable[[Path], Iterator[Row | Unread]]
    answers: Callable[[str], bool] | None = None
    fetch: Callable[[str], Iterator[Row | Unread]] | None = None

    def read(self, path: Path) -> Iterator[Row | Unread]:
        """The rows of a file or folder, or a word why not; one in which nothing was found says so too."""
        found = None
        for found in self.reader(path):
            yield found
        if found is None:
            yield Unread(1, f"{path} holds nothing to import: name another source, or fetch the file again")


def _never(path: Path, head: bytes) -> bool:
    """Of what only looks like something else."""
    return False


_ALL = (
    Source(
        "spotify",
        "Spotify: extended streaming history, its older form, the account export; zip, folder or file.",
        spotify.recognises,
        spotify.read,
    ),
    Source(
        "listenbrainz",
        "ListenBrainz: the export as zip, folder or file, listens as JSON, and users by their address.",
        listenbrainz.recognises,
        listenbrainz.read,
        listenbrainz_api.answers,
        listenbrainz_api.fetch,
    ),
    Source(
        "lastfm",
        "Last.fm and Libre.fm: what the common exporters write, loved tracks, and users by their address.",
        lastfm.recognises,
        lastfm.read,
        lastfm_api.answers,
        lastfm_api.fetch,
    ),
    Source("maloja", "Maloja: its export of all scrobbles, and its database.", maloja.recognises, maloja.read),
    Source("koito", "Koito: its export of all listens.", koito.recognises, koito.read),
    Source(
        "apple-music",
        "Apple Music: plays, library and likes of a privacy export; zip, folder or file.",
        apple_music.recognises,
        apple_music.read,
    ),
    Source("deezer", "Deezer: the listening history of the account's data (XLSX).", deezer.recognises, deezer.read),
    Source(
        "panoscrobbler", "Pano Scrobbler: its log as JSON lines or CSV.", panoscrobbler.recognises, panoscrobbler.read
    ),
    Source(
        "scrobbler-log",
        "Portable players (Rockbox and others): .scrobbler.log.",
        scrobbler_log.recognises,
        scrobbler_log.read,
    ),
    Source("rockbox", "Rockbox: playback.log.", rockbox.recognises, rockbox.read),
    Source(
        "youtube-music",
        "YouTube Music: history and library of Google's Takeout; zip or file.",
        youtube_music.recognises,
        youtube_music.read,
    ),
    Source("tidal", "TIDAL: the account's data as CSV, zip or JSON.", tidal.recognises, tidal.read),
    Source("itunes", "iTunes and Music: the library as XML.", itunes.recognises, itunes.read),
    Source("rhythmbox", "Rhythmbox: rhythmdb.xml and playlists.xml.", rhythmbox.recognises, rhythmbox.read),
    Source("foobar2000", "foobar2000: the XML of Playback Statistics.", foobar2000.recognises, foobar2000.read),
    Source("strawberry", "Strawberry: its database.", strawberry.recognises, strawberry.read),
    Source("clementine", "Clementine: its database.", clementine.recognises, clementine.read),
    Source("quodlibet", "Quod Libet: its library.", quodlibet.recognises, quodlibet.read),
    Source("beets", "beets: its library database.", beets.recognises, beets.read),
    Source("mpd", "MPD: its sticker database.", mpd_stickers.recognises, mpd_stickers.read),
    Source(
        "jellyfin",
        "Jellyfin and Emby: songs as JSON of their API, or the server by its address.",
        jellyfin.recognises,
        jellyfin.read,
        jellyfin_api.answers,
        jellyfin_api.fetch,
    ),
    Source(
        "plex",
        "Plex: its database, XML of its API, or the server by its address.",
        plex.recognises,
        plex.read,
        plex_api.answers,
        plex_api.fetch,
    ),
    Source(
        "playback-reporting",
        "Playback Reporting of Jellyfin and Emby: its database or its export of plays (TSV).",
        playback_reporting.recognises,
        playback_reporting.read,
    ),
    Source("tautulli", "Tautulli: its history of a Plex server's plays.", tautulli.recognises, tautulli.read),
    Source(
        "navidrome",
        "Navidrome: its database, or the server by its address.",
        navidrome.recognises,
        navidrome.read,
        fetch=subsonic.fetch,
    ),
    Source(
        "subsonic",
        "OpenSubsonic servers by their address: Navidrome, gonic, Airsonic and others; saved answers (JSON).",
        subsonic_replies.recognises,
        subsonic_replies.read,
        subsonic.answers,
        subsonic.fetch,
    ),
    Source(
        "netease",
        "NetEase Cloud Music: a crawl through a compatible server that you run (off until you agree), or its file.",
        netease.recognises,
        netease.read,
    ),
    Source(
        "playlists",
        "Playlists: m3u, m3u8, pls, xspf, jspf, wpl, zpl, asx.",
        read_playlist.recognises,
        read_playlist.read,
    ),
    Source(
        "listens",
        "Tables of listens: CSV, TSV, Parquet, JSON lines, with columns in any order.",
        table_archives.recognises,
        table_archives.read,
    ),
)
SOURCES: Mapping[str, Source] = {source.name: source for source in _ALL}


@dataclass(frozen=True)
class Other:
    """What is imported but is no event of a user and a song; `audiorec import` has a command of its own for each."""

    says: str
    recognises: Callable[[Path, bytes], bool]


OTHERS: Mapping[str, Other] = {
    "items": Other(
        "Items of any kind with vectors in the place of sound: Parquet of id, title, creator, vectors.",
        items.recognises,
    ),
    "friends": Other("Friendships: CSV, two names a row.", friends_tables.recognises),
    "songs": Other("Songs known by name only: CSV or Parquet of id, title and artists.", _never),
}


def source_named(name: str) -> Source:
    """The source of this name; raises UnknownNameError."""
    if name not in SOURCES:
        raise UnknownNameError(f"no source {name!r}: choose one of {', '.join(sorted({*SOURCES, *OTHERS}))}")
    return SOURCES[name]


def recognise(path: Path) -> str:
    """The name of the source that a file or folder comes from, by its content; raises InputError when none knows it."""
    head = b"" if path.is_dir() else _head(path)
    kinds: Mapping[str, Source | Other] = {**OTHERS, **SOURCES}
    found = next((name for name, kind in kinds.items() if kind.recognises(path, head)), None)
    if found is not None:
        return found
    raise InputError(f"{path} is of no kind that is known here: see audiorec import --list and name one")


def recognise_url(url: str) -> Source:
    """The source that answers at an address; raises InputError when none knows it."""
    for source in SOURCES.values():
        if source.answers is not None and source.answers(url):
            return source
    raise InputError(f"{url} is the address of no service that is known here: see audiorec import --list and name one")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
