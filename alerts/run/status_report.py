"""A store and its rules go in; what `status` and the board say of the watch comes out: the books, what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from alerts.decide import encoding
from alerts.decide.attempt import TargetState
from alerts.decide.ledger import STATES
from alerts.decide.life import STILL
from alerts.decide.roles import listed
from alerts.delivery import DeliveryState
from alerts.render.counting import counted
from alerts.render.words import time
from alerts.run import board_fault, failed_start
from alerts.run.checks_store import growth_of
from alerts.run.health import down_since, network_words
from alerts.run.life_sign import is_watched, last_life, last_seen
from alerts.run.lock import holder
from alerts.run.others import collects, others_of, watched_by
from alerts.run.shared_work import lacking_in
from alerts.run.stored import last_reload, ledger_of
from alerts.run.wordless import wordless_kept
from alerts.store import audit, marks, outbox, outbox_counts, translations
from alerts.store import notices as notice_store
from alerts.store import targets as target_store
from alerts.store.audit import What
from alerts.store.opening import reading
from crawler.config.problems import ConfigError
from crawler.sources.health import health_of, in_words, length
from crawler.sources.source import SourceState
from crawler.store import articles as archive
from crawler.store.leases import standing
from crawler.store.source_states import load_states

ENDED = {  # by what the store's log has last
    What.START.value: "it ended without a word, so it was killed or the machine went down",
    What.STOP.value: "it was told to stop",
    What.RESTORE.value: "the store was restored since",
    None: "how it ended is not known",
}


def report_of(state: Path, rules: Path, now: datetime, zone: str) -> dict[str, Any]:
    # in one transaction: counts read at different moments would leave remainders that are none
    with reading(state) as connection:
        states = _still_wanted(load_states(connection), state, rules)
        delivered = outbox_counts.delivered(connection)
        ledger = ledger_of(connection, delivered)
        reload = last_reload(connection)
        stored = archive.totals(connection)
        targets = {
            name: _target_words(each, now, zone)
            for name, each in sorted(target_store.target_states(connection).items())
        }
        untold = notice_store.untold_notices(connection)
        down = down_since(connection)
        oldest = outbox_counts.oldest_due(connection, now)
        canary = marks.canary_arrived(connection)
        translation, model = _translation(connection, zone), _model(connection, zone)
        grows = growth_of(connection, now)
        last_run = audit.last_run(connection)
        shared = _shared(connection, state)
    watched = is_watched(state, now) or bool(shared and shared["others_collect"])
    by_outcome = Counter(each.outcome.value if each.outcome else "never_polled" for each in states.values())
    by_health = Counter(health_of(each, now).value for each in states.values())
    by_state: Counter[str] = Counter()
    for (_, name), n in delivered.items():
        by_state[name] += n
    return {
        "daemon": holder(state),  # the lock says whether it runs; a pid in a file would not
        "life": _life(state, holder(state), now),
        "shared": shared,
        "board_fault": board_fault.last(state, holder(state)) or None,
        "ended": _ended(state, last_run[0] if last_run else None, delivered),
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


def _ended(state: Path, last_run: audit.What | None, delivered: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """Return how the last daemon ended, and how many messages wait for the next."""
    seen = last_seen(state)
    failed = failed_start.last(state, seen)
    return {
        "at": seen.isoformat() if seen else None,
        "last": last_run.value if last_run else None,
        "failed_start": {"at": failed[0].isoformat(), "why": failed[1]} if failed else None,
        "waiting": sum(n for (_, name), n in delivered.items() if name in outbox.IN_FLIGHT_OR_WAITING),
    }


def _shared(connection: Connection, state: Path) -> dict[str, Any] | None:
    """Return which daemons share the store and what each holds, and what is amiss with that; None for a file."""
    if connection.dialect.name != "postgresql":
        return None
    found = standing(connection)
    daemons = [
        {
            "name": each.name,
            "role": each.roles,
            "rules": each.rules,
            "age": round(found.now - each.began),
            "holds": sorted(found.of(each.id)),
        }
        for each in sorted(found.live.values(), key=lambda each: each.began)
    ]
    others = others_of(found, state)
    return {
        "daemons": daemons,
        "others": [each.name for each in others],  # of other state directories
        "others_collect": collects(others),
        "lacking": list(lacking_in(found).values()) if daemons else [],
    }


def _shared_words(shared: Mapping[str, Any] | None) -> Iterator[str]:
    if not shared or not shared["daemons"]:
        return
    yield f"the store is shared by {counted(len(shared['daemons']), 'daemon')}:"
    for each in shared["daemons"]:
        since, holds = length(timedelta(seconds=each["age"])), listed(each["holds"]) or "nothing yet"
        yield f"  {each['name']}: role {each['role']}, for {since}, rules {each['rules']}; holds {holds}"
    yield from (f"NOT ALL IS DONE: {each}" for each in shared["lacking"])


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
    words = encoding.words(state, zone, marks.examples_noted(connection))
    return {"works": since is None, "since": since, "detail": state.detail, "words": words}


def _target_words(target_state: TargetState, now: datetime, zone: str) -> str:
    """Return the state of a target in words, "" if it is well."""
    down_from, rests_until = target_state.down_from, target_state.rests_until
    if target_state.is_down and down_from:
        return f"down since {time(down_from, zone)}: {target_state.detail}"
    if target_state.rests(now) and rests_until:
        return f"rests until {time(rests_until, zone)}: {target_state.detail}"
    return f"failed {target_state.failures} times in a row: {target_state.detail}" if target_state.failures else ""


def _still_wanted(states: dict[str, SourceState], state_dir: Path, rules: Path) -> dict[str, SourceState]:
    """Return the states of sources that are in rules.yaml; all of them if it has errors.

    The store still has the states of sources that were removed.
    """
    if kept := wordless_kept(state_dir, rules):
        sources = kept.sources
    else:
        # only the sources are read, so an error elsewhere in the rules hides nothing here
        try:
            sources = import_module("crawler.config.sources").read_sources(rules)[0]
        except ConfigError:
            return states
    wanted = {each.id for each in sources}
    return {name: each for name, each in states.items() if name in wanted}


def lines_of(report: Mapping[str, Any], now: datetime, zone: str) -> Iterator[str]:
    pid, down = report["daemon"], report["network_down_since"]
    others = watched_by(report["shared"]["others"] if report["shared"] else ())
    ended = report["ended"]
    yield _daemon_words(pid, report["life"], others) if pid is not None else _ended_words(ended, zone, now, others)
    yield from _shared_words(report["shared"])
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
    yield _waiting_words(report, now)
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


def _ended_words(ended: Mapping[str, Any], zone: str, now: datetime, others: str) -> str:
    """Return that no daemon runs here: since when, how it ended, what waits, and what to do; `others` watch."""
    waits = ended["waiting"]
    still = f"{counted(waits, 'message')} wait{'s' * (waits == 1)} to be sent" if waits else "no message waits"
    what = f"{others[0].upper()}{others[1:]}" if others else "Nothing is watched"
    start = f"{what}, {still}. Start it: sudo systemctl start watchfloor (without systemd: watchfloor run)"
    if failed := ended["failed_start"]:
        tried = time(datetime.fromisoformat(failed["at"]), zone, now)
        start = f"THE START OF {tried} FAILED: {failed['why']}. {start}"
    if ended["at"] is None:
        return f"daemon: not running{' here' * bool(others)}; none ever ran here. {start}"
    at = datetime.fromisoformat(ended["at"])
    since = f"since {time(at, zone, now)}, {length(now - at)} ago"
    if others:  # the log is of all daemons: its last word may be another's
        return f"daemon: not running here {since}. {start}"
    return f"daemon: not running {since}: {ENDED.get(ended['last'], ENDED[None])}. {start}"


def _daemon_words(pid: int, life: Mapping[str, Any] | None, others: str) -> str:
    if life is None:
        return f"daemon: running, pid {pid}, without a life sign yet"
    sign = f"last life sign {length(timedelta(seconds=life['age']))} ago"
    if life["age"] > STILL:
        what = others or "nothing is watched"
        return f"daemon: STANDS STILL, pid {pid}: {sign}. It is stopped or hangs: {what}; start it again"
    return f"daemon: NOT WELL, pid {pid}: {life['why']}" if life["why"] else f"daemon: running, pid {pid}, {sign}"


def _waiting_words(report: Mapping[str, Any], now: datetime) -> str:
    """Return how long the oldest message that is due waits, or what is being sent, or was when the daemon ended."""
    if oldest := report["oldest_due"]:
        return f"the oldest message that is due waits for {length(now - datetime.fromisoformat(oldest))}"
    if not (sending := report["outbox"].get(DeliveryState.SENDING.value)):
        return "no message that is due waits"
    many, was = counted(sending, "message"), "were" if sending > 1 else "was"
    if report["daemon"] is None and not (report["shared"] and report["shared"]["others"]):
        return f"{many} {was} being sent when the daemon ended; the next one sees to it"
    return f"{many} being sent; no other that is due waits"


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
