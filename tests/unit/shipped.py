"""The desk as shipped, and what its entities and rules say of a text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from alerts.event import EventMention
from alerts.rule import Condition, Config
from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.article import Article

RULES = Path(__file__).resolve().parents[2] / "rules.yaml"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@cache
def shipped() -> Config:
    return load(RULES, environ={})


@cache
def matcher() -> Matcher:
    return Matcher(shipped())


@cache
def names() -> Matcher:
    """A rule for each entity: what a text is said to name."""
    config = shipped()
    rule = replace(config.rules[0], score=None, steps=(), masks=(), lang=())
    rules = [
        replace(rule, id=name, match=Condition("term", entity.place, term=f"${name}"))
        for name, entity in config.entities.items()
    ]
    return Matcher(replace(config, rules=tuple(rules)))


def named_in(text: str) -> set[str]:
    return {match.rule for match in names().match(Article("a1", "wire", text, NOW))}


def fired(title: str, text: str = "") -> set[str]:
    return {match.rule for match in matcher().match(Article("a1", "wire", title, NOW, text=text))}


def graded(title: str, text: str = "") -> str:
    """Return the highest severity that the desk gives an article, "none" where no rule matches."""
    found = matcher().match(Article("a1", "wire", title, NOW, text=text))
    return max(match.severity for match in found).word if found else "none"


def read(title: str, text: str = "") -> EventMention:
    """Return what the shipped desk reads in an article, whether a rule matches it or not."""
    event = matcher().event(Article("a1", "wire", title, NOW, outlet="Gulf Wire", text=text))
    assert event is not None, title
    return event
