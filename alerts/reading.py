"""An article as the operators read it: folded title and body, and where each term was found in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.alert import Hit
from alerts.automaton import Automaton
from crawler.article import Article
from crawler.folding import Folded

FIELDS = ("title", "body")


@dataclass(frozen=True, slots=True)
class Mention:
    """A term found: offsets in the folded text of a field, whole words. Becomes a Hit when it is told."""

    term: str  # as the rule writes it
    alias: str  # the spelling that was found
    field: str
    start: int
    end: int

    def overlaps(self, other: Mention) -> bool:
        return self.field == other.field and self.start < other.end and other.start < self.end


Mentions = tuple[Mention, ...]


class Reading:
    """One article, read once for all rules. `mentions` is by term; a narrowed reading shares its texts."""

    __slots__ = ("article", "folded", "mentions")

    def __init__(self, article: Article, folded: Mapping[str, Folded], mentions: Mapping[str, Mentions]) -> None:
        self.article, self.folded, self.mentions = article, folded, mentions

    def only(self, keep: Callable[[Mention], bool]) -> Reading:
        """Give the same article with only the mentions that `keep` keeps."""
        kept = {
            term: left for term, found in self.mentions.items() if (left := tuple(each for each in found if keep(each)))
        }
        return Reading(self.article, self.folded, kept)

    def word(self, mention: Mention) -> int:
        """Give the number of the word a mention starts with, from 0 in its field."""
        return self.folded[mention.field].text.count(" ", 0, mention.start) - 1

    def last_word(self, mention: Mention) -> int:
        """Give the number of the word a mention ends with."""
        return self.folded[mention.field].text.count(" ", 0, mention.end) - 1

    def hit(self, mention: Mention) -> Hit:
        """Give a mention in code points of the field as it was given."""
        folded = self.folded[mention.field]
        start, end = folded.span(mention.start, mention.end)
        return Hit(mention.term, mention.alias, mention.field, start, end, folded.original[start:end])

    def hits(self, mentions: Iterable[Mention]) -> tuple[Hit, ...]:
        """Give mentions as hits, each once, in reading order."""
        ordered = sorted(set(mentions), key=lambda each: (FIELDS.index(each.field), each.start, each.end, each.term))
        return tuple(self.hit(each) for each in ordered)


def read(article: Article, automaton: Automaton, terms: Sequence[tuple[str, ...]]) -> Reading:
    """Find all terms in an article; `terms` names, for each spelling of the automaton, the terms it stands for."""
    folded = {"title": Folded(article.title), "body": Folded(article.body)}
    found: dict[str, list[Mention]] = {}
    for field, text in folded.items():
        for number, start, end in automaton.find(text):
            alias = automaton.spellings[number].alias
            for term in terms[number]:
                found.setdefault(term, []).append(Mention(term, alias, field, start, end))
    return Reading(article, folded, {term: tuple(each) for term, each in found.items()})
