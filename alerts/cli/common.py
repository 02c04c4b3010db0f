"""What commands share: options, where rules and state are, how errors, JSON and logs are printed.

Exit codes: 0 all is well, 1 a problem was found, 2 wrong usage. Every command imports this, so it imports no store.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NoReturn, TextIO

import click

from alerts.cli.places import rules_path as rules_path
from alerts.cli.places import secrets_path
from alerts.cli.places import state_path as state_path
from alerts.cli.screen import show
from alerts.cli.secrets import Secrets, read_secrets
from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.run.article_lines import Line, LineError, open_lines, read_given, read_headlines, read_lines, read_text
from alerts.run.good_rules import last_good
from crawler.config.keys import span
from crawler.config.yamlfile import ConfigError, Place

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


def load_config(path: Path, *, resolve_secrets: bool = True) -> Config:
    """Return the rules; print all their errors and exit with 1 if there are any."""
    try:
        return configuration.load(path, resolve_secrets=resolve_secrets, environ=secrets_for(path).values)
    except ConfigError as error:
        refuse(error)


def config_in_force(path: Path, state: Path) -> Config:
    """Return the rules for a command that only shows; where they are faulty, those last in force, with a warning.

    What was told is still to be read while somebody mends a typo. Without any kept in `state`, exit with 1 as
    `load_config` does.
    """
    environ = secrets_for(path).values
    try:
        return configuration.load(path, resolve_secrets=False, environ=environ)
    except ConfigError as error:
        kept = last_good(state, path, environ, resolve_secrets=False)
        if kept is None:
            refuse(error)
        faults = counted(len(error.problems), "error")
        show(f"watchfloor: {path} has {faults} (watchfloor check); shown by the rules last in force", err=True)
        return kept


def secrets_for(rules: Path) -> Secrets:
    """Return the environment with the secrets in the file beside the rules, which the service reads too."""
    return read_secrets(secrets_path(rules, os.environ), os.environ)


def refuse(error: ConfigError) -> NoReturn:
    """Print every error of a rules file with the line it is in, then their number, and exit with 1."""
    for problem in error.problems:
        click.echo(str(problem), err=True)
        click.echo(excerpt(problem.place), err=True)
    click.echo(f"{counted(len(error.problems), 'error')}; nothing was changed", err=True)
    sys.exit(1)


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


def counted(n: int, one: str) -> str:
    """Return a number with its noun, given in the singular: "1 story", "2 stories"."""
    # the nouns we print need no more grammar than this: story, match, message
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}es" if one.endswith("ch") else f"{one}s"
    return f"{n} {one if n == 1 else many}"


class _Duration(click.ParamType[timedelta]):
    """The type of an option that takes a length of time, written as in rules.yaml: 90s, 5m, 24h, 7d, 2w."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        length = span(str(value))
        return self.fail(f'"{value}" is no length of time; write 24h or 7d', param, ctx) if length is None else length


DURATION = _Duration()


class Faults:
    """Prints each faulty line of an input and counts them; `end` exits with 1 if there were any."""

    def __init__(self, name: str) -> None:
        self._name, self.count = name, 0

    def __call__(self, error: LineError) -> None:
        self.count += 1
        click.echo(f"watchfloor: {self._name}: {error}", err=True)

    def end(self) -> None:
        """Exit with 1 if a line was faulty: after the output, as the other lines were good."""
        if self.count:
            sys.exit(1)


def articles_in(file: Path, faults: Faults) -> Iterator[Line]:
    """Yield the articles of a file: .txt (its first line is the title, or each line is one), JSON lines, .gz too.

    - stands for standard input: JSON lines, or a headline a line.

    Exit with 1 if it cannot be read at all; single faulty lines go to `faults`.
    """
    # a generator: a file of any size is read line by line, and `faults` fills while its articles are used
    try:
        if file.suffix == ".txt":
            text = file.read_text(encoding="utf-8-sig")
            if listed := read_headlines(text):
                how = "an empty line after the headline makes it one article"
                click.echo(f"watchfloor: {file}: read as {len(listed)} headlines, one a line; {how}", err=True)
            yield from listed or [read_text(text, str(file))]
        elif str(file) == "-":
            yield from read_given(sys.stdin, faults)
        else:
            with open_lines(file) as handle:
                yield from read_lines(handle, faults)
    except (LineError, OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}")


def print_json(value: object, out: TextIO | None = None) -> None:
    """Print a value as one line of JSON, on standard output unless `out` is given. Times are written by `str`."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str), file=out)
