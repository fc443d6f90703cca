"""Separate what is sung from what is only written: credits, section marks, singers' names, translations, romanisations.

Works line by line on patterns in Chinese, English, Japanese and Korean; a credit in a form it has never seen is taken
for a sung line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from audiorec.features.lyrics.blocks import only_sung_blocks
from audiorec.features.lyrics.lrc import TimedLyrics, parse_lrc
from audiorec.features.lyrics.translations import first_of_pairs, only_sung

_ROLES_ZH = (
    "作词|作詞|填词|填詞|作曲|谱曲|譜曲|编曲|編曲|词曲|詞曲|词|詞|曲|编|編|原唱|翻唱|演唱|歌手|主唱|和声|和聲|"
    "和音|合声|合聲|伴唱|制作人|製作人|制作|製作|监制|監製|"
    "统筹|統籌|策划|策劃|企划|企劃|出品人|出品|发行|發行|混音|混音师|录音|錄音|录音师|錄音師|录音棚|录音室|錄音室|"
    "母带|母帶|缩混|縮混|后期|後期|吉他|木吉他|电吉他|贝斯|貝斯|鼓|鼓手|"
    "键盘|鍵盤|钢琴|鋼琴|弦乐|弦樂|小提琴|大提琴|二胡|笛子|古筝|琵琶|箫|口琴|萨克斯|打击乐|配唱|文案|海报|美工|"
    "题字|曲绘|艺术指导|执行制作|项目|总监|监棚|编写|配器|合成器|鼓机|弦乐编写|人声制作|人声录音|童声|口白|旁白|作画|"
    "ボーカル|ヴォーカル|ギター|ベース|ドラム|ピアノ|キーボード|ミックス|マスタリング|イラスト|動画|翻訳|訳|"
    "题字|曲绘|版权|版權|专辑|專輯|歌名|歌曲|曲名|标题|標題|音乐总监|"
    "音樂總監|营销|推广|宣传|未经|OP|SP|ISRC|人声编辑|人声|吉他手|艺人|藝人|調教|调教|调校|作词人|作曲人|編|詞曲"
)
_ROLES_LATIN = (
    r"lyrics?|lyricist|music|composer|composed|arranger|arranged|arrangement|written|words|producer|produced|"
    r"vocals?|singers?|writers?|writer\(s\)|songwriters?|percussion|violins?|viola|cello|saxophone|trumpet|trombone|flute|"
    r"synth(?:esi[sz]er)?s?|programming|choir|studio|label|director|drummer|guitarist|organ|harmonica|production|"
    r"guitars?|bass|drums|piano|keyboards?|strings|mix(?:ed|ing)?|master(?:ed|ing)?|record(?:ed|ing)|"
    r"engineer(?:ed)?|publisher|copyright|"
    r"artist|title|album|performed|transcribed|submitted|translation|translated|romanized|op|sp"
)
# In other languages, always with a colon: "Text: ...", "Слова и музыка: ...".
_ROLES_ELSEWHERE = (
    r"text|musik|worte|komponist|arrangement|gesang|übersetzung|paroles|musique|auteur|compositeur|traduction|"
    r"letra|música|autor(?:es|a)?|compositor(?:es|a)?|traducción|tradução|testo|musica|autori?|traduzione|"
    r"tekst|muziek|muzyka|słowa|sł\.|muz\.|tłumaczenie|hudba|slova|söz|müzik|beste|sanat|sävel|"
    r"слова|музыка|текст|автор(?:ы)?|аранжировка|исполнитель|исполняет|перевод|музика|"
    r"στίχοι|μουσική|lời|nhạc|sáng tác"
)
_KINDS_LATIN = (
    r"(?:(?:lead|rhythm|electric|acoustic|bass|backing|background|additional|executive|vocal|music|recording|mixing|"
    r"mastering|assistant|string|all|original)\s+){1,2}"
)
_CREDIT = re.compile(
    rf"^\s*[\[【(（]?\s*(?:(?:{_ROLES_ZH})(?:\s*[/、&＆\s]\s*(?:{_ROLES_ZH}))*(?:工程[师師]|[师師]|助理)?\s*(?:[(（][^)）]*[)）])?"
    rf"(?:(?<=[\u3040-\u9fff])\s*[A-Za-z][A-Za-z .&/-]{{0,30}})?\s*[:：∶/／\-－—]"
    rf"|(?:作词|作詞|作曲|编曲|編曲)\s"
    rf"|(?:作詞|作曲|編曲|歌|唄)\s*[:：]|(?:작사|작곡|편곡|노래)\s*[:：]?"
    rf"|(?:{_KINDS_LATIN})?(?:{_ROLES_LATIN})(?:\s*(?:and|&|/|,)\s*(?:{_KINDS_LATIN})?(?:{_ROLES_LATIN}))*"
    r"\s*(?:by\b\s*[:：]?|[:：])"
    rf"|(?:{_ROLES_ELSEWHERE})(?:\s*(?:und|et|y|e|i|и|ve|&|/|\+|,)\s*(?:{_ROLES_ELSEWHERE}))*\s*[:：]"
    r"|.{0,12}享有.{0,16}(?:著作[权權]|版[权權])"
    r"|未经.{0,12}(?:许可|授权|同意|允许)|submit corrections\s*$|thanks to .{1,60} for (?:correcting|adding|submitting)"
    r"|[*\s]*this lyrics is not for commercial|\(\d{10,}\)\s*$|lyrics provided by|read more at"
    r"|(?:by\s+)?\S+\.(?:com|net|org)/?\s*$"
    r"|(?:©|\(c\)|℗)|all rights reserved\b|lyrics (?:from|powered|found|transcribed|submitted|contributed|corrected)|https?://|www\.)",
    re.IGNORECASE,
)
_SECTION_WORD = (
    r"intro|outro|verse|chorus|choru?s|pre-?\s?chorus|post-?\s?chorus|bridge|hook|refrain|rap|solo|guitar solo|"
    r"interlude|instrumental|"
    r"breakdown|break|coda|ending|fade(?:s)?(?: out)?|repeat|spoken|music|主歌|副歌|前奏|间奏|間奏|尾奏|桥段|"
    r"橋段|过门|導唱|导歌|說唱|说唱|独白|獨白|念白|重复|重複|サビ|間奏|후렴|간주"
)
_SECTION = re.compile(
    rf"^\s*(?:[\[【(（{{<*~#\-]+\s*[^\]】)）}}>]{{0,30}}?(?:{_SECTION_WORD})[^\]】)）}}>]{{0,30}}[\]】)）}}>*~#\-]+"
    rf"|(?:{_SECTION_WORD})\s*(?:[#\dIVixX]{{1,4}})?\s*(?:[(（]?\s*[x×*]\s*\d+\s*[)）]?)?\s*[:：]?)\s*$",
    re.IGNORECASE,
)
_REPEAT_MARK = re.compile(r"\s*[(（\[]?\s*(?:[x×*]\s*\d{1,2}|\d{1,2}\s*[x×])\s*[)）\]]?\s*$", re.IGNORECASE)
_BRACKET_ONLY = re.compile(r"^\s*\[[^\[\]]{0,60}\]\s*$")
_SINGER = re.compile(
    r"^\s*[(（\[【]?\s*(?:男女|男|女|合|合唱|齐|齊|独|獨|both|all|him|her|he|she|men|women|男生|"
    r"女生)\s*(?:[)）\]】]\s*[:：]?|[:：])\s*",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(
    r"纯音乐|純音樂|没有填词|沒有填詞|暂无歌词|暫無歌詞|暂时没有歌词|无歌词|無歌詞|请您欣赏|請您欣賞|请欣赏|"
    r"敬请欣赏|此歌曲为|该歌曲为|インストゥルメンタル|歌詞なし|연주곡"
    r"|^\W*(?:this (?:song|track) is )?(?:an? )?instrumental\W*(?:track|only|song|version)?\W*$|"
    r"^\W*no lyrics(?: available)?\W*$|lyrics not (?:found|available)",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^[^,，。!！?？]{1,60}\s[-–—]\s[^,，。!！?？]{1,60}$")
_NAMED = re.compile(
    rf"^\s*(?!(?:{_SECTION_WORD})\b)([A-Z][\w'.&-]*(?: (?:[A-Z&+][\w'.-]*|and|und|y|et)){{0,3}}"
    r"|[\u3400-\u9fff\u30a0-\u30ff·]{2,5})\s*[:：]\s*(?=\S)"
)
_NAME_ALONE = re.compile(r"^\s*([A-Z][\w'.&-]*(?: (?:[A-Z&+][\w'.-]*|and|und|y|et)){0,3})\s*[:：]\s*$")
_NO_NAMES = frozenset(("I", "You", "He", "She", "We", "They", "And", "But", "So", "Oh"))
_LONG_LINE = 60  # characters: longer lines with commas hold several sung lines


def sung_lines(text: str) -> list[str]:
    """Return the sung lines of plain or timed lyrics, in order; empty for none and for instrumentals.

    Credits, titles, section marks, notes, singers' marks, repeat marks and translations are taken off; choruses stay as
    often as written.
    """
    return sung_lines_of(parse_lrc(text))


def sung_lines_of(lyrics: TimedLyrics) -> list[str]:
    """The same from lyrics that are parsed already."""
    lines = without_singers([_bare(line) for line in without_translations(lyrics) if not is_section(line)])
    if _title_first(lines):
        lines = lines[1:]
    kept = [line for line in lines if any(map(str.isalnum, line)) and not _is_written(line)]
    if is_instrumental(kept):
        return []
    return [piece for line in kept for piece in _pieces(line)]


@lru_cache(maxsize=1024)  # asked several times of a line, and choruses come again
def is_credit(line: str) -> bool:
    """Whether a line names who wrote, played or owns the song."""
    return len(line) < 160 and _CREDIT.match(line) is not None


@lru_cache(maxsize=1024)
def is_section(line: str) -> bool:
    """Whether a line is a mark such as [Chorus], (Verse 2), 副歌：."""
    return len(line) < 70 and (_SECTION.match(line) is not None or _BRACKET_ONLY.match(line) is not None)


def is_instrumental(lines: Sequence[str]) -> bool:
    """Whether the lines say that nobody sings: nothing at all, or a player's notice and at most three lines."""
    sung = [line for line in lines if any(ch.isalpha() for ch in line)]
    if not sung:
        return True
    return len(sung) <= 4 and any(_NO_WORDS.search(line) for line in sung)


