"""Find the report in another language that tells the same event. Pure.

It only points: a counterpart is shown beside an alert and holds none back. So it asks for more than the joining of
threads does (same_event): most of both reports in common, soon after each other, the news of one told by both, and that
each is the other's nearest in its language or about as near, as words are aligned by mutual best match (Melamed, CL
2000).

Where a language model has read both headlines, what it finds alike adds to the same sum, or takes from it: one scale,
with the model and without.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from alerts.decide.event_acts import alike, told
from alerts.decide.same_event import EventWindow, Likeness, clash
from alerts.event import Link, Report
from alerts.rule import EventSettings
from crawler.text.scripts import SCRIPTS

APART = timedelta(hours=18)  # between a report and its counterpart
# The least sum of evidence at which no link of half A was wrong, with a margin (docs/benchmarks.md)
ALIKE = 0.6
# By so much another report of our language may be nearer to the counterpart: several outlets tell one event
ABOUT_AS_NEAR = 0.1
PER_HOUR = 0.01  # less for each hour between the two
# What the model adds: so much for each hundredth of cosine above what candidates have by chance (their median)
WORDED = 4.0
UNLIKE = 0.825
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two reports and the evidence that they tell one event: what both name, and the cosine of their wording if known.

    `score` is the sum of it: their share in common, less for the time between them, more or less for the wording.
    """

    likeness: Likeness
    score: float
    wording: float | None = None

    @property
    def earlier(self) -> Report:
        """The other report."""
        return self.likeness.earlier


def counterpart(window: EventWindow, report: Report) -> Pairing | None:
    """Return a report's counterpart with the evidence for it, None if the window has none.

    The report itself is in the window.
    """
    near = _nearest(window, report)
    if near is None:
        return None
    back = _nearest(window, near.earlier, into=report.lang)
    return near if back is not None and near.score >= back.score - ABOUT_AS_NEAR else None


def link_of(pairing: Pairing, later: Report, settings: EventSettings) -> Link:
    """Return a pairing as it is stored and shown."""
    return Link(pairing.earlier.seq, both(pairing, later, settings), max(0.0, min(1.0, pairing.score)))


def both(near: Pairing, later: Report, settings: EventSettings) -> str:
    """Return what two reports both tell: names, deeds, numbers of casualties, and how alike they are worded."""
    one, other = near.earlier.mention.casualties, later.mention.casualties
    numbers = [f"{count} {kind}" for kind, count in one.items() if other.get(kind) == count]
    named = ", ".join([near.likeness.both(settings), *numbers])
    return named if near.wording is None else f"{named}; wording alike {near.wording:.2f}"


def is_another_language(one: str, other: str) -> bool:
    """Return whether two values of `Report.lang` are different languages for sure."""
    if not one or not other or one == other:
        return False
    scripts = [SCRIPTS.get(each, each) for each in (one, other)]
    # a script alone may be that of either language
    return scripts[0] != scripts[1] or not {one, other} & {*scripts}


def _nearest(window: EventWindow, report: Report, into: str = "") -> Pairing | None:
    """Return the report in another language with most evidence; with `into`, in that language as far as is known."""
    found = (
        each
        for each in _pairings(window, report, into)
        if each.score >= ALIKE and _is_one(window, each.likeness, report)
    )
    return max(found, key=lambda each: (each.score, each.earlier.at), default=None)


def _pairings(window: EventWindow, report: Report, into: str) -> Iterator[Pairing]:
    for likeness in window.compared(
        report,
        lambda other: (
            abs(report.at - other.at) <= APART
            and is_another_language(report.lang, other.lang)
            and not is_another_language(into, other.lang)
        ),
    ):
        wording = window.wordings.likeness(report.seq, likeness.earlier.seq)
        score = likeness.share - PER_HOUR * (abs(report.at - likeness.earlier.at) / HOUR)
        if wording is not None:
            score += WORDED * (wording - UNLIKE)
        yield Pairing(likeness, score, wording)


def _is_one(window: EventWindow, likeness: Likeness, report: Report) -> bool:
    """Return whether nothing forbids that two reports tell one event, and both tell the news of one of them."""
    first, second = sorted((likeness.earlier, report), key=lambda each: each.at)
    if clash(first, second, window.settings) or not window.tells_apart(likeness.parts, first.mention, second.mention):
        return False
    deeds, others = ([alike(act, window.settings) for act in told(each.mention)] for each in (first, second))
    return bool({*deeds} & {*others} & {*deeds[:1], *others[:1]})
