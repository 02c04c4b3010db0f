"""A state directory, rules and a store go in; what is to be said of the watch comes out: daemon, rules, receivers,
sources, what waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import Target
from alerts.decide import encoding
from alerts.decide.attempt import TargetState
from alerts.decide.finding import Finding, fault, ok, warning
from alerts.decide.life import STILL
from alerts.receivers.targets import host_of
from alerts.render.counting import counted
from alerts.rule import HEARTBEAT, Config
from alerts.rules.unread import unread_notices
from alerts.run import board_fault
from alerts.run.board_answers import who_answers
from alerts.run.extras import done_without
from alerts.run.life_sign import last_life
from alerts.run.lock import holder
from alerts.run.others import watched_by
from alerts.run.stored import last_reload
from alerts.store import marks, notices, outbox_counts, targets, translations
from crawler.config.problems import ConfigError
from crawler.fetch.names import Names
from crawler.sources.health import SourceHealth, health_of, in_words, length
from crawler.sources.source import SourceState
from crawler.store.source_states import load_states

UNSET_REMEDY = "write it in the file of secrets; restart the daemon where it may not read that file"
NAMED = 5  # sources named in one line
LOOKED_UP = 5.0  # seconds for all hosts of receivers together
WAITED_LONG = timedelta(hours=1)
AILING = (SourceHealth.GONE, SourceHealth.DOWN, SourceHealth.SILENT, SourceHealth.FAILING)


def check_daemon(state_dir: Path, now: datetime, others: Sequence[str] = ()) -> Iterator[Finding]:
    """Yield whether a daemon runs, and when it last gave a life sign; `others` are those that share its store."""
    name = "daemon"
    try:
        pid = holder(state_dir)
    except OSError as error:
        yield fault(name, f"{state_dir}: {error.strerror}", "look as root")
        return
    start = "systemctl start watchfloor (journalctl -u watchfloor says why it ended)"
    if pid is None and others:
        yield warning(name, f"not running here; {watched_by(others)}", start)
        return
    if pid is None:
        yield fault(name, "not running: nothing is watched", start)
        return
    last = last_life(state_dir, pid)
    if last is None:
        yield warning(name, f"pid {pid}, without a life sign yet", "look again in a minute; if it stays so, restart it")
        return
    at, why = last
    words = f"pid {pid}, last life sign {length(now - at)} ago"
    if (now - at).total_seconds() > STILL:
        yield fault(name, f"STANDS STILL: {words}", "systemctl restart watchfloor")
    elif why:
        yield fault(name, f"{words}: {why}", "it mends itself when the cause is gone; docs/operating.md has each")
    else:
        yield ok(name, words)


def check_board(state_dir: Path, address: str) -> Iterator[Finding]:
    """Yield why the daemon that runs does not serve the board, else what answers at its address.

    It is served by the daemon, or apart by a service of its own. `address` is that of `settings.board`, "" where it is
    off or not known; without a daemon nothing need answer.
    """
    if why := board_fault.last(state_dir, holder(state_dir)):
        yield warning("board", why, "name another address, or end what listens there (ss -ltnp); it is tried again")
    elif address and holder(state_dir) is not None:
        answers, words = who_answers(address)
        remedy = "systemctl status watchfloor-board where it is served apart, else journalctl -u watchfloor; off: none"
        yield ok("board", words) if answers else warning("board", words, remedy)


def check_rules(config: Config | ConfigError, unset: str) -> Iterator[Finding]:
    """Yield whether the rules can be read; `unset` says why secrets could not be looked at."""
    if isinstance(config, ConfigError):
        first, more = str(config.problems[0]), len(config.problems) - 1
        yield fault("rules", first + (f" and {more} more" if more else ""), "watchfloor check shows each with its line")
    else:
        # no warning: a member of the group may not read them and asks all the same, and the service has them
        rules, sources = counted(len(config.rules), "rule"), counted(len(config.sources), "source")
        words = f"{rules}, {sources}, version {config.version}"
        yield ok("rules", f"{words}; {unset}: addresses of receivers are not looked up" if unset else words)
        for name, problem in config.unset.items():
            what = ("heartbeat", "not called") if name == HEARTBEAT else (f"source {name}", "not polled")
            yield fault(what[0], f"it is {what[1]}: {problem.message}", UNSET_REMEDY)
        for name, problem in done_without(config).items():
            yield warning(name, problem.message, "mend it, then systemctl restart watchfloor")


def check_reload(connection: Connection) -> Iterator[Finding]:
    """Yield whether the running rules are those of the file."""
    last = last_reload(connection)
    if last and last["result"] == "refused":
        problems = last["problems"]
        words = f"the last reload was refused: {problems[0] if problems else 'see status'}"
        yield fault("reload", words, "mend the rules; watchfloor check finds every error")


def check_receivers(connection: Connection | None, config: Config, now: datetime) -> Iterator[Finding]:
    """Yield of each receiver whether its targets can be found and were reached; nothing is sent."""
    states = targets.target_states(connection) if connection else {}
    every = [each for receiver in config.receivers.values() for each in receiver.targets]
    unknown = asyncio.run(_unresolvable(every))
    for receiver in config.receivers.values():
        name, many = f"receiver {receiver.name}", len(receiver.targets)
        remedy = f"watchfloor test-receiver {receiver.name}"
        found = [words for each in receiver.targets if (words := _ails(each, states, unknown, now))]
        if not found:
            yield ok(name, f"{many} target{'s' * (many != 1)}")
        elif len(found) == many:
            yield fault(name, "; ".join(found), remedy)
        else:
            yield warning(name, "; ".join(found), remedy)
    if problem := unread_notices(config):
        words, _, remedy = problem.message.partition("; ")
        yield warning("admin", words, remedy)
    lost = notices.untold_notices(connection) if connection else 0
    if lost:
        yield fault("notices", f"nobody could be told of {lost}", "watchfloor deliveries --state dead")


def _ails(target: Target, states: Mapping[str, TargetState], unknown: Mapping[str, str], now: datetime) -> str:
    """Return what is wrong with a target, "" if nothing."""
    if target.id in unknown:
        return f"{target.id}: {unknown[target.id]}"
    state = states.get(target.id)
    if state is None or not (state.is_down or state.rests(now) or state.failures):
        return ""
    how = "down" if state.is_down else "resting" if state.rests(now) else f"failed {state.failures} times"
    return f"{target.id}: {how}: {state.detail}"


async def _unresolvable(every: Iterable[Target]) -> dict[str, str]:
    """Return by target why its host has no address; all are looked up at the same time."""
    names = Names()
    hosts = {each.id: host for each in every if "${" not in each.url and (host := host_of(each))}
    asked = {each: asyncio.ensure_future(names.resolve(each)) for each in set(hosts.values())}
    if not asked:
        return {}
    await asyncio.wait(asked.values(), timeout=LOOKED_UP)
    faults = {}
    for host, answer in asked.items():
        if not answer.done():
            answer.cancel()
            faults[host] = f"no answer on {host} within {LOOKED_UP:.0f} s"
        elif error := answer.exception():
            faults[host] = f"{host} is not found: {error}"
    return {target: faults[host] for target, host in hosts.items() if host in faults}


def check_translation(connection: Connection, config: Config) -> Iterator[Finding]:
    """Yield how the service of settings.translate has answered, if there is one; nothing is asked."""
    state = translations.load_state(connection) if config.translate else None
    if state is None:
        return
    words = state.words(config.timezone)
    if state.since is None:
        yield ok("translation", words)
    else:
        yield warning("translation", words, "watchfloor translate HEADLINE says what it answers; the log has more")


def check_model(connection: Connection, config: Config) -> Iterator[Finding]:
    """Yield how the language model works, if the rules ask for one; nothing is asked of it."""
    state = translations.load_state(connection, translations.ENCODER) if config.languages else None
    if state is None:
        return
    examples = marks.examples_noted(connection)
    words = encoding.words(state, config.timezone, examples)
    if state.since is not None:
        remedy = "the log has more; it is started again by itself (systemctl restart watchfloor does it now)"
        yield warning("language model", words, remedy)
    elif examples and examples.failed:
        yield warning("language model", words, "the log names them; reword them in the lists example-...")
    else:
        yield ok("language model", words)


def check_waiting(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Yield what has been due for long and was not sent."""
    oldest = outbox_counts.next_due(connection)
    late = now - oldest if oldest else timedelta(0)
    if late > WAITED_LONG:
        yield warning("outbox", f"a message is due since {length(late)}", "watchfloor deliveries --state queued")
    else:
        yield ok("outbox", "nothing is overdue")


