"""Made exports for `sources.py`: what each format's writer needs, and names made from syllables."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np

SYLLABLES = "ba ke li mo nu ra se ti vo za chu dre fla gri pol sta wen yor xi qua lem nor tis".split()
HAN = "爱风雨夜城梦星海光云花月山水人心天长远路回头听说话国门时间东西马龙后里发现声乐"
TRADITIONAL = str.maketrans(
    "爱风梦云长远头听说话国门时间东马龙后里发现声乐", "愛風夢雲長遠頭聽說話國門時間東馬龍後裡發現聲樂"
)
SPECIAL = {"o": "ø", "l": "ł", "ss": "ß", "ae": "æ", "e": "é", "u": "ü", "a": "å"}


class Words:
    """Makes names from syllables, a share of them Chinese."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def one(self, least: int, most: int) -> str:
        rng = self.rng
        if rng.random() < 0.2:
            return "".join(rng.choice(list(HAN), rng.integers(2, 6)))
        words = ("".join(rng.choice(SYLLABLES, rng.integers(1, 4))) for _ in range(rng.integers(least, most)))
        return " ".join(words).title()

    def special(self, text: str) -> str:
        """Letters that are no base letter with a mark, in a tenth of the names."""
        if self.rng.random() < 0.9:
            return text
        plain, special = list(SPECIAL.items())[self.rng.integers(len(SPECIAL))]
        return text.replace(plain, special)


def _events(rows: int) -> Iterator[tuple[str, str, str, int]]:
    """User, artist, title and time of made listens."""
    rng = np.random.default_rng(1)
    words = Words(rng)
    names = [(words.one(1, 3), words.one(1, 4)) for _ in range(20_000)]
    users, songs, gaps = rng.integers(0, 500, rows), rng.integers(0, len(names), rows), rng.integers(60, 900, rows)
    moment = 1_500_000_000
    for user, song, gap in zip(users.tolist(), songs.tolist(), gaps.tolist(), strict=True):
        moment += gap
        yield f"user{user}", *names[song], moment


def _write_csv(path: Path, rows: int, delimiter: str = ",", quoted: bool = False) -> None:
    mark = '"' if quoted else ""
    with path.open("w", encoding="utf-8") as file:
        file.write(delimiter.join(("user", "artist", "title", "time")) + "\n")
        for user, artist, title, moment in _events(rows):
            file.write(delimiter.join(f"{mark}{value}{mark}" for value in (user, artist, title, moment)) + "\n")


