"""Say why no rule fired: the rules that came nearest, what each lacks, and the nearest word seen for it. Pure.

The nearest rule is the one that lacks the fewest leaves of its tree, of those the one of which most hold. Below the
tree count as one leaf each: words that `except` masks, the language, and a score that reaches no step.
"""

from __future__ import annotations

import textwrap
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from alerts.rule import Config, Rule
from alerts.rules.explain import score_of
from alerts.rules.lacking import Leaf, Tally, tally
from alerts.rules.match import Matcher, judge, mask, reckon, severity_of, speaks
from alerts.rules.nearest_word import SAME, Alike, NearestWord
from alerts.rules.operators import evaluate
from alerts.rules.proposals import entity_file, extendable, names_in, where
from alerts.rules.reading import Reading
from crawler.article import Article
from crawler.text.folding import fold
from crawler.text.stopwords import STOP

SHOWN = 3  # rules
TRIED = 25  # rules for which the nearest word is looked for, beyond those that hold a word
WIDTH = 80  # columns
_CONTEXT = 4  # words that a name requires
_NAMES = 2  # that lack such a word
_UNKNOWN = 6  # words of the headline that no rule spells out


@dataclass(frozen=True, slots=True)
class Lack:
    """A missing leaf, with the word of the article that is most like one it asks for."""

    leaf: Leaf
    alike: Alike | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """A rule that did not fire: the words of it that were found, with the term of each, and what it lacks."""

    rule: str
    title: str
    held: tuple[tuple[str, tuple[str, ...]], ...]
    lacks: tuple[Lack, ...]
    places: tuple[str, ...] = ()  # "iraq-base (deploy/desk/places.yaml:5)": where a word or a name may be lacking
    against: tuple[str, ...] = ()  # the same of the words that forbid it


def nearest_rules(matcher: Matcher, config: Config, article: Article, most: int = SHOWN) -> tuple[Near, ...]:
    """Return the rules that came nearest to an article without firing, nearest first."""
    reading = matcher.read(article)
    tallies = [(_tally(rule, reading), rule) for rule in matcher.rules if judge(rule, reading) is None]
    ranked = sorted(tallies, key=lambda each: each[0].rank)
    holding = [each for each in ranked if each[0].held][:TRIED]
    # of rules that hold no word those come first that hold one nearly
    chosen = holding if len(holding) >= most else ranked
    nearest = NearestWord(article, config)
    made = [(found, rule, _lacks(found, nearest)) for found, rule in chosen]
    made.sort(key=lambda each: _order(each[0], each[2]))
    return tuple(
        _near(found, rule, lacks, reading, config)
        for found, rule, lacks in made[:most]
        if found.held or any(lack.alike for lack in lacks)
    )


def unknown_words(matcher: Matcher, article: Article) -> tuple[str, ...]:
    """Return the words of a headline that no rule and no name knows, in their order."""
    reading = matcher.read(article)
    text = reading.folded["title"].text
    known = {
        at for found in reading.mentions.values() for each in found if each.field == "title"
        for at in range(each.start, each.end)
    }  # fmt: skip
    unknown: list[str] = []
    at = 0
    for word in text.split():
        at = text.index(f" {word} ", max(0, at - 1)) + 1
        if at not in known and word not in STOP and len(word) > 2 and not word.isdecimal():
            first, last = reading.folded["title"].span(at, at + len(word))
            unknown.append(article.title[first:last])
    return tuple(dict.fromkeys(unknown))


def unmeant_names(matcher: Matcher, config: Config, article: Article) -> tuple[str, ...]:
    """Return the names that stand in an article without a word that their entity `requires`, with those words."""
    reading = matcher.read(article)
    counted = {each.entity for found in reading.mentions.values() for each in found}
    text = "".join(folded.text for folded in reading.folded.values())
    names: list[str] = []
    for entity in config.entities.values():
        for key, context in entity.requires.items() if entity.id not in counted else ():
            seen = [each for each in ((key,) if key else entity.aliases) if fold(each.removeprefix("=")) in text]
            if seen and "*" not in seen[0]:
                words = ", ".join(f'"{each}"' for each in context[:_CONTEXT])
                more = " ..." if len(context) > _CONTEXT else ""
                names.append(f'"{seen[0].removeprefix("=")}" ({entity.id}) requires one of {words}{more}')
    return tuple(dict.fromkeys(names))[:_NAMES]


def _tally(rule: Rule, whole: Reading) -> Tally:
    """Return what a rule lacks in all: of its tree, and beside it."""
    reading = mask(rule, whole)
    found = tally(rule.match, reading)
    beside = [Leaf(why=f"the article is in {whole.article.lang}, the rule watches {', '.join(rule.lang)}")]
    beside = [] if speaks(rule, whole) else beside
    if found.missing and evaluate(rule.match, whole) is not None:
        return Tally(tally(rule.match, whole).held, (_masked(rule, whole, reading), *beside))
    if not found.missing and rule.score is not None and rule.steps:
        total = reckon(rule, rule.score, reading).total
        if severity_of(rule, total) is None:
            beside.append(Leaf(why=f"the score reaches no step: {score_of(rule, reading)}"))
    return Tally(found.held, (*found.missing, *beside))