def without_translations(lyrics: TimedLyrics) -> list[str]:
    """Lines in order without stamps; of bilingual pairs only the sung half stays."""
    lines = [line for line in lyrics.lines if line.text or not lyrics.timed]
    kept = first_of_pairs(lines, _is_written) if lyrics.timed else [line.text for line in lines]
    return [re.sub(r"\s+", " ", line).strip() for line in only_sung(only_sung_blocks(kept, _is_written), _is_written)]


def _is_written(line: str) -> bool:
    return is_credit(line) or is_section(line)


def _title_first(lines: Sequence[str]) -> bool:
    """A first line "Title - Artist" over at least three others is no sung line."""
    return len(lines) > 3 and bool(_TITLE.match(lines[0]))


def without_singers(lines: Sequence[str]) -> list[str]:
    """Lines without the names of who sings them, where several lines bear the same names ("Ann: ...", "F: ..."), or
    several are a name alone ("Ann:")."""
    alone = {line for line in lines if (found := _NAME_ALONE.match(line)) and found[1] not in _NO_NAMES}
    if sum(line in alone for line in lines) > 1:
        lines = [line for line in lines if line not in alone]
    marked = {line: found for line in lines if (found := _NAMED.match(line)) and not is_credit(line)}
    named = Counter(found[1] for found in marked.values() if found[1] not in _NO_NAMES)
    if sum(named.values()) < 3 or (len(named) < 3 and max(named.values()) < 2):
        return list(lines)
    return [line[marked[line].end() :] if line in marked and marked[line][1] in named else line for line in lines]


def _bare(line: str) -> str:
    line = _SINGER.sub("", line)
    return _REPEAT_MARK.sub("", line).strip(" \t*~♪♫♬#")


def _pieces(line: str) -> list[str]:
    """Cut a line that holds a whole verse at its commas and stops."""
    if len(line) <= _LONG_LINE and not re.search(r"[,，]\s*\S+[,，]\s*\S+[,，]", line):
        return [line]
    parts = re.split(r"\s*[,，、;；]\s*|(?<=[。！？!?])\s*|(?<=\.)\s+(?=[A-Z])", line)
    return [part for part in (part.strip() for part in parts) if part]
