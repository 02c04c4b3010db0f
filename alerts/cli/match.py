"""`watchfloor match`: which rules match given articles, and by which words."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import click

from alerts.alert import Match
from alerts.cli.common import config_option, fail, json_option, print_json, rules_path
from alerts.cli.given import check_given, given, is_file, is_id
from alerts.cli.loading import Faults, load_config
from alerts.cli.screen import show
from alerts.decide.event_line import describe
from alerts.decide.whereabouts import where_of
from alerts.render.words import plain
from alerts.rules.match import Matcher
from alerts.run.article_lines import Line

# the contract of --json, named here so that a new field of Hit does not change it unasked
HIT_KEYS = ("term", "alias", "field", "start", "end", "text", "disguised")


@click.command(name="match")
@config_option
@json_option
@click.argument("what", nargs=-1, required=True, metavar="HEADLINE|FILE|-...")
def command(path: Path | None, *, as_json: bool, what: tuple[str, ...]) -> None:
    """Say which rules match headlines, or the articles in a file: JSON lines, or a .txt whose first line is the title.

    A .txt of short lines without an empty one between them is a list: a headline a line.

    - reads standard input: JSON lines, or a headline a line. That no rule matches is no error.
    """
    _check_given(what)
    config = load_config(rules_path(path), resolve_secrets=False)
    matcher = Matcher(config)
    faults = [Faults(each) for each in what]
    for line in chain.from_iterable(map(given, what, faults)):
        found = matcher.find(line.article)
        # a person asks what was read also of what matches nothing; a program's file of thousands is not read twice
        seen = found.event or (None if as_json else matcher.event(line.article))
        event = describe(seen, config.events) if seen else ""
        if as_json:
            told: dict[str, object] = {"event": asdict(found.event) | {"line": event}} if found.event else {}
            where = where_of(found.event, found.matches, config) if found.matches else None
            told |= {"where": where.record} if where else {}
            print_json({"id": line.article.id, "matches": [_record(match) for match in found.matches]} | told)
        else:
            show(_words(line, found.matches, event))
    for each in faults:
        each.end()


def _check_given(what: tuple[str, ...]) -> None:
    one = what[0]
    if len(what) == 1 and is_id(one) and not is_file(one):
        fail(f'"{one}" looks like an id, and match reads texts only; watchfloor explain {one} judges what is stored')
    check_given(what)


def _record(match: Match) -> dict[str, object]:
    hits = [{name: getattr(hit, name) for name in HIT_KEYS} for hit in match.hits]
    return {"rule": match.rule, "severity": match.severity.word, "score": match.score, "hits": hits, "why": match.why}


def _words(line: Line, matches: tuple[Match, ...], event: str) -> str:
    title = plain(line.article.title)
    head = title if line.article.id == line.article.title else f"{line.article.id}: {title}"
    told = [f"  event: {plain(event)}"] if event else []
    found = [f"  {match.rule} ({_severity(match)}): {_found(match)}" for match in matches]
    return "\n".join([head, *told, *(found or ["  no rule matches"])])


def _severity(match: Match) -> str:
    return f"{match.severity.word}: {plain(match.why)}" if match.why else match.severity.word


def _found(match: Match) -> str:
    """Return each spelling found, after its term, with the field and how often it occurs there."""
    counted = Counter((hit.term, plain(hit.text), hit.field) for hit in match.hits)
    words = [
        f'{term}: "{text}" in {field}{f" ({n} times)" if n > 1 else ""}' for (term, text, field), n in counted.items()
    ]
    return "; ".join(words)
