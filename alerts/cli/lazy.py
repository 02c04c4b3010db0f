"""A group of commands that imports a command's module only when the command is called.

It imports little of ours: the parsing children of `watchfloor run` import the script again, and with it this file.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import click

from alerts.cli.asking import answered
from crawler.store.errors import StoreError


def hand_down(context: click.Context, **given: object) -> None:
    """Let options that stand before a subcommand count as its own, unless it has them too.

    `given` are the values of the group's options by the name of their parameter; None and False are not handed down.
    """
    if context.invoked_subcommand:
        context.default_map = {context.invoked_subcommand: {name: value for name, value in given.items() if value}}


class LazyGroup(click.Group):
    """Imports a command's module when it is called, so that `check` starts without the crawler.

    `lazy` maps a command to its place, "module" or "module:name" (without a name: `command`), and its line of help.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._lazy:
            return None
        module, _, name = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name or "command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, unless the running daemon answers it: then print the answer and end."""
        if ctx.parent is None and ctx.obj is None and not ctx.resilient_parsing:
            answered(args)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; where it cannot open the store, print the reason and end with 1."""
        try:
            return super().invoke(ctx)
        except StoreError as error:
            click.echo(f"watchfloor: {error}", err=True)
            sys.exit(1)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        # click would import every command for its line of help
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._lazy.items()])
