"""`watchfloor search`: articles of the archive that have given words, in any spelling, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

import click

from alerts.cli.common import (
    config_option,
    counted,
    fail,
    json_option,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.cli.screen import show
from alerts.cli.times import SINCE, Moment, beginning
from alerts.cli.wordless import wordless_in_force
from alerts.render.records import stamp
from alerts.render.title import headline_of
from alerts.render.words import isolated, plain, time
from alerts.rule import Config
from alerts.rules.searching import HOW, Unsearchable, read_search
from alerts.run.foreign_headlines import NOTHING, Headline, KnownHeadlines, known_headlines
from alerts.run.meant import meant_by, words_of
from alerts.store.opening import reading
from crawler.store.search import narrowed, unfilled
from crawler.store.searched import Searched, searched
from crawler.text.searching import Piece, Search, excerpt, marked

MOST = 1_000  # articles of one answer
SHOWN = 20


@click.command(name="search")
@config_option
@state_option
@json_option
@click.option("--since", type=SINCE, help="Only articles stored or edited since: 24h, 03:00, yesterday.")
@click.option("--most", type=click.IntRange(1, MOST), default=SHOWN, show_default=True, help="Articles to show.")
@click.option("--before", type=click.IntRange(1), help="The next page: the number that the last one ended with.")
@click.option("--not", "unwanted", multiple=True, metavar="WORD", help="Not with this word or phrase; may be repeated.")
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
def command(
    path: Path | None,
    state_dir: Path | None,
    *,
    as_json: bool,
    since: Moment | None,
    most: int,
    before: int | None,
    unwanted: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    """Find articles by their words: drone "Ain al-Asad" --not football, or 'drone "Ain al-Asad" -football'.

    All words must be there, in any order; several in quotes stand together, as they are written. A word is found in the
    spellings that rules know: attached particles, letter variants, plurals. '$name' stands for a list, an entity or a
    kind of rules.yaml.
    """
    rules = rules_path(path)
    state, now = state_path(state_dir, rules), datetime.now(UTC)
    typed = _typed(words, unwanted)
    # only where a name of the rules is asked for: to read them takes longer than the search
    config = _config(rules, state) if "$" in typed else None
    desk = config.wordless if config else wordless_in_force(rules, state)
    zone = desk.timezone
    begins = beginning(since, now, zone) if since else None
    try:
        search = read_search(typed, config)
    except Unsearchable as error:
        fail(str(error), 2)
    with reading(state) as connection:
        asked, search = search, narrowed(connection, search)
        found = searched(connection, search, begins, before, most + 1)
        unknown = () if found or before else meant_by(connection, asked, partial(_config, rules, state), begins)
        left = unfilled(connection)
        page = found[:most]
        known = known_headlines(connection, desk.language, map(_headline, page))
    further = page[-1].seq if len(found) > most else None
    if as_json:
        for each in page:
            print_json(_record(each, search) | known.get(_headline(each), NOTHING).record)
    else:
        for story in by_story(page):
            show(*_lines(story, search, zone, now, known))
    if left:
        show(f"{counted(left, 'older article')} not searched yet: the daemon is indexing them", err=True)
    if not found and not as_json:
        show(f"nothing found; {words_of(unknown) or HOW}")
    if further:
        show(f"there is more: --before {further}", err=True)


def _config(rules: Path, state: Path) -> Config:
    config: Config = import_module("alerts.cli.loading").config_in_force(rules, state)
    return config


def _typed(words: tuple[str, ...], unwanted: tuple[str, ...]) -> str:
    """Return arguments as one search: of several, one with spaces was in quotes, which the shell took away."""
    phrased = [f'"{each}"' if " " in each and '"' not in each else each for each in words]
    return " ".join([*(words if len(words) == 1 else phrased), *(f'-"{each}"' for each in unwanted)])


def _record(each: Searched, search: Search) -> dict[str, object]:
    article = each.article
    return {
        "seq": each.seq,
        "id": article.id,
        "story": each.story,
        "thread": each.thread,
        "title": article.title,
        "outlet": article.outlet,
        "source": article.source,
        "lang": article.lang,
        "url": article.url,
        "published": stamp(article.published) if article.published else None,
        "first_seen": stamp(article.first_seen),
        "excerpt": [{"text": piece.text, "hit": piece.hit} for piece in excerpt(article.body, search)],
    }


def by_story(page: Iterable[Searched]) -> list[list[Searched]]:
    """Return the articles of each story together, each story where its newest article was found."""
    stories: dict[str, list[Searched]] = {}
    for each in page:
        stories.setdefault(each.story, []).append(each)
    return list(stories.values())


def _headline(each: Searched) -> Headline:
    return each.story, headline_of(each.article)


def _lines(story: Sequence[Searched], search: Search, zone: str, now: datetime, known: KnownHeadlines) -> Iterator[str]:
    """Yield the newest article of a story with its text, and of its others who tells it, and when."""
    each, *others = story
    article = each.article
    title = headline_of(article)
    yield f"{time(article.first_seen, zone, now)}  {plain(article.outlet)}  {each.story}"
    yield f"  {isolated(_starred(marked(title, search)))}"
    yield from (f"  {line}" for line in known.get(_headline(each), NOTHING).lines)
    if article.body:
        yield f"  {isolated(_starred(excerpt(article.body, search)))}"
    for other in others:
        own = headline_of(other.article)
        said = f": {isolated(_starred(marked(own, search)))}" if own != title else ""
        yield f"  also {time(other.article.first_seen, zone, now)}  {plain(other.article.outlet)}{said}"
        yield from (f"    {line}" for line in known.get(_headline(other), NOTHING).lines if said)
    yield ""


def _starred(pieces: list[Piece]) -> str:
    return "".join(f"*{each.text}*" if each.hit else each.text for each in pieces)
