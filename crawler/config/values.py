"""Readers of single values in rules.yaml: a node goes in; a text, a number, a length of time or an address comes out.

If the node is faulty, a reader adds a Problem and returns MISSING, and reading goes on, so that one run finds every
fault. What reads lists and mappings is in `keys.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from ipaddress import ip_network
from typing import Any, Protocol
from urllib.parse import urlsplit

from crawler.config.lengths import span
from crawler.config.nearest import nearest as nearest
from crawler.config.yamlfile import Node, Problems, Scalar, kind_of

MISSING: Any = object()  # absent or faulty; an object of its own, because None is a valid value
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
