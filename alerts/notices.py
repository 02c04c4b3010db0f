"""What the system says about itself to the admin receiver: durable like any alert, once for each cause."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from alerts import outbox
from alerts.alert import Dead, Decision, Kind, Reason, Severity
from alerts.rule import Config
from crawler.db import WriterLane

log = logging.getLogger(__name__)


async def give_notice(
    lane: WriterLane,
    config: Config,
    cause: str,
    title: str,
    body: str,
    now: datetime,
    *,
    not_by: Iterable[str] = (),
) -> None:
    """Queue a notice for every target of `settings.admin`; the same `cause` is told once.

    `not_by` names targets that cannot be used because the notice is about them.
    """
    log.warning("notice cause=%s %s", cause, title)
    await lane.write(
        lambda connection: queue_all(connection, config, f"notice:{cause}", title, body, now, not_by=not_by)
    )


def queue_all(
    connection: Connection,
    config: Config,
    subject: str,
    title: str,
    body: str,
    now: datetime,
    *,
    not_by: Iterable[str] = (),
) -> None:
    """Queue a notice for every target of `settings.admin`, in the commit of its cause."""
    barred = set(not_by)
    for each in config.receivers[config.admin].targets:
        if each.id not in barred:
            made = Decision(each.id, each.receiver, Kind.NOTICE, Severity.PRIORITY, Reason.SYSTEM, queue=True, rules=())
            outbox.queue_notice(connection, made, subject, now, title, body)


async def tell_dead(lane: WriterLane, config: Config, dead: Iterable[Dead], now: datetime) -> None:
    """Tell of deliveries that were given up, by a target that is not the one that failed."""
    for each in dead:
        delivery = each.delivery
        if delivery.kind is Kind.NOTICE:  # a notice about a notice would never end; the log and status have it
            log.error("notice could not be delivered delivery=%s detail=%s", delivery.id, each.detail)
            continue
        await give_notice(
            lane,
            config,
            f"dead:{delivery.id}",
            f"a message to {delivery.receiver} could not be delivered",
            f"{delivery.kind.value} on {delivery.subject} for {delivery.receiver} was given up after "
            f"{delivery.attempts} attempts: {each.detail}\nIt is kept: watchfloor status shows it under dead.",
            now,
            not_by=[delivery.target],
        )
