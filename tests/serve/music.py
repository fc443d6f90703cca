"""Music made for the tests of the server: chords of three kinds by made artists, some of them with hostile names."""

from pathlib import Path

import mutagen
import numpy as np
import soundfile
from click.testing import CliRunner

from audiorec.cli.main import cli

RATE = 22_050
SCRIPT = "<script>alert(1)</script>"
RIGHT_TO_LEFT = "שלום \u202eevil\u202c"
ENDLESS = "x" * 1_000_000
# (artist, title, album, genre, year): the pitch of a song follows its artist.
SONGS = [
    ("Ebb", "Low One", "Deep", "Ambient", 2001),
    ("Ebb", "Low Two", "Deep", "Ambient", 2001),
    ("Flow", "Low Three", "Deeper", "Ambient", 2003),
    ("Flow", "Low Four", "Deeper", "Ambient", 2004),
    ("Spark", "High One", "Up", "Techno", 2015),
    ("Spark", "High Two", "Up", "Techno", 2015),
    ("Flint", "High Three", "Upper", "Techno", 2016),
    ("Flint", "High Four", "Upper", "Techno", 2017),
    (SCRIPT, f"{SCRIPT}<img src=x onerror=alert(2)>", '& "quoted" \' album', SCRIPT, 2010),
    (RIGHT_TO_LEFT, RIGHT_TO_LEFT, "Right", "Folk", 1999),
    (ENDLESS, ENDLESS, ENDLESS, "Noise", 1998),
    ("暮山", "远方", "路", "Folk", 2019),
]
_PITCH = {"Ebb": 110.0, "Flow": 123.0, "Spark": 880.0, "Flint": 988.0}


def make_songs(folder: Path) -> None:
    """Write them as FLAC files of five seconds, one of them as WavPack would be: AIFF, which no browser plays."""
    for number, (artist, title, album, genre, year) in enumerate(SONGS):
        rng = np.random.default_rng(number)
        time = np.arange(5 * RATE) / RATE
        pitch = _PITCH.get(artist, 440.0) * (1 + 0.02 * number)
        pulse = 1.0 + 0.5 * np.sign(np.sin(2 * np.pi * (4 if pitch > 500 else 0.5) * time))
        sound = 0.2 * pulse * sum(np.sin(2 * np.pi * pitch * k * time) / k for k in (1, 2, 3))
        sound = sound + 0.01 * rng.normal(size=len(time))
        path = folder / f"{number:02d}.flac"
        soundfile.write(path, np.clip(sound, -1, 1).astype(np.float32), RATE)
        tags = mutagen.File(path)
        values = {"artist": artist, "title": title, "album": album, "genre": genre, "date": str(year)}
        for key, value in values.items():
            tags[key] = value
        tags.save()
    soundfile.write(folder / "Nobody - Odd.aiff", np.sin(np.arange(3 * RATE) / 30).astype(np.float32) * 0.3, RATE)


def call(root: Path, *words: str) -> None:
    """Run a command of audiorec and insist that it works."""
    result = CliRunner().invoke(cli, ["--workspace", str(root), "--quiet", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output


def make_workspace(folder: Path, with_listens: bool = True) -> Path:
    """A workspace over the songs; two users play low songs, two play high ones."""
    (folder / "songs").mkdir()
    make_songs(folder / "songs")
    root = folder / "workspace"
    call(root, "extract", str(folder / "songs"), "--jobs", "2", "--recipe", "features/fast")
    if with_listens:
        rows = ["user,artist,title,count"]
        for user, kind in (("low", "Low"), ("deep", "Low"), ("high", "High"), ("up", "High")):
            rows += [f"{user},{s[0]},{s[1]},3" for s in SONGS if s[1].startswith(kind) and not s[1].endswith("Four")]
        (folder / "listens.csv").write_text("\n".join(rows), encoding="utf-8")
        call(root, "import", "listens", str(folder / "listens.csv"))
    return root
