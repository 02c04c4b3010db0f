"""`settings.events` goes in; how events are joined and told comes out, its names checked. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from alerts.rule import Entity, EventSettings, Kinds
from alerts.rules.changes import bare
from alerts.rules.event_mention import PARTY
from alerts.rules.events import DEED
from alerts.rules.rulebook import Book
from crawler.config.problems import Place, Problems
from crawler.config.values import MISSING, nearest

ACRONYM = 4  # letters; a party with a shorter name is written in capitals


def events_of(given: Mapping[str, Any] | None, book: Book, problems: Problems) -> EventSettings:
    """Return settings.events, its names checked against the lists and kinds of the config."""
    if given is None:
        return EventSettings()
    deeds, parties = _named(book.lists, DEED), _named(book.lists, PARTY)
    kinds = {kind for each in book.entities.values() for kind in each.is_a} | set(book.entities)

    def known(named: Iterable[tuple[str, Place]], names: Iterable[str], what: str) -> tuple[str, ...]:
        for name, place in named:
            if name not in names:
                problems.add(place, f'settings.events names "{name}", which is no {what}{nearest(name, names)}')
        return tuple(name for name, _ in named)

    belong = Kinds(book.entities)
    groups = [known(group, deeds, f"list {DEED}NAME") for group in given["alike"]]
    within = {
        party: known(row, kinds, "entity or kind")
        for party, (row, place) in (given["within"] or {}).items()
        if known([(party, place)], parties, f"list {PARTY}NAME") and row is not MISSING
    }
    lasting = {
        deed: frozenset(known(row, deeds, f"list {DEED}NAME"))
        for deed, (row, place) in (given["lasting"] or {}).items()
        if known([(deed, place)], deeds, f"list {DEED}NAME") and row is not MISSING
    }

    def members(row: Iterable[tuple[str, Place]]) -> frozenset[str]:
        named = known(row, kinds | parties, "entity, kind or list party-NAME")
        return frozenset(name for each in named for name in (each, *belong.members(each)))

    def by_party(key: str) -> dict[str, frozenset[str]]:
        return {
            party: members(row)
            for party, (row, place) in (given[key] or {}).items()
            if known([(party, place)], parties, f"list {PARTY}NAME") and row is not MISSING
        }

    return EventSettings(
        opposed=tuple(members(side) for side in given["opposed"]),
        bodies=by_party("bodies"),
        homes=by_party("homes"),
        alike={deed: group[0] for group in groups for deed in group},
        parties=parties,
        developments=frozenset(known(given["developments"], deeds, f"list {DEED}NAME")),
        by_target=frozenset(known(given["by_target"], deeds, f"list {DEED}NAME")),
        lasting=lasting,
        defences=frozenset(known(given["defences"], deeds, f"list {DEED}NAME")),
        persons=frozenset(
            each for kind in known(given["persons"], kinds, "entity or kind") for each in belong.members(kind)
        ),
        again="".join(known([given["again"]] if given["again"] else [], book.lists, "list")),
        everyday="".join(known([given["everyday"]] if given["everyday"] else [], book.lists, "list")),
        nobodys="".join(known([given["nobodys"]] if given["nobodys"] else [], book.lists, "list")),
        scenes=frozenset(known(given["scenes"], parties, f"list {PARTY}NAME")),
        things=known(given["things"], book.lists, "list"),
        wider=_wider(book.entities, belong, within),
        labels={
            **{name: name.upper() if len(name) < ACRONYM else name.replace("-", " ").title() for name in parties},
            **{name: entity.label or name for name, entity in book.entities.items()},
        },
        as_written=hashlib.sha256(repr(bare(given)).encode()).hexdigest()[:8],
    )


def _named(lists: Iterable[str], prefix: str) -> frozenset[str]:
    return frozenset(name.removeprefix(prefix) for name in lists if name.startswith(prefix))


def _wider(
    entities: Mapping[str, Entity], kinds: Kinds, within: Mapping[str, tuple[str, ...]]
) -> dict[str, frozenset[str]]:
    """Return the entities and parties that each entity lies in."""
    wider: dict[str, set[str]] = {}
    for name in entities:
        for inner in kinds.members(name):
            wider.setdefault(inner, set()).add(name)
    for party, inside in within.items():
        for inner in (each for kind in inside for each in kinds.members(kind)):
            wider.setdefault(inner, set()).add(party)
    return {name: frozenset(around - {name}) for name, around in wider.items() if around - {name}}
