"""Two wordings -> Comparison: how much of one is in the other, and which numbers and names differ in place.

Sentences are paired by their words first and aligned word by word second, so that dropped or shuffled
sentences do not matter and one changed number is seen where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from crawler.stories.tolls import PEOPLE
from crawler.stories.wording import Wording
from crawler.text.figures import is_number, shown
from crawler.text.folding import fold
from crawler.text.stopwords import STOP

PAIRED = 0.5  # share of the shorter sentence's words found in the longer one
MOST_SENTENCES = 40
BESIDE = 4  # words on each side of a number that say what it counts
MISSPELT = 85.0  # rapidfuzz ratio, 0-100; below it Abadi is not Ebadi and Khomeini is not Khamenei
_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday
الاثنين الثلاثاء الاربعاء الخميس الجمعه السبت الاحد
دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه يكشنبه
دووشهممه سێشهممه چوارشهممه پێنجشهممه ههيني شهممه يهكشهممه
"""
_MONTHS = """
jan feb mar apr jun jul aug sept oct nov dec january february march april may june july august september october
november december
يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر
شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين كانون
فروردين ارديبهشت خرداد تير مرداد شهريور مهر ابان اذر دي بهمن اسفند
"""
WEEKDAYS = frozenset(fold(_WEEKDAYS).split())
MONTHS = frozenset(fold(_MONTHS).split())
DAYS = WEEKDAYS | MONTHS | {"today", "yesterday", "tomorrow"}


@dataclass(frozen=True, slots=True)
class Change:
    """A number that stands in the same place as another one; `where` is the word that says of what.

    `beside` are all words near it.
    """

    before: str
    after: str
    where: str
    precedes: bool = False  # `where` stands before the number
    beside: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = f"{shown(self.before)} -> {shown(self.after)}"
        return f"{self.where} {told}".strip() if self.precedes else f"{told} {self.where}".strip()


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of meaning that stand in the same place and are neither one word nor found elsewhere in the other text."""

    before: str
    after: str
    part: str  # title | lead | body
    named: bool  # both are names
    told: bool  # one of them stands in its own body too
    recurs: bool  # both stand in front and again in their own text, as a subject does where no capital marks it

    def __str__(self) -> str:
        return f"{self.before} / {self.after}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two articles share. Shares are 0 to 1; `later` is the article that came second.

    `contained`: of the shorter body's runs of words, in the longer. `aligned`: of its words, in their order inside
    paired sentences. `lead`: of the later lead's runs, in the
    earlier body. `headline`: of the words of the shorter headline. `agreeing`: numbers equal in place.
    `loose`: numbers that only one of two paired sentences has.
    """

    contained: float
    aligned: float
    lead: float
    old_lead: float
    headline: float
    changes: tuple[Change, ...]
    agreeing: int
    differing: tuple[Difference, ...]
    loose: int
    added: int  # words of sentences that only the later has
    dropped: int  # words of sentences that only the earlier has
    equal_headlines: bool
    equal_bodies: bool


def compare(earlier: Wording, later: Wording) -> Comparison:
    """Compare an article with an earlier one."""
    found = _Differences(earlier, later)
    pairs, dropped, added = _paired(earlier, later)
    if earlier.title and later.title and _likeness(earlier.title, later.title) >= PAIRED:
        found.align(earlier.title, later.title, "title")
    for at, (one, other) in enumerate(pairs):
        found.align(one, other, "body" if at else "lead")
    return Comparison(
        contained=_contained(earlier.shingles, later.shingles),
        aligned=found.equal / max(1, min(len(earlier.words), len(later.words))),
        lead=known(later.lead, earlier.shingles),
        old_lead=known(earlier.lead, later.shingles),
        headline=_likeness_of_headlines(earlier, later),
        changes=tuple(found.changes),
        agreeing=found.agreeing,
        differing=tuple(found.differing),
        loose=found.loose,
        added=added,
        dropped=dropped,
        equal_headlines=earlier.title == later.title,
        equal_bodies=earlier.words == later.words,
    )


def known(some: Set[int], of: Set[int]) -> float:
    """Return how much of some runs of words is among others, 0 to 1."""
    return len(some & of) / len(some) if some else 0.0


def _contained(one: frozenset[int], other: frozenset[int]) -> float:
    return known(*((one, other) if len(one) <= len(other) else (other, one)))


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    shorter, longer = sorted((set(one), set(other)), key=len)
    return len(shorter & longer) / len(shorter)


def _likeness_of_headlines(earlier: Wording, later: Wording) -> float:
    if not earlier.title or not later.title:
        return 0.0
    return fuzz.token_set_ratio(" ".join(earlier.title[:40]), " ".join(later.title[:40])) / 100


