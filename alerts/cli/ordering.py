"""How a command that changes what is stored is carried out: by the running daemon, else here, under its lock."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alerts.cli.common import fail
from alerts.line.orders import ORDERS
from alerts.run.control import ControlError, ask
from alerts.run.lock import AlreadyRunning, holder, lock
from alerts.store.opening import PACKAGES, need_store
from crawler.store.db import DATABASE, Database


def give(state: Path, command: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Have an order carried out and give its answer; where it is refused, say why and end with 1."""
    need_store(state)
    try:
        answer = ask(state, {"command": command, **request}) if holder(state) else _alone(state, command, request)
    except (ControlError, AlreadyRunning) as error:
        fail(str(error))
    if "error" in answer:
        fail(str(answer["error"]))
    return answer


def _alone(state: Path, command: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    with lock(state):
        database = Database.at(state / DATABASE)
        database.migrate(*PACKAGES)
        with database.write() as connection:
            answer = ORDERS[command](connection, request, datetime.now(UTC))
        database.close()
    return answer


def login_name(given: str | None) -> str:
    """Give who orders: the name given, else that of the login."""
    if given and given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        fail("your login has no name here; say who you are with --by NAME")
