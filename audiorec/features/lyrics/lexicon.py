"""The word lists of feeling that ship with audiorec, read once: Chinese and English lyric lexicons and music words.

All of them were written for audiorec. A word has one entry; what negation, degree and context do to it is in
`sentiment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from audiorec.errors import AudiorecError
from audiorec.shipped_files import shipped_folder

EMOTIONS = ("joy", "love", "sadness", "anger", "fear", "disgust", "surprise")


@dataclass(frozen=True)
class Entry:
    """What one word feels: polarity -1..1, intensity 0..1, the index of its emotion in EMOTIONS, part of speech."""

    word: str
    polarity: float
    intensity: float
    emotion: int
    speech: str


@cache
def chinese_lexicon() -> dict[str, Entry]:
    """Simplified Chinese word -> entry, from every `zh-*.tsv` in assets/lexicon."""
    entries: dict[str, Entry] = {}
    for path in sorted(lexicon_folder().glob("zh-*.tsv")):
        entries.update((entry.word, entry) for entry in read_entries(path))
    if not entries:
        raise AudiorecError(f"no lexicon in {lexicon_folder()}: install audiorec again")
    return entries


@cache
def english_emotions() -> dict[str, Entry]:
    """English word -> entry, from assets/lexicon/en.tsv; polarity of whole lines is VADER's business."""
    return {entry.word: entry for entry in read_entries(lexicon_folder() / "en.tsv")}


@cache
def music_words() -> dict[str, int]:
    """Chinese music words that jieba's dictionary lacks -> count, from assets/lexicon/music_words.txt."""
    text = (lexicon_folder() / "music_words.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {row[0]: int(row[1]) for row in rows}


def lexicon_folder() -> Path:
    """Where the word lists lie."""
    return shipped_folder("assets") / "lexicon"


def read_entries(path: Path) -> list[Entry]:
    """Read a lexicon file: tab-separated word, polarity, intensity, emotion, part of speech; # starts a comment line.

    Raises AudiorecError with the line number for a row that does not fit.
    """
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            word, polarity, intensity, emotion, speech = line.split("\t")
            entries.append(Entry(word, float(polarity), float(intensity), EMOTIONS.index(emotion), speech))
        except ValueError as error:
            raise AudiorecError(
                f"{path.name} line {number} is no lexicon entry ({error}): mend or remove it"
            ) from error
    return entries
