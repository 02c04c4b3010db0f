"""`watchfloor match`: which rules match given articles, and by which words."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from alerts.alert import Match
from alerts.cli.common import Faults, articles_in, config_option, json_option, load_config, print_json, rules_path
from alerts.decide.event_news import describe
from alerts.render.words import plain
from alerts.rules.match import Matcher
from alerts.run.article_lines import Line

# the contract of --json, named here so that a new field of Hit does not change it unasked
HIT_KEYS = ("term", "alias", "field", "start", "end", "text", "disguised")


@click.command(name="match")
@config_option
@json_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def command(path: Path | None, *, as_json: bool, file: Path) -> None:
    """Say which rules match the articles in FILE: JSON lines, a .txt whose first line is the title, or - ."""
    config = load_config(rules_path(path), resolve_secrets=False)
    matcher = Matcher(config)
    faults = Faults(str(file))
    for line in articles_in(file, faults):
        found = matcher.find(line.article)
        event = describe(found.event, config.events) if found.event else ""
        if as_json:
            told = {"event": asdict(found.event) | {"line": event}} if found.event else {}
            print_json({"id": line.article.id, "matches": [_record(match) for match in found.matches]} | told)
        else:
            click.echo(_words(line, found.matches, event))
    faults.end()


def _record(match: Match) -> dict[str, object]:
    hits = [{name: getattr(hit, name) for name in HIT_KEYS} for hit in match.hits]
    return {"rule": match.rule, "severity": match.severity.word, "score": match.score, "hits": hits, "why": match.why}


def _words(line: Line, matches: tuple[Match, ...], event: str) -> str:
    head = f"{line.article.id}: {plain(line.article.title)}"
    if not matches:
        return f"{head}\n  no rule matches"
    told = [f"  event: {plain(event)}"] if event else []
    return "\n".join([head, *told, *(f"  {match.rule} ({_severity(match)}): {_found(match)}" for match in matches)])


def _severity(match: Match) -> str:
    return f"{match.severity.word}: {plain(match.why)}" if match.why else match.severity.word


def _found(match: Match) -> str:
    """Return each spelling found, after its term, with the field and how often it occurs there."""
    counted = Counter((hit.term, plain(hit.text), hit.field) for hit in match.hits)
    words = [
        f'{term}: "{text}" in {field}{f" ({n} times)" if n > 1 else ""}' for (term, text, field), n in counted.items()
    ]
    return "; ".join(words)
