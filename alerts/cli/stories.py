"""`watchfloor stories`: threads with their stories and articles, why each joined, and the rating of the thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import Connection

from alerts.cli.common import config_option, counted, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.screen import show
from alerts.cli.times import SINCE, Moment, beginning
from alerts.cli.wordless import wordless_in_force
from alerts.decide.standing import letters_of, standing_of
from alerts.render.words import isolated, plain, rated, time
from alerts.run import archive
from alerts.run.foreign_headlines import NOTHING, KnownHeadlines
from alerts.run.tellings import Tellings, tellings_since
from alerts.run.thread_record import (
    Thread,
    by_story,
    describe_thread,
    headline,
    known_in,
    newest_in,
    shown_headline,
)
from alerts.standing import Standing
from alerts.store.event_reports import evidence_in
from alerts.store.opening import need_store, reading
from crawler.article import EPOCH, Member

OUTLETS_SHOWN = 4  # of an event
Shown = tuple[Thread, Standing]  # what is shown of a thread, and how far all of it is confirmed
T = TypeVar("T")


@click.command(name="stories")
@config_option
@state_option
@json_option
@click.option(
    "--since",
    type=SINCE,
    default="24h",
    show_default=True,
    help="Stories of articles first seen since: 24h, 03:00, yesterday.",
)
@click.option(
    "--story",
    "name",
    help="One story: its id, or that of its thread, of an article in it, of a message on it; or last.",
)
@click.option("--geojson", "on_map", is_flag=True, help="Those at one place, as GeoJSON (RFC 7946) for a map.")
@click.option("--told", is_flag=True, help="Only stories that were told since then: when, and to whom.")
def command(
    path: Path | None,
    state_dir: Path | None,
    *,
    as_json: bool,
    since: Moment,
    name: str | None,
    on_map: bool,
    told: bool,
) -> None:
    """List threads, their stories and articles in order, with the relation and the evidence of each."""
    if as_json and on_map:
        raise click.UsageError("--json and --geojson are two forms of the same; give one")
    rules = rules_path(path)
    state, now = state_path(state_dir, rules), datetime.now(UTC)
    desk = wordless_in_force(rules, state)
    letters = letters_of(desk)
    begins = beginning(since, now, desk.timezone)
    need_store(state)
    tellings = tellings_since(state, EPOCH if name else begins) if told else {}
    name = None if name is None else _meant(state, name, desk.timezone)
    with reading(state) as connection:  # one for all: a day has thousands of threads
        threads = _threads_told(connection, tellings) if told and not name else _threads(connection, begins, name)
        # imported only here: what compares the events of reports comes with it
        as_of_now = import_module("alerts.run.as_of_now") if told else None
        rated_now: Mapping[str, Standing] = as_of_now.standings_now(connection, desk, tellings) if as_of_now else {}
        # the standing of the whole thread, though --story shows a part of it: other stories confirm this one too
        shown = [
            (members, rated_now.get(whole[0].thread) or standing_of(whole, letters))
            for whole in threads
            if (members := _wanted(whole, name, set(tellings) if told else None))
        ]
        if on_map:
            # only now: the labels of places are words of the rules
            import_module("alerts.cli.geojson").print_map(connection, shown, rules, state)
            return
        joined = archive.by_story_of(connection, [members[0].thread for members, _ in shown], evidence_in)
        known = known_in(connection, desk.language, [members for members, _ in shown])
    if as_json:
        for members, standing in shown:
            print_json(describe_thread(members, standing, joined, tellings if told else None, known))
    else:  # at once: a day has thousands of threads
        zone = desk.timezone
        show(*(line for each in shown for line in _lines(*each, joined, tellings, zone, known)))
    if not shown and not as_json:
        then = "" if name else f" since {time(begins, desk.timezone)}"
        show(f"no story was told{then}" if told else f"no article was stored{then}")


def _meant(state: Path, name: str, zone: str) -> str:
    """Return the story, thread or article that an id as it was typed means; exit with 1 if it is not clear."""
    # only now: with what compares an id with all that are stored comes what claims and repeats messages
    ids = import_module("alerts.store.ids")
    kinds = (ids.STORY, ids.THREAD, ids.ARTICLE, ids.MESSAGE)
    return str(import_module("alerts.cli.ids").place_in(state, name, zone, *kinds))


def _wanted(whole: Thread, name: str | None, told: set[str] | None) -> Thread:
    """Return the articles of a thread that are shown: all, those of the story of `name`, or of stories in `told`."""
    wanted = {each.story for each in whole if name is None or name in {each.article, each.story, each.thread}}
    return tuple(each for each in whole if each.story in (wanted if told is None else wanted & told))


def _threads(connection: Connection, since: datetime, name: str | None) -> list[Thread]:
    if name is None:
        return archive.threads_since(connection, since)
    found = archive.thread_of(connection, name)
    return [found] if found else []


def _threads_told(connection: Connection, tellings: Tellings) -> list[Thread]:
    """Return the threads of the stories told, each once, that of the last told one first."""
    threads: dict[str, Thread] = {}
    listed: set[str] = set()
    for story in tellings:
        if story not in listed:
            members = archive.thread_of(connection, story)
            threads |= {members[0].thread: members} if members else {}
            listed |= {each.story for each in members}
    return list(threads.values())


def _lines(
    members: Thread,
    standing: Standing,
    joined: Mapping[str, str],
    tellings: Tellings,
    zone: str,
    known: KnownHeadlines,
) -> Iterator[str]:
    yield _event(members)
    yield from (f"  {each}" for each in known.get(headline(newest_in(members)), NOTHING).lines)
    yield f"  thread {members[0].thread}: {rated(standing)}"
    for story, found in by_story(members).items():
        outlets = len({each.outlet for each in found})
        yield f"  story {story}, {counted(len(found), 'article')}, {counted(outlets, 'outlet')}"
        for each in tellings.get(story, ()):
            message = f"{each.severity.word} {each.kind.value}  {each.delivery}"
            yield f"    told {each.receiver}  {time(each.at, zone)}  {message}"
        if story in joined:
            yield f"    {plain(joined[story])}"
        for member in found:
            yield from _told(member, zone, known)
    yield ""


def _event(members: Thread) -> str:
    """Return an event in a line: its newest development, who reports it, and in how many stories."""
    newest = newest_in(members)
    outlets = list(dict.fromkeys(plain(each.outlet) for each in (newest, *members)))
    more = f" and {len(outlets) - OUTLETS_SHOWN} more" if len(outlets) > OUTLETS_SHOWN else ""
    who = ", ".join(outlets[:OUTLETS_SHOWN])
    stories = counted(len({each.story for each in members}), "story")
    return f"{isolated(shown_headline(newest))} ({who}{more}; {stories})"


def _told(each: Member, zone: str, known: KnownHeadlines) -> Iterator[str]:
    # named only where it is not the owner, as of an agency's text
    origin = f", origin {plain(each.origin)}" if each.origin != each.owner else ""
    via = f", via {plain(each.carrier)}" if each.carrier else ""
    yield f"    {each.article}  {each.relation.value}  {time(each.first_seen, zone)}  {plain(each.outlet)}{via}{origin}"
    yield f"      {isolated(shown_headline(each))}"
    yield from (f"      {line}" for line in known.get(headline(each), NOTHING).lines)
    if each.change:
        yield f"      changed: {plain(each.change)}"
    if each.evidence:
        yield f"      because: {plain(each.evidence)}"
