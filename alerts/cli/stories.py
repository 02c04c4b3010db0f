"""`watchfloor stories`: what was joined to what, and by which evidence; read-only beside a running daemon."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import click

from alerts import archive
from alerts import config as configuration
from alerts.cli.common import (
    DURATION,
    config_option,
    fail,
    json_option,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.render.text import isolated, plain
from alerts.standing import Standing, standing_of
from crawler.article import Member
from crawler.yamlfile import ConfigError

SHOWN = 200  # stories listed at most, newest first


@click.command(name="stories")
@config_option
@state_option
@json_option
@click.option(
    "--since", type=DURATION, default="24h", show_default=True, help="Stories that an article joined since then."
)
@click.option("--story", "name", help="One story, or a thread with all its stories, or the story of an article, by id.")
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, since: timedelta, name: str | None) -> None:
    """List stories with their thread and articles, each with its relation and the evidence for it."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    if not archive.exists(state):
        fail(f"no store in {state}; has `watchfloor run` been started with this --state-dir?")
    stories = _named(state, name) if name else _recent(state, since)
    letters = _letters(rules)
    for members in stories:
        standing = standing_of(_thread(state, members), letters)
        if as_json:
            print_json(_record(members, standing))
        else:
            click.echo("\n".join([*_lines(members, standing), ""]))
    if not stories and not as_json:
        click.echo("no stories")


Story = tuple[Member, ...]


def _named(state: Path, name: str) -> list[Story]:
    """Give the story, or the stories of the thread, or the story of the article of that id."""
    found = archive.members_of(state, name)
    if not found:
        fail(f'"{name}" is the id of no story, thread or article stored in {state}')
    return _by_story(found)


def _recent(state: Path, since: timedelta) -> list[Story]:
    return _by_story(archive.members_since(state, datetime.now(UTC) - since))[-SHOWN:]


def _thread(state: Path, members: Story) -> tuple[Member, ...]:
    return archive.members_of(state, members[0].thread)


def _by_story(members: Iterable[Member]) -> list[Story]:
    ordered = sorted(members, key=lambda each: (each.story, each.first_seen, each.article))
    return [tuple(group) for _, group in groupby(ordered, key=lambda each: each.story)]


def _letters(rules: Path) -> dict[str, str]:
    """Give the letter of each source; none where the rules cannot be read, which `check` explains."""
    try:
        config = configuration.load(rules, resolve_secrets=False, environ=os.environ)
    except ConfigError:
        click.echo(f"{rules} has errors, so reliability is shown as unknown: watchfloor check", err=True)
        return {}
    return {source.id: source.reliability for source in config.sources}


def _record(members: Story, standing: Standing) -> dict[str, object]:
    first = members[0]
    articles = [
        {**asdict(each), "relation": each.relation.value, "first_seen": _iso(each.first_seen)} for each in members
    ]
    return {
        "story": first.story,
        "thread": first.thread,
        "title": first.title,
        "outlets": list(dict.fromkeys(each.outlet for each in members)),
        "origins": list(standing.origins),
        "reliability": standing.letter,
        "credibility": standing.number,
        "articles": articles,
    }


def _lines(members: Story, standing: Standing) -> Iterator[str]:
    first = members[0]
    yield f"{first.story}  {isolated(first.title)}"
    yield f"  thread {first.thread}; {standing}"
    for each in members:
        yield f"  {each.first_seen:%d %b %H:%M} UTC  {each.relation.value:9} {each.article}  {plain(each.outlet)}"
        if each is not first and each.title != first.title:
            yield f"      {isolated(each.title)}"
        if each.change:
            yield f"      changed: {plain(each.change)}"
        if each.evidence:
            yield f"      {plain(each.evidence)}"


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
