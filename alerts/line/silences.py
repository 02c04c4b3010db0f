"""A new silence -> what is wrong with its name, and what it would have withheld; silences that have ended -> notices.

Such a notice is only made where no later message has said it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Reason, Scope, Severity, Silence
from alerts.decide.silences import still_told, unknown
from alerts.delivery import NewDelivery
from alerts.rule import Config
from alerts.store import outbox, silences, withheld
from crawler.config.nearest import nearest
from crawler.store.latest import outlet_names
from crawler.text.urls import host

TOLD_UNASKED_AFTER = timedelta(minutes=10)  # the next message may tell it sooner (decision 106)
_HOST = re.compile(r"[^\s/]+\.[^\s/.]+")
LOOKED_BACK = timedelta(hours=24)  # over which a new silence is tried


def would_have_withheld(
    connection: Connection, config: Config, silence: Mapping[str, Any], now: datetime
) -> list[Alert]:
    """Return the alerts of the last 24 h that a silence would have withheld, one for each message.

    `silence` is what `silence-add` answered: its value may differ from what was asked.
    """
    # in force only now: `still_told` judges each alert as if it came up at `now`
    scope, value = Scope(silence["scope"]), str(silence["value"])
    trial = Silence("", scope, value, "", "", now, now + timedelta(seconds=1))
    told = silences.told_since(connection, now - LOOKED_BACK)
    return [alert for made, alert in told if not still_told([trial], alert, made.rules, now, config)]


def misnamed(connection: Connection, config: Config, scope: Scope, value: str) -> str:
    """Return what is wrong with what a silence is to be on, and the names most like it; "" if nothing is.

    Ids are looked up when the silence is stored. An outlet may be known by its links alone, so any host is taken; and
    any name, while nothing is stored.
    """
    if scope is not Scope.OUTLET or goes_by(connection, config, value):
        return unknown(scope, value, config)
    stored = outlet_names(connection)
    if not stored or _HOST.fullmatch(value):
        return ""
    meant = nearest(value, sorted(_named(config) | stored))
    return f'there is no outlet "{value}"{meant}; write its name, the id of its source, or the host of its links'


def goes_by(connection: Connection, config: Config, outlet: str) -> bool:
    """Return whether a source or a stored article has an outlet of that name, in whatever case."""
    return outlet.casefold() in {name.casefold() for name in _named(config) | outlet_names(connection)}


def _named(config: Config) -> set[str]:
    named = {name for each in config.sources for name in (each.id, each.outlet, host(each.url))}
    return named | {each.name for each in config.outlets.by_address.values()}


def describe_withheld(alerts: Iterable[Alert]) -> dict[str, Any]:
    """Return how many messages it would have been, and by story id the newest headline and its outlet."""
    alerts = list(alerts)
    stories = {each.story: (each.article.title, each.article.outlet) for each in alerts}
    return {"messages": len(alerts), "stories": list(stories), "headlines": list(stories.values())}


def tell_ended(connection: Connection, config: Config, now: datetime) -> int:
    """Queue one notice for each target from which an ended silence withheld messages; return the number of targets.

    Readers learn how much a silence withheld without asking, even if no other message comes.
    """
    owners = {each.id: receiver.name for receiver in config.receivers.values() for each in receiver.targets}
    owed = [target for target in withheld.targets_untold(connection, now - TOLD_UNASKED_AFTER) if target in owners]
    for target in owed:
        lines = withheld.take_withheld(connection, target, now, config.timezone)
        body = "\n".join((*lines, f"What they were: {withheld.LISTED_BY}, watchfloor handover"))
        subject = f"notice:silence:{now.isoformat()}"
        payload = {"title": "a silence has ended; it held messages back", "body": body}
        notice = NewDelivery(
            target, owners[target], Kind.NOTICE, Severity.ROUTINE, Reason.SYSTEM, subject, payload=payload
        )
        outbox.queue(connection, notice, now)
    return len(owed)
