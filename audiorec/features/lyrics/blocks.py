"""Leave the sung part of lyrics that stand there two or three times over: as blocks, stanzas in turn, or lines in turn.

Pages give the words, their romanisation and a translation one behind the other, under headings or without. A block
counts as the other one's half only where it has as many lines, in another language; of two languages that songs mix,
stanzas in turn are both sung.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby

from audiorec.features.lyrics.language import line_language
from audiorec.features.lyrics.translations import EAST_ASIAN, is_romanisation

_OTHER_HALVES = frozenset(
    "romaji;romanji;romanised;romanized;romanisation;romanization;pinyin;jyutping;transliteration;translation;translations;"
    "translated;english;english translation;english version;chinese translation;french translation;german translation;"
    "spanish translation;罗马音;羅馬音;罗马字;羅馬字;拼音;翻译;翻譯;中文翻译;中文翻譯;译文;譯文;歌词翻译;中译;"
    "ローマ字;和訳;日本語訳;英訳;"
    "로마자;발음;번역;해석".split(";")
)
_SUNG_HALVES = frozenset(
    "original;japanese;kanji;korean;hangul;hangeul;chinese;hanzi;lyrics;原文;原版;日文;日语;韩文;中文;歌词;日本語;歌詞;漢字;한국어;"
    "한글;가사;원문".split(";")
)
_LONGEST_HEADING = 40
_WORD = re.compile(r"[^\W_]+")
# Of how many lines a language must be to be the block's, or the other half to be believed.
_SHARE = 0.7
_FEWEST = 3
_FEWEST_OF_BLOCKS = 4
_LATIN = "latin"


def only_sung_blocks(lines: list[str], is_written: Callable[[str], bool]) -> list[str]:
    """Lines without blocks that say the same otherwise, blank ones included; `is_written`: which are not sung."""
    lines = _under_headings(lines, is_written)
    if not any(map(EAST_ASIAN.search, lines)):
        return lines  # neither romanised nor translated into Chinese
    languages = [_family(line) for line in lines]
    counts = Counter(filter(None, languages)).most_common(2)
    if len(counts) < 2 or counts[1][1] < _SHARE / 3 * sum(map(bool, languages)):
        return lines
    sung = [at for at, line in enumerate(lines) if languages[at] and not is_written(line)]
    ways = (*_blocks(sung), _stanzas(lines, set(sung)), _in_turn(sung))
    for parts, may_translate in ways:
        kept = _original([[lines[at] for at in part] for part in parts], may_translate)
        if kept is not None:
            gone = {at for part in parts for at in part} - set(parts[kept])
            return [line for at, line in enumerate(lines) if at not in gone]
    return lines


def _under_headings(lines: list[str], is_written: Callable[[str], bool]) -> list[str]:
    """Lines without those under headings such as "Romaji" and "English translation", where others remain."""
    headings = {
        at: kind
        for at, line in enumerate(lines)
        if (kind := _heading(line)) and (at == 0 or not lines[at - 1].strip() or not line[-1].isalnum())
    }
    if "other" not in headings.values():
        return lines
    is_by_stanza = len({lines[at] for at in headings}) < len(headings)
    label, labels = "", []
    for at, line in enumerate(lines):
        if at in headings or (is_by_stanza and is_written(line)):
            label = headings.get(at, "")
        labels.append("heading" if at in headings else label)
    kept = "sung" if "sung" in labels else ""
    left = [line for line, label in zip(lines, labels, strict=True) if label == kept]
    return left if any(map(line_language, left)) else lines


def _heading(line: str) -> str:
    """Whether a line heads the words that are sung or others, by its name alone; "" for neither."""
    if len(line) > _LONGEST_HEADING:
        return ""
    name = " ".join(_WORD.findall(line.lower())).removesuffix(" lyrics")
    return "other" if name in _OTHER_HALVES else "sung" if name in _SUNG_HALVES else ""


def _blocks(sung: list[int]) -> list[tuple[list[list[int]], bool]]:
    """The lines as two or three blocks of one length."""
    found = []
    for count in (2, 3):
        size = len(sung) // count
        if len(sung) == count * size and size >= _FEWEST_OF_BLOCKS:
            found.append(([sung[start : start + size] for start in range(0, len(sung), size)], True))
    return found


def _stanzas(lines: list[str], sung: set[int]) -> tuple[list[list[int]], bool]:
    """Every other stanza, where each has as many lines as the one behind it."""
    grouped = groupby(range(len(lines)), key=lambda at: bool(lines[at].strip()))
    stanzas = [found for is_full, part in grouped if is_full and (found := [at for at in part if at in sung])]
    first, second = stanzas[::2], stanzas[1::2]
    if len(stanzas) < 4 or list(map(len, first)) != list(map(len, second)):
        return [], False
    return [[at for stanza in part for at in stanza] for part in (first, second)], False


def _in_turn(sung: list[int]) -> tuple[list[list[int]], bool]:
    """Every third line."""
    is_even = len(sung) >= 3 * _FEWEST and len(sung) % 3 == 0
    return ([sung[start::3] for start in range(3)] if is_even else []), False


def _original(parts: Sequence[Sequence[str]], may_translate: bool) -> int | None:
    """Which part is sung, where the others are its romanisation or translation; None where that is not sure.

    may_translate: whether the first part counts as sung on the ground of the languages alone.
    """
    languages = [_language(part) for part in parts]
    if len(set(languages) - {_LATIN}) + languages.count(_LATIN) < len(parts) or "" in languages or len(parts) < 2:
        return None
    for sung, part in enumerate(parts):
        for other in parts:
            spelled = sum(is_romanisation(line, half) for line, half in zip(part, other, strict=True))
            if other is not part and spelled >= max(_FEWEST, _SHARE * len(part)):
                return sung
    into_chinese = languages[1:] == ["zh"] and languages[0] != "zh"
    return 0 if into_chinese or (may_translate and len(parts) == 2 and languages[1] == _LATIN != languages[0]) else None


def _language(part: Sequence[str]) -> str:
    """The language of most lines, "" where they are of several."""
    found = Counter(map(_family, part))
    if found["ja"]:
        found["ja"] += found.pop("zh", 0)  # lines of signs alone
    language, count = found.most_common(1)[0]
    return language if count >= _SHARE * len(part) else ""


def _family(line: str) -> str:
    """The language of a line; Latin letters are one, since romanisations are of none."""
    language = line_language(line)
    return language if language in ("zh", "ja", "ko", "") else _LATIN
