"""Who shares a store goes in; what is amiss with that comes out in words, to be shown, or told to a person once."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy import Connection

from alerts.decide.roles import Member, lacking
from alerts.store import decisions
from crawler.store.leases import Standing
from crawler.store.writer_lane import Lane

log = logging.getLogger(__name__)
LACKS = 60.0  # seconds
TOLD = "sharing"  # the mark of what the admin was told of how the store is shared
TITLES = {
    "collect": "nothing is polled",
    "alert": "nothing is judged or sent",
    "held": "work is left undone",
    "rules": "daemons of one store go by different rules",
}


def lacking_in(found: Standing) -> dict[str, str]:
    """Return in words what is amiss with how a store is shared."""
    members = [Member(each.name, each.rules, each.takes) for _, each in sorted(found.live.items())]
    return lacking(members, found.held)


class SharingFaults:
    """Tells a person once what is amiss for LACKS seconds with how a store is shared, and once that it is over."""

    def __init__(self, lane: Lane, tell: Callable[[str, str], object]) -> None:
        self._lane, self._tell = lane, tell
        self._failing, self._failure = 0.0, ""  # since when we cannot look, and what the admin was told of it
        self._lacks: dict[str, float] = {}  # what is amiss, since when by the monotonic clock
        self._told: frozenset[str] = frozenset()  # of that
        self.undone = False  # whether no daemon does a part of the work, for LACKS seconds

    def note_failure(self, failed: str, now: float) -> None:
        """Tell of it where we cannot look for LACKS seconds, and so begin with nothing new, and when we can."""
        self._failing = (self._failing or now) if failed else 0.0
        if failed and not self._failure and now - self._failing >= LACKS:
            self._failure = failed
            self._tell("cannot take its share of the work", f"The log says more; it is tried again: {failed}")
        elif self._failure and not failed:
            self._tell("takes its share of the work again", f"It was: {self._failure}")
            self._failure = ""

    def add_told(self, told: frozenset[str]) -> None:
        """Take what is noted in the store as told: who told it may be gone, and it must be told again another time."""
        self._told |= told

    async def note_lacking(self, found: Standing, *, leaving: bool) -> None:
        """Tell what no daemon does for LACKS seconds, and what is done again; one of the daemons does."""
        now, lacks = time.monotonic(), lacking_in(found)
        self._lacks = {key: self._lacks.get(key, now) for key in lacks}
        lasting = {key: lacks[key] for key, since in self._lacks.items() if now - since >= LACKS}
        self.undone = bool(lasting.keys() - {"rules"})
        if not leaving and (lasting.keys() - self._told or self._told - lacks.keys()):
            news = await self._lane.write(partial(_news, lasting=lasting, lacks=lacks))
            self._told = frozenset(lasting) | (self._told & lacks.keys())
            for title, body in news:
                log.warning("sharing: %s: %s", title, body)
                self._tell(title, body)


def told_in(connection: Connection) -> frozenset[str]:
    """Return what is noted as told."""
    return frozenset(json.loads(decisions.get_mark(connection, TOLD) or "{}"))


def _news(connection: Connection, lasting: Mapping[str, str], lacks: Mapping[str, str]) -> list[tuple[str, str]]:
    """Note what is told of what is amiss, and return what no daemon has told yet, each with a title."""
    told: dict[str, str] = json.loads(decisions.get_mark(connection, TOLD) or "{}")
    news = [(f"{TITLES[key]}", words) for key, words in lasting.items() if key not in told]
    news += [(f"{TITLES[key]}: over", f"It was: {words}") for key, words in told.items() if key not in lacks]
    left = {key: words for key, words in told.items() if key in lacks} | dict(lasting)
    decisions.set_mark(connection, TOLD, json.dumps(left, sort_keys=True))
    return news
