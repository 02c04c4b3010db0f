"""A wrong command line on silences goes in; the error comes out with an example of a right one."""

from __future__ import annotations

import click
from click.exceptions import NoArgsIsHelpError

EXAMPLE = 'watchfloor silence add --text "drill in Basra" --for 4h --reason "announced drill"'


class Led(click.Command):
    """A command whose errors of usage end with an example: the scope, a length and a reason are all needed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; where they are no silence, say what one looks like."""
        try:
            return super().parse_args(ctx, args)
        except NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            raise with_example(error, ctx) from error


def with_example(error: click.UsageError, ctx: click.Context) -> click.UsageError:
    """Return an error of usage with an example of a silence behind it."""
    return click.UsageError(f"{error.format_message().rstrip('.')}; a silence is begun by {EXAMPLE}", ctx)
