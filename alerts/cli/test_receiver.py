"""`watchfloor test-receiver`: send a message marked as a test to every target of a receiver; print each answer."""

from __future__ import annotations

import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts import receivers
from alerts.alert import Message, Target
from alerts.cli.common import config_option, fail, json_option, print_json, rules_path
from alerts.cli.loading import load_config
from alerts.line.direct_notice import unstored_notice
from alerts.render import words
from crawler.config.nearest import meant_among


@click.command(name="test-receiver")
@click.argument("name")
@config_option
@json_option
def command(name: str, path: Path | None, *, as_json: bool) -> None:
    """Send a marked test to every target of a receiver; ends with 1 where one of them fails."""
    config = load_config(rules_path(path))
    receiver = config.receivers.get(name)
    if receiver is None:
        hint = meant_among(name, config.receivers, "receivers")
        fail(f'there is no receiver "{name}"{hint}')
    answers = [_try(target, datetime.now(UTC), config.timezone) for target in receiver.targets]
    for answer in answers:
        if as_json:
            print_json(answer)
        else:
            said = f"taken in {answer['seconds']} s" if answer["ok"] else f"failed: {answer['detail']}"
            click.echo(f"{answer['target']} ({answer['service']}): {said}")
    sys.exit(0 if all(answer["ok"] for answer in answers) else 1)


def _try(target: Target, now: datetime, timezone: str) -> dict[str, object]:
    started = time.monotonic()  # what the service took: the wall clock may be set meanwhile
    result = receivers.send(target, _test(target, now, timezone))
    return {
        "target": target.id,
        "service": target.schema,
        "ok": result.ok,
        "seconds": round(time.monotonic() - started, 2),
        "detail": result.detail,
        "handle": result.handle,
    }


def _test(target: Target, now: datetime, timezone: str) -> Message:
    title = f"TEST from {socket.gethostname()}: no news"
    body = f"Somebody asked for this test of {target.receiver} at {words.time(now, timezone)}. There is nothing to do."
    # the time makes it a topic of its own: mail clients put it into no thread of alerts
    return unstored_notice(target, f"test:{target.receiver}:{now.isoformat()}", title, body, now)
