"""Checked rows of `lists` and `entities` go in; their terms, spellings and kinds come out, or problems. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from alerts.rule import Entity, TermList
from alerts.rules.forms.paradigm import is_paradigm
from alerts.rules.terms import read_term
from alerts.where import Point
from crawler.config.keys import twice
from crawler.config.nearest import nearest
from crawler.config.values import IDENT, MISSING
from crawler.config.yamlfile import Mapping as MappingNode
from crawler.config.yamlfile import Node, Place, Problems, Scalar, Sequence, kind_of
from crawler.text.folding import fold


class WordRows:
    """Reads the rows that hold words, and adds a problem for each fault."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def _add(self, place: Place, message: str) -> None:
        self._problems.add(place, message)

    def list_of(self, name: str, row: tuple[Node, Place]) -> TermList:
        """Return a named list of terms."""
        return TermList(name, row[1], self._terms(row[0], f'list "{name}"'))

    def _terms(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Read a list of plain terms, without $names. `what` names it in problems: `list "us-forces"`."""
        if node is None:
            return ()
        if not isinstance(node, Sequence) or not node.items:
            self._add(node.place, f'{what} needs a list of terms, as in ["militia", "armed group"]')
            return ()
        terms = [(self._term(item, what), item.place) for item in node.items]
        twice([each for each in terms if each[0]], "term", self._problems)
        return tuple(term for term, _ in terms if term)

    def _term(self, node: Node, what: str) -> str:
        """Return one plain term; "" for a faulty one, with a problem added."""
        if isinstance(node, Scalar) and is_paradigm(node.text) and not what.startswith("list"):
            self._add(node.place, f'"{node.text}": {what} takes no "~", only rules and lists do; write the words out')
            return ""
        term = read_term(node, self._problems)
        if term.startswith("$"):
            self._add(node.place, f'"{term}": {what} holds plain terms; name the entity or list in the rule')
        return term

    def entity(self, name: str, row: tuple[Any, Place]) -> Entity:
        """Return an entity; one without spellings where its row could not be read."""
        values, place = row
        if values is MISSING:
            return Entity(name, place, ())
        aliases = self._terms(values["aliases"], f'entity "{name}"')
        if values["reach"] and not values["at"]:
            self._add(place, f'"{name}" has a reach and no point to count it from; write at: [latitude, longitude]')
        return Entity(
            id=name,
            place=place,
            aliases=aliases,
            is_a=self._is_a(name, values["is_a"]),
            label=values["label"],
            gloss=values["gloss"],
            fuzzy=self._fuzzy(values["fuzzy"]),
            not_like=self._terms(values["not_like"], f'not_like of "{name}"'),
            requires=self._requires(name, aliases, values["requires"]),
            at=Point(*values["at"]) if values["at"] else None,
            reach=values["reach"],
        )

    def _is_a(self, name: str, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        if not all(isinstance(each, Scalar) for each in items):
            self._add(node.place, f'is_a of "{name}" takes an id or a list of ids')
        kinds = [(each, IDENT.read(each, self._problems)) for each in items if isinstance(each, Scalar)]
        return tuple(kind for _, kind in kinds if kind is not MISSING)

    def _fuzzy(self, node: Node | None) -> float | None:
        """Return the ratio that a transliteration must reach, 0.0 for auto, None for off."""
        text = node.text if isinstance(node, Scalar) else ""
        if node is None or text == "off":
            return None
        if text == "auto":
            return 0.0
        if re.fullmatch(r"\d{2,3}", text) and 60 <= int(text) <= 100:
            return float(text)
        found = f'"{text}"' if text else kind_of(node)
        self._add(node.place, f"{found} is no way to match transliterations; allowed: off, auto, 60 to 100")
        return None

    def _requires(self, name: str, aliases: tuple[str, ...], node: Node | None) -> dict[str, tuple[str, ...]]:
        """Return the context words that each alias needs; the alias "" stands for all of them.

        In YAML it is a list for all aliases, or a mapping of alias to list. Aliases that find the same words get the
        same context: a Persian spelling without one would let in the Arabic word that needs it (decision 17).
        """
        what = f'requires of "{name}"'
        if not isinstance(node, MappingNode):
            terms = self._terms(node, what)
            return {"": terms} if terms else {}
        for key, _ in node.pairs:
            if key.text not in aliases:
                near = nearest(key.text, aliases)
                self._add(key.place, f'{what} names "{key.text}", which is none of its aliases{near}')
        context = {_as_found(key.text): self._terms(value, what) for key, value in node.pairs}
        return {alias: context[same] for alias in aliases if (same := _as_found(alias)) in context}


def refuse_circle(entity: Entity, entities: Mapping[str, Entity], problems: Problems) -> None:
    """Add a problem if following `is_a` from an entity leads back to it."""
    above, seen = list(entity.is_a), set()
    while above:
        kind = above.pop()
        if kind == entity.id:
            problems.add(entity.place, f'"{entity.id}" is_a itself, by way of its kinds; take one is_a out')
            return
        if kind in entities and kind not in seen:
            seen.add(kind)
            above += entities[kind].is_a


def _as_found(alias: str) -> str:
    """Return a key that is equal for aliases that find the same words."""
    # folding would drop what makes these differ: exact case and wildcards
    return alias if alias.startswith("=") or "*" in alias or "?" in alias else fold(alias)
