"""`watchfloor board`: the watch board on a store, in a process of its own; the daemon starts it too."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from ipaddress import ip_address
from pathlib import Path

import click

from alerts.board.desk import Desk
from alerts.board.server import Board
from alerts.cli.common import config_option, fail, rules_path, state_option, state_path
from alerts.cli.loading import config_in_force
from alerts.cli.logs import log_to_stderr
from alerts.cli.places import sockets_of
from alerts.run.board_process import TAKEN
from alerts.run.owner import act_as_owner
from alerts.store.opening import need_store
from crawler.config.served import BOARD, OFF

log = logging.getLogger(__name__)
NICE = 5  # the watch goes first


@click.command(name="board")
@config_option
@state_option
@click.option("--at", "address", help=f"Where to listen (default: settings.board, else {BOARD}).")
@click.option("--under-daemon", is_flag=True, hidden=True, help="End when standard input does, as the daemon's child.")
def command(path: Path | None, state_dir: Path | None, *, address: str | None, under_daemon: bool) -> None:
    """Serve the watch board in a browser: stories, sources, deliveries, the log, handover, health."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    log_to_stderr(logging.INFO, as_json=False, secrets=[])
    need_store(state)
    act_as_owner(state)
    given = address or config_in_force(rules, state).board.address
    host, _, port = (given if given not in {"", OFF} else BOARD).rpartition(":")
    if not port.isdigit():
        raise click.UsageError(f'--at is "{given}"; write an address and port, as {BOARD}')
    desk = Desk(rules, state, sockets_of(state, os.environ))
    if not reaches_only_us(host):
        log.warning("the board listens at %s: others may reach it, without encryption", given)
    if under_daemon:
        os.nice(NICE)
    try:
        asyncio.run(_serve(desk, host.strip("[]"), int(port), under_daemon=under_daemon))
    except OSError as error:
        fail(f"the board cannot listen at {given}: {error.strerror}; settings.board names another address", TAKEN)


def reaches_only_us(host: str) -> bool:
    """Return whether an address to listen at is one that only this machine reaches."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


async def _serve(desk: Desk, host: str, port: int, *, under_daemon: bool) -> None:
    board, ended, loop = Board(desk), asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    if under_daemon:
        loop.add_reader(sys.stdin.fileno(), ended.set)  # nothing is ever written there: what comes is its end
    await asyncio.to_thread(desk.config)  # it takes seconds: before the first reader waits for it
    port = await board.open(host, port)
    shown = f"[{host}]" if ":" in host else host
    log.info("board served address=http://%s:%d/", shown, port)
    await ended.wait()
    await board.close()
