"""The operator table: what may be written in a rule's `match`, how it is read, tested and explained.

An operator takes an article as it was read and returns the mentions that made it hold, or None. To add one, write a
function that reads it, one that tests it, and a line in OPERATORS.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

import flpc

from alerts.rule import LEAD_WORDS, Condition
from alerts.rules import events
from alerts.rules.automaton import SHORTEST_NEEDLE, spelling
from alerts.rules.forms import FormError
from alerts.rules.forms.paradigm import inflect, is_paradigm
from alerts.rules.headline import is_like, parts
from alerts.rules.likeness import profile, similarity
from alerts.rules.proximity import UNITS, near, same
from alerts.rules.reading import FIELDS, Mention, Mentions, Reading
from crawler.config.keys import IDENT, MISSING, Choice, Flag, Key, ListOf, Number, Placed, Raw, Table, Text, nearest
from crawler.config.yamlfile import Node, Problems, Scalar, Sequence
from crawler.text.folding import fold

Anchors = frozenset[str] | None
TERM = Text(what="a term")
TERMS_SCHEMA = {"type": "array", "items": {"$ref": "#/definitions/condition"}, "minItems": 1}
CONDITION = Raw({"$ref": "#/definitions/condition"})
LONGEST_PATTERN = 500  # characters of a regex
MOST_GROUPS = 6  # of a near or same: the choices of one mention from each multiply


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
    return OPERATORS[condition.op].test(condition, reading)


def anchors(condition: Condition) -> Anchors:
    """Return terms of which at least one is found whenever the condition holds, None if there are no such terms."""
    return OPERATORS[condition.op].anchors(condition)


def is_possible(condition: Condition, terms: Set[str]) -> bool:
    """Return whether a condition could hold if only these terms occur: false only where it certainly cannot.

    It is cheap, and spares locating and judging the terms of a rule that cannot match (decision 15).
    """
    op = condition.op
    if op == "term":
        return condition.term in terms
    if op in {"all", "near", "same"}:
        return all(is_possible(child, terms) for child in condition.children)
    if op == "event":
        return all(is_possible(child, terms) for child in asking(condition))
    if op in {"any", "at_least", "title", "lead", "body", "filter"}:
        return any(is_possible(child, terms) for child in condition.children)
    # `none` may hold because terms are absent, or because a mask hides them; the rest does not depend on terms
    return True


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


def read_term(node: Node, problems: Problems) -> str:
    """Return one term as it is written; "" for a faulty one, such as a number without quotes, with a problem added."""
    term = TERM.read(node, problems)
    if term is MISSING:
        return ""
    if is_paradigm(term):
        return _read_paradigm(term, node, problems)
    if not term.startswith("$") and spelling(term) is None:
        problems.add(node.place, f'"{term}" has too few letters to be searched for; write at least {SHORTEST_NEEDLE}')
        return ""
    return str(term)


def _read_paradigm(term: str, node: Node, problems: Problems) -> str:
    try:
        inflect(term)
    except FormError as error:
        problems.add(node.place, f'"{term}": {error}')
        return ""
    return term


def asks(condition: Condition) -> bool:
    """Return whether a condition asks for something. One that only forbids holds for almost every article."""
    # an `all` asks if one part does; of an `any` each part must, since each can make it hold alone
    if condition.op == "none":
        return False
    if condition.op == "all":
        return any(asks(child) for child in condition.children)
    return all(asks(child) for child in condition.children)


def asking(condition: Condition) -> tuple[Condition, ...]:
    """Return the children that a condition asks for: of an event without the cues that only say how it stands."""
    return condition.children[: 1 + len(events.roles(condition))] if condition.op == "event" else condition.children


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
        return _checked(made, problems) if made else None

    return read


def _checked(condition: Condition, problems: Problems) -> Condition | None:
    size = len(condition.children)
    k = condition.options.get("k")
    if isinstance(k, int) and k > size:
        problems.add(condition.place, f"k is {k}, and there are {size} conditions; it could never hold")
        return None
    if condition.op in {"near", "same"} and not 2 <= size <= MOST_GROUPS:
        problems.add(condition.place, f'"{condition.op}" takes 2 to {MOST_GROUPS} terms or lists, found {size}')
        return None
    return condition


def _read_values(op: str, node: Node, problems: Problems) -> Condition | None:
    """Read patterns for a property of the article: one text or a list, with * and ? as wildcards."""
    items = node.items if isinstance(node, Sequence) else (node,)
    reader = Text(what=f"a text for {op}")
    values = tuple(value for item in items if (value := reader.read(item, problems)) is not MISSING)
    if not items:
        problems.add(node.place, f'an empty list under "{op}"')
    return Condition(op, node.place, options={"values": values}) if values and len(values) == len(items) else None


def _read_regex(op: str, node: Node, problems: Problems) -> Condition | None:
    text = Text(what="a regular expression").read(node, problems)
    if text is MISSING:
        return None
    fault = _regex_fault(text)
    if fault:
        problems.add(node.place, f'"{text[:60]}" is no regular expression we can run in linear time: {fault}')
        return None
    return Condition(op, node.place, options={"pattern": text})


def _regex_fault(text: str) -> str:
    """Return why a pattern cannot be used, "" if it can."""
    if len(text) > LONGEST_PATTERN:
        return f"longer than {LONGEST_PATTERN} characters"
    try:
        empty = flpc.search(_pattern(text), "")
    except (ValueError, OverflowError) as error:
        return " ".join(str(error).split()).removeprefix("Regex error: ")[:160]
    return "it matches the empty text, so every article" if empty else ""


# -- testing ------------------------------------------------------------------------------------------------------


def _test_term(condition: Condition, reading: Reading) -> Mentions | None:
    return reading.mentions.get(condition.term)


def _results(condition: Condition, reading: Reading) -> list[Mentions | None]:
    return [evaluate(child, reading) for child in condition.children]


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


def narrowed(field: str, reading: Reading) -> Reading:
    """Return the reading of one field only: title, body, or lead (the body's first words)."""
    if field == "lead":
        return reading.only(
            lambda each: each.field == "body" and reading.word(each) < LEAD_WORDS, ("body",), LEAD_WORDS
        )
    return reading.only(lambda each: each.field == field, (field,))


# these match by a property and not by words, so they hold with no mention: () and not None
def _test_value(condition: Condition, reading: Reading) -> Mentions | None:
    value = (getattr(reading.article, condition.op) or "").casefold()
    patterns = condition.options["values"]
    assert isinstance(patterns, tuple)
    return () if any(fnmatch.fnmatchcase(value, str(each).casefold()) for each in patterns) else None


def _test_source(condition: Condition, reading: Reading) -> Mentions | None:
    """Return () if the id or the outlet's name of the article's source is like one of the patterns, else None."""
    names = {reading.article.source.casefold(), reading.article.outlet.casefold()}
    patterns = condition.options["values"]
    assert isinstance(patterns, tuple)
    return () if any(fnmatch.filter(names, str(each).casefold()) for each in patterns) else None


def _test_headline_part(condition: Condition, reading: Reading) -> Mentions | None:
    patterns = condition.options["values"]
    assert isinstance(patterns, tuple)
    found = parts(reading.article.title)
    return () if any(is_like(part, str(each)) for part in found for each in patterns) else None


def _test_regex(condition: Condition, reading: Reading) -> Mentions | None:
    """Return where the pattern matches folded text, in which case and marks do not count; None if nowhere."""
    written = str(condition.options["pattern"])
    found: list[Mention] = []
    for field in FIELDS:
        text = reading.visible(field)
        for match in flpc.finditer(_pattern(written), text):
            first, last = match.start(0), match.end(0)
            assert first is not None
            assert last is not None
            # folded text has a space on each side of every word, which a pattern may take in
            start, end = _trimmed(text, first, last)
            if start < end:
                found.append(Mention(f"/{written}/", text[start:end], field, start, end))
    return tuple(found) or None


@cache
def _pattern(text: str) -> Any:
    """Return a pattern compiled for folded text: its letters outside ASCII are folded as the text is."""
    # Rust's engine: linear time, and \b and \w that know Arabic (decision 13)
    return flpc.compile("(?i)" + "".join(char if char.isascii() else fold(char).strip() or char for char in text))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end


def _test_like(condition: Condition, reading: Reading) -> Mentions | None:
    likeness, words = most_like(condition, reading)
    asked = condition.options["min_similarity"]
    assert isinstance(asked, float)
    if likeness < asked:
        return None
    return tuple(
        Mention(f"like ({likeness:.2f})", word, field, match.start(), match.end())
        for field in FIELDS
        for word in words
        # the first place of each word is enough: it is shown, not counted
        for match in [re.search(rf"(?<= ){re.escape(word)}(?= )", reading.folded[field].text)]
        if match
    )


def most_like(condition: Condition, reading: Reading) -> tuple[float, tuple[str, ...]]:
    """Return the similarity to the most similar example, and the words shared with it."""
    examples = condition.options["examples"]
    assert isinstance(examples, tuple)
    article = profile(f"{reading.article.title}\n{reading.article.body}")
    return max((similarity(profile(each), article) for each in examples), key=lambda found: found[0])


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


AT_LEAST = Table((Key("k", Number(1, 100, whole=True)), Key("of", CONDITION)), "at_least")
NEAR = Table(
    (Key("terms", CONDITION), Key("within", Number(1, 1000, whole=True)), Key("ordered", Flag(), default=False)), "near"
)
SAME = Table((Key("terms", CONDITION), Key("unit", Choice(tuple(UNITS)))), "same")
LIKE = Table(
    (Key("examples", ListOf(Text(what="an example"), "a list of texts")), Key("min_similarity", Number(0.05, 1), 0.5)),
    "like",
)
VALUES_SCHEMA = {"type": ["string", "array"], "items": {"type": "string"}}


_TOLD, _ANY = (events.HAPPENED, "claimed"), "any"
EVENT = Table(
    (
        Key("deed", ListOf(Placed(IDENT), "a list of deeds"), doc="the lists deed-NAME of which one is found"),
        Key("by", CONDITION, None, doc="who does it"),
        Key("on", CONDITION, None, doc="to whom"),
        Key("in", CONDITION, None, doc="where"),
        Key(
            "standing",
            ListOf(Choice((events.HAPPENED, *events.STANDINGS, _ANY)), "a list of standings"),
            None,
            doc="what the words make of it; happened and claimed unless said otherwise",
        ),
    ),
    "event",
)


def _read_event(op: str, node: Node, problems: Problems) -> Condition | None:
    """Read an event: its children are the deeds, those of its roles that are given, and the cues of each standing."""
    values = EVENT.read(node, problems)
    if values is MISSING or values["deed"] is MISSING or values["standing"] is MISSING:
        return None
    roles = tuple(role for role in events.ROLES if values[role] is not None)
    read = [read_condition(values[role], problems) for role in roles]
    if any(each is None for each in read):
        return None
    deeds = [Condition("term", place, term=f"${events.DEED}{name}") for name, place in values["deed"]]
    cues = [Condition("term", node.place, term=f"${events.STANDING}{name}") for name in events.STANDINGS]
    told = values["standing"] or _TOLD
    told = (events.HAPPENED, *events.STANDINGS) if _ANY in told else told
    children = (Condition("any", node.place, tuple(deeds)), *(each for each in read if each is not None), *cues)
    return Condition(op, node.place, children, options={"roles": roles, "standing": told})


def _test_event(condition: Condition, reading: Reading) -> Mentions | None:
    return events.find(condition, reading, evaluate)


def _anchor_event(condition: Condition) -> Anchors:
    # deeds are everyday words and names are rare: the role with the fewest terms calls for the rule least often
    known = [each for child in asking(condition) if (each := anchors(child)) is not None]
    return min(known, key=len) if known else None


def _read_like(op: str, node: Node, problems: Problems) -> Condition | None:
    values = LIKE.read(node, problems)
    if values is MISSING:
        return None
    options = {name: value for name, value in values.items() if name}
    return Condition(op, node.place, options={**options, "min_similarity": float(options["min_similarity"])})


def _operators() -> dict[str, Operator]:
    lists = {
        "any": (_test_any, _anchor_any, "at least one of its conditions holds"),
        "all": (_test_all, _anchor_all, "every one of its conditions holds"),
        "none": (_test_none, _anchor_none, "not one of its conditions holds"),
    }
    fields = {
        "title": "its condition holds by words of the headline",
        "lead": f"its condition holds by words among the first {LEAD_WORDS} of the text",
        "body": "its condition holds by words of the text",
    }
    values = {
        "url": "the link is like one of these (* and ? are wildcards)",
        "source": "the source's id or outlet is like one of these",
        "author": "the author is like one of these",
        "lang": "the language is one of these",
        "headline_part": "a part of the headline set off by a colon, bar, dash or dots is like one of these",
    }
    tests = {"source": _test_source, "headline_part": _test_headline_part}
    term = Operator(
        lambda _, node, problems: read_condition(node, problems),
        _test_term,
        _anchor_term,
        {"type": "string"},
        "a phrase, a word~ with all its forms, =EXACT case, wildcards * and ?, or $entity, $kind, $list",
    )
    at_least = "at least k of its conditions hold"
    near_doc = "its terms or lists stand within so many words of each other, in one field"
    same_doc = "its terms or lists stand in one sentence or one paragraph"
    regex_doc = "the pattern is found in folded text (Rust regex syntax, linear time)"
    like_doc = "the article shares that part of the weight of an example's words"
    return {
        "term": term,
        **{
            name: Operator(_read_list, test, anchor, _list_schema(doc), doc)
            for name, (test, anchor, doc) in lists.items()
        },
        "at_least": Operator(
            _read_table("at_least", AT_LEAST, "of"), _test_at_least, _anchor_any, AT_LEAST.schema(), at_least
        ),
        "near": Operator(_read_table("near", NEAR, "terms"), _test_near, _anchor_all, NEAR.schema(), near_doc),
        "same": Operator(_read_table("same", SAME, "terms"), _test_same, _anchor_all, SAME.schema(), same_doc),
        **{
            name: Operator(_read_field, _test_field, _anchor_any, CONDITION.schema(), doc)
            for name, doc in fields.items()
        },
        **{
            name: Operator(_read_values, tests.get(name, _test_value), _anchor_none, dict(VALUES_SCHEMA), doc)
            for name, doc in values.items()
        },
        "event": Operator(
            _read_event, _test_event, _anchor_event, EVENT.schema(), "a deed is told, by whom, on whom, where"
        ),
        "filter": Operator(_read_filter, _test_filter, _anchor_any, IDENT.schema(), "the condition of that name holds"),
        "regex": Operator(_read_regex, _test_regex, _anchor_none, {"type": "string"}, regex_doc),
        "like": Operator(_read_like, _test_like, _anchor_none, LIKE.schema(), like_doc),
    }


OPERATORS: dict[str, Operator] = _operators()
WRITABLE = tuple(op for op in OPERATORS if op != "term")
