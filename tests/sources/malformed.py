"""Malformed files made from one good export of each reader, and what reading them gives; a program, for its memory.

`python -m tests.sources.malformed NAME FOLDER` prints a JSON line for each kind of damage.
"""

import json
import re
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audiorec.errors import InputError
from audiorec.sources.registry import OTHERS, SOURCES
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.tables.friends_tables import read_friends
from audiorec.sources.tables.items import open_items, read_items
from audiorec.sources.tables.songs_tables import read_songs
from tests.sources.good_exports import GOOD
from tests.sources.made_exports import write_json

NAMES = (*SOURCES, *OTHERS)
_ENDLESS = 30_000_000
_ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 20}">' for before, name in zip("abcdefg", "bcdefgh", strict=True))
    + '<!ENTITY file SYSTEM "file:///etc/hostname">]>'
)


def good(name: str, folder: Path) -> Path:
    """A good file of any reader."""
    if name in GOOD:
        return GOOD[name][0](folder)
    if name == "subsonic":
        song = {"id": "s1", "title": "Tin Boats", "artist": "The Harbours", "playCount": 2, "starred": "2020-09-13"}
        answer = {"status": "ok", "version": "1.16.1", "searchResult3": {"song": [song, song]}}
        return write_json(folder / "songs.json", {"subsonic-response": answer})
    if name == "items":
        table = pa.table({"id": ["a", "b"], "title": ["A", "B"], "vector": [[1.0, 2.0], [3.0, 4.0]]})
        pq.write_table(table, folder / "items.parquet")
        return folder / "items.parquet"
    texts = {"friends": "user,friend\nann,bob\nbob,cyd\n", "songs": "id,title,artists\n1,One,Ann\n2,Two,Bob\n"}
    (folder / "table.csv").write_text(texts[name], encoding="utf-8")
    return folder / "table.csv"


def read(name: str, path: Path) -> Iterator[object]:
    """Everything that a reader says of a file."""
    if name in SOURCES:
        yield from SOURCES[name].read(path)
    elif name == "items":
        yield from read_items(open_items(path))
    elif name == "friends":
        friends = read_friends(path)
        yield from (*friends.pairs, *friends.problems)
    else:
        songs = read_songs(path)
        yield from (*songs.songs, *songs.problems)


def damages(data: bytes, name: str) -> dict[str, Callable[[Path], object]]:
    """What writes each kind of damage to a good file of these bytes; it bears the same name."""
    half, is_text = len(data) // 2, b"\0" not in data
    as_xml = data.partition(b"?>")[2] or data
    as_xml = as_xml.partition(b'.dtd">')[2] or as_xml

    def holed(path: Path) -> object:
        return path.write_bytes(bytes(0 if place % 50 == 20 else byte for place, byte in enumerate(data)))

    def filled(path: Path, filling: bytes, times: int) -> None:
        with path.open("wb") as file:
            file.write(data[:half])
            for _ in range(100):
                file.write(filling * (times // 100))
            file.write(data[half:])

    def bomb(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
            for _ in range(150):
                file.write(b" " * 1_000_000)

    kinds: dict[str, Callable[[Path], object]] = {
        "good": lambda path: path.write_bytes(data),
        "empty": lambda path: path.write_bytes(b""),
        "cut": lambda path: path.write_bytes(data[: len(data) * 3 // 5]),
        "NUL": lambda path: path.write_bytes(bytes(1000)),
        "NULs inside": holed,
        "another type": lambda path: path.write_bytes(b'[1, "a", null, {"b": [2]}]'),
        "a picture": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
        "an endless word": lambda path: filled(path, b"a", _ENDLESS),
        "endless lists": lambda path: filled(path, b"[", 3_000_000),
        "entities": lambda path: path.write_bytes(
            b'<?xml version="1.0"?>' + _ENTITIES.encode() + as_xml.replace(b"Tin Boats", b"&h;&file;")
        ),
        "a zip bomb": bomb,
    }
    if is_text:
        kinds["NaN"] = lambda path: path.write_bytes(re.sub(rb"(?<![\w.])\d+(?![\w.])", b"NaN", data))
    return kinds


def outcome(name: str, path: Path) -> dict[str, object]:
    """Rows, skipped entries, reasons, why the file as a whole was refused; seconds, and megabytes at most."""
    start, rows, skipped, reasons, refusal = time.process_time(), 0, 0, list[str](), ""
    try:
        for found in read(name, path):
            if not isinstance(found, Unread):
                rows += 1
                assert not isinstance(found, Row) or found.song.title or found.song.path or found.song.ids
            elif found.skipped:
                skipped += 1
            elif len(reasons) < 1000:
                reasons.append(found.reason)
    except InputError as error:
        refusal = str(error)
    peak = _peak_megabytes()
    used = round(time.process_time() - start, 2)
    said = {"rows": rows, "skipped": skipped, "reasons": reasons[:3], "refusal": refusal}
    return said | {"seconds": used, "megabytes": peak, "longest": max(map(len, [*reasons, refusal]))}


def _peak_megabytes() -> int:
    """The most that this process held; what the system says of its usage counts what its parent held at the start."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(name: str, folder: Path) -> None:
    """Read every kind of damage, one after the other."""
    for part in ("good", "bad"):
        (folder / part).mkdir()
    path = good(name, folder / "good")
    for kind, write in damages(path.read_bytes(), path.name).items():
        write(folder / "bad" / path.name)
        print(json.dumps({"kind": kind, **outcome(name, folder / "bad" / path.name)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
