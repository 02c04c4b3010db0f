"""Stories and their places go in; they are printed as a FeatureCollection of GeoJSON (RFC 7946)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import Alert
from alerts.cli.common import counted, print_json
from alerts.cli.loading import config_in_force
from alerts.cli.screen import show
from alerts.decide.event_line import describe, hedge_of
from alerts.decide.whereabouts import where_now, where_of
from alerts.event import HAPPENED, EventMention
from alerts.render.records import describe_translation
from alerts.render.title import lead
from alerts.rule import Config
from alerts.run.archive import by_story_of
from alerts.run.foreign_headlines import NOTHING, KnownHeadlines
from alerts.run.thread_record import Thread, by_story, headline, known_in
from alerts.standing import Standing
from alerts.store import decisions
from alerts.store.event_reports import mentions_in
from alerts.where import Where
from crawler.article import Member

Feature = dict[str, object]


def feature(
    connection: Connection,
    members: Sequence[Member],
    standing: Standing,
    mention: EventMention | None,
    config: Config,
    known: KnownHeadlines,
) -> Feature | None:
    """Return a story as a feature at its place; None where it has none, or several.

    `members` are the articles of one story, `standing` is that of its thread, `mention` what its newest report tells,
    `known` what is known of the headlines that readers cannot read.
    """
    alert = _last_alert(connection, members[0].story)
    where = where_of(mention, (), config)
    if where is None and alert and alert.where:
        where = where_now(alert.where, config)
    if where is None:
        return None
    told = {
        "severity": alert.severity.word if alert else None,
        "event": mention and describe(mention, config.events),
        "standing": (hedge_of(mention) or HAPPENED) if mention else None,  # of its main deed
        "gist": lead(alert).removesuffix(": ") or None if alert and alert.foreign else None,
    }
    confirmed = {"reliability": standing.rating, "origins": list(standing.origins)}
    return {
        "type": "Feature",
        "id": members[0].story,
        "geometry": {"type": "Point", "coordinates": [where.lon, where.lat]},  # longitude first (3.1.1)
        "properties": {**_of_story(members, known), **confirmed, **told, **_of_place(where)},
    }


def print_map(connection: Connection, shown: Sequence[tuple[Thread, Standing]], rules: Path, state: Path) -> None:
    """Print the stories of these threads that are at one place; say on standard error how many are not."""
    config = config_in_force(rules, state)
    mentions = by_story_of(connection, [members[0].thread for members, _ in shown], mentions_in)
    known = known_in(connection, config.language, [members for members, _ in shown])
    made = [
        feature(connection, found, standing, mentions.get(story), config, known)
        for members, standing in shown
        for story, found in by_story(members).items()
    ]
    placed = [each for each in made if each]
    print_json(collection(placed))
    if len(placed) < len(made):
        show(f"{len(made) - len(placed)} of {counted(len(made), 'story')} left out: not at one place", err=True)


def collection(features: Sequence[Feature]) -> dict[str, object]:
    """Return features as a FeatureCollection."""
    return {"type": "FeatureCollection", "features": list(features)}


def _of_story(members: Sequence[Member], known: KnownHeadlines) -> dict[str, object]:
    newest = max(members, key=lambda each: each.first_seen)
    translation = known.get(headline(newest), NOTHING).translation
    return {
        "story": members[0].story,
        "thread": members[0].thread,
        "title": newest.title,
        "translation": describe_translation(translation),
        "url": newest.url,
        "outlet": newest.outlet,
        "outlets": list(dict.fromkeys(each.outlet for each in members)),
        "first_seen": min(each.first_seen for each in members).isoformat(),
        "last_seen": newest.first_seen.isoformat(),
    }


def _of_place(where: Where) -> dict[str, object]:
    return {"place": where.id, "label": where.label, "reach_km": where.reach}


def _last_alert(connection: Connection, story: str) -> Alert | None:
    last = decisions.last_alert_revision(connection, story)
    return decisions.load_alert(connection, story, last) if last else None
