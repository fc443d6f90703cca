"""Search by words: names and tags as they are written, and moods, tempo, loudness and language by what was measured.

A word that says how music sounds ("sad", "calm", 欢快) is a direction over a few descriptors and lyrics numbers,
written here by hand and measured on no labels; a word that is neither is looked for in titles, artists, albums and
genres. Where songs have an encoder's output, the words of its tags ("piano", "female vocal") are directions too.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audiorec.data.encoder_outputs import EncodedSongs
from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.labels.encoder_words import word_chances

# Directions over standardised numbers: descriptor or lyrics name -> weight.
_SAD = {"polarity_mean": -1.0, "sadness_share": 1.0, "minor_lead": 0.7, "loudness_lufs": -0.4, "onset_rate": -0.5}
_HAPPY = {"polarity_mean": 1.0, "joy_share": 1.0, "minor_lead": -0.7, "onset_rate": 0.4, "beat_strength": 0.4}
_CALM = {"loudness_lufs": -1.0, "onset_rate": -0.8, "flux_mean": -0.6, "centroid_mean": -0.5, "beat_strength": -0.4}
_WILD = {name: -weight for name, weight in _CALM.items()}
_ANGRY = {"anger_share": 1.0, "loudness_lufs": 0.7, "flatness_mean": 0.7, "polarity_mean": -0.5, "flux_mean": 0.4}
_DARK = {"minor_lead": 1.0, "centroid_mean": -0.8, "polarity_mean": -0.5, "fear_share": 0.4}
_BRIGHT = {"centroid_mean": 1.0, "rolloff_mean": 0.6, "minor_lead": -0.5}
_DANCE = {"beat_strength": 1.0, "onset_rate": 0.6, "loudness_lufs": 0.4, "loudness_range": -0.4}
_LOVE = {"love_share": 1.0, "polarity_mean": 0.4, "onset_rate": -0.2}
_ACOUSTIC = {"flatness_mean": -0.8, "loudness_range": 0.6, "loudness_lufs": -0.5, "centroid_mean": -0.4}
_FAST = {"tempo_bpm": 1.0, "onset_rate": 0.7}
_SLOW = {"tempo_bpm": -1.0, "onset_rate": -0.7}
_LOUD = {"loudness_lufs": 1.0, "rms_mean": 0.5}
_QUIET = {"loudness_lufs": -1.0, "rms_mean": -0.5}

_GROUPS: tuple[tuple[str, Mapping[str, float]], ...] = (
    ("sad melancholy melancholic gloomy lonely heartbroken 悲伤 伤感 忧伤 难过 孤独", _SAD),
    ("happy cheerful joyful merry upbeat sunny 欢快 快乐 开心 高兴", _HAPPY),
    ("calm quieting relaxing relaxed chill peaceful mellow soft sleep 安静 平静 轻松 舒缓 放松", _CALM),
    ("wild energetic energy powerful intense workout 激烈 有力 激情 动感", _WILD),
    ("angry furious aggressive rage 愤怒 狂暴", _ANGRY),
    ("dark sinister brooding 黑暗 阴暗", _DARK),
    ("bright shiny 明亮", _BRIGHT),
    ("dance danceable groovy party 跳舞 舞曲", _DANCE),
    ("love romantic tender 爱情 浪漫 温柔", _LOVE),
    ("acoustic unplugged 原声", _ACOUSTIC),
    ("fast quick uptempo 快 快速", _FAST),
    ("slow downtempo 慢 缓慢", _SLOW),
    ("loud noisy 大声", _LOUD),
    ("quiet silent 轻声", _QUIET),
    ("chinese mandarin 中文 国语", {"language_zh": 1.0}),
    ("english 英文 英语", {"language_en": 1.0}),
    ("japanese 日语 日文", {"language_ja": 1.0}),
    ("korean 韩语 韩文", {"language_ko": 1.0}),
)
MEANINGS: Mapping[str, Mapping[str, float]] = {word: way for words, way in _GROUPS for word in words.split()}
# Numbers by this prefix are logits of the words of an encoder's tags (`labels/encoder_words.py`).
TAG = "tag "
_TAG_WORDS = {"钢琴": "piano", "吉他": "guitar", "小提琴": "violin", "女声": "female", "男声": "male", "摇滚": "rock"}
_STANDS_OUT = 1.0  # deviations above the library's mean
# A name that matches outweighs any mood; a missing number counts as the library's mean.
_NAMED = 4.0
_LONGEST = 200
# Words that ask for music and say nothing of it.
_EMPTY = frozenset("a an the song songs music track tracks something 的 歌 的歌 的音乐 歌曲 音乐".split())


@dataclass(frozen=True)
class Hit:
    """A found song: its row, its score, and which words found it."""

    row: int
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class MoodIndex:
    """What can be searched: folded names of N songs, and standardised numbers by name, float32 [N]."""

    names: Sequence[str]
    numbers: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


def build_index(tracks: Sequence[Track], numbers: Mapping[str, NDArray[np.floating]]) -> MoodIndex:
    """numbers: values [N] by name, NaN where unknown; only those that a word means are kept."""
    wanted = {name for way in MEANINGS.values() for name in way}
    kept = {n: _standardised(values) for n, values in numbers.items() if n in wanted or n.startswith(TAG)}
    names = [fold(" ".join((track.title, *track.artists, track.album, track.genre))) for track in tracks]
    return MoodIndex(names, kept)


def word_numbers(encoded: EncodedSongs | None) -> dict[str, NDArray[np.float32]]:
    """An encoder's tags as numbers for an index: the logit of each word's chance."""
    chances = {} if encoded is None else word_chances(encoded)
    return {f"{TAG}{word}": np.log(p.clip(1e-6, 1 - 1e-6) / (1 - p).clip(1e-6)) for word, p in chances.items()}


def words_in(index: MoodIndex, row: int) -> list[str]:
    """Words for an encoder's tags that a song has more of than most songs of the library."""
    found = ((name, values[row]) for name, values in index.numbers.items() if name.startswith(TAG))
    return [name.removeprefix(TAG) for name, value in found if value > _STANDS_OUT]


