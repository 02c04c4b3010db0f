"""Events of the program go in; lines on standard error come out: one an event, in UTC, without secrets.

On a terminal they are for people; under systemd, or with --log-json, each is a JSON object. The same line is written a
few times a minute at most, and counted from then on, but for what says which rules are in force. journald rotates.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from alerts.render.redact import parts, redacted

WRITTEN_AT_ONCE = 5  # times the same line is written within REPEATS_COUNTED, in seconds; then it is counted
REPEATS_COUNTED = 60.0
MOST_COUNTED = 5_000  # different lines
Hide = Callable[[Iterable[str]], None]
_PLACE = re.compile(r"(?:(\w+)=)?%[-#0 +]*\d*(?:\.\d+)?[srdfix]")
_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))  # of syslog, as journald reads them


class OneLine(logging.Formatter):
    """Writes a record as one line, escaping what is not printable: no text in it can forge a line (CWE-117)."""

    converter = time.gmtime  # type: ignore[assignment]
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, form: str, known: Iterable[str] = ()) -> None:
        super().__init__(form)
        self.known = tuple(known)

    def format(self, record: logging.LogRecord) -> str:
        return printable(redacted(super().format(record), self.known))


class AsJson(logging.Formatter):
    """Writes a record as one JSON object: time, level, logger, message, its named values, and an error's traceback.

    With `priorities` each line begins with its priority for journald, as <4>.
    """

    def __init__(self, known: Iterable[str] = (), *, priorities: bool = False) -> None:
        super().__init__()
        self.known, self._priorities = tuple(known), priorities

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
        event: dict[str, Any] = {
            "time": f"{at.isoformat(timespec='milliseconds')}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage(), self.known),
        }
        for name, value in named(record):
            event.setdefault(name, value if isinstance(value, int | float) else redacted(str(value), self.known))
        if record.exc_info:
            event["error"] = redacted(self.formatException(record.exc_info), self.known)
        # escaped: lone surrogates, which cannot be written as UTF-8, and what some readers take for the end of a line
        line = "".join(
            char if char.isprintable() else json.dumps(char)[1:-1] for char in json.dumps(event, ensure_ascii=False)
        )
        found = next((priority for level, priority in _PRIORITIES if record.levelno >= level), 7)
        return f"<{found}>{line}" if self._priorities else line


def named(record: logging.LogRecord) -> Iterable[tuple[str, Any]]:
    """Yield the values that a message names, as source=%s does."""
    if isinstance(record.args, tuple) and record.args:
        names = [match[1] for match in _PLACE.finditer(record.msg.replace("%%", ""))]
        if len(names) == len(record.args):
            yield from ((name, value) for name, value in zip(names, record.args, strict=True) if name)


def printable(text: str) -> str:
    """Return a text in one line, with escapes for what is not printable."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


@dataclass(slots=True)
class _Repeated:
    first: float
    record: logging.LogRecord
    written: int = 1
    held: int = 0


class Repeats:
    """Counts lines that repeat. `now` is seconds of any clock that is not set."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int, str], _Repeated] = {}  # the one that began first is the first

    def passes(self, record: logging.LogRecord, now: float) -> bool:
        """Return whether a line is to be written; else it is counted.

        A record with `is_counted` False is always written: it says what is in force, and its last line must be true.
        """
        if not getattr(record, "is_counted", True):
            return True
        key = (record.name, record.levelno, record.getMessage())
        seen = self._seen.get(key)
        if seen is None:
            self._seen[key] = _Repeated(now, record)
            return True
        if seen.written < WRITTEN_AT_ONCE:
            seen.written += 1
            return True
        seen.held += 1
        return False

    def over(self, now: float) -> list[logging.LogRecord]:
        """Return a line for each that was counted and whose time is over, and forget those."""
        said = []
        while self._seen:
            key, first = next(iter(self._seen.items()))
            if now - first.first < REPEATS_COUNTED and len(self._seen) <= MOST_COUNTED:
                break
            del self._seen[key]
            if first.held:
                said.append(_summary(first, now))
        return said


def _summary(seen: _Repeated, now: float) -> logging.LogRecord:
    held, record = seen.held, seen.record
    words = f"repeated {held} times more in {max(1, round(now - seen.first))} s: {record.getMessage()}"
    return logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, "%s", (words,), None)


class Steady(logging.StreamHandler[TextIO]):
    """Writes lines to a stream, those that repeat a few times a minute."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._repeats = Repeats()

    def emit(self, record: logging.LogRecord) -> None:
        now = time.monotonic()
        for each in self._repeats.over(now):
            super().emit(each)
        if self._repeats.passes(record, now):
            super().emit(record)

    def close(self) -> None:
        """Write what was counted so far: at the end of the program nobody asks any more."""
        for each in self._repeats.over(time.monotonic() + REPEATS_COUNTED):
            super().emit(each)
        super().close()


def is_journal(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Return whether a stream leads to journald, which names its own in JOURNAL_STREAM (systemd.exec(5))."""
    try:
        there = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{there.st_dev}:{there.st_ino}"


def log_to_stderr(level: int, *, as_json: bool = False, secrets: Iterable[str] = ()) -> Hide:
    """Log to stderr: our packages from `level` on, libraries from WARNING. Under systemd always as JSON.

    What is returned takes further secrets out of the log from then on.
    """
    journal, known = is_journal(os.environ, sys.stderr), parts(secrets)
    form: OneLine | AsJson = OneLine("%(asctime)s %(levelname)s %(name)s %(message)s", known)
    if journal or as_json:
        form = AsJson(known, priorities=journal)
    stream = Steady(sys.stderr)
    stream.setFormatter(form)
    # force replaces handlers that are there already: with two, every line would be printed twice
    logging.basicConfig(handlers=[stream], level=logging.WARNING, force=True)
    logging.getLogger("scrapy").setLevel(logging.ERROR)  # our own lines name every outcome of a poll
    # a round that still runs when the next is due is no fault: crawler/collect/scheduler.py says when one takes long
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    for ours in ("alerts", "crawler"):
        logging.getLogger(ours).setLevel(level)

    def hide(more: Iterable[str]) -> None:
        form.known = parts((*form.known, *more))

    return hide
