"""Decide the next state of a source after a poll: when to poll again, with which validators, at which address. Pure.

Jitter and spreading use a hash of the source, so that the same poll always gets the same decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from crawler.sources.source import SUCCESSES, FetchOutcome, OutcomeName, Source, SourceState

LONGEST_BACK_OFF = timedelta(hours=6)
LONGEST_RETRY_AFTER = timedelta(hours=1)  # whatever the server asks for (decision 68)
JITTER = 0.1  # of a back-off, so that what failed together does not come back together
WHOLE_AT_LEAST = timedelta(hours=24)  # between two polls without validators
CONFIRMED = 3  # equal answers in a row before an address is given up, or another one taken
FASTEST = timedelta(seconds=30)  # a turned-over window shortens the interval to a quarter, but not below this
GAP_ENTRIES = 2  # in an answer, none of them known: then some may have been missed; one alone is just new
QUIET_RHYTHMS = 1.0  # rhythms without news, after which polls are slowed down to `at_most`
SLOWER, SOONER = 1.25, 0.5  # factors of the interval: after a quiet poll, and after a possible gap
SPREAD_RATE = 20.0  # polls a second at start-up, unless the sources need more
TIMED = ("due", "polled", "succeeded", "failing", "whole", "heard", "gap")  # of a state; its baseline is a name
VALIDATED = frozenset({OutcomeName.OK, OutcomeName.NOT_MODIFIED, OutcomeName.NO_ENTRIES})


class Fault(StrEnum):
    """Classes of failure: temporary ends by itself, soft is an answer that is no feed, hard needs the admin."""

    TEMPORARY = "temporary"
    SOFT = "soft"
    HARD = "hard"


FAULTS = {
    OutcomeName.TIMEOUT: Fault.TEMPORARY,
    OutcomeName.UNREACHABLE: Fault.TEMPORARY,
    OutcomeName.DNS_FAILED: Fault.TEMPORARY,
    OutcomeName.BAD_ANSWER: Fault.TEMPORARY,
    OutcomeName.SERVER_ERROR: Fault.TEMPORARY,
    OutcomeName.THROTTLED: Fault.TEMPORARY,
    OutcomeName.TRUNCATED: Fault.TEMPORARY,
    OutcomeName.FAILED: Fault.TEMPORARY,
    OutcomeName.EMPTY: Fault.SOFT,
    OutcomeName.NOT_A_FEED: Fault.SOFT,
    OutcomeName.DENIED: Fault.SOFT,
    OutcomeName.NOT_FOUND: Fault.SOFT,
    OutcomeName.CLIENT_ERROR: Fault.SOFT,
    OutcomeName.TLS_FAILED: Fault.SOFT,
    OutcomeName.TOO_LARGE: Fault.SOFT,
    OutcomeName.PARSE_TIMEOUT: Fault.SOFT,
    OutcomeName.PARSE_FAILED: Fault.SOFT,
    OutcomeName.GONE: Fault.HARD,
    OutcomeName.BLOCKED_PRIVATE: Fault.HARD,
    OutcomeName.BAD_REDIRECT: Fault.HARD,
}
LOST_ADDRESS = frozenset({OutcomeName.NOT_FOUND, OutcomeName.GONE, OutcomeName.BLOCKED_PRIVATE, OutcomeName.NOT_A_FEED})


def state_for(source: Source, state: SourceState | None, now: datetime) -> SourceState:
    """Return a source's state: a new one, due now, for a new source or a changed address.

    An address in rules.yaml that equals where a permanent redirect led is no change, and the state is kept.
    """
    if state is not None and state.url == source.url:
        return state
    if state is not None and moved(state) and state.moved_to == source.url:
        return replace(state, url=source.url, moved_to=None, moves=0)
    return SourceState(source=source.id, url=source.url, due=now)


def may_be_asked_soon(source: Source, state: SourceState, now: datetime) -> bool:
    """Return whether a source may be polled before it is due: it publishes itself, is well and was not just asked."""
    lately = state.polled is not None and now - state.polled < FASTEST
    return not source.outlet_from and not state.failures and not lately and state.due > now


def address(source: Source, state: SourceState) -> str:
    """Return the address to request: that of rules.yaml, or where confirmed permanent redirects lead."""
    return state.moved_to if moved(state) and state.moved_to else source.url


def moved(state: SourceState) -> bool:
    """Return whether enough equal answers gave the new address."""
    return state.moved_to is not None and state.moves >= CONFIRMED


def is_conditional(state: SourceState, now: datetime) -> bool:
    """Return whether to send validators: not if the last whole body is WHOLE_AT_LEAST old.

    Some servers answer 304 to everything.
    """
    return state.whole is not None and now - state.whole < WHOLE_AT_LEAST


def next_state(source: Source, state: SourceState, outcome: FetchOutcome, now: datetime) -> SourceState:
    """Return the state after a poll. The first good poll, even an empty one, makes the baseline; failures back off."""
    good = outcome.name in SUCCESSES
    failures = 0 if good else state.failures + 1
    changes = _address_after(state, outcome, failures)
    if outcome.name in VALIDATED:
        changes |= _validators_after(state, outcome, now)
    if outcome.name in {OutcomeName.OK, OutcomeName.NO_ENTRIES} and state.baseline is None:
        changes["baseline"] = now
    return replace(
        state,
        due=_due(source, state, outcome, failures, now),
        outcome=outcome.name,
        detail=outcome.detail,
        polled=now,
        succeeded=now if good else state.succeeded,
        failures=failures,
        failing=None if good else state.failing or now,
        mark=state.mark if outcome.mark is None else outcome.mark,
        **changes,
    )


def uncharged(state: SourceState, outcome: FetchOutcome, source: Source, now: datetime) -> SourceState:
    """Return the state after a poll that failed through us (network, parsing child): only its times have changed."""
    due = now + min(source.every, timedelta(minutes=1))
    if state.failures:  # it keeps the reason of its own
        return replace(state, due=due, polled=now)
    return replace(state, due=due, polled=now, outcome=outcome.name, detail=outcome.detail)


def rested(state: SourceState, until: datetime, why: str) -> SourceState:
    """Return the state of a source whose host asked for a pause: due no sooner, without counting a failure.

    A source that fails keeps its own reason.
    """
    if state.due >= until:
        return state
    return replace(state, due=until, detail=state.detail if state.failures else why)


def shifted(state: SourceState, step: timedelta) -> SourceState:
    """Return the state with all times moved by `step`, so that every length of time stays the same."""
    timed = {name: at + step for name in TIMED if (at := getattr(state, name)) is not None}
    return replace(state, **timed)


def believed(state: SourceState, now: datetime) -> SourceState:
    """Return a stored state; one polled later than `now` was stored while the clock was ahead, and is moved back."""
    return shifted(state, now - state.polled) if state.polled is not None and state.polled > now else state


def _due(source: Source, state: SourceState, outcome: FetchOutcome, failures: int, now: datetime) -> datetime:
    """Return when the source is due, counted from when this poll was due, so that late ticks do not add up.

    After a longer gap it is counted from now.
    """
    wait = _wait(source, state, failures, outcome, now)
    late = now - state.due
    # counting from `now` would move every poll by the delay of its tick
    return (state.due if timedelta(0) <= late < source.every / 2 else now) + wait


def _wait(source: Source, state: SourceState, failures: int, outcome: FetchOutcome, now: datetime) -> timedelta:
    if not failures:
        return _interval(source, state, outcome)
    longest = max(LONGEST_BACK_OFF, source.every)
    if FAULTS.get(outcome.name) is Fault.HARD and failures >= CONFIRMED:
        return longest
    backed_off: timedelta = min(source.every * 2 ** min(failures - 1, 30), longest)
    if failures > 1:
        # not on the first failure: a single lost poll keeps its rhythm
        backed_off = min(backed_off * (1 + JITTER * (2 * fraction(source.id, now.isoformat()) - 1)), longest)
    asked = timedelta(seconds=min(max(outcome.retry_after or 0.0, 0.0), LONGEST_RETRY_AFTER.total_seconds()))
    return max(backed_off, asked)


def _interval(source: Source, state: SourceState, outcome: FetchOutcome) -> timedelta:
    """Return the source's present interval, lengthened to what the server asks for, up to the ceiling."""
    pace = timedelta(seconds=state.pace) if state.pace else source.every
    # entries are being missed: what the server asks for must not slow that down
    if pace < source.every:
        return pace
    asked = max(outcome.fresh_for or 0.0, outcome.ttl or state.ttl or 0.0, 0.0)
    return min(max(pace, timedelta(seconds=min(asked, source.ceiling.total_seconds()))), source.ceiling)


