"""How grave a match is: one word, steps of a score, or the rows of the scale that all rules share. Pure.

The scale is read from the top. The first row whose condition holds gives the severity, so that an exception is a row
above what it excepts. A row is looked for where the rule was: in the headline, or in the lead if the rule found nothing
in the headline.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from alerts.alert import Hit, Severity
from alerts.rule import Condition, Row, Rule, Score
from alerts.rules.fields import narrowed
from alerts.rules.lexicon import terms_of
from alerts.rules.operators import evaluate
from alerts.rules.reading import Mention, Mentions, Reading
from alerts.rules.tables import BY_SCALE, SEVERITIES
from crawler.config.values import MISSING, Choice, Number
from crawler.config.yamlfile import Mapping as MappingNode
from crawler.config.yamlfile import Node, Place, Problems, Scalar

WORDS_SHOWN = 3  # of those that a row was found by
Steps = tuple[tuple[float, Severity], ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """The severity that the scale gives a match. `row` is None where no row held, or the rule's own limit decided."""

    severity: Severity
    row: Row | None = None
    words: tuple[str, ...] = ()
    like: str = ""  # the example that the headline reads like, where that decides
    is_open: bool = False  # a row above this one wanted to know what it reads like, which nobody had compared

    @property
    def why(self) -> str:
        """The row in words, with what was found: 'a strike on US forces ("hit", "US base"; row 3)'; "" without one."""
        if self.row is None:
            return ""
        found = ", ".join(f'"{each}"' for each in self.words)
        return f"{self.row.why} ({'; '.join(filter(None, (found, self.like, f'row {self.row.number}')))})"


def grade(rule: Rule, reading: Reading, mentions: Mentions) -> Grade:
    """Return the severity that the scale gives a match of a rule, found by these mentions."""
    seen, is_open = narrowed(where(mentions), reading), False
    for row in rule.scale:
        found = evaluate(row.condition, seen)
        if found is None:
            is_open = is_open or (row.compares and seen.sense.likeness is None)
            continue
        severity = min(max(row.severity, rule.least), rule.most)
        like = str(seen.sense.likeness) if row.compares else ""
        return Grade(severity, row, _words(row.condition, seen, found), like, is_open)
    return Grade(rule.least, is_open=is_open)


def _words(condition: Condition, reading: Reading, found: Mentions) -> tuple[str, ...]:
    """Return the words that decide: those of the events asked for (deed, victim, number), then the others in order.

    Of words that overlap, as "US" and "US troops", the longer is said.
    """
    deciding = _deciding(condition, reading)
    decisive = {hit: rank for rank, hit in enumerate(dict.fromkeys(map(reading.hit, deciding)))}
    kept: dict[Hit, int] = {}
    for hit in sorted(reading.hits(found), key=lambda each: each.start - each.end):
        rank = decisive.get(hit, len(decisive))
        longer = next((each for each in kept if _overlap(hit, each)), hit)
        kept[longer] = min(rank, kept.get(longer, rank))
    ordered = sorted(kept, key=lambda each: (kept[each], each.field != "title", each.start))
    return tuple(dict.fromkeys(each.text for each in ordered))[:WORDS_SHOWN]


def _deciding(condition: Condition, reading: Reading) -> Iterator[Mention]:
    """Yield the mentions of the events by which a condition holds, in the order in which it asks for them."""
    found = evaluate(condition, reading)
    if found is None:
        return
    if condition.op == "event":
        yield from found
        return
    for child in condition.children:
        yield from _deciding(child, reading)


def _overlap(one: Hit, other: Hit) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def where(mentions: Mentions) -> str:
    """Return the field in which the rows are looked for: "title", or "lead" if a rule found words below it only."""
    return "lead" if mentions and all(each.field == "body" for each in mentions) else "title"


# -- reading -------------------------------------------------------------------------------------------------------


def read_scale(rows: Iterable[Any], condition: Callable[[Node], Condition | None]) -> tuple[Row, ...]:
    """Return the rows of the scale, numbered as they stand. `condition` reads and checks an `if`, None if faulty."""
    made = []
    for number, row in enumerate(rows, 1):
        read = None if row["if"] is MISSING else condition(row["if"])
        if read is not None and MISSING not in row.values():
            made.append(_row(number, row, read))
    return tuple(made)


def _row(number: int, row: Mapping[str, Any], condition: Condition) -> Row:
    terms = tuple(dict.fromkeys(terms_of(condition)))
    digest = hashlib.sha256(repr(shape(condition)).encode()).hexdigest()
    compares = any(condition.of("reads_like"))
    return Row(number, row[""], condition, Severity.of(row["severity"]), row["why"], terms, digest, compares)


def is_by_scale(node: Node) -> bool:
    """Return whether the severity of a rule is taken from the scale."""
    return isinstance(node, Scalar) and node.text == BY_SCALE


