"""The operator `event`: how it is read from YAML, and which of its terms call for a rule. `events` finds what it asks.

What is written inside it are conditions, so the readers of `operators` are passed in.
"""

from __future__ import annotations

from collections.abc import Callable

from alerts.event import HAPPENED
from alerts.rule import Condition
from alerts.rules import events
from alerts.rules.event_cues import CUES, STANDING, STANDINGS
from alerts.rules.event_numbers import KINDS, Asked, Comparison
from crawler.config.keys import Key, ListOf, Placed, Raw, Table
from crawler.config.values import IDENT, MISSING, Choice
from crawler.config.yamlfile import Node, Problems

CONDITION = Raw({"$ref": "#/definitions/condition"})
ASSUMED, _ANY = (HAPPENED, "claimed"), "any"  # the standings of an event that says nothing of them
EVENT = Table(
    (
        Key("deed", ListOf(Placed(IDENT), "a list of deeds"), doc="the lists deed-NAME of which one is found"),
        Key("by", CONDITION, None, doc="who does it"),
        Key("on", CONDITION, None, doc="to whom"),
        Key("in", CONDITION, None, doc="where"),
        *(Key(kind, Comparison(), None, doc=f'how many are {kind}: ">= 3", "< 10", 3') for kind in KINDS),
        Key(
            "standing",
            ListOf(Choice((HAPPENED, *STANDINGS, _ANY)), "a list of standings"),
            None,
            doc="what the words make of it; happened and claimed unless said otherwise",
        ),
    ),
    "event",
)


def read_event(
    node: Node, problems: Problems, read_condition: Callable[[Node, Problems], Condition | None]
) -> Condition | None:
    """Read an event: its children are the deeds, those of its roles that are given, and the cues of each standing."""
    values = EVENT.read(node, problems)
    if values is MISSING or any(values[key] is MISSING for key in ("deed", "standing", *KINDS)):
        return None
    roles = tuple(role for role in events.ROLES if values[role] is not None)
    read = [read_condition(values[role], problems) for role in roles]
    if any(each is None for each in read):
        return None
    deeds = [Condition("term", place, term=f"${events.DEED}{name}") for name, place in values["deed"]]
    cues = [Condition("term", node.place, term=f"${STANDING}{name}") for name in CUES]
    told = values["standing"] or ASSUMED
    told = (HAPPENED, *STANDINGS) if _ANY in told else told
    children = (Condition("any", node.place, tuple(deeds)), *(each for each in read if each is not None), *cues)
    asked = tuple(Asked(kind, *values[kind]) for kind in KINDS if values[kind] is not None)
    options = {"roles": roles, "standing": told, **({"numbers": asked} if asked else {})}
    return Condition("event", node.place, children, options=options)


def anchors_of_event(
    condition: Condition, anchors: Callable[[Condition], frozenset[str] | None]
) -> frozenset[str] | None:
    """Return terms of which one is found whenever an event is: those of a party, of several the fewest; else deeds."""
    # deeds are everyday words and names are rare, so a party calls for the rule least often
    deeds, *parties = events.asking(condition)
    known = [each for child in parties if (each := anchors(child)) is not None]
    return min(known, key=len) if known else anchors(deeds)
