"""Return who or what the matched entities are, one line each, and what to name before a headline. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from alerts.alert import Hit, Match
from alerts.decide.event_acts import narrowest
from alerts.decide.event_line import label_of
from alerts.decide.named import entities_of
from alerts.event import EventMention
from alerts.rule import Config, Entity
from crawler.text.folding import fold
from crawler.text.stopwords import STOP

GLOSSES_SHOWN = 4  # lines of an alert
KNOWN_BY = 4  # letters: Iraq, Iraq's and Iraqi are one word
_WORD = re.compile(r"[\w'’-]+")


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


def place_of(matches: Iterable[Match], config: Config, title: str = "", event: EventMention | None = None) -> str:
    """Return the place to name before a headline, "" if the headline names any place or none was found.

    Places are entities of the kinds in `settings.places`. The first kind in that list wins, then the first hit. `event`
    is what the article tells: a place that it names in the headline need not be an entity.
    """
    found = _places_found(matches, config)
    in_title = any(hit.field == "title" for _, hit, _ in found)
    if not found or in_title or _event_places(event, config) or _names_place(title, config):
        return ""
    return latin_name(found[0][2])


def who_or_where(matches: Iterable[Match], config: Config, event: EventMention | None = None) -> str:
    """Return what to name before a headline that its reader cannot read; "" if nothing in it is known.

    That is the place in the headline, else who or what else was found in it, else the place below it.
    """
    matches = tuple(matches)
    places = _places_found(matches, config)
    in_title = [latin_name(entity) for _, hit, entity in places if hit.field == "title"]
    named = sorted((hit.start, latin_name(entity)) for hit, entity in _found(matches, config) if hit.field == "title")
    below = [latin_name(entity) for _, _, entity in places]
    ranked = (*in_title, *_event_places(event, config), *(label for _, label in named), *below)
    return next(iter(ranked), "")


def _places_found(matches: Iterable[Match], config: Config) -> list[tuple[int, Hit, Entity]]:
    """Return the hits of places with the rank of their kind, the most telling first, then those in the headline."""
    kinds = [set(config.kinds.members(kind)) for kind in config.places]
    found = [
        (rank, hit, entity)
        for hit, entity in _found(matches, config)
        if (rank := next((n for n, kind in enumerate(kinds) if entity.id in kind), None)) is not None
    ]
    return sorted(found, key=lambda each: (each[0], each[1].field != "title", each[1].start, each[2].id))


def _event_places(event: EventMention | None, config: Config) -> list[str]:
    """Return the places that a headline says its event was in, as people read them."""
    if event is None or event.from_lead:
        return []
    return [label_of(name, config.events) for name in sorted(narrowest(event.places, config.events.wider))]


def _names_place(title: str, config: Config) -> bool:
    """Return whether a headline has a name of any place, also of one that no rule asked for."""
    words = fold(title)
    wanted = {name for kind in config.places for name in config.kinds.members(kind)}
    names = (alias.removeprefix("=") for name in wanted for alias in config.entities[name].aliases)
    return any(
        folded in words for each in names if (folded := fold(each)).strip()
    )  # folded words have spaces round them


def _found(matches: Iterable[Match], config: Config) -> Iterator[tuple[Hit, Entity]]:
    for match in matches:
        for hit in match.hits:
            for name in sorted(entities_of(hit, config)):
                yield hit, config.entities[name]


def _line(text: str, entity: Entity) -> str:
    label = latin_name(entity)
    if fold(text) == fold(label) or (_is_latin(text) and fold(label).startswith(fold(text))):
        # "Ain al-Asad = Ain al-Asad air base" would explain nothing
        return f"{text}: {entity.gloss}" if _explains(entity.gloss, text) else ""
    gloss = entity.gloss if _explains(entity.gloss, f"{text} {label}") else ""
    if _is_latin(text) and not gloss:
        return ""
    return f"{text} = {label}{f', {gloss}' if gloss else ''}"


def _explains(gloss: str, said: str) -> bool:
    """Return whether a gloss tells more than is said beside it: a name, or two further words.

    "Iraqi soldiers = Iraqi army, Iraq's regular army" explains nothing; a word known in another form is none further.
    """
    known = [each[:KNOWN_BY] for each in fold(said).split()]
    new = [each for each in _WORD.findall(gloss) if fold(each).strip() not in STOP and not _is_known(each, known)]
    return len(new) > 1 or any(each[:1].isupper() for each in new)


def _is_known(word: str, known: list[str]) -> bool:
    return all(each[:KNOWN_BY] in known for each in fold(word).split() if len(each) > 1)


def latin_name(entity: Entity) -> str:
    """Return an entity's name in Latin letters: its label, else its first alias in Latin letters, else its id."""
    readable = (each.removeprefix("=") for each in entity.aliases if _is_latin(each) and not {"*", "?"} & set(each))
    return entity.label or next(readable, entity.id)


def _is_latin(text: str) -> bool:
    """Return whether all letters are Latin: none from Greek on (U+0370), apart from the Latin letters at U+1E00."""
    return not any(char.isalpha() and char >= "\u0370" for char in text if not "\u1e00" <= char <= "\u1eff")
