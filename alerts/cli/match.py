"""`watchfloor match`: which rules match given articles, and by which words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from alerts.alert import Match
from alerts.cli.common import config_option, fail, json_option, load_config, print_json, rules_path
from alerts.lines import Line, LineError, open_lines, read_lines, read_text
from alerts.match import Matcher
from alerts.render.text import plain


@click.command(name="match")
@config_option
@json_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def command(path: Path | None, *, as_json: bool, file: Path) -> None:
    """Say which rules match the articles in FILE: JSON lines, a .txt whose first line is the title, or - ."""
    matcher = Matcher(load_config(rules_path(path), resolve_secrets=False))
    try:
        for line in _lines(file):
            matches = matcher.match(line.article)
            if as_json:
                print_json({"id": line.article.id, "matches": [_record(match) for match in matches]})
            else:
                click.echo(_words(line, matches))
    except (LineError, OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}")


def _lines(file: Path) -> Iterator[Line]:
    if file.suffix == ".txt":
        yield read_text(file.read_text(encoding="utf-8"), str(file))
    elif str(file) == "-":
        yield from read_lines(sys.stdin)
    else:
        with open_lines(file) as handle:
            yield from read_lines(handle)


def _record(match: Match) -> dict[str, object]:
    hits = [
        {name: getattr(hit, name) for name in ("term", "alias", "field", "start", "end", "text")} for hit in match.hits
    ]
    return {"rule": match.rule, "severity": match.severity.word, "score": match.score, "hits": hits}


def _words(line: Line, matches: tuple[Match, ...]) -> str:
    head = f"{line.article.id}: {plain(line.article.title)}"
    if not matches:
        return f"{head}\n  no rule matches"
    told = [
        f"  {match.rule} ({match.severity.word}): "
        + ", ".join(f'"{plain(hit.text)}" in {hit.field} {hit.start}-{hit.end} ({hit.term})' for hit in match.hits)
        for match in matches
    ]
    return "\n".join([head, *told])
