"""Which numbers of a headline its machine translation does not say, and which it says instead. Pure.

Numbers are read in any digits, and as words where these are no other word as well. What one of the two lacks may be no
fault ("صاروخان" is "two missiles"), so only what the original says is asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from crawler.stories.casualties import casualties
from crawler.text.figures import POINT, digits, joined
from crawler.text.folding import fold

_NUMBER = re.compile(rf"\d+(?:{POINT}\d+)?")
# folded; a number before one of these is so many of it
_TIMES = {
    **dict.fromkeys(("hundred", "ميه", "مايه", "مئه", "صد", "سهد"), 100),
    **dict.fromkeys(("thousand", "الف", "الاف", "هزار", "ههزار"), 1_000),
    **dict.fromkeys(("million", "mln", "مليون", "ملايين", "ميليون", "مليونين"), 1_000_000),
    **dict.fromkeys(("billion", "bn", "مليار", "مليارات", "ميليارد", "مليارد"), 1_000_000_000),
}
_ALONE = frozenset(_TIMES) - {"الاف", "ملايين", "مليونين", "مليارات"}  # each alone is one of it: "a hundred"
_HALF_A_WORD = frozenset({"نه", "سي", "ست", "ده"})  # nine or no, thirty or a name, six or a lady, ten or a village
_ONE = frozenset({"one", "a", "an", "single", "first", "واحد", "واحده", "يك"})


def changed_numbers(original: str, translated: str) -> tuple[str, ...]:
    """Return each number that only the original says, as "14", or "14 (it says 40)" where another stands for it.

    Numbers are compared by value: 1,200, ١٢٠٠, "1.2 thousand" and "twelve hundred" are one.
    """
    ours, theirs = Counter(numbers(original)), Counter(numbers(translated))
    missing = [each for each in (ours - theirs).elements() if each != 1 or not _ONE & set(_words(translated))]
    instead = list((theirs - ours).elements())
    if len(missing) == len(instead) == 1:
        return (f"{_shown(missing[0])} (it says {_shown(instead[0])})",)
    if not missing:  # all are said, but perhaps beside other words
        harmed, said = casualties(original, ""), casualties(translated, "")
        return tuple(
            f"{number} {kind} (it says {said[kind]})"
            for kind, number in harmed.items()
            if said.get(kind, number) != number
        )
    return tuple(dict.fromkeys(_shown(each) for each in missing))


def _words(text: str) -> list[str]:
    return fold(joined(text)).split()


def numbers(text: str) -> Iterator[float]:
    """Yield the numbers of a text by value, in digits or words, each times what stands behind it (1.2 million)."""
    words = _words(text)
    tokens = digits([f"{word}." if word in _HALF_A_WORD else word for word in words])
    at = 0
    while at < len(tokens):
        value, used = _value(tokens, at)
        if value is not None:
            yield value
        at += used


def _value(tokens: Sequence[str], at: int) -> tuple[float | None, int]:
    """Return the number that begins at a token, None where none does, and how many tokens it takes."""
    token = tokens[at]
    if token in _ALONE:
        value, used = float(_TIMES[token]), 1
    elif found := _NUMBER.search(token):
        value, used = float(found[0].replace(POINT, ".")), 1
    else:
        return None, 1
    while at + used < len(tokens) and (times := _TIMES.get(tokens[at + used])):
        value, used = value * times, used + 1
    return value, used


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
