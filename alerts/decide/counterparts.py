"""Find the report in another language that tells the same event. Pure.

It only points: a counterpart is shown beside an alert and holds none back. So it asks for more than the joining of
threads does (same_event): most of both reports in common, the news of one told by both, and that each is the other's
nearest in its language, as words are aligned by mutual best match (Melamed, CL 2000).
"""

from __future__ import annotations

from datetime import timedelta

from alerts.decide.event_acts import alike, told
from alerts.decide.same_event import EventWindow, Likeness, clash
from alerts.event import Report
from alerts.rule import EventSettings
from crawler.text.scripts import SCRIPTS

APART = timedelta(hours=18)  # between a report and its counterpart
# of the weight of both reports: the least at which .97 of the links of half A were right (docs/benchmarks.md)
ALIKE = 0.7


def counterpart(window: EventWindow, report: Report) -> Likeness | None:
    """Return what a report has in common with its counterpart, None if the window has none.

    The report itself is in the window.
    """
    near = _nearest(window, report)
    if near is None:
        return None
    back = _nearest(window, near.earlier, into=report.lang)
    return near if back is not None and back.earlier.story == report.story else None


def both(near: Likeness, later: Report, settings: EventSettings) -> str:
    """Return what two reports both tell: names, deeds, and numbers of casualties."""
    one, other = near.earlier.mention.casualties, later.mention.casualties
    numbers = [f"{count} {kind}" for kind, count in one.items() if other.get(kind) == count]
    return ", ".join([near.both(settings), *numbers])


def is_another_language(one: str, other: str) -> bool:
    """Return whether two values of `Report.lang` are different languages for sure."""
    if not one or not other or one == other:
        return False
    scripts = [SCRIPTS.get(each, each) for each in (one, other)]
    # a script alone may be that of either language
    return scripts[0] != scripts[1] or not {one, other} & {*scripts}


def _nearest(window: EventWindow, report: Report, into: str = "") -> Likeness | None:
    """Return the report in another language with most in common; with `into`, in that language as far as is known."""
    found = [
        likeness
        for likeness in window.compared(
            report,
            lambda other: (
                abs(report.at - other.at) <= APART
                and is_another_language(report.lang, other.lang)
                and not is_another_language(into, other.lang)
            ),
        )
        if likeness.share >= ALIKE and _is_one(window, likeness, report)
    ]
    return max(found, key=lambda each: (each.share, each.earlier.at), default=None)


def _is_one(window: EventWindow, likeness: Likeness, report: Report) -> bool:
    """Return whether nothing forbids that two reports tell one event, and both tell the news of one of them."""
    first, second = sorted((likeness.earlier, report), key=lambda each: each.at)
    if clash(first, second, window.settings) or not window.tells_apart(likeness.parts, first.mention, second.mention):
        return False
    deeds, others = ([alike(act, window.settings) for act in told(each.mention)] for each in (first, second))
    return bool({*deeds} & {*others} & {*deeds[:1], *others[:1]})
