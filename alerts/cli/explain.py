"""`watchfloor explain`: why a rule matched an article or did not."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, fail, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.given import check_given, given, is_file, is_id
from alerts.cli.ids import place_in
from alerts.cli.loading import Faults, config_in_force
from alerts.cli.screen import show
from alerts.decide.event_line import describe
from alerts.decide.standing import letters_of, standing_of
from alerts.decide.whereabouts import where_of
from alerts.event import TRANSLATION
from alerts.line.counterparts import counterparts_of
from alerts.render.sheet import counterpart_line
from alerts.render.words import clean, isolated, plain, rated, time
from alerts.rule import Config
from alerts.rules.explain import Explanation, explained, lines
from alerts.rules.match import Matcher, judge
from alerts.rules.nearest_rules import Near, nearest_rules, proposals, unknown_words, unmeant_names
from alerts.rules.nearest_rules import lines as near_lines
from alerts.rules.nearness import Likeness
from alerts.rules.proposals import without_names
from alerts.run import archive
from alerts.run.extras import lacks_model
from alerts.store import ids
from alerts.store.event_reports import evidence_of
from alerts.store.opening import exists, reading
from crawler.article import Article
from crawler.config.nearest import meant_among
from crawler.store.errors import StoreError


@click.command(name="explain")
@config_option
@state_option
@json_option
@click.option("--rule", "only", help="Explain this rule only, with its whole tree.")
@click.argument("what", nargs=-1, required=True, metavar="HEADLINE|FILE|-|ID|URL...")
def command(
    path: Path | None, state_dir: Path | None, *, as_json: bool, only: str | None, what: tuple[str, ...]
) -> None:
    """Say why rules matched, or did not: a headline, a file (JSON lines, .txt), - , a stored id or last, or a URL.

    The first line is the verdict. Where no rule matches it shows the nearest three: what each has, what it lacks, and
    the word seen that is nearest to what it lacks. Of several each is told by itself, with an empty line between.
    """
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    check_given(what, lambda each: is_id(each) or _ends_one(state, each))
    config = config_in_force(rules, state)
    matcher = Matcher(config)
    # rules in shadow mode too: what they would do is what one asks
    chosen = [rule for rule in matcher.rules if only in {None, rule.id}]
    if not chosen:
        names = [rule.id for rule in matcher.rules]
        hint = meant_among(only or "", names, "rules")
        fail(f'no rule "{only}"{hint}')
    for n, article in enumerate(article for each in what for article in _meant(each, state, config)):
        read = matcher.read(article, _likeness(state, config, matcher, article))
        # of rules that do not match a person is shown the nearest three: no tree is worked out for the others
        shown = chosen if only or as_json else [rule for rule in chosen if judge(rule, read)]
        made = [explained(rule, read) for rule in shown]
        place = _place(state, article.id, letters_of(config), config.timezone)
        matched = [each for each in made if each.match]
        # what the others lack is of no use where one matched; JSON has it always
        near = () if only or (matched and not as_json) else nearest_rules(matcher, config, article)
        event = matcher.event(article)
        if as_json:
            said: dict[str, object] = {
                "rules": [asdict(each) for each in made],
                "nearest": [asdict(each) for each in near],
            }
            where = where_of(event, [each.match for each in matched if each.match], config)
            said |= {"place": place, "event": event and asdict(event), "where": where and where.record}
            print_json({"id": article.id, **said})
            continue
        told = describe(event, config.events) if event else ""
        show(*[""] * (n > 0), _verdict(made, only, config))
        show(f"event: {plain(told) or 'none: no deed is told with who did it, to whom, or where'}")
        named = "" if article.id == article.title else f"{plain(article.id)}: "
        show(f"{named}{isolated(article.title)}")
        why = _one(made) if only else _matching(matched) or _nearest(near, matcher, config, article)
        show(*_placed(place, config.timezone), *why)


def _likeness(state: Path, config: Config, matcher: Matcher, article: Article) -> Likeness | None:
    """Return what a headline reads like, where a daemon with the language model would have asked; else None."""
    if config.languages is None or lacks_model(config) or not matcher.find(article).asks or not exists(state):
        return None
    # imported only here: others need no process of the model
    comparing, encoder = importlib.import_module("alerts.run.comparing"), importlib.import_module("alerts.run.encoder")
    try:
        with reading(state) as connection:
            found: Likeness | None = asyncio.run(comparing.compared(config, connection, article))
    except (StoreError, encoder.EncoderFault) as error:
        show(f"watchfloor: the headline is not compared with examples: {error}", err=True)
        return None
    return found


def _verdict(made: Sequence[Explanation], only: str | None, config: Config) -> str:
    """Return in one line which rules match, the most severe first, or that none does, or not the `only` one asked."""
    found = [(each.match.severity, each.rule) for each in made if each.match]
    if not found:
        return f"does not match {only}: {made[0].miss}" if only else "matches no rule"
    shadow = {rule.id for rule in config.rules if rule.mode == "shadow"}
    told = [
        f"{rule}, {severity.word}{' (in shadow: nothing is sent)' if rule in shadow else ''}"
        for severity, rule in sorted(found, key=lambda each: each[0], reverse=True)
    ]
    return f"matches {'; '.join(told)}"


def _one(made: Iterable[Explanation]) -> Iterator[str]:
    for each in made:
        yield from lines(each)


def _matching(matched: Iterable[Explanation]) -> list[str]:
    return [line for each in matched for line in lines(each, full=False)]


def _nearest(near: tuple[Near, ...], matcher: Matcher, config: Config, article: Article) -> Iterator[str]:
    """Yield the nearest rules, the words that count for nothing, and what may be added."""
    if near:
        yield "nearest rules:"
    unknown = without_names(unknown_words(matcher, article), config)
    proposed = proposals(near, unknown, article.title, config)
    yield from map(clean, near_lines(near, unknown, unmeant_names(matcher, config, article), proposed))


def _fetched(url: str, config: Config) -> Article:
    """Return the article on a page, fetched and read as the daemon does it; exit with 1 if it has no text."""
    # imported only here: Scrapy comes with it, and a file or a stored article is explained without
    discovery = importlib.import_module("crawler.collect.discovery")

    async def look() -> Article:
        now = datetime.now(UTC)
        async with discovery.scout(config.allow_private, config.contact, now) as scout:
            answer, page, problem = await scout.page(url)
        if page is None or problem:
            fail(f"{url}: no text to explain: {problem}")
        return Article(
            id=page.url or answer.url,
            source="",
            title=page.headline,
            first_seen=now,
            url=page.url or answer.url,
            text=page.text,
            author=page.author,
            lang=page.lang,
            published=page.published,
        )

    return asyncio.run(look())


_NAMED = (ids.ARTICLE, ids.STORY, ids.THREAD, ids.MESSAGE)


def _ends_one(state: Path, what: str) -> bool:
    """Return whether a word is no headline but the end of a stored id."""
    if not ids.may_end(what) or not exists(state):
        return False
    with reading(state) as connection:
        return ids.ends_one(connection, what, *_NAMED)


def _meant(what: str, state: Path, config: Config) -> list[Article]:
    return [_fetched(what, config)] if "://" in what else _articles(what, state, config.timezone)


def _articles(what: str, state: Path, zone: str) -> list[Article]:
    if (is_id(what) or _ends_one(state, what)) and not is_file(what):
        name = place_in(state, what, zone, *_NAMED)
        return archive.articles_of(state, name)
    faults = Faults(what)
    found = [line.article for line in given(what, faults)]
    faults.end()
    return found


def _place(state: Path, article: str, letters: Mapping[str, str], zone: str) -> dict[str, object] | None:
    """Return an article's story, thread, why it joined them, and the decisions on it; None if it is not stored."""
    try:
        if not exists(state):
            return None
    except StoreError as error:  # the rules explain a headline without it
        show(f"watchfloor: {error}", err=True)
        return None
    with reading(state) as connection:
        members = archive.thread_of(connection, article)
        each = next((member for member in members if member.article == article), None)
        joined = evidence_of(connection, each.thread, each.story) if each else ""
        others = counterparts_of(connection, each.story) if each else ()
    if each is None:
        return None
    standing = standing_of(members, letters)
    return {
        "story": each.story,
        "thread": each.thread,
        "relation": each.relation.value,
        "evidence": each.evidence,
        "event_evidence": joined,
        "counterparts": [
            asdict(other) | {"relation": TRANSLATION, "words": counterpart_line(other, zone)} for other in others
        ],
        "change": each.change,
        "origin": each.origin,
        "origins": list(standing.origins),
        "reliability": standing.rating,
        "standing": rated(standing),
        "decisions": [asdict(made) for _, made in archive.decisions_on(state, each.story)],
    }


def _placed(place: Mapping[str, object] | None, zone: str) -> Iterator[str]:
    """Yield lines: why the article joined or opened its story, then each decision on the story with its reason."""
    if place is None:
        return
    yield f"{place['relation']} in story {place['story']}, thread {place['thread']}"
    yield f"  because: {plain(str(place['evidence'] or 'nothing stored shares its keys'))}"
    if place["event_evidence"]:
        yield f"  its thread: {plain(str(place['event_evidence']))}"
    others = place["counterparts"]
    assert isinstance(others, list)
    yield from (f"  {each['relation']}: {each['words']}" for each in others)
    if place["change"]:
        yield f"  changed: {plain(str(place['change']))}"
    yield f"  reliability of the thread: {place['standing']}; origin of this article: {place['origin']}"
    # all decisions on the story, also those caused by other articles of it: they say what this one met
    decisions = place["decisions"]
    assert isinstance(decisions, list)
    for each in decisions:
        what = each["kind"] if each["queued"] else "suppressed"
        waits = f"; waiting for their when: {', '.join(each['waiting'])}" if each["waiting"] else ""
        at = time(each["at"], zone)
        yield f"  {at} {each['receiver']}: {what}, {each['reason']} (rules {', '.join(each['rules'])}{waits})"
