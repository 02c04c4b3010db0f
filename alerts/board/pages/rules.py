"""The rules in force: what each watches for, how much it told, and how precise it is by what readers judged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from alerts.board.events import events_shown
from alerts.board.page import Asked, NotFound, Page, Record
from alerts.board.shapes import (
    COUNTS,
    EVENT,
    FLAG,
    JUDGEMENT,
    KNOWN,
    NUMBER,
    STORY,
    TEXT,
    TEXTS,
    WHOLE,
    each,
    keys,
    more,
    none_or,
)
from alerts.decide.feedback import SPANS, Precision, false_ones, precision
from alerts.decide.feedback_lines import as_tests, shares
from alerts.line.orders import describe_judgement
from alerts.rule import Config, Rule
from alerts.run.foreign_headlines import NOTHING, known_headlines
from alerts.run.told_list import describe_told, read_told
from alerts.store.feedback import judgements_since
from alerts.store.rule_counts import RuleCounts, counts_by_rule, newest_of_rule

DAYS = 30
SHOWN = 50  # stories of a rule's page, by their events


def read(asked: Asked) -> Record:
    """Return the rules in the order of the file."""
    counted = counts_by_rule(asked.connection, asked.now, DAYS)
    given = judgements_since(asked.connection, asked.now - max(SPANS))
    found = precision(given, [each.id for each in asked.config.rules], asked.now)
    rules = [_rule(each, counted.get(each.id), found[each.id]) for each in asked.config.rules]
    return {"rules": rules, "days": DAYS, "cut": False, "judged": len({each.story for each in given})}


def read_one(asked: Asked) -> Record:
    """Return one rule: what it told of late, what was judged of that, and tests of what was not relevant."""
    rule = _named(asked.config, asked.parts["rule"])
    counted = counts_by_rule(asked.connection, asked.now, DAYS).get(rule.id)
    given = [e for e in judgements_since(asked.connection, asked.now - max(SPANS)) if rule.id in e.rules]
    found = precision(given, [rule.id], asked.now)[rule.id]
    false = {rule.id: false_ones(given).get(rule.id, [])}
    newest = newest_of_rule(asked.connection, rule.id, asked.now - timedelta(days=DAYS), SHOWN)
    told = read_told(asked.connection, asked.config, asked.now, newest)
    stories = [describe_told(each, asked.now) for each in told]
    headlines = {(each.story, each.title) for each in given}
    known = known_headlines(asked.connection, asked.config.language, headlines)
    return _rule(rule, counted, found) | {
        "days": DAYS,
        "pir": rule.pir,
        "notes": rule.notes,
        "contact": rule.contact,
        "file": rule.place.file.rpartition("/")[2],
        "line": rule.place.line,
        "stories": stories,
        "events": events_shown(told, stories, asked.config.timezone),
        "judgements": [
            describe_judgement(each) | known.get((each.story, each.title), NOTHING).record for each in reversed(given)
        ],
        "tests": "\n".join(as_tests(false)) if false[rule.id] else "",
    }


def _named(config: Config, name: str) -> Rule:
    found = next((each for each in config.rules if each.id == name), None)
    if found is None:
        raise NotFound(f"There is no rule {name} in rules.yaml.")
    return found


def _rule(rule: Rule, counted: RuleCounts | None, found: tuple[Precision, ...]) -> dict[str, Any]:
    made = counted or RuleCounts(DAYS)
    return {
        "rule": rule.id,
        "title": rule.title,
        "severity": "by the scale" if rule.scale else rule.severity.word,
        "mode": rule.mode,
        "notify": list(rule.notify),
        "alerts": made.counts["sent"],
        "counts": made.counts,
        "by_day": made.by_day,
        "precision": [
            {"days": each.span.days, "relevant": each.relevant, "judged": each.judged, "share": each.share}
            for each in found
        ],
        "precise": shares(found),
    }


PRECISION = keys("Precision", days=WHOLE, relevant=WHOLE, judged=WHOLE, share=none_or(NUMBER))
RULE = keys(
    "Rule",
    rule=TEXT, title=TEXT, severity=TEXT, mode=TEXT, notify=TEXTS, alerts=WHOLE, counts=COUNTS, by_day=each(WHOLE),
    precision=each(PRECISION), precise=TEXT,
)  # fmt: skip
ONE = more(
    RULE,
    days=WHOLE, pir=TEXT, notes=TEXT, contact=TEXT, file=TEXT, line=WHOLE, stories=each(STORY),
    events=each(EVENT),
    judgements=each(more(JUDGEMENT, **KNOWN)), tests=TEXT,
)  # fmt: skip
ANSWER = keys(rules=each(RULE), days=WHOLE, cut=FLAG, judged=WHOLE)
PAGE = Page("rules", "/rules", "Rules", read, ANSWER, menu="Rules", key="u")
PAGES = (Page("rule", "/rules/{rule}", "Rule", read_one, ONE),)
