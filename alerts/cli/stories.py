"""`watchfloor stories`: threads with their stories and articles, why each joined, and the rating of the thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import Connection

from alerts.alert import Translation
from alerts.cli.common import config_option, counted, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.geojson import collection, feature
from alerts.cli.ids import place_in
from alerts.cli.loading import config_in_force
from alerts.cli.screen import show
from alerts.cli.times import SINCE, Moment, beginning
from alerts.decide.standing import letters_of, standing_of
from alerts.line.orders import describe_translation
from alerts.render.sheet import translated
from alerts.render.title import without_outlet
from alerts.render.words import isolated, plain, rated, time
from alerts.rule import Config
from alerts.run import archive
from alerts.run.tellings import Telling, Tellings, tellings_since
from alerts.standing import Standing
from alerts.store import ids
from alerts.store.event_reports import evidence_in, mentions_in
from alerts.store.opening import need_store, reading
from alerts.store.translations import translations_of
from crawler.article import EPOCH, Member, Relation
from crawler.text.scripts import is_foreign

OUTLETS_SHOWN = 4  # of an event
Thread = tuple[Member, ...]
Shown = tuple[Thread, Standing]  # what is shown of a thread, and how far all of it is confirmed
Translations = Mapping[str, Translation]  # by headline, as it is shown
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
    config = config_in_force(rules, state)
    letters = letters_of(config)
    begins = beginning(since, now, config.timezone)
    need_store(state)
    tellings = tellings_since(state, EPOCH if name else begins) if told else {}
    name = (
        None
        if name is None
        else place_in(state, name, config.timezone, ids.STORY, ids.THREAD, ids.ARTICLE, ids.MESSAGE)
    )
    with reading(state) as connection:  # one for all: a day has thousands of threads
        threads = _threads_told(connection, tellings) if told and not name else _threads(connection, begins, name)
        # the standing of the whole thread, though --story shows a part of it: other stories confirm this one too
        shown = [
            (members, standing_of(whole, letters))
            for whole in threads
            if (members := _wanted(whole, name, set(tellings) if told else None))
        ]
        if on_map:
            _print_map(connection, shown, config)
            return
        joined = _by_story(connection, shown, evidence_in)
        known = _translations(connection, config.language, [members for members, _ in shown])
    for members, standing in shown:
        if as_json:
            print_json(_record(members, standing, joined, tellings if told else None, known))
        else:
            show(*_lines(members, standing, joined, tellings, config.timezone, known))
    if not shown and not as_json:
        then = "" if name else f" since {time(begins, config.timezone)}"
        show(f"no story was told{then}" if told else f"no article was stored{then}")


def _print_map(connection: Connection, shown: Sequence[Shown], config: Config) -> None:
    """Print the stories that are at one place; say on standard error how many are not."""
    mentions = _by_story(connection, shown, mentions_in)
    known = _translations(connection, config.language, [members for members, _ in shown])
    made = [
        feature(connection, found, standing, mentions.get(story), config, known)
        for members, standing in shown
        for story, found in _stories(members).items()
    ]
    placed = [each for each in made if each]
    print_json(collection(placed))
    if len(placed) < len(made):
        show(f"{len(made) - len(placed)} of {counted(len(made), 'story')} left out: not at one place", err=True)


def _wanted(whole: Thread, name: str | None, told: set[str] | None) -> Thread:
    """Return the articles of a thread that are shown: all, those of the story of `name`, or of stories in `told`."""
    wanted = {each.story for each in whole if name is None or name in {each.article, each.story, each.thread}}
    return tuple(each for each in whole if each.story in (wanted if told is None else wanted & told))


def _by_story(
    connection: Connection, shown: Sequence[Shown], read: Callable[[Connection, Sequence[str]], dict[str, T]]
) -> dict[str, T]:
    """Return what is stored by story for all stories of these threads."""
    names = [members[0].thread for members, _ in shown]
    chunks = (names[start : start + archive.READ_AT_ONCE] for start in range(0, len(names), archive.READ_AT_ONCE))
    return {story: each for chunk in chunks for story, each in read(connection, chunk).items()}


def _translations(connection: Connection, language: str, threads: Iterable[Thread]) -> Translations:
    """Return by headline, as it is shown, the machine translations that are known."""
    headlines = {_headline(each) for members in threads for each in members if is_foreign(each.title, language)}
    return translations_of(connection, language, headlines)


def _headline(member: Member) -> str:
    return without_outlet(member.title, member.outlet)


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


def _stories(members: Thread) -> dict[str, list[Member]]:
    stories: dict[str, list[Member]] = {}
    for each in members:
        stories.setdefault(each.story, []).append(each)
    return stories


def _record(
    members: Thread,
    standing: Standing,
    joined: Mapping[str, str],
    tellings: Tellings | None,
    known: Translations,
) -> dict[str, object]:
    stories = [
        {
            "story": story,
            "title": found[0].title,
            "translation": describe_translation(known.get(_headline(found[0]))),
            "event_evidence": joined.get(story, ""),
            "outlets": list(dict.fromkeys(each.outlet for each in found)),
            "articles": [_article(each, known) for each in found],
        }
        | ({} if tellings is None else {"told": [_telling(each) for each in tellings[story]]})
        for story, found in _stories(members).items()
    ]
    confirmed = {"origins": list(standing.origins), "reliability": standing.rating, "automatic": True}
    newest = _newest(members)
    made = describe_translation(known.get(_headline(newest)))
    latest = {"title": newest.title, "translation": made, "outlet": newest.outlet, "story": newest.story}
    outlets = list(dict.fromkeys(each.outlet for each in members))
    return {"thread": members[0].thread, "newest": latest, "outlets": outlets, **confirmed, "stories": stories}


def _telling(telling: Telling) -> dict[str, object]:
    return {
        "at": telling.at.isoformat(),
        "receiver": telling.receiver,
        "kind": telling.kind.value,
        "severity": telling.severity.word,
        "delivery": telling.delivery,
    }


def _article(member: Member, known: Translations) -> dict[str, object]:
    kept = {name: value for name, value in asdict(member).items() if name not in {"article", "story", "thread"}}
    return {
        "id": member.article,
        **kept,
        "translation": describe_translation(known.get(_headline(member))),
        "relation": member.relation.value,
        "first_seen": member.first_seen.isoformat(),
    }


def _lines(
    members: Thread,
    standing: Standing,
    joined: Mapping[str, str],
    tellings: Tellings,
    zone: str,
    known: Translations,
) -> Iterator[str]:
    yield _event(members)
    if made := known.get(_headline(_newest(members))):
        yield f"  {translated(made)}"
    yield f"  thread {members[0].thread}: {rated(standing)}"
    for story, found in _stories(members).items():
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
    newest = _newest(members)
    outlets = list(dict.fromkeys(plain(each.outlet) for each in (newest, *members)))
    more = f" and {len(outlets) - OUTLETS_SHOWN} more" if len(outlets) > OUTLETS_SHOWN else ""
    who = ", ".join(outlets[:OUTLETS_SHOWN])
    stories = counted(len({each.story for each in members}), "story")
    return f"{isolated(_headline(newest))} ({who}{more}; {stories})"


def _newest(members: Thread) -> Member:
    """Return the article that last told something new: an outlet's copy of what another told is no development.

    Where that was only carried, an article of its story from an outlet's own feed speaks for it.
    """
    telling = [each for each in members if each.relation is not Relation.DUPLICATE] or members
    newest = max(telling, key=lambda each: each.first_seen)
    own = [each for each in members if each.story == newest.story and not each.carrier and not newest.change]
    return own[-1] if newest.carrier and own else newest


def _told(each: Member, zone: str, known: Translations) -> Iterator[str]:
    # named only where it is not the owner, as of an agency's text
    origin = f", origin {plain(each.origin)}" if each.origin != each.owner else ""
    via = f", via {plain(each.carrier)}" if each.carrier else ""
    yield f"    {each.article}  {each.relation.value}  {time(each.first_seen, zone)}  {plain(each.outlet)}{via}{origin}"
    yield f"      {isolated(_headline(each))}"
    if made := known.get(_headline(each)):
        yield f"      {translated(made)}"
    if each.change:
        yield f"      changed: {plain(each.change)}"
    if each.evidence:
        yield f"      because: {plain(each.evidence)}"