def fraction(*parts: str) -> float:
    """Return a number in [0, 1) that looks random and is always the same for the same words."""
    digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / float(1 << 48)


def _address_after(state: SourceState, outcome: FetchOutcome, failures: int) -> dict[str, Any]:
    """Return what changes as permanent redirects lead to an address, as CONFIRMED answers must in a row.

    An address adopted in this way is given up again if it fails as often.
    """
    gone: dict[str, Any] = {"moved_to": None, "moves": 0}
    if moved(state):
        return gone if outcome.name in LOST_ADDRESS and failures >= CONFIRMED else {}
    if outcome.name not in SUCCESSES:
        return {}
    if outcome.moved_to is None:
        return gone if state.moved_to else {}
    moves = state.moves + 1 if outcome.moved_to == state.moved_to else 1
    return {"moved_to": outcome.moved_to, "moves": moves}


def _validators_after(state: SourceState, outcome: FetchOutcome, now: datetime) -> dict[str, Any]:
    """Return what changes by the ETag and Last-Modified of an answer; a 304 without them keeps the earlier ones."""
    if outcome.status == 304 or (outcome.name is OutcomeName.NOT_MODIFIED and outcome.status is None):
        return {"etag": outcome.etag or state.etag, "last_modified": outcome.last_modified or state.last_modified}
    return {
        "etag": outcome.etag,
        "last_modified": outcome.last_modified,
        "body_sha256": outcome.body_sha256 or state.body_sha256,
        "whole": now,
        "ttl": state.ttl if outcome.name is OutcomeName.NOT_MODIFIED else outcome.ttl,
    }


