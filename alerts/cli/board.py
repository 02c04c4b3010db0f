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

from alerts.board.alone import TAKEN_OVER, opened, until_replaced
from alerts.board.desk import Desk
from alerts.board.server import Board
from alerts.cli.common import config_option, fail, rules_path, state_option, state_path
from alerts.cli.loading import config_in_force
from alerts.cli.logs import log_to_stderr
from alerts.cli.places import sockets_of
from alerts.run.board_process import TAKEN
from alerts.run.heap import live_long
from alerts.run.owner import act_as_owner
from alerts.store.opening import need_store
from crawler.config.served import OFF
from crawler.config.settings import BOARD

log = logging.getLogger(__name__)
NICE = 5  # the watch goes first
IN_ORDER = 1.0  # seconds from the end of a daemon that stops in order to that of its board


@click.command(name="board")
@config_option
@state_option
@click.option("--at", "address", help=f"Where to listen (default: settings.board, else {BOARD}).")
@click.option("--under-daemon", is_flag=True, hidden=True, help="The daemon's child: it ends with standard input.")
def command(path: Path | None, state_dir: Path | None, *, address: str | None, under_daemon: bool) -> None:
    """Serve the watch board in a browser: stories, sources, deliveries, the log, handover, health."""
    live_long()
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
    gone = asyncio.Event()
    if under_daemon:
        loop.add_reader(sys.stdin.fileno(), gone.set)  # nothing is ever written there: what comes is its end
    await asyncio.to_thread(desk.config)  # it takes seconds: before the first reader waits for it
    port = await opened(board, host, port, TAKEN_OVER if under_daemon else 0.0)
    shown = f"[{host}]" if ":" in host else host
    log.info("board served address=http://%s:%d/", shown, port)
    alone = asyncio.create_task(_alone(desk, board, gone, ended), name="alone")
    await ended.wait()
    alone.cancel()
    await board.close()


async def _alone(desk: Desk, board: Board, gone: asyncio.Event, ended: asyncio.Event) -> None:
    """Once the daemon is gone, serve on for whoever reads, and end with a reason."""
    await gone.wait()
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())  # its end would be told again and again
    await asyncio.sleep(IN_ORDER)  # one that stops in order ends the board as well
    log.warning("the daemon is gone: the board is served on for its readers")
    why = await until_replaced(desk.state_dir, lambda: board.idle)
    log.warning("the board ends: %s", why)
    ended.set()
