"""The operator table: what may stand in a rule's `match`, how it is read and when it holds.

An operator takes an article as it was read and gives the mentions that made it hold, or None. To add one: a
function that tests it, and one line in OPERATORS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alerts.automaton import SHORTEST_NEEDLE, spelling
from alerts.reading import Mention, Mentions, Reading
from alerts.rule import Condition
from crawler.keys import MISSING, Text, nearest
from crawler.yamlfile import Mapping as MappingNode
from crawler.yamlfile import Node, Problems, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Operator:
    """`test` gives the mentions by which a condition holds, or None; `anchors` terms of which one must be found."""

    test: Callable[[Condition, Reading], Mentions | None]
    anchors: Callable[[Condition], frozenset[str] | None]
    doc: str


def evaluate(condition: Condition, reading: Reading) -> Mentions | None:
    """Give the mentions by which the condition holds (perhaps none, for `none`), or None where it does not."""
    return OPERATORS[condition.op].test(condition, reading)


def anchors(condition: Condition) -> frozenset[str] | None:
    """Give terms of which at least one is found whenever the condition holds; None if there are no such."""
    return OPERATORS[condition.op].anchors(condition)


def _test_term(condition: Condition, reading: Reading) -> Mentions | None:
    return reading.mentions.get(condition.term)


def _test_any(condition: Condition, reading: Reading) -> Mentions | None:
    results = [result for child in condition.children if (result := evaluate(child, reading)) is not None]
    return tuple(mention for result in results for mention in result) if results else None


def _test_all(condition: Condition, reading: Reading) -> Mentions | None:
    mentions: list[Mention] = []
    for child in condition.children:
        result = evaluate(child, reading)
        if result is None:
            return None
        mentions += result
    return tuple(mentions)


def _test_none(condition: Condition, reading: Reading) -> Mentions | None:
    return None if any(evaluate(child, reading) is not None for child in condition.children) else ()


def _anchor_term(condition: Condition) -> frozenset[str] | None:
    return frozenset({condition.term})


def _anchor_any(condition: Condition) -> frozenset[str] | None:
    sets = [anchors(child) for child in condition.children]
    known = [each for each in sets if each is not None]
    return frozenset().union(*known) if len(known) == len(sets) else None


def _anchor_all(condition: Condition) -> frozenset[str] | None:
    known = [each for child in condition.children if (each := anchors(child)) is not None]
    return min(known, key=len) if known else None


def _anchor_none(_: Condition) -> frozenset[str] | None:
    return None


OPERATORS: dict[str, Operator] = {
    "term": Operator(_test_term, _anchor_term, "a phrase, $entity, $kind or $list is found"),
    "any": Operator(_test_any, _anchor_any, "at least one of its conditions holds"),
    "all": Operator(_test_all, _anchor_all, "every one of its conditions holds"),
    "none": Operator(_test_none, _anchor_none, "not one of its conditions holds"),
}
TERM = Text(what="a term")
WRITABLE = tuple(op for op in OPERATORS if op != "term")


def read_condition(node: Node, problems: Problems) -> Condition | None:
    """Read `match` or a part of it: a term, a list (any of it), or operators (all of them hold)."""
    if isinstance(node, Scalar):
        return _read_term(node, problems)
    if isinstance(node, Sequence):
        return _read_group("any", node, problems)
    parts = [_read_operator(key, value, problems) for key, value in node.pairs]
    if not parts:
        problems.add(node.place, f"an empty condition; write one of {', '.join(WRITABLE)}")
    valid = tuple(part for part in parts if part is not None)
    if len(valid) != len(parts) or not valid:
        return None
    return valid[0] if len(valid) == 1 else Condition("all", node.place, valid)


def _read_operator(key: Scalar, value: Node, problems: Problems) -> Condition | None:
    if key.text not in WRITABLE:
        problems.add(
            key.place,
            f'unknown operator "{key.text}"{nearest(key.text, WRITABLE)}; allowed: {", ".join(WRITABLE)}',
        )
        return None
    if not isinstance(value, Sequence):
        problems.add(value.place, f'"{key.text}" takes a list, as in {key.text}: ["militia", "$some-list"]')
        return None
    return _read_group(key.text, value, problems)


def _read_group(op: str, node: Sequence, problems: Problems) -> Condition | None:
    if not node.items:
        problems.add(node.place, f'an empty list under "{op}"; give at least one term or condition')
        return None
    children = tuple(read_condition(item, problems) for item in node.items)
    valid = tuple(child for child in children if child is not None)
    return Condition(op, node.place, valid) if len(valid) == len(children) else None


def _read_term(node: Scalar, problems: Problems) -> Condition | None:
    term = read_term(node, problems)
    return Condition("term", node.place, term=term) if term else None


def read_term(node: Node, problems: Problems) -> str:
    """Read one term as the admin wrote it; what YAML would have made a number or a truth value is refused."""
    term = TERM.read(node, problems)
    if term is MISSING:
        return ""
    if not term.startswith("$") and spelling(term) is None:
        problems.add(node.place, f'"{term}" has too few letters to be searched for; write at least {SHORTEST_NEEDLE}')
        return ""
    return str(term)


def read_whole(node: Node, problems: Problems) -> Condition | None:
    """Read a rule's whole `match`, which must be able to be found by something."""
    condition = read_condition(node, problems)
    if isinstance(node, MappingNode) and condition is not None and anchors(condition) is None:
        problems.add(node.place, '"match" has only "none": it would fire on almost every article; add any or all')
        return None
    return condition
