"""Collect all spellings of all terms that the rules use, with what each stands for, and find them in one pass."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from alerts.rule import Condition, Config, Entity, Rule
from alerts.rules.automaton import PARTICLES, Automaton, Needled
from alerts.rules.forms import Form
from alerts.rules.forms.kurdish_words import linked
from alerts.rules.forms.paradigm import denied, inflect, is_paradigm
from alerts.rules.translit import Name, NameIndex
from crawler.text.folding import Folded, fold

# the kinds of term that no rule's tree asks for: context that a name requires, names that mask another, `except`,
# names that guard a word against being read as a particle and another word, and forms that deny the deed a term names.
# The prefix keeps them apart from terms
CONTEXT, MASK, EXCEPT, NAME, DENIED = "context:", "mask:", "except:", "name:", "denied:"
MOST_PAIRS = 1_000  # of places of terms whose distance is counted
_DESIGNATION = re.compile(r"([A-Za-z]{1,4})(-?)([0-9]{1,4}[A-Za-z]?)")


class Meaning(NamedTuple):
    """What a spelling stands for: the term as the rule writes it, the alias, and the entity if it belongs to one.

    `kind` is that of a form of a paradigm (`Form.kind`), "" for what is written out.
    """

    term: str
    alias: str
    entity: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A text after the search: the needles and name skeletons in it, before any of them is checked."""

    folded: Folded
    needled: Needled
    names: tuple[tuple[Name, int, int], ...]


