"""The one decoder of text for everything that comes in: lists, tables, lyrics, tags.

UTF-8, UTF-16 and UTF-32 are known by their marks or their form. Of the code pages before them each candidate is tried,
and the one whose letters look most like words of its own language is taken; where another looks as good, `sure` is
False and whoever shows the text must say so. It does not know what the text means.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

# The everyday characters of song words in both scripts: what right decodings are full of and wrong ones are not.
_EVERYDAY = frozenset(
    "的一是不了在人有我他她它这個个中大来來上国國到说說们們为為子和你地出道也时時年得就那要下以生会會自着著去之过過家学學"
    "对對可里裡后後小么麼心多天而能好都然没沒日于於起还還发發成事只作当當想看文无無开開手十用主行方又如前所本见見经經头頭"
    "面公同三已老从從动動两兩长長知民样樣现現分将將外但身些与與高意进進把法此实實回二理美点點月明其种種声聲全工己话話"
    "儿兒者向情部正名定女问問力机機给給等几幾很业業最间間新什打便位因重被走电電四第门門相次东東政海口使教西再平真听聽世气氣"
    "信北少关關并並内內加化由却卻代军軍产產入先山五太水万萬市眼体體别別处處总總才场場师師书書比住员員九笑性通目华華报報立马馬"
    "命张張活难難神数數件安表原车車白应應路期叫死常提感金何更反合放做系系计計或司利受光王果亲親界及今京务務制解各任至清"
    "爱愛梦夢夜风風雨泪淚花雪星飞飛谁誰让讓离離忘记記孤单單寂寞哭思念红紅酒春秋冬夏黑歌唱远遠永你您吧吗嗎啊呢啦哦嘿怎每越"
    "伤傷痛苦甜吻抱牵牽握醒睡等待城街灯燈窗岁歲月缘緣恨怕冷暖热熱空落泪云雲河江湖蓝藍绿綠青草树樹叶葉"
)
_EVERYDAY_KOREAN = frozenset(
    "이다는의에가고지하나을를은로사어도아해기리대서그니내너요만자시인한면라게랑오우여보수있없않안말마무모든것거제저네세시간날밤낮"
    "꿈별달빛길눈물비바람꽃봄여름가을겨울울웃음노래춤손잡떠돌아올갈살죽싶좋미워와과들던된될할함께언젠처럼까부터조금더많은"
    "생각기억잊못난넌줄수록때문데려일정말진짜왜뭐어떻게누구속앞뒤위아래다시또늘항상영원히행복슬픔아픔외로운그리운두려남여자"
)
_RUSSIAN = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґў")
# Letters beyond ASCII by language: a text is mostly in one of the languages that its code page serves.
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű", "áäčďéíĺľňóôŕšťúýž", "čćšžđ", "ăâîşţ")
_WESTERN = ("äöüßåæøé", "éèêëàâçîïôùûœ", "áéíóúñü¿¡", "ãõáéíóúâêôàç", "áðéíóúýþæö", "àèéìòù")
_TURKISH = ("çğıöşüâîû",)
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Punctuation that wide scripts and typesetters use; it belongs to no language.
_SIGNS = frozenset("，。！？：、…—“”「」『』（）《》〈〉·～　‘’–´°º«»•№")
# Scripts that stand beside others in one name.
_MIXED = frozenset(
    ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH", "MODIFIER", "MASCULINE", "FEMININE")
)
_WIDE_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_THREE_OF_DOS = re.compile(rb"[\xe0-\xef][\xa0-\xaf]{2}")
_TOLD_BY = 65_536  # bytes in which there is enough to tell by, if there is anywhere
# Below this share of everyday letters a reading is not believed, within this of another it is not sure.
_LEAST, _APART = 0.5, 0.1


@dataclass(frozen=True)
class DecodedText:
    """The text, the encoding it was read by, and whether another would have done as well."""

    text: str
    encoding: str
    sure: bool


def decode_text(data: bytes) -> DecodedText:
    """Decode bytes, never failing: what the encoding cannot read becomes U+FFFD.

    >>> decode_text("晴天 - 周杰伦".encode("gb18030")).text, decode_text("café".encode("latin-1")).text
    ('晴天 - 周杰伦', 'café')
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return DecodedText(data[len(mark) :].decode(encoding, "replace"), encoding, True)
    if b"\x1b$" in data and data.isascii() and _can_read(data, "iso2022_jp"):
        return DecodedText(data.decode("iso2022_jp"), "iso2022_jp", True)
    if data.isascii() and b"\0" not in data:
        return DecodedText(data.decode("ascii"), "ascii", True)
    wide = _without_mark(data)
    if wide:
        return DecodedText(data.decode(wide, "replace"), wide, True)
    try:
        text = data.decode("utf-8")
        return DecodedText(text, "utf-8", not (_is_motley(text) or _is_one_of_dos(data)))
    except UnicodeDecodeError as error:
        if error.start >= max(6, len(data) - 3) and not data[: error.start].isascii():  # cut off inside its last letter
            return DecodedText(data.decode("utf-8", "replace"), "utf-8", False)
        return _by_looks(data)


