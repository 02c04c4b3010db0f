"""Slack by our receiver, against the double on loopback: deliveries a second beside requests alone, and what faults leave."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import requests

from alerts import receivers
from alerts.alert import Message, Target
from alerts.render.form import form_of
from crawler.article import mint
from tests.e2e.injections import OURS, STRINGS, messages
from tests.e2e.slackapi import CHANNEL, TOKEN, Fault, SlackApi
from tests.unit.slackcases import alert_of, delivery

DELIVERIES = 200
SHARE = 0.05  # of each fault
SEED = 7


def run() -> None:
    with tempfile.TemporaryDirectory() as place, SlackApi(Path(place), limits={}) as api:
        os.environ.update(api.env())
        target = receivers.parse("watch", api.url)
        made = [_message(number) for number in range(DELIVERIES)]
        ours, alone = [], []
        for each in made:  # by turns, so that what else the machine does weighs on both
            ours.append(_timed(lambda: receivers.send(target, each)))  # noqa: B023 - called at once
            alone.append(_timed(lambda: _plainly(each)))  # noqa: B023
        looked = [_timed(lambda: receivers.send(target, replace(each, repeat=True))) for each in made]  # noqa: B023
        print(f"{DELIVERIES} alerts, a connection each: ours {_words(ours)}; requests.post alone {_words(alone)}")
        print(f"added by ours: {1000 * (statistics.median(ours) - statistics.median(alone)):.1f} ms at the median")
        print(f"looked for among {len(api.messages)} messages and found: {_words(looked)}")
        _faulty(api, target)
        _injected(api, target)


def _message(number: int) -> Message:
    told = alert_of("ar" if number % 2 else "en")
    key = mint("d", datetime.now(UTC), str(number))
    return form_of("watchslack").alert(delivery(id=key), told, "Asia/Baghdad")


def _plainly(message: Message) -> None:
    """Post the same words as somebody would who wants nothing but to post."""
    content = {"channel": CHANNEL, "text": message.title, "blocks": list(message.blocks)}
    answer = requests.post(
        "https://slack.com/api/chat.postMessage",
        json=content,
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=30,
    )
    if not answer.json()["ok"]:
        raise RuntimeError(answer.text)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _words(spent: list[float]) -> str:
    ordered = sorted(spent)
    ninety = ordered[int(len(ordered) * 0.9)]
    return f"{len(spent) / sum(spent):.0f}/s (p50 {1000 * statistics.median(spent):.1f} ms, p90 {1000 * ninety:.1f} ms)"


def _faulty(api: SlackApi, target: Target) -> None:
    """Deliver with faults until Slack says ok, as the outbox does; count what came and how often."""
    api.messages.clear()
    api.calls.clear()
    dice = random.Random(SEED)
    faults = [
        *(Fault(status=429, retry_after="0"), Fault(status=500), Fault(lost=True)),
        *(Fault(drop=True), Fault(error="internal_error")),
    ]
    suffered: Counter[str] = Counter()

    def chance(method: str, _: object) -> Fault | None:
        draw = int(dice.random() / SHARE)
        if draw < len(faults):
            suffered[f"{method} {'lost' if faults[draw].lost else faults[draw].error or faults[draw].status}"] += 1
            return faults[draw]
        return None

    api.chance = chance
    made = [_message(10_000 + number) for number in range(DELIVERIES)]
    for each in made:
        result = receivers.send(target, each)
        message = each
        while not result.ok:
            message = replace(message, repeat=message.repeat or result.uncertain)
            result = receivers.send(target, message)
    api.chance = lambda _method, _call: None
    times = api.times()
    missing = sum(each.key not in times for each in made)
    print(
        f"{DELIVERIES} alerts, {SHARE:.0%} each of 429, 500, lost and dropped acknowledgement, internal_error "
        f"({sum(suffered.values())} faults in {len(api.calls)} calls): lost {missing}, "
        f"duplicates {sum(times.values()) - len(times)}, marked {sum('repeat' in each.text for each in api.messages)}"
    )


def _injected(api: SlackApi, target: Target) -> None:
    api.messages.clear()
    for evil in STRINGS:
        for each in messages(evil):
            receivers.send(target, each)
    found = [each for each in api.live() if each.what != OURS]
    print(f"{len(STRINGS)} injection strings in every field, {len(api.messages)} messages: {len(found)} live")
