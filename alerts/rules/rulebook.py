"""Turn checked rows of rules.yaml into entities, lists, filters and rules, and check their names against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Rows
from dataclasses import dataclass, replace
from functools import cache, partial
from operator import is_
from typing import Any

from alerts.alert import Receiver, Severity
from alerts.rule import Boost, Condition, Entity, Kinds, Row, Rule, RuleTests, Score, TermList, When
from alerts.rules.groups import asks
from alerts.rules.nearness import has_examples
from alerts.rules.operators import read_condition
from alerts.rules.scale import check_limits, is_by_scale, read_scale, read_steps
from alerts.rules.unknown_names import check_names
from alerts.rules.versions import behind, version_of
from alerts.rules.within import placed
from alerts.rules.word_rows import WordRows, refuse_circle
from crawler.config.keys import twice
from crawler.config.nearest import meant_among
from crawler.config.values import MISSING
from crawler.config.yamlfile import Mapping as MappingNode
from crawler.config.yamlfile import Node, Place, Problems, Sequence

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Book:
    """The entities, lists, rules and scale of a config."""

    entities: Mapping[str, Entity]
    lists: Mapping[str, TermList]
    rules: tuple[Rule, ...]
    scale: tuple[Row, ...]


def read_book(raw: Values, receivers: Mapping[str, Receiver] | None, problems: Problems) -> Book:
    """Return the entities, lists and rules in the sections of `raw`. Add a problem for each fault.

    `receivers` is None if that section could not be read; then no name of a receiver is checked.
    """
    return _Reader(raw, receivers, problems).book()


class _Reader:
    """Reads the sections in the order in which they refer to each other: lists and entities, filters, rules."""

    def __init__(self, raw: Values, receivers: Mapping[str, Receiver] | None, problems: Problems) -> None:
        self._raw, self._receivers, self._problems = raw, receivers, problems

    def book(self) -> Book:
        words = WordRows(self._problems)
        self._lists = {name: words.list_of(name, row) for name, row in self._given("lists").items()}
        self._entities = {name: words.entity(name, row) for name, row in self._given("entities").items()}
        # rules of one scale ask for the same few hundred names
        self._behind = cache(partial(behind, entities=self._entities, kinds=Kinds(self._entities), lists=self._lists))
        kinds = {kind for each in self._entities.values() for kind in each.is_a}
        self._names = {*self._entities, *self._lists, *kinds}
        for name, entity in self._entities.items():
            if name in self._lists:
                self._add(entity.place, f'"{name}" is a list already; entities and lists share their names')
            refuse_circle(entity, self._entities, self._problems)
        # all are read before any is resolved: a filter may name one that stands below it
        self._resolved_filters: dict[str, Condition] = {}
        self._filters = {name: self._filter(row) for name, row in self._given("filters").items()}
        self._filters = {name: self._resolved(each, (name,)) for name, each in self._filters.items()}
        self._scale = read_scale(self._given("scale", ()), lambda node: self._whole(node, "if"))
        return Book(self._entities, self._lists, tuple(self._rules(self._given("rules", ()))), self._scale)

    def _given(self, section: str, nothing: Any = None) -> Any:
        """Return what was read of a section; `nothing`, or {}, if it is missing or faulty."""
        value = self._raw[section]
        return ({} if nothing is None else nothing) if value is MISSING or value is None else value

    def _add(self, place: Place, message: str) -> None:
        self._problems.add(place, message)

    def _read(self, node: Node) -> Condition | None:
        condition = read_condition(node, self._problems)
        if condition is None:
            self._check_names(node)
        return placed(condition, self._entities, self._problems)

    def _filter(self, row: tuple[Node, Place]) -> Condition | None:
        condition = self._read(row[0])
        if condition is not None:
            self._check_names(condition)
        return condition

    def _resolved(self, condition: Condition | None, inside: tuple[str, ...] = ()) -> Condition | None:
        """Return a tree with the named condition as the child of each `filter`; None if a filter is unknown or faulty.

        `inside` are the names of the filters around this tree: one of them named again would never end.
        """
        if condition is None:
            return None
        if condition.op == "reads_like" and not has_examples(condition, self._lists, self._problems):
            return None
        if condition.op == "filter":
            children: tuple[Condition | None, ...] = (self._whole_filter(condition, inside),)
        else:
            children = tuple(self._resolved(child, inside) for child in condition.children)
        whole = tuple(child for child in children if child is not None)
        if len(whole) < len(children):
            return None
        same = len(whole) == len(condition.children) and all(map(is_, whole, condition.children))
        return condition if same else replace(condition, children=whole)

    def _whole_filter(self, condition: Condition, inside: tuple[str, ...]) -> Condition | None:
        """Return the tree that a `filter` names, resolved."""
        name = str(condition.options["name"])
        if name in inside:
            self._add(condition.place, f'filter "{name}" names itself, by way of {" -> ".join(inside)}; take one out')
            return None
        if name in self._resolved_filters:  # no circle is in it, so it is the same wherever it is named
            return self._resolved_filters[name]
        found = self._resolved(self._named_filter(name, condition.place), (*inside, name))
        if found is not None:
            self._resolved_filters[name] = found
        return found

    def _named_filter(self, name: str, place: Place) -> Condition | None:
        if name in self._filters:
            return self._filters[name]
        near = meant_among(name, self._filters, "filters")
        self._add(place, f'"{name}" is no filter{near}')
        return None

    def _rules(self, rows: Iterable[Values]) -> Iterator[Rule]:
        kept = list(rows)
        twice([row["id"] for row in kept if row["id"] is not MISSING], "rule id", self._problems)
        for row in kept:
            made = self._rule(row)
            if made is not None:
                yield made

    def _rule(self, row: Values) -> Rule | None:
        condition = None if row["match"] is MISSING else self._whole(row["match"])
        notify = self._notify(row)
        filtered = self._filtered(condition, row["filters"])
        score = self._score(row["score"])
        steps = () if row["severity"] is MISSING else read_steps(row["severity"], score, self._problems)
        if self._raw["scale"] is not MISSING:
            check_limits(row, self._given("scale", ()), self._problems)
        masking = self._masking(row["except"])
        # every part was read before this, so that all its faults are known
        if filtered is None or MISSING in row.values() or not (steps or is_by_scale(row["severity"])):
            return None
        least, most = Severity.of(row["least"] or "routine"), Severity.of(row["most"] or "flash")
        tests = row["tests"] or {"match": (), "no_match": ()}
        made = Rule(
            id=row["id"][0],
            place=row[""],
            title=row["title"],
            match=filtered,
            severity=steps[-1][1] if steps else most,  # the only one, or the highest that it may have
            notify=notify,
            version="",
            mode=row["mode"],
            pir=row["pir"],
            contact=row["contact"],
            notes=row["notes"],
            tests=RuleTests(tests["match"], tests["no_match"]),
            score=score,
            steps=steps if isinstance(row["severity"], MappingNode) else (),
            masks=tuple(each.term for each in masking if each.op == "term"),
            masking=tuple(each for each in masking if each.op != "term"),
            lang=row["lang"],
            tags=row["tags"],
            when=_when(row["when"]),
            scale=() if steps else self._scale,
            least=least,
            most=most,
        )
        return replace(made, version=version_of(made, self._behind))

    def _whole(self, node: Node, key: str = "match") -> Condition | None:
        """Return a rule's `match`, or what stands under another key, as a condition. It must not only forbid."""
        condition = self._resolved(self._read(node))
        if condition is None:
            return None
        self._check_names(condition)
        if not asks(condition):
            self._add(node.place, f'"{key}" has only "none": it would fire on almost every article; add any or all')
        return condition

    def _notify(self, row: Values) -> tuple[str, ...]:
        """Return the receivers of a rule: its own, else those of settings.notify. A live rule must have some."""
        notify, settings = row["notify"], self._raw["settings"]
        if notify is not None:
            check_notify("notify", notify, self._receivers, self._problems)
        elif settings is not MISSING:  # else its fault is noted, and notify may stand there
            notify = settings["notify"] if settings else None
            if notify is None and row["mode"] == "live":
                said = f"{_named(row)} notifies nobody; write notify: [...] here, or settings.notify for all rules"
                self._add(row[""], said)
        return tuple(name for name, _ in notify or ())

    def _check_names(self, condition: Condition | Node) -> None:
        check_names(condition, self._names, self._problems)

    def _filtered(self, condition: Condition | None, names: Rows[tuple[str, Place]]) -> Condition | None:
        """Return a rule's tree joined with the filters it names: all must hold. None if one is faulty."""
        filters = [self._named_filter(name, place) for name, place in names]
        if condition is None or any(each is None for each in filters):
            return None
        kept = tuple(each for each in filters if each is not None)
        return Condition("all", condition.place, (condition, *kept)) if kept else condition

    def _masking(self, node: Node | None) -> tuple[Condition, ...]:
        """Return the conditions under `except`; what they find is masked. A term is a condition too."""
        if node is None:
            return ()
        if isinstance(node, Sequence) and not node.items:
            self._add(node.place, 'an empty list under "except"; take it out, or write a term or a filter')
        items = node.items if isinstance(node, Sequence) else (node,)
        read = [self._resolved(self._read(item)) for item in items]
        kept = tuple(each for each in read if each is not None)
        for each in kept:
            self._check_names(each)
            if not asks(each):
                self._add(each.place, '"except" masks what is found; a condition that only forbids finds nothing')
        return kept

    def _score(self, values: Any) -> Score | None:
        if values is None:
            return None
        boosts = []
        for row in values["boosts"]:
            condition = self._resolved(self._read(row["if"]))
            if condition is not None:
                self._check_names(condition)
                boosts.append(Boost(condition, row["add"]))
                if not asks(condition):
                    self._add(condition.place, "a boost that only forbids would always count; say what it asks for")
        lead = values["lead"]
        words = {"lead": lead["weight"], "lead_words": lead["words"]} if lead else {}
        return Score(title=values["title"], body=values["body"], boosts=tuple(boosts), **words)


def check_notify(
    what: str, notify: Rows[tuple[str, Place]], receivers: Mapping[str, Receiver] | None, problems: Problems
) -> None:
    """Add a problem for each name under `notify` that is no receiver or stands twice. `what` names the key."""
    twice(notify, "receiver", problems)
    for name, place in notify:
        if receivers is not None and name not in receivers:
            near = meant_among(name, receivers, "receivers")
            problems.add(place, f'{what} names "{name}", which is no receiver{near}')


def _named(row: Values) -> str:
    return "a rule" if row["id"] is MISSING else f'rule "{row["id"][0]}"'


def _when(row: Values | None) -> When:
    return When(row["origins"], row["reliability"]) if row else When()
