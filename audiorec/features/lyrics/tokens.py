"""Cut lines into words: Chinese along jieba's dictionary, the others by letters.

The Chinese cutter reads jieba's dictionary file and walks the same most-probable path as `jieba.cut(HMM=False)` (the
test holds them equal), but never imports jieba: no pkg_resources, no log lines, no marshalled cache in a shared
temporary folder, and about three times as fast. It does not guess words that no dictionary has, as jieba's HMM does.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from audiorec.errors import AudiorecError
from audiorec.features.lyrics.lexicon import chinese_lexicon, music_words

_MODIFIERS = "不没好很最太真多更"
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:'[a-z]+)*")
_LATIN_WORD = re.compile(r"[a-z\u00df-\u024f0-9]+(?:'[a-z\u00df-\u024f]+)*")
_JAPANESE_RUN = re.compile(r"[\u4e00-\u9fff々]+|[\u3041-\u3096]+|[\u30a1-\u30faー]+|[a-z0-9]+(?:'[a-z]+)*")
_KOREAN_RUN = re.compile(r"[\uac00-\ud7a3]+|[a-z0-9]+(?:'[a-z]+)*")


def words_of(line: str, language: str) -> list[str]:
    """Return the words of one line in lower case, punctuation dropped; Chinese must be in simplified script."""
    lowered = line.lower().replace("’", "'").replace("‘", "'")
    if language == "zh":
        cut = chinese_cutter().cut
        return [word for run in _HAN_RUN.findall(lowered) for word in (cut(run) if run[0] > "\u33ff" else [run])]
    pattern = {"ja": _JAPANESE_RUN, "ko": _KOREAN_RUN}.get(language, _LATIN_WORD)
    return pattern.findall(lowered)


class ChineseCutter:
    """Cuts runs of Chinese characters along the most probable path through a dictionary of word counts."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """counts: word -> count; a count of 0 takes a word out."""
        total = sum(counts.values())
        self._log_total = math.log(total)
        # jieba counts a character that it does not know as one occurrence.
        self._unknown = -self._log_total
        self._logs: dict[str, float] = {
            word: math.log(count) - self._log_total for word, count in counts.items() if count > 0
        }
        # One look-up tells a word, the mere beginning of a word (-inf) and neither apart.
        prefixes = {word[:end] for word in self._logs for end in range(2, len(word))}
        self._nodes: dict[str, float] = dict.fromkeys(prefixes, -math.inf) | self._logs

    def cut(self, run: str) -> list[str]:
        """Return the words of a run of Chinese characters."""
        logs, node, unknown = self._logs, self._nodes.get, self._unknown
        size = len(run)
        best = [0.0] * (size + 1)
        ends = [0] * size
        for start in range(size - 1, -1, -1):
            score = logs.get(run[start], unknown) + best[start + 1]
            end = start + 1
            for stop in range(start + 2, size + 1):
                log = node(run[start:stop])
                if log is None:
                    break
                # On a tie the longer word wins, as in jieba.
                if log + best[stop] >= score:
                    score, end = log + best[stop], stop
            best[start], ends[start] = score, end
        words = []
        at = 0
        while at < size:
            words.append(run[at : ends[at]])
            at = ends[at]
        return words

    def log_probability(self, words: Iterable[str]) -> float:
        """Natural logarithm of the probability of words side by side."""
        return sum(self._logs.get(word, self._unknown) for word in words)


@cache
def chinese_cutter() -> ChineseCutter:
    """The cutter with jieba's dictionary, our music words and our lexicon; built on first use, kept for the process."""
    return ChineseCutter(chinese_counts())


def chinese_counts() -> dict[str, int]:
    """Word -> count: jieba's dictionary, music words with their own counts, and the lexicon's words.

    A lexicon word that jieba lacks or cuts gets a count just high enough to stay whole; jieba's words that are one
    of ours with a negation or degree before it (不快乐, 好孤单) are taken out, so that `sentiment` sees both parts.
    """
    counts = _jieba_counts()
    counts.update(music_words())
    lexicon = chinese_lexicon()
    for word in lexicon:
        for modified in (modifier + word for modifier in _MODIFIERS):
            if modified in counts and modified not in lexicon:
                counts[modified] = 0
    plain = ChineseCutter(counts)
    total = sum(counts.values())
    for word in lexicon:
        if word not in counts or len(plain.cut(word)) > 1:
            apart = math.exp(plain.log_probability(plain.cut(word)))
            counts[word] = max(3, int(apart * total) + 1)
    return counts


def _jieba_counts() -> dict[str, int]:
    spec = importlib.util.find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise AudiorecError("Chinese lyrics need the package jieba: pip install jieba")
    text = Path(spec.submodule_search_locations[0], "dict.txt").read_text(encoding="utf-8")
    # Every line is "word count part-of-speech".
    fields = text.split()
    if len(fields) % 3:
        return {line.split(" ")[0]: int(line.split(" ")[1]) for line in text.splitlines()}
    return dict(zip(fields[0::3], map(int, fields[1::3]), strict=True))
