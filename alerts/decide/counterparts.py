"""Find the report in another language that tells the same event. Pure.

It only points: a counterpart is shown beside an alert and holds none back. So it asks for more than the joining of
threads does (same_event): evidence that outweighs chance (event_evidence), the news of one told by both, and that each
is the other's nearest in its language or about as near, as words are aligned by mutual best match (Melamed, CL 2000).

Where a language model has read both headlines, what it finds alike adds to the same sum, or takes from it: one scale,
with the model and without.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from alerts.decide.counterpart_clash import other_event
from alerts.decide.event_acts import alike, told
from alerts.decide.event_clash import clash
from alerts.decide.event_evidence import evidence, likelihood, of_time, told_by
from alerts.decide.same_event import EventWindow, Likeness
from alerts.event import Link, Report
from alerts.rule import EventSettings
from crawler.text.scripts import SCRIPTS

APART = timedelta(hours=18)  # between a report and its counterpart
# The least evidence at which no link of half A was wrong, with a margin (docs/benchmarks.md)
ALIKE = 1.5
# By so much another report of our language may be nearer to the counterpart: several outlets tell one event
ABOUT_AS_NEAR = 1.0
# What the model adds for each unit of cosine above what candidates have by chance (their median)
WORDED = 20.0
UNLIKE = 0.825
MOST = 0.99  # no likeness is shown as certain
SHARED = 4.0  # for all of the weight of both reports in common, as threads are compared by it (same_event)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two reports and the evidence that they tell one event: what both name, and the cosine of their wording if known.

    `score` is the sum of it in logits: what both say and their share in common, less for the time between them, more or
    less for the wording.
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
    return Link(pairing.earlier.seq, both(pairing, later, settings), min(MOST, likelihood(pairing.score)))


def both(near: Pairing, later: Report, settings: EventSettings) -> str:
    """Return what two reports both tell: names, deeds, numbers of casualties, and how alike they are worded."""
    one, other = near.earlier.mention.casualties, later.mention.casualties
    numbers = [f"{count} {kind}" for kind, count in one.items() if other.get(kind) == count]
    named = ", ".join([near.likeness.both(later, settings), *numbers])
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
    ours = told_by(report, window.settings)
    for likeness in window.compared(
        report,
        lambda other: abs(report.at - other.at) <= APART,
        lambda lang: is_another_language(report.lang, lang) and not is_another_language(into, lang),
    ):
        other = likeness.earlier
        score = evidence(ours, told_by(other, window.settings), window.rarity, window.settings)
        wording = window.wordings.likeness(report.seq, other.seq)
        # where a model has read both, their wording tells one night's strike from the next
        is_common = wording is None and window.is_common(likeness.parts)
        score += SHARED * likeness.share + of_time(report, other, is_common)
        if wording is not None:
            score += WORDED * (wording - UNLIKE)
        yield Pairing(likeness, score, wording)


def _is_one(window: EventWindow, likeness: Likeness, report: Report) -> bool:
    """Return whether nothing forbids that two reports tell one event, and both tell the news of one of them.

    A headline is compared with headlines only: what a text begins with is often the background of it.
    """
    first, second = sorted((likeness.earlier, report), key=lambda each: each.at)
    if first.mention.from_lead != second.mention.from_lead:
        return False
    if clash(first, second, window.settings) or not window.tells_apart(likeness.parts, first.mention, second.mention):
        return False
    settings = window.settings
    if other_event(told_by(first, settings), told_by(second, settings), settings):
        return False
    deeds, others = ([alike(act, window.settings) for act in told(each.mention)] for each in (first, second))
    return bool({*deeds} & {*others} & {*deeds[:1], *others[:1]})
