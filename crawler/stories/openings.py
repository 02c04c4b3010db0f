"""Two wordings -> whether they open with the same news: the same place, target, deed and day. Pure.

An article that joins a story is not told again, so what it opens with has to be known, whatever else the texts share.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from itertools import pairwise

from crawler.stories.compare import MONTHS, WEEKDAYS, Comparison, known, one_word
from crawler.stories.frames import MOST, about
from crawler.stories.wording import Wording, shingles
from crawler.text.figures import is_number
from crawler.text.stopwords import STOP

OPENING = 10  # words of the sentence that opens the news
OPENING_KNOWN = 0.5  # of their runs in the other text: the same first sentence
EXCHANGED = 3  # words of meaning by which two openings of one template differ
LONGEST_MONTH = 31  # days; a greater number beside the name of a month is a year
LONG_REPORT = 200  # words: no template and no footer with a few lines above it
SAME_FIGURES = 6  # numbers that agree in place: so many make even a short text the same report
TITLE_SHARED = 0.5  # of the words of both headlines: one event


def exchanged(one: Wording, other: Wording) -> str:
    """Return the words that differ, "drone / rocket", where the openings are one template that tells of two things.

    They are where they differ in a few words of meaning only, and the headlines differ in some of these too. Under
    equal headlines names have to differ, and any word where no capital marks a name.
    """
    openings = _openings(one, other)
    first, second = ({word for word in words if word not in STOP} for words in openings)
    figures = sum(map(is_number, first & second))
    before, after = _unlike(first, second), _unlike(second, first)
    if figures >= SAME_FIGURES or max(len(before), len(after)) > min(EXCHANGED, len(first & second)):
        return ""
    if openings[0] == openings[1] and len(openings[0]) < OPENING:
        before, after = _unlike(one.topic, other.vocabulary), _unlike(other.topic, one.vocabulary)
        before, after = before - set(one.words), after - set(other.words)
    elif one.title != other.title:
        before, after = before & (one.topic - other.topic), after & (other.topic - one.topic)
    elif one.names and other.names:
        before, after = before & one.names, after & other.names
    return f"{min(before)} / {min(after)}" if before and after else ""


def _unlike(words: Set[str], others: Set[str]) -> set[str]:
    """Return the words that others lack, in any form."""
    left = others - words
    return {word for word in words - others if not (is_number(word) or any(one_word(word, each) for each in left))}


def agreement(earlier: Wording, later: Wording, found: Comparison) -> str:
    """Return which of headline and first sentence are the same news in both, in words; "" where neither is."""
    one, other = earlier.topic, later.topic
    shared = len(one & other)
    headline = found.equal_headlines or (
        shared > 1 and (one <= other or other <= one or shared >= TITLE_SHARED * len(one | other))
    )
    first, second = (frozenset(shingles(words[:OPENING])) for words in _openings(earlier, later))
    lead = max(known(first, later.shingles), known(second, earlier.shingles)) >= OPENING_KNOWN
    said = ("headline " * headline + "first sentence " * lead).replace("headline first", "headline and first").strip()
    return f"{said} {'agree' if headline and lead else 'agrees'}" if said else ""


def other_day(earlier: Wording, later: Wording) -> str:
    """Return the days that headline and opening name, "sunday / tuesday", where the texts have none in common.

    The day of an opening that stands in both texts is a day of both: another headline only makes another sentence
    open. A date that differs at the head of a long report is a number that was corrected, not another event, unless the
    headlines say it too.
    """
    opened = [(*one.title, *_own(one, other)) for one, other in ((earlier, later), (later, earlier))]
    if min(len(earlier.words), len(later.words)) >= LONG_REPORT:
        dated = [told.title for told in (earlier, later)]
    else:
        dated = opened
    for days, words in ((_weekdays, opened), (_dates, dated)):
        before, after = map(days, words)
        if before and after and not before & after:
            return f"{', '.join(sorted(before))} / {', '.join(sorted(after))}"
    return ""


def _own(told: Wording, other: Wording) -> tuple[str, ...]:
    """Return the opening of a text where the other text has not the same sentence."""
    words = opening(told, other)
    return () if frozenset(words) in other.sets else words


def _openings(one: Wording, other: Wording) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return opening(one, other), opening(other, one)


def _weekdays(words: Iterable[str]) -> set[str]:
    return {word for word in words if word in WEEKDAYS}


def _dates(words: Iterable[str]) -> set[str]:
    """Return the days of months: "3 mar" for 3 March and for March 3."""
    found = set()
    for one, other in pairwise(words):
        day, month = (one, other) if is_number(one) else (other, one)
        if day.isdecimal() and int(day) <= LONGEST_MONTH and month in MONTHS:
            found.add(f"{day} {month[:3] if month.isascii() else month}")
    return found


def opening(told: Wording, other: Wording) -> tuple[str, ...]:
    """Return the sentence that opens the news, past the frame of a live page; the first one where none is found.

    It is the first about the headline, or with one word of it where the other text has not the same sentence.
    """
    numbered = zip(told.sentences[:MOST], told.sets, strict=False)
    theirs = frozenset(other.sets[:MOST])
    first = (
        each for each, words in numbered if about(words, told.topic) or (words & told.topic and words not in theirs)
    )
    return next(first, told.sentences[0] if told.sentences else ())
