"""Source, state, outcome and now -> next state: when to poll again, and the source's condition in words. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from crawler.source import SUCCESSES, Outcome, OutcomeName, Source, SourceState

LONGEST_WAIT = timedelta(hours=6)
LONGEST_RETRY_AFTER = timedelta(hours=1)
VALIDATED = frozenset({OutcomeName.OK, OutcomeName.NOT_MODIFIED, OutcomeName.NO_ENTRIES})


def state_for(source: Source, state: SourceState | None, now: datetime) -> SourceState:
    """Give a source's state; a fresh one, due now, for a new source or one whose address has changed."""
    if state is not None and state.url == source.url:
        return state
    return SourceState(source=source.id, url=source.url, due=now)


def next_state(source: Source, state: SourceState, outcome: Outcome, now: datetime) -> SourceState:
    """Give the state after a poll. The first good one, even an empty one, makes the baseline; failures back off."""
    good = outcome.name in SUCCESSES
    failures = 0 if good else state.failures + 1
    after = replace(
        state,
        due=_due(source, state, outcome, failures, now),
        outcome=outcome.name,
        detail=outcome.detail,
        polled=now,
        succeeded=now if good else state.succeeded,
        failures=failures,
    )
    if outcome.name in {OutcomeName.OK, OutcomeName.NO_ENTRIES} and state.baseline is None:
        after = replace(after, baseline=now)
    return _with_validators(after, outcome) if outcome.name in VALIDATED else after


def _due(source: Source, state: SourceState, outcome: Outcome, failures: int, now: datetime) -> datetime:
    """Count on from when the poll was due, so that polls a tick late do not drift; from now after a longer gap."""
    wait = _wait(source, failures, outcome)
    late = now - state.due
    return (state.due if timedelta(0) <= late < source.every / 2 else now) + wait


def _wait(source: Source, failures: int, outcome: Outcome) -> timedelta:
    backed_off: timedelta = min(source.every * 2 ** min(max(failures - 1, 0), 30), max(LONGEST_WAIT, source.every))
    asked = min(timedelta(seconds=outcome.retry_after or 0), LONGEST_RETRY_AFTER)
    return max(backed_off, asked)


def _with_validators(state: SourceState, outcome: Outcome) -> SourceState:
    """Keep ETag and Last-Modified byte for byte; a 304 that repeats none leaves those of the answer before."""
    if outcome.name is OutcomeName.NOT_MODIFIED:
        return replace(
            state,
            etag=outcome.etag or state.etag,
            last_modified=outcome.last_modified or state.last_modified,
        )
    return replace(
        state,
        etag=outcome.etag,
        last_modified=outcome.last_modified,
        body_sha256=outcome.body_sha256 or state.body_sha256,
    )


def describe(source: Source, state: SourceState, now: datetime) -> dict[str, object]:
    """Give a source's state as `watchfloor sources --json` prints it; keys are added, never removed."""
    return {
        "source": source.id,
        "outlet": source.outlet,
        "url": source.url,
        "outcome": state.outcome.value if state.outcome else None,
        "reason": state.detail,
        "failures": state.failures,
        "polled": _iso(state.polled),
        "succeeded": _iso(state.succeeded),
        "next": _iso(state.due),
        "words": in_words(state, now),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def in_words(state: SourceState, now: datetime) -> str:
    """Say in one line how a source is: its last outcome, for how long, and when it is polled next."""
    if state.outcome is None or state.polled is None:
        return "never polled"
    name = state.outcome.value.replace("_", " ")
    detail = f" ({state.detail})" if state.detail else ""
    times = f", {state.failures} times in a row" if state.failures > 1 else ""
    good = f", last good {_span(now - state.succeeded)} ago" if state.failures and state.succeeded else ""
    due = "now" if state.due <= now else f"in {_span(state.due - now)}"
    return f"{name}{detail}{times}{good}; polled {_span(now - state.polled)} ago, next {due}"


def _span(length: timedelta) -> str:
    seconds = max(0, round(length.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
