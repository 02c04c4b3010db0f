"""The operator table: what may be written in a rule's `match`, how it is read, tested and explained.

An operator takes an article as it was read and returns the mentions that made it hold, or None. To add one, write a
function that reads it, one that tests it, and a line in OPERATORS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alerts.rule import LEAD_WORDS, Condition
from alerts.rules import events
from alerts.rules import text_operators as texts
from alerts.rules.event_operator import CONDITION, EVENT, anchors_of_event, read_event
from alerts.rules.fields import narrowed
from alerts.rules.groups import AT_LEAST, NEAR, SAME, checked
from alerts.rules.headline import MARKS
from alerts.rules.proximity import near, same
from alerts.rules.reading import Mention, Mentions, Reading
from alerts.rules.terms import read_term
from alerts.rules.within import WITHIN, read_within, test_within
from crawler.config.keys import Table
from crawler.config.values import IDENT, MISSING, nearest
from crawler.config.yamlfile import Node, Problems, Scalar, Sequence

Anchors = frozenset[str] | None
TERMS_SCHEMA = {"type": "array", "items": {"$ref": "#/definitions/condition"}, "minItems": 1}


@dataclass(frozen=True, slots=True)
class Operator:
    """The functions of one operator.

    `read` returns the condition in a YAML node, or adds a problem and returns None. `test` returns the mentions by
    which a condition holds, or None if it does not. `anchors` returns terms of which at least one is found whenever it
    holds, or None if there are no such terms. `schema` is JSON Schema; `doc` is the tooltip in editors.
    """

    read: Callable[[str, Node, Problems], Condition | None]
    test: Callable[[Condition, Reading], Mentions | None]
    anchors: Callable[[Condition], Anchors]
    schema: dict[str, Any]
    doc: str


def evaluate(condition: Condition, reading: Reading) -> Mentions | None:
    """Return the mentions by which the condition holds (perhaps none, for `none`), or None where it does not."""
    if condition.op == "term":
        return reading.mentions.get(condition.term)
    # of a desk's conditions most ask for words that no article of this kind has
    if condition.anchors is not None and condition.anchors.isdisjoint(reading.terms):
        return None
    known = reading.known.get(id(condition))
    if known is None:
        # the condition is kept with its result: its id is its own only while it lives
        known = reading.known[id(condition)] = (condition, OPERATORS[condition.op].test(condition, reading))
    found: Mentions | None = known[1]
    return found


def anchors(condition: Condition) -> Anchors:
    """Return terms of which at least one is found whenever the condition holds, None if there are no such terms."""
    known = condition.anchors
    return OPERATORS[condition.op].anchors(condition) if known is None else known


# -- reading ------------------------------------------------------------------------------------------------------


def read_condition(node: Node, problems: Problems) -> Condition | None:
    """Return `match`, or a part of it, as a condition: a term, a list (any of it), or operators (all of them)."""
    if isinstance(node, Scalar):
        term = read_term(node, problems)
        return Condition("term", node.place, term=term) if term else None
    if isinstance(node, Sequence):
        return _read_group("any", node, problems)
    # all of them, also after a faulty one, so that every fault is found
    parts = [_read_operator(key, value, problems) for key, value in node.pairs]
    if not parts:
        problems.add(node.place, f"an empty condition; write one of {', '.join(WRITABLE)}")
    valid = tuple(part for part in parts if part is not None)
    if len(valid) != len(parts) or not valid:
        return None
    return valid[0] if len(valid) == 1 else Condition("all", node.place, valid)


def _read_operator(key: Scalar, value: Node, problems: Problems) -> Condition | None:
    if key.text not in WRITABLE:
        near_word, allowed = nearest(key.text, WRITABLE), ", ".join(WRITABLE)
        problems.add(key.place, f'unknown operator "{key.text}"{near_word}; allowed: {allowed}')
        return None
    return OPERATORS[key.text].read(key.text, value, problems)


def _read_list(op: str, node: Node, problems: Problems) -> Condition | None:
    if not isinstance(node, Sequence):
        problems.add(node.place, f'"{op}" takes a list, as in {op}: ["militia", "$some-list"]')
        return None
    return _read_group(op, node, problems)


def _read_group(op: str, node: Sequence, problems: Problems, **options: object) -> Condition | None:
    if not node.items:
        problems.add(node.place, f'an empty list under "{op}"; give at least one term or condition')
        return None
    children = tuple(read_condition(item, problems) for item in node.items)
    valid = tuple(child for child in children if child is not None)
    return Condition(op, node.place, valid, options=options) if len(valid) == len(children) else None


def _read_field(op: str, node: Node, problems: Problems) -> Condition | None:
    child = read_condition(node, problems)
    return Condition(op, node.place, (child,)) if child is not None else None


def _read_filter(op: str, node: Node, problems: Problems) -> Condition | None:
    """Read the name of a filter. `rulebook` later adds the filter's condition as its child."""
    name = IDENT.read(node, problems)
    return None if name is MISSING else Condition(op, node.place, options={"name": name})


