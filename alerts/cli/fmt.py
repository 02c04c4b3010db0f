"""`watchfloor fmt`: lay out rules.yaml and the files it includes in block style, so that a diff shows what changed."""

from __future__ import annotations

import difflib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from alerts.cli.common import config_option, counted, excerpt, fail, rules_path
from alerts.rules.config import files_of
from crawler.config.layout import LayoutError, formatted
from crawler.config.yamlfile import Place, Problems, read_file


@dataclass(frozen=True, slots=True)
class Layout:
    """A file as it is and as `fmt` would write it."""

    path: Path
    text: str
    made: str


@click.command(name="fmt")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; print what would change.")
def command(files: tuple[Path, ...], path: Path | None, *, only_check: bool, show_diff: bool) -> None:
    """Write FILES, or the rules file and those it includes, with one term or one short group a line.

    Comments, order and quotes stay. A file that cannot be read, or whose meaning would change, is left as it is.
    """
    rules = rules_path(path)
    problems = Problems()
    chosen = files or (rules, *(Path(each) for each in files_of(rules)))
    changed = [each for file in chosen if (each := laid_out(file, problems)) and each.text != each.made]
    for each in changed:
        if show_diff:
            _print_diff(each)
        if not (only_check or show_diff):
            _write(each)
        click.echo(f"{each.path}: {'would change' if only_check or show_diff else 'written'}", err=True)
    for problem in problems:
        click.echo(f"{problem}\n{excerpt(problem.place)}", err=True)
    untouched = len(chosen) - len(changed)
    click.echo(f"{counted(len(changed), 'file')} to write, {untouched} left as they are", err=True)
    if problems or (only_check and changed):
        sys.exit(1)


def laid_out(path: Path, problems: Problems) -> Layout | None:
    """Return a file in our layout; None, with its problems added, if it cannot be read or laid out."""
    found = Problems()
    text, root = read_file(path, found)
    for each in found:
        problems.add(each.place, each.message)
    if found or root is None:
        return None
    try:
        return Layout(path, text, formatted(text))
    except LayoutError as error:
        problems.add(Place(str(path), 1, 1), str(error))
        return None


def _print_diff(each: Layout) -> None:
    name = str(each.path)
    lines = difflib.unified_diff(each.text.splitlines(), each.made.splitlines(), name, name, lineterm="")
    click.echo("\n".join(lines))


def _write(each: Layout) -> None:
    """Replace a file as a whole, with its owner and mode: a running daemon never reads half of it."""
    path = each.path.resolve()  # a link stays a link
    old = path.stat()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            os.fchmod(handle, old.st_mode & 0o7777)
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(handle, old.st_uid, old.st_gid)
            file.write(each.made)
            file.flush()
            os.fsync(handle)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        fail(f"{path}: {error.strerror}; it is left as it is")
