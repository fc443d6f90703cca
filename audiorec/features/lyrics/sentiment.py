"""The feeling of a Chinese line: lexicon words turned by negation, weighed by degree, "but", "if" and questions.

It reads words, not grammar: a negation reaches over the next few words of its clause, irony and story stay hidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from audiorec.features.lyrics.feeling import Feeling, FeltWord, squash
from audiorec.features.lyrics.lexicon import Entry, chinese_lexicon
from audiorec.features.lyrics.tokens import words_of

NEGATIONS = frozenset(
    "不 没 没有 别 未 无 莫 勿 非 不再 不会 不能 不是 不要 不用 不必 不曾 不想 不敢 不够 不可 不肯 不愿 不该 "
    "不算 不怎么 不太 不大 不很 不见 不见得 不得 没法 没能 "
    "没什么 没那么 无法 无需 难以 难 从不 从未 从没 从来不 从来没 从来没有 并不 并非 并没有 并未 绝不 绝非 "
    "决不 毫不 毫无 未必 未曾 未能 尚未 未免 何必 何曾 何须 "
    "谈不上 算不上 称不上 少了 缺乏 缺少 缺 失去 拒绝 避免 停止 别再 不许 不准 甭 休 不如 哪有 哪里有 怎会 "
    "怎能 岂能 岂会 没人 没有人 无人 谁也不 再也不 再没 "
    "再也没 再也没有 再没有 不了 不到 不起 不住 不出 不懂 不着".split()
)
# Two negations that mean a stressed yes; they are taken as degree words.
_STRESSED_YES = {
    "不得不": 1.1,
    "不能不": 1.1,
    "不会不": 1.1,
    "不可不": 1.1,
    "无不": 1.3,
    "莫不": 1.3,
    "非常": 1.5,
    "不由得": 1.0,
    "忍不住": 1.1,
    "禁不住": 1.1,
}
_DENIALS = NEGATIONS - set(_STRESSED_YES)
# Negations behind the word that they turn: "开心不起来", "忘不了" is its own word.
_TRAILING = frozenset("不起来 不起 不了 不到 不得 不下去 不再".split())
DEGREES: Mapping[str, float] = {
    **dict.fromkeys(
        "最 最最 极 极其 极度 极为 极致 绝对 百分百 无比 万分 十分 彻底 完全 痛彻 刻骨 何等 多么 多麼 无限 "
        "至极 透顶 死了 疯狂 拼命".split(),
        1.6,
    ),
    **dict.fromkeys(
        "非常 太 超 超级 特别 尤其 格外 分外 异常 相当 实在 真的 真 真是 好 好好 那么 这么 如此 深深 狠狠 牢牢 "
        "紧紧 永远 永 千万 太过 够".split(),
        1.4,
    ),
    **dict.fromkeys(
        "很 挺 蛮 颇 颇为 更 更加 越 越来越 愈 愈发 还要 加倍 比较 老 总 总是 一直 始终 都 满 满满 "
        "真心 好多 多".split(),
        1.2,
    ),
    **dict.fromkeys(
        "有点 有些 有点儿 一点 一点点 些 些许 稍 稍微 略 略微 淡淡 轻轻 微微 隐隐 几分 半 不太 不怎么 还算 还 "
        "还行 勉强 多少 似乎 好像 仿佛 几乎 差点 偶尔".split(),
        0.7,
    ),
}
_BUT = frozenset(
    "但 但是 可是 可 却 不过 然而 只是 只不过 偏偏 反而 其实 奈何 无奈 就是 只可惜 可惜 怎奈 倒是 而是".split()
)
_THOUGH = frozenset("虽 虽然 虽说 尽管 即使 即便 纵然 纵使 哪怕 就算 任凭 固然".split())
_IF = frozenset(
    "如果 要是 若 若是 假如 倘若 假若 如若 除非 希望 但愿 愿 祝 以为 曾以为 本该 本来 原本 应该 要不是 何时 "
    "能否 可否 是否".split()
)
_QUESTION_END = re.compile(r"[?？]\s*$|(?:吗|么|呢|嘛)[\s!！~…。.]*$")
_QUESTION_WORD = re.compile(
    r"是否|能否|可否|为什么|为何|怎么|怎样|如何|什么|谁|哪|几时|何时|何处|多少|难道|会不会|是不是|能不能|"
    r"有没有|要不要|爱不爱|好不好|对不对"
)
_CLAUSE = re.compile(r"[,，。;；:：!！?？…、~～\s\"'“”‘’()（）《》【】\-—]+")
_FIRST = frozenset("我咱俺吾")
_SECOND = frozenset("你您妳汝君卿")
_CAUSATIVES = frozenset("让 使 令 叫 教".split())
_REACH = 3  # words a negation or degree word reaches forward


def chinese_feeling(line: str, lexicon: Mapping[str, Entry] | None = None) -> Feeling:
    """Score one simplified Chinese line; another lexicon may be given for comparison."""
    known = chinese_lexicon() if lexicon is None else lexicon
    clauses = [words for words in (words_of(part, "zh") for part in _CLAUSE.split(line) if part) if words]
    felt: list[FeltWord] = []
    weighted, negations = 0.0, 0
    for words in clauses:
        clause_felt, clause_negations = _clause_words(words, known)
        felt.extend(clause_felt)
        negations += clause_negations
    weighted = _with_turns(clauses, felt, known)
    question = bool(_QUESTION_END.search(line))
    exclaims = "!" in line or "！" in line
    if question:
        weighted *= 0.6 if _QUESTION_WORD.search(line) else 0.7
    return Feeling(
        text=line,
        polarity=squash(weighted * (1.15 if exclaims else 1.0)),
        intensity=max((word.intensity for word in felt), default=0.0),
        words=tuple(felt),
        tokens=tuple(word for words in clauses for word in words),
        negations=negations,
        question=question,
        exclamation=exclaims,
        # By letter, since words of the lexicon such as 等你 hold persons.
        first_person=not _FIRST.isdisjoint(line) or "自己" in line,
        second_person=not _SECOND.isdisjoint(line),
    )


def _clause_words(words: Sequence[str], lexicon: Mapping[str, Entry]) -> tuple[list[FeltWord], int]:
    """The felt words of a clause, each with its value in context, and how many negations the clause has."""
    felt: list[FeltWord] = []
    negations = len([word for word in words if word in _DENIALS])
    known = [at for at, word in enumerate(words) if word in lexicon]
    far = _far_negation(words) if known else None
    for at in known:
        word, entry = words[at], lexicon[words[at]]
        if _only_modifies(words, at, lexicon):
            continue
        factor, turned = _context(words, at, lexicon)
        if far is not None and at > far:
            factor, turned = (-0.75 * factor if not turned else abs(factor)), not turned
        value = max(-1.5, min(1.5, entry.polarity * factor))
        # What is denied is felt less: "not happy" is no joy, but it is not quite grief either.
        intensity = min(1.0, entry.intensity * min(1.5, abs(factor)))
        felt.append(
            FeltWord(word, value, intensity * (0.5 if turned else 1.0), _denied(entry) if turned else entry.emotion)
        )
    return felt, negations


def _only_modifies(words: Sequence[str], at: int, lexicon: Mapping[str, Entry]) -> bool:
    """A degree or negation word that stands right before a felt word modifies it and is not counted by itself."""
    if words[at] not in DEGREES and words[at] not in NEGATIONS:
        return False
    return any(word in lexicon for word in words[at + 1 : at + 1 + _REACH])


def _context(words: Sequence[str], at: int, lexicon: Mapping[str, Entry]) -> tuple[float, bool]:
    """Factor on a word from what stands before and right behind it, and whether it is turned round."""
    factor, negations, degree_after = 1.0, 0, False
    for back in range(at - 1, max(-1, at - 1 - _REACH), -1):
        word = words[back]
        if word in _STRESSED_YES:
            factor *= _STRESSED_YES[word]
        elif word in NEGATIONS:
            negations += 1
            # "not very happy" is milder than "very unhappy": the degree inside the negation loses its weight.
            factor = 0.6 if degree_after else factor
        elif word in DEGREES:
            degree_after = True
            factor *= DEGREES[word]
        elif word in lexicon and back < at - 1:
            break  # another felt word takes what stands before it
    negations += _turned_behind(words[at + 1 : at + 3])
    turned = negations % 2 == 1
    return (-0.75 * factor if turned else factor), turned


def _far_negation(words: Sequence[str]) -> int | None:
    """From where a negation reaches felt words over a causative (没有什么能让我不快乐), or None."""
    for at, word in enumerate(words):
        if word in _CAUSATIVES:
            denied = next((back for back in range(at) if words[back] in NEGATIONS), None)
            return None if denied is None else max(at, denied + _REACH)
    return None


def _turned_behind(behind: Sequence[str]) -> bool:
    """Whether the words right behind turn what stands before them; the cutter may split 不起来 in two."""
    return bool(behind) and (behind[0] in _TRAILING or "".join(behind) in _TRAILING)


def _denied(entry: Entry) -> int:
    """The emotion of a denied word: joy and love become sadness, the dark ones become joy."""
    return 2 if entry.polarity > 0 else 0


def _with_turns(clauses: Sequence[Sequence[str]], felt: Sequence[FeltWord], lexicon: Mapping[str, Entry]) -> float:
    """Sum of the felt values where what follows a "but" counts more, what follows "although" or "if" less."""
    if not felt:
        return 0.0
    has_but = any(word in _BUT for words in clauses for word in words)
    total, position = 0.0, 0
    after_but, unreal = False, False
    for words in clauses:
        conceded = False
        for at, word in enumerate(words):
            after_but = after_but or word in _BUT
            conceded = conceded or word in _THOUGH
            unreal = unreal or word in _IF
            if word not in lexicon or _only_modifies(words, at, lexicon):
                continue
            weight = 1.3 if after_but else (0.6 if has_but or conceded else 1.0)
            total += felt[position].value * weight * (0.7 if unreal else 1.0)
            position += 1
    return total
