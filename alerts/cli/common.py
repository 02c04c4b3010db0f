"""What commands share: options, where rules and state are, how errors, JSON and logs are printed.

Exit codes: 0 all is well, 1 a problem was found, 2 wrong usage. Every command imports this, so it imports no store.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import NoReturn, TextIO

import click

from alerts.cli.places import rules_path as rules_path
from alerts.cli.places import secrets_path
from alerts.cli.places import state_path as state_path
from alerts.cli.screen import show
from alerts.render.counting import counted as counted
from alerts.run.secrets_file import Secrets, read_secrets
from crawler.config.lengths import span
from crawler.config.problems import Place

config_option = click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(path_type=Path),
    envvar="WATCHFLOOR_CONFIG",
    help="The rules file (default: WATCHFLOOR_CONFIG, ./rules.yaml, /etc/watchfloor/rules.yaml).",
)
# STATE_DIRECTORY is what systemd sets for a unit with StateDirectory=
state_option = click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    envvar=["WATCHFLOOR_STATE_DIR", "STATE_DIRECTORY"],
    help="Where the store is kept (default: WATCHFLOOR_STATE_DIR, $STATE_DIRECTORY, ./var beside the rules).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def secrets_for(rules: Path) -> Secrets:
    """Return the environment with the secrets in the file beside the rules, which the service reads too."""
    return read_secrets(secrets_path(rules, os.environ), os.environ)


def excerpt(place: Place) -> str:
    """Return the line a problem is in and a second one with a caret under its column; "" if it cannot be read.

    Of a long line, the hundred characters around the column.
    """
    try:
        line = Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return ""
    start = max(0, place.column - 61)  # sixty characters before the column, forty after it
    # a character that is not printable becomes a space, so that the caret stays under its column
    shown = "".join(char if char.isprintable() else " " for char in line[start : start + 100])
    return f"{place.line:5} | {shown}\n      | {' ' * (place.column - 1 - start)}^"


def fail(message: str, code: int = 1) -> NoReturn:
    """Print what is wrong on stderr and exit with 1, or with another code."""
    show(f"watchfloor: {message}", err=True)
    sys.exit(code)


class _Duration(click.ParamType[timedelta]):
    """The type of an option that takes a length of time, written as in rules.yaml: 90s, 5m, 24h, 7d, 2w."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        length = span(str(value))
        return self.fail(f'"{value}" is no length of time; write 24h or 7d', param, ctx) if length is None else length


DURATION = _Duration()


def print_json(value: object, out: TextIO | None = None) -> None:
    """Print a value as one line of JSON, on standard output unless `out` is given. Times are written by `str`."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str), file=out)
