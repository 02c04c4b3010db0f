"""Return who or what the matched entities are, one line each, and the place to name first in an alert. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alerts.alert import Hit, Match
from alerts.decide.silences import entities_of
from alerts.rule import Config, Entity
from alerts.rules.lexicon import members
from crawler.text.folding import fold

GLOSSES_SHOWN = 4  # lines of an alert
FIRST_WORDS = 50  # characters of a headline that a lock screen shows behind the severity


def glosses(matches: Iterable[Match], config: Config) -> tuple[str, ...]:
    """Return a line for each entity found ("الحشد الشعبي = Popular Mobilization, gloss"), other scripts first.

    There are at most four. For an entity that was found in Latin letters only its `gloss` is added.
    """
    lines: dict[str, tuple[bool, str]] = {}
    for hit, entity in _found(matches, config):
        if entity.id not in lines and (line := _line(hit.text, entity)):
            lines[entity.id] = (_is_latin(hit.text), line)
    # names in other scripts first: the officer may not read them
    ranked = sorted(lines.values(), key=lambda each: each[0])
    return tuple(line for _, line in ranked[:GLOSSES_SHOWN])


def place_of(matches: Iterable[Match], config: Config) -> str:
    """Return the place to name before the headline, "" if the headline's first words show one or none was found.

    Places are entities of the kinds in `settings.places`. The first kind in that list wins, then the first hit.
    """
    kinds = [set(members(config.entities, kind)) for kind in config.places]
    found = [
        (rank, hit.field != "title", hit.start, hit.end, entity)
        for hit, entity in _found(matches, config)
        if (rank := next((n for n, kind in enumerate(kinds) if entity.id in kind), None)) is not None
    ]
    if not found or any(not below and end <= FIRST_WORDS for _, below, _, end, _ in found):
        return ""
    return _label(min(found, key=lambda each: each[:3])[4])


def _found(matches: Iterable[Match], config: Config) -> Iterator[tuple[Hit, Entity]]:
    for match in matches:
        for hit in match.hits:
            for name in sorted(entities_of(hit, config)):
                yield hit, config.entities[name]


def _line(text: str, entity: Entity) -> str:
    label, gloss = _label(entity), entity.gloss
    if fold(text) == fold(label):
        return f"{text}: {gloss}" if gloss else ""
    if _is_latin(text) and not gloss:
        return ""
    return f"{text} = {label}{f', {gloss}' if gloss else ''}"


def _label(entity: Entity) -> str:
    """Return an entity's name in Latin letters: its label, else its first alias in Latin letters, else its id."""
    readable = (each.removeprefix("=") for each in entity.aliases if _is_latin(each) and not {"*", "?"} & set(each))
    return entity.label or next(readable, entity.id)


def _is_latin(text: str) -> bool:
    """Return whether all letters are Latin: none from Greek on (U+0370), apart from the Latin letters at U+1E00."""
    return not any(char.isalpha() and char >= "\u0370" for char in text if not "\u1e00" <= char <= "\u1eff")