def _write_dates(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("user,artist,title,time\n")
        for user, artist, title, moment in _events(rows):
            file.write(f'{user},{artist},{title},"{time.strftime("%d %b %Y, %H:%M", time.gmtime(moment))}"\n')


def _write_json_lines(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for user, artist, title, moment in _events(rows):
            file.write(json.dumps({"user": user, "artist": artist, "title": title, "listened_at": moment}) + "\n")


def _write_parquet(path: Path, rows: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("user", "artist", "title", "time")
    columns = dict(zip(names, zip(*_events(rows), strict=True), strict=True))
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), path)


def _write_m3u(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("#EXTM3U\n")
        for _, artist, title, moment in _events(rows):
            file.write(f"#EXTINF:{moment % 400},{artist} - {title}\n/music/{artist}/{title}.mp3\n")


def _write_list(
    path: Path, rows: int, entry: Callable[[str, str, str, int], object], is_lines: bool = False, key: str = ""
) -> None:
    """JSON lines, or one list of objects (below a key), written piece by piece."""
    with path.open("w", encoding="utf-8") as file:
        file.write("" if is_lines else f'{{"{key}": [' if key else "[")
        for number, event in enumerate(_events(rows)):
            file.write(("" if is_lines or not number else ",") + json.dumps(entry(*event)) + ("\n" if is_lines else ""))
        file.write("" if is_lines else "]}" if key else "]")


def _spotify(user: str, artist: str, title: str, moment: int) -> object:
    names = {"master_metadata_track_name": title, "master_metadata_album_artist_name": artist}
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    return {"ts": when, "username": user, "ms_played": 61_000, **names, "spotify_track_uri": None, "skipped": False}


def _listenbrainz(user: str, artist: str, title: str, moment: int) -> object:
    said = {"artist_name": artist, "track_name": title, "additional_info": {}}
    return {"listened_at": moment, "user_name": user, "track_metadata": said}


def _write_lastfm(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for _, artist, title, moment in _events(rows):
            file.write(f'"{artist}","","{title}","{time.strftime("%d %b %Y, %H:%M", time.gmtime(moment))}"\n')


def _write_log(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/made\n")
        for _, artist, title, moment in _events(rows):
            file.write(f"{artist}\t\t{title}\t1\t200\tL\t{moment}\t\n")


def _write_rhythmdb(path: Path, rows: int) -> None:
    """Every song gives two rows: its plays and its rating."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" standalone="yes"?>\n<rhythmdb version="2.0">\n')
        for _, artist, title, moment in _events(rows // 2):
            place = f"file:///music/{quote(artist)}/{quote(title)}.mp3"
            fields = {"title": title, "genre": "Pop", "artist": artist, "album": "Album", "track-number": 3,
                      "duration": 201, "file-size": 8_000_000, "location": place, "mtime": moment,
                      "first-seen": moment, "rating": 4, "play-count": 3, "last-played": moment, "bitrate": 320,
                      "date": 730_000, "media-type": "audio/mpeg"}  # fmt: skip
            told = "".join(f"    <{name}>{value}</{name}>\n" for name, value in fields.items())
            file.write(f'  <entry type="song">\n{told}  </entry>\n')
        file.write("</rhythmdb>\n")


def _maloja(user: str, artist: str, title: str, moment: int) -> object:
    track = {"artists": [artist], "title": title, "album": None, "length": 200}
    return {"time": moment, "track": track, "duration": 180, "origin": "client:made"}


def _panoscrobbler(user: str, artist: str, title: str, moment: int) -> object:
    names = {"artist": artist, "track": title, "album": "", "durationMs": 201_000}
    return {"timeHuman": "", "timeMs": moment * 1000, **names, "mediaPlayerPackage": "made", "event": "scrobble"}


def _youtube(user: str, artist: str, title: str, moment: int) -> object:
    when = time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(moment))
    channel = {"name": f"{artist} - Topic", "url": "https://www.youtube.com/channel/made"}
    link = "https://music.youtube.com/watch?v=aaaaaaaaaaa"
    return {"header": "YouTube Music", "title": f"Watched {title}", "titleUrl": link, "subtitles": [channel],
            "time": when, "products": ["YouTube"]}  # fmt: skip


def _write_lines_of(path: Path, rows: int, header: str, line: Callable[[str, str, str, int], str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(header + "\n")
        for event in _events(rows):
            file.write(line(*event) + "\n")


def _tidal(user: str, artist: str, title: str, moment: int) -> str:
    return f"{artist},{title},{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(moment))},61000,TRACK"


def _exportify(user: str, artist: str, title: str, moment: int) -> str:
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    return f'"spotify:track:0123456789abcdefABCDEF","{title}","Album","{artist}","2004","215000","{when}"'


# A made export for a reader: which source reads it, what writes it.
EXPORTS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "table.csv": ("listens", _write_csv),
    "table.tsv": ("listens", lambda path, rows: _write_csv(path, rows, "\t")),
    "quoted.csv": ("listens", lambda path, rows: _write_csv(path, rows, ";", quoted=True)),
    "dates.csv": ("listens", _write_dates),
    "table.jsonl": ("listens", _write_json_lines),
    "table.parquet": ("listens", _write_parquet),
    "list.m3u8": ("playlists", _write_m3u),
    "Streaming_History_Audio_0.json": ("spotify", lambda path, rows: _write_list(path, rows, _spotify)),
    "listens.jsonl": ("listenbrainz", lambda path, rows: _write_list(path, rows, _listenbrainz, is_lines=True)),
    "lastfm.csv": ("lastfm", _write_lastfm),
    ".scrobbler.log": ("scrobbler-log", _write_log),
    "rhythmdb.xml": ("rhythmbox", _write_rhythmdb),
    "tidal.csv": (
        "tidal",
        lambda path, rows: _write_lines_of(
            path, rows, "artist_name,track_title,entry_date,stream_duration_ms,product_type", _tidal
        ),
    ),
    "exportify.csv": (
        "listens",
        lambda path, rows: _write_lines_of(
            path,
            rows,
            '"Track URI","Track Name","Album Name","Artist Name(s)","Release Date","Duration (ms)","Added At"',
            _exportify,
        ),
    ),
    "maloja.json": ("maloja", lambda path, rows: _write_list(path, rows, _maloja, key="scrobbles")),
    "pano.jsonl": ("panoscrobbler", lambda path, rows: _write_list(path, rows, _panoscrobbler, is_lines=True)),
    "watch-history.json": ("youtube-music", lambda path, rows: _write_list(path, rows, _youtube)),
}
