"""Turn the bytes of a lyrics file into text without being told the encoding.

Knows UTF-8 and UTF-16 with or without a mark, GB18030, Big5, Shift-JIS, EUC-KR and Windows-1252. It decides by how many
of the decoded characters are everyday ones, so a file of two or three rare characters can be read wrongly.
"""

from __future__ import annotations

import codecs

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
_CJK_CODECS = ("gb18030", "big5hkscs", "cp932", "cp949")


def decode_text(data: bytes) -> str:
    """Decode lyrics bytes to text, never failing: what no codec reads becomes U+FFFD.

    Line ends become \\n; NULs and byte-order marks go.
    """
    return _decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").lstrip("\ufeff")


def _decode(data: bytes) -> str:
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, errors="replace")
    wide = _wide_codec(data)
    if wide:
        return data.decode(wide, errors="replace")
    text = _try(data, "utf-8")
    if text is not None:
        return text
    return _best_legacy(data)


def _wide_codec(data: bytes) -> str | None:
    """UTF-16 without a mark: line feeds and spaces leave NULs in every second byte."""
    sample = data[: 4096 - 4096 % 2]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    codec = "utf-16-le" if odd > even else "utf-16-be"
    high = data.find(b"\x0a\x00") >= 0 or data.find(b"\x00\x0a") >= 0 or max(even, odd) * 4 > len(sample)
    text = _try(sample, codec)
    return codec if high and text is not None and _plausible(text) else None


def _plausible(text: str) -> bool:
    """Decoded text without private, unassigned-looking or control characters."""
    bad = sum((ch < " " and ch not in "\n\r\t") or "\ue000" <= ch <= "\uf8ff" for ch in text)
    return bad * 20 <= len(text)


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _best_legacy(data: bytes) -> str:
    """Pick the legacy codec whose decoding looks most like words; errors inside cost points, they do not exclude."""
    candidates = [(codec, data.decode(codec, errors="replace")) for codec in _CJK_CODECS]
    candidates.append(("cp1252", data.decode("cp1252", errors="replace")))
    candidates.append(("utf-8", data.decode("utf-8", errors="replace")))
    return max(candidates, key=lambda pair: _likeness(*pair))[1]


def _likeness(codec: str, text: str) -> float:
    """Share of the non-ASCII characters that are everyday ones in the codec's own language."""
    wide = [ch for ch in text if ch > "\x7f"]
    if not wide:
        return 0.0
    broken = sum(ch == "\ufffd" for ch in wide)
    good = float(sum(_everyday(codec, ch) for ch in wide))
    if codec == "cp1252":
        good = float(_accents_inside_words(text))
    if codec == "utf-8":  # a few broken bytes; hardly anything else reads as UTF-8 for long
        return 0.9 - 1.9 * broken / len(wide)
    return (good - 3.0 * broken) / len(wide)


def _everyday(codec: str, ch: str) -> bool:
    if codec in ("gb18030", "big5hkscs"):
        return ch in _EVERYDAY or ch in "，。！？：、…—“”「」（）　"
    if codec == "cp932":
        return "\u3041" <= ch <= "\u30ff" or (ch in _EVERYDAY and ch not in "們个说说这们")
    return ch in _EVERYDAY_KOREAN


def _accents_inside_words(text: str) -> int:
    """Accented Latin letters with an ASCII letter or a space on both sides, and typographic quotes."""
    padded = f" {text} "
    count = 0
    for before, ch, after in zip(padded, padded[1:], padded[2:], strict=False):
        if ch > "\x7f" and before < "\x80" and after < "\x80":
            count += ch in "‘’“”–—…" or (ch.isalpha() and ch <= "\u024f")
    return count
