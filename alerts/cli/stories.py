"""`watchfloor stories`: threads with their stories and articles, why each joined, and the rating of the thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from alerts.alert import Standing
from alerts.cli.common import (
    DURATION,
    config_option,
    counted,
    fail,
    json_option,
    load_config,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.decide.standing import letters_of, standing_of
from alerts.render.words import cut, isolated, plain, rated
from alerts.run import archive
from alerts.store.opening import need_store
from crawler.article import Member, Relation

OUTLETS_SHOWN = 4  # of an event
LINE_WIDTH = 98  # of a terminal of 100 columns
Thread = tuple[Member, ...]


@click.command(name="stories")
@config_option
@state_option
@json_option
@click.option("--since", type=DURATION, default="24h", show_default=True, help="Stories of articles first seen since.")
@click.option("--story", "name", help="One story: the id of it, of its thread, or of an article in it.")
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, since: timedelta, name: str | None) -> None:
    """List threads, their stories and articles in order, with the relation and the evidence of each."""
    rules = rules_path(path)
    letters = letters_of(load_config(rules, resolve_secrets=False))
    state = state_path(state_dir, rules)
    threads = _threads(state, datetime.now(UTC) - since, name)
    for members in threads:
        # of the whole thread, though --story shows a part of it: other stories confirm this one too
        standing = standing_of(archive.thread_of(state, members[0].thread), letters)
        joined = archive.event_evidence(state, members[0].thread)
        if as_json:
            print_json(_record(members, standing, joined))
        else:
            click.echo("\n".join(_lines(members, standing, joined)))
    if not threads and not as_json:
        click.echo("no stories since then")


def _threads(state: Path, since: datetime, name: str | None) -> list[Thread]:
    need_store(state)
    if name is None:
        return archive.threads_since(state, since)
    found = archive.thread_of(state, name)
    if not found:
        fail(f'"{name}" is the id of no article, story or thread stored in {state}')
    wanted = {each.story for each in found if name in {each.article, each.story, each.thread}}
    return [tuple(each for each in found if each.story in wanted)]


def _stories(members: Thread) -> dict[str, list[Member]]:
    stories: dict[str, list[Member]] = {}
    for each in members:
        stories.setdefault(each.story, []).append(each)
    return stories


def _record(members: Thread, standing: Standing, joined: Mapping[str, str]) -> dict[str, object]:
    stories = [
        {
            "story": story,
            "title": found[0].title,
            "event_evidence": joined.get(story, ""),
            "outlets": list(dict.fromkeys(each.outlet for each in found)),
            "articles": [_article(each) for each in found],
        }
        for story, found in _stories(members).items()
    ]
    confirmed = {"origins": list(standing.origins), "reliability": standing.rating, "automatic": True}
    newest = _newest(members)
    latest = {"title": newest.title, "outlet": newest.outlet, "story": newest.story}
    outlets = list(dict.fromkeys(each.outlet for each in members))
    return {"thread": members[0].thread, "newest": latest, "outlets": outlets, **confirmed, "stories": stories}


def _article(member: Member) -> dict[str, object]:
    kept = {name: value for name, value in asdict(member).items() if name not in {"article", "story", "thread"}}
    return {
        "id": member.article,
        **kept,
        "relation": member.relation.value,
        "first_seen": member.first_seen.isoformat(),
    }


def _lines(members: Thread, standing: Standing, joined: Mapping[str, str]) -> Iterator[str]:
    yield from _folded(_event(members), "")
    yield from _folded(f"thread {members[0].thread}: {rated(standing)}", "  ")
    for story, found in _stories(members).items():
        outlets = len({each.outlet for each in found})
        head = f"story {story}, {counted(len(found), 'article')}, {counted(outlets, 'outlet')}"
        yield f"  {head}"
        if story in joined:
            yield from _folded(plain(joined[story]), "    ")
        for each in found:
            yield from _told(each)
    yield ""


def _event(members: Thread) -> str:
    """Return an event in a line: its newest development, who reports it, and in how many stories."""
    newest = _newest(members)
    outlets = list(dict.fromkeys(plain(each.outlet) for each in (newest, *members)))
    more = f" and {len(outlets) - OUTLETS_SHOWN} more" if len(outlets) > OUTLETS_SHOWN else ""
    who = ", ".join(cut(each, 30) for each in outlets[:OUTLETS_SHOWN])
    stories = counted(len({each.story for each in members}), "story")
    return f"{isolated(cut(plain(newest.title), LINE_WIDTH))} ({who}{more}; {stories})"


def _newest(members: Thread) -> Member:
    """Return the article that last told something new: an outlet's copy of what another told is no development."""
    telling = [each for each in members if each.relation is not Relation.DUPLICATE] or members
    return max(telling, key=lambda each: each.first_seen)


def _told(each: Member) -> Iterator[str]:
    # named only where it is not the owner, as of an agency's text
    origin = f", origin {plain(each.origin)}" if each.origin != each.owner else ""
    outlet = cut(plain(each.outlet), 30)
    yield f"    {each.first_seen:%d %b %H:%M} {each.relation.value:9} {each.article} {outlet}{origin}"
    yield f"      {isolated(cut(plain(each.title), LINE_WIDTH - 8))}"
    if each.change:
        yield from _folded(f"changed: {plain(each.change)}", "      ")
    if each.evidence:
        yield from _folded(f"because: {plain(each.evidence)}", "      ")


def _folded(text: str, indent: str) -> Iterator[str]:
    """Yield a text as lines of at most LINE_WIDTH characters, broken between words; later ones are indented further."""
    line = indent
    for word in text.split():
        if len(line) + len(word) > LINE_WIDTH and line.strip():
            yield line.rstrip()
            line = f"{indent}  "
        line += f"{word} "
    yield line.rstrip()