# -- what the answer brought: rhythm, pace, a possible gap -----------------------------------------------------

START_RHYTHM = timedelta(hours=8)
HALF_LIFE = timedelta(days=7)  # of a rhythm (decision 62)


def heard(
    source: Source,
    state: SourceState,
    now: datetime,
    *,
    new: int,
    known: int,
    dates: Sequence[datetime] = (),
    gap: bool | None = None,
) -> SourceState:
    """Return the state after counting what was new in an answer: rhythm, pace, and a possible gap.

    `gap` says whether there is one, where the numbers of the entries tell.
    """
    if state.failures:
        return state
    if state.heard is None:
        return replace(state, heard=now, rhythm=_first_rhythm(dates, now)) if state.baseline else state
    # an answer without any known entry may have missed some in between; the first one after the baseline cannot
    turned_over = (new >= GAP_ENTRIES and known == 0 and state.baseline != now) if gap is None else gap
    if new:
        rhythm = _rhythm(state, now)
        state = replace(state, heard=now, rhythm=rhythm, gap=now if turned_over else state.gap)
    pace = _pace(source, state, now, new=new, turned_over=turned_over)
    if pace != state.pace:
        state = replace(state, pace=pace)
    soon = now + timedelta(seconds=state.pace or source.every.total_seconds())
    return replace(state, due=min(state.due, soon)) if turned_over else state


def _first_rhythm(dates: Sequence[datetime], now: datetime) -> float:
    """Return the longest pause between the entries of the first answer in seconds, at least eight hours (a night)."""
    known = sorted(each for each in dates if each <= now)
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(known)]
    return max([START_RHYTHM.total_seconds(), *pauses])


def _rhythm(state: SourceState, now: datetime) -> float:
    """Return the longest pause in seconds; it halves in a week without such a pause."""
    pause = (now - (state.heard or now)).total_seconds()
    faded: float = (state.rhythm or 0.0) * 0.5 ** (pause / HALF_LIFE.total_seconds())
    return max(pause, faded)


def _pace(source: Source, state: SourceState, now: datetime, *, new: int, turned_over: bool) -> float | None:
    """Return the next interval in seconds, None for `every`.

    Shorter after an answer that was all new, back to `every` with news, longer up to the ceiling in quiet times.
    """
    every, pace = source.every.total_seconds(), state.pace or source.every.total_seconds()
    if turned_over:
        return max(pace * SOONER, min(every, max(every / 4, FASTEST.total_seconds())))
    if new:
        return None if pace >= every else min(pace * SLOWER, every)
    quiet = (now - (state.heard or now)).total_seconds() > QUIET_RHYTHMS * (state.rhythm or every)
    if pace < every or quiet:
        slower = min(pace * SLOWER, source.ceiling.total_seconds() if quiet else every)
        return None if slower == every else slower
    return state.pace


# -- many sources at once ---------------------------------------------------------------------------------------


def spread(due: Iterable[Source], sources: Iterable[Source], now: datetime) -> Mapping[str, datetime]:
    """Return a due time for each of many sources that are due at once, so that the polls are spread evenly.

    What is polled most often comes first: a wait that is nothing to the others is many intervals of it.
    """
    rate = max(SPREAD_RATE, sum(1 / each.every.total_seconds() for each in sources))
    ordered = sorted(due, key=lambda each: (each.every, fraction(each.id)))
    return {each.id: now + timedelta(seconds=rank / rate) for rank, each in enumerate(ordered)}
