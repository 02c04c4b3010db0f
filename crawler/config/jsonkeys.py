"""The keys of a source of kind json: where in the answer its list stands, and what is sent to get it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.config.keys import Key, MapOf, Placed, Table, Written
from crawler.config.values import MISSING, Text
from crawler.config.yamlfile import Node, Place, Problem, Problems
from crawler.text.jsonpaths import fault_of

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NAME = r"[A-Za-z][A-Za-z0-9-]{0,80}"
_OURS = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "user-agent", "cookie", "transfer-encoding"}
)


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A JMESPath, as fields.date.created."""

    def read(self, node: Node, problems: Problems) -> Any:
        text = Text(what="a JMESPath").read(node, problems)
        if text is MISSING:
            return MISSING
        if fault := fault_of(text):
            remedy = "write one as data[].fields; a name with a hyphen stands in double quotes inside of single ones"
            problems.add(node.place, f'"{text}" is no JMESPath ({fault}); {remedy}')
            return MISSING
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


PATHS = Table(
    (
        Key("items", JsonPath(), "@", "the list of items; without it, the whole answer"),
        Key("id", JsonPath(), "", "of an item: what names it for good"),
        Key("title", Written(JsonPath(), "@"), "", "of an item: its headline; without it, the first words of its text"),
        Key("url", JsonPath(), "", "of an item: its link"),
        Key("date", JsonPath(), "", "of an item: when it was published"),
        Key("text", Written(JsonPath(), "@"), "", "of an item: its text, plain or HTML"),
        Key("outlet", JsonPath(), "", "of an item: the name or host of who published it"),
        Key("lang", JsonPath(), "", "of an item: its language"),
        Key("next", JsonPath(), "", "of the answer: the address of the page with older items"),
    ),
    "paths",
)


@dataclass(frozen=True, slots=True)
class _HeaderName:
    """Reads the name of a header that a source may set."""

    def read(self, node: Node, problems: Problems) -> Any:
        name = Text(what="the name of a header").read(node, problems)
        if name is not MISSING and (not re.fullmatch(_NAME, name) or name.lower() in _OURS):
            problems.add(node.place, f'"{name}" is no header that a source may set; write one as Authorization')
            return MISSING
        return name

    def schema(self) -> dict[str, Any]:
        return {"pattern": f"^{_NAME}$"}


@dataclass(frozen=True, slots=True)
class _HeaderValue:
    """Reads the value of a header."""

    def read(self, node: Node, problems: Problems) -> Any:
        text = Text(what="the value of a header").read(node, problems)
        if text is not MISSING and not (text.isascii() and text.isprintable()):
            problems.add(node.place, "the value of this header has characters that no header may have")
            return MISSING
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


HEADERS = Placed(MapOf(_HeaderValue(), "headers by name", _HeaderName()))
JSON_KEYS = (
    Key("paths", PATHS, None, "of kind json: where in the answer its items and their parts are (JMESPath)"),
    Key("headers", HEADERS, ({}, None), "of kind json: what is sent along, as Authorization; secrets as ${NAME}"),
)


def check_json(row: Mapping[str, Any], place: Place, problems: Problems) -> None:
    """Add a problem for what a source lacks to be a list in JSON, or has without being one."""
    paths, (_, at) = row["paths"], row["headers"]
    if row["kind"] != "json":
        for name, where in (("paths", paths and paths[""]), ("headers", at)):
            if where:
                problems.add(where, f'"{name}" is read of kind: json only; this source is a {row["kind"]}')
        return
    if paths is None:
        problems.add(
            place, 'kind: json needs "paths", as in paths: {items: data, title: fields.title, url: fields.url}'
        )
    elif not paths["title"] and not paths["text"]:
        problems.add(paths[""], 'paths need a "title" or a "text"')


def headers_of(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the headers of a source, each with its value as it is written."""
    headers, _ = row["headers"]
    return tuple((name, value) for name, (value, _) in headers.items() if value is not MISSING)


def secrets_of(row: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the headers of a source name, as far as they are set."""
    names = dict.fromkeys(name for _, value in headers_of(row) for name in VARIABLE.findall(value))
    return {name: environ[name] for name in names if name in environ}


def unset(row: Mapping[str, Any], environ: Mapping[str, str]) -> Problem | None:
    """Return why a source cannot be asked: the first variable of its headers that is not set, or unfit."""
    _, place = row["headers"]
    names = dict.fromkeys(name for _, value in headers_of(row) for name in VARIABLE.findall(value))
    faults = filter(None, (fault_of_secret(name, environ) for name in names))
    return next((Problem(place, each) for each in faults), None)


def fault_of_secret(name: str, environ: Mapping[str, str]) -> str:
    """Return what is wrong with a variable whose value goes into a header, and the remedy; "" where nothing is."""
    value = environ.get(name)
    if not value:
        return f"${{{name}}} is not set in the environment; set it, or take this source out"
    if value != value.strip():
        # a file's last line break, as echo writes it
        return f"${{{name}}} begins or ends with a blank or a line break, which no header may have; set it without"
    if not (value.isascii() and value.isprintable()):
        return f"${{{name}}} has a character that no header may have (a line break, a letter beyond ASCII); set it anew"
    return ""
