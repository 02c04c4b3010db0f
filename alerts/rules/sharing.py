"""Make equal conditions of all rules one object, so that what is found for one is known for the others. Pure.

Each then knows its anchors, so that it is looked at only where one of them was found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from alerts.rule import Condition, Row, Rule
from alerts.rules.operators import anchors


def shared(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules with equal conditions as the same objects. Where a condition stands in the file is no matter."""
    made = _Shared()
    rules = tuple(rules)
    # rules that go by the scale have the same one: thousands of conditions, gone through once
    scales = {key: _scale(scale, made) for key, scale in {id(rule.scale): rule.scale for rule in rules}.items()}
    return tuple(_rule(rule, scales[id(rule.scale)], made) for rule in rules)


class _Shared:
    """Equal conditions as one object, which is held here, so that its id stays its own."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, str, tuple[int, ...]], Condition] = {}
        self._of: dict[int, Condition] = {}  # by the id of a condition of the config: filters are one object already

    def one(self, condition: Condition) -> Condition:
        known = self._of.get(id(condition))
        if known is None:
            known = self._of[id(condition)] = self._one(condition)
        return known

    def _one(self, condition: Condition) -> Condition:
        children = tuple(map(self.one, condition.children))
        options = repr(sorted(condition.options.items())) if condition.options else ""
        key = (condition.op, condition.term, options, tuple(map(id, children)))
        found = self._made.get(key)
        if found is None:
            found = replace(condition, children=children)
            found = self._made[key] = replace(found, anchors=anchors(found))
        return found


def _scale(scale: tuple[Row, ...], made: _Shared) -> tuple[Row, ...]:
    return tuple(replace(row, condition=made.one(row.condition)) for row in scale)


def _rule(rule: Rule, scale: tuple[Row, ...], made: _Shared) -> Rule:
    score = rule.score
    if score is not None:
        boosts = tuple(replace(boost, condition=made.one(boost.condition)) for boost in score.boosts)
        score = replace(score, boosts=boosts)
    return replace(
        rule,
        match=made.one(rule.match),
        masking=tuple(map(made.one, rule.masking)),
        scale=scale,
        score=score,
    )
