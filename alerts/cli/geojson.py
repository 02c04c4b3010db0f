"""Stories and their places go in; a FeatureCollection of GeoJSON (RFC 7946) comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from alerts.alert import Alert, Translation
from alerts.decide.event_line import describe, hedge_of
from alerts.decide.whereabouts import where_now, where_of
from alerts.event import EventMention
from alerts.line.orders import describe_translation
from alerts.render.title import lead, without_outlet
from alerts.rule import Config
from alerts.rules.event_standing import HAPPENED
from alerts.standing import Standing
from alerts.store import decisions
from alerts.where import Where
from crawler.article import Member

Feature = dict[str, object]


def feature(
    connection: Connection,
    members: Sequence[Member],
    standing: Standing,
    mention: EventMention | None,
    config: Config,
    known: Mapping[str, Translation],
) -> Feature | None:
    """Return a story as a feature at its place; None where it has none, or several.

    `members` are the articles of one story, `standing` is that of its thread, `mention` what its newest report tells,
    `known` the machine translations by headline as it is shown.
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


def collection(features: Sequence[Feature]) -> dict[str, object]:
    """Return features as a FeatureCollection."""
    return {"type": "FeatureCollection", "features": list(features)}


def _of_story(members: Sequence[Member], known: Mapping[str, Translation]) -> dict[str, object]:
    newest = max(members, key=lambda each: each.first_seen)
    translation = known.get(without_outlet(newest.title, newest.outlet))
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
