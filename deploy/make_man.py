"""Write deploy/watchfloor.1, the manual page, from the commands themselves: .venv/bin/python deploy/make_man.py"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from alerts.cli import main

PAGE = Path(__file__).parent / "watchfloor.1"
FILES = (
    ("/etc/watchfloor/rules.yaml", "the rules of the service; elsewhere ./rules.yaml"),
    ("/etc/watchfloor/secrets.env", "NAME=VALUE for each ${NAME} in the rules"),
    ("/var/lib/watchfloor", "the store of the service; elsewhere var beside the rules"),
    ("/opt/watchfloor/docs", "all documents: operating.md, rules.md, troubleshooting.md ..."),
)
EXITS = (
    ("0", "all is well"),
    ("1", "a problem was found, and named"),
    ("2", "wrong usage"),
    ("70", "run: something stands still that only a new start heals"),
    ("75", "run --once: the store cannot be had now"),
    ("78", "run: the store is gone, older, another or broken; a new start heals nothing"),
)


def page() -> str:
    """Return the page in the language of man(7)."""
    context = click.Context(main, info_name="watchfloor")
    parts = [
        '.TH WATCHFLOOR 1 "" "Watchfloor" "User Commands"',
        ".SH NAME",
        r"watchfloor \- news monitoring and alerting",
        ".SH SYNOPSIS",
        r".B watchfloor",
        r"[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]",
        ".SH DESCRIPTION",
        escaped(main.help or ""),
        ".SH OPTIONS",
        *options(main),
        ".SH COMMANDS",
    ]
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command
        parts += described(command, f"watchfloor {name}", context)
    parts += [".SH FILES", *pairs(FILES), ".SH EXIT STATUS", *pairs(EXITS)]
    return "\n".join(parts) + "\n"


def described(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    """Yield the lines on a command, and on those under it."""
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent)
    yield f".SS {escaped(name)} {escaped(' '.join(command.collect_usage_pieces(context)))}"
    for paragraph in re.split(r"\n\s*\n", (command.help or "").strip()):
        yield escaped(" ".join(paragraph.replace("\b", "").split()))
        yield ".PP"
    yield from options(command)
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            if under := command.get_command(context, each):
                yield from described(under, f"{name} {each}", context)


def options(command: click.Command) -> Iterator[str]:
    """Yield the lines on a command's options."""
    for each in command.params:
        record = each.get_help_record(click.Context(command))
        if record:
            yield from pairs([record])


def pairs(rows: object) -> Iterator[str]:
    """Yield the lines of a list of terms with their meaning."""
    for term, meaning in rows:  # type: ignore[attr-defined]
        yield f".TP\n.B {escaped(term)}\n{escaped(' '.join(meaning.split()))}"


def escaped(text: str) -> str:
    """Return a text that roff prints as it is."""
    return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", r"\e").replace("-", r"\-"), flags=re.MULTILINE)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
