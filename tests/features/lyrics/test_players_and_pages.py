# ruff: noqa: E501 - texts as they stand in files
"""Lyrics as players, pages and services leave them: what is sung is left, and nothing else."""

import random
import time

import pytest

from audiorec.features.lyrics.parts import sung_lines

# name -> (text of the file, lines that are sung)
CASES: dict[str, tuple[str, list[str]]] = {
    "a board's tags": ("[b]deep sea[/b]\n[color=red]blue sea[/color]", ["deep sea", "blue sea"]),
    "names alone": ("Ann:\ndeep sea\n\nBob & Eve:\nblue sea\n", ["deep sea", "blue sea"]),
    "credits in German": ("Text: Hans\nMusik: Franz\n\nDer Mond ist aufgegangen", ["Der Mond ist aufgegangen"]),
    "credits in French": ("Paroles et musique : Jean\n\nLa mer qu'on voit danser", ["La mer qu'on voit danser"]),
    "credits in Spanish": ("Letra y música: Ana\n\nLa luz del mar", ["La luz del mar"]),
    "credits in Polish": ("Słowa: Jan\nMuzyka: Ewa\n\nDługa droga do domu", ["Długa droga do domu"]),
    "credits in Russian": ("Слова и музыка: В. Г.\n\nЗвезда по имени Солнце", ["Звезда по имени Солнце"]),
    "who sent them": ("deep sea\n\nLyrics submitted by Ann\n", ["deep sea"]),
    "whose the translation is": ("[00:00.00]TME享有本翻译作品的著作权\n[00:04.00]窗外的雨停了", ["窗外的雨停了"]),
    "short English before Chinese": (
        "[00:01.00]deep in the sea\n[00:01.00]大海深处\n[00:05.00]the sea is blue\n[00:05.00]蓝色的海\n"
        "[00:08.00]nobody is here to hear\n[00:08.00]没有人在听\n[00:09.00]stars are bright\n[00:09.00]星星很亮\n",
        ["deep in the sea", "the sea is blue", "nobody is here to hear", "stars are bright"],
    ),
    "Chinese before the English lines that are sung": (
        "[00:01.00]大海深处\n[00:01.00]deep in the sea\n[00:03.00]Oh, oh\n[00:05.00]蓝色的海\n[00:05.00]the sea is blue\n",
        ["deep in the sea", "Oh, oh", "the sea is blue"],
    ),
    "a Chinese song with English below": (
        "[00:01.00]大海深处\n[00:01.00]deep in the sea\n[00:03.00]啦啦啦\n[00:05.00]蓝色的海\n[00:05.00]the sea is blue\n",
        ["大海深处", "啦啦啦", "蓝色的海"],
    ),
    "KRC decoded": (
        "[ti:晴天]\n[ar:周杰伦]\n[total:269000]\n[language:eyJjb250ZW50IjpbXX0=]\n[0,2000]<0,500,0>故<500,500,0>事<1000,500,0>的<1500,500,0>小黄花\n[2000,2000]<0,500,0>从<500,500,0>出<1000,500,0>生<1500,500,0>那年就飘着\n",
        ["故事的小黄花", "从出生那年就飘着"],
    ),
    "QRC xml": (
        '<?xml version="1.0" encoding="utf-8"?>\n<QrcInfos>\n<QrcHeadInfo SaveTime="1" Version="100"/>\n<LyricInfo LyricCount="1">\n<Lyric_1 LyricType="1" LyricContent="[ti:x]\n[offset:0]\n[0,2000]故(0,500)事(500,500)的(1000,500)小黄花(1500,500)\n[2000,2000]从(2000,500)出(2500,500)生那年(3000,1000)\n"/>\n</LyricInfo>\n</QrcInfos>',
        ["故事的小黄花", "从出生那年"],
    ),
    "QRC with parens words": (
        "[1000,2000]Hello(1000,500) (1500,0)(oh)(1500,500) world(2000,500)\n",
        ["Hello (oh) world"],
    ),
    "YRC": (
        '{"t":0,"c":[{"tx":"作词: "},{"tx":"某人"}]}\n[1000,2000](1000,500,0)故(1500,500,0)事(2000,500,0)花\n[3000,2000](3000,500,0)Hel(3500,500,0)lo (4000,500,0)you\n',
        ["故事花", "Hello you"],
    ),
    "A2 enhanced": (
        "[00:01.00] <00:01.00> Hello <00:01.50> my <00:02.00> lamp <00:02.50>\n[00:03.00]<00:03.00>Old<00:03.50> chair\n",
        ["Hello my lamp", "Old chair"],
    ),
    "square words": (
        "[00:01.00]Hel[00:01.20]lo [00:01.40]my [00:01.60]lamp\n[00:03.00]Old [00:03.40]chair\n",
        ["Hello my lamp", "Old chair"],
    ),
    "LYS": (
        "[4]Hello(1000,200) (0,0)my(1200,200) lamp(1400,300)\n[4]Old(3000,200) chair(3200,300)\n",
        ["Hello my lamp", "Old chair"],
    ),
    "walaoke": (
        "[00:12.00]Line one\n[00:15.00]F: Line two\n[00:18.00]M: Line three\n[00:21.00]D: Line four\n",
        ["Line one", "Line two", "Line three", "Line four"],
    ),
    "translation same line /": (
        "[00:01.00]I love the lamp / 我爱这盏灯\n[00:04.00]You broke the chair / 你弄坏了椅子\n[00:07.00]Now the house is dark / 现在屋子很黑\n[00:10.00]Nobody is home / 没有人在家\n",
        ["I love the lamp", "You broke the chair", "Now the house is dark", "Nobody is home"],
    ),
    "translation same line paren": (
        "[00:01.00]夜に駆ける（奔向夜晚）\n[00:04.00]沈むように溶けてゆくように（如同沉落如同溶解）\n[00:07.00]二人だけの空が広がる夜に（在只有两人的天空扩展的夜里）\n[00:10.00]さよならだけだった（只有再见而已）\n",
        ["夜に駆ける", "沈むように溶けてゆくように", "二人だけの空が広がる夜に", "さよならだけだった"],
    ),
    "translation space": (
        "[00:01.00]I love the lamp 我爱这盏灯\n[00:04.00]You broke the chair 你弄坏了椅子\n[00:07.00]Now the house is dark 现在屋子很黑\n[00:10.00]Nobody is home 没有人在家\n",
        ["I love the lamp", "You broke the chair", "Now the house is dark", "Nobody is home"],
    ),
    "translation breath later": (
        "[00:01.00]I love the lamp\n[00:01.05]我爱这盏灯\n[00:04.00]You broke the chair\n[00:04.05]你弄坏了椅子\n[00:07.00]Now the house is dark\n[00:07.05]现在屋子很黑\n[00:10.00]Nobody is home\n[00:10.05]没有人在家\n",
        ["I love the lamp", "You broke the chair", "Now the house is dark", "Nobody is home"],
    ),
    "translation at line end": (
        "[00:01.00]I love the lamp\n[00:03.99]我爱这盏灯\n[00:04.00]You broke the chair\n[00:06.99]你弄坏了椅子\n[00:07.00]Now the house is dark\n[00:09.99]现在屋子很黑\n[00:10.00]Nobody is home\n[00:12.99]没有人在家\n",
        ["I love the lamp", "You broke the chair", "Now the house is dark", "Nobody is home"],
    ),
    "translation block after": (
        "[00:01.00]I love the lamp\n[00:04.00]You broke the chair\n[00:07.00]Now the house is dark\n[00:10.00]Nobody is home\n[00:01.00]我爱这盏灯\n[00:04.00]你弄坏了椅子\n[00:07.00]现在屋子很黑\n[00:10.00]没有人在家\n",
        ["I love the lamp", "You broke the chair", "Now the house is dark", "Nobody is home"],
    ),
    "romaji+zh three lines": (
        "[00:01.00]沈むように溶けてゆくように\n[00:01.00]shizumu youni tokete yuku youni\n[00:01.00]如同沉落如同溶解\n[00:04.00]二人だけの空が広がる夜に\n[00:04.00]futari dake no sora ga hirogaru yoru ni\n[00:04.00]在只有两人的天空扩展的夜里\n[00:07.00]さよならだけだった\n[00:07.00]sayonara dake datta\n[00:07.00]只有再见而已\n",
        ["沈むように溶けてゆくように", "二人だけの空が広がる夜に", "さよならだけだった"],
    ),
    "pinyin": (
        "[00:01.00]故事的小黄花\n[00:01.00]gu shi de xiao huang hua\n[00:04.00]从出生那年就飘着\n[00:04.00]cong chu sheng na nian jiu piao zhe\n[00:07.00]童年的荡秋千\n[00:07.00]tong nian de dang qiu qian\n",
        ["故事的小黄花", "从出生那年就飘着", "童年的荡秋千"],
    ),
    "pinyin toned plain": (
        "故事的小黄花\ngù shi de xiǎo huáng huā\n从出生那年就飘着\ncóng chū shēng nà nián jiù piāo zhe\n童年的荡秋千\ntóng nián de dàng qiū qiān\n随记忆一直晃到现在\nsuí jì yì yì zhí huàng dào xiàn zài\n",
        ["故事的小黄花", "从出生那年就飘着", "童年的荡秋千", "随记忆一直晃到现在"],
    ),
    "jyutping plain": (
        "海阔天空\nhoi2 fut3 tin1 hung1\n在勇敢以后\nzoi6 jung5 gam2 ji5 hau6\n要拿执着\njiu3 naa4 zap1 zoek6\n将命运的锁打破\nzoeng1 ming6 wan6 dik1 so2 daa2 po3\n",
        ["海阔天空", "在勇敢以后", "要拿执着", "将命运的锁打破"],
    ),
    "romaji plain alternating": (
        "沈むように溶けてゆくように\nshizumu youni tokete yuku youni\n二人だけの空が広がる夜に\nfutari dake no sora ga hirogaru yoru ni\nさよならだけだった\nsayonara dake datta\nその一言で全てが分かった\nsono hitokoto de subete ga wakatta\n",
        ["沈むように溶けてゆくように", "二人だけの空が広がる夜に", "さよならだけだった", "その一言で全てが分かった"],
    ),
    "romaji before": (
        "shizumu youni tokete yuku youni\n沈むように溶けてゆくように\nfutari dake no sora ga hirogaru yoru ni\n二人だけの空が広がる夜に\nsayonara dake datta\nさよならだけだった\nsono hitokoto de subete ga wakatta\nその一言で全てが分かった\n",
        ["沈むように溶けてゆくように", "二人だけの空が広がる夜に", "さよならだけだった", "その一言で全てが分かった"],
    ),
    "korean rom": (
        "[00:01.00]다시 만난 나의 세계\n[00:01.00]dasi mannan naui segye\n[00:04.00]특별한 기적을 기다리지마\n[00:04.00]teukbyeolhan gijeogeul gidarijima\n[00:07.00]눈 앞에선 우리의 거친 길은\n[00:07.00]nun apeseon uriui geochin gireun\n",
        ["다시 만난 나의 세계", "특별한 기적을 기다리지마", "눈 앞에선 우리의 거친 길은"],
    ),
    "furigana": (
        "夜(よる)に駆(か)ける\n沈(しず)むように\n二人(ふたり)だけの空(そら)\nさよならだけだった\n",
        ["夜に駆ける", "沈むように", "二人だけの空", "さよならだけだった"],
    ),
    "credits zh": (
        "[00:00.00]晴天 - 周杰伦\n[00:00.50]词：周杰伦\n[00:01.00]曲：周杰伦\n[00:01.50]编曲：周杰伦\n[00:02.00]制作人 Producer：某人\n[00:02.50]吉他 Guitar：某人\n[00:02.60]和声 Backing Vocals：某人\n[00:02.70]录音室 Recording Studio：某棚\n[00:02.80]混音师 Mixing Engineer：某人\n[00:02.90]企划/统筹：某人\n[00:02.95]未经著作权人许可 不得翻唱翻录或使用\n[00:03.00]故事的小黄花\n[00:06.00]从出生那年就飘着\n",
        ["故事的小黄花", "从出生那年就飘着"],
    ),
    "credits en": (
        "Written by: Ann Bo\nProduced by Cy\nVocals: Ann\nDrums & Percussion: Di\nLead Guitar: Ed\nMixed and Mastered by Fi\n© 2020 Some Records\nHello my lamp\nMy old chair\n",
        ["Hello my lamp", "My old chair"],
    ),
    "credits ja": (
        "作詞：誰か\n作曲：誰か\n編曲:誰か\n歌：誰か\n唄：初音ミク\nボーカル：誰か\n沈むように\nさよなら\n",
        ["沈むように", "さよなら"],
    ),
    "credits ko": (
        "작사 : 누구\n작곡 : 누구\n편곡 : 누구\n노래 : 누구\n다시 만난 나의 세계\n특별한 기적을\n",
        ["다시 만난 나의 세계", "특별한 기적을"],
    ),
    "singers": (
        "男：你好吗\n女：我很好\n合：我们走吧\n(男)再见\n（女）再见了\n[合]永远\nAnn: Hello my lamp\nBo: My old chair\nAnn: Goodbye\nBo: Bye\nBoth: We go\n",
        [
            "你好吗",
            "我很好",
            "我们走吧",
            "再见",
            "再见了",
            "永远",
            "Hello my lamp",
            "My old chair",
            "Goodbye",
            "Bye",
            "We go",
        ],
    ),
    "genius2": (
        "3 ContributorsTranslationsEspañolDeutschMy Song Lyrics[Intro: Ann & Bo]\nYeah\n\n[Verse 1: Ann]\nHello my lamp\n[Pre-Chorus]\nMy old chair\nYou might also like\n[Chorus: Bo & (Ann)]\nI say hi (hi)\n1.2KEmbed",
        ["Yeah", "Hello my lamp", "My old chair", "I say hi (hi)"],
    ),
    "genius3": (
        "1 ContributorLamp Lyrics\nHello my lamp\nMy old chairEmbed\nShare URL\nCopy\nEmbed\nCopy",
        ["Hello my lamp", "My old chair"],
    ),
    "azlyrics": (
        "Hello my lamp\nMy old chair\nI say hi\n\nSubmit Corrections\nThanks to Ann for correcting these lyrics.\nWriter(s): Ann\nAZLyrics.com\n",
        ["Hello my lamp", "My old chair", "I say hi"],
    ),
    "musixmatch": (
        "Hello my lamp\nMy old chair\nI say hi\n...\n\n******* This Lyrics is NOT for Commercial use *******\n(1409623022222)",
        ["Hello my lamp", "My old chair", "I say hi"],
    ),
    "lyricsfreak": (
        "Hello my lamp\nMy old chair\nI say hi\nLyrics provided by https://damnlyrics.com/\nRead more at www.example.com\n",
        ["Hello my lamp", "My old chair", "I say hi"],
    ),
    "srt tags": (
        "1\n00:00:01,000 --> 00:00:04,000\n<i>Hello my lamp</i>\n\n2\n00:00:05,000 --> 00:00:08,000\n{\\an8}My old chair\nsecond line\n\n3\n00:00:09,000 --> 00:00:10,000\n♪ I say hi ♪\n",
        ["Hello my lamp", "My old chair", "second line", "I say hi"],
    ),
    "vtt": (
        "WEBVTT\nKind: captions\nLanguage: en\n\nNOTE a note\n\nSTYLE\n::cue { color: red }\n\n1\n00:01.000 --> 00:04.000 align:start position:0%\nHello<00:00:01.500><c> my</c><00:00:02.000><c> lamp</c>\n\n00:05.000 --> 00:08.000\n<v Ann>My old chair</v>\n",
        ["Hello my lamp", "My old chair"],
    ),
    "ttml words": (
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="x"><head><metadata><ttm:agent xml:id="v1"><ttm:name>Ann</ttm:name></ttm:agent></metadata></head><body dur="1:00"><div begin="1.0" end="9.0"><p begin="1.0" end="3.0" ttm:agent="v1"><span begin="1.0" end="1.4">Hel</span><span begin="1.4" end="1.8">lo</span> <span begin="1.8" end="2.2">my</span> <span begin="2.2">lamp</span><span ttm:role="x-bg"><span begin="2.3">(ooh)</span></span></p><p begin="00:00:04.000" end="00:00:06.000">My old<br/>chair &amp; you</p></div></body></tt>',
        ["Hello my lamp (ooh)", "My old", "chair & you"],
    ),
    "ttml trans": (
        '<tt><body><div><p begin="1.0"><span begin="1.0">夜に</span><span>駆ける</span><span ttm:role="x-translation" xml:lang="zh-CN">奔向夜晚</span><span ttm:role="x-roman">yoru ni kakeru</span></p></div></body></tt>',
        ["夜に駆ける"],
    ),
    "ass": (
        "[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:04.00,Default,,0,0,0,,{\\k50}Hel{\\k50}lo my lamp\nDialogue: 0,0:00:05.00,0:00:08.00,Default,,0,0,0,,My old, old\\Nchair\n",
        ["Hello my lamp", "My old, old", "chair"],
    ),
    "json lyrics": (
        '{"lrc":{"version":1,"lyric":"[00:01.00]Hello my lamp\\n[00:02.00]My old chair\\n"},"tlyric":{"lyric":"[00:01.00]你好"},"code":200}',
        ["Hello my lamp", "My old chair"],
    ),
    "musixmatch json": (
        '[{"text":"Hello my lamp","time":{"total":1.0}},{"text":"My old chair","time":{"total":3.2}}]',
        ["Hello my lamp", "My old chair"],
    ),
    "lrclib json": (
        '{"id":1,"trackName":"x","plainLyrics":"Hello my lamp\\nMy old chair","syncedLyrics":"[00:01.00] Hello my lamp\\n[00:03.00] My old chair"}',
        ["Hello my lamp", "My old chair"],
    ),
    "entities double": (
        "[00:01.00]Don&amp;#39;t cry &amp;amp; smile\n[00:02.00]caf&eacute;&nbsp;time\n",
        ["Don't cry & smile", "café time"],
    ),
    "html page": (
        "<div>Hello my lamp<br>\nMy old chair<br/>\n<p>I say hi</p><script>var x=1;</script></div>",
        ["Hello my lamp", "My old chair", "I say hi"],
    ),
    "instrumental": ("[00:00.00]纯音乐，请欣赏\n", []),
    "empty stamps": ("[00:01.00]\n[00:02.00]\n", []),
    "mm:ss": (
        "[00:01]Hello my lamp\n[1:05]My old chair\n[01:08.5]I say\n[01:09:50]bye bye\n",
        ["Hello my lamp", "My old chair", "I say", "bye bye"],
    ),
    "repeated stamps": (
        "[00:01.00][00:10.00]Hello my lamp\n[00:05.00]My old chair\n",
        ["Hello my lamp", "My old chair", "Hello my lamp"],
    ),
    "chords": (
        "[Am]Hello my [G]lamp\n[C]My old [F]chair\nAm    G    C\nI say hi\n",
        ["Hello my lamp", "My old chair", "I say hi"],
    ),
    "trans tag line": (
        "[00:01.00]I love the lamp\n[00:01.00][tr]我爱这盏灯\n[00:04.00]You broke the chair\n[00:04.00][tr]你弄坏了椅子\n",
        ["I love the lamp", "You broke the chair"],
    ),
    "x_trans note": (
        "[00:00.00][by:someone]\n[00:01.00]I love the lamp『我爱这盏灯』\n[00:04.00]You broke the chair『你弄坏了椅子』\n[00:07.00]Nobody is home『没有人在家』\n",
        ["I love the lamp", "You broke the chair", "Nobody is home"],
    ),
    "mixed song not translation": (
        "[00:01.00]我爱你 baby\n[00:04.00]I love you 我的宝贝\n[00:07.00]Come on 跟我走\n[00:10.00]now now now\n",
        ["我爱你 baby", "I love you 我的宝贝", "Come on 跟我走", "now now now"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_sung_is_left(name: str) -> None:
    text, sung = CASES[name]
    assert sung_lines(text) == sung


@pytest.mark.parametrize("piece", ["<p>", "<p ", "<span ", "<script>", "<!--", "<!--<p>", "a (", "{\\an", "[Am]", "[00:01.00]", "<00:01.00>",
                                   "词 A", "A: ", "See ", "&amp;", '{"text":[', "Dialogue:0,", "x / ", "（"])  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    for text in (piece * 60_000, "</p>" + piece * 60_000, "<tt></p>" + piece * 60_000, ("x" + piece) * 30_000):
        began = time.process_time()
        sung_lines(text)
        assert time.process_time() - began < 5.0


def test_torn_texts_of_players_end_in_lines() -> None:
    rng = random.Random(0)
    texts = [text for text, _ in CASES.values()]
    for _ in range(300):
        text, other = rng.sample(texts, 2)
        at = rng.randrange(len(text) + 1)
        torn = (
            text[:at]
            + rng.choice(["", "\0", "<", "]", "[", "\n", other[: rng.randrange(len(other))]])
            + text[at + rng.randrange(4) :]
        )
        assert all(line.strip() for line in sung_lines(torn))


@pytest.mark.parametrize(
    "text",
    [
        "<!-- Usage of this content is prohibited. -->\nHello my friend<br>\nGood bye<br />\n",
        "0:00:01.000,0:00:02.000\nHello my friend\n\n0:00:03.000,0:00:04.000\nGood bye\n",
        "{title: x}\n{artist: y}\n[G]Hello my [D]friend\n{comment: Chorus}\n[Em]Good [C]bye\n",
        "G        D\nHello my friend\nEm   C\nGood bye\n",
        "#TITLE:x\n#ARTIST:y\n#BPM:120\n: 0 2 5 Hel\n: 2 2 5 lo\n: 4 2 5  my\n* 6 1 3  friend\n- 8\n: 9 2 5 Good\n: 9 2 5  bye\nE\n",
        "by lyrics-page.com\nHello my friend\nGood bye\n",
        "混音工程师：杨大纬\nHello my friend\nGood bye\n",
    ],
    ids=["comment of a page", "sbv", "chordpro", "chords above", "ultrastar", "by a page", "engineer"],
)
def test_more_files_of_players_and_pages(text: str) -> None:
    assert sung_lines(text) == ["Hello my friend", "Good bye"]
