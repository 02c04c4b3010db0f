"""Name the health of a source in one word, and find out whether our own network is down. Pure.

The thresholds are explained in docs/sources.md. `alerts` decides who is told, and in which words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.sources.polling import CONFIRMED, FAULTS, Fault, address, moved
from crawler.sources.source import SUCCESSES, OutcomeName, Source, SourceState

DOWN_AFTER = {Fault.TEMPORARY: timedelta(hours=1), Fault.SOFT: timedelta(hours=1), Fault.HARD: timedelta(0)}
SILENT_RHYTHMS = 3  # times the source's own longest usual pause
SILENT_AT_LEAST, SILENT_AT_MOST = timedelta(hours=6), timedelta(days=14)
GAP_SHOWN = timedelta(hours=24)


class SourceHealth(StrEnum):
    """How a source is, in one word."""

    NEW = "new"  # never polled, or not reached yet
    WELL = "well"
    FAILING = "failing"  # it fails, not yet long enough to say it is down
    DOWN = "down"  # three failures in a row, over at least an hour (hard faults: three)
    GONE = "gone"  # 410, confirmed
    SILENT = "silent"  # it answers and brings nothing new for three times its own rhythm


TELLING = frozenset({SourceHealth.DOWN, SourceHealth.GONE, SourceHealth.SILENT})


def health_of(state: SourceState, now: datetime) -> SourceHealth:
    """Return the health of a source as of `now`."""
    if state.failures:
        return _failing(state, now)
    if state.succeeded is None:
        return SourceHealth.NEW
    asked = min(now, state.polled or now)  # while nobody asks, a source is not silent
    if state.heard is not None and asked - state.heard >= silent_after(state):
        return SourceHealth.SILENT
    return SourceHealth.WELL


def _failing(state: SourceState, now: datetime) -> SourceHealth:
    fault = FAULTS.get(state.outcome, Fault.TEMPORARY) if state.outcome else Fault.TEMPORARY
    if state.failures < CONFIRMED or now - (state.failing or now) < DOWN_AFTER[fault]:
        return SourceHealth.FAILING
    return SourceHealth.GONE if state.outcome is OutcomeName.GONE else SourceHealth.DOWN


def silent_after(state: SourceState) -> timedelta:
    """Return how long a source may bring nothing new before it counts as silent."""
    usual = SILENT_RHYTHMS * timedelta(seconds=state.rhythm or 0.0)
    return min(max(usual, SILENT_AT_LEAST), SILENT_AT_MOST)


def in_words(state: SourceState, now: datetime, *, watched: bool = True) -> str:
    """Return a source's state in one line: last outcome, for how long, when it is polled next if it is `watched`."""
    coming = f", next {_when(state, now)}" if watched else ""
    if state.outcome is None or state.polled is None:
        return f"never polled{f' ({state.detail})' if state.detail else ''}{coming}"
    named = health_of(state, now)
    head = f"{named.value}: " if named in TELLING else ""
    name = state.outcome.value.replace("_", " ")
    detail = f" ({state.detail})" if state.detail else ""
    times = f", {state.failures} times in a row" if state.failures > 1 else ""
    bad = state.outcome not in SUCCESSES
    if bad and not state.failures:
        ours = "parser, killed from outside" if state.outcome is OutcomeName.NOT_PARSED else "network"
        times = f", not charged: it is our own {ours}"
    good = f", last good {length(now - state.succeeded)} ago" if state.succeeded else ", never reached yet"
    good = good if bad else ""
    polled = f"polled {length(now - state.polled)} ago{coming}"
    return f"{head}{name}{detail}{times}{good}{_besides(state, now)}; {polled}"


def _when(state: SourceState, now: datetime) -> str:
    return "now" if state.due <= now else f"in {length(state.due - now)}"


def _besides(state: SourceState, now: datetime) -> str:
    said = []
    if health_of(state, now) is SourceHealth.SILENT and state.heard:
        said.append(f", nothing new for {length(now - state.heard)} (told after {length(silent_after(state))})")
    if moved(state):
        said.append(f", moved to {state.moved_to}")
    if state.gap and now - state.gap < GAP_SHOWN:
        said.append(f", possible gap {length(now - state.gap)} ago")
    return "".join(said)


def describe(source: Source, state: SourceState, now: datetime, *, watched: bool = True) -> dict[str, object]:
    """Return a source's state as `watchfloor sources --json` prints it. Keys are added, never removed."""
    fault = FAULTS.get(state.outcome) if state.outcome else None
    return {
        "source": source.id,
        "outlet": source.outlet,
        "url": source.url,
        "asked": address(source, state),
        "state": health_of(state, now).value,
        "outcome": state.outcome.value if state.outcome else None,
        "fault": fault.value if fault else None,
        "reason": state.detail,
        "failures": state.failures,
        "polled": _iso(state.polled),
        "succeeded": _iso(state.succeeded),
        "heard": _iso(state.heard),
        "silent_after": silent_after(state).total_seconds() if state.heard else None,
        "gap": _iso(state.gap),
        "moved_to": state.moved_to if moved(state) else None,
        "interval": state.pace or source.every.total_seconds(),
        "next": _iso(state.due),
        "words": in_words(state, now, watched=watched),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def length(time: timedelta) -> str:
    """Return a length of time with its unit, in one or two figures: 90 s, 45 min, 30 h, 3 d."""
    seconds = max(0, round(time.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


# -- everything fails at once: that is our network ----------------------------------------------------------------

UNHEARD = frozenset({OutcomeName.TIMEOUT, OutcomeName.UNREACHABLE, OutcomeName.DNS_FAILED})
_MADE_HERE = frozenset({OutcomeName.BLOCKED_PRIVATE, OutcomeName.FAILED, OutcomeName.TLS_FAILED})
HOSTS_NEEDED = 3
QUIET_NEEDED = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Network:
    """What all polls together say of our own network.

    `answered` is when a host last answered, `failed` are the hosts that could not be reached since, `since` is when the
    first of them failed, and `down` whether we take it for a failure of our own network.
    """

    answered: datetime | None = None
    failed: frozenset[str] = frozenset()
    since: datetime | None = None
    down: bool = False

    def shifted(self, step: timedelta) -> Network:
        """Return this state of the network with all times moved by `step`, after the wall clock was set."""
        answered, since = (at + step if at else None for at in (self.answered, self.since))
        return replace(self, answered=answered, since=since)


def observe(network: Network, host: str, outcome: OutcomeName, now: datetime, *, was_well: bool) -> Network:
    """Return the state of the network after one more poll, of `host`, which had not failed before if it `was_well`.

    It is down when HOSTS_NEEDED hosts that were well could not be reached and no host answered for QUIET_NEEDED. Any
    answer, even a refusal, ends that (decision 63).
    """
    # these say nothing of the network: we refused, or failed, or disliked a certificate
    if outcome in _MADE_HERE:
        return network
    if outcome not in UNHEARD:
        return Network(answered=now)
    if not was_well and not network.down:
        return network
    failed = network.failed | {host}
    since = network.since or now
    quiet = network.answered is None or now - network.answered >= QUIET_NEEDED
    return replace(network, failed=failed, since=since, down=network.down or (quiet and len(failed) >= HOSTS_NEEDED))
