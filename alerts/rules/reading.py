"""An article as the operators read it: folded title and body, and where each term was found in them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from alerts.alert import Hit
from alerts.rules.homographs import is_of_another_language
from alerts.rules.lexicon import CONTEXT, DENIED, MASK, NAME, Found, Lexicon
from alerts.rules.nearness import Sense
from crawler.article import Article
from crawler.text.folding import Folded, is_look_alike

FIELDS = ("title", "body")


@dataclass(frozen=True, slots=True)
class Mention:
    """A term found, with offsets in the folded text of a field, as whole words. It becomes a Hit in an alert."""

    term: str  # as the rule writes it
    alias: str  # the spelling that was found
    field: str
    start: int
    end: int
    entity: str = ""
    attached: bool = False  # its first word was read as an Arabic particle (wa-, fa-, bi-, li-, ka-) and the alias
    kind: str = ""  # of a form of a paradigm: active, passive, either or noun

    def overlaps(self, other: Mention) -> bool:
        return self.field == other.field and self.start < other.end and other.start < self.end


Mentions = tuple[Mention, ...]


class Reading:
    """One article, read once for all rules. `folded` is by field, `mentions` by term.

    `terms` are those found, a form that denies a deed for its deed. `wider` maps an entity to the entities and parties
    that it lies in.
    A narrowed reading (`only`) has the same texts and sees a part of them. `known` keeps what was found out about this
    reading, by what it was asked for: all rules ask the same things. `sense` is what a language model says of the
    headline; narrowed readings share it. `scenes` are the parties whose bare name says where they were attacked.
    """

    __slots__ = ("_fields", "_words", "article", "folded", "known", "mentions", "scenes", "sense", "terms", "wider")

    def __init__(
        self,
        article: Article,
        folded: Mapping[str, Folded],
        mentions: Mapping[str, Mentions],
        fields: tuple[str, ...] = FIELDS,
        words: int | None = None,
        wider: Mapping[str, Set[str]] = MappingProxyType({}),
        sense: Sense | None = None,
        scenes: Set[str] = frozenset(),
    ) -> None:
        self.article, self.folded, self.mentions, self.wider = article, folded, mentions, wider
        self._fields, self._words, self.scenes = fields, words, scenes
        self.terms = frozenset(term.removeprefix(DENIED) for term in mentions)
        self.sense = sense or Sense()
        self.known: dict[object, Any] = {}

    def only(
        self, keep: Callable[[Mention], bool], fields: tuple[str, ...] | None = None, words: int | None = None
    ) -> Reading:
        """Return the same article with fewer mentions (those that `keep` accepts), fields or words of the body."""
        kept = {
            term: left for term, found in self.mentions.items() if (left := tuple(each for each in found if keep(each)))
        }
        seen = self._fields if fields is None else tuple(each for each in fields if each in self._fields)
        # a `lead` inside a `lead` sees no more than the one around it
        fewest = min((each for each in (words, self._words) if each is not None), default=None)
        return Reading(self.article, self.folded, kept, seen, fewest, self.wider, self.sense, self.scenes)

    def visible(self, field: str) -> str:
        """Return the folded text of a field, as far as this reading sees it."""
        if field not in self._fields:
            return ""
        # folded text begins with a space, so the first piece of a split is empty
        text = self.folded[field].text
        return text if self._words is None else f" {' '.join(text.split(' ', self._words + 1)[1 : self._words + 1])} "

    def word(self, mention: Mention) -> int:
        """Return the number of the word a mention starts with, from 0 in its field."""
        return self.folded[mention.field].text.count(" ", 0, mention.start) - 1

    def last_word(self, mention: Mention) -> int:
        """Return the number of the word a mention ends with."""
        return self.folded[mention.field].text.count(" ", 0, mention.end) - 1

    def hit(self, mention: Mention) -> Hit:
        """Return a mention as a hit, in code points of the original field."""
        folded = self.folded[mention.field]
        start, end = folded.span(mention.start, mention.end)
        text = folded.original[start:end]
        # Cyrillic or Greek letters in a Latin name: told to the reader, since nobody writes so by accident
        latin = folded.text[mention.start : mention.end].isascii()
        disguised = latin and any(not char.isascii() and is_look_alike(char) for char in text)
        return Hit(mention.term, mention.alias, mention.field, start, end, text, disguised)

    def hits(self, mentions: Iterable[Mention]) -> tuple[Hit, ...]:
        """Return mentions as hits, each once, in reading order: the headline's, then the body's."""
        return tuple(self.hit(each) for each in sorted(set(mentions), key=_reading_order))


def _reading_order(each: Mention) -> tuple[int, int, int, str, str, str, bool]:
    # a set has no order, and what is sealed with an alert must be the same in every process: also two aliases of a span
    return FIELDS.index(each.field), each.start, each.end, each.term, each.alias, each.kind, each.attached


Looked = Mapping[str, Found]  # by field


def look(article: Article, lexicon: Lexicon) -> Looked:
    """Return what the search finds in each field of an article, before any of it is checked."""
    return {field: lexicon.search(Folded(getattr(article, field))) for field in FIELDS}


def read(article: Article, lexicon: Lexicon, looked: Looked, sense: Sense | None = None) -> Reading:
    """Return the reading of an article: its terms located, without look-alikes and names that lack their context."""
    found: dict[str, list[Mention]] = {}
    for field, text in looked.items():
        for meaning, alias, start, end, attached in lexicon.find(text):
            if is_of_another_language(alias, meaning.kind, text.folded.original, article.lang):
                continue
            made = Mention(meaning.term, alias, field, start, end, meaning.entity, attached, meaning.kind)
            found.setdefault(meaning.term, []).append(made)
        for term, name, start, end in lexicon.find_like(text):
            like, exact = Mention(term, name.alias, field, start, end, name.entity), found.setdefault(term, [])
            # an exact spelling is the better evidence, so a fuzzy one never takes its place
            if not any(like.overlaps(each) for each in exact):
                exact.append(like)
    folded = {field: text.folded for field, text in looked.items()}
    return Reading(
        article,
        folded,
        _unguarded(_judged(found, lexicon)) if found else {},
        wider=lexicon.wider,
        sense=sense,
        scenes=lexicon.scenes,
    )


def _judged(found: Mapping[str, list[Mention]], lexicon: Lexicon) -> dict[str, Mentions]:
    """Return the mentions without names that `not_like` or `requires` of their entity say are not meant.

    Nor words inside a denied form of a paradigm: Persian writes "was killed" inside "was not killed". Those forms are
    kept apart, under DENIED and the term: no operator finds them, and `event` reads a denied deed.
    """

    def is_meant(each: Mention) -> bool:
        # not_like: "Hezbollah" inside "Harakat Hezbollah al-Nujaba" is another group
        if any(each.overlaps(mask) for mask in found.get(f"{MASK}{each.entity}", ())):
            return False
        # requires: of this alias, then of all aliases; one of the words anywhere in the article will do
        for alias in (each.alias, ""):
            needs = lexicon.needs.get((each.entity, alias))
            if needs and not any(found.get(f"{CONTEXT}{context}") for context in needs):
                return False
        return True

    judged = {}
    for term, mentions in found.items():
        if term.startswith((CONTEXT, MASK)):
            continue
        # denials of this term only: what another rule names must not change what this one finds
        denials = found.get(f"{DENIED}{term}", ())
        if kept := tuple(each for each in mentions if (is_meant(each) if each.entity else _is_said(each, denials))):
            judged[term] = kept
    return judged


def _is_said(each: Mention, denials: Iterable[Mention]) -> bool:
    return not denials or not any(each.overlaps(denial) and _length(each) < _length(denial) for denial in denials)


def _length(mention: Mention) -> int:
    return mention.end - mention.start


def _unguarded(judged: Mapping[str, Mentions]) -> dict[str, Mentions]:
    """Return the mentions without those read as a particle and a word where the whole word is a name.

    Baquba is a town, and not the particle bi- before "uquba".
    """
    names: dict[tuple[str, int], set[str]] = {}
    for each in (each for found in judged.values() for each in found if each.entity and not each.attached):
        names.setdefault((each.field, each.start), set()).add(each.entity)

    def is_whole(each: Mention) -> bool:
        return not each.attached or not names.get((each.field, each.start), set()) - {each.entity}

    kept = {term: tuple(filter(is_whole, found)) for term, found in judged.items() if term != NAME}
    return {term: found for term, found in kept.items() if found}
