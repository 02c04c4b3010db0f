"""Decide which matches of a revision are silenced, and by which silences. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from alerts.alert import Alert, Match, Scope, Severity, Silence
from alerts.decide.named import entities_of
from alerts.rule import Condition, Config, Rule
from alerts.rules.match import Matcher
from crawler.article import Article, Placement, Relation, Revision
from crawler.config.nearest import nearest
from crawler.config.problems import Place
from crawler.text.folding import fold
from crawler.text.urls import host

NOWHERE = Place("", 0, 0)  # of a condition that stands in no file
Applies = Callable[[str, Revision, Iterable[Match], Config], bool]


def silenced(
    silences: Iterable[Silence], revision: Revision, matches: tuple[Match, ...], now: datetime, config: Config
) -> tuple[tuple[Match, ...], tuple[Silence, ...]]:
    """Return the matches that no silence in force at `now` applies to, and the silences that applied to one.

    A silence on a rule applies to that rule's match; any other applies to all matches of the revision it is about.
    """
    left, applied = matches, []
    for each in (silence for silence in silences if in_force(silence, now)):
        kept = _kept(each, revision, matches, config)
        if len(kept) < len(matches):
            applied.append(each)
            left = tuple(match for match in left if match in kept)
    return left, tuple(applied)


def still_told(silences: Iterable[Silence], alert: Alert, rules: Iterable[str], now: datetime, config: Config) -> bool:
    """Return whether an alert would still be told under any of `rules` if it came up at `now`."""
    left, _ = _again(silences, alert, now, config)
    return not {match.rule for match in left}.isdisjoint(rules)


def holding(silences: Iterable[Silence], alert: Alert, now: datetime, config: Config) -> tuple[Silence, ...]:
    """Return the silences because of which no rule would tell an alert that came up at `now`; () if one would."""
    left, applied = _again(silences, alert, now, config)
    return () if left else applied


def _again(
    silences: Iterable[Silence], alert: Alert, now: datetime, config: Config
) -> tuple[tuple[Match, ...], tuple[Silence, ...]]:
    """Judge an alert as if its revision came up now, by the rules it was told under."""
    placement = Placement(Relation.NEW, alert.story, alert.thread)
    matches = tuple(Match(each.rule, each.severity, each.score, each.hits) for each in alert.causes)
    return silenced(silences, Revision(0, alert.article, placement, alert.created), matches, now, config)


def unknown(scope: Scope, value: str, config: Config) -> str:
    """Return what is wrong with the value of a silence, as far as rules.yaml can tell; "" if nothing is."""
    if scope is Scope.RULE:
        rules = [rule.id for rule in config.rules]
        return "" if value in rules else f'there is no rule "{value}"{nearest(value, rules)}'
    if scope is Scope.ENTITY:
        kinds = {kind for each in config.entities.values() for kind in each.is_a} | set(config.entities)
        value = value.removeprefix("$")
        return "" if value in kinds else f'there is no entity or kind "{value}"{nearest(value, sorted(kinds))}'
    if scope is Scope.TEXT and not fold(value).strip():
        return f'"{value}" has no letter or figure that a headline could be searched for'
    return ""


def in_force(silence: Silence, now: datetime) -> bool:
    """Return whether a silence is in force: from `begins` on, until just before `ends`."""
    return silence.begins <= now < silence.ends


def _kept(silence: Silence, revision: Revision, matches: tuple[Match, ...], config: Config) -> tuple[Match, ...]:
    if silence.scope is Scope.RULE:
        return tuple(match for match in matches if match.rule != silence.value)
    return () if _ABOUT[silence.scope](silence.value, revision, matches, config) else matches


def _of_story(value: str, revision: Revision, _: Iterable[Match], __: Config) -> bool:
    return revision.placement.story == value


def _of_thread(value: str, revision: Revision, _: Iterable[Match], __: Config) -> bool:
    return revision.placement.thread == value


def _of_outlet(value: str, revision: Revision, _: Iterable[Match], __: Config) -> bool:
    return value.casefold() in _names(revision.article)


def _names(article: Article) -> set[str]:
    """Return the names of an outlet: its name, the id of its source, the host of the link and its parent domains."""
    parts = host(article.url).split(".") if article.url else []
    # a silence on outlet.example also applies to www. and m.outlet.example, not to the top-level domain
    hosts = {".".join(parts[number:]) for number in range(len(parts) - 1)}
    names = (article.outlet, article.source, article.carrier)
    return {each.casefold() for each in names if each} | hosts


def _of_entity(value: str, _: Revision, matches: Iterable[Match], config: Config) -> bool:
    wanted = set(config.kinds.members(value))
    return any(wanted & entities_of(hit, config) for match in matches for hit in match.hits)


def _of_text(value: str, revision: Revision, _: Iterable[Match], __: Config) -> bool:
    if not fold(value).strip():
        return False
    return bool(_finder(value).match(replace(revision.article, summary="", text="")))


@lru_cache(maxsize=64)
def _finder(value: str) -> Matcher:
    """Return what finds words in a headline as a rule does, with what a language joins to them.

    They are plain words: what else a rule may write (a wildcard, the name of a list) was not checked.
    """
    words = re.sub(r"[~$=*?]", " ", value).strip()
    rule = Rule("silence", NOWHERE, value, Condition("term", NOWHERE, term=words), Severity.ROUTINE, (), "")
    day = timedelta(days=1)
    return Matcher(Config("", "", "UTC", day, day, "", "", (), (), {}, {}, {}, (rule,)))


_ABOUT: Mapping[Scope, Applies] = {
    Scope.STORY: _of_story,
    Scope.THREAD: _of_thread,
    Scope.OUTLET: _of_outlet,
    Scope.ENTITY: _of_entity,
    Scope.TEXT: _of_text,
}
