"""A store and its rules go in; what `status` and the board say of the watch comes out: the books, what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from alerts.decide import encoding
from alerts.decide.attempt import TargetState
from alerts.decide.ledger import STATES
from alerts.decide.life import STILL
from alerts.render.counting import counted
from alerts.render.words import time
from alerts.run import board_fault, failed_start
from alerts.run.checks_store import growth_of
from alerts.run.health import down_since, network_words
from alerts.run.lock import holder
from alerts.run.stored import last_reload, ledger_of
from alerts.run.watch import is_watched, last_life, last_seen
from alerts.store import audit, marks, outbox, translations
from alerts.store import notices as notice_store
from alerts.store import targets as target_store
from alerts.store.audit import What
from alerts.store.opening import reading
from crawler.config.sources import read_sources
from crawler.config.yamlfile import ConfigError
from crawler.sources.health import health_of, in_words, length
from crawler.sources.source import SourceState
from crawler.store import articles as archive

ENDED = {  # by what the store's log has last
    What.START.value: "it ended without a word, so it was killed or the machine went down",
    What.STOP.value: "it was told to stop",
    What.RESTORE.value: "the store was restored since",
    None: "how it ended is not known",
}


def report_of(state: Path, rules: Path, now: datetime, zone: str) -> dict[str, Any]:
    # in one transaction: counts read at different moments would leave remainders that are none
    with reading(state) as connection:
        states = _still_wanted(archive.load_states(connection), rules)
        delivered = outbox.delivered(connection)
        ledger = ledger_of(connection, delivered)
        reload = last_reload(connection)
        stored = archive.totals(connection)
        targets = {
            name: _target_words(each, now, zone)
            for name, each in sorted(target_store.target_states(connection).items())
        }
        untold = notice_store.untold_notices(connection)
        down = down_since(connection)
        oldest = outbox.oldest_due(connection, now)
        canary = marks.canary_arrived(connection)
        translation, model = _translation(connection, zone), _model(connection, zone)
        grows = growth_of(connection, now)
        last_run = audit.last_run(connection)
    seen, watched = last_seen(state), is_watched(state, now)
    failed = failed_start.last(state, seen)
    ended = {
        "at": seen.isoformat() if seen else None,
        "last": last_run.value if last_run else None,
        "failed_start": {"at": failed[0].isoformat(), "why": failed[1]} if failed else None,
        "waiting": sum(n for (_, name), n in delivered.items() if name in outbox.IN_FLIGHT_OR_WAITING),
    }
    by_outcome = Counter(each.outcome.value if each.outcome else "never_polled" for each in states.values())
    by_health = Counter(health_of(each, now).value for each in states.values())
    by_state: Counter[str] = Counter()
    for (_, name), n in delivered.items():
        by_state[name] += n
    return {
        "daemon": holder(state),  # the lock says whether it runs; a pid in a file would not
        "life": _life(state, holder(state), now),
        "board_fault": board_fault.last(state, holder(state)) or None,
        "ended": ended,
        "network_down_since": down.isoformat() if down else None,
        "ledger": ledger.as_dict(),
        "stored": stored,
        "growth": grows.as_dict() | {"words": grows.words()} if grows else None,
        "sources": dict(sorted(by_outcome.items())),
        "sources_by_state": dict(by_health.most_common()),
        "sources_watched": watched,
        "sources_in_words": {name: in_words(each, now, watched=watched) for name, each in sorted(states.items())},
        "outbox": dict(sorted(by_state.items())),
        "targets": {name: words for name, words in targets.items() if words},
        "oldest_due": oldest.isoformat() if oldest else None,
        "canary": canary.isoformat() if canary else None,
        "translation": translation,
        "language_model": model,
        "untold_notices": untold,
        "reload": reload,
    }


def _translation(connection: Connection, zone: str) -> dict[str, Any] | None:
    """Return how the service that translates has answered, and how much it made; None where none is asked."""
    state = translations.load_state(connection)
    if state is None:
        return None
    kept = translations.count(connection)
    return {
        "works": state.since is None,
        "since": state.since.isoformat() if state.since else None,
        "detail": state.detail,
        "kept": kept,
        "words": f"{state.words(zone)}; {counted(kept, 'headline')} kept",
    }


def _model(connection: Connection, zone: str) -> dict[str, Any] | None:
    """Return how the language model works; None where none is asked for."""
    state = translations.load_state(connection, translations.ENCODER)
    if state is None:
        return None
    since = state.since.isoformat() if state.since else None
    return {"works": since is None, "since": since, "detail": state.detail, "words": encoding.words(state, zone)}


def _target_words(target_state: TargetState, now: datetime, zone: str) -> str:
    """Return the state of a target in words, "" if it is well."""
    down_from, rests_until = target_state.down_from, target_state.rests_until
    if target_state.is_down and down_from:
        return f"down since {time(down_from, zone)}: {target_state.detail}"
    if target_state.rests(now) and rests_until:
        return f"rests until {time(rests_until, zone)}: {target_state.detail}"
    return f"failed {target_state.failures} times in a row: {target_state.detail}" if target_state.failures else ""


def _still_wanted(states: dict[str, SourceState], rules: Path) -> dict[str, SourceState]:
    """Return the states of sources that are in rules.yaml; all of them if it has errors.

    The store still has the states of sources that were removed.
    """
    # only the sources are read, so an error elsewhere in the rules hides nothing here
    try:
        wanted = {each.id for each in read_sources(rules)[0]}
    except ConfigError:
        return states
    return {name: state for name, state in states.items() if name in wanted}


def lines_of(report: Mapping[str, Any], now: datetime, zone: str) -> Iterator[str]:
    pid, down = report["daemon"], report["network_down_since"]
    yield _daemon_words(pid, report["life"]) if pid is not None else _ended_words(report["ended"], zone, now)
    if report["board_fault"]:
        yield f"THE BOARD IS NOT SERVED: {report['board_fault']}"
    if down:
        yield network_words(datetime.fromisoformat(down), now, zone)
    yield from _books(report["ledger"])
    yield f"archive: {_listed(report['stored'])}"
    if report["growth"]:
        yield f"store: {report['growth']['words']}"
    yield f"outbox: {_listed(report['outbox']) or 'empty'}"
    yield from (f"target {name}: {words}" for name, words in report["targets"].items())
    yield _waiting_words(report["oldest_due"], now)
    yield _canary_words(report["canary"], now)
    if report["translation"]:
        yield f"translation: {report['translation']['words']}"
    if report["language_model"]:
        yield f"language model: {report['language_model']['words']}"
    if report["untold_notices"]:
        notices = counted(report["untold_notices"], "notice")
        yield f"NOBODY COULD BE TOLD of {notices}: watchfloor deliveries --state dead"
    yield from _rules(report["reload"], zone)
    states = _listed(report["sources_by_state"])
    yield (
        f"sources: {states}"
        if report["sources_watched"]
        else f"sources: NONE IS WATCHED NOW; when last polled: {states}"
    )
    yield from (f"  {name}: {text}" for name, text in report["sources_in_words"].items())


def _life(state: Path, pid: int | None, now: datetime) -> dict[str, Any] | None:
    """Return the seconds since the daemon's last life sign, and what it said stands still; None if it gave none."""
    last = last_life(state, pid)
    return {"age": max(0, round((now - last[0]).total_seconds())), "why": last[1]} if last else None