def check_limits(row: Mapping[str, Any], scale: tuple[Row, ...], problems: Problems) -> None:
    """Add a problem if a rule goes by a scale that is not there, or has limits that cannot hold or mean nothing."""
    if row["severity"] is MISSING:
        return
    if is_by_scale(row["severity"]):
        if not scale:
            problems.add(row["severity"].place, f'"{BY_SCALE}" needs the section "scale"; add it, or write one word')
        if row["least"] and row["most"] and Severity.of(row["least"]) > Severity.of(row["most"]):
            problems.add(row[""], f"least {row['least']} is above most {row['most']}; swap them")
    elif row["least"] or row["most"]:
        problems.add(row[""], f'"least" and "most" are limits of "severity: {BY_SCALE}"; take them out, or write that')


def read_steps(node: Node, score: Score | None, problems: Problems) -> Steps:
    """Return the steps of `severity` as (least score, severity), rising; () if it is faulty or goes by the scale.

    In YAML it is one word, which holds at any score, or a mapping of word to least score.
    """
    if not isinstance(node, MappingNode):
        word = Choice((*SEVERITIES, BY_SCALE)).read(node, problems)
        return () if word in {MISSING, BY_SCALE} else ((float("-inf"), Severity.of(word)),)
    read = [
        (Choice(SEVERITIES).read(key, problems), Number(-1e6, 1e6).read(value, problems), key.place)
        for key, value in node.pairs
    ]
    steps = [(float(least), Severity.of(word), place) for word, least, place in read if MISSING not in {word, least}]
    if score is None:
        problems.add(node.place, 'severity in steps needs "score"; add it, or write one word')
    for lower, higher in pairwise(steps):
        if not (lower[0] < higher[0] and lower[1] < higher[1]):
            problems.add(higher[2], f"steps rise: {higher[1].word} must follow a lower severity at a lower score")
    if not steps and not node.pairs:
        problems.add(node.place, f"severity without a step; write one of {', '.join(SEVERITIES)}")
    return tuple((least, severity) for least, severity, _ in steps) if len(steps) == len(read) else ()


# -- what a scale does badly ---------------------------------------------------------------------------------------


def faults(scale: tuple[Row, ...], rules: Iterable[Rule]) -> Iterator[tuple[Place, str]]:
    """Yield the rows that decide nothing, as (place, what is wrong and what to do)."""
    using = [rule for rule in rules if rule.scale]
    for number, row in enumerate(scale):
        if not using:
            yield row.place, f"row {row.number} of the scale decides nothing: no rule says severity: {BY_SCALE}"
        elif above := next((each for each in scale[:number] if covers(each.condition, row.condition)), None):
            yield row.place, f"row {row.number} of the scale is never reached: row {above.number} holds before it"
        elif not any(rule.least <= row.severity <= rule.most for rule in using):
            yield row.place, f"row {row.number} gives {row.severity.word}, which no rule by the scale may have"


def covers(wide: Condition, narrow: Condition) -> bool:
    """Return whether one condition certainly holds wherever another does; False where that cannot be told."""
    if _alike(wide, narrow):
        return True
    # of what is named by a filter, and of what stands alone in a group, the content counts
    if narrow.op in {"filter", "any"} and narrow.children:
        return all(covers(wide, each) for each in narrow.children)
    if wide.op in {"filter", "any"}:
        return any(covers(each, narrow) for each in wide.children)
    if narrow.op == "all":
        return any(covers(wide, each) for each in narrow.children)
    return _covers_single(wide, narrow)


def _alike(one: Condition, other: Condition) -> bool:
    """Return whether two conditions have one `shape`; most differ at their roots, so that no shape is made of them."""
    return one is other or (
        (one.op, one.term, len(one.children)) == (other.op, other.term, len(other.children))
        and one.options == other.options
        and all(map(_alike, one.children, other.children))
    )


def _covers_single(wide: Condition, narrow: Condition) -> bool:
    if wide.op == "all":
        return all(covers(each, narrow) for each in wide.children)
    if wide.op == narrow.op and wide.op in {"title", "lead", "body"}:
        return covers(wide.children[0], narrow.children[0])
    return wide.op == narrow.op == "event" and _covers_event(wide, narrow)


def _covers_event(wide: Condition, narrow: Condition) -> bool:
    """Return whether an event asks for no more than another: for its deeds and standings, and fewer or wider roles."""
    asked, given = _roles(wide), _roles(narrow)
    return (
        {each.term for each in narrow.children[0].children} <= {each.term for each in wide.children[0].children}
        and set(_options(narrow, "standing")) <= set(_options(wide, "standing"))
        and wide.options.get("told") in {None, narrow.options.get("told")}
        and all(role in given and covers(each, given[role]) for role, each in asked.items())
    )


def _roles(event: Condition) -> dict[str, Condition]:
    roles = _options(event, "roles")
    return dict(zip(roles, event.children[1 : 1 + len(roles)], strict=True))


def _options(event: Condition, name: str) -> tuple[str, ...]:
    values = event.options[name]
    assert isinstance(values, tuple)
    return values


def shape(condition: Condition) -> tuple[Any, ...]:
    """Return a condition without its place: a rule that moved to another line is the same rule."""
    return (condition.op, condition.term, sorted(condition.options.items()), [shape(c) for c in condition.children])
