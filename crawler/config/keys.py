"""Tables of keys: what a mapping in rules.yaml may contain. One table drives reading, hints, schema and reference.

What reads the single values is in `values.py`. This is part of `crawler`, because `sources:` is also read without the
alerting part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.config.values import IDENT, MISSING, Reader, nearest
from crawler.config.yamlfile import Mapping, Node, Place, Problems, Scalar, kind_of
from crawler.config.yamlfile import Sequence as SequenceNode

REQUIRED: Any = object()  # as a default: the key must be written; an object of its own, because None is a valid default


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping: its name, what reads it, its default, and what it is for."""

    name: str
    reader: Reader
    default: Any = REQUIRED
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of at least `least` items, each read by `item`, as a tuple. Faulty items are left out."""

    item: Reader
    what: str = "a list"
    least: int = 1

    def read(self, node: Node, problems: Problems) -> Any:
        if not isinstance(node, SequenceNode):
            example = f', as in ["{node.text}"]' if isinstance(node, Scalar) and node.text else ""
            problems.add(node.place, f"expected {self.what}, found {kind_of(node)}; write it in [ ]{example}")
            return MISSING
        if len(node.items) < self.least:
            problems.add(node.place, f"expected {self.what}, found an empty list")
            return MISSING
        values = [self.item.read(each, problems) for each in node.items]
        return tuple(value for value in values if value is not MISSING)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), "minItems": self.least}


@dataclass(frozen=True, slots=True)
class Placed:
    """Reads what `inner` reads and returns it with its place: (value, place)."""

    inner: Reader

    def read(self, node: Node, problems: Problems) -> Any:
        value = self.inner.read(node, problems)
        return MISSING if value is MISSING else (value, node.place)

    def schema(self) -> dict[str, Any]:
        return self.inner.schema()


@dataclass(frozen=True, slots=True)
class Written:
    """Reads what `inner` reads; a faulty value becomes `instead`, so that it is not taken for one that was left out."""

    inner: Reader
    instead: Any

    def read(self, node: Node, problems: Problems) -> Any:
        value = self.inner.read(node, problems)
        return self.instead if value is MISSING else value

    def schema(self) -> dict[str, Any]:
        return self.inner.schema()


@dataclass(frozen=True, slots=True)
class MapOf:
    """Reads a mapping of keys to values as {key: (value, place of the key)}; a faulty value becomes MISSING.

    `keys` reads a key, an id if nothing else is given; a faulty one is left out.
    """

    item: Reader
    what: str
    keys: Reader = IDENT

    def read(self, node: Node, problems: Problems) -> Any:
        if not isinstance(node, Mapping):
            problems.add(node.place, f"expected {self.what}, found {kind_of(node)}")
            return MISSING
        found: dict[str, tuple[Any, Place]] = {}
        for key, value in node.pairs:
            name, read = self.keys.read(key, problems), self.item.read(value, problems)
            # a faulty value keeps its name, so that whoever refers to it is not reported as well
            if name is not MISSING:
                found[name] = (read, key.place)
        return found

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            # a key is a text anyway
            "propertyNames": {name: said for name, said in self.keys.schema().items() if name != "type"},
            "additionalProperties": self.item.schema(),
        }


@dataclass(frozen=True, slots=True)
class Table:
    """Reads a mapping with fixed keys as {name: value}, defaults filled in; the key "" holds the mapping's place.

    If a required key is missing or faulty, a `partial` table sets that key to MISSING; any other table returns MISSING
    for the whole mapping.
    """

    keys: tuple[Key, ...]
    what: str
    partial: bool = False

    def read(self, node: Node, problems: Problems) -> Any:
        if not isinstance(node, Mapping):
            problems.add(node.place, f"expected {self.what} (a mapping), found {kind_of(node)}")
            return MISSING
        known = {key.name: key for key in self.keys}
        values: dict[str, Any] = {}
        for name, value in node.pairs:
            if name.text in known:
                values[name.text] = known[name.text].reader.read(value, problems)
            else:
                problems.add(name.place, self._unknown(name.text))
        return self._completed(values, node, problems)

    def _completed(self, values: dict[str, Any], node: Node, problems: Problems) -> Any:
        for key in self.keys:
            # absent: a faulty one is in `values` as MISSING, and its own reader has reported it
            if key.name not in values and key.default is REQUIRED:
                problems.add(node.place, f'{self.what} lacks "{key.name}"{f" ({key.doc})" if key.doc else ""}')
            if values.get(key.name, MISSING) is MISSING:
                values[key.name] = MISSING if key.default is REQUIRED else key.default
        whole = all(value is not MISSING for value in values.values())
        return {"": node.place, **values} if whole or self.partial else MISSING

    def _unknown(self, name: str) -> str:
        names = [key.name for key in self.keys]
        return f'unknown key "{name}" in {self.what}{nearest(name, names)}; allowed: {", ".join(names)}'

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                key.name: {**key.reader.schema(), **({"description": key.doc} if key.doc else {})} for key in self.keys
            },
            "required": [key.name for key in self.keys if key.default is REQUIRED],
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class Raw:
    """Returns the node itself, for values that are read later, when the names they refer to are known."""

    json_schema: dict[str, Any] = field(default_factory=dict)

    def read(self, node: Node, _: Problems) -> Node:
        return node

    def schema(self) -> dict[str, Any]:
        return dict(self.json_schema)


def twice(found: Sequence[tuple[str, Place]], what: str, problems: Problems) -> None:
    """Add a problem for every name that occurs again; `found` is (name, place), `what` the kind of name in messages."""
    first: dict[str, Place] = {}
    for name, place in found:
        if name in first:
            at = first[name]
            where = f"line {at.line}" if at.file == place.file else f"{at.file}:{at.line}"
            problems.add(place, f'{what} "{name}" stands twice, first in {where}; keep one')
        first.setdefault(name, place)
