"""`watchfloor demo`: the whole line on a bundled newsroom, offline."""

from __future__ import annotations

import logging

import click

from alerts.cli.logs import log_to_stderr
from alerts.demo.show import run


@click.command(name="demo")
@click.option("-v", "--verbose", is_flag=True, help="Show the log of the line as well.")
@click.option("--keep", is_flag=True, help="Go on watching the newsroom, with the watch board, until Ctrl-C.")
def command(*, verbose: bool, keep: bool) -> None:
    """Poll a bundled newsroom on loopback and show the alerts, why each fired, and why the others did not."""
    log_to_stderr(logging.INFO if verbose else logging.WARNING)
    run(click.echo, keep=keep)
