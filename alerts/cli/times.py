"""Times as people type them go in, moments come out.

Times are printed by `time` of alerts/render/words.py alone, as messages print them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from alerts.render.words import time
from alerts.run.moments import Moment as Moment
from alerts.run.moments import read_moment as read_moment

PAST_FORMS = "a length (90m, 24h, 7d), a time (03:00), a day (today, yesterday, 2026-06-14) or both (yesterday 18:00)"
COMING_FORMS = "a time (06:00), a day (tomorrow, 2026-06-14), both (tomorrow 06:00), or a length (4h)"


class _MomentType(click.ParamType[Moment]):
    """The type of an option that takes a moment; `name` is what its help calls it."""

    name = "when"

    def __init__(self, read: Callable[[str], Moment], forms: str) -> None:
        self._read, self._forms = read, forms

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        if isinstance(value, Moment):
            return value
        try:
            return self._read(str(value))
        except ValueError:
            forms = f"write {self._forms}, or ISO 8601; without a zone it is in the desk's"
            return self.fail(f'"{value}" is no time; {forms}', param, ctx)


def beginning(since: Moment, now: datetime, timezone: str) -> datetime:
    """Return the time that an option --since names; exit with 2 if it lies ahead."""
    at = since.at(now, timezone)
    if at > now:
        raise click.UsageError(f'--since "{since.text}" is {time(at, timezone, now)}, which lies ahead')
    return at


SINCE = _MomentType(read_moment, PAST_FORMS)
UNTIL = _MomentType(lambda text: read_moment(text, coming=True), COMING_FORMS)
