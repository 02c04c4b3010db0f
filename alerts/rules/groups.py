"""A group of conditions goes in; whether it can ever hold, and whether it asks for something, comes out. Pure."""

from __future__ import annotations

from alerts.rule import Condition
from alerts.rules.event_operator import CONDITION
from alerts.rules.proximity import UNITS
from crawler.config.keys import Key, Table
from crawler.config.values import Choice, Flag, Number
from crawler.config.yamlfile import Problems

MOST_GROUPS = 6  # of a near or same: the choices of one mention from each multiply
AT_LEAST = Table((Key("k", Number(1, 100, whole=True)), Key("of", CONDITION)), "at_least")
NEAR = Table(
    (Key("terms", CONDITION), Key("within", Number(1, 1000, whole=True)), Key("ordered", Flag(), default=False)), "near"
)
SAME = Table((Key("terms", CONDITION), Key("unit", Choice(tuple(UNITS)))), "same")


def checked(condition: Condition, problems: Problems) -> Condition | None:
    """Return the condition; None, with a problem added, where its number of children lets it never hold."""
    size = len(condition.children)
    k = condition.options.get("k")
    if isinstance(k, int) and k > size:
        problems.add(condition.place, f"k is {k}, and there are {size} conditions; it could never hold")
        return None
    if condition.op in {"near", "same"} and not 2 <= size <= MOST_GROUPS:
        problems.add(condition.place, f'"{condition.op}" takes 2 to {MOST_GROUPS} terms or lists, found {size}')
        return None
    return condition


def asks(condition: Condition) -> bool:
    """Return whether a condition asks for something. One that only forbids holds for almost every article."""
    # an `all` asks if one part does; of an `any` each part must, since each can make it hold alone
    if condition.op == "none":
        return False
    if condition.op == "all":
        return any(asks(child) for child in condition.children)
    return all(asks(child) for child in condition.children)
