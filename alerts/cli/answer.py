"""The words of a command go in on standard input; the command runs as the daemon's user, within limits.

Started by alerts/run/reads.py for somebody who may ask the daemon but not read its store. The words are that person's:
what is not a command that reads, and every option that names a file, is refused here.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

import click

from alerts.cli import main
from alerts.cli.reading import READS, is_read, names_files

ASKED = "asked"  # the context's object: such a command does not ask the daemon in its turn
ROOT = Path("/")
MEMORY = 2 << 30  # bytes of address space
CPU = 60  # seconds
NICE = 10


def run() -> None:
    """Run the command, or refuse it in a sentence; ends the process."""
    words = json.load(sys.stdin)
    os.chdir(ROOT)
    os.nice(NICE)  # the watch goes first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    if problem := refusal(words):
        click.echo(f"watchfloor: {problem}", err=True)
        sys.exit(2)
    main.main(args=words, prog_name="watchfloor", obj=ASKED)


def refusal(words: list[str]) -> str:
    """Return why the daemon does not run a command for somebody else, "" if it does."""
    if not is_read(words):
        return f"the daemon answers only commands that read: {', '.join(READS)}"
    allowed = _options(main, words)
    for each in words:
        if each.startswith("-") and each.split("=", 1)[0] not in allowed:
            return f"the daemon does not take {each.split('=', 1)[0]} from others; known: {' '.join(sorted(allowed))}"
    if names_files(words) or (words[0] == "explain" and any(map(_may_be_a_file, words[1:]))):
        return "the daemon reads and writes no files and fetches no pages for others"
    return ""


def _may_be_a_file(word: str) -> bool:
    """Return whether `explain` could take a word as a file or an address, from the root directory, where we run."""
    # nobody else can make an entry there: what it is now it still is when the command looks
    return word == "-" or "://" in word or word.startswith("/") or (ROOT / word.split("/", maxsplit=1)[0]).exists()


def _options(group: click.Group, words: list[str]) -> set[str]:
    """Return the long options of a command and of those under it, but for those that take a path."""
    context = click.Context(group)
    command = group.get_command(context, words[0])
    found = {"--help", "-h"}
    for each in [command, *_under(command, context)]:
        for option in each.params if each else ():
            if isinstance(option, click.Option) and not isinstance(option.type, click.Path):
                found |= {name for name in option.opts if name.startswith("--")}
    return found


def _under(command: click.Command | None, context: click.Context) -> list[click.Command | None]:
    if not isinstance(command, click.Group):
        return []
    return [command.get_command(context, name) for name in command.list_commands(context)]


if __name__ == "__main__":
    run()
