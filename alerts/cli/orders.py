"""A request to change what is stored goes in; its answer comes out, from the running daemon or from this process.

Only one process writes: the daemon if one runs, else the command, which takes the lock of the state directory.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from alerts.cli.asking import closed_to_us
from alerts.cli.common import fail
from alerts.cli.places import sockets_of
from alerts.cli.screen import show
from alerts.render.words import isolated, time
from alerts.run.ask import ControlError, ask
from alerts.run.lock import AlreadyRunning, holder, lock
from alerts.run.owner import act_as_owner


def run_order(state: Path, command: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run one of ORDERS and return its answer; print why and exit with 1 if it is refused or nothing is stored."""
    return carry_out(state, {"command": command, **request}, partial(_alone, state, command, request))


def carry_out(state: Path, request: Mapping[str, Any], alone: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the daemon's answer, or that of `alone` if no daemon runs; if refused, print why and exit with 1."""
    try:
        # A daemon may start or end between the two: then the one cannot connect or the other finds the lock taken, and
        # the user is told. Nothing is done twice.
        socket = listening(state)
        answer = ask(socket, request) if socket else alone()
    except (ControlError, AlreadyRunning) as error:
        fail(str(error))
    if "error" in answer:
        fail(str(answer["error"]))
    return answer


def listening(state: Path) -> Path | None:
    """Return the socket of a state directory's daemon, None if none runs; exit with 1 if it is closed to us."""
    sockets = sockets_of(state, os.environ)
    if "WATCHFLOOR_SOCKET" not in os.environ:
        # where its lock may not be read, as it is the daemon's own, only the socket shows whether it runs
        with suppress(PermissionError):
            if not holder(state):
                return None
    for each in sockets:
        if problem := closed_to_us(each):
            fail(problem)
        if os.path.exists(each):  # noqa: PTH110 - Path.exists raises where a folder may not be entered
            return each
    return fail(f"no daemon listens at {' or '.join(map(str, sockets))}; is it running?")


def _alone(state: Path, command: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run an order in this process, under the lock, and return its answer. Raises AlreadyRunning."""
    # a command that the daemon carries out does without all this
    from alerts.line.orders import ORDERS  # noqa: PLC0415
    from alerts.store.opening import PACKAGES, need_store, store_of  # noqa: PLC0415

    need_store(state)
    act_as_owner(state)
    with lock(state):
        database = store_of(state)
        database.migrate(*PACKAGES)  # as a daemon would at its start: the store may be of an older version
        with database.write() as connection:
            answer = ORDERS[command](connection, request, datetime.now(UTC))
        database.close()
    return answer


def login_name(given: str | None) -> str:
    """Return the name given, else the login name; exit with 1 if the system knows none."""
    if given and given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without an entry in passwd, as in many containers
        fail("your login has no name here; say who you are with --by NAME")


def show_last(last: Mapping[str, Any], zone: str) -> None:
    """Print on standard error which message "last" is."""
    at = time(datetime.fromisoformat(last["sent"]), zone)
    show(f"last: {last['kind']} {last['id']}, sent {at} to {last['receiver']}: {isolated(last['what'])}", err=True)
