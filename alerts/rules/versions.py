"""A rule and the words behind its names go in; the version by which messages name it comes out. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from alerts.rule import Entity, Kinds, Rule, TermList, When
from alerts.rules.lexicon import terms_of
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


def version_of(rule: Rule, words_behind: Callable[[str], list[Written]]) -> str:
    """Return a hash of all that decides whether and how a rule fires: tree, score, severity, the words behind names."""
    boosts = rule.score.boosts if rule.score else ()
    conditions = (rule.match, *rule.masking, *(boost.condition for boost in boosts))
    used = [*rule.masks, *(term for condition in conditions for term in terms_of(condition))]
    used += [term for row in rule.scale for term in row.terms]
    words = [
        each for name in sorted({term[1:] for term in used if term.startswith("$")}) for each in words_behind(name)
    ]
    scored = rule.score and (rule.score.title, rule.score.lead, rule.score.lead_words, rule.score.body)
    boosted = [(shape(boost.condition), boost.add) for boost in boosts]
    decides = (rule.id, shape(rule.match), int(rule.severity), rule.steps, rule.mode, sorted(rule.lang))
    # a rule without `when` keeps the hash it had before the key existed
    asked: tuple[object, ...] = () if rule.when == When() else (rule.when,)
    if rule.scale:
        asked += (rule.least, rule.most, [(int(row.severity), row.shape) for row in rule.scale])
    masking = [shape(each) for each in rule.masking]
    # everything that decides takes part, and nothing else: a new title or receiver is no new version
    text = repr((decides, sorted(rule.masks), masking, scored, boosted, Written.all_of(words), *asked))
    return hashlib.sha256(text.encode()).hexdigest()[:8]
