"""Rules x article -> matches: one pass over title and body finds all terms, only rules they anchor are tested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from alerts.alert import Match
from alerts.automaton import Automaton, Spelling, spelling
from alerts.operators import anchors, evaluate
from alerts.reading import Reading, read

if TYPE_CHECKING:
    from alerts.rule import Condition, Config, Entity, Rule
    from crawler.article import Article


class Matcher:
    """All live and shadow rules of a config, compiled. Immutable: a reload makes a new one."""

    def __init__(self, config: Config) -> None:
        self.rules = tuple(rule for rule in config.rules if rule.mode != "off")
        by_spelling: dict[Spelling, list[str]] = {}
        for term in sorted({term for rule in self.rules for term in terms_of(rule.match)}):
            for each in _spellings(config, term):
                by_spelling.setdefault(each, []).append(term)
        self._automaton = Automaton(by_spelling)
        self._terms = [tuple(terms) for terms in by_spelling.values()]
        self._anchored: dict[str, list[int]] = {}
        self._unanchored: list[int] = []
        for number, rule in enumerate(self.rules):
            self._anchor(number, rule)

    def _anchor(self, number: int, rule: Rule) -> None:
        by = anchors(rule.match)
        if by is None:
            self._unanchored.append(number)
        for term in by or ():
            self._anchored.setdefault(term, []).append(number)

    def match(self, article: Article) -> tuple[Match, ...]:
        """Give every rule that holds for the article, in the order of the file."""
        reading = read(article, self._automaton, self._terms)
        numbers = set(self._unanchored)
        for term in reading.mentions:
            numbers.update(self._anchored.get(term, ()))
        return tuple(match for number in sorted(numbers) if (match := _judge(self.rules[number], reading)))


def _judge(rule: Rule, reading: Reading) -> Match | None:
    mentions = evaluate(rule.match, reading)
    return None if mentions is None else Match(rule.id, rule.severity, None, reading.hits(mentions))


def terms_of(condition: Condition) -> Iterator[str]:
    """Walk the tree and yield every term of it, as written."""
    if condition.op == "term":
        yield condition.term
    for child in condition.children:
        yield from terms_of(child)


def expand(config: Config, term: str) -> tuple[str, ...]:
    """Give the spellings a term stands for: itself, or those of the entities or the list it names."""
    if not term.startswith("$"):
        return (term,)
    name = term[1:]
    if name in config.lists:
        return tuple(alias for each in config.lists[name].terms for alias in expand(config, each))
    entities = config.entities
    return tuple(alias for entity in members(entities, name) for alias in entities[entity].aliases)


def members(entities: Mapping[str, Entity], name: str) -> tuple[str, ...]:
    """Give the ids of the entity `name` and of all entities that are one, however far down."""
    found: dict[str, None] = {}
    below = [name]
    while below:
        kind = below.pop()
        below += [each.id for each in entities.values() if kind in each.is_a and each.id not in found]
        if kind in entities:
            found[kind] = None
    return tuple(found)


def _spellings(config: Config, term: str) -> Iterable[Spelling]:
    unique = dict.fromkeys(expand(config, term))
    return (made for alias in unique if (made := spelling(alias)) is not None)
