"""A rule and the words behind its names go in; the version by which messages name it comes out. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.rule import Condition, Entity, Kinds, Row, Rule, TermList, When
from alerts.rules.scale import shape


@dataclass(frozen=True, slots=True)
class Written:
    """A value as its repr: rules ask for the same few thousand words, which are written once."""

    text: str

    def __repr__(self) -> str:
        return self.text

    @classmethod
    def all_of(cls, words: Iterable[Written]) -> Written:
        """Return a list of such values as its repr."""
        return cls(f"[{', '.join([each.text for each in words])}]")


def behind(name: str, entities: Mapping[str, Entity], kinds: Kinds, lists: Mapping[str, TermList]) -> list[Written]:
    """Return all words behind $name: the terms of the list, and of each entity that it names what it is found by."""
    words: list[object] = [(name, sorted(lists[name].terms) if name in lists else ())]
    for each in kinds.members(name):
        entity = entities[each]
        judged = sorted(entity.not_like), sorted(entity.requires.items())
        words.append((each, sorted(entity.aliases), entity.fuzzy, judged))
    return [Written(repr(each)) for each in words]


class Versions:
    """Makes the versions of the rules of a config. What several rules share, as filters, is written once."""

    def __init__(self, words_behind: Callable[[str], list[Written]]) -> None:
        self._words_behind = words_behind
        # by id, as a condition has no hash; it is kept beside, so that no other gets its id meanwhile
        self._written: dict[int, tuple[Condition, Written, frozenset[str]]] = {}
        self._in_scale: dict[int, tuple[Sequence[Row], frozenset[str]]] = {}

    def of(self, rule: Rule) -> str:
        """Return a hash of all that decides whether and how a rule fires: tree, score, severity, words behind names."""
        boosts = rule.score.boosts if rule.score else ()
        conditions = (rule.match, *rule.masking, *(boost.condition for boost in boosts))
        names = _names(rule.masks).union(self._of_scale(rule.scale), *(self._of(each)[2] for each in conditions))
        words = [each for name in sorted(names) for each in self._words_behind(name)]
        scored = rule.score and (rule.score.title, rule.score.lead, rule.score.lead_words, rule.score.body)
        boosted = [(self._of(boost.condition)[1], boost.add) for boost in boosts]
        decides = (rule.id, self._of(rule.match)[1], int(rule.severity), rule.steps, rule.mode, sorted(rule.lang))
        # a rule without `when` keeps the hash it had before the key existed
        asked: tuple[object, ...] = () if rule.when == When() else (rule.when,)
        if rule.scale:
            asked += (rule.least, rule.most, [(int(row.severity), row.shape) for row in rule.scale])
        masking = [self._of(each)[1] for each in rule.masking]
        # everything that decides takes part, and nothing else: a new title or receiver is no new version
        text = repr((decides, sorted(rule.masks), masking, scored, boosted, Written.all_of(words), *asked))
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def _of(self, condition: Condition) -> tuple[Condition, Written, frozenset[str]]:
        """Return a condition with its `shape` as it is written, and the names in it."""
        found = self._written.get(id(condition))
        if found is None:
            children = [self._of(each) for each in condition.children]
            names = _names([condition.term] if condition.op == "term" else []).union(*(each[2] for each in children))
            text = repr(shape(condition, [each[1] for each in children]))
            found = self._written[id(condition)] = condition, Written(text), names
        return found

    def _of_scale(self, rows: Sequence[Row]) -> frozenset[str]:
        """Return the names in the rows of a scale, which most rules share."""
        found = self._in_scale.get(id(rows))
        if found is None:
            found = self._in_scale[id(rows)] = rows, _names(term for row in rows for term in row.terms)
        return found[1]


def _names(terms: Iterable[str]) -> frozenset[str]:
    """Return the names among terms, without their $."""
    return frozenset(term[1:] for term in terms if term.startswith("$"))
