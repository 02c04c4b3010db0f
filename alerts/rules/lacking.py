"""What a condition lacks to hold for an article: the fewest leaves of its tree, each with why it does not hold. Pure.

A leaf is a term, a forbidden word that stands, a distance that is too far, a property, or a part of an event. What
holds is counted as well; that a forbidden word is absent holds for almost every article, so it does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from alerts.rule import Condition
from alerts.rules import events
from alerts.rules.event_misses import ROLE_WORDS, Obstacle, nearest_attempt, other_deeds
from alerts.rules.explain import label, lack_of
from alerts.rules.fields import narrowed
from alerts.rules.lexicon import terms_of
from alerts.rules.operators import evaluate
from alerts.rules.reading import Mention, Reading


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing that is asked for and missing.

    `what` names words that were not found, of `terms`; it is "" where something else is wrong. `why` says what, `seen`
    what stands in their place. `against` are the terms of the words that forbid it; `filter` is the innermost filter.
    """

    what: str = ""
    why: str = ""
    terms: tuple[str, ...] = ()
    seen: str = ""
    against: tuple[str, ...] = ()
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The leaves of a condition that hold, one mention each, and those that are missing."""

    held: tuple[Mention, ...] = ()
    missing: tuple[Leaf, ...] = ()

    @property
    def rank(self) -> tuple[bool, int, int]:
        """What is nearer ranks lower: something holds, then fewer are missing, then more words hold."""
        return bool(self.missing) and not self.held, len(self.missing), -self.words

    @property
    def words(self) -> int:
        """The number of places found; one word that is found for several terms is one."""
        ends: dict[str, int] = {}
        counted = 0
        for each in sorted(self.held, key=lambda each: (each.field, each.start)):
            counted += each.start >= ends.get(each.field, 0)
            ends[each.field] = max(each.end, ends.get(each.field, 0))
        return counted


def tally(condition: Condition, reading: Reading) -> Tally:
    """Return what holds of a condition and the fewest leaves it lacks; `missing` is empty exactly if it holds."""
    return _TALLIES.get(condition.op, _of_leaf)(condition, reading)


def _of_all(condition: Condition, reading: Reading) -> Tally:
    return _sum([tally(child, reading) for child in condition.children])


def _of_filter(condition: Condition, reading: Reading) -> Tally:
    made = tally(condition.children[0], reading)
    name = str(condition.options["name"])
    return Tally(made.held, tuple(replace(each, filter=each.filter or name) for each in made.missing))


def _sum(parts: Sequence[Tally]) -> Tally:
    held = tuple(each for part in parts for each in part.held)
    return Tally(tuple(dict.fromkeys(held)), tuple(each for part in parts for each in part.missing))


def _of_leaf(condition: Condition, reading: Reading) -> Tally:
    found = evaluate(condition, reading)
    if condition.op == "none":
        return Tally() if found is not None else Tally(missing=(_veto(condition, reading),))
    if found is not None:
        return Tally(found[:1])
    if condition.op == "term":
        return Tally(missing=(Leaf(condition.term, "no word of it", (condition.term,)),))
    missed = lack_of(condition, reading, None)
    return Tally(missing=(Leaf(why=f"{label(condition)}{f', {missed}' if missed else ''}"),))


def _veto(condition: Condition, reading: Reading) -> Leaf:
    hits = [hit for child in condition.children for hit in reading.hits(evaluate(child, reading) or ())]
    said = ", ".join(dict.fromkeys(f'"{hit.text}"' for hit in hits)) or "a condition that holds without words"
    return Leaf(why=f"{said} forbids it", against=tuple(dict.fromkeys(hit.term for hit in hits)))


def _of_choice(condition: Condition, reading: Reading) -> Tally:
    """Return the nearest of the children; words that are alternatives, and all missing, are one leaf."""
    parts = sorted((tally(child, reading) for child in condition.children), key=lambda each: each.rank)
    k = condition.options.get("k", 1)
    assert isinstance(k, int)
    if k > 1 or not parts[0].missing or parts[0].held:
        return _sum(parts[:k])
    alike = [part.missing[0] for part in parts if len(part.missing) == 1 and not part.held and part.missing[0].terms]
    if len(alike) < 2:
        return parts[0]
    terms = tuple(dict.fromkeys(term for each in alike for term in each.terms))
    return Tally(missing=(Leaf(_one_of(terms), "no word of it", terms, filter=alike[0].filter),))


def _one_of(terms: Sequence[str]) -> str:
    names = [term for term in terms if term.startswith("$")]
    shown = (names or list(terms))[:4]
    return ", ".join(shown) + (" ..." if len(terms) > len(shown) else "")


def _together(condition: Condition, reading: Reading) -> Tally:
    made = _sum([tally(child, reading) for child in condition.children])
    if made.missing or evaluate(condition, reading) is not None:
        return made
    options = condition.options
    reach = f"{options['within']} words are allowed" if condition.op == "near" else f"one {options['unit']} is asked"
    order = ", in this order" if options.get("ordered") else ""
    words = ", ".join(dict.fromkeys(f'"{hit.text}"' for hit in reading.hits(made.held)))
    away = lack_of(condition, reading, None).removeprefix("closest ")
    if order and away and int(away) <= int(str(options["within"])):
        return Tally(made.held, (Leaf(why=f"{words} stand in another order than the one asked"),))
    apart = f"stand {away} words apart at best" if away else "do not stand together"
    return Tally(made.held, (Leaf(why=f"{words} {apart}, {reach}{order}"),))


def _in_field(condition: Condition, reading: Reading) -> Tally:
    """Return what is lacking in a field; where the condition holds outside of it, that is the one thing."""
    child = condition.children[0]
    inside = tally(child, narrowed(condition.op, reading))
    if not inside.missing or (found := evaluate(child, reading)) is None or not found:
        return inside
    words = dict.fromkeys(f'"{hit.text}"' for hit in reading.hits(found))
    where = {"title": "headline", "lead": "first words of the text", "body": "text"}[condition.op]
    leaf = Leaf(why=f"{', '.join(list(words)[:4])} do not stand in the {where}")
    return inside if len(inside.missing) == 1 and inside.held else Tally(tally(child, reading).held, (leaf,))


def _of_event(condition: Condition, reading: Reading) -> Tally:
    if evaluate(condition, reading) is not None:
        attempt = nearest_attempt(condition, reading, evaluate)
        return Tally(tuple(filter(None, (attempt.deed, *attempt.parties))))
    attempt = nearest_attempt(condition, reading, evaluate)
    children = dict(zip(events.roles(condition), condition.children[1:], strict=False))
    missing: list[Leaf] = []
    if attempt.deed is None:
        terms = tuple(terms_of(condition.children[0]))
        missing.append(Leaf(f"the deed ({_one_of(terms)})", "no word of it", terms, other_deeds(reading)))
    for each in attempt.obstacles:
        missing += _leaves(each, children, reading)
    held = (*((attempt.deed,) if attempt.deed else ()), *attempt.parties)
    return Tally(held, tuple(missing))


def _leaves(obstacle: Obstacle, children: dict[str, Condition], reading: Reading) -> tuple[Leaf, ...]:
    if not obstacle.role:
        return (Leaf(why=obstacle.why, against=(obstacle.against,) if obstacle.against else ()),)
    inside = tally(children[obstacle.role], reading).missing
    return tuple(
        replace(each, what=f"{ROLE_WORDS[obstacle.role]} ({each.what})", seen=obstacle.seen) for each in inside
    )


_TALLIES: dict[str, Callable[[Condition, Reading], Tally]] = {
    "any": _of_choice,
    "at_least": _of_choice,
    "all": _of_all,
    "near": _together,
    "same": _together,
    "title": _in_field,
    "lead": _in_field,
    "body": _in_field,
    "filter": _of_filter,
    "event": _of_event,
}
