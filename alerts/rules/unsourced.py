"""Rules and sources go in; conditions that ask for a source or a language that no source has come out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from alerts.rule import Condition, Config, Rule
from crawler.config.problems import Problem
from crawler.config.values import nearest
from crawler.sources.source import Source


def unsourced(config: Config) -> Iterator[Problem]:
    """Yield a problem for each source or language that a rule names and that none of the sources has."""
    if not config.sources:
        return
    for rule in config.rules:
        boosts = rule.score.boosts if rule.score else ()
        for whole in (rule.match, *rule.masking, *(each.condition for each in boosts)):
            yield from _unsourced(whole, rule, config.sources)
        yield from _unspoken(rule.lang, rule, config.sources, rule)


def _unsourced(condition: Condition, rule: Rule, sources: tuple[Source, ...]) -> Iterator[Problem]:
    values = condition.options.get("values", ())
    assert isinstance(values, tuple)
    if condition.op == "source":
        yield from _unnamed(values, rule, sources, condition)
    if condition.op == "lang":
        yield from _unspoken(values, rule, sources, condition)
    for child in condition.children:
        yield from _unsourced(child, rule, sources)


def _unnamed(values: tuple[object, ...], rule: Rule, sources: tuple[Source, ...], at: Condition) -> Iterator[Problem]:
    if any(each.outlet_from for each in sources):
        return  # one that carries others may bring any outlet
    known = dict.fromkeys(name for each in sources for name in (each.id, each.name) if name)
    for value in map(str, values):
        if not any(fnmatchcase(name.casefold(), value.casefold()) for name in known):
            words = f'rule "{rule.id}" asks for the source "{value}", and no source has such an id or name'
            yield Problem(at.place, f"{words}{nearest(value, known)}; that part of it never holds")


def _unspoken(
    values: tuple[object, ...] | frozenset[str], rule: Rule, sources: tuple[Source, ...], at: Condition | Rule
) -> Iterator[Problem]:
    spoken = {(each.lang or "").casefold() for each in sources}
    if "" in spoken or not values:
        return  # a source without `lang` may bring any language
    spoken |= {each.partition("-")[0] for each in spoken}
    if not any(fnmatchcase(each, str(value).casefold()) for value in values for each in spoken):
        asked, there = ", ".join(sorted(map(str, values))), ", ".join(sorted(spoken))
        words = f'rule "{rule.id}" asks for articles in {asked}, and the sources are in {there}'
        yield Problem(at.place, f"{words}; it holds only where an article itself says another language")
