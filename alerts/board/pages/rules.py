"""The rules in force: what each watches for, how much it told, and how precise it is by what readers judged."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.board.hourly import by_day
from alerts.board.page import Asked, NotFound, Page, Record
from alerts.decide.feedback import SPANS, Precision, false_ones, precision
from alerts.decide.feedback_lines import as_tests, shares
from alerts.line.orders import describe_judgement
from alerts.rule import Config, Rule
from alerts.run.told_list import describe_told, read_told
from alerts.status import Status, count
from alerts.store.feedback import judgements_since
from alerts.store.severities import Made, alerts_made
from alerts.store.statuses import sent_alone, statuses_of_revisions

MOST = 10_000  # alerts looked through
DAYS = 30
SHOWN = 20  # stories of a rule's page
Statuses = dict[tuple[str, int], Status]  # by story and alert revision


def read(asked: Asked) -> Record:
    """Return the rules in the order of the file."""
    made, told, statuses = _made(asked.connection, asked.now)
    given = judgements_since(asked.connection, asked.now - max(SPANS))
    found = precision(given, [each.id for each in asked.config.rules], asked.now)
    rules = [_rule(each, told[each.id], statuses, found[each.id], asked.now) for each in asked.config.rules]
    return {"rules": rules, "days": DAYS, "cut": len(made) == MOST, "judged": len({each.story for each in given})}


def read_one(asked: Asked) -> Record:
    """Return one rule: what it told of late, what was judged of that, and tests of what was not relevant."""
    rule = _named(asked.config, asked.parts["rule"])
    _, told, statuses = _made(asked.connection, asked.now)
    given = [e for e in judgements_since(asked.connection, asked.now - max(SPANS)) if rule.id in e.rules]
    found = precision(given, [rule.id], asked.now)[rule.id]
    false = {rule.id: false_ones(given).get(rule.id, [])}
    newest = list(dict.fromkeys((each.story, each.revision) for each in told[rule.id]))
    seen: dict[str, int] = {}
    for story, revision in newest:
        seen.setdefault(story, revision)
    stories = read_told(asked.connection, asked.config, asked.now, list(seen.items())[:SHOWN])
    return _rule(rule, told[rule.id], statuses, found, asked.now) | {
        "days": DAYS,
        "pir": rule.pir,
        "notes": rule.notes,
        "contact": rule.contact,
        "file": rule.place.file.rpartition("/")[2],
        "line": rule.place.line,
        "stories": [describe_told(each, asked.now) for each in stories],
        "judgements": [describe_judgement(each) for each in reversed(given)],
        "tests": "\n".join(as_tests(false)) if false[rule.id] else "",
    }


def _named(config: Config, name: str) -> Rule:
    found = next((each for each in config.rules if each.id == name), None)
    if found is None:
        raise NotFound(f"There is no rule {name} in rules.yaml.")
    return found


def _made(connection: Connection, now: datetime) -> tuple[list[Made], dict[str, list[Made]], Statuses]:
    """Return the alerts of the last days, those of each rule, the newest first, and what became of each."""
    made = alerts_made(connection, now - timedelta(days=DAYS), MOST)
    told: dict[str, list[Made]] = defaultdict(list)
    for each in made:
        for rule, _ in each.rules:
            told[rule].append(each)
    return made, told, statuses_of_revisions(connection, [(each.story, each.revision) for each in made])


def _rule(
    rule: Rule, made: list[Made], statuses: Statuses, found: tuple[Precision, ...], now: datetime
) -> dict[str, Any]:
    sent = sent_alone(made, statuses)
    return {
        "rule": rule.id,
        "title": rule.title,
        "severity": "by the scale" if rule.scale else rule.severity.word,
        "mode": rule.mode,
        "notify": list(rule.notify),
        "alerts": len(sent),
        "counts": count(statuses, [(each.story, each.revision) for each in made]),
        "by_day": by_day((each.at for each in sent), now, DAYS),
        "precision": [
            {"days": each.span.days, "relevant": each.relevant, "judged": each.judged, "share": each.share}
            for each in found
        ],
        "precise": shares(found),
    }


PAGE = Page("rules", "/rules", "Rules", read, menu="Rules", key="u")
PAGES = (Page("rule", "/rules/{rule}", "Rule", read_one),)
