"""Tables of keys: what a mapping in rules.yaml may contain. One table drives reading, hints, schema and reference.

A reader turns a node into a value. If the node is faulty it adds a Problem and returns MISSING, and reading goes on, so
that one run finds every fault. This is part of `crawler`, because `sources:` is also read without the alerting part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from ipaddress import ip_network
from typing import Any, Protocol
from urllib.parse import urlsplit

from rapidfuzz import fuzz, process

from crawler.config.yamlfile import Mapping, Node, Place, Problems, Scalar, kind_of
from crawler.config.yamlfile import Sequence as SequenceNode

# objects of their own, because None is a valid default and a valid value
REQUIRED: Any = object()  # as a default: the key must be written
MISSING: Any = object()  # as a value: absent or faulty
ALIKE = 60.0  # rapidfuzz ratio, 0-100, from which a word is offered as what was meant
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
# what YAML 1.1 makes of a text without quotes, by the kind of `Scalar`, in the words of the message
EATEN = {
    "bool": "a truth value",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "null": "nothing",
    "merge": "a merge key",
    "value": "a value mark",
}


class Reader(Protocol):
    """Reads one kind of value, and describes what it accepts as JSON Schema (draft-07)."""

    def read(self, node: Node, problems: Problems) -> Any: ...

    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping: its name, what reads it, its default, and what it is for."""

    name: str
    reader: Reader
    default: Any = REQUIRED
    doc: str = ""


def nearest(word: str, known: Iterable[str], lead: str = "") -> str:
    """Return ' (did you mean "..."?)' with the known word most like one, behind `lead`; "" if none is ALIKE enough."""
    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return f' (did you mean "{lead}{found[0]}"?)' if found else ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text. What YAML would read as something else (NO, 12:30, 2026) must be in quotes.

    `pattern` must match the whole text; `what` names the kind of text in messages.
    """

    pattern: str = ""
    what: str = "a text"
    empty: bool = False

    def read(self, node: Node, problems: Problems) -> Any:
        if not isinstance(node, Scalar):
            problems.add(node.place, f"expected {self.what}, found {kind_of(node)}")
            return MISSING
        # `key: #word` is a key without a value and a comment; a written null or ~ is told to take quotes below
        if node.kind == "null" and not node.text:
            problems.add(node.place, f"expected {self.what}, found nothing; a text that starts with # needs quotes")
            return MISSING
        if node.kind in EATEN:
            problems.add(node.place, f'write "{node.text}" in quotes; YAML reads it as {EATEN[node.kind]}')
            return MISSING
        if self.pattern and not re.fullmatch(self.pattern, node.text):
            problems.add(node.place, f'"{node.text}" is not {self.what}')
            return MISSING
        if not self.empty and not node.text.strip():
            problems.add(node.place, f"expected {self.what}, found an empty text")
            return MISSING
        return node.text

    def schema(self) -> dict[str, Any]:
        # JSON Schema searches where `read` matches the whole text, so the pattern is anchored
        if self.pattern:
            return {"type": "string", "pattern": f"^(?:{self.pattern})$"}
        return {"type": "string"} if self.empty else {"type": "string", "pattern": r"\S"}


IDENT = Text(r"[a-z0-9][a-z0-9-]{0,63}", "an id: lower-case letters, digits and -, as in us-militia")


def span(text: str) -> timedelta | None:
    """Return a length of time as written in rules.yaml ("90s", "5m", "48h", "7d", "2w", "0"); None if it is not one."""
    match = re.fullmatch(r"(\d{1,6})([smhdw])", text)
    if match:
        return timedelta(seconds=int(match[1]) * UNITS[match[2]])
    return timedelta(0) if text == "0" else None


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time with its unit: 90s, 5m, 48h, 7d, 2w. Only 0 needs no unit. Not shorter than `least`."""

    least: timedelta = timedelta(0)

    def read(self, node: Node, problems: Problems) -> Any:
        text = node.text if isinstance(node, Scalar) else ""
        length = span(text)
        if length is None:
            found = f'"{text}"' if isinstance(node, Scalar) else kind_of(node)
            problems.add(node.place, f"{found} is no length of time; write 90s, 5m, 48h, 7d or 2w")
            return MISSING
        if length < self.least:
            days, rest = divmod(self.least, timedelta(days=1))
            least = f"{self.least.total_seconds():g}s" if rest else f"{days}d"
            problems.add(node.place, f'"{text}" is too short; at least {least} are allowed')
            return MISSING
        return length

    def schema(self) -> dict[str, Any]:
        if self.least:
            return {"type": "string", "pattern": r"^(?!0+\D)\d{1,6}[smhdw]$"}
        # an editor sees the value YAML makes of it, and to YAML a bare 0 is an integer
        return {"anyOf": [{"type": "string", "pattern": r"^(?:\d{1,6}[smhdw]|0)$"}, {"const": 0}]}


