"""SQL on feedback: who holds which told story for relevant. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, Index, Integer, RowMapping, Table, Text, select

from alerts.decide.feedback import Judgement
from alerts.render.title import headline_of
from alerts.store import decisions, digests
from alerts.store.decisions import metadata
from crawler.store.db import UtcTime
from crawler.store.saving import save

feedback = Table(
    "feedback",
    metadata,
    Column("story", Text, primary_key=True),
    Column("by", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("via", Text, nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # of the alert that was judged
    Column("told", UtcTime, nullable=False),  # when that was made
    Column("title", Text, nullable=False),
    Column("rules", Text, nullable=False),  # JSON list of ids
    Index("feedback_by_told", "told"),
)


def judge(
    connection: Connection, story: str, now: datetime, *, relevant: bool, reason: str, by: str, via: str
) -> Judgement:
    """Store a judgement of what was told last of a story, in place of an earlier one by the same person; return it.

    A judgement without a reason leaves the reason that this person gave for the same one. Its `revision` is 0 where
    only a digest told the story. Raises NoResultFound.
    """
    alert = digests.alert_told(connection, story)
    revision = decisions.last_alert_revision(connection, story)
    before = judgement_of(connection, story, by)
    if not reason and before and before.relevant is relevant:
        reason = before.reason
    rules = tuple(each.rule for each in alert.causes)
    title = headline_of(alert.article)
    made = Judgement(story, by, now, via, relevant, reason, revision, alert.created, title, rules)
    save(connection, feedback, asdict(made) | {"rules": json.dumps(rules)}, "story", "by")
    return made


def judgement_of(connection: Connection, story: str, by: str) -> Judgement | None:
    """Return what a person said of a story, None for nothing."""
    found = select(feedback).where(feedback.c.story == story, feedback.c.by == by)
    row = connection.execute(found).mappings().one_or_none()
    return _judgement(row) if row else None


def judgements_on(connection: Connection, story: str) -> list[Judgement]:
    """Return what was said of a story, in the order in which it was."""
    found = select(feedback).where(feedback.c.story == story).order_by(feedback.c.at)
    return [_judgement(row) for row in connection.execute(found).mappings()]


def judgements_since(connection: Connection, since: datetime) -> list[Judgement]:
    """Return what was said of the stories told since then, in the order in which it was."""
    found = select(feedback).where(feedback.c.told >= since).order_by(feedback.c.at)
    return [_judgement(row) for row in connection.execute(found).mappings()]


def judgements_given_since(connection: Connection, since: datetime) -> list[Judgement]:
    """Return what was said since then, in the order in which it was."""
    found = select(feedback).where(feedback.c.at >= since).order_by(feedback.c.at)
    return [_judgement(row) for row in connection.execute(found).mappings()]


def _judgement(row: RowMapping) -> Judgement:
    return Judgement(**{**row, "rules": tuple(json.loads(row["rules"]))})