def _read_table(op: str, table: Table, over: str) -> Callable[[str, Node, Problems], Condition | None]:
    """Return the reader of an operator that is a table of keys; `over` is the key with its terms or conditions."""

    def read(_: str, node: Node, problems: Problems) -> Condition | None:
        values = table.read(node, problems)
        if values is MISSING:
            return None
        group = values[over]
        options = {name: value for name, value in values.items() if name not in {"", over}}
        if not isinstance(group, Sequence):
            problems.add(group.place, f'"{over}" of "{op}" takes a list of terms or conditions')
            return None
        made = _read_group(op, group, problems, **options)
        return checked(made, problems) if made else None

    return read


# -- testing ------------------------------------------------------------------------------------------------------


def _test_term(condition: Condition, reading: Reading) -> Mentions | None:
    return reading.mentions.get(condition.term)


def _results(condition: Condition, reading: Reading) -> list[Mentions | None]:
    mentions = reading.mentions
    # nine of ten are terms, which are looked up here: a call of `evaluate` costs five times as much
    return [
        mentions.get(child.term) if child.op == "term" else evaluate(child, reading) for child in condition.children
    ]


# every child is tested, also after one holds: the alert shows all words that were found
def _test_any(condition: Condition, reading: Reading) -> Mentions | None:
    results = [result for result in _results(condition, reading) if result is not None]
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


def _test_at_least(condition: Condition, reading: Reading) -> Mentions | None:
    k = condition.options["k"]
    assert isinstance(k, int)
    results = [result for result in _results(condition, reading) if result is not None]
    return tuple(mention for result in results for mention in result) if len(results) >= k else None


def groups_of(condition: Condition, reading: Reading) -> list[Mentions]:
    """Return the mentions of each group of a `near` or `same`; () for a group that does not hold."""
    return [result or () for result in _results(condition, reading)]


def _test_near(condition: Condition, reading: Reading) -> Mentions | None:
    groups = groups_of(condition, reading)
    if not all(groups):
        return None
    within = condition.options["within"]
    assert isinstance(within, int)
    return near(reading, groups, within, ordered=bool(condition.options["ordered"]))


def _test_same(condition: Condition, reading: Reading) -> Mentions | None:
    groups = groups_of(condition, reading)
    return same(reading, groups, str(condition.options["unit"])) if all(groups) else None


def _test_field(condition: Condition, reading: Reading) -> Mentions | None:
    return evaluate(condition.children[0], narrowed(condition.op, reading))


def _test_filter(condition: Condition, reading: Reading) -> Mentions | None:
    return evaluate(condition.children[0], reading)


# -- what must be found -----------------------------------------------------------------------------------------


def _anchor_term(condition: Condition) -> Anchors:
    return frozenset({condition.term})


def _anchor_any(condition: Condition) -> Anchors:
    # one child without anchors can hold alone, so the whole has none
    sets = [anchors(child) for child in condition.children]
    known = [each for each in sets if each is not None]
    return frozenset().union(*known) if len(known) == len(sets) else None


def _anchor_all(condition: Condition) -> Anchors:
    # every child must hold, so the anchors of one are enough: the fewest, which call for the rule least often
    known = [each for child in condition.children if (each := anchors(child)) is not None]
    return min(known, key=len) if known else None


def _anchor_none(_: Condition) -> Anchors:
    return None


def _list_schema(doc: str) -> dict[str, Any]:
    return {**TERMS_SCHEMA, "description": doc}