def _paired(earlier: Wording, later: Wording) -> tuple[list[tuple[Sequence[str], Sequence[str]]], int, int]:
    """Pair each later sentence with the earlier one it is most like; count the words of those left over."""
    pairs: list[tuple[Sequence[str], Sequence[str]]] = []
    added = 0
    left = set(range(len(earlier.sentences[:MOST_SENTENCES])))
    for words, there in zip(later.sentences[:MOST_SENTENCES], later.sets, strict=False):
        best, score = -1, PAIRED
        for at, here in enumerate(earlier.sets[:MOST_SENTENCES]):
            shared = len(here & there) / min(len(here), len(there))
            if shared > score or (shared == score and best < 0):
                best, score = at, shared
        if best < 0:
            added += len(words)
            continue
        pairs.append((earlier.sentences[best], words))
        left.discard(best)
    return pairs, sum(len(earlier.sentences[at]) for at in left), added


class _Differences:
    """Collects what differs in place between aligned runs of words."""

    def __init__(self, earlier: Wording, later: Wording) -> None:
        self._earlier, self._later = earlier, later
        self._names = earlier.names | later.names
        self._caseless = not earlier.names or not later.names
        self.changes: list[Change] = []
        self.differing: list[Difference] = []
        self.agreeing = 0
        self.loose = 0
        self.equal = 0  # words of bodies

    def align(self, one: Sequence[str], other: Sequence[str], part: str) -> None:
        for code in Levenshtein.opcodes(one, other):
            tag, start, end, first, last = code.tag, code.src_start, code.src_end, code.dest_start, code.dest_end
            if tag == "equal":
                self.agreeing += sum(map(is_number, one[start:end]))
                self.equal += (end - start) * (part != "title")
            elif tag == "replace":
                self._replaced(one[start:end], other[first:last], other, first, part)
            elif end < len(one) and last < len(other):  # at the end one sentence is only cut shorter
                self._left_over(one[start:end], self._later)
                self._left_over(other[first:last], self._earlier)

    def _left_over(self, words: Sequence[str], elsewhere: Wording) -> None:
        self.loose += sum(is_number(word) and word not in elsewhere.vocabulary for word in words)

    def _replaced(self, before: Sequence[str], after: Sequence[str], other: Sequence[str], at: int, part: str) -> None:
        numbers = [word for word in before if is_number(word)]
        for offset, word in enumerate(after):
            if is_number(word) and numbers:
                self._number(numbers.pop(0), word, other, at + offset)
        old = [word for word in before if self._differs(word, self._later, part)]
        new = [word for word in after if self._differs(word, self._earlier, part)]
        if old and new and not all(any(one_word(one, two) for two in new) for one in old):
            self.differing.append(self._difference(old, new, part))

    def _difference(self, old: list[str], new: list[str], part: str) -> Difference:
        pairs = [(one, two) for one in old for two in new]
        named = [(one, two) for one, two in pairs if one in self._names and two in self._names]
        recurring = [(one, two) for one, two in pairs if self._caseless and part != "body" and self._recurs(one, two)]
        before, after = (*recurring, *named, pairs[0])[0]
        left = before in self._earlier.words and before not in self._later.vocabulary
        told = left or (after in self._later.words and after not in self._earlier.vocabulary)
        return Difference(before, after, part, bool(named), told, bool(recurring))

    def _recurs(self, before: str, after: str) -> bool:
        if before in self._later.vocabulary or after in self._earlier.vocabulary:
            return False
        earlier = self._earlier.title.count(before) + self._earlier.words.count(before)
        return earlier > 1 and self._later.title.count(after) + self._later.words.count(after) > 1

    def _differs(self, word: str, elsewhere: Wording, part: str) -> bool:
        there = elsewhere.title if part == "title" else elsewhere.vocabulary
        return not is_number(word) and word not in STOP and word not in DAYS and word not in there

    def _number(self, before: str, after: str, words: Sequence[str], at: int) -> None:
        if before == after:
            self.agreeing += 1
            return
        change = _change(before, after, words, at)
        if all((each.before, each.after) != (before, after) for each in self.changes):
            self.changes.append(change)


def one_word(one: str, other: str) -> bool:
    """Say whether two words are one: short for it, inflected, or misspelt."""
    shorter, longer = sorted((one, other), key=len)
    return (len(shorter) >= 3 and longer.startswith(shorter)) or fuzz.ratio(one, other) >= MISSPELT


def _change(before: str, after: str, words: Sequence[str], at: int) -> Change:
    beside = tuple(words[max(0, at - BESIDE) : at + 1 + BESIDE])
    behind = next((word for word in words[at + 1 : at + 1 + BESIDE] if word not in PEOPLE), "")
    if behind and behind not in STOP and not is_number(behind):
        return Change(before, after, behind, beside=beside)
    return Change(before, after, next(_content(words[max(0, at - 3) : at][::-1]), ""), precedes=True, beside=beside)


def _content(words: Sequence[str]) -> Iterator[str]:
    return (word for word in words if word not in STOP and word not in PEOPLE and not is_number(word))
