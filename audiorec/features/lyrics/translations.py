"""Leave the sung half of lyrics that give every line twice: translations and romanisations go.

Players write the other half under the same time, a breath later, on the next line or behind the words on the same one.
A song that mixes languages has no such order and stays as it is. It does not translate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from audiorec.features.lyrics.language import line_language
from audiorec.features.lyrics.lrc import TimedLine

_ROMAJI = re.compile(
    r"(?:(?:[kgsztdnhbpmyrwjf]|ky|gy|sh|ch|ts|ny|hy|by|py|my|ry|j)?(?:[aeiou]|aa|ii|uu|ee|oo|ou|ei)|n|tt?|kk?|pp?|ss?)+"
)
_PINYIN = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:[iu]?ang|[iu]ong|[iu]?an|[iu]e[in]|iao|uai|[aeo][iuno]|eng|ing|ong|"
    r"i[aoenu]|u[aoein]|v[en]?|[aeiouü]|er|ün?|üe)(?:r)?"
)
_JYUTPING = re.compile(r"(?:[a-z]{1,6}[1-6]\s*)+")
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ", "aaaaeeeeiiiioooouuuuvvvv")
_HAN = re.compile(r"[\u3400-\u9fff]")
EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_TAIL = re.compile(r"^(.*?\S)\s*(?:[(（『「【\[]\s*([^()（）『』「」【】\[\]]+?)\s*[)）』」】\]]|\s[/|／｜]\s(.+))$")
_HAN_TAIL = re.compile(
    r"^([^\u3040-\u9fff\uac00-\ud7a3]*[A-Za-z][^\u3040-\u9fff\uac00-\ud7a3]*?)\s+([\u3400-\u9fff][^A-Za-z]*)$"
)
_FURIGANA = re.compile(r"(?<=[\u3400-\u9fff々])[(（][\u3041-\u30fc]+[)）]")
_INITIALS = "g kk n d tt r m b pp s ss  j jj ch k t p h".split(" ")
_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_FINALS = " k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(" ")
# Of how many lines the other half must stand there, and in how many at least, before it is believed.
_SHARE, _FEWEST = 0.7, 3
_LONGEST = 300  # characters: more than a line is sung in


def is_romanised(line: str) -> bool:
    """Whether a Latin line reads as romanised Japanese: every word falls into Japanese syllables."""
    words = re.findall(r"[a-z]+", line.lower().replace("'", ""))
    return len(words) >= 3 and sum(_ROMAJI.fullmatch(word) is not None for word in words) >= 0.9 * len(words)


def first_of_pairs(lines: Sequence[TimedLine], is_written: Callable[[str], bool]) -> list[str]:
    """Of lines in two languages that share a stamp one: the first, where the others do not tell that the second is
    sung; `is_written` says which lines are not sung at all."""
    kept: list[TimedLine] = []
    others: dict[int, TimedLine] = {}  # place in `kept` -> the other half of the line there
    for line in lines:
        before = kept[-1] if kept else None
        is_other = before is not None and before.start == line.start and before.text and line.text
        if before and is_other and line_language(before.text) != line_language(line.text):
            others.setdefault(len(kept) - 1, line)
        else:
            kept.append(line)
    pairs = [(kept[at].text, other.text) for at, other in others.items() if not is_written(kept[at].text)]
    alone = [line.text for at, line in enumerate(kept) if at not in others and not is_written(line.text)]
    if _are_romanised(pairs) or _are_translated(pairs, alone):
        return [others.get(at, line).text for at, line in enumerate(kept)]
    return [line.text for line in kept]


def _are_romanised(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the first halves spell the second ones; one line alone may look so ("deep in the sea")."""
    long = [first for first, second in pairs if line_language(second) in ("ja", "zh") and len(first.split()) >= 3]
    return bool(long) and sum(map(is_romanised, long)) >= _SHARE * len(long)


def _are_translated(pairs: Sequence[tuple[str, str]], alone: Sequence[str]) -> bool:
    """Whether the first halves are Chinese and the second ones sung: in their language are the lines that have no
    other half ("oh, oh")."""
    languages = {line_language(line) for line in alone} - {""}
    firsts = {line_language(first) for first, _ in pairs}
    seconds = {line_language(second) for _, second in pairs}
    return firsts == {"zh"} and bool(languages) and "zh" not in languages and languages <= seconds


