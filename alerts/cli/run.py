"""`watchfloor run`: the daemon, or single rounds."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from contextlib import nullcontext, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from alerts.cli.common import config_option, fail, print_json, rules_path, secrets_for, state_option, state_path
from alerts.cli.loading import refuse
from alerts.cli.logs import log_to_stderr
from alerts.cli.places import own_socket, secrets_path
from alerts.decide.roles import Role
from alerts.line.direct_notice import tell_once
from alerts.rules.config import RulesError, variables
from alerts.run import failed_start
from alerts.run.article_lines import parse_time
from alerts.run.heap import give_back, live_long
from alerts.run.lock import AlreadyRunning
from alerts.run.owner import act_as_owner
from alerts.run.rules_file import read_rules
from alerts.run.secrets_file import SecretsFile
from alerts.run.stage import StageError, describe
from crawler.config.problems import ConfigError
from crawler.store.errors import StoreBusy, StoreError
from crawler.store.faults import in_words

if TYPE_CHECKING:
    from alerts.run.service import Service

BUSY = 75  # exit code: EX_TEMPFAIL of sysexits.h
STORE_REFUSED = 78  # exit code: EX_CONFIG of sysexits.h. A restart mends nothing, and the unit starts it no more


@click.command(name="run")
@config_option
@state_option
@click.option("--once", is_flag=True, help="One full round at the present, then end.")
@click.option("--at", "at", type=click.Choice(["-"]), help="Read one ISO time a line on stdin; one full round at each.")
@click.option(
    "--accept-store",
    is_flag=True,
    help="Start with the store as it is, though it is gone, older than it was, or another: what it lost is lost.",
)
@click.option(
    "--role",
    type=click.Choice([each.value for each in Role]),
    default=Role.ALL.value,
    help="Of several daemons that share a store in PostgreSQL: only collect, or only alert.",
)
@click.option("--log-json", "log_json", is_flag=True, help="Log a JSON object a line, as under systemd.")
@click.option("-v", "--verbose", count=True, help="Log more; twice for polls that gave nothing new.")
def command(
    path: Path | None,
    state_dir: Path | None,
    *,
    once: bool,
    at: str | None,
    accept_store: bool,
    role: str,
    log_json: bool,
    verbose: int,
) -> None:
    """Collect, match and alert until told to stop by SIGTERM or Ctrl-C; SIGHUP reads rules and secrets again."""
    if once and at:
        raise click.UsageError("--once and --at exclude each other")
    if (once or at) and role != Role.ALL.value:
        raise click.UsageError("a round does all: --role is for daemons")
    live_long()
    rules = rules_path(path)
    hide = log_to_stderr(_level(at, verbose), as_json=log_json, secrets=_secrets_named(rules))
    os.umask(0o077)  # what the store holds is nobody else's
    out = sys.stdout
    aside = redirect_stdout(sys.stderr) if once or at else nullcontext()  # JSON lines alone on standard output
    service: Service | None = None
    try:
        with aside:
            state, patient = state_path(state_dir, rules), not (once or at)
            secrets = SecretsFile(secrets_path(rules, os.environ), os.environ, hide)
            socket = own_socket(state, os.environ)
            read = read_rules(rules, state, secrets, patient=patient)
            give_back()
            # only now: what fetches and stores takes the room that compiling the rules left, 11 MB of a desk
            from alerts.run.service import Service  # noqa: PLC0415

            service = Service(
                read,
                state,
                secrets,
                socket=socket,
                accept_store=accept_store,
                patient=patient,
                role=Role(role),
            )
            with _runner() as runner:
                runner.run(_run(service, out, once=once, at=at))
    except ConfigError as error:
        if not (once or at):
            _tell_refused(state_path(state_dir, rules), error)
        refuse(error)
    except AlreadyRunning as error:
        fail(str(error))
    except StoreError as error:
        if service and not (
            once or at
        ):  # whoever asked for a round reads it here; a daemon has nobody who reads its log
            title = "does not start: nothing is watched"
            tell_once(service.state_dir, service.config, title, str(error), datetime.now(UTC))
        fail(str(error), BUSY if isinstance(error, StoreBusy) else STORE_REFUSED)
    except StageError as error:
        fail(f"the round was done but for what failed, the log above says why: {error}")
    except Exception as error:
        if service and not (once or at):
            title = "stopped by a fault: nothing is watched"
            tell_once(service.state_dir, service.config, title, in_words(error), datetime.now(UTC))
        raise


def _level(at: str | None, verbose: int) -> int:
    # --at is driven by programs over many times: only what is wrong is of use on stderr
    quiet = logging.WARNING if at else logging.INFO
    return quiet if not verbose else logging.INFO if verbose == 1 else logging.DEBUG


def _tell_refused(state: Path, error: ConfigError) -> None:
    """Tell whom the faulty rules still reach that the daemon does not start on them, nor on those of before."""
    now, problems = datetime.now(UTC), [str(each) for each in error.problems]
    more = f" (and {len(problems) - 1} more: watchfloor check)" if len(problems) > 1 else ""
    failed_start.note(state, f"{problems[0]}{more}", now)
    # where the admin's receiver is unknown, the errors that are printed say so
    if isinstance(error, RulesError) and error.config.admin in error.config.receivers:
        words = "\n".join(["rules.yaml cannot be used:", *problems])
        tell_once(state, error.config, "does not start: nothing is watched", words, now)


def _secrets_named(rules: Path) -> list[str]:
    """Return the values of the secrets that a rules file names, to be taken out of the log; [] if it is unreadable."""
    try:
        text = rules.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    values = secrets_for(rules).values
    return [values[name] for name in variables(text) if values.get(name)]


def _runner() -> asyncio.Runner:
    """Return a runner with its loop, made while signals wait: an end in the midst of making it prints a traceback."""
    runner = asyncio.Runner()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        runner.get_loop()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return runner


async def _run(service: Service, out: TextIO, *, once: bool, at: str | None) -> None:
    act_as_owner(service.state_dir)
    async with service:
        failed_start.forget(service.state_dir)
        if at:
            await _rounds(service, out)
        elif once:
            now = datetime.now(UTC)
            await service.start(now)
            print_json(describe(await service.round(now), now), out)
        else:
            await service.run()


async def _rounds(service: Service, out: TextIO) -> None:
    """Run a full round as of each time read on standard input, until it ends."""
    started = False
    # in a thread, as reading blocks: whoever drives us may take long to write the next time
    while line := await asyncio.to_thread(sys.stdin.readline):
        if not line.strip():
            continue
        try:
            now = parse_time(line)
        except ValueError:
            fail(f"{line.strip()!r} is no time; one ISO 8601 time a line is expected, as 2026-06-14T00:00:38Z")
        if not started:  # what was left behind is taken over as of the first time read
            await service.start(now)
            started = True
        print_json(describe(await service.round(now), now), out)
        out.flush()  # who drives us reads this record before writing the next time
