"""The report of a shift goes in; its record comes out, as `handover --json` prints it and the board shows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from alerts.alert import Alert
from alerts.delivery import Delivery
from alerts.render.digest import newest_of, outlets_of
from alerts.render.handover import Handover, ToldStory, events_told, gravest
from alerts.render.records import describe_ack, describe_held, describe_silence, describe_translation, stamp
from alerts.render.sheet import translated
from alerts.render.title import lead


def describe_shift(shift: Handover) -> dict[str, Any]:
    """Return a shift as `--json` prints it."""
    return {
        "since": stamp(shift.since),
        "at": stamp(shift.now),
        "stories": [_story(each) for each in shift.stories],
        "events": [_event(each) for each in events_told(shift.stories)],
        "untold": [_story(each) for each in shift.untold],
        "further": [_story(each) | {"event_told": stamp(at)} for each, at in shift.further],
        "done": [asdict(each) | {"at": stamp(each.at)} for each in shift.done],
        "silences": [
            describe_silence(each, shift.now) | {"held_back": shift.silenced_by.get(each.id, 0)}
            for each in shift.silences
        ],
        "silenced": [describe_held(each) for each in shift.silenced],
        "failing": [asdict(each) for each in shift.failing],
        "dead": [_delivery(each) | {"detail": why} for each, why in shift.dead],
        "held": [_delivery(each) | {"held": each.held, "due": stamp(each.due)} for each in shift.held],
        "reload": {"at": stamp(shift.reload[0]), "result": shift.reload[1]} if shift.reload else None,
    }


def _story(story: ToldStory) -> dict[str, Any]:
    alert = story.alert
    return {
        "story": alert.story,
        "severity": alert.severity.word,
        "title": alert.article.title,
        **_known(alert),
        "url": alert.article.url,
        "outlets": list(alert.outlets),
        "reliability": alert.standing.rating,
        "changed": stamp(alert.created),
        "changes": list(alert.changes),
        "ack": describe_ack(story.ack) if story.ack else None,
        "earlier_ack": describe_ack(story.earlier) if story.earlier else None,
        "status": story.status,
    }


def _event(event: tuple[ToldStory, ...]) -> dict[str, Any]:
    """Return what JSON says of an event: what Markdown prints as one entry."""
    alerts = [each.alert for each in event]
    return {
        "thread": alerts[0].thread,
        "severity": gravest(event).word,
        "title": alerts[0].article.title,
        **_known(alerts[0]),
        "newest": newest_of(alerts).story,
        "outlets": list(outlets_of(alerts)),
        "stories": [each.story for each in alerts],
        "acknowledged": all(each.ack for each in event),
    }


def _known(alert: Alert) -> dict[str, Any]:
    made = alert.translation
    gist = lead(alert).removesuffix(": ")
    return {"gist": gist, "translation": describe_translation(made), "translated": translated(made)}


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "subject": delivery.subject,
        "kind": delivery.kind.value,
        "receiver": delivery.receiver,
        "severity": delivery.severity.word,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
    }
