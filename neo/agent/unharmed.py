"""What a translation must not change: mentions, addresses, emoji, code, numbers, ids, commands, and people's own words.

| pattern | is |
| --- | --- |
| `_EXACT` | what acts or is followed when it stands there: as often in the translation as before, and no other |
| `_NAMES` | names of things: at least as often as before |
| `_NUMBER` | digits, as they are written: no other number, none less |
| `_QUOTED`, `_MARKED` | words in quotation marks, and in asterisks or underscores |
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

# Letters of every alphabet may stand beside them, so the edges are those of ASCII words.
_EXACT = re.compile(
    r"<(?:[@#!]|https?:|mailto:)[^<>]*>"
    r"|```.*?```|`[^`\n]+`"
    r"|https?://[^\s<>|*]*[^\s<>|*_.,;:!?)]"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w"
    r"|(?<![\w:]):[a-z+\-][a-z0-9_+\-]*:",
    re.ASCII | re.DOTALL,
)
_NAMES = re.compile(
    r"(?<!\w)(?:[A-Z]\d+|[A-Z]-[a-z]+)(?!\w)"  # R1, B-money
    r"|(?<!\w)[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+(?!\w)"  # NEO_GRACE_S, judge_correct
    r"|(?<![\w-])(?=[\w-]*[A-Za-z])[\w-]+\.[a-z]{2,5}(?!\w)"  # golden.csv
    r"|(?<!\S)/neo(?!\w)",
    re.ASCII,
)
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”')
_MARKED = re.compile(r"(?<!\w)([*_])(?!\s)([^*_\n]+)(?<!\s)\1(?!\w)", re.ASCII)
_WORD = re.compile(r"[^\W\d_]{2,}")
# Thai and its neighbours, kana, Chinese: letters that no spaces part into words.
_UNSPACED = re.compile(r"[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
VERBS = frozenset({"keep", "drop", "change", "explain", "let", "mute"})  # of commands with something behind them
SEVERAL, SEVERAL_UNSPACED = 3, 6
_OWN_WORDS = 3  # a person's words of so many are known again wherever they stand, fewer only where they are marked


def kept_in(text: str, own: Collection[str], orders: Collection[str]) -> tuple[str, ...]:
    """What must stand in every translation of a text as it stands there, each once, in order.

    Args:
        own: What people said, in their words.
        orders: Commands and names of buttons that are understood in English alone.

    >>> kept_in("<@U1> says “bis zu 2 s”; say *cancel*, see R7 in `a.csv`", (), {"cancel"})
    ('<@U1>', '`a.csv`', 'R7', '2', 'bis zu 2 s', '*cancel*')
    """
    quoted = [first or second for first, second in _QUOTED.findall(text)]
    marked = [f"{mark}{words}{mark}" for mark, words in _MARKED.findall(text) if _is_kept(words, own, orders)]
    whole = [words for words in own if len(words.split()) >= _OWN_WORDS and words in text]
    rest = _EXACT.sub(" ", text)
    pieces = [*_EXACT.findall(text), *_NAMES.findall(rest), *_NUMBER.findall(_NAMES.sub(" ", rest))]
    return tuple(dict.fromkeys((*pieces, *quoted, *marked, *whole)))


def _is_kept(words: str, own: Collection[str], orders: Collection[str]) -> bool:
    if words.lower() in orders or words.split()[0] in VERBS or words in own:
        return True
    return len(words.split()) > 1 and any(words.rstrip("…") in one for one in own)


def harm(text: str, translated: str, kept: Collection[str]) -> str:
    """What a translation lost or made up, in a sentence; empty when nothing.

    >>> harm("<@U1>, 2 s", "<@U1>, 2 Sek.", ("<@U1>", "2"))
    ''
    >>> harm("within 2 s", "in 3 s", ("2",))
    "it has the number '3' and not '2'"
    """
    if not translated.strip():
        return "it is empty"
    for pattern, name in ((_EXACT, ""), (_NUMBER, "the number ")):
        before, after = Counter(pattern.findall(text)), Counter(pattern.findall(translated))
        lost, new = list((before - after).elements()), list((after - before).elements())
        if lost and new:
            return f"it has {name}{new[0]!r} and not {lost[0]!r}"
        if lost:
            return f"it lost {name}{lost[0]!r}"
        if new:
            return f"{name}{new[0]!r} is made up"
    lost = [piece for piece in kept if translated.count(piece) < text.count(piece)]
    return f"it lost {lost[0]!r}" if lost else ""


def says_much(text: str) -> bool:
    """Whether a message has several words of a language, beside addresses, code and names: they tell which it is.

    >>> says_much("Antworten in zwei Sekunden"), says_much("ok danke"), says_much("see <http://a.example/x y z>")
    (True, False, False)
    """
    bare = _NAMES.sub(" ", _EXACT.sub(" ", text))
    return len(_WORD.findall(bare)) >= SEVERAL or len(_UNSPACED.findall(bare)) >= SEVERAL_UNSPACED