def _ended_words(ended: Mapping[str, Any], zone: str, now: datetime) -> str:
    """Return that no daemon runs: since when, how it ended, what waits, and what to do."""
    waits = ended["waiting"]
    still = f"{counted(waits, 'message')} wait{'s' * (waits == 1)} to be sent" if waits else "no message waits"
    start = f"Nothing is watched, {still}. Start it: sudo systemctl start watchfloor (without systemd: watchfloor run)"
    if failed := ended["failed_start"]:
        tried = time(datetime.fromisoformat(failed["at"]), zone, now)
        start = f"THE START OF {tried} FAILED: {failed['why']}. {start}"
    if ended["at"] is None:
        return f"daemon: not running; none ever ran here. {start}"
    at = datetime.fromisoformat(ended["at"])
    since = f"since {time(at, zone, now)}, {length(now - at)} ago"
    return f"daemon: not running {since}: {ENDED.get(ended['last'], ENDED[None])}. {start}"


def _daemon_words(pid: int, life: Mapping[str, Any] | None) -> str:
    if life is None:
        return f"daemon: running, pid {pid}, without a life sign yet"
    sign = f"last life sign {length(timedelta(seconds=life['age']))} ago"
    if life["age"] > STILL:
        return f"daemon: STANDS STILL, pid {pid}: {sign}. It is stopped or hangs: nothing is watched; start it again"
    return f"daemon: NOT WELL, pid {pid}: {life['why']}" if life["why"] else f"daemon: running, pid {pid}, {sign}"


def _waiting_words(oldest: str | None, now: datetime) -> str:
    waits = length(now - datetime.fromisoformat(oldest)) if oldest else ""
    return f"the oldest message that is due waits for {waits}" if oldest else "no message that is due waits"


def _canary_words(arrived: str | None, now: datetime) -> str:
    ago = f"{length(now - datetime.fromisoformat(arrived))} ago" if arrived else "never (settings.canary)"
    return f"canary: last arrived {ago}"


def _books(ledger: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ledger in words: collected, decided, told, and what of it is unaccounted for."""
    came = {name: ledger[name] for name in ("new", "known", "revised")}
    came["matched by no rule and not kept"] = ledger["passed"]
    yield f"collected: {counted(ledger['entries'], 'entry')}: {_listed(came, ledger['rejected'], 'rejected')}"
    to_send = {"queued": ledger["queued"]}
    yield f"decided: {counted(ledger['matched'], 'match')}: {_listed(to_send, ledger['suppressed'], 'not told')}"
    yield f"told: {counted(ledger['queued'], 'message')}: {_listed({name: ledger[name] for name in STATES})}"
    for kind, states in sorted(ledger["messages"].items()):
        yield f"besides: {counted(sum(states.values()), kind)}: {_listed(states)}"
    missing = {name: n for name, n in ledger["remainders"].items() if n}
    yield f"UNACCOUNTED FOR: {_listed(missing)}" if missing else "the books balance: nothing is unaccounted for"


def _listed(amounts: Mapping[str, int], reasons: Mapping[str, int] | None = None, name: str = "") -> str:
    """Return the amounts that are not zero, as in "3 sent, 1 pending".

    `reasons` are the parts of one more amount called `name`: "2 rejected (1 no title, 1 no link)".
    """
    shown = [f"{n} {each.replace('_', ' ')}" for each, n in amounts.items() if n]
    if reasons and sum(reasons.values()):
        shown.append(f"{sum(reasons.values())} {name} ({_listed(reasons)})")
    return ", ".join(shown) or "none"


def _rules(reload: Mapping[str, Any] | None, zone: str) -> Iterator[str]:
    if reload is None:
        yield "rules: never loaded"
        return
    at = time(datetime.fromisoformat(reload["at"]), zone)
    if reload["result"] == "refused":
        yield f"rules: REFUSED {at}, the old ones stay in force, version {reload['version']}"
        yield from (f"  {problem}" for problem in reload["problems"])
    else:
        yield f"rules: in force since {at}, version {reload['version']}"
        yield from (f"  {problem}" for problem in reload["problems"])
