"""A source's id goes in; it is polled at the next tick, or why not comes out: an officer cannot wait for its pace."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from alerts.line.orders import signed_by
from alerts.render.records import stamp
from alerts.run.control import Command
from alerts.store.audit import Entry, What
from crawler.clock import Clock
from crawler.collect.collecting import Collecting
from crawler.config.nearest import nearest
from crawler.sources.health import length
from crawler.sources.source import OutcomeName

log = logging.getLogger(__name__)
AGAIN = timedelta(seconds=30)  # between two polls that people ask for: no host is hurried by a finger on a key
Note = Callable[[Entry], Awaitable[object]]


def poll_command(collecting: Collecting, note: Note, clock: Clock) -> Command:
    """Return what answers {"command": "poll", "source": id, "by": name} on the control socket."""
    return partial(_poll, collecting, note, clock)


async def _poll(collecting: Collecting, note: Note, clock: Clock, request: Mapping[str, Any]) -> Mapping[str, Any]:
    name, now = str(request["source"]), clock()
    if name not in collecting.names:
        return {"error": f'there is no source "{name}"{nearest(name, collecting.names)}'}
    state = await collecting.state_of(name, now)
    if state.outcome is OutcomeName.THROTTLED and state.due > now:
        return {"error": f"{name} asked to be left alone for another {length(state.due - now)}"}
    if state.polled and timedelta(0) <= now - state.polled < AGAIN:
        return {"error": f"{name} was polled {length(now - state.polled)} ago; ask again after {length(AGAIN)}"}
    by = str(signed_by(request)["by"])
    if collecting.is_ours(name):
        collecting.states[name] = replace(state, due=min(state.due, now))
    else:
        await collecting.ask_elsewhere([name], by or "somebody", now)
    await note(Entry(now, What.ORDER, by, f"poll of {name} at once"))
    log.info("order poll source=%s by=%s", name, by)
    return {"source": name, "due": stamp(now)}
