"""Which entities are places by `settings.places`, and which of them have no coordinates. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from alerts.rule import Config, Entity

SHOWN = 5  # names


def places_of(config: Config) -> tuple[Entity, ...]:
    """Return the entities that are places, whatever kind they are of.

    A militia of Basra is one of its kinds by a place, and by another none: it is no place.
    """
    return tuple(each for each in config.entities.values() if _is_place(each, config.entities, config.places))


def without_points(config: Config) -> str:
    """Return a line that names the places without coordinates, "" where there are none."""
    names = [each.id for each in places_of(config) if each.at is None]
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    which = "1 place has" if len(names) == 1 else f"{len(names)} places have"
    return f"{which} no coordinates (at), so that no map and no distance finds them: {', '.join(names[:SHOWN])}{more}"


def _is_place(entity: Entity, entities: Mapping[str, Entity], kinds: Collection[str]) -> bool:
    if entity.id in kinds:
        return True
    above = [each in kinds or (each in entities and _is_place(entities[each], entities, kinds)) for each in entity.is_a]
    return bool(above) and all(above)
