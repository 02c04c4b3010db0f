"""Find the numbers of people among folded words: digits, spelled ones, Arabic duals, "dozens", one "soldier". Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from crawler.stories import harm_words as words
from crawler.stories.harm_words import Kind, bare
from crawler.text.figures import is_spelled, numbered

_DUAL = ("ين", "ان")
_BEFORE_YEAR = frozenset(("of", "in", "since", "عام", "العام", "سال", "سنه", "سالي"))
_YEARS = range(1900, 2101)
# before one, and no year
_TO_NUMBER = frozenset(
    ("to", "hits", "nears", "nearing", "passes", "passed", "tops", "topped", "kills", "killing", "الي", "به")
)
# before what only has a number as its name: resolution 1701, Shahed 136, the 45th brigade in Arabic
_NUMBERED = frozenset(
    (
        "resolution", "article", "flight", "route", "highway", "shahed", "mohajer", "unit", "brigade", "regiment",
        "division", "block", "phase", "no", "level", "chapter", "clause", "channel", "type", "model",
        "القرار", "قرار", "القرارين", "قطعنامه", "قطعنامهي", "ماده", "الماده", "اللواء", "لواء", "الفوج", "تيپ", "لشكر",
        "مهاجر", "رحله", "الرحله", "پرواز", "بريار", "برياري",
    )
)  # fmt: skip
# Arabic "Shahed" is also "see": "see 5 dead in Baghdad"
_SHAHED, _SHAHEDS = (
    "شاهد",
    frozenset(("101", "107", "129", "131", "136", "141", "147", "149", "161", "171", "191", "238")),
)
_MOST_DIGITS = 7  # of a number of people


@dataclass(frozen=True, slots=True)
class Number:
    """A number among the tokens: its value, whether it is only a lower bound, its first token and that behind it."""

    value: int
    first: int
    last: int
    at_least: bool = False
    kind: Kind | None = None  # of an Arabic dual that says both: قتيلان
    implied: bool = False  # no number is written: "soldier killed"


_NOBODY = frozenset(("no", "not", "without", "هيچ", "بدون", "دون"))  # before a word that else counts one


def numbers_in(tokens: Sequence[str], grouped: Container[int] = ()) -> Iterator[Number]:
    """Yield the numbers among folded words: digits, words, duals, "dozens", and one person without a number.

    `grouped` are the positions of numbers that are written with a comma at the thousands, as no year is.
    """
    parted = [token[1:] if _is_joined(token) else token for token in tokens]
    behind = ""
    for written, first, last in numbered(parted):
        following = tokens[last] if last < len(tokens) else ""
        if written.isdecimal() and (
            len(written) > _MOST_DIGITS or _is_name(tokens, first, last, written, grouped=first in grouped)
        ):
            pass
        elif written.isdecimal():
            many = following in {"dozen", "dozens"}
            yield Number(int(written) * 12 if many else int(written), first, last + many)
        elif written in words.VAGUE:
            yield Number(words.VAGUE[written], first, last, at_least=True)
        elif behind in _NOBODY:
            pass  # "no one was killed", "هيچ سربازي كشته نشد"
        elif written in {"one", "يك"}:
            yield Number(1, first, last)
        else:
            # Persian "were martyred" is spelt as "a martyr" is
            becomes = following.startswith("شد") and bare(written) in words.HARMED_ONE
            yield from _one_or_two(written, first, counts_already=becomes or behind.isdecimal())
        behind = written


def _is_name(tokens: Sequence[str], first: int, last: int, number: str, *, grouped: bool) -> bool:
    """Return whether a number counts nobody: a year ("first death of 2026"), or what bears it as a name."""
    before, behind = word_at(tokens, first - 1), word_at(tokens, last)
    if before in _NUMBERED or (before == _SHAHED and number in _SHAHEDS):
        return True
    if grouped or behind == "feared" or len(number) != len(str(_YEARS[0])) or int(number) not in _YEARS:
        return False
    counts_people = words.is_person(behind) or behind in words.PEOPLE or words.is_rise(before) or before in _TO_NUMBER
    return not counts_people and (before in _BEFORE_YEAR or words.kind_of(behind) is None)


def _is_joined(token: str) -> bool:
    """Return whether an Arabic number has "and" attached: وثلاثة, but not وعشرون, which belongs to what is before."""
    return token[0] == "و" and is_spelled(token[1:]) and not token.endswith(("ون", "ين")) and len(token) > 3


def _one_or_two(word: str, at: int, *, counts_already: bool) -> Iterator[Number]:
    stripped = bare(word)
    for stem in {stripped.removesuffix(ending) for ending in _DUAL} - {stripped}:
        if stem in words.HARMED_ONE and not counts_already:
            yield Number(2, at, at + 1, kind=words.HARMED_ONE[stem])
        elif stem in words.ONE and not counts_already:
            yield Number(2, at, at + 1, at_least=stem in words.SOUND and stripped.endswith("ين"))
    single = stripped.removesuffix("ا")
    if single in words.HARMED_ONE and not counts_already:
        yield Number(1, at, at + 1, kind=words.HARMED_ONE[single], implied=True)
    elif stripped in words.ONE and not counts_already:
        yield Number(1, at, at + 1, implied=True)


def is_dual(tokens: Sequence[str], each: Number) -> bool:
    return each.value == 2 and not tokens[each.first].isascii() and bare(tokens[each.first])[:-2] in words.ONE


def word_at(tokens: Sequence[str], at: int) -> str:
    return tokens[at] if 0 <= at < len(tokens) else ""
