"""Daemons that died without leaving a store that they shared: who finds one dead notes it, and one that lives tells it.

What is noted is in the store, by state directory: whoever is started again there in time is no news.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from alerts.line.notices import queue_all
from alerts.render.words import time
from alerts.rule import Config
from alerts.run.shared_work import lacking_in
from alerts.store import decisions
from crawler.store import leases
from crawler.store.leases import LEASE, QUEUED, Daemon, Standing

LOST = "lost daemons"  # the mark
AWAY = 30.0  # seconds after it was found dead in which a daemon may come back untold
CAME_BACK = "came back"  # the mark: by state directory, when daemons came back there that had not left
OFTEN, WITHIN = 3, 600.0  # times and seconds from which that is told


def bury(connection: Connection) -> None:
    """Remove the daemons of a store that are dead, and note them."""
    now = leases.standing(connection).now
    if dead := leases.bury(connection):
        _write(connection, _noted(connection) | {each.home: _note(each, now) for each in dead})


def forget(connection: Connection, home: str) -> None:
    """Take a daemon for no lost one: it came back, or leaves."""
    noted = _noted(connection)
    if noted.pop(home, None):
        _write(connection, noted)


def come_back(connection: Connection, config: Config, daemon: Daemon, now: datetime) -> None:
    """Note that a daemon is back and no longer lost; queue a notice where it came back OFTEN in the time WITHIN.

    Call it before the daemon is entered: where one of its state directory is still in the store, or is noted as lost,
    that one ended without leaving. Daemons that leave in order are not counted.
    """
    found = leases.standing(connection)
    has_died = daemon.home in _noted(connection) or any(each.home == daemon.home for each in found.live.values())
    forget(connection, daemon.home)
    if not has_died:
        return
    kept: dict[str, list[float]] = json.loads(decisions.get_mark(connection, CAME_BACK) or "{}")
    lately = {home: [at for at in times if 0 <= found.now - at < WITHIN] for home, times in kept.items()}
    times = [*lately.get(daemon.home, ()), found.now]
    if len(times) >= OFTEN:
        title = (
            f"the daemon {daemon.name} was lost {len(times)} times in {WITHIN / 60:.0f} min, and came back each time"
        )
        body = (
            "It was killed, or stood still. Others did its work meanwhile; what it was sending may have gone twice, "
            "marked. Its log says more (journalctl -u watchfloor), or that of the machine, as where memory ran out "
            "(journalctl -k)."
        )
        # each series is told, also the next one of a process that lives on
        queue_all(connection, config, f"notice:lost daemon:back {daemon.id} {found.now:.3f}", title, body, now)
        times = []
    lately[daemon.home] = times
    decisions.set_mark(connection, CAME_BACK, json.dumps({home: at for home, at in lately.items() if at}))


def is_due(connection: Connection, found: Standing) -> bool:
    """Return whether there is a lost daemon to be told of."""
    return any(_due(each, found) for each in _noted(connection).values())


def tell(connection: Connection, config: Config, now: datetime) -> None:
    """Queue a notice on each lost daemon that did not come back, in the commit that forgets it: it is told once."""
    found, noted = leases.standing(connection), _noted(connection)
    for home, each in list(noted.items()):
        if _due(each, found):
            title, body = _words(each, found, config.timezone)
            queue_all(connection, config, f"notice:lost daemon:{each['id']}", title, body, now)
            del noted[home]
    _write(connection, noted)
    leases.say(connection, QUEUED)


def _words(each: dict[str, Any], found: Standing, zone: str) -> tuple[str, str]:
    since = time(datetime.fromtimestamp(each["signed"], UTC), zone)
    lacks = [words for key, words in lacking_in(found).items() if key != "rules"]  # by whatever rules, it is done
    work = "NOT ALL of its work is done by others" if lacks else "others do its work"
    living = ", ".join(other.name for other in found.live.values())
    title = f"the daemon {each['name']} (role {each['roles']}) has not signed its life since {since}; {work}"
    body = "".join(f"{words}. " for words in lacks) + (
        "It was killed, or its machine or its line to the store is gone. The store is watched by "
        f"{living}. Start it again there: systemctl start watchfloor; if it is not to come back, nothing is to be done."
    )
    return title, body


def _due(each: dict[str, Any], found: Standing) -> bool:
    return found.now - float(each["found"]) >= AWAY


def _note(each: Daemon, now: float) -> dict[str, Any]:
    signed = min(each.until - LEASE, now)  # it is later where the server's clock was set back
    return {"id": each.id, "name": each.name, "roles": each.roles, "signed": signed, "found": now}


def _noted(connection: Connection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(decisions.get_mark(connection, LOST) or "{}")
    return found


def _write(connection: Connection, noted: dict[str, Any]) -> None:
    if noted:
        decisions.set_mark(connection, LOST, json.dumps(noted, sort_keys=True))
    else:
        decisions.drop_mark(connection, LOST)
