"""A new silence -> what it would have withheld; silences that have ended -> notices of what they withheld.

Such a notice is only made where no later message has said it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Reason, Scope, Severity, Silence
from alerts.decide.silences import still_told
from alerts.delivery import NewDelivery
from alerts.rule import Config
from alerts.store import outbox, silences, withheld

TOLD_UNASKED_AFTER = timedelta(minutes=10)  # the next message may tell it sooner (decision 106)
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
