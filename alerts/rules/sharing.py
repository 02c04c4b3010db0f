"""Make equal conditions of all rules one object, so that what is found for one is known for the others. Pure.

Each then knows its anchors, so that it is looked at only where one of them was found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from operator import is_

from alerts.rule import Condition, Row, Rule
from alerts.rules.operators import anchors

_Key = tuple[str, str, str, tuple[int, ...]]


def shared(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules with equal conditions as the same objects. Where a condition stands in the file is no matter."""
    made: dict[_Key, Condition] = {}
    rules = tuple(rules)
    # rules that go by the scale have the same one: thousands of conditions, gone through once
    scales = {key: _scale(scale, made) for key, scale in {id(rule.scale): rule.scale for rule in rules}.items()}
    return tuple(_rule(rule, scales[id(rule.scale)], made) for rule in rules)


def _scale(scale: tuple[Row, ...], made: dict[_Key, Condition]) -> tuple[Row, ...]:
    return tuple(replace(row, condition=_one(row.condition, made)) for row in scale)


def _rule(rule: Rule, scale: tuple[Row, ...], made: dict[_Key, Condition]) -> Rule:
    score = rule.score
    if score is not None:
        boosts = tuple(replace(boost, condition=_one(boost.condition, made)) for boost in score.boosts)
        score = replace(score, boosts=boosts)
    return replace(
        rule,
        match=_one(rule.match, made),
        masking=tuple(_one(each, made) for each in rule.masking),
        scale=scale,
        score=score,
    )


def _one(condition: Condition, made: dict[_Key, Condition]) -> Condition:
    children = tuple(_one(child, made) for child in condition.children)
    options = repr(sorted(condition.options.items())) if condition.options else ""
    key = (condition.op, condition.term, options, tuple(map(id, children)))
    found = made.get(key)
    if found is None:
        # kept as it is where no child was replaced; in both cases `made` holds it, so that its id stays its own
        same = all(map(is_, children, condition.children))
        found = condition if same else replace(condition, children=children)
        found = made[key] = replace(found, anchors=anchors(found))
    return found
