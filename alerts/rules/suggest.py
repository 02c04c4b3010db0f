"""Find spellings in articles that are near an entity's aliases and that no alias lists. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from alerts.rule import Entity
from alerts.rules.automaton import Automaton
from alerts.rules.lexicon import names_of
from alerts.rules.translit import NameIndex
from crawler.article import Article
from crawler.text.folding import Folded


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A spelling that was found, the alias it resembles, and how often it was found."""

    text: str
    alias: str
    times: int


def spellings(entity: Entity, articles: Iterable[Article]) -> list[Suggestion]:
    """Return spellings of an entity that its aliases do not find, most frequent first.

    They are looked for as if the entity were fuzzy, even if it is not.
    """
    names = NameIndex(names_of(replace(entity, fuzzy=entity.fuzzy or 0.0)))
    # not_like as well: a known look-alike is no suggestion
    known = Automaton((*entity.aliases, *entity.not_like))
    counted: Counter[tuple[str, str]] = Counter()
    for article in articles:
        for text in (article.title, article.body):
            folded = Folded(text)
            listed = [(start, end) for _, start, end, _ in known.find(folded)]
            for name, start, end in names.find(folded.text):
                if not any(start < last and first < end for first, last in listed):
                    first, last = folded.span(start, end)
                    counted[" ".join(text[first:last].split()), name.alias] += 1
    ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return [Suggestion(text, alias, n) for (text, alias), n in ranked]