_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of the day, as "07:00". It may stand without quotes.

    YAML 1.1 would read a bare 22:00 as the number 1320; here the text is read as it was written.
    """

    def read(self, node: Node, problems: Problems) -> Any:
        text = node.text if isinstance(node, Scalar) else ""
        if not re.fullmatch(_CLOCK, text):
            found = f'"{text}"' if isinstance(node, Scalar) else kind_of(node)
            problems.add(node.place, f'{found} is no time of the day; write "07:00" or "19:30"')
            return MISSING
        return time.fromisoformat(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_CLOCK}$"}


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """Hours of the day, as "22:00-06:00", read as (begin, end). They may run over midnight."""

    def read(self, node: Node, problems: Problems) -> Any:
        text = node.text.replace(" ", "") if isinstance(node, Scalar) else ""
        begin, _, end = text.partition("-")
        # equal ends are refused: one reader takes them for the whole day, the next for no time at all
        if not re.fullmatch(f"{_CLOCK}-{_CLOCK}", text) or begin == end:
            found = f'"{text}"' if isinstance(node, Scalar) else kind_of(node)
            problems.add(node.place, f'{found} are no hours of the day; write "22:00-06:00"')
            return MISSING
        return time.fromisoformat(begin), time.fromisoformat(end)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_CLOCK}-{_CLOCK}$"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, node: Node, problems: Problems) -> Any:
        text = node.text if isinstance(node, Scalar) else kind_of(node)
        if text not in self.words:
            problems.add(
                node.place,
                f'"{text}" is unknown{nearest(text, self.words)}; allowed: {", ".join(self.words)}',
            )
            return MISSING
        return text

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `least` to `most`, both allowed; an int if `whole`, else a float."""

    least: float
    most: float
    whole: bool = False

    def read(self, node: Node, problems: Problems) -> Any:
        text = node.text if isinstance(node, Scalar) else ""
        # plain decimals only: float() also takes nan, inf, 1e9 and 1_000
        pattern = r"[-+]?\d{1,12}" if self.whole else r"[-+]?\d{1,12}(\.\d{1,12})?"
        number = float(text) if re.fullmatch(pattern, text) else None
        if number is None or not self.least <= number <= self.most:
            found = f'"{text}"' if isinstance(node, Scalar) else kind_of(node)
            kind = "a whole number" if self.whole else "a number"
            range_ = f"{kind} from {self.least:g} to {self.most:g}" if self.least < self.most else f"{self.least:g}"
            problems.add(node.place, f"{found} is not {range_}")
            return MISSING
        return int(number) if self.whole else number

    def schema(self) -> dict[str, Any]:
        return {"type": "integer" if self.whole else "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Flag:
    """A truth value, written true or false."""

    def read(self, node: Node, problems: Problems) -> Any:
        # yes, no, on and off are truth values in YAML 1.1 and texts in YAML 1.2: refused rather than guessed
        if not isinstance(node, Scalar) or node.text not in {"true", "false"}:
            found = f'"{node.text}"' if isinstance(node, Scalar) else kind_of(node)
            problems.add(node.place, f"{found} is neither true nor false")
            return MISSING
        return node.text == "true"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Url:
    """An http(s) address that can be fetched; credentials do not belong in it."""

    def read(self, node: Node, problems: Problems) -> Any:
        text = Text(what="an http(s) address").read(node, problems)
        if text is MISSING:
            return MISSING
        fault = _url_fault(text)
        if fault:
            # the fault may be a password in the address, and messages are logged
            problems.add(node.place, f'"{_masked(text)}" {fault}')
            return MISSING
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^https?://[^\s\\/@]+(?:[/?#][^\s\\]*)?$"}


def _url_fault(text: str) -> str:
    """Return what is wrong with an address and what to do, "" if it can be fetched."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # urlsplit checks the port only when it is read
    except ValueError as error:
        return f"is no address: {error}"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "is no http(s) address; write https://host/path"
    if parts.username is not None or parts.password is not None:
        return "carries a user name or password; they would be logged and sent on redirects, so take them out"
    return "holds a space or a backslash; percent-encode it" if re.search(r"[\s\\]", text) else ""


def _masked(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//***@", url)


@dataclass(frozen=True, slots=True)
class Host:
    """A host, an address or a network, as in allow_private: printer.example, 127.0.0.1, 10.0.0.0/8; :port optional."""

    def read(self, node: Node, problems: Problems) -> Any:
        text = Text(what="a host, an address or a network").read(node, problems)
        if text is MISSING:
            return MISSING
        # with more than one colon it is an IPv6 address, whose last group would look like a port
        bare = re.sub(r":\d{1,5}$", "", text) if text.count(":") == 1 else text.strip("[]")
        try:
            ip_network(bare, strict=False)
        except ValueError:
            # a host name needs a letter, or a mistyped address such as 10.0.0.256 would pass for one
            if not re.fullmatch(r"(?=.*[a-z])[a-z0-9]([a-z0-9.-]*[a-z0-9])?", bare, re.IGNORECASE):
                problems.add(node.place, f'"{text}" is no host, address or network; write 127.0.0.1 or 10.0.0.0/8')
                return MISSING
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[A-Za-z0-9.:/\[\]-]+$"}


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
            problems.add(place, f'{what} "{name}" stands twice, first in line {first[name].line}; keep one')
        first.setdefault(name, place)
