"""Foreign headlines are translated by a service beside the line: the real daemon, HTTP double, Slack, webhook, mail."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.libretranslate import LibreTranslate
from tests.e2e.running import daemon
from tests.e2e.servers import rss
from tests.e2e.slackapi import SlackApi

HEADLINE = "ميليشيا تستهدف قاعدة عين الأسد"
ENGLISH = "Militia targets Ain al-Asad base"
LINE = f"machine translation: {ENGLISH}"
T0 = datetime(2026, 6, 14, 10, tzinfo=UTC)
ASAD = 'entities:\n  ain-al-asad: {label: Ain al-Asad air base, aliases: ["Ain al-Asad", "عين الأسد"]}\n'


def at(minutes: float) -> str:
    return (T0 + timedelta(minutes=minutes)).isoformat()


def item(guid: str = "1", when: datetime = T0, title: str = HEADLINE, text: str = "") -> dict[str, str]:
    return {"title": title, "guid": guid, "date": format_datetime(when), "text": text}


@pytest.fixture
def service() -> Iterator[LibreTranslate]:
    made = LibreTranslate()
    made.known[HEADLINE] = ENGLISH
    yield made
    made.close()


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackApi]:
    with SlackApi(tmp_path / "slack", limits={}) as made:
        for name, value in made.env().items():
            monkeypatch.setenv(name, value)
        yield made


def write(desk: Desk, service: LibreTranslate, *, notify: str = "[hook]", key: str = "", slack: str = "") -> None:
    keys = f', key: "{key}"' if key else ""
    settings = f'backfill: 6h, timezone: UTC, translate: {{url: "{service.url}"{keys}}}'
    desk.write("/a.xml", settings=settings, notify=notify, every="1s")
    text = desk.rules.read_text().replace("lang: en", "lang: ar").replace("rules:\n", f"{ASAD}rules:\n")
    if slack:
        text = text.replace("receivers:\n", f'receivers:\n  slack: {{urls: ["{slack}"]}}\n')
    desk.rules.write_text(text)


def balanced(desk: Desk) -> bool:
    return not any(desk.status()["ledger"]["remainders"].values())


def until(holds: Callable[[], bool], timeout: float = 20.0) -> None:
    """Wait for what a command says, as the log says it before it is durable."""
    ends = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.1)


def shown(api: SlackApi) -> str:
    return json.dumps(api.messages[0].blocks, ensure_ascii=False)


# in place, where a message can be edited


def test_alert_goes_at_once_and_the_translation_follows_as_an_edit(
    desk: Desk, api: SlackApi, service: LibreTranslate
) -> None:
    desk.outlet.serve("/a.xml", rss(item(when=datetime.now(UTC))))
    write(desk, service, notify="[slack]", slack=api.url)
    service.gate.clear()
    with daemon(desk):
        assert service.wait_for(1)  # it is asked, and has not answered: the alert did not wait for that
        assert api.wait_for(1)
        assert "machine translation" not in shown(api)
        service.gate.set()
        with api.changed:
            assert api.changed.wait_for(lambda: api.messages[0].edits == 1, 20)
        assert LINE in shown(api)
        assert len(api.pings()) == 1
    (call,) = service.asked
    assert call == {"q": HEADLINE, "source": "ar", "target": "en", "format": "text", "alternatives": 0}
    assert balanced(desk)


def test_kill_while_it_answers_loses_no_translation_and_no_alert(
    desk: Desk, api: SlackApi, service: LibreTranslate
) -> None:
    desk.outlet.serve("/a.xml", rss(item(when=datetime.now(UTC))))
    write(desk, service, notify="[slack]", slack=api.url)
    service.gate.clear()
    with daemon(desk):
        assert service.wait_for(1)
        assert api.wait_for(1)
    # `daemon` ends it by SIGKILL
    service.gate.set()
    with daemon(desk):
        until(lambda: desk.status()["outbox"].get("sent") == 2)
    assert len(service.asked) == 2
    other = "ميليشيا تقصف أربيل"
    service.known[other] = "Militia shells Erbil"
    now = datetime.now(UTC)
    with daemon(desk):  # what is known is neither asked for nor edited again
        desk.outlet.serve("/a.xml", rss(item(when=now), item("2", now, other)))
        assert api.wait_for(2)
        with api.changed:
            assert api.changed.wait_for(lambda: api.messages[1].edits == 1, 20)
    assert [each["q"] for each in service.asked] == [HEADLINE, HEADLINE, other]
    assert [each.edits for each in api.messages] == [1, 1]
    assert LINE in shown(api)
    assert balanced(desk)
