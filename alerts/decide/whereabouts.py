"""Where an alert's event is: the one place of the desk that a map can show. Pure.

Rather none than a wrong one: where several places are named, and none of them is what was hit, no map says which. A
name that other places lie in, as Baghdad, may stand for who governs there: it says where only behind an "in".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from alerts.alert import Match
from alerts.decide.event_acts import narrowest, told
from alerts.decide.named import entities_of
from alerts.decide.once import once_for_rules
from alerts.event import UNLISTED, EventMention
from alerts.rule import Config
from alerts.where import Where
from crawler.config.settings import filled_in

GOVERNED = 3  # places that lie in a city or a province, at least


def where_of(event: EventMention | None, matches: Iterable[Match], config: Config) -> Where | None:
    """Return the place of an event, else the one that its headline names, or that rules found in it or in the text."""
    named = _of_event(event, config) if event else ()
    if event is None or not (event.places or named):
        headed = _headed(event, config) if event else ()
        named = headed or next(filter(None, (_found(matches, field, config) for field in ("title", "body"))), ())
    return _where(named[0], config) if len(named) == 1 else None


def where_now(then: Where, config: Config) -> Where:
    """Return a place that was told before, where it lies by the rules of now; as it was told if they do not name it."""
    return _where(then.id, config) or then


def _of_event(event: EventMention, config: Config) -> tuple[str, ...]:
    """Return the places an event may be in, the narrowest ones; that which was hit alone, if there is one such."""
    # who condemns an attack, or is named as where it was fired from, is not where it hit
    targets = {name for act in told(event) for name in act.on if _is_on_map(name, config) or name.startswith(UNLISTED)}
    governing = _governing(config)
    named = {
        each
        for each in event.places
        if _may_be_where(each, config) and (each in event.located or each not in governing)
    }
    spots = narrowest(targets | named, config.events.wider)
    struck = targets & spots
    return tuple(sorted(struck if len(struck) == 1 else spots))


def _headed(event: EventMention, config: Config) -> tuple[str, ...]:
    """Return the narrowest of the places on the map that a headline without a deed names."""
    names = {name for name in event.headed if _is_on_map(name, config)} - _governing(config)
    return tuple(sorted(narrowest(names, config.events.wider)))


def _may_be_where(name: str, config: Config) -> bool:
    """Return whether a name says where: a place on the map or one that no list names, a state; no militia or office."""
    return _is_on_map(name, config) or name not in config.entities


def _found(matches: Iterable[Match], field: str, config: Config) -> tuple[str, ...]:
    """Return the narrowest of the places on the map that rules found in a field."""
    names = {
        name
        for match in matches
        for hit in match.hits
        if hit.field == field
        for name in entities_of(hit, config)
        if _is_on_map(name, config)
    } - _governing(config)
    return tuple(sorted(narrowest(names, config.events.wider)))


@once_for_rules
def _governing(config: Config) -> frozenset[str]:
    """Return the entities that several others lie in: cities and provinces; an airport has a base or two."""
    inside = Counter(around for each in config.entities.values() for around in each.is_a if around in config.entities)
    return frozenset(name for name, many in inside.items() if many >= GOVERNED)


def _is_on_map(name: str, config: Config) -> bool:
    return name in config.entities and config.entities[name].at is not None


def _where(name: str, config: Config) -> Where | None:
    entity = config.entities.get(name)
    if entity is None or entity.at is None:
        return None  # a country, or a place that no list names
    at = entity.at
    link = filled_in(config.map_link, at.lat, at.lon) if config.map_link else ""
    return Where(name, entity.label or name, at.lat, at.lon, entity.reach, link)
