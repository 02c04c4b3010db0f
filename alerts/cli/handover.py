"""`watchfloor handover`: the report of a shift for the next one, as Markdown or JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from alerts.alert import Delivery
from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.loading import config_in_force
from alerts.cli.times import SINCE, Moment, beginning
from alerts.line.orders import describe_ack, describe_silence, describe_translation, stamp
from alerts.render.digest import newest_of, outlets_of
from alerts.render.handover import Handover, ToldStory, events_told, gravest, markdown
from alerts.run.shift import read_shift
from alerts.store.opening import need_store


@click.command(name="handover")
@config_option
@state_option
@json_option
@click.option(
    "--since",
    type=SINCE,
    default="12h",
    show_default=True,
    help="The length of the shift, or its beginning: 12h, 18:00.",
)
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, since: Moment) -> None:
    """Show the events told, who has taken notice, silences, failing sources, and what was not delivered."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    config = config_in_force(rules, state)
    now = datetime.now(UTC)
    begins = beginning(since, now, config.timezone)
    need_store(state)
    shift = read_shift(state, begins, now, config.language)
    if as_json:
        print_json(_record(shift))
    else:
        click.echo(markdown(shift, config.timezone))


def _record(shift: Handover) -> dict[str, Any]:
    return {
        "since": stamp(shift.since),
        "at": stamp(shift.now),
        "stories": [_story(each) for each in shift.stories],
        "events": [_event(each) for each in events_told(shift.stories)],
        "silences": [describe_silence(each, shift.now) for each in shift.silences],
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
        "translation": describe_translation(alert.translation),
        "url": alert.article.url,
        "outlets": list(alert.outlets),
        "reliability": alert.standing.rating,
        "changed": stamp(alert.created),
        "changes": list(alert.changes),
        "ack": describe_ack(story.ack) if story.ack else None,
    }


def _event(event: tuple[ToldStory, ...]) -> dict[str, Any]:
    """Return what JSON says of an event: what Markdown prints as one entry."""
    alerts = [each.alert for each in event]
    return {
        "thread": alerts[0].thread,
        "severity": gravest(event).word,
        "title": alerts[0].article.title,
        "translation": describe_translation(alerts[0].translation),
        "newest": newest_of(alerts).story,
        "outlets": list(outlets_of(alerts)),
        "stories": [each.story for each in alerts],
        "acknowledged": all(each.ack for each in event),
    }


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
