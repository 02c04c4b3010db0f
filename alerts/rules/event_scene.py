"""Tell a state that is only where an attack was: "Kuwait strike", "Jordan base attack", "Iraq and Syria blasts". Pure.

Of a state that is known to strike ("Israel strike") the name alone leaves it open, and so it may be either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alerts.rules.clause_words import AND, MODIFIERS, SITES, UPON
from alerts.rules.event_clause import has_comma
from alerts.rules.event_owner import is_verb, parties_of
from alerts.rules.event_roles import is_adjective, words_between
from alerts.rules.event_told import Event
from alerts.rules.reading import Mention, Reading

# the last word of what an attack is called
_ATTACKS = frozenset({"strike", "airstrike", "attack", "blast", "explosion", "bombing", "raid", "shelling", "ambush"})
_ATTACKS |= {"assault", "barrage"}
_BETWEEN = (MODIFIERS - {"s", "led", "planned"}) | SITES | {"airport", "port", "refinery", "oil", "power", "plant"}
_BETWEEN |= {"hotel", "depot", "border", "deadly"}
_ARABIC = frozenset({"هجوم", "هجمات", "ضربه", "ضربات", "غاره", "غارات", "انفجار", "انفجارات", "تفجير", "تفجيرات"})
_HARM = frozenset({"kill", "wound", "injure", "leave", "hit", "destroy", "damage", "force"})  # behind a plural: verbs
_REACH = 3  # words between the name and the deed


def is_scene(event: Event, party: Mention, reading: Reading) -> bool:
    """Return whether a name beside the noun of an attack says where it was, as that state is not known to strike."""
    return _says_where(event, party, reading) and not reading.scenes.isdisjoint(parties_of(party, reading))


def _says_where(event: Event, party: Mention, reading: Reading) -> bool:
    """Return whether a name stands where that of a place would stand, beside the noun of an attack."""
    deed = event.deed
    if party.field != deed.field:
        return False
    text = reading.folded[deed.field].text
    if party.start >= deed.end:  # Arabic puts it behind the noun
        is_noun = text[deed.start : deed.end].removeprefix("ال") in _ARABIC
        return is_noun and not words_between(deed, party, text) and not (party.attached or _is_nisba(party, text))
    return _is_attack(event, reading) and not is_adjective(party, reading) and _leads_to(party, deed, reading)


def _is_attack(event: Event, reading: Reading) -> bool:
    """Return whether a deed is told by what an attack is called: in "Kuwait strike kills two" that is no verb."""
    alias = event.deed.alias
    if alias.split()[-1].removesuffix("s") not in _ATTACKS:
        return False
    behind = "".join(reading.folded[event.deed.field].text[event.deed.end :].split()[:1])
    has_verb = behind in _HARM if alias.endswith("s") else is_verb(behind)
    return event.voice == "noun" or (event.voice == "active" and has_verb)


def _is_nisba(party: Mention, text: str) -> bool:
    """Return whether a name is an Arabic adjective, which says who did it: "an attack Jordanian"."""
    return text[: party.end].endswith(("ي", "يه"))


def _leads_to(party: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether nothing stands between a name and a deed but words that say what was attacked and with what.

    "Jordan strike on Syria" is Jordan's, and so is "Jordan launches strikes"; of "Iraq and Syria blasts" both are told.
    """
    text = reading.folded[deed.field].text
    words = list(words_between(party, deed, text))
    for other in _others(party, deed, reading):
        if AND.issuperset(words_between(party, other, text)) and not is_adjective(other, reading):
            words = list(words_between(other, deed, text))
    if len(words) > _REACH or not _BETWEEN.issuperset(words) or has_comma(party, deed, reading):
        return False
    return not any(
        each.start > deed.end and set(words_between(deed, each, text)) <= UPON for each in _others(deed, None, reading)
    )


def _others(after: Mention, before: Mention | None, reading: Reading) -> Iterator[Mention]:
    """Yield the mentions of such states between two places of a field, to its end where `before` is None."""
    end = before.start if before else len(reading.folded[after.field].text)
    for name in sorted(reading.scenes):
        for each in reading.mentions.get(f"$party-{name}", ()):
            if each.field == after.field and after.end <= each.start and each.end <= end:
                yield each


def scenes_of(
    named: Sequence[tuple[str, Mention]], told: Sequence[Event], reading: Reading
) -> list[tuple[str, Mention]]:
    """Return the names that say where one of the deeds was done."""
    scenes = [pair for pair in named if pair[0] in reading.scenes]
    return [pair for pair in scenes if any(_says_where(event, pair[1], reading) for event in told)]