def plain_text(data: bytes) -> str:
    """The text of some bytes with line feeds alone as line ends, without NULs and byte-order marks."""
    return plain_lines(decode_text(data).text)


def plain_lines(text: str) -> str:
    """The same of a text that is decoded."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").lstrip("\ufeff")


def _without_mark(data: bytes) -> str | None:
    """UTF-16 and UTF-32 without a mark: ASCII letters, spaces and line ends leave NULs in fixed places."""
    sample = data[: 4096 - 4096 % 2]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    zeros = [sample[place::4].count(0) * 4 / len(sample) for place in range(4)]
    for encoding, high, next_high in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        if zeros[high] > 0.95 and zeros[next_high] > 0.8 and _can_read(data, encoding):
            return encoding
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    odd_signs = sum((sign < " " and sign not in "\n\r\t") or "\ue000" <= sign <= "\uf8ff" for sign in text)
    has_lines = b"\n\0" in sample or b"\0\n" in sample or max(even, odd) * 4 > len(sample)
    return encoding if has_lines and odd_signs * 20 <= len(text) else None


def _can_read(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _by_looks(data: bytes) -> DecodedText:
    found = []
    for encoding, looks in _CANDIDATES.items():
        text = data.decode(encoding, "replace")
        found.append((_score(text, looks), encoding, text))
    # A few broken bytes in UTF-8: hardly anything else reads as UTF-8 for long.
    text = data.decode("utf-8", "replace")
    wide = [sign for sign in text if sign > "\x7f"]
    found.append((0.95 - 2.0 * sum(sign == "\ufffd" for sign in wide) / max(len(wide), 1), "utf-8", text))
    found.sort(key=lambda entry: -entry[0])
    best, second = found[0], next((other for other in found[1:] if other[2] != found[0][2]), (0.0, "", ""))
    sure = best[0] >= _LEAST and best[0] - second[0] >= _APART and "\ufffd" not in best[2]
    return DecodedText(best[2], best[1], sure and not _is_too_little(data, best[1]))


def _is_too_little(data: bytes, encoding: str) -> bool:
    """Whether there is too little to tell by: a word of five letters beyond ASCII may also be Turkish, two Chinese
    characters two Korean ones, and one of them an accent beside a letter."""
    # What is said again is no more proof.
    found = set(_WIDE_WORD.findall(data[:_TOLD_BY]))
    # One and two letters of Cyrillic or Greek are words in the other pages, too.
    words = b" ".join(
        word for word in found if len(word) > 2 or encoding not in ("cp1251", "koi8-r", "cp866", "cp1253")
    )
    if encoding.startswith(("cp1252", "cp1250", "iso8859", "cp1254")):
        return sum(65 <= byte <= 122 for byte in words) < 3
    return encoding != "utf-8" and sum(byte > 0x7F for byte in words) < 8


def _is_motley(text: str) -> bool:
    """Whether a few letters are of several scripts, or of one that has two bytes a letter: bytes of a code page may be
    good UTF-8 by chance."""
    words = dict.fromkeys(re.findall(r"[^\W\d_]+", text[:_TOLD_BY]))
    wide = [sign for word in words for sign in word if sign > "\x7f"]
    if len(wide) < 3:
        return any("\u0180" <= sign < "\u0800" for sign in wide) or any("\u0100" <= word < "\u0180" for word in words)
    return len(wide) <= 6 and len({unicodedata.name(sign, "?").split()[0] for sign in wide} - _MIXED) > 1


def _is_one_of_dos(data: bytes) -> bool:
    """Whether the only word is one Chinese character, or three small Russian letters of DOS."""
    words = set(_WIDE_WORD.findall(data[:_TOLD_BY]))
    return len(words) == 1 and _THREE_OF_DOS.fullmatch(words.pop()) is not None


def readings(data: bytes) -> dict[str, str]:
    """What the bytes say in every code page that can read all of them, for whoever has other evidence to choose by."""
    found = {}
    for encoding in (*_CANDIDATES, "utf-8"):
        try:
            found[encoding] = data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return found


def _score(text: str, looks: Callable[[str], float]) -> float:
    """How much the wide letters of a reading look like its language; each broken one costs three good ones."""
    wide = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
    if not wide:
        return 0.4 if any(sign in _SIGNS for sign in text) else 0.0
    broken = sum(sign == "\ufffd" or "\ue000" <= sign <= "\uf8ff" or "\x80" <= sign < "\xa0" for sign in wide)
    return looks(text) - 3.0 * broken / len(wide)


def _share(text: str, letters: frozenset[str]) -> float:
    wide = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
    return sum(sign in letters for sign in wide) / max(len(wide), 1)


def _chinese(text: str) -> float:
    # A rare character is no proof against: names are full of them. What is none at all is.
    wide = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
    han = sum("\u4e00" <= sign <= "\u9fff" for sign in wide) / max(len(wide), 1)
    # Kana have one place in the tables of Japan and China: where they stand, the text is Japanese.
    kana = sum("\u3041" <= sign <= "\u30fe" for sign in wide) / max(len(wide), 1)
    return 0.45 * han + 0.55 * min(1.0, 2.0 * _share(text, _EVERYDAY)) - kana


def _japanese(text: str) -> float:
    wide = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
    kana = sum("\u3041" <= sign <= "\u30fe" for sign in wide)
    halfwidth = sum("\uff61" <= sign <= "\uff9f" for sign in wide)
    han = sum("\u4e00" <= sign <= "\u9fff" for sign in wide)
    return (min(2.0 * kana, kana + han) + 0.3 * max(han - kana, 0) - 2.0 * halfwidth) / max(len(wide), 1)


def _korean(text: str) -> float:
    wide = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
    hangul = sum("\uac00" <= sign <= "\ud7a3" for sign in wide) / max(len(wide), 1)
    # Half of the usual Chinese characters lie where no syllable does: many signs that are all syllables are Korean.
    all_syllables = min(1.0, len(wide) / 6.0) if hangul == 1.0 and _is_usual_korean("".join(wide)) else 0.0
    return 0.45 * hangul + 0.55 * max(min(1.0, 2.0 * _share(text, _EVERYDAY_KOREAN)), all_syllables)


def _is_usual_korean(syllables: str) -> bool:
    """Whether all of them stand in the first table of Korean; the thousands beyond it hardly occur."""
    # Syllables beyond the table are written as eight bytes each.
    return len(syllables.encode("euc_kr", "replace")) == 2 * len(syllables)


def _cyrillic(text: str) -> float:
    """Words of small letters with at most a large one in front; a wrong reading swaps the cases."""
    words = re.findall("[\u0400-\u04ff]+", text)
    # Macedonian letters stand for the most frequent bytes of Korean and Chinese.
    letters = sum(sign not in "ЅѕЌќЃѓ" for word in words for sign in word)
    usual = sum(len(word) for word in words if word[1:].islower() or len(word) == 1 or word.isupper())
    wide = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
    common = sum(sign.lower() in "оеаинтсрвлкм" for word in words for sign in word) / max(letters, 1)
    alone = sum(len(word) == 1 for word in words) / max(len(words), 1)
    alone += len(re.findall("[“”‘’—–…](?=[A-Za-z])", text)) / max(len(words), 1)  # bytes of Japanese
    return (letters / max(len(wide), 1)) * (0.5 * usual / max(letters, 1) + 0.5 * min(1.0, 1.6 * common) - 0.5 * alone)


def _greek(text: str) -> float:
    """Words by themselves, as Greek builds them."""
    wide = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
    usual = [word for word in re.findall("(?<![A-Za-z])[Ά-ώ]{2,}(?![A-Za-z])", text) if _is_greek(word)]
    # Signs in the middle of words are bytes of something else.
    inside = len(re.findall("(?<=[Ά-ώ])[^\\w\\s'’.,-]+(?=[Ά-ώ])", text))
    return (sum(map(len, usual)) - 2.0 * inside) / max(len(wide), 1)


def _is_greek(word: str) -> bool:
    """Small letters after the first, with a stress where it is long, or large ones without; a vowel, ς, ν or ρ at the
    end, and ς nowhere else."""
    if word.isupper():
        return not re.search("[Ά-Ώ]", word[1:]) and bool(re.search("[ΑΕΗΙΟΥΩ]", word))
    stresses = len(re.findall("[Άά-ίό-ώ]", word))
    ends = re.fullmatch("[^ς]*[αεηιουωάέήίόύώϊϋςνρξ]", word) is not None
    return word[1:].islower() and ends and stresses < 2 and (stresses == 1 or len(word) < 5)


def _latin(alphabets: tuple[str, ...]) -> Callable[[str], float]:
    """Accented letters of the languages inside or at the edge of ASCII words, the more of one language the better."""
    letters = frozenset("".join(alphabets) + "".join(alphabets).upper().replace("SS", "") + "İ")

    def looks(text: str) -> float:
        wide = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
        inside = sum(sum(sign in letters for sign in word) for word in re.findall(r"[^\W\d_]+", text) if _is_word(word))
        one = max(sum(sign.lower()[:1] in alphabet for sign in wide) for alphabet in alphabets)
        return (0.77 * inside + 0.2 * one) / max(len(wide), 1)

    return looks


def _is_word(word: str) -> bool:
    """Whether a Latin word may be one: some letters of ASCII, few accents in a row, no capital after a small letter."""
    wide = sum(sign > "\x7f" for sign in word)
    few = 0 < len(word) - wide >= wide - 2 and not re.search("[^\x00-\x7f]{4}", word)
    swapped = any(one.islower() and other.isupper() for one, other in pairwise(word)) and word[:2] not in ("Mc", "Ma")
    # Icelandic has its thorn in front; inside words it is a Turkish letter read wrongly.
    # Italian has these at the ends of words; inside they are Czech letters read wrongly.
    return few and not swapped and not re.search(r"\wþ|[ìòùÌÒÙ][^\W\d_]", word)


_CANDIDATES: Mapping[str, Callable[[str], float]] = {
    "gb18030": _chinese,
    "big5hkscs": _chinese,
    "cp932": _japanese,
    "euc_jp": _japanese,
    "cp949": _korean,
    "cp1251": _cyrillic,
    "koi8-r": _cyrillic,
    "cp866": _cyrillic,
    "cp1253": _greek,
    "cp1252": _latin(_WESTERN),
    "cp1250": _latin(_CENTRAL),
    "iso8859_2": _latin(_CENTRAL),
    "cp1254": _latin(_TURKISH),
}
