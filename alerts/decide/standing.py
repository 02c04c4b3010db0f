"""Work out how far a thread is confirmed (origins, reliability), and whether a rule's `when` is met. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from alerts.alert import Sibling
from alerts.rule import Config, When
from alerts.standing import Agreement, Standing
from crawler.article import Member, rated_by
from crawler.stories.harm_words import KINDS

LETTERS = "ABCDEF"  # NATO AJP-2.1, reliability of a source: A reliable to E unreliable, F cannot be judged


def letters_of(config: Config) -> dict[str, str]:
    """Return the Admiralty letter of each source in the rules, and of each outlet that others may carry.

    The keys are those of `rated_by` of an article.
    """
    carried = {rated_by("", each.name, "carried"): each.reliability for each in config.outlets.by_name.values()}
    return carried | {source.id: source.reliability for source in config.sources}


def standing_of(members: Iterable[Member], letters: Mapping[str, str]) -> Standing:
    """Return the standing of a thread; a source or outlet that is not in the rules counts as F."""
    seen = list(members)
    # in the order of the members: the origin that reported first is named first
    origins = tuple(dict.fromkeys(each.origin for each in seen if each.origin))
    return Standing(origins, min((letters.get(each.rated_by, "F") for each in seen), default="F"))


@dataclass(frozen=True, slots=True)
class TollReport:
    """What one report says of a toll: numbers by kind, and the kinds of which it says that there were none."""

    origin: str
    rated_by: str
    toll: Mapping[str, int]
    none: frozenset[str]


def agreed(standing: Standing, told: TollReport, reports: Iterable[TollReport], letters: Mapping[str, str]) -> Standing:
    """Return the standing of a thread with what its reports, oldest first, say of the toll that `told` tells.

    Of an origin its newest word counts. The letter is the best of those sources whose newest word is that toll.
    """
    kind = next((each for each in KINDS if each in told.toll), next((each for each in KINDS if each in told.none), ""))
    if not kind:
        return standing
    said: dict[str, tuple[str, str]] = {}
    for each in (*reports, told):
        if each.origin and (words := _toll(each, kind)):
            said[each.origin] = words, letters.get(each.rated_by, "F")
    toll = _toll(told, kind)
    by = [name for name, (words, _) in said.items() if words == toll]
    others: dict[str, list[str]] = {}
    for name, (words, _) in said.items():
        if words != toll:
            others.setdefault(words, []).append(name)
    letter = min((said[name][1] for name in by), default=standing.letter)
    return replace(
        standing,
        letter=letter,
        agreement=Agreement(toll, tuple(by), tuple((words, tuple(names)) for words, names in others.items())),
    )


def _toll(report: TollReport, kind: str) -> str:
    """Return in words what a report says of a kind: "2 wounded", "no casualties", "" where it says nothing."""
    if kind in report.toll:
        return f"{report.toll[kind]} {kind}"
    if kind in report.none:
        return "no casualties" if len(report.none) > 1 else f"none {kind}"
    return ""


def siblings_of(members: Iterable[Member], story: str) -> tuple[Sibling, ...]:
    """Return the other stories of a thread, each by its first member."""
    first: dict[str, Member] = {}
    for each in members:
        first.setdefault(each.story, each)
    return tuple(Sibling(name, each.title, each.outlet) for name, each in first.items() if name != story)


def is_met(when: When, standing: Standing) -> bool:
    """Return whether a thread meets a rule's `when`."""
    return not lacking(when, standing)


def lacking(when: When, standing: Standing) -> str:
    """Return in words what a thread lacks to meet a rule's `when`; "" if it is met."""
    asked = [
        (when.origins <= max(1, len(standing.origins)), _origins(when, standing)),
        (not when.reliability or standing.letter <= when.reliability, _letter(when, standing)),
    ]
    return "; ".join(words for met, words in asked if not met)


def _origins(when: When, standing: Standing) -> str:
    return f"needs {when.origins} origins, has {len(standing.origins)} ({', '.join(standing.origins) or 'none known'})"


def _letter(when: When, standing: Standing) -> str:
    return f"needs a source of reliability {when.reliability} or better, the best is {standing.letter}"