def search(index: MoodIndex, text: str, top: int = 50) -> list[Hit]:
    """The songs that the words fit best, best first; raises InputError for an empty or an endless question.

    With a word that is in a name, only songs that some name fits are found; with moods alone, the better half.
    """
    words = fold(text[: _LONGEST + 1]).split()
    words = [word for word in words if word not in _EMPTY] or words
    if not words or len(text) > _LONGEST:
        raise InputError(f"say what to search for, in 1 to {_LONGEST} letters")
    score, found_by = np.zeros(len(index.names)), np.zeros((len(words), len(index.names)), dtype=bool)
    named = np.zeros(len(index.names), dtype=bool)
    for place, word in enumerate(words):
        inside = np.array([word in name for name in index.names], dtype=bool)
        mood = _mood(index, word)
        found_by[place] = inside if mood is None else inside | (mood > 0.5)
        score += _NAMED * inside + (0.0 if mood is None else mood)
        named |= inside & (mood is None)
    plain = any(_mood(index, word) is None for word in words)
    able = named if plain else score > 0.0
    order = np.lexsort((np.arange(len(score)), -np.where(able, score, -np.inf)))[: min(top, int(able.sum()))]
    return [
        Hit(int(row), float(score[row]), tuple(word for place, word in enumerate(words) if found_by[place, row]))
        for row in order
    ]


def fold(text: str) -> str:
    """Small letters without accents or width, punctuation as spaces; Chinese moods inside a run of signs stand alone.

    >>> fold("Salt - Ægir; Été 悲伤的歌")
    'salt ægir ete 悲伤 的歌'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", _CHINESE.sub(r" \1 ", unicodedata.normalize("NFKC", plain))).split())


_CHINESE = re.compile(
    "(" + "|".join(sorted((w for w in (*MEANINGS, *_TAG_WORDS) if len(w) > 1 and ord(w[0]) > 0x2E80), key=len)) + ")"
)


def _mood(index: MoodIndex, word: str) -> NDArray[np.float64] | None:
    """How well the word's meaning fits each song, [N] in standard deviations; None for a word without a meaning."""
    way = {name: weight for name, weight in MEANINGS.get(word, {}).items() if name in index.numbers}
    asked = _TAG_WORDS.get(word, word)
    if asked not in ("no", "not"):
        named = ((name, name.removeprefix(TAG)) for name in index.numbers if name.startswith(TAG))
        way |= {name: 1.0 for name, tag in named if asked == tag or (asked in tag.split() and "no" not in tag.split())}
    if not way:
        return None
    fit = np.sum([weight * index.numbers[name] for name, weight in way.items()], axis=0, dtype=np.float64)
    return np.asarray(fit / np.sqrt(sum(weight**2 for weight in way.values())))


def _standardised(values: NDArray[np.floating]) -> NDArray[np.float32]:
    known = ~np.isnan(values)
    if not known.any():
        return np.zeros(len(values), dtype=np.float32)
    spread = float(values[known].std()) or 1.0
    scaled = np.clip((values - values[known].mean()) / spread, -4.0, 4.0)
    return np.where(known, scaled, 0.0).astype(np.float32)
