"""Judgements of what was told go in; how precise each rule is, and tests for what was told in error, come out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SPANS = (timedelta(days=7), timedelta(days=30))  # over which a rule's precision is told


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a person holds a told story for relevant, and why.

    `told` is when the alert revision that was judged was made, `title` its headline; `rules` are the ids of the rules
    that made it. `via` is "command", "board" or the name of a service.
    """

    story: str
    by: str
    at: datetime
    via: str
    relevant: bool
    reason: str
    revision: int
    told: datetime
    title: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Precision:
    """How many of the judged stories of a rule were relevant, of those told in `span`."""

    rule: str
    span: timedelta
    relevant: int
    judged: int

    @property
    def share(self) -> float | None:
        """The precision, from 0 to 1; None where nothing was judged."""
        return self.relevant / self.judged if self.judged else None


def last_word(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return of each story the judgement given last, whoever gave it; ordered by when it was told."""
    latest: dict[str, Judgement] = {}
    for each in sorted(judgements, key=lambda each: each.at):
        latest[each.story] = each
    return sorted(latest.values(), key=lambda each: (each.told, each.story))


def precision(judgements: Iterable[Judgement], rules: Sequence[str], now: datetime) -> dict[str, tuple[Precision, ...]]:
    """Return the precision of each rule over each of SPANS, those never judged with zeros, by rule in the order given.

    A story counts once, by the judgement given last; for each of the rules that made its alert.
    """
    given = last_word(judgements)
    return {rule: tuple(_over(given, rule, span, now) for span in SPANS) for rule in rules}


def _over(given: Sequence[Judgement], rule: str, span: timedelta, now: datetime) -> Precision:
    mine = [each.relevant for each in given if rule in each.rules and each.told >= now - span]
    return Precision(rule, span, sum(mine), len(mine))


def false_ones(judgements: Iterable[Judgement]) -> dict[str, list[Judgement]]:
    """Return by rule the judgements, each the last on its story, that it was not relevant; one of each headline."""
    found: dict[str, dict[str, Judgement]] = {}
    for each in last_word(judgements):
        for rule in each.rules if not each.relevant else ():
            found.setdefault(rule, {}).setdefault(each.title, each)
    return {rule: list(titles.values()) for rule, titles in sorted(found.items())}
