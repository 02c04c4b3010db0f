"""Say what differs between two wordings: a risen toll, other numbers or names, what a correction corrects. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crawler.stories.compare import Comparison, Difference, NumberChange
from crawler.stories.corrections import CORRECTED
from crawler.stories.tolls import harms, put_right
from crawler.stories.wording import Wording


def risen_tolls(found: Comparison) -> list[NumberChange]:
    """Return the changed numbers that are a rising count of people harmed."""
    return [each for each in found.changes if _is_toll(each)]


def _is_toll(change: NumberChange) -> bool:
    grows = change.before.isdigit() and change.after.isdigit() and int(change.after) > int(change.before)
    return grows and harms(change.beside)


def numbers_changed(changes: tuple[NumberChange, ...] | list[NumberChange], later: Wording) -> str:
    """Return "14 -> 17 killed": what is counted in small letters, or as the text writes it in a script without them."""
    shown = (each if each.where.isascii() else replace(each, where=later.spelled(each.where)) for each in changes[:3])
    return ", ".join(map(str, shown))


def renamed(differing: Iterable[Difference], earlier: Wording, later: Wording) -> str:
    """Return "Taji -> Balad": words that took the place of others, as each text writes them."""
    named = list(differing)[:2]
    return ", ".join(f"{earlier.spelled(each.before)} -> {later.spelled(each.after)}" for each in named)


def corrected(found: Comparison, earlier: Wording, later: Wording) -> str:
    """Return what a correction corrects: a toll, else numbers, else names, else words that took the place of others."""
    named = [each for each in found.differing if each.named] or found.differing
    what = put_right(earlier, later) or numbers_changed(found.changes, later) or renamed(named, earlier, later)
    return f"{CORRECTED}: {what}" if what else f"{CORRECTED}, in no words that we find"


def differing(found: Comparison) -> str:
    """Return ", differs: ..." with the first differences of two texts, "" where there are none."""
    words = [str(each) for each in (*found.differing[:2], *found.changes[:2])]
    return f", differs: {', '.join(words)}" if words else ""