def check_sources(connection: Connection, config: Config, now: datetime, *, watched: bool) -> Iterator[Finding]:
    """Yield which sources fail, are silent, or were never polled; where none is `watched`, as they last were."""
    states = load_states(connection)
    wanted = [each.id for each in config.sources]
    by_health: dict[SourceHealth, list[SourceState]] = {}
    for each in wanted:
        if each in states:
            by_health.setdefault(health_of(states[each], now), []).append(states[each])
    never = [each for each in wanted if each not in states]
    for health in AILING:
        ill = by_health.get(health, [])
        if ill:
            shown = "; ".join(f"{each.source}: {in_words(each, now)}" for each in ill[:NAMED])
            more = f" and {len(ill) - NAMED} more" if len(ill) > NAMED else ""
            yield warning(f"sources {health.value}", f"{len(ill)}: {shown}{more}", "watchfloor sources try ID")
    if never:
        shown = ", ".join(never[:NAMED]) + (f" and {len(never) - NAMED} more" if len(never) > NAMED else "")
        yield warning(
            "sources never polled", f"{len(never)}: {shown}", "let the daemon run; it polls each within a minute"
        )
    well = len(by_health.get(SourceHealth.WELL, ()))
    if not well and wanted:
        yield fault("sources", f"none of {len(wanted)} is well", "look at the network of this machine first")
    elif not watched:
        said = f"none is polled now; {well} of {len(wanted)} were well when last polled"
        yield warning("sources", said, "start the watch (systemctl start watchfloor)")
    else:
        yield ok("sources", f"{well} of {len(wanted)} well")
