"""What comes in, measured: matching of written songs with a catalogue, and rows a second of every reader.

    python benchmarks/sources.py matching [--songs 100000 --written 1000000]
    python benchmarks/sources.py readers [--rows 1000000]

One JSON line a result. Matching: written songs are drawn from a made catalogue and written anew in the ways in which
people and services do (articles, guests, suffixes, punctuation, width, characters, several artists; a fifth as paths of
other machines); a tenth mean songs that are not there, half of them near misses. Precision: of the songs that got a
track, how many the right one; recall: of those that are there, how many. It must be 0.999 and 0.97 in 60 s of one
processor. Readers: each reads a made export of a million rows in a process of its own; tables and JSON lines must give
100,000 rows a second of processor time in 300 MB.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import unicodedata
from pathlib import Path
from urllib.parse import quote

import numpy as np
from made_exports import EXPORTS, SPECIAL, TRADITIONAL, Words

from audiorec.data.tracks import Track
from audiorec.sources.matching.matcher import Matcher
from audiorec.sources.registry import SOURCES
from audiorec.sources.rows.contract import Row, WrittenSong

SUFFIXES = ("(Remastered)", "- 2011 Remaster", "(Mono Version)", "[Remaster 2015]", "[Mono]", "- Radio Edit",
            "(Album Version)", "(Deluxe Edition)", "- Remastered 2009", "[Explicit]", "(Official Video)")  # fmt: skip


def catalogue(songs: int, rng: np.random.Generator) -> list[Track]:
    """Made songs of made artists: a twelfth of the artists are two, titles occur with several artists."""
    words = Words(rng)
    artists = [words.special(words.one(1, 3)) for _ in range(songs // 10)]
    artists += [f"The {name}" for name in artists[: songs // 50]]
    artists = sorted({name.casefold().removeprefix("the "): name for name in artists}.values())
    titles = sorted({words.special(words.one(1, 5)) for _ in range(songs)})
    seen, tracks = set[tuple[str, str]](), list[Track]()
    while len(tracks) < songs:
        chosen = rng.choice(len(artists), 2 if rng.random() < 0.08 else 1, replace=False)
        credits, title = tuple(artists[number] for number in chosen), titles[rng.integers(len(titles))]
        keys = {(_plain(artist), _plain(title)) for artist in credits}
        if keys & seen:
            continue
        seen |= keys
        number = len(tracks) + 1
        path = f"/music/{credits[0]}/{words.one(1, 3)}/{number % 20:02d} {title}.mp3".replace("?", "_")
        seconds = float(rng.uniform(120, 400))
        tracks.append(Track(number, path.encode(), title, credits, "", None, "", seconds, "ok", ""))
    return tracks


def _plain(text: str) -> str:
    """Two names that differ in special letters alone would be one song: the catalogue has them once."""
    text = text.casefold()
    for plain, special in SPECIAL.items():
        text = text.replace(special, plain)
    return text.removeprefix("the ").replace(" ", "")


def written_anew(track: Track, rng: np.random.Generator) -> WrittenSong:
    """A song of the catalogue as somebody writes it: one to three changes."""
    artists, title, seconds = list(track.artists), track.title, None
    for change in rng.choice(10, rng.integers(1, 4), replace=False):
        if change == 0:
            first = artists[0]
            if len(artists) < len(track.artists):
                continue
            if first.casefold().startswith("the "):
                artists[0] = first[4:]
            else:
                artists[0] = f"{first}, The" if rng.random() < 0.5 else f"The {first}"
        elif change == 1:
            title = f"{title} (feat. {Words(rng).one(1, 3)})"
        elif change == 2:
            title = f"{title} {SUFFIXES[rng.integers(len(SUFFIXES))]}"
        elif change == 3:
            title = title.replace(" ", ", ", 1) + rng.choice(["!", "...", "?", "’"])
        elif change == 4:
            title = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in title)
        elif change == 5:
            title, artists = title.translate(TRADITIONAL), [artist.translate(TRADITIONAL) for artist in artists]
        elif change == 6:
            for plain, special in SPECIAL.items():
                title = title.replace(special, plain)
                artists = [artist.replace(special, plain) for artist in artists]
        elif change == 7:
            artists = [rng.choice([" & ", ", ", "; ", " feat. ", "/"]).join(artists)]
        elif change == 8:
            title, artists = title.upper(), [artist.lower() for artist in artists]
        else:
            seconds = track.seconds + float(rng.uniform(-2, 2))
    return WrittenSong(tuple(artists), str(title), seconds=seconds)


def _path_elsewhere(path: str, rng: np.random.Generator) -> str:
    """The path of a song as another machine, or a list in another form, has it."""
    end = "/".join(path.split("/")[2:])
    if rng.random() < 0.3:
        end = end.rpartition(".")[0] + rng.choice([".flac", ".ogg", ".m4a", ".MP3"])
    if rng.random() < 0.2:
        end = unicodedata.normalize("NFD", end)
    kind = rng.integers(6)
    if kind == 0:
        return "C:\\Users\\me\\Music\\" + end.replace("/", "\\")
    if kind == 1:
        return "\\\\NAS\\music\\" + end.replace("/", "\\").upper()
    if kind == 2:
        return "file:///D:/Music/" + quote(end)
    if kind == 3:
        return "http://nas:8080/m/" + quote(end) + "?t=1"
    return ("/storage/emulated/0/Music/" if kind == 4 else "../../lists/../Music/") + end


def questions(tracks: list[Track], count: int, rng: np.random.Generator) -> tuple[list[WrittenSong], list[int | None]]:
    """Written songs, and the ids that they mean."""
    names = {(_plain(artist), _plain(track.title)) for track in tracks for artist in track.artists}
    songs, answers = list[WrittenSong](), list[int | None]()
    words = Words(rng)
    while len(songs) < count:
        track = tracks[rng.integers(len(tracks))]
        if rng.random() < 0.9:
            by_path = rng.random() < 0.2
            path = _path_elsewhere(track.path.decode(), rng) if by_path else ""
            songs.append(WrittenSong(path=path) if by_path else written_anew(track, rng))
            answers.append(track.id)
            continue
        near = rng.random() < 0.5
        artist = track.artists[0] if near else words.one(1, 3)
        title = f"{track.title} {rng.choice(['Part 2', '(Part 2)', 'Two', '(Somebody Remix)', '(Karaoke Version)'])}"
        title = title if near else words.one(1, 5)
        if (_plain(artist), _plain(title)) not in names:
            # The file names of some that are not there are those of others that are.
            path = f"E:/Music/{artist}/{words.one(1, 3)}/{track.path.decode().rpartition('/')[2]}"
            songs.append(WrittenSong((artist,), title) if near or rng.random() < 0.5 else WrittenSong(path=path))
            answers.append(None)
    return songs, answers


def measure_matching(songs: int, written: int) -> None:
    rng = np.random.default_rng(0)
    tracks = catalogue(songs, rng)
    asked, answers = questions(tracks, written, rng)
    start = time.process_time()
    matcher = Matcher(tracks)
    ready = time.process_time()
    found = [matcher.match(song) for song in asked]
    done = time.process_time()
    given = [
        (match.track_id, answer) for match, answer in zip(found, answers, strict=True) if match.track_id is not None
    ]
    right = sum(track == answer for track, answer in given)
    there = sum(answer is not None for answer in answers)
    ambiguous = sum(bool(match.candidates) for match in found)
    result = {
        "what": "matching", "songs": songs, "written": written, "index_s": round(ready - start, 2),
        "seconds": round(done - start, 2), "precision": round(right / len(given), 5), "recall": round(right / there, 5),
        "ambiguous": ambiguous, "mb": _megabytes(),
    }  # fmt: skip
    print(json.dumps(result), flush=True)
    wrong = [
        (song, match, answer)
        for song, match, answer in zip(asked, found, answers, strict=True)
        if match.track_id != answer
    ]
    for song, match, answer in wrong[:: max(1, len(wrong) // 12)]:
        means = None if answer is None else (tracks[answer - 1].artists, tracks[answer - 1].title)
        got = None if match.track_id is None else (tracks[match.track_id - 1].artists, tracks[match.track_id - 1].title)
        print(f"wrong: {song.artists} {song.title!r} means {means}, got {got} ({match.reason})", file=sys.stderr)


# --- readers ---------------------------------------------------------------------------------------------------------


def measure_reader(name: str, rows: int) -> None:
    _, write = EXPORTS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        # Writing needs memory of its own, so that reading is measured in another process.
        for job in (write, _read):
            process = multiprocessing.get_context("spawn").Process(
                target=_call, args=(job is write, name, str(path), rows)
            )
            process.start()
            process.join()


def _call(is_write: bool, name: str, path: str, rows: int) -> None:
    source, write = EXPORTS[name]
    if is_write:
        write(Path(path), rows)
    else:
        _read(name, source, Path(path))


def _read(name: str, source: str, path: Path) -> None:
    # Processor time: other work on the machine must not count.
    start = time.process_time()
    kinds = [row.__class__ for row in SOURCES[source].read(path)]
    seconds = time.process_time() - start
    rows = sum(kind is Row for kind in kinds)
    result = {"what": "reader", "export": name, "source": source, "rows": rows, "unread": len(kinds) - rows}
    print(json.dumps({**result, "rows_per_s": round(len(kinds) / seconds), "mb": _megabytes()}), flush=True)


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["matching", "readers"])
    parser.add_argument("--songs", type=int, default=100_000)
    parser.add_argument("--written", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", help="One export of the readers.")
    asked = parser.parse_args()
    if asked.what == "matching":
        measure_matching(asked.songs, asked.written)
        return
    for name in [asked.only] if asked.only else EXPORTS:
        measure_reader(name, asked.rows)


if __name__ == "__main__":
    main()
