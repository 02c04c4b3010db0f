"""Tell from the words that stand in an article which rules may hold for it, before any word is located or judged. Pure.

A tree of conditions is reduced to the terms without which it cannot hold: sets of terms of which one must stand in a
field, joined by "all" and "any". Equal parts of all rules are one object, asked once an article (decision 15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from alerts.rule import Condition
from alerts.rules.events import asking, farthest
from alerts.rules.lexicon import Places
from alerts.rules.proximity import reach
from alerts.rules.reading import FIELDS

ANYWHERE = ""  # the scope of what may stand in any field
_SCOPES = {"title": "title", "lead": "body", "body": "body"}


Asked = tuple[str, frozenset[str]]  # a scope, and terms of which one must stand there


class Beside(NamedTuple):
    """That in a field of `scope` one of some terms stands at most `within` words from one of others."""

    scope: str
    some: frozenset[str]
    others: frozenset[str]
    within: int


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """What must stand in an article: all of `must` and of `beside`, and of the parts all if `whole`, else one.

    Those of `must` that fail most often come first. A need of terms alone has one, and no parts.
    """

    must: tuple[Asked, ...] = ()
    parts: tuple[Need, ...] = ()
    whole: bool = False
    beside: tuple[Beside, ...] = ()

    def alternatives(self) -> Iterator[Need]:
        """Yield needs of which one is met wherever this one is: each part of one that asks for any of them."""
        if self.whole or not self.parts:
            yield self
            return
        for part in self.parts:
            yield from part.alternatives()


class Needs:
    """Makes needs; equal ones are the same object. `spellings` says in how many a term is found; one if it does not."""

    def __init__(self, spellings: Mapping[str, int] = MappingProxyType({})) -> None:
        self._spellings = spellings
        self._made: dict[tuple[object, ...], Need] = {}

    def of(self, condition: Condition, scope: str = ANYWHERE) -> Need | None:
        """Return what a condition needs, None where it may hold whatever words stand in the article."""
        if condition.op == "term":
            return self._one(((scope, frozenset({condition.term})),))
        if condition.op in {"all", "near", "same", "event"}:
            found = [self.of(child, scope) for child in asking(condition)]
            return self._all([each for each in found if each is not None], _beside(condition, found))
        if condition.op in {"any", "at_least", "title", "lead", "body", "filter", "within"}:
            inner = _SCOPES.get(condition.op, scope)
            return self._any([self.of(child, inner) for child in condition.children])
        # `none` may hold because terms are absent, or because a mask hides them; the rest does not depend on terms
        return None

    def _all(self, needed: Iterable[Need], beside: tuple[Beside, ...]) -> Need | None:
        found = list(dict.fromkeys(needed))
        if len(found) < 2 and not beside:
            return next(iter(found), None)
        must = dict.fromkeys(asked for each in found for asked in each.must)
        parts = dict.fromkeys(part for each in found for part in _parts_of_all(each))
        beside += tuple(each for need in found for each in need.beside)
        # what is found in the fewest spellings fails most often
        return self._one(tuple(sorted(must, key=lambda asked: self._many(asked[1]))), tuple(parts), beside, whole=True)

    def _any(self, needed: list[Need | None]) -> Need | None:
        """Return the need of one of several; terms of one scope are one set. None if one of them needs nothing."""
        terms: dict[str, frozenset[str]] = {}
        parts: dict[Need, None] = {}
        for each in needed:
            if each is None:
                return None
            for part in (each,) if each.whole or not each.parts else each.parts:
                if part.parts or part.whole:
                    parts[part] = None
                else:
                    ((scope, asked),) = part.must
                    terms[scope] = terms.get(scope, frozenset()) | asked
        of_terms = [self._one((asked,)) for asked in terms.items()]
        if len(of_terms) + len(parts) == 1:
            return next(iter((*of_terms, *parts)))
        return self._one((), (*of_terms, *parts))

    def calls(self, need: Need) -> frozenset[str]:
        """Return terms of which one stands in every article that meets a need, in as few spellings as may be."""
        if need.must:
            return need.must[0][1]
        called = map(self.calls, need.parts)
        return min(called, key=self._many) if need.whole else frozenset().union(*called)

    def _many(self, terms: Iterable[str]) -> int:
        return sum(self._spellings.get(term, 1) for term in terms)

    def _one(
        self,
        must: tuple[Asked, ...],
        parts: tuple[Need, ...] = (),
        beside: tuple[Beside, ...] = (),
        *,
        whole: bool = False,
    ) -> Need:
        key = (must, tuple(map(id, parts)), beside, whole)
        if key not in self._made:
            self._made[key] = Need(must, parts, whole, beside)
        return self._made[key]


def _parts_of_all(need: Need) -> tuple[Need, ...]:
    """Return the parts that a need adds to one that asks for all of several."""
    return need.parts if need.whole or not need.parts else (need,)


def _beside(condition: Condition, needed: Sequence[Need | None]) -> tuple[Beside, ...]:
    """Return what stands close to the first child of a `near` or an `event`, of the children that are but terms."""
    if condition.op not in {"near", "event"}:
        return ()
    first, *others = (need.must[0] if need and len(need.must) == 1 and not need.parts else None for need in needed)
    within = farthest(condition) if condition.op == "event" else [reach(condition)] * len(others)
    found = zip(others, within, strict=True)
    return tuple(Beside(*first, other[1], most) for other, most in found if first and other and most is not None)


class Seen:
    """The terms that may stand in each field of an article, and the needs that were asked of them already.

    `places` returns where they may stand in a field; without it nothing is too far from anything.
    """

    def __init__(self, by_field: Mapping[str, Set[str]], places: Callable[[str], Places] | None = None) -> None:
        self.terms = frozenset().union(*by_field.values())
        self._by_scope = {**by_field, ANYWHERE: self.terms}
        self._known: dict[Need, bool] = {}
        self._places = places and cache(places)

    def meets(self, need: Need) -> bool:
        """Return whether what a need asks for may stand in the article: false only where it certainly does not."""
        by_scope = self._by_scope
        for scope, terms in need.must:
            if terms.isdisjoint(by_scope[scope]):
                return False
        if not need.parts and not need.beside:
            return True
        known = self._known.get(need)
        if known is None:
            known = self._known[need] = self._meets_rest(need)
        return known

    def _meets_rest(self, need: Need) -> bool:
        some = map(self.meets, need.parts)
        return (all(some) if need.whole else any(some)) and all(map(self._stands, need.beside))

    def _stands(self, asked: Beside) -> bool:
        places = self._places
        if places is None:
            return True
        fields = FIELDS if asked.scope == ANYWHERE else (asked.scope,)
        return any(places(field).beside(asked.some, asked.others, asked.within) for field in fields)
