"""How much speaks for two reports in different languages telling one event. Pure.

It is a sum of what both say, in logits: 0 is as likely as not, 1.5 is .82, 3 is .95. Words are left out, as two
languages share none, and so is what only one of them says: a headline names what it has room for. The weights are those
of a logistic regression on half A, rounded (decision 256).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from alerts.decide.counterpart_numbers import Counts
from alerts.decide.event_acts import alike, is_within, told
from alerts.decide.event_clash import SERIES
from alerts.decide.translated_numbers import numbers
from alerts.decide.weapon_words import weapons_counted
from alerts.event import EventMention, Report
from alerts.rule import EventSettings

NOTHING = -5.7  # two reports of which nothing is known but that they come within a day
# Names that both give, by how rare they are: for each unit of it, of the rarest and of all, of these NAMED_AT_MOST
RAREST = 0.4
NAMED = 0.2
NAMED_AT_MOST = 8.0
FIRST_NAME = 0.75  # both name the same one first
NEWS = 0.375  # one of them begins with a deed that the other tells too
BOTH_BEGIN = 0.375  # more, where both begin with one deed
STANDING = 2.25  # a deed of both stands in one way: as done, as denied, as expected
DOER = 1.0
TARGET = 1.25
ANOTHER = -1.5  # a doer, or a target, that the other report gives otherwise
NUMBER = 1.5  # one toll, or a number in both headlines
PER_HOUR = -1 / 6  # for each hour between the two
PER_LATE_HOUR = -1 / 3  # more for each hour beyond SERIES, where only states and everyday names are in common
SMALL = 3  # numbers below it are in too many headlines, and in Arabic a dual has none
YEARS = range(1900, 2101)
HOUR = timedelta(hours=1)
DONE = "done"  # how a deed stands that happened, is claimed or was foiled
_DONE = frozenset({"happened", "claimed", "foiled"})
_HEADLINES = 4_096
VERB_LAST = frozenset({"fa", "ckb"})


@dataclass(frozen=True, slots=True)
class Told:
    """What one report says that another in a foreign language may say too, as evidence is asked of it."""

    names: frozenset[str]
    first_name: str
    deeds: frozenset[str]
    begins: str
    standings: frozenset[tuple[str, str]]  # of each deed
    doers: Mapping[str, frozenset[str]]
    targets: Mapping[str, frozenset[str]]
    numbers: frozenset[float]
    toll: frozenset[tuple[str, int]]
    places: tuple[str, ...]
    title: str = ""
    ends: str = ""  # the last of the deeds that are no aside
    casualties: Mapping[str, int] = field(default_factory=dict)
    weapons: Counts = field(default_factory=dict)
    is_verb_last: bool = False  # in its language: what a headline ends with is its news


def told_by(report: Report, settings: EventSettings) -> Told:
    """Return what a report says as evidence is asked of it."""
    mention = report.mention
    acts = [(alike(act, settings), act) for act in told(mention)]
    doers, targets = _sides(mention, settings)
    return Told(
        frozenset(mention.names),
        mention.names[0] if mention.names else "",
        frozenset(deed for deed, _ in acts),
        acts[0][0] if acts else "",
        frozenset((deed, DONE if act.standing in _DONE else act.standing) for deed, act in acts),
        doers,
        targets,
        numbers_in(report.title),
        frozenset((kind, number) for kind, number in mention.casualties.items() if number > 1),
        mention.places,
        report.title,
        next((deed for deed, act in reversed(acts) if not act.aside), ""),
        mention.casualties,
        weapons_counted(report.title),
        report.lang in VERB_LAST,
    )


def evidence(one: Told, other: Told, rarity: Callable[[str], float], settings: EventSettings) -> float:
    """Return how much of what two reports say speaks for one event, in logits; the time between them is left out.

    `rarity` returns the logarithm of how rare a name is among the reports of these days.
    """
    named = [rarity(name) for name in one.names & other.names]
    score = NOTHING + RAREST * max(named, default=0.0) + NAMED * min(NAMED_AT_MOST, sum(named))
    score += FIRST_NAME * (one.first_name == other.first_name != "")
    score += NEWS * (one.begins in other.deeds or other.begins in one.deeds)
    score += BOTH_BEGIN * (one.begins == other.begins != "")
    score += STANDING * bool(one.standings & other.standings)
    score += NUMBER * bool(one.numbers & other.numbers or one.toll & other.toll)
    both = one.deeds & other.deeds
    return (
        score
        + _agreement(one.doers, other.doers, both, (one, other), DOER, settings)
        + _agreement(one.targets, other.targets, both, (one, other), TARGET, settings)
    )


def of_time(one: Report, other: Report, is_common: bool) -> float:
    """Return what the time between two reports adds, in logits: less for each hour.

    Where both name only what every report names (`is_common`), a later hour may be that of the next strike.
    """
    hours = abs(one.at - other.at) / HOUR
    return PER_HOUR * hours + PER_LATE_HOUR * max(0.0, hours - SERIES / HOUR) * is_common


def likelihood(score: float) -> float:
    """Return evidence in logits as a share from 0 to 1."""
    return 1 / (1 + math.exp(-score))


def _sides(
    mention: EventMention, settings: EventSettings
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return who does each deed and to whom, by its first standing, without what is only named beside the news.

    Who is defended against is the one who attacked. A deed that somebody does to himself is a misreading.
    """
    stands: dict[str, str] = {}
    doers: dict[str, frozenset[str]] = {}
    targets: dict[str, frozenset[str]] = {}
    for act in told(mention):
        deed = alike(act, settings)
        if act.aside or stands.setdefault(deed, act.standing) != act.standing:
            continue
        if act.by and set(act.by) <= set(act.on):
            continue
        by, on = (act.on, ()) if act.deed in settings.defences else (act.by, act.on)
        doers[deed] = doers.get(deed, frozenset()).union(by)
        targets[deed] = targets.get(deed, frozenset()).union(on)
    return doers, targets


def _agreement(
    ours: Mapping[str, frozenset[str]],
    theirs: Mapping[str, frozenset[str]],
    deeds: Iterable[str],
    reports: tuple[Told, Told],
    weight: float,
    settings: EventSettings,
) -> float:
    """Return `weight` where both give one doer (or target) of a deed, ANOTHER where they give two, else 0.

    Two are no clash where each headline names both: then word order was read in two ways.
    """
    pairs = [(ours.get(deed, frozenset()), theirs.get(deed, frozenset())) for deed in deeds]
    given = [(mine, others) for mine, others in pairs if mine and others]
    if any(_meet(mine, others, settings) for mine, others in given):
        return weight
    one, other = reports
    apart = any(
        not (_meet(mine, other.names, settings) and _meet(others, one.names, settings)) for mine, others in given
    )
    return ANOTHER if apart else 0.0


def _meet(some: Iterable[str], others: frozenset[str], settings: EventSettings) -> bool:
    """Return whether one name of each is the same, or lies in the other."""
    return any(is_within(one, other, settings.wider) for one in some for other in others)


@lru_cache(_HEADLINES)
def numbers_in(title: str) -> frozenset[float]:
    """Return the numbers of a headline that tell events apart: none below three, no year."""
    return frozenset(each for each in numbers(title) if each >= SMALL and each not in YEARS)
