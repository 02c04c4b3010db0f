"""Read how many were killed, wounded, missing or held from the words of a text, in English, Arabic and Persian. Pure.

A number counts people where a word of harm stands directly before or behind it ("kills 4", "4 killed"), or behind the
people it counts ("4 US soldiers killed"). Each word of harm counts once, for the number that is nearest. Where no
number stands, one person ("soldier killed") or an Arabic dual ("مقتل جنديين") is a number too.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from crawler.stories import harm_words as words
from crawler.stories.harm_words import KINDS, WORDS_KEPT, Kind, Side, bare, is_person, is_thing, kind_of
from crawler.stories.people_numbers import Number, is_dual, numbers_in, word_at
from crawler.text.figures import joined
from crawler.text.folding import fold
from crawler.text.tokens import sentences

KILLED: Kind = "killed"
LEAD_SENTENCES = 2  # of a lead, in which a toll is told
TENFOLD = 10  # of two numbers, the larger is the toll of a war or a year if it is more than so many times the other
_GAP = 6  # words between a number with the people it counts and the harm behind it
_LAST_GAP = 14  # the same before a Persian verb, which ends its clause
_TOLL_GAP = 10  # words from "toll" to its number
_STOP, _COMMA = "|", ","  # stand among the words for what ends a clause, and a part of one
_FROM = frozenset(("from", "من", "از"))
_TO = frozenset(("to", "الي", "به"))
_TOKEN = re.compile(
    r"(?P<number>(?<![A-Za-z\d-])\d+(?::\d\d(?!\d))?(?:[,\u066c.\u066b]\d+)*)"
    r"|(?P<word>(?:[^\W\d_]\.){2,}|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0670\u200b-\u200f'\u2019\u02bc])*)"
    r"|(?P<stop>[.!?\u061f;\u061b:|\u2026\u2014]|\s[-\u2013]\s)|(?P<comma>[,\u060c])"
)
_GROUPED = re.compile(r"\d[,\u066c]\d")


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people and what became of them.

    `at_least` is true where the text names no exact number ("dozens"). `past` is true for what the text tells as known
    before or of another time ("which killed 200 last year"). `start` and `end` are the positions of the number among
    the tokens, or its code points where a text was read. `harm` is the word that says what became of them.
    """

    kind: Kind
    number: int
    start: int
    end: int
    harm: str = ""
    at_least: bool = False
    past: bool = False


def casualties(title: str, lead: str = "") -> Mapping[str, int]:
    """Return the numbers of killed, wounded, missing and held that an article tells; a kind it does not tell is absent.

    The headline goes before the lead. Numbers of another time, and words such as "dozens", give none.
    """
    found: dict[str, int] = {}
    for read_counts in (counts(title), counts(lead, LEAD_SENTENCES)):
        read = [each for each in read_counts if not each.past and not each.at_least]
        for kind in KINDS:
            told = [each.number for each in read if each.kind == kind]
            if told and kind not in found:
                found[kind] = max(number for number in told if number <= min(told) * TENFOLD)
    return found


@lru_cache(maxsize=256)
def counts(text: str, most_sentences: int = 0) -> tuple[Count, ...]:
    """Return every number of people harmed that a text tells, in reading order, with offsets of the text.

    `most_sentences` says how many sentences are read, 0 for all.
    """
    if most_sentences:
        starts = [*sentences(text), len(text)]
        text = text[: starts[min(most_sentences, len(starts) - 1)]]
    tokens, spans = _tokens(text)
    grouped = {
        at for at, (start, end) in enumerate(spans) if tokens[at].isdecimal() and _GROUPED.search(text, start, end)
    }
    found = counted(tokens, grouped)
    return tuple(replace(each, start=spans[each.start][0], end=spans[each.end - 1][1]) for each in found)


def counted(tokens: Sequence[str], grouped: Container[int] = ()) -> list[Count]:
    """Return every number of people harmed that folded words tell; `|` and `,` among them end a clause or its part.

    `grouped` are the positions of numbers with a comma at the thousands: none of them is a year.
    """
    harms = {
        at: kind
        for at, word in enumerate(tokens)
        if (kind := kind_of(word)) and (word != "held" or [*tokens[at + 1 : at + 2]] != ["up"])  # pay is held up
    }
    if not harms and not any(map(_is_toll_alone, tokens)):
        return []
    numbers = list(numbers_in(tokens, grouped))
    tolls = list(_tolls(tokens, numbers, harms))
    taken = {each.start for each in tolls}
    told = _direct(tokens, [each for each in numbers if each.first not in taken], harms)
    return sorted(_dated(tokens, [*tolls, *told]), key=lambda each: each.start)


