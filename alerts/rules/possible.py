"""Tell from the words that stand in an article which rules may hold for it, before any word is located or judged. Pure.

A tree of conditions is reduced to the terms without which it cannot hold: sets of terms of which one must stand in a
field, joined by "all" and "any". Equal parts of all rules are one object, asked once an article (decision 15).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from alerts.rule import Condition
from alerts.rules.events import asking

ANYWHERE = ""  # the scope of what may stand in any field
_SCOPES = {"title": "title", "lead": "body", "body": "body"}


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """What must stand in an article: all of the parts if `whole`, else one of the terms, or one of the parts.

    The terms are looked for in `scope`, a field or ANYWHERE. `first` is what fails most often, as a scope and terms of
    which one must stand there: its own where it has no parts, of a whole those of its first part, else None.
    """

    scope: str
    terms: frozenset[str] = frozenset()
    parts: tuple[Need, ...] = ()
    whole: bool = False
    first: tuple[str, frozenset[str]] | None = None


class Needs:
    """Makes needs; equal ones are the same object."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, frozenset[str], tuple[int, ...], bool], Need] = {}

    def of(self, condition: Condition, scope: str = ANYWHERE) -> Need | None:
        """Return what a condition needs, None where it may hold whatever words stand in the article."""
        if condition.op == "term":
            return self._one(scope, frozenset({condition.term}))
        if condition.op in {"all", "near", "same", "event"}:
            found = [self.of(child, scope) for child in asking(condition)]
            return self._all(each for each in found if each is not None)
        if condition.op in {"any", "at_least", "title", "lead", "body", "filter", "within"}:
            inner = _SCOPES.get(condition.op, scope)
            return self._any([self.of(child, inner) for child in condition.children], inner)
        # `none` may hold because terms are absent, or because a mask hides them; the rest does not depend on terms
        return None

    def _all(self, needed: Iterable[Need]) -> Need | None:
        parts = dict.fromkeys(part for each in needed for part in (each.parts if each.whole else (each,)))
        if len(parts) < 2:
            return next(iter(parts), None)
        # those with the fewest terms fail most often
        return self._one(
            ANYWHERE, parts=sorted(parts, key=lambda each: (bool(each.parts), len(each.terms))), whole=True
        )

    def _any(self, needed: list[Need | None], scope: str) -> Need | None:
        """Return the need of one of several; terms of one scope are one set. None if one of them needs nothing."""
        terms: set[str] = set()
        parts: dict[Need, None] = {}
        for each in needed:
            if each is None:
                return None
            alike = not each.whole and each.scope == scope
            terms |= each.terms if alike else set()
            parts |= dict.fromkeys(each.parts if alike else (each,))
        if len(parts) == 1 and not terms:
            return next(iter(parts))
        return self._one(scope, frozenset(terms), list(parts))

    def _one(
        self, scope: str, terms: frozenset[str] = frozenset(), parts: Iterable[Need] = (), *, whole: bool = False
    ) -> Need:
        kept = tuple(parts)
        key = (scope, terms, tuple(map(id, kept)), whole)
        if key not in self._made:
            first = kept[0].first if whole else None if kept else (scope, terms)
            self._made[key] = Need(scope, terms, kept, whole, first)
        return self._made[key]


class Seen:
    """The terms that may stand in each field of an article, and the needs that were asked of them already."""

    def __init__(self, by_field: Mapping[str, Set[str]]) -> None:
        self.terms = frozenset().union(*by_field.values())
        self._by_scope = {**by_field, ANYWHERE: self.terms}
        self._known: dict[Need, bool] = {}

    def meets(self, need: Need | None) -> bool:
        """Return whether what a need asks for may stand in the article: false only where it certainly does not."""
        if need is None:
            return True
        if need.first is not None:
            scope, terms = need.first
            if terms.isdisjoint(self._by_scope[scope]):
                return False
            if not need.parts:
                return True
        known = self._known.get(need)
        if known is None:
            known = self._known[need] = self._ask(need)
        return known

    def _ask(self, need: Need) -> bool:
        if need.whole:
            return all(map(self.meets, need.parts))
        return not need.terms.isdisjoint(self._by_scope[need.scope]) or any(map(self.meets, need.parts))
