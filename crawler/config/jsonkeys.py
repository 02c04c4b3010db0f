"""The keys of a source of kind json: where in the answer its list stands, and what is sent to get it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.config.keys import MISSING, Key, Table, Text, Written
from crawler.config.yamlfile import Mapping as MappingNode
from crawler.config.yamlfile import Node, Place, Problem, Problems, kind_of
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
class Headers:
    """Headers of a request by name, read as ((name, value), ...) with the place of the first."""

    def read(self, node: Node, problems: Problems) -> Any:
        if not isinstance(node, MappingNode):
            problems.add(node.place, f"expected headers by name, found {kind_of(node)}")
            return MISSING
        found: list[tuple[str, str]] = []
        for key, value in node.pairs:
            text = Text(what="the value of a header").read(value, problems)
            if not re.fullmatch(_NAME, key.text) or key.text.lower() in _OURS:
                problems.add(key.place, f'"{key.text}" is no header that a source may set; write one as Authorization')
            elif text is not MISSING and not (text.isascii() and text.isprintable()):
                problems.add(value.place, f"the value of {key.text} has characters that no header may have")
            elif text is not MISSING:
                found.append((key.text, text))
        return tuple(found), node.place

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{_NAME}$"},
            "additionalProperties": {"type": "string", "minLength": 1},
        }


JSON_KEYS = (
    Key("paths", PATHS, None, "of kind json: where in the answer its items and their parts are (JMESPath)"),
    Key("headers", Headers(), ((), None), "of kind json: what is sent along, as Authorization; secrets as ${NAME}"),
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


def secrets_of(row: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the headers of a source name, as far as they are set."""
    headers, _ = row["headers"]
    names = dict.fromkeys(name for _, value in headers for name in VARIABLE.findall(value))
    return {name: environ[name] for name in names if name in environ}


def unset(row: Mapping[str, Any], environ: Mapping[str, str]) -> Problem | None:
    """Return why a source cannot be asked: the first variable of its headers that is not set, or unfit."""
    headers, place = row["headers"]
    names = dict.fromkeys(name for _, value in headers for name in VARIABLE.findall(value))
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
