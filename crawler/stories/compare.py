"""Compare two wordings: how much of one text is in the other, and which numbers and names differ in the same place.

Each later sentence is paired with the earlier one that shares most words, then the two are aligned word by word. So
sentences that were dropped or moved do not matter, and one changed number is found in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from crawler.stories.harm_words import PEOPLE
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
class NumberChange:
    """A number that was replaced by another in the same place.

    `where` is the word that says what is counted ("killed"), "" where there is none. `beside` are all words up to
    BESIDE away, on both sides of it.
    """

    before: str
    after: str
    where: str
    precedes: bool = False  # `where` stands before the number
    beside: tuple[str, ...] = ()

    def __str__(self) -> str:
        change = f"{shown(self.before)} -> {shown(self.after)}"
        return f"{self.where} {change}".strip() if self.precedes else f"{change} {self.where}".strip()


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of meaning that replaced each other, are not forms of one word, and are absent from the other text."""

    before: str
    after: str
    part: str  # title | lead | body
    named: bool  # both are names
    in_body: bool  # one of them stands in the body of its own text too
    recurs: bool  # both stand in front and again in their own text, as a subject does where no capital marks it

    def __str__(self) -> str:
        return f"{self.before} / {self.after}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two articles share. `later` is the article that was seen second. All shares are from 0 to 1.

    contained    runs of three words of the shorter body that are also in the longer one
    aligned      words of the shorter body that stand in the same order in paired sentences
    lead         runs of the later article's lead that are in the earlier body
    old_lead     runs of the earlier article's lead that are in the later body
    headline     words of the shorter headline that are in the longer one
    agreeing     how many numbers are equal in the same place
    loose        how many numbers only one of two paired sentences has
    """

    contained: float
    aligned: float
    lead: float
    old_lead: float
    headline: float
    changes: tuple[NumberChange, ...]
    agreeing: int
    differing: tuple[Difference, ...]
    loose: int
    added: int  # words of sentences that only the later has
    dropped: int  # words of sentences that only the earlier has
    equal_headlines: bool
    equal_bodies: bool


def compare(earlier: Wording, later: Wording) -> Comparison:
    """Return what an article shares with an earlier one, and where the two differ."""
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
    """Return the share of `some` runs of words that is among `of`, from 0 to 1; 0 where there are none."""
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
    """Pair each later sentence with the same earlier one, or else with the one that shares most of its words.

    Return the pairs, then the number of words in the sentences that found no partner: of the earlier text, of the
    later.
    """
    pairs: list[tuple[Sequence[str], Sequence[str]]] = []
    added = 0
    compared, sets = earlier.sentences[:MOST_SENTENCES], earlier.sets[:MOST_SENTENCES]
    left = set(range(len(compared)))
    # two texts that are nearly equal share most sentences as they stand: these need not be compared with all
    same = {words: at for at, words in reversed(list(enumerate(compared)))}
    for words, there in zip(later.sentences[:MOST_SENTENCES], later.sets, strict=False):
        best = same[words] if words in same else _most_alike(there, sets)
        if best < 0:
            added += len(words)
            continue
        pairs.append((earlier.sentences[best], words))
        left.discard(best)
    return pairs, sum(len(earlier.sentences[at]) for at in left), added


def _most_alike(words: frozenset[str], sets: Sequence[frozenset[str]]) -> int:
    """Return the number of the first sentence that shares most words, at least PAIRED of the shorter; -1 for none."""
    best, score = -1, PAIRED
    for at, here in enumerate(sets):
        shared = len(here & words) / min(len(here), len(words))
        if shared > score or (shared == score and best < 0):
            best, score = at, shared
    return best


@lru_cache(maxsize=4096)
def _count_numbers(words: tuple[str, ...]) -> int:
    """Return how many words are numbers; of near-equal texts the same sentences are asked for again and again."""
    return sum(map(is_number, words))


class _Differences:
    """Collects the numbers and words that differ in the same place, over all pairs of sentences that are aligned."""

    def __init__(self, earlier: Wording, later: Wording) -> None:
        self._earlier, self._later = earlier, later
        self._names = earlier.names | later.names
        self._caseless = not earlier.names or not later.names
        self.changes: list[NumberChange] = []
        self.differing: list[Difference] = []
        self.agreeing = 0
        self.loose = 0
        self.equal = 0  # words of bodies

    def align(self, one: Sequence[str], other: Sequence[str], part: str) -> None:
        if one == other:
            self.agreeing += _count_numbers(tuple(one))
            self.equal += len(one) * (part != "title")
            return
        for code in Levenshtein.opcodes(one, other):
            tag, start, end, first, last = code.tag, code.src_start, code.src_end, code.dest_start, code.dest_end
            # numbers are counted in the headline too, words only in bodies: `aligned` is a share of the body
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
        # Arabic has no capitals, so names cannot be told from other words there; a word that recurs takes their place.
        named = [(one, two) for one, two in pairs if one in self._names and two in self._names]
        recurring = [(one, two) for one, two in pairs if self._caseless and part != "body" and self._recurs(one, two)]
        # of several differing pairs the one that says most is reported: a subject, then a name, then any word
        before, after = (*recurring, *named, pairs[0])[0]
        left = before in self._earlier.words and before not in self._later.vocabulary
        in_body = left or (after in self._later.words and after not in self._earlier.vocabulary)
        return Difference(before, after, part, bool(named), in_body, bool(recurring))

    def _recurs(self, before: str, after: str) -> bool:
        """Return whether each word occurs twice in its own text and never in the other, as a subject does."""
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
        # the same change is in the headline, the lead and the body: it counts once
        if all((each.before, each.after) != (before, after) for each in self.changes):
            self.changes.append(change)


def one_word(one: str, other: str) -> bool:
    """Return whether two words are forms of one: abbreviated (Feb), inflected, or misspelt (MISSPELT or more alike)."""
    shorter, longer = sorted((one, other), key=len)
    return (len(shorter) >= 3 and longer.startswith(shorter)) or fuzz.ratio(one, other) >= MISSPELT


def _change(before: str, after: str, words: Sequence[str], at: int) -> NumberChange:
    beside = tuple(words[max(0, at - BESIDE) : at + 1 + BESIDE])
    # what is counted usually follows the number ("17 killed", "17 people killed"); else it precedes it ("killing 17")
    behind = next((word for word in words[at + 1 : at + 1 + BESIDE] if word not in PEOPLE), "")
    if behind and behind not in STOP and not is_number(behind):
        return NumberChange(before, after, behind, beside=beside)
    return NumberChange(
        before, after, next(_content(words[max(0, at - 3) : at][::-1]), ""), precedes=True, beside=beside
    )


def _content(words: Sequence[str]) -> Iterator[str]:
    return (word for word in words if word not in STOP and word not in PEOPLE and not is_number(word))
