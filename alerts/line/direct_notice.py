"""A fault that the store cannot take -> a notice sent straight to the admin's receiver, stored nowhere.

It is the way of telling that is left while the store takes nothing, or while whoever would send stands still.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from alerts import receivers
from alerts.alert import Kind, Message, Reason, SendResult, Severity, Target
from alerts.delivery import Delivery, DeliveryState
from alerts.render.form import form_of
from alerts.rule import Config
from crawler.article import mint

log = logging.getLogger(__name__)
AGAIN_AFTER = timedelta(hours=1)  # the same notice
TAKEN_WITHIN = 60.0  # seconds for the targets of one receiver: one that hangs must not keep the notice from the next
TOLD = "told.json"  # in the state directory
_NUMBERS = re.compile(r"\d+")
PAST_THE_STORE = "Sent past the store: no list has this message, and it is not repeated."


def unstored_notice(
    target: Target, subject: str, title: str, body: str, now: datetime, severity: Severity = Severity.ROUTINE
) -> Message:
    """Return a notice in the form of a target's service. `subject` names its topic: one topic is one mail thread."""
    delivery = Delivery(
        id=mint("d", now, subject, target.id),
        subject=subject,
        kind=Kind.NOTICE,
        revision=1,
        target=target.id,
        receiver=target.receiver,
        severity=severity,
        reason=Reason.SYSTEM,
        state=DeliveryState.SENDING,
        queued=now,
        due=now,
        attempts=1,
        payload={"title": title, "body": body},
    )
    return form_of(target.schema).notice(delivery)


def tell_once(
    state_dir: Path, config: Config, title: str, body: str, now: datetime, not_by: Collection[str] = ()
) -> bool:
    """Send a notice past the store, unless the same one was taken within AGAIN_AFTER: a daemon may start over and over.

    Return whether somebody took it, now or then.
    """
    path, key = state_dir / TOLD, f"{title}: {_NUMBERS.sub('', body)}"
    told = _told(path)
    if key in told and abs(now - told[key]) < AGAIN_AFTER:
        return True
    if not tell_directly(config, title, body, now, not_by):
        return False
    kept = {each: at for each, at in told.items() if abs(now - at) < AGAIN_AFTER} | {key: now}
    try:
        path.write_text(json.dumps({each: at.isoformat() for each, at in kept.items()}), encoding="utf-8")
    except OSError as error:  # on a full disk it may be told again
        log.warning("what was told past the store is not kept: %s", error)
    return True


def _told(path: Path) -> dict[str, datetime]:
    try:
        return {key: datetime.fromisoformat(at) for key, at in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def tell_directly(config: Config, title: str, body: str, now: datetime, not_by: Collection[str] = ()) -> bool:
    """Send a notice to the admin's receiver at once; where none of its targets takes it, to the next receiver.

    The targets of `not_by`, which hang, are asked last. Return whether somebody took it. It blocks until the services
    have answered, or TAKEN_WITHIN for each receiver: call it in a thread.
    """
    log.error("notice past the store: %s: %s", title, body)
    words = f"{body}\n{PAST_THE_STORE}"
    for targets in _in_turn(config, not_by):
        sent = _send_each(targets, title, words, now)
        for target, result in sent:
            if not result.ok:
                log.error("notice past the store not taken target=%s detail=%s", target.id, result.detail)
        if any(result.ok for _, result in sent):
            return True
    log.error("NOBODY COULD BE TOLD: %s", title)
    return False


def _in_turn(config: Config, last: Collection[str]) -> Iterable[list[Target]]:
    """Yield the targets of the admin's receiver, of its stand-by, of the others; then of each those that go last."""
    admin = config.receivers[config.admin]
    names = dict.fromkeys([config.admin, admin.standby, *config.receivers])
    every = [config.receivers[name].targets for name in names if name in config.receivers]
    turns = [[each for each in targets if (each.id in last) is late] for late in (False, True) for targets in every]
    return filter(None, turns)


def _send_each(targets: Iterable[Target], title: str, words: str, now: datetime) -> list[tuple[Target, SendResult]]:
    """Return what came of sending to each target, all at the same time; a thread that hangs is left behind."""
    unanswered = SendResult(ok=False, detail=f"no answer within {TAKEN_WITHIN:.0f} s")
    results = dict.fromkeys(targets, unanswered)

    def send(target: Target) -> None:
        results[target] = _send(target, title, words, now)

    threads = [threading.Thread(target=send, args=(each,), name="direct send", daemon=True) for each in results]
    until = time.monotonic() + TAKEN_WITHIN
    for each in threads:
        each.start()
    for each in threads:
        each.join(max(0.0, until - time.monotonic()))
    return list(results.items())


def _send(target: Target, title: str, body: str, now: datetime) -> SendResult:
    message = unstored_notice(target, f"direct:{now.isoformat()}", title, body, now, Severity.IMMEDIATE)
    return receivers.send(target, message)
