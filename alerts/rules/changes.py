"""Two configurations or their texts go in; what changed from one to the other comes out, by name and key. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from alerts.render.redact import HIDDEN, redacted
from alerts.rule import Config
from crawler.config.yamlfile import Place

_BOOKS = ("path", "version", "files", "patterns", "polled_at")  # of a config: what is no setting of the admin's
# by id: what an admin calls it
_NAMED = {"sources": "source", "rules": "rule", "receivers": "receiver", "entities": "entity", "lists": "list"}
_WHOLE = frozenset({"scale"})
_DERIVED = frozenset({"version", "scale", "anchors", "shape", "number"})  # of a rule or row: told by others
_TREES = frozenset({"match", "masking"})  # of a rule
_ADDRESS = re.compile(r"(?P<key>\burl:\s*[\"']?)?(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>[^\s\"'\]},]*)")


def changes(old: Config, new: Config) -> tuple[str, ...]:
    """Return a line for each source, receiver, entity, list, rule and setting that was added, removed or changed."""
    return tuple(_changes(old, new))


def _changes(old: Config, new: Config) -> Iterator[str]:
    for section, one in _NAMED.items():
        yield from _of_section(one, _by_id(getattr(old, section)), _by_id(getattr(new, section)))
    if _differ(old.scale, new.scale):
        yield "scale: changed"
    rest = {each.name for each in fields(Config)} - {*_NAMED, *_BOOKS, *_WHOLE}
    if changed := sorted(name for name in rest if _differ(getattr(old, name), getattr(new, name))):
        yield f"settings: changed {', '.join(changed)}"


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
    names = [each.name for each in fields(old) if each.name not in left_out]
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

    Shown are the addresses of sources, which stand behind `url:`; of any other only its service.
    `known` are secrets as `redacted` takes them.
    """
    lines: list[str] = []
    for name in sorted({*old, *new}):
        before, after = old.get(name, "").splitlines(), new.get(name, "").splitlines()
        lines += difflib.unified_diff(before, after, f"before/{name}", f"after/{name}", lineterm="", n=2)
    return "\n".join(redacted(_ADDRESS.sub(_shown, line), known) for line in lines)


def _shown(found: re.Match[str]) -> str:
    if found["key"] or "${" in found[0]:
        return found[0]
    return f"{found['scheme']}://{HIDDEN}"