def _masked(rule: Rule, whole: Reading, reading: Reading) -> Leaf:
    kept = {each for found in reading.mentions.values() for each in found}
    lost = [each for each in tally(rule.match, whole).held if each not in kept]
    words = ", ".join(dict.fromkeys(f'"{hit.text}"' for hit in whole.hits(lost)))
    masking = [condition for condition in rule.masking if evaluate(condition, whole)]
    by = [f'"{hit.text}"' for condition in masking for hit in whole.hits(evaluate(condition, whole) or ())]
    by += [f'"{hit.text}"' for term in rule.masks for hit in whole.hits(whole.mentions.get(f"except:{term}", ()))]
    return Leaf(why=f'"except" hides {words or "its words"}, by {", ".join(dict.fromkeys(by))}')


def _lacks(found: Tally, nearest: NearestWord) -> tuple[Lack, ...]:
    return tuple(Lack(leaf, nearest.of(leaf.terms) if leaf.terms else None) for leaf in found.missing)


def _order(found: Tally, lacks: tuple[Lack, ...]) -> tuple[bool, float, int, float]:
    """Return what a nearer rule has lower. A word that is there and did not count is half a missing leaf."""
    ratios = [_ratio(lack) for lack in lacks]
    holds_none, missing, words = found.rank
    return holds_none, missing - ratios.count(SAME) / 2, words, -max(ratios, default=0.0)


def _ratio(lack: Lack) -> float:
    return lack.alike.ratio if lack.alike else 0.0


def _near(found: Tally, rule: Rule, lacks: tuple[Lack, ...], reading: Reading, config: Config) -> Near:
    held: dict[str, dict[str, None]] = {}
    for hit in reading.hits(found.held):
        held.setdefault(hit.text, {})[hit.term] = None
    # a word that another term has is no misspelt one: "falls", a deed, is not nearly "Falluja"
    lacks = tuple(replace(lack, alike=None) if _is_held(lack, held) else lack for lack in lacks)
    # not where the word itself is there and did not count
    open_ = [lack for lack in lacks if _ratio(lack) < SAME]
    asked = [term for lack in open_ for term in lack.leaf.terms]
    alike = [lack.alike.term for lack in open_ if lack.alike]
    against = [where(term[1:], config) for lack in lacks for term in lack.leaf.against if term.startswith("$")]
    named = tuple((text, tuple(terms)) for text, terms in held.items())
    return Near(rule.id, rule.title, named, lacks, extendable(asked, alike, config), tuple(dict.fromkeys(against)))


def _is_held(lack: Lack, held: Container[str]) -> bool:
    return lack.alike is not None and lack.alike.ratio < SAME and lack.alike.text in held


def proposals(near: Sequence[Near], unknown: Sequence[str], headline: str, config: Config) -> tuple[str, ...]:
    """Return in words what may be added for the nearest rule to match: where a spelling, and which name as an entity.

    () where the rules know every word of the headline, unless one is nearly a word they ask for.
    """
    places = next((each.places for each in near if each.places), ())
    seen = any(lack.alike for each in near[:1] for lack in each.lacks)
    said = [f"a spelling may be lacking in {' or '.join(places)}"] if places and (unknown or seen) else []
    asked = [term for each in near[:1] for lack in each.lacks for term in lack.leaf.terms]
    file = entity_file(asked, config)
    said += [
        f'"{name}" is no name that the rules know; to watch it, add an entity to {file}'
        for name in names_in(headline, unknown)
        if file
    ]
    return tuple(said)


def lines(
    near: Sequence[Near], unknown: Sequence[str] = (), unmeant: Sequence[str] = (), proposed: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the nearest rules as lines of text, no wider than WIDTH.

    Then the words and names that did not count, and what may be added.
    """
    if not near:
        yield "no rule has a word of it, nor one like a word of it"
    for number, each in enumerate(near, 1):
        yield from _wrapped(f"{number}. {each.rule}: lacks {len(each.lacks)}", 1)
        if each.held:
            yield from _wrapped("has " + ", ".join(_named(text, terms) for text, terms in each.held), 2)
        for lack in each.lacks:
            yield from _wrapped(_sentence(lack), 2)
        if each.against:
            yield from _wrapped(f"what forbids it stands in {', '.join(each.against)}", 2)
    for name in unmeant:
        yield from _wrapped(f"a name that did not count: {name}", 1)
    if unknown:
        more = ", ..." if len(unknown) > _UNKNOWN else ""
        yield from _wrapped(f"words of the headline that no rule spells out: {', '.join(unknown[:_UNKNOWN])}{more}", 1)
    for proposal in proposed:
        yield from _wrapped(proposal, 1)


def _sentence(lack: Lack) -> str:
    """Return a missing leaf in one sentence: what is asked for, why it is missing, the nearest word seen."""
    leaf = lack.leaf
    inside = f" [filter {leaf.filter}]" if leaf.filter else ""
    if not leaf.what:
        return f"but {leaf.why}{inside}"
    parts = [leaf.why, *([leaf.seen] if leaf.seen else [])]
    if lack.alike is not None:
        seen = lack.alike
        like = (
            f'like "{seen.alias}"' if seen.ratio < SAME else "which did not count (requires, not_like, except or case)"
        )
        of = "" if seen.term == seen.alias else f" of {seen.term}"
        where = "" if seen.in_title else " in the text"
        parts.append(f'nearest word seen{where}: "{seen.text}", {like}{of}')
    return f"lacks {leaf.what}{inside}: {'; '.join(parts)}"


def _named(text: str, terms: Sequence[str]) -> str:
    names = ", ".join(term for term in terms if term.startswith("$"))
    return f'"{text}" ({names})' if names else f'"{text}"'


def _wrapped(text: str, depth: int) -> list[str]:
    indent = "  " * depth
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