class Places:
    """Where terms may stand in a folded text, each from its first word to its last, before any of them is checked."""

    def __init__(self, text: str, spans: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        self._text, self._spans = text, spans

    def beside(self, some: Set[str], others: Set[str], within: int) -> bool:
        """Return whether one of some terms may stand at most so many words from one of others, 1 for neighbours."""
        ones, twos = self._of(some), self._of(others)
        # a text that is full of both is not worth counting
        return len(ones) * len(twos) > MOST_PAIRS or any(self._words(a, b) <= within for a in ones for b in twos)

    def _of(self, terms: Set[str]) -> list[tuple[int, int]]:
        return [span for term in terms & self._spans.keys() for span in self._spans[term]]

    def _words(self, one: tuple[int, int], other: tuple[int, int]) -> int:
        first, second = (one, other) if one <= other else (other, one)
        return self._text.count(" ", first[1], second[0])


class Lexicon:
    """All spellings that the rules use, compiled for the search.

    `needs` is, for (entity, alias), the context words of which one must be found for the alias to count; the alias ""
    stands for all of the entity's. `wider` maps an entity to what it lies in, `scenes` are states not known to strike.
    """

    def __init__(self, config: Config, rules: Iterable[Rule], also: Iterable[str] = ()) -> None:
        """Compile the terms of `rules`, and those in `also`, which no rule has to ask for."""
        self.wider, self.scenes = config.events.wider, config.events.scenes
        meanings = _Meanings()
        used: dict[str, list[str]] = {}
        for term in sorted({*also, *terms_of_rules(rules, EXCEPT)}):
            for meaning in expand(config, term):
                meanings.add(meaning)
                if meaning.entity and term not in used.setdefault(meaning.entity, []):
                    used[meaning.entity].append(term)
            for denial in denials(config, term):
                meanings.add(Meaning(f"{DENIED}{term}", denial.text, kind=denial.kind))
        self.needs: dict[tuple[str, str], tuple[str, ...]] = {}
        # a name no rule asks for still has to be known, or a part of it is taken for another name
        guards = {each.id: list(_guards(each)) for each in config.entities.values() if each.id not in used}
        for meaning in (each for found in guards.values() for each in found):
            meanings.add(meaning)
        for entity in (config.entities[name] for name in (*used, *(name for name, found in guards.items() if found))):
            self._add_judgements(entity, meanings)
        self._automaton = Automaton(meanings.by_alias)
        self._meanings = [meanings.by_alias[alias] for alias in self._automaton.aliases]
        self._names = NameIndex(name for entity in used for name in names_of(config.entities[entity]))
        self._used = used
        # made once, so that `terms` looks at needles only: it runs for every article, `find` for few
        self._by_needle = _each_once(
            tuple(sorted({each.term.removeprefix(DENIED) for number in numbers for each in self._meanings[number]}))
            for numbers in self._automaton.by_needle()
        )

    # of guards too: only where the name itself is meant does it guard the word
    def _add_judgements(self, entity: Entity, meanings: _Meanings) -> None:
        for other in entity.not_like:
            meanings.add(Meaning(f"{MASK}{entity.id}", other))
        for alias, context in entity.requires.items():
            self.needs[entity.id, alias] = context
            for each in context:
                meanings.add(Meaning(f"{CONTEXT}{each}", each))

    def search(self, folded: Folded) -> Found:
        """Return what may be in a text, before anything is checked or located."""
        return Found(folded, self._automaton.search(folded), tuple(self._names.find(folded.text)))

    def terms(self, found: Found) -> set[str]:
        """Return the terms that may be in a text, a form that denies a deed for its deed.

        It may name too many, never too few.
        """
        terms: set[str] = set()
        for needle, _, _ in found.needled:
            terms.update(self._by_needle[needle])
        for name, _, _ in found.names:
            terms.update(self._used[name.entity])
        return terms

    def places(self, found: Found) -> Places:
        """Return where the terms of `terms` may stand in a text: too far apart they are never, too close perhaps."""
        text, spans = found.folded.text, defaultdict[str, list[tuple[int, int]]](list)
        for needle, start, end in found.needled:
            span = start + (text[start] == " "), end - (text[end - 1] == " ")
            # words that stand around a fixed part of a term may be any
            placed = (0, len(text)) if self._automaton.is_part(needle) else span
            for term in self._by_needle[needle]:
                spans[term].append(placed)
        for name, start, end in found.names:
            for term in self._used[name.entity]:
                spans[term].append((start, end))
        return Places(text, spans)

    def spellings(self) -> Counter[str]:
        """Return in how many fixed texts each term is looked for."""
        return Counter(chain.from_iterable(self._by_needle))

    def find(self, found: Found) -> Iterator[tuple[Meaning, str, int, int, bool]]:
        """Yield (meaning, alias, start, end, attached) for every spelling found; `attached` as in `Automaton.find`."""
        for number, start, end, attached in self._automaton.find(found.folded, found.needled):
            for each in self._meanings[number]:
                yield each, each.alias or self._automaton.aliases[number], start, end, attached

    def find_like(self, found: Found) -> Iterator[tuple[str, Name, int, int]]:
        """Yield (term, name, start, end) for every transliteration that is near enough to a name."""
        for name, start, end in found.names:
            for term in self._used[name.entity]:
                yield term, name, start, end


def _guards(entity: Entity) -> Iterator[Meaning]:
    """Yield the names of an unused entity that could be misread as a particle and another word."""
    for alias in entity.aliases:
        if fold(alias)[1:2] and fold(alias)[1] in PARTICLES:
            yield Meaning(NAME, alias, entity.id)


class _Meanings:
    """The meanings of each alias, in the order in which they were added.

    The forms of a paradigm mean the same but for how they are written, so a meaning whose alias is the one it stands
    under leaves it out ("") and is one object for all of them. So are several
    meanings together.
    """

    def __init__(self) -> None:
        self.by_alias: dict[str, tuple[Meaning, ...]] = {}
        self._made: dict[Meaning, tuple[Meaning]] = {}
        self._joined: dict[tuple[int, int], tuple[Meaning, ...]] = {}  # of two that are kept here, by their ids

    def add(self, meaning: Meaning) -> None:
        # the forms of a verb say themselves what is attached to their words
        for text in (meaning.alias, *(() if meaning.kind else linked(meaning.alias))):
            said = "" if text == meaning.alias else meaning.alias
            key = Meaning(meaning.term, said, meaning.entity, meaning.kind)
            made = self._made.setdefault(key, (key,))
            known = self.by_alias.setdefault(text, made)
            if known is not made:
                self.by_alias[text] = self._both(known, made)

    def _both(self, known: tuple[Meaning, ...], made: tuple[Meaning]) -> tuple[Meaning, ...]:
        joined = self._joined.get((id(known), id(made)))
        if joined is None:
            joined = self._joined[id(known), id(made)] = known if made[0] in known else known + made
        return joined


def _each_once(found: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return equal tuples as the same object: thousands of forms stand for the same few terms."""
    made: dict[tuple[str, ...], tuple[str, ...]] = {}
    return [made.setdefault(each, each) for each in found]


def terms_of_rules(rules: Iterable[Rule], masked: str = "") -> Iterator[str]:
    """Yield every term of the rules as it is written; those that a rule only masks with `masked` before them."""
    scales = {}
    for rule in rules:
        yield from terms_of(rule.match)
        yield from (f"{masked}{term}" for term in rule.masks)
        for condition in rule.masking:
            yield from terms_of(condition)
        for boost in rule.score.boosts if rule.score else ():
            yield from terms_of(boost.condition)
        scales[id(rule.scale)] = rule.scale  # one for all that go by it, with thousands of terms
    yield from (term for scale in scales.values() for row in scale for term in row.terms)


def terms_of(condition: Condition) -> Iterator[str]:
    """Yield every term of a condition tree, as it is written."""
    left = [condition]
    while left:
        each = left.pop()
        if each.op == "term":
            yield each.term
        left += reversed(each.children)


def expand(config: Config, term: str) -> Iterator[Meaning]:
    """Yield the spellings a term stands for: itself, the forms of a paradigm, or those of what it names."""
    word = term.removeprefix(EXCEPT)
    for written in written_terms(config, word):
        yield from (Meaning(term, text, kind=kind) for text, kind in spelt(written))
    for entity in config.kinds.members(word[1:]) if word.startswith("$") else ():
        yield from (Meaning(term, alias, entity) for alias in config.entities[entity].aliases)


def denials(config: Config, term: str) -> Iterator[Form]:
    """Yield the forms of a term's paradigms that say the deed was not done."""
    for written in written_terms(config, term.removeprefix(EXCEPT)):
        if is_paradigm(written):
            yield from denied(written)


def written_terms(config: Config, word: str) -> tuple[str, ...]:
    """Return the terms as the admin wrote them: of the list that a term names, or the term alone; none of an entity."""
    if not word.startswith("$"):
        return (word,)
    return config.lists[word[1:]].terms if word[1:] in config.lists else ()


def spelt(written: str) -> Iterator[tuple[str, str]]:
    """Yield (spelling, kind of the form, "" for none) by which a written term is found.

    A designation is found with and without its hyphen: F-16, F16.
    """
    if is_paradigm(written):
        yield from ((form.text, form.kind) for form in inflect(written))
        return
    yield written, ""
    if found := _DESIGNATION.fullmatch(written):
        yield f"{found[1]}{'' if found[2] else '-'}{found[3]}", ""


def names_of(entity: Entity) -> Iterator[Name]:
    """Yield the aliases of an entity that may be transliterated differently; none if it is not fuzzy."""
    # an alias in exact case or with wildcards says itself how it may vary
    if entity.fuzzy is not None:
        for alias in entity.aliases:
            if not alias.startswith("=") and "*" not in alias and "?" not in alias:
                yield Name(alias, entity.id, entity.fuzzy or None, entity.not_like)  # 0.0 is `auto`: our own limits
