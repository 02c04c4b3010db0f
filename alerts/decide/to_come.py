"""Decide what a report adds by when: an attack is to come within hours, or what was announced is done. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from alerts.decide.event_acts import alike, is_within, told
from alerts.decide.event_facts import AGREE
from alerts.decide.event_line import label_of
from alerts.decide.once import once
from alerts.event import HAPPENED, Report
from alerts.rule import EventSettings

EXPECTED = "expected"
ANNOUNCED = timedelta(hours=1)  # before it: later than this, what was to come may have been done
_SOON = re.compile(
    r"\b(?:tonight|tomorrow|imminent(?:ly)?|(?:with)?in (?:the )?(?:coming |next )?(?:\d+ |few |several )?hours"
    r"|(?:next|coming) (?:\d+ )?hours)\b"
    r"|\b(?:الليلة|غد[اً]*|خلال (?:ال)?ساعات|(?:ال)?ساعات (?:ال)?(?:مقبلة|قادمة)|خلال \d+ ساعة|وشيك\w*)\b"
    r"|\b(?:امشب|فردا|ساعات آینده|ساعت آینده|قریب‌الوقوع|ئەمشەو|سبەی\w*|کاتژمێر\w* داهاتوو)\b",
    re.IGNORECASE,
)


def soon(later: Report, known: Iterable[Report], settings: EventSettings) -> list[str]:
    """Return in words the attack that a headline says is to come within hours, where no report known said so."""
    ours = _soon(later, settings)
    if not ours or any(_meet(ours, _soon(each, settings), settings) for each in known):
        return []
    deed, on = min(ours)
    return [f"{deed} expected soon: {label_of(on, settings)}" if on else f"{deed} expected soon"]


@once
def _soon(report: Report, settings: EventSettings) -> frozenset[tuple[str, str]]:
    """Return the attacks to come within hours of which a headline tells, each with its targets, "" for none."""
    attacks = settings.by_target - settings.defences
    coming = [
        each
        for each in told(report.mention)
        if each.deed in attacks and each.standing == EXPECTED and not each.aside and _SOON.search(report.title)
    ]
    return frozenset((alike(act, settings), name) for act in coming for name in act.on or ("",))


def _meet(ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]], settings: EventSettings) -> bool:
    return any(
        deed == other and (not on or not whom or is_within(on, whom, settings.wider))
        for deed, on in ours
        for other, whom in theirs
    )


def carried_out(later: Report, known: Sequence[Report], new: Iterable[str], settings: EventSettings) -> list[str]:
    """Return in words the deed that lasts with which a headline begins, if the last report known that tells it said
    that it will be done.

    It is done to somebody, and no deal: that is a noun of everyday ("before a deal is reached"). One that is `new`
    itself says so already.
    """
    for act in told(later.mention)[:1]:
        deed = alike(act, settings)
        lasts = deed in settings.lasting and deed not in {AGREE, *new}
        if not lasts or act.standing != HAPPENED or act.aside or not act.on:
            continue
        telling = [each for each in known if any(alike(one, settings) == deed for one in told(each.mention))]
        if telling and later.at - telling[-1].at >= ANNOUNCED and _only_to_come(telling[-1], deed, settings):
            return [f"{deed} carried out"]
    return []


def _only_to_come(report: Report, deed: str, settings: EventSettings) -> bool:
    return all(each.standing == EXPECTED for each in told(report.mention) if alike(each, settings) == deed)