def only_sung(lines: list[str], is_written: Callable[[str], bool]) -> list[str]:
    """Lines without their other halves, blank ones included; `is_written` says which lines are not sung at all.

    One of two halves is Chinese, Japanese or Korean: most texts are passed over in a tenth of the time.
    """
    if not any(map(EAST_ASIAN.search, lines)):
        return lines
    if any(line_language(line) == "ja" for line in lines):
        lines = [_FURIGANA.sub("", line) for line in lines]
    lines = _without_tails(lines, is_written)
    for is_half in (is_romanisation, _is_translation):
        lines = _without_neighbours(lines, is_written, is_half)
    return lines


def _without_tails(lines: list[str], is_written: Callable[[str], bool]) -> list[str]:
    """Lines without the translation behind them, where most lines have one."""
    heads = {at: head for at, line in enumerate(lines) if (head := _head(line))}
    sung = [line for line in lines if line_language(line) and not is_written(line)]
    if len(heads) < max(_FEWEST, _SHARE * len(sung)):
        return lines
    return [heads.get(at, line) for at, line in enumerate(lines)]


def _head(line: str) -> str:
    """What stands before a translation into Chinese on the same line, or nothing."""
    if len(line) > _LONGEST:
        return ""
    found = _TAIL.match(line)
    head, tail = (found[1], found[2] or found[3]) if found else ("", "")
    if not found and (spaced := _HAN_TAIL.match(line)):
        head, tail = spaced[1], spaced[2]
    return head.strip() if line_language(tail) == "zh" and line_language(head) in ("en", "ja", "ko", "other") else ""


def _without_neighbours(
    lines: list[str], is_written: Callable[[str], bool], is_half: Callable[[str, str], bool]
) -> list[str]:
    """Lines without those that are the other half of the line before them, or, where that fits better, behind them."""
    sung = [at for at, line in enumerate(lines) if line_language(line) and not is_written(line)]
    best: set[int] = set()
    for step in (1, -1):
        order, halves = sung[::step], set[int]()
        for before, at in zip(order, order[1:], strict=False):
            if before not in halves and is_half(lines[before], lines[at]):
                halves.add(at)
        best = max(best, halves, key=len)
    others = len(sung) - len(best)
    if len(best) < _FEWEST or len(best) < _SHARE * others:
        return lines
    return [line for at, line in enumerate(lines) if at not in best]


def _is_translation(line: str, other: str) -> bool:
    """A Chinese line behind one in another language."""
    return line_language(other) == "zh" and line_language(line) in ("ja", "ko", "en", "other")


def is_romanisation(line: str, other: str) -> bool:
    """A line in Latin letters that spells the sound of one in another script."""
    language = line_language(line)
    if language not in ("zh", "ja", "ko") or line_language(other) not in ("en", "other"):
        return False
    spelled = other.lower().translate(_TONES)
    if language == "ko":
        return _near(_spelled_korean(line), spelled)
    if is_romanised(other):
        return True
    words, signs = re.findall(r"[a-zü']+[1-6]?", spelled), len(_HAN.findall(line))
    fits = sum(_PINYIN.fullmatch(word) is not None for word in words) >= 0.8 * len(words)
    return language == "zh" and abs(len(words) - signs) <= 1 + signs // 8 and (
        fits or _JYUTPING.fullmatch(spelled.strip()) is not None
    )  # fmt: skip


def _spelled_korean(line: str) -> str:
    """Hangul by the revised romanisation, without the changes where syllables meet. Source: Unicode 15, 3.12."""
    spelled: list[str] = []
    for sign in line:
        number = ord(sign) - 0xAC00
        is_syllable = 0 <= number < 11_172
        parts = (_INITIALS[number // 588], _VOWELS[number % 588 // 28], _FINALS[number % 28]) if is_syllable else sign
        spelled += parts
    return "".join(spelled)


def _near(one: str, other: str) -> bool:
    """Whether two spellings of one sound agree in most of their vowels, which syllables that meet do not change."""
    vowels, others = (re.findall(r"[aeiou]+", text.lower().replace("w", "").replace("y", "")) for text in (one, other))
    same = sum(a == b for a, b in zip(vowels, others, strict=False))
    return bool(vowels) and same >= _SHARE * max(len(vowels), len(others))
