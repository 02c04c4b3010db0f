"""The words of a command go in; where a daemon runs that may answer them, its answer is printed.

It has imported and read everything: such a command takes a tenth of a second instead of one or more. Who may not read
the store has no other way; who may goes on alone where the daemon does not answer in time.
"""

from __future__ import annotations

import grp
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from alerts.cli.places import LIFE, STORE, rules_path, sockets_of, state_path
from alerts.cli.reading import QUICK, is_read, names_files
from alerts.run.ask import ControlError, NobodyListens, ask
from alerts.run.owner import login_of

SILENT_AT_MOST = 15.0  # seconds since the daemon last showed life
QUICK_WITHIN = 10.0  # seconds for its answer, after which the command runs here


def answered(words: Sequence[str]) -> None:
    """Print the daemon's answer and end, where the daemon is to be asked; else return and change nothing."""
    if not is_read(words) or names_files(words) or _about_a_file(words):
        return
    given = os.environ.get("WATCHFLOOR_CONFIG")
    state_dir = os.environ.get("WATCHFLOOR_STATE_DIR") or os.environ.get("STATE_DIRECTORY")
    rules = rules_path(Path(given) if given else None)
    state = state_path(Path(state_dir) if state_dir else None, rules)
    # where WATCHFLOOR_SOCKET names a daemon, that is asked whoever may read what
    if "WATCHFLOOR_SOCKET" not in os.environ and os.access(state / STORE, os.R_OK):
        if words[0] in QUICK and (near := _well(state)):
            with suppress(ControlError):  # this process finds out by itself what is the matter
                reply = ask(near, _request(words) | {"rules": str(rules.absolute())}, within=QUICK_WITHIN)
                if not reply.get("refused"):
                    _print(reply)
        return
    socket = daemon_for(state)
    if socket is None:
        return
    try:
        reply = ask(socket, _request(words))
    except NobodyListens as error:
        if os.access(state, os.R_OK | os.X_OK):
            return  # the directory may be read: without its store, which is then the news
        click.echo(f"watchfloor: {error}", err=True)
        sys.exit(1)
    except ControlError as error:
        click.echo(f"watchfloor: {error}", err=True)
        sys.exit(1)
    _print(reply)


def _request(words: Sequence[str]) -> dict[str, Any]:
    # of a terminal only: into a pipe lines go whole (decision 147)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    color = columns is not None and "NO_COLOR" not in os.environ
    return {"command": "read", "words": list(words), "columns": columns, "color": color}


def _print(reply: Mapping[str, Any]) -> NoReturn:
    for stream, text in reply["said"]:  # in the order in which it was printed
        click.echo(text, err=stream == "err", nl=False)
    sys.exit(reply["exit"])


def _well(state: Path) -> Path | None:
    """Return the socket of a daemon that showed life a moment ago; None without one: a stopped one never answers."""
    try:
        silent = time.time() - (state / LIFE).stat().st_mtime
    except OSError:
        return None
    found = (each for each in sockets_of(state, os.environ) if os.access(each, os.W_OK))
    return next(found, None) if silent < SILENT_AT_MOST else None


def daemon_for(state: Path) -> Path | None:
    """Return the socket to ask for what is in a state directory, None if there is none."""
    for each in sockets_of(state, os.environ):
        if problem := closed_to_us(each):
            click.echo(f"watchfloor: {problem}", err=True)
            sys.exit(1)
        if os.path.exists(each):  # noqa: PTH110 - Path.exists raises where a folder may not be entered
            return each
    return None


def closed_to_us(socket: Path) -> str:
    """Return why this user may not ask at a socket, with the remedy; "" where nothing is in the way."""
    for each, wanted in ((socket.parent, os.X_OK), (socket, os.W_OK)):
        # a member of the group is kept out by nothing but a daemon that is not there
        if not os.path.lexists(each) or os.access(each, wanted) or each.stat().st_gid in {os.getgid(), *os.getgroups()}:
            continue
        group, login = _group_of(each), login_of(os.getuid())
        if group == "root":
            return f"{each} is root's own: {login} may not read it"
        return (
            f"only members of the group {group} may ask the daemon, and {login} is none: "
            f"sudo usermod -aG {group} {login}, then log in again"
        )
    return ""


def _group_of(path: Path) -> str:
    try:
        return grp.getgrgid(path.stat().st_gid).gr_name
    except (KeyError, OSError):
        return "watchfloor"


def _about_a_file(words: Sequence[str]) -> bool:
    """Return whether `explain` is asked about a file, standard input or an address, which this user reads himself."""
    return words[0] == "explain" and any(each == "-" or "://" in each or os.path.exists(each) for each in words[1:])  # noqa: PTH110