VALUES_SCHEMA = {"type": ["string", "array"], "items": {"type": "string"}}


def _of_conditions() -> dict[str, Operator]:
    """Return the operators that hold further conditions, and the term."""
    lists = {
        "any": (_test_any, _anchor_any, "at least one of its conditions holds"),
        "all": (_test_all, _anchor_all, "every one of its conditions holds"),
        "none": (_test_none, _anchor_none, "not one of its conditions holds"),
    }
    near_doc = "its terms or lists stand within so many words of each other, in one field"
    same_doc = "its terms or lists stand in one sentence or one paragraph"
    tables = {
        "at_least": (AT_LEAST, "of", _test_at_least, _anchor_any, "at least k of its conditions hold"),
        "near": (NEAR, "terms", _test_near, _anchor_all, near_doc),
        "same": (SAME, "terms", _test_same, _anchor_all, same_doc),
    }
    fields = {
        "title": "its condition holds by words of the headline",
        "lead": f"its condition holds by words among the first {LEAD_WORDS} of the text",
        "body": "its condition holds by words of the text",
    }
    term = Operator(
        lambda _, node, problems: read_condition(node, problems),
        _test_term,
        _anchor_term,
        {"type": "string"},
        "a phrase, a word~ with all its forms, =EXACT case, wildcards * and ?, or $entity, $kind, $list",
    )
    return {
        "term": term,
        **{
            name: Operator(_read_list, test, anchor, _list_schema(doc), doc)
            for name, (test, anchor, doc) in lists.items()
        },
        **{
            name: Operator(_read_table(name, table, over), test, anchor, table.schema(), doc)
            for name, (table, over, test, anchor, doc) in tables.items()
        },
        **{
            name: Operator(_read_field, _test_field, _anchor_any, CONDITION.schema(), doc)
            for name, doc in fields.items()
        },
    }


def _of_values() -> dict[str, Operator]:
    """Return the operators that compare what is known of an article with patterns."""
    values = {
        "url": "the link is like one of these (* and ? are wildcards)",
        "source": "the source's id or outlet is like one of these",
        "author": "the author is like one of these",
        "lang": "the language is one of these",
        "headline_part": "a part of the headline set off by a colon, bar, dash or dots is like one of these",
    }
    tests = {"source": texts.test_source, "headline_part": texts.test_headline_part}
    return {
        name: Operator(texts.read_values, tests.get(name, texts.test_value), _anchor_none, dict(VALUES_SCHEMA), doc)
        for name, doc in values.items()
    }


def _of_their_own() -> dict[str, Operator]:
    """Return the operators that have a form of their own, most of them in a file of their own."""
    regex_doc = "the pattern is found in folded text (Rust regex syntax, linear time)"
    like_doc = "the article shares that part of the weight of an example's words"
    mark = {"enum": list(MARKS)}
    mark_schema = {"anyOf": [mark, {"type": "array", "items": mark, "minItems": 1}]}
    mark_doc = "the headline asks a question, or all of it is a quotation, but for who said it"
    return {
        "event": Operator(
            lambda _, node, problems: read_event(node, problems, read_condition),
            lambda condition, reading: events.find(condition, reading, evaluate),
            lambda condition: anchors_of_event(condition, anchors),
            EVENT.schema(),
            "a deed is told, by whom, on whom, where",
        ),
        "within": Operator(
            read_within, test_within, _anchor_any, WITHIN.schema(), "a place is named that lies so near to another"
        ),
        "filter": Operator(_read_filter, _test_filter, _anchor_any, IDENT.schema(), "the condition of that name holds"),
        "regex": Operator(texts.read_regex, texts.test_regex, _anchor_none, {"type": "string"}, regex_doc),
        "like": Operator(texts.read_like, texts.test_like, _anchor_none, texts.LIKE.schema(), like_doc),
        "reads_like": Operator(
            texts.read_kind,
            texts.test_reads_like,
            _anchor_none,
            IDENT.schema(),
            "the headline reads like such examples",
        ),
        "headline_mark": Operator(texts.read_marks, texts.test_headline_mark, _anchor_none, mark_schema, mark_doc),
    }


OPERATORS: dict[str, Operator] = {**_of_conditions(), **_of_values(), **_of_their_own()}
WRITABLE = tuple(op for op in OPERATORS if op != "term")
