"""What a rules.yaml that loads would still do wrong: a rule's own tests that do not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from alerts.alert import Match
from alerts.match import Matcher
from alerts.rule import Config, Rule
from crawler.article import Article
from crawler.yamlfile import Problem

NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def failed_tests(config: Config) -> list[Problem]:
    """Run every rule's own tests (also those of a rule that is off) and name each that does not hold."""
    matcher = Matcher(replace(config, rules=tuple(replace(rule, mode="live") for rule in config.rules)))
    return [problem for rule in config.rules for problem in _failed(rule, matcher)]


def _failed(rule: Rule, matcher: Matcher) -> Iterator[Problem]:
    for headline, place in rule.tests.match:
        if _match(rule, matcher, headline) is None:
            yield Problem(place, f'test of rule "{rule.id}" failed: expected a match, got none, for "{headline}"')
    for headline, place in rule.tests.no_match:
        if (match := _match(rule, matcher, headline)) is not None:
            words = ", ".join(f'"{hit.text}" ({hit.term})' for hit in match.hits)
            yield Problem(
                place,
                f'test of rule "{rule.id}" failed: expected no match, got one by {words}, for "{headline}"',
            )


def _match(rule: Rule, matcher: Matcher, headline: str) -> Match | None:
    article = Article("test", "test", headline, NO_TIME)
    return next((match for match in matcher.match(article) if match.rule == rule.id), None)
