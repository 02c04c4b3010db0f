"""The articles of a thread go in; its record comes out, as `stories --json` prints it and the board shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache

from sqlalchemy import Connection

from alerts.render.title import without_outlet
from alerts.run.foreign_headlines import NOTHING, Headline, KnownHeadlines, known_headlines
from alerts.run.tellings import Telling, Tellings
from alerts.standing import Standing
from crawler.article import Member, Relation

Thread = tuple[Member, ...]


def known_in(connection: Connection, language: str, threads: Iterable[Thread]) -> KnownHeadlines:
    """Return what is known of the headlines that readers cannot read."""
    return known_headlines(connection, language, (headline(each) for members in threads for each in members))


def headline(member: Member) -> Headline:
    """Return the headline of an article with the story that it is in."""
    return member.story, shown_headline(member)


def shown_headline(member: Member) -> str:
    return _shown(member.title, member.outlet)


@lru_cache(maxsize=1024)  # of a thread each is asked for several times
def _shown(title: str, outlet: str) -> str:
    return without_outlet(title, outlet)


def by_story(members: Thread) -> dict[str, list[Member]]:
    stories: dict[str, list[Member]] = {}
    for each in members:
        stories.setdefault(each.story, []).append(each)
    return stories


def describe_thread(
    members: Thread,
    standing: Standing,
    joined: Mapping[str, str],
    tellings: Tellings | None,
    known: KnownHeadlines,
) -> dict[str, object]:
    stories = [
        {
            "story": story,
            "title": found[0].title,
            **_said(found[0], known),
            "event_evidence": joined.get(story, ""),
            "outlets": list(dict.fromkeys(each.outlet for each in found)),
            "articles": [_article(each, known) for each in found],
        }
        | ({} if tellings is None else {"told": [_telling(each) for each in tellings[story]]})
        for story, found in by_story(members).items()
    ]
    confirmed = {"origins": list(standing.origins), "reliability": standing.rating, "automatic": True}
    newest = newest_in(members)
    latest = {"title": newest.title, **_said(newest, known), "outlet": newest.outlet, "story": newest.story}
    outlets = list(dict.fromkeys(each.outlet for each in members))
    return {"thread": members[0].thread, "newest": latest, "outlets": outlets, **confirmed, "stories": stories}


def _said(member: Member, known: KnownHeadlines) -> dict[str, object]:
    return known.get(headline(member), NOTHING).record


def _telling(telling: Telling) -> dict[str, object]:
    return {
        "at": telling.at.isoformat(),
        "receiver": telling.receiver,
        "kind": telling.kind.value,
        "severity": telling.severity.word,
        "delivery": telling.delivery,
    }


def _article(member: Member, known: KnownHeadlines) -> dict[str, object]:
    kept = {name: value for name, value in asdict(member).items() if name not in {"article", "story", "thread"}}
    return {
        "id": member.article,
        **kept,
        **_said(member, known),
        "relation": member.relation.value,
        "first_seen": member.first_seen.isoformat(),
    }


def newest_in(members: Thread) -> Member:
    """Return the article that last told something new: an outlet's copy of what another told is no development.

    Where that was only carried, an article of its story from an outlet's own feed speaks for it.
    """
    telling = [each for each in members if each.relation is not Relation.DUPLICATE] or members
    newest = max(telling, key=lambda each: each.first_seen)
    own = [each for each in members if each.story == newest.story and not each.carrier and not newest.change]
    return own[-1] if newest.carrier and own else newest
