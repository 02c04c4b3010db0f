"""Work out how far a thread is confirmed (origins, reliability), and whether a rule's `when` is met. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from alerts.alert import Sibling
from alerts.decide.once import once_for_rules
from alerts.event import Act
from alerts.rule import Config, When, Wordless
from alerts.standing import Agreement, Standing
from crawler.article import Member, Relation, rated_by
from crawler.stories.harm_words import KINDS

SIBLINGS_KEPT = 3  # other stories of a thread kept with an alert: as many as it names
DENIED = "denied"  # the standing of an act
LETTERS = "ABCDEF"  # NATO AJP-2.1, reliability of a source: A reliable to E unreliable, F cannot be judged


@once_for_rules
def letters_of(config: Config | Wordless) -> Mapping[str, str]:
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
    letter = min((letters.get(each.rated_by, "F") for each in seen), default="F")
    # a repeat has the origin of what it repeats, but for a headline that is carried without a text: of whom that is
    # cannot be told (decision 168), so it confirms nothing
    own = {each.origin for each in seen if each.relation is not Relation.DUPLICATE} | set(origins[:1])
    return Standing(origins, letter, echoes=tuple(each for each in origins if each not in own))


@dataclass(frozen=True, slots=True)
class Account:
    """What one report says of a toll, and of what happened.

    `toll` has numbers by kind, `none` the kinds of which it says that there were none. `acts` are those that it asserts
    or denies.
    """

    origin: str
    rated_by: str
    toll: Mapping[str, int]
    none: frozenset[str]
    acts: tuple[Act, ...] = ()


def agreed(standing: Standing, told: Account, reports: Iterable[Account], letters: Mapping[str, str]) -> Standing:
    """Return the standing of a thread with what its reports, oldest first, say of what `told` tells, and of its toll.

    Of an origin its newest word counts. The letter is the best of those sources whose newest word is that toll.
    """
    reports = list(reports)
    kind = next((each for each in KINDS if each in told.toll), next((each for each in KINDS if each in told.none), ""))
    standing = replace(standing, opposed=_opposed(told, reports, kind))
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


def doubting(members: Iterable[Member], unsure: Callable[[Member], bool]) -> tuple[str, ...]:
    """Return the origins of which every report in a thread is `unsure`: a question, or no more than a denial."""
    found: dict[str, bool] = {}
    for each in members:
        if each.origin:
            found[each.origin] = found.get(each.origin, True) and unsure(each)
    return tuple(origin for origin, only in found.items() if only)


def _opposed(told: Account, reports: Iterable[Account], kind: str) -> tuple[str, ...]:
    """Return the origins whose newest word on what is told is the opposite of it."""
    said: dict[str, bool] = {}
    for each in (*reports, told):
        against = _against(told, each, kind)
        if each.origin and against is not None:
            said[each.origin] = against
    return tuple(name for name, against in said.items() if against)


def _against(told: Account, other: Account, kind: str) -> bool | None:
    """Return whether a report says the opposite of what is told; None where it says nothing of it.

    That is: nobody was harmed where somebody was, or of a deed on the same target that it did not happen; and the
    reverse. Another number is no opposite: the toll of an attack rises.
    """
    if kind and _toll(other, kind) and (kind in told.none) != (kind in other.none):
        return True
    agreeing = [
        (one.standing == DENIED) == (two.standing == DENIED)
        for one in told.acts
        for two in other.acts
        if _is_one_deed(one, two)
    ]
    if any(agreeing) or (not agreeing and kind and _toll(other, kind)):
        return False
    return True if agreeing else None


def _is_one_deed(one: Act, other: Act) -> bool:
    """Return whether two acts are one deed by whom they name: a target in common, and no other doer."""
    same_doer = not one.by or not other.by or bool({*one.by} & {*other.by})
    return one.deed == other.deed and bool({*one.on} & {*other.on}) and same_doer


def _toll(report: Account, kind: str) -> str:
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
        (when.origins <= max(1, standing.confirming), _origins(when, standing)),
        (not when.reliability or standing.letter <= when.reliability, _letter(when, standing)),
    ]
    return "; ".join(words for met, words in asked if not met)


def _origins(when: When, standing: Standing) -> str:
    names = ", ".join(each for each in standing.telling if each not in standing.echoes) or "none known"
    against = f"; {', '.join(standing.opposed)} says the opposite" if standing.opposed else ""
    echoed = f"; {', '.join(standing.echoes)} has only its headline" if standing.echoes else ""
    asked = f"; {', '.join(standing.doubting)} only asks or denies" if standing.doubting else ""
    return f"needs {when.origins} origins, has {standing.confirming} ({names}{against}{asked}{echoed})"


def _letter(when: When, standing: Standing) -> str:
    return f"needs a source of reliability {when.reliability} or better, the best is {standing.letter}"
