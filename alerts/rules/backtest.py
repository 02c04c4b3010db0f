"""Match articles against a rules file and compare two such runs; nothing is decided or sent. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.alert import Severity
from alerts.rule import Config
from alerts.rules.match import Matcher
from crawler.article import Article

RATED_FROM = timedelta(hours=24)  # of news: the nights of a day are quieter than its noons


@dataclass(frozen=True, slots=True)
class Caught:
    """A match of a rule on an article, with the severity and score by which two runs can differ."""

    rule: str
    article: Article
    severity: Severity
    score: float | None


# by rule and the article's number in the run: two lines of a file may have the same id
Run = Mapping[tuple[str, int], Caught]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """The articles that a rule catches in the second run only, in the first run only, and at another severity.

    What other live rules caught in the first run already, as grave, is not `gained`: it is `told`, with those rules.
    """

    rule: str
    gained: tuple[Caught, ...]
    lost: tuple[Caught, ...]
    changed: tuple[tuple[Caught, Caught], ...]  # before, after
    told: tuple[tuple[Caught, tuple[str, ...]], ...] = ()


def run(config: Config, articles: Iterable[Article], matcher: Matcher | None = None) -> Run:
    """Return the matches of all articles under a config. Rules that are off match nothing.

    `matcher` is that of the config, where it is compiled already.
    """
    compiled = matcher or Matcher(config)
    return {
        (match.rule, number): Caught(match.rule, article, match.severity, match.score)
        for number, article in enumerate(articles)
        for match in compiled.match(article)
    }


def days(articles: Iterable[Article]) -> int:
    """Return the number of days on which an article was first seen, at least one."""
    # lines of a file that have no time count from 1970, which is no day of news
    return len({article.first_seen.date() for article in articles if article.first_seen.year > 1970}) or 1


def too_little(articles: Iterable[Article], now: datetime) -> timedelta | None:
    """Return for how long an archive has news, where that is too short for a rate of matches; else None."""
    held = now - min((each.first_seen for each in articles), default=now)
    return held if held < RATED_FROM else None


def per_rule(found: Run, config: Config) -> dict[str, int]:
    """Return the number of matches of each rule, in the order of the file."""
    counted = {rule.id: 0 for rule in config.rules if rule.mode != "off"}
    for rule, _ in found:
        counted[rule] += 1
    return counted


def compare(before: Run, after: Run, live: Collection[str] = ()) -> list[RuleChange]:
    """Return, for each rule that differs, the articles that only one run caught, and those ranked differently.

    `live` are the rules that told somebody in the first run.
    """
    changes = []
    told: dict[int, list[Caught]] = {}
    for (name, number), each in before.items():
        if name in live:
            told.setdefault(number, []).append(each)
    for rule in dict.fromkeys(rule for rule, _ in (*before, *after)):
        old = {number: each for (name, number), each in before.items() if name == rule}
        new = {number: each for (name, number), each in after.items() if name == rule}
        changed = tuple((old[n], new[n]) for n in sorted(old.keys() & new.keys()) if old[n].severity != new[n].severity)
        added = sorted(new.keys() - old.keys())
        by = {n: tuple(each.rule for each in told.get(n, ()) if each.severity >= new[n].severity) for n in added}
        gained = tuple(new[n] for n in added if not by[n])
        known = tuple((new[n], by[n]) for n in added if by[n])
        lost = tuple(old[n] for n in sorted(old.keys() - new.keys()))
        if added or lost or changed:
            changes.append(RuleChange(rule, gained, lost, changed, known))
    return changes
