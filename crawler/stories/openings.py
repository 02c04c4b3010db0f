"""Compare what two texts open with: the same place, target, deed and day? Pure.

Readers get no new alert for an article that joins a story. So its opening must already be known, whatever else the two
texts share.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from itertools import pairwise

from crawler.stories.compare import MONTHS, WEEKDAYS, Comparison, known, one_word
from crawler.stories.frames import FRAME_SENTENCES, about
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
    """Return the words that differ ("drone / rocket") where both openings fill the same template with different events.

    They do where they differ in at most EXCHANGED words of meaning and the headlines differ in some of these too. With
    equal headlines the differing words must be names, or any words in a script without capitals. Return "" otherwise.
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
    """Return those `words` that are not in `others` in any form; numbers are left out."""
    left = others - words
    return {word for word in words - others if not (is_number(word) or any(one_word(word, each) for each in left))}


def agreement(earlier: Wording, later: Wording, found: Comparison) -> str:
    """Return, in words, which of headline and first sentence report the same news in both; "" if neither does."""
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
    """Return the days that headline and opening name ("sunday / tuesday") if the texts have none in common, else "".

    A day in an opening sentence that both texts have counts for both: a different headline merely makes another
    sentence the opening. In a long report a date that differs in the opening is a corrected number, not another event,
    unless the headlines differ in it too.
    """
    opened = [(*one.title, *_own(one, other)) for one, other in ((earlier, later), (later, earlier))]
    if min(len(earlier.words), len(later.words)) >= LONG_REPORT:
        dated = [text.title for text in (earlier, later)]
    else:
        dated = opened
    for days, words in ((_weekdays, opened), (_dates, dated)):
        before, after = map(days, words)
        if before and after and not before & after:
            return f"{', '.join(sorted(before))} / {', '.join(sorted(after))}"
    return ""


def _own(text: Wording, other: Wording) -> tuple[str, ...]:
    """Return the opening sentence of a text; nothing where the other text has the same sentence."""
    words = opening(text, other)
    return () if frozenset(words) in other.sets else words


def _openings(one: Wording, other: Wording) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return opening(one, other), opening(other, one)


def _weekdays(words: Iterable[str]) -> set[str]:
    return {word for word in words if word in WEEKDAYS}


def _dates(words: Iterable[str]) -> set[str]:
    """Return the days of months that are named: "3 mar" for both "3 March" and "March 3"."""
    found = set()
    for one, other in pairwise(words):
        day, month = (one, other) if is_number(one) else (other, one)
        if day.isdecimal() and int(day) <= LONGEST_MONTH and month in MONTHS:
            found.add(f"{day} {month[:3] if month.isascii() else month}")
    return found


def opening(text: Wording, other: Wording) -> tuple[str, ...]:
    """Return the sentence that opens the news, past the frame of a live page; the first sentence if none is found.

    It is the first one about the headline. One word of the headline is enough where the other text lacks the sentence.
    """
    numbered = zip(text.sentences[:FRAME_SENTENCES], text.sets, strict=False)
    theirs = frozenset(other.sets[:FRAME_SENTENCES])
    first = (
        each for each, words in numbered if about(words, text.topic) or (words & text.topic and words not in theirs)
    )
    return next(first, text.sentences[0] if text.sentences else ())
