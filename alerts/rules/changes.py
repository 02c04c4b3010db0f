"""Two configurations or their texts go in; what changed from one to the other comes out, by name and key. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from alerts.render.redact import HIDDEN, redacted
from alerts.rule import Config, EventSettings
from crawler.config.problems import Place
from crawler.config.settings import BoardSettings
from crawler.sources.outlets import Outlet
from crawler.text.hosts import speaker

_BOOKS = ("path", "version", "files", "patterns", "polled_at", "receivers_at")  # what is no setting of the admin's
# by id: what an admin calls it
_NAMED = {"sources": "source", "rules": "rule", "receivers": "receiver", "entities": "entity", "lists": "list"}
_WHOLE = frozenset({"scale"})
_DERIVED = frozenset({"version", "scale", "anchors", "shape", "number"})  # of a rule or row: told by others
OF_BOARD = {
    "address": "board",
    "url": "board_url",
    "token": "board_token",
    "proxies": "board_proxy",
    "user_header": "board_proxy",
    "saves": "board_saves",
}
_TREES = frozenset({"match", "masking"})  # of a rule
_ADDRESS = re.compile(
    r"(?P<key>\burl:\s*[\"']?)?(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>(?:\$\{\w+\}|[^\s\"'\]},])*)"
)
_VALUE = re.compile(r"(?P<name>[?&;][^=&;#]*)=(?:(?P<known>\$\{\w+\})(?=[&;#\"']|$)|[^&;#]*)")
_VARIABLE = re.compile(r"(?P<variable>\$\{\w+\})|(?:(?!\$\{\w+\})[^/])+")
_KEY = re.compile(r"[\"']?(?P<key>[\w-]+)[\"']?\s*:")
_OF_SOURCES = "\0"  # no character of YAML


def changes(old: Config, new: Config) -> tuple[str, ...]:
    """Return a line for each source, receiver, entity, list, rule and setting that was added, removed or changed."""
    return tuple(_changes(old, new))


def _changes(old: Config, new: Config) -> Iterator[str]:
    for section, one in _NAMED.items():
        yield from _of_section(one, _by_id(getattr(old, section)), _by_id(getattr(new, section)))
    yield from _of_section("outlet", _outlets(old), _outlets(new))
    if _differ(old.scale, new.scale):
        yield "scale: changed"
    rest = {each.name for each in fields(Config) if each.compare} - {*_NAMED, *_BOOKS, *_WHOLE}
    named = (key for name in rest for key in _setting(name, getattr(old, name), getattr(new, name)))
    if changed := sorted(named):
        yield f"settings: changed {', '.join(changed)}"


def _setting(name: str, old: Any, new: Any) -> Iterator[str]:
    """Yield the names of what changed: of the board's settings each by its own."""
    if isinstance(new, BoardSettings):
        yield from dict.fromkeys(OF_BOARD[key] for key in _keys(old, new))
    elif isinstance(new, EventSettings):
        if old.as_written != new.as_written:
            yield name
    elif _differ(old, new):
        yield name


def _outlets(config: Config) -> dict[str, Outlet]:
    """Return the outlets by address that the admin names; those that are polled themselves are told as sources."""
    polled = {speaker(each.url) for each in config.sources if not each.outlet_from}
    return {address: each for address, each in config.outlets.by_address.items() if address not in polled}


def _by_id(section: Any) -> dict[str, Any]:
    return dict(section) if isinstance(section, Mapping) else {each.id: each for each in section}


def _of_section(one: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(new.keys() - old.keys()):
        yield f"{one} {name}: added"
    for name in sorted(old.keys() - new.keys()):
        yield f"{one} {name}: removed"
    for name in sorted(new.keys() & old.keys()):
        if changed := _keys(old[name], new[name]):
            yield f"{one} {name}: changed {', '.join(changed)}"


def _keys(old: Any, new: Any) -> list[str]:
    # its version is a hash of what decides in a rule: where it is the same, so are the trees, whose comparison is slow
    same = getattr(old, "version", "") == getattr(new, "version", None)
    left_out = _DERIVED | _TREES if same else _DERIVED
    names = [each.name for each in fields(old) if each.compare and each.name not in left_out]
    return [name for name in names if _differ(getattr(old, name), getattr(new, name))]


def _differ(old: Any, new: Any) -> bool:
    return bool(old != new) and bare(old) != bare(new)


def bare(value: Any) -> Any:
    """Return a value without the places in the file that it was read from, to be compared."""
    if isinstance(value, Place):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: bare(getattr(value, each.name)) for each in fields(value) if each.name not in _DERIVED}
    if isinstance(value, Mapping):
        return {key: bare(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [bare(each) for each in value]
    return value


def difference(old: Mapping[str, str], new: Mapping[str, str], known: tuple[str, ...] = ()) -> str:
    """Return the unified diff of files by name, without secrets.

    Shown are the addresses (http, https) behind `url:` below `sources`, without the values of their queries; of any
    other only its service and the variables it names. `known` are secrets as `redacted` takes them.
    """
    lines: list[str] = []
    for name in sorted({*old, *new}):
        before, after = _noted(old.get(name, "")), _noted(new.get(name, ""))
        lines += difflib.unified_diff(before, after, f"before/{name}", f"after/{name}", lineterm="", n=2)
    return "\n".join(redacted(_without_secrets(line), known) for line in lines)


def _noted(text: str) -> list[str]:
    """Return the lines of a file, those below `sources` with a note before them: a hunk does not show its section."""
    section, lines = "", []
    for line in text.splitlines():
        if line[:1].strip() and line[0] not in "-#":
            key = _KEY.match(line)
            section = key["key"] if key else ""
        lines.append(f"{_OF_SOURCES if section == 'sources' else ''}{line}")
    return lines


def _without_secrets(line: str) -> str:
    of_sources = line[1:2] == _OF_SOURCES
    return _ADDRESS.sub(_of_source if of_sources else _shown, line[:1] + line[2:] if of_sources else line)


def _of_source(found: re.Match[str]) -> str:
    if found["key"] and found["scheme"].lower() in {"http", "https"}:
        return _VALUE.sub(lambda each: f"{each['name']}={each['known'] or HIDDEN}", found[0])
    return _shown(found)


def _shown(found: re.Match[str]) -> str:
    rest = _VARIABLE.sub(lambda each: each["variable"] or HIDDEN, found["rest"])
    return f"{found['key'] or ''}{found['scheme']}://{rest if '${' in rest else HIDDEN}"
