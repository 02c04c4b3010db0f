"""SQL that counts what each rule alerted, and what became of it. Every function takes a connection.

What an alert was made by stands in its JSON, which the database reads: of a month's alerts none is loaded. A message
counts as in statuses.py, which answers the same for single stories.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    TableValuedAlias,
    and_,
    case,
    cast,
    func,
    select,
)

from alerts.alert import Kind
from alerts.delivery import UNFINISHED, Carried, DeliveryState
from alerts.status import COUNTED
from alerts.store.decisions import alerts
from alerts.store.outbox import deliveries
from alerts.store.statuses import TELLING

DAY = timedelta(days=1)


@dataclass(slots=True)
class RuleCounts:
    """The alerts of a rule: by what became of them (COUNTED), and those sent by spans of 24 hours, the oldest first."""

    days: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    by_day: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_day = [0] * self.days


def counts_by_rule(connection: Connection, now: datetime, days: int) -> dict[str, RuleCounts]:
    """Return the counts of each rule that alerted in the last days, by its id."""
    causes, rule = _causes(connection)
    became = _became(now - days * DAY)
    status = func.coalesce(became.c.status, "joined")  # one without a message went into a later one's
    back = case(*((alerts.c.created > now - (each + 1) * DAY, each) for each in range(days)), else_=days - 1)
    found = (
        select(rule, status, back, func.count())
        .select_from(alerts)
        .join(causes, alerts.c.created > now - days * DAY)
        .outerjoin(became, (became.c.story == alerts.c.story) & (became.c.revision == alerts.c.revision))
        .group_by(rule, status, back)
    )
    made: dict[str, RuleCounts] = {}
    for name, word, at, n in connection.execute(found):
        counted = made.setdefault(name, RuleCounts(days))
        counted.counts[word] += n
        if word == "sent":
            counted.by_day[days - 1 - at] += n
    return made


def newest_of_rule(connection: Connection, name: str, since: datetime, most: int) -> list[tuple[str, int]]:
    """Return up to `most` stories that a rule alerted since then, each with its newest alert revision of it."""
    causes, rule = _causes(connection)
    wanted = (
        select(alerts.c.story, alerts.c.revision)
        .select_from(alerts)
        .join(causes, alerts.c.created >= since)
        .where(rule == name)
        .order_by(alerts.c.created.desc(), alerts.c.story, alerts.c.revision.desc())
    )
    found: dict[str, int] = {}
    for story, revision in connection.execute(wanted):
        found.setdefault(story, revision)
        if len(found) == most:
            break
    return list(found.items())


def _became(since: datetime) -> Any:
    """Return the query of what became of each alert revision made since then that has a message of its own."""
    own, message, digest = deliveries.alias(), deliveries.alias(), deliveries.alias()
    by_message = and_(own.c.carried_how == Carried.MESSAGE.value, message.c.id == own.c.carried_by)
    by_digest = and_(
        own.c.carried_how == Carried.DIGEST.value,
        digest.c.subject == own.c.carried_by,
        digest.c.target == own.c.target,
        digest.c.kind == Kind.DIGEST.value,
    )

    def of(name: str) -> ColumnElement[Any]:
        """Return a column of the message that says it: the one that it was folded into, else itself."""
        return case(
            (message.c.id.is_not(None), message.c[name]), (digest.c.id.is_not(None), digest.c[name]), else_=own.c[name]
        )

    told = of("sent").is_not(None)
    alone = and_(told, own.c.state != DeliveryState.FOLDED.value)
    waits = and_(of("sent").is_(None), of("state").in_([each.value for each in UNFINISHED]))
    name = case((_any(alone), "sent"), (_any(told), "joined"), (_any(waits), "waiting"), else_="unsent")
    query: Select[Any] = (
        select(own.c.subject.label("story"), own.c.revision, name.label("status"))
        .select_from(own)
        .join(alerts, (alerts.c.story == own.c.subject) & (alerts.c.revision == own.c.revision))
        .outerjoin(message, by_message)
        .outerjoin(digest, by_digest)
        .where(alerts.c.created >= since, own.c.kind.in_(TELLING))
        .group_by(own.c.subject, own.c.revision)
    )
    return query.subquery()


def _any(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.max(case((condition, 1), else_=0)) == 1


def _causes(connection: Connection) -> tuple[TableValuedAlias, ColumnElement[str]]:
    """Return the causes of an alert as a table, and the rule of each."""
    return _CAUSES[connection.dialect.name]()


def _of_sqlite() -> tuple[TableValuedAlias, ColumnElement[str]]:
    causes = func.json_each(alerts.c.content, "$.causes").table_valued("value")
    return causes, func.json_extract(causes.c.value, "$.rule")


def _of_postgresql() -> tuple[TableValuedAlias, ColumnElement[str]]:
    # its readers of JSON refuse the sign for NUL anywhere in a text
    content = cast(func.replace(alerts.c.content, "\\u0000", ""), JSON)
    causes = func.json_array_elements(func.json_extract_path(content, "causes")).table_valued("value")
    return causes, func.json_extract_path_text(causes.c.value, "rule")


_CAUSES: Mapping[str, Callable[[], tuple[TableValuedAlias, ColumnElement[str]]]] = {
    "sqlite": _of_sqlite,
    "postgresql": _of_postgresql,
}
