"""A rules file or a file of articles goes in; what it holds comes out, or its faults are printed and the command ends.

Not in common.py: it imports all that reads rules, which a command that the daemon answers does without.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click

from alerts.cli.common import counted, excerpt, fail, secrets_for
from alerts.cli.screen import show
from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.run.article_lines import Line, LineError, open_lines, read_given, read_headlines, read_lines, read_text
from alerts.run.rules_shown import config_or_kept
from crawler.config.problems import ConfigError


def load_config(path: Path, *, resolve_secrets: bool = True, read_urls: bool = False) -> Config:
    """Return the rules; print all their errors and exit with 1 if there are any. Secrets are needed in URLs only."""
    try:
        return read_config(path, resolve_secrets=resolve_secrets, read_urls=read_urls)
    except ConfigError as error:
        refuse(error)


def read_config(path: Path, *, resolve_secrets: bool = True, read_urls: bool = False) -> Config:
    """Return the rules. Raises ConfigError with all their errors."""
    read_urls = read_urls or resolve_secrets
    environ = secrets_for(path).values
    return configuration.load(path, resolve_secrets=resolve_secrets, read_urls=read_urls, environ=environ)


def config_in_force(path: Path, state: Path) -> Config:
    """Return the rules for a command that only shows; where they are faulty, those last in force, with a warning.

    What was told is still to be read while somebody mends a typo. Without any kept in `state`, exit with 1 as
    `load_config` does.
    """
    try:
        config, problems = config_or_kept(path, state)
    except ConfigError as error:
        refuse(error)
    if problems:
        faults = counted(len(problems), "error")
        show(f"watchfloor: {path} has {faults} (watchfloor check); shown by the rules last in force", err=True)
    return config


def refuse(error: ConfigError) -> NoReturn:
    """Print every error of a rules file with the line it is in, then their number, and exit with 1."""
    for problem in error.problems:
        click.echo(str(problem), err=True)
        click.echo(excerpt(problem.place), err=True)
    click.echo(f"{counted(len(error.problems), 'error')}", err=True)
    sys.exit(1)


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