def _tokens(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the folded words of a text with marks where clauses end, and the span of each in the text."""
    tokens: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        if match["number"] and ":" in match[0]:
            continue  # an hour
        if match["stop"] or match["comma"]:
            made: tuple[str, ...] = (_STOP if match["stop"] else _COMMA,)
        else:
            made = _folded(match[0])
        tokens += made
        spans += [match.span()] * len(made)
    return tokens, spans


@lru_cache(WORDS_KEPT)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(fold(joined(word)).split())


def _tolls(tokens: Sequence[str], numbers: Sequence[Number], harms: Mapping[int, tuple[Kind, Side]]) -> Iterator[Count]:
    """Yield the number behind each "toll", "number of wounded" and the like: the one that it rises to.

    Where no word beside the toll says whom it counts, one behind the number does ("toll rises to 5 wounded"); else it
    counts the dead.
    """
    for at, word in enumerate(tokens):
        if not words.is_counted(bare(word)) or ((beside := _of_toll(tokens, at)) is None and not _is_toll(bare(word))):
            continue
        if beside is None and not _is_of_the_dead(tokens, at):
            continue
        reach = [
            each
            for each in numbers
            if at < each.first <= at + _TOLL_GAP
            and not each.implied
            and not _ends(tokens[at : each.first])
            and tokens[each.first - 1] not in _FROM - {"من"}
            and not is_thing(word_at(tokens, each.last))
        ]
        risen = [each for each in reach if not _TO.isdisjoint(tokens[max(at, each.first - 3) : each.first])]
        for chosen in (risen or reach)[:1]:
            behind = _harm_behind(tokens, chosen, harms)
            kind = beside or (harms[behind[0]][0] if behind else KILLED)
            yield Count(kind, chosen.value, chosen.first, chosen.last, word, chosen.at_least)


_is_toll = words.stems("toll", "fatalit", "deaths", "حصيله", "تلفات")
_is_victim = words.stems("victim", "ضحايا", "ضحيه", "قرباني")


@lru_cache(WORDS_KEPT)
def _is_toll_alone(word: str) -> bool:
    """Return whether a word may tell of a toll where no other word of the text says that anybody was harmed."""
    return _is_toll(bare(word)) or _is_victim(bare(word))


def _is_of_the_dead(tokens: Sequence[str], at: int) -> bool:
    """Return whether a toll beside which no word says whom it counts is one of people, and not what ships pay.

    Arabic names what is counted behind the word: "the tally of the attack", and not "the tally of exports".
    """
    if tokens[at].isascii():
        return words.TOLL_PAYERS.isdisjoint(tokens[max(0, at - 2) : at])
    behind = bare(word_at(tokens, at + 1))
    return tokens[at].startswith("ال") or words.is_deed(behind) or words.is_rise(behind) or behind in _TO


def _of_toll(tokens: Sequence[str], at: int) -> Kind | None:
    """Return whom a toll counts by a word beside it, None where none says so."""
    for each in (*tokens[at + 1 : at + 4], *reversed(tokens[max(0, at - 1) : at])):
        if kind := kind_of(each):
            return kind[0]
        if _is_victim(bare(each)):
            return KILLED
    return None


def _direct(
    tokens: Sequence[str], numbers: Sequence[Number], harms: Mapping[int, tuple[Kind, Side]]
) -> Iterator[Count]:
    """Yield each number with the word of harm that is nearest to it; each word is used once."""
    offers = sorted(
        (distance, each.first, harm, each)
        for each in numbers
        for harm, distance in _offers(tokens, each, harms)
    )  # fmt: skip
    used: set[int] = set()
    done: set[int] = set()
    for _, first, harm, each in offers:
        if harm in used or first in done:
            continue
        used.add(harm)
        done.add(first)
        if not _is_joint(tokens, harm, harms):
            yield Count(
                each.kind or harms[harm][0],
                each.value,
                each.first,
                each.last,
                tokens[harm],
                each.at_least,
                past=_is_told_before(tokens, harm),
            )


def _offers(tokens: Sequence[str], each: Number, harms: Mapping[int, tuple[Kind, Side]]) -> Iterator[tuple[int, int]]:
    """Yield (position of a word of harm, distance) for those that may be about a number."""
    if each.kind is not None:
        yield each.first, 9 if each.implied else 0
        return
    late = 20 if each.implied else 0  # a written number always goes first
    before = _harm_before(tokens, each, harms)
    if before is not None and not is_thing(word_at(tokens, each.last)):
        yield before, 1 + late
    behind = _harm_behind(tokens, each, harms)
    if behind is not None:
        yield behind[0], behind[1] + late


def _harm_before(tokens: Sequence[str], each: Number, harms: Mapping[int, tuple[Kind, Side]]) -> int | None:
    """Return the word of harm that a number stands behind: "kills at least 4"."""
    at = each.first - 1
    while at >= 0 and tokens[at] in words.FILLERS_BEHIND and at not in harms and not _is_hour(tokens, at):
        at -= 1
    if each.implied and at >= 0 and at not in harms and tokens[at].isascii() and tokens[at] not in words.AND:
        at -= 1  # "kills US soldier"
    if at not in harms or harms[at][1] == "before":
        return None
    following = word_at(tokens, at + 1)
    if not tokens[at].isascii() and harms[at][1] == "either" and following.startswith("شد") and following != "شدن":
        return None  # کشته شدند: its number stands before
    return at


def _is_hour(tokens: Sequence[str], at: int) -> bool:
    """Return whether "at" begins no "at least", so that an hour stands behind it: "killed at 10"."""
    return tokens[at] == "at" and word_at(tokens, at + 1) not in {"least", "most"}


def _harm_behind(tokens: Sequence[str], each: Number, harms: Mapping[int, tuple[Kind, Side]]) -> tuple[int, int] | None:
    """Return the word of harm behind a number, and the distance: "4 killed", "4 US soldiers killed"."""
    has_person = each.implied or is_dual(tokens, each)
    cost = 0
    for n, at in enumerate(_path(tokens, each.last)):
        word = tokens[at]
        if at in harms:
            if n > _GAP and not word_at(tokens, at + 1).startswith("شد"):
                return None  # so far off only a Persian verb tells of them
            return (at, 2 + cost if cost else 0) if _ends_with(tokens, at, harms) and (has_person or not cost) else None
        is_link = word in words.AND or word == _COMMA
        # "14 of its best killed"
        has_person = has_person or is_person(word) or (word in {"its", "their", "our"} and tokens[at - 1] == "of")
        if word == _STOP or word.isdecimal() or (not has_person and (is_link or is_thing(word))):
            return None
        if word not in words.FILLERS_BEFORE:
            cost += 3 if is_link else 1
    return None


def _ends_with(tokens: Sequence[str], harm: int, harms: Mapping[int, tuple[Kind, Side]]) -> bool:
    """Return whether the number of a word of harm may stand before it."""
    following = word_at(tokens, harm + 1)
    if harms[harm][1] == "behind":
        return following.startswith("رسيد")  # به شهادت رسیدند
    return following != "شدن"


def _path(tokens: Sequence[str], start: int) -> Iterator[int]:
    """Yield the next positions, past what stands between two commas: "11 people, among them a child, were hurt"."""
    at = start
    for n in range(_LAST_GAP + 1):
        if at >= len(tokens) or (n > _GAP and tokens[at].isascii()):
            return
        yield at
        inserted = tokens[at + 1 : at + 2 + 2 * _GAP]
        at += inserted.index(_COMMA) + 2 if tokens[at] == _COMMA and _COMMA in inserted else 1


def _is_joint(tokens: Sequence[str], harm: int, harms: Mapping[int, tuple[Kind, Side]]) -> bool:
    """Return whether a number counts two kinds at once, so that neither is known: "12 killed or wounded"."""
    around = (harm - 1, harm + 1) if not tokens[harm].isascii() else ()
    beside = any(at in harms and harms[at][0] != harms[harm][0] for at in around)
    linked = any(
        word_at(tokens, between) in words.AND and harms.get(other, harms[harm])[0] != harms[harm][0]
        for between, other in ((harm + 1, harm + 2), (harm - 1, harm - 2))
    )
    return beside or linked


def _is_told_before(tokens: Sequence[str], harm: int) -> bool:
    """Return whether a harm is only named: "the strike that killed 4", "tried for killing 4"."""
    if not words.RELATIVES.isdisjoint(tokens[max(0, harm - (1 if tokens[harm].isascii() else 3)) : harm]):
        return True
    return harm > 0 and tokens[harm].endswith("ing") and tokens[harm - 1] in {"for", "of", "over"}


def _dated(tokens: Sequence[str], found: Sequence[Count]) -> Iterator[Count]:
    """Yield the counts; the one nearest before a word of another time, or else behind it, is past."""
    past: set[int] = set()
    for at in range(len(tokens)):
        for run in words.PAST:
            if tuple(tokens[at : at + len(run)]) == run:
                past |= _of_time(tokens, found, at)
    for each in found:
        yield replace(each, past=each.past or each.start in past)


def _of_time(tokens: Sequence[str], found: Sequence[Count], at: int) -> set[int]:
    """Return where the count begins that words of another time are about, if they are about one."""
    clause = [each.start for each in found if not _ends(tokens[min(at, each.start) : max(at, each.end)])]
    ahead = [start for start in clause if start < at]
    if not ahead:
        return set(clause[:1])
    # "kills 3 after attack last year": that attack, not the three
    return {max(ahead)} if words.BACK_TO.isdisjoint(tokens[max(ahead) : at]) else set()


def _ends(tokens: Sequence[str]) -> bool:
    """Return whether a clause ends among some tokens."""
    return _STOP in tokens
