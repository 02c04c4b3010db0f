"""How many an event killed, wounded, lost or arrested: which number of an article is the deed's own. Pure.

`crawler.stories.casualties` reads all numbers of a text. A deed's are those of its clause; of the rest of the headline
or the sentence, those that no other doer is named for ("..., Israel kills 3" has one); last, for a deed of the
headline, those of the first sentences of the text.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alerts.rules.reading import Mention, Reading
from crawler.config.values import MISSING
from crawler.config.yamlfile import Node, Problems, Scalar, kind_of
from crawler.stories.casualties import LEAD_SENTENCES, TENFOLD, Count, counts
from crawler.stories.harm_words import KINDS
from crawler.text.folding import fold
from crawler.text.tokens import sentences

SIGNS: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
MOST = 999_999  # of a number in a rule
_WRITTEN = re.compile(r"\s*(>=|<=|==|>|<|)\s*(\d{1,6})\s*")
_AFTER = r"after|following|despite|amid|since|بعد|عقب|إثر|اثر|منذ|پس از|در پی"
_MARKS = r"[,\u060c;\u061b:|\u2026\u2014!?\u061f]|(?<!\b[A-Z])\.(?=\s)|\s[-\u2013]\s"  # no dot of "U.S."
_LINK = re.compile(rf"{_MARKS}|\b(?:as|while|before|{_AFTER}|بينما|فيما)\b")
_BACK = re.compile(_AFTER)
_LIGHT = frozenset(("and", "then", "also", "at", "least", "more", "than", "some", "about", "up", "to", "another"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What an `event` asks of a number, as `killed: ">= 3"`: a kind of `KINDS`, one of SIGNS, and the number."""

    kind: str
    sign: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind} {self.sign} {self.number}"

    def holds(self, count: Count) -> bool:
        """Return whether a number is as asked; "dozens" is no fewer than 24, and of more nobody knows."""
        if count.at_least and self.sign not in {">=", ">"}:
            return False
        return SIGNS[self.sign](count.number, self.number)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reads a comparison with a number: ">= 3", "< 10", or 3 alone, which is "== 3"; gives (sign, number)."""

    def read(self, node: Node, problems: Problems) -> Any:
        text = node.text if isinstance(node, Scalar) else ""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            found = f'"{text}"' if isinstance(node, Scalar) else kind_of(node)
            problems.add(
                node.place,
                f'{found} compares with no number; write ">= 3" in quotes, or >, <=, <, ==, or a number up to {MOST}',
            )
            return MISSING
        return match[1] or "==", int(match[2])

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "integer"], "pattern": rf"^(?:{_WRITTEN.pattern})$", "minimum": 0, "maximum": MOST}


def numbers(asked: tuple[Asked, ...], deed: Mention, clause: tuple[int, int], reading: Reading) -> list[Mention] | None:
    """Return a mention for each number that is asked of a deed, None where one is not told or is another.

    `clause` are the offsets in the original text between which the deed's clause stands.
    """
    found: list[Mention] = []
    for each in asked:
        told = number_of(each.kind, deed, clause, reading)
        if told is None or not each.holds(told[1]):
            return None
        found.append(_mention(each, *told, reading))
    return found


def number_of(kind: str, deed: Mention, clause: tuple[int, int], reading: Reading) -> tuple[str, Count] | None:
    """Return the number of a kind that belongs to a deed, with its field; None where the article tells none."""
    for field, told in _sources(deed, clause, reading):
        of_kind = [each for each in told if each.kind == kind and not each.past]
        exact = [each for each in of_kind if not each.at_least] or of_kind
        if exact:
            least = min(each.number for each in exact)
            return field, max((each for each in exact if each.number <= least * TENFOLD), key=lambda each: each.number)
    return None


def _sources(deed: Mention, clause: tuple[int, int], reading: Reading) -> Iterator[tuple[str, list[Count]]]:
    """Yield (field, numbers) by nearness to a deed: its clause, the rest of the headline or lead, then the lead."""
    text = reading.folded[deed.field].original
    first, last = reading.folded[deed.field].span(deed.start, deed.end)
    begin, end = (0, len(text)) if deed.field == "title" else _sentence(text, first, clause)
    told = [_moved(each, begin) for each in counts(text[begin:end])]
    own = [each for each in told if _is_own(text, first, last, each)]
    yield deed.field, [each for each in own if clause[0] <= each.start and each.end <= clause[1]]
    yield deed.field, own
    if deed.field == "title" and (lead := reading.visible("body")) and lead.strip():
        body = reading.folded["body"].original
        yield "body", list(counts(body, LEAD_SENTENCES))


def _sentence(text: str, at: int, clause: tuple[int, int]) -> tuple[int, int]:
    """Return where the sentence around a place begins and ends, no farther than its clause may reach."""
    begin, end = clause[0], min(len(text), clause[1] + 1)
    near = [start + begin for start in sentences(text[begin:end])]
    return max((each for each in near if each <= at), default=begin), min(
        (each for each in near if each > at), default=end
    )


def _moved(count: Count, by: int) -> Count:
    return Count(count.kind, count.number, count.start + by, count.end + by, count.harm, count.at_least, count.past)


def _is_own(text: str, first: int, last: int, count: Count) -> bool:
    """Return whether a number of the same headline or sentence is a deed's own, and not of another deed.

    It is, unless it stands behind "after" and the like, or in a part with a doer of its own.
    """
    if count.start >= last:
        links = list(_LINK.finditer(text, last, count.start))
        if links and _BACK.fullmatch(links[-1][0]):
            return False
        return not links or not _has_other_doer(text, count, links[-1].end())
    if count.end <= first:
        return _LINK.search(text, count.end, first) is None or not _has_other_doer(text, count)
    return True


def _has_other_doer(text: str, count: Count, begin: int | None = None) -> bool:
    """Return whether a doer stands before the harm that a number stands behind: "Israel kills 3", not "3 killed"."""
    if not count.harm.isascii():
        return False  # Arabic and Persian count behind a noun
    if begin is None:
        links = list(_LINK.finditer(text, 0, count.start))
        begin = links[-1].end() if links else 0
    before = fold(text[begin : count.start]).split()
    if count.harm not in before:
        return False
    return not _LIGHT.issuperset(before[: before.index(count.harm)])


def _mention(asked: Asked, field: str, count: Count, reading: Reading) -> Mention:
    start, end = reading.folded[field].within(count.start, count.end)
    return Mention(str(asked), count.harm, field, start, end)


__all__ = ["KINDS", "Asked", "Comparison", "number_of", "numbers"]
