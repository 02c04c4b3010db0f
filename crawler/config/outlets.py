"""The section `outlets:` of rules.yaml: whose articles others carry, by host."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.config.keys import Key, ListOf, MapOf, Table
from crawler.config.values import IDENT, MISSING, Choice, Text
from crawler.config.yamlfile import Node, Place, Problems
from crawler.sources.outlets import Outlet, Outlets
from crawler.sources.source import Source
from crawler.text.hosts import folded_name, is_shared, speaker

_HOST = r"(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
_ADDRESS = rf"{_HOST}|t\.me/[a-z0-9_]+"

OUTLET = Table(
    (
        Key("name", Text(what="the outlet's name"), doc="the outlet as alerts name it"),
        Key("owner", IDENT, doc="who owns it: outlets of one owner are one origin"),
        Key("reliability", Choice(tuple("ABCDEF")), "F", "Admiralty letter, A reliable to E unreliable, F unknown"),
        Key("also", ListOf(Text(what="a name"), "a list of names"), (), "further names that aggregators give it"),
    ),
    "an outlet",
)


@dataclass(frozen=True, slots=True)
class _Host:
    """Reads the host of an outlet, or t.me/name of a channel."""

    def read(self, node: Node, problems: Problems) -> Any:
        host = Text(what="the host of an outlet").read(node, problems)
        if host is MISSING:
            return MISSING
        if not re.fullmatch(_ADDRESS, host):
            remedy = "write the host in small letters without www., as paper.example, or t.me/name"
            problems.add(node.place, f'"{host}" is no host of an outlet; {remedy}')
        elif host.startswith("www."):
            problems.add(node.place, f'write "{host.removeprefix("www.")}": www. is left out of hosts')
        else:
            return host
        return MISSING

    def schema(self) -> dict[str, Any]:
        return {"pattern": f"^(?:{_ADDRESS})$", "not": {"pattern": r"^www\."}}


OUTLETS = MapOf(OUTLET, "outlets by host", _Host())


def make_outlets(rows: Mapping[str, tuple[Any, Place]] | None, sources: Iterable[Source]) -> Outlets:
    """Return the outlets of a section that OUTLETS has read, and after them those that are polled themselves.

    A host on which sources of several owners are polled, or on which everybody publishes, is no outlet.
    """
    by_address = {
        host: Outlet(row["name"], row["owner"], row["reliability"])
        for host, (row, _) in (rows or {}).items()
        if row is not MISSING
    }
    polled: dict[str, list[Outlet]] = defaultdict(list)
    for each in (source for source in sources if not source.outlet_from):
        polled[speaker(each.url)].append(Outlet(each.outlet, each.owner or each.id, each.reliability))
    for key, found in polled.items():
        if key and not is_shared(key) and len({outlet.owner for outlet in found}) == 1:
            by_address.setdefault(key, found[0])
    by_name: dict[str, Outlet] = {}
    for outlet in (*by_address.values(), *(each for found in polled.values() for each in found)):
        by_name.setdefault(folded_name(outlet.name), outlet)
    for host, (row, _) in (rows or {}).items():
        for name in () if row is MISSING else row["also"]:
            by_name.setdefault(folded_name(name), by_address[host])
    return Outlets(by_address, by_name)
