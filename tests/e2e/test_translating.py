"""Foreign headlines are translated by a service beside the line: the real daemon, HTTP double, Slack, webhook, mail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from alerts.decide.translating import Answer
from alerts.rule import Translate
from alerts.run import libretranslate
from tests.e2e.conftest import Desk
from tests.e2e.libretranslate import Fault, LibreTranslate
from tests.e2e.running import daemon
from tests.e2e.servers import PATIENCE, rss, until
from tests.e2e.slackapi import SlackApi
from tests.e2e.starting import EXHAUSTIVE, start

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
            assert api.changed.wait_for(lambda: api.messages[0].edits == 1, PATIENCE)
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
        # recorded, not only accepted: a message of unknown fate goes again, with the translation in it and no edit
        until(lambda: desk.status()["outbox"].get("sent") == 1)  # the log says it before it is durable
    # `daemon` ends it by SIGKILL
    service.gate.set()
    with daemon(desk):
        # the alert, that the daemon was killed, and the edit
        until(lambda: desk.status()["outbox"].get("sent") == 3)
    assert len(service.asked) == 2
    other = "ميليشيا تقصف أربيل"
    service.known[other] = "Militia shells Erbil"
    now = datetime.now(UTC)
    with daemon(desk):  # what is known is neither asked for nor edited again
        desk.outlet.serve("/a.xml", rss(item(when=now), item("2", now, other)))
        assert api.wait_for(2)
        with api.changed:
            assert api.changed.wait_for(lambda: api.messages[1].edits == 1, PATIENCE)
    assert [each["q"] for each in service.asked] == [HEADLINE, HEADLINE, other]
    assert [each.edits for each in api.messages] == [1, 1]
    assert LINE in shown(api)
    assert balanced(desk)


def test_other_service_is_asked_after_a_reload_though_the_first_hangs(
    desk: Desk, api: SlackApi, service: LibreTranslate
) -> None:
    other = LibreTranslate()
    other.known[HEADLINE] = ENGLISH
    desk.outlet.serve("/a.xml", rss(item(when=datetime.now(UTC))))
    write(desk, service, notify="[slack]", slack=api.url)
    service.always = Fault(hang=True)
    try:
        with daemon(desk):
            assert service.wait_for(1)
            write(desk, other, notify="[slack]", slack=api.url)
            assert other.wait_for(1)
            with api.changed:
                assert api.changed.wait_for(lambda: api.messages[0].edits == 1, PATIENCE)
    finally:
        other.close()
    assert len(service.asked) == 1


def test_message_that_was_edited_before_is_edited_again(desk: Desk, api: SlackApi, service: LibreTranslate) -> None:
    service.always = Fault(500, '{"error": "no model"}')
    desk.outlet.serve("/a.xml", rss(item()))
    desk.outlet.serve("/b.xml", rss())
    write(desk, service, notify="[slack]", slack=api.url)
    text = desk.rules.read_text()
    second = (
        next(line for line in text.splitlines() if "{id: s1," in line).replace("s1,", "s2,").replace("/a.xml", "/b.xml")
    )
    desk.rules.write_text(text.replace("receivers:\n", f"{second.replace('Outlet 1', 'Outlet 2')}\nreceivers:\n", 1))
    desk.rounds(at(5))
    desk.outlet.serve("/b.xml", rss(item("9")))
    desk.rounds(at(10), at(11))
    assert api.messages[0].edits == 1
    assert "Outlet 2" in shown(api)
    assert "machine translation" not in shown(api)
    service.always = None
    desk.rounds(at(40), at(41))
    assert api.messages[0].edits == 2
    assert LINE in shown(api)
    assert "Outlet 2" in shown(api)
    assert len(api.messages) == 1
    assert balanced(desk)


# what is known is in the first message, and in every form


def test_known_translation_is_in_the_first_message_of_every_form(desk: Desk, service: LibreTranslate) -> None:
    desk.outlet.serve("/a.xml", rss(item()))
    write(desk, service, notify="[hook, mail]")
    desk.rounds(at(5))
    later = T0 + timedelta(days=2)
    desk.outlet.serve("/a.xml", rss(item("2", later)))  # another story: headlines alone join within twelve hours
    desk.rounds(at(2 * 1440 + 5))
    first, second = (str(each["message"]) for each in desk.hook.accepted)
    assert "machine translation" not in first
    assert f"\u2068{HEADLINE}\u2069\n{LINE}\n" in second
    _, mail = desk.mail.messages
    plain, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    assert LINE in plain.get_content()
    assert f'<p class="line">{LINE}</p>' in page.get_content()
    assert len(service.asked) == 1


def test_commands_and_their_json_show_it(desk: Desk, service: LibreTranslate) -> None:
    service.known[HEADLINE] = "Militia targets the *lion's eye* base"
    desk.outlet.serve("/a.xml", rss(item()))
    write(desk, service)
    desk.rounds(at(5), at(6))
    named = "machine translation (does not name Ain al-Asad air base): Militia targets the "
    assert f"{named}*lion's eye* base" in desk.run("stories", "--since", "9999d").stdout
    assert f"  {named}\\*lion's eye\\* base\n" in desk.run("handover", "--since", "9999d").stdout
    assert f"{named}*lion's eye* base" in desk.run("deliveries", "show", "last").stdout
    made = {
        "text": "Militia targets the *lion's eye* base",
        "does_not_name": ["Ain al-Asad air base"],
        "does_not_say": [],
    }
    shift = json.loads(desk.run("handover", "--since", "9999d", "--json").stdout)
    assert [each["translation"] for each in (*shift["stories"], *shift["events"])] == [made, made]
    (thread,) = map(json.loads, desk.run("stories", "--since", "9999d", "--json").stdout.splitlines())
    assert thread["newest"]["translation"] == made
    assert thread["stories"][0]["translation"] == made
    assert thread["stories"][0]["articles"][0]["translation"] == made
    assert (
        "translation: the last headline was translated 14 Jun 10:05 UTC; 1 headline kept" in desk.run("status").stdout
    )
    assert desk.status()["translation"]["works"] is True


def test_digest_entry_has_it(desk: Desk, service: LibreTranslate) -> None:
    desk.outlet.serve("/a.xml", rss(item()))
    write(desk, service, notify="[hook, mail]")
    text = desk.rules.read_text().replace("severity: priority", "severity: routine")
    desk.rules.write_text(text.replace('"]}\n  mail', '"], digest: ["12:00"]}\n  mail'))
    desk.rounds(at(5), at(125))
    (digest,) = desk.hook.accepted
    assert f"- ROUTINE Militias: \u2068{HEADLINE}\u2069\n  {LINE}\n  Outlet 1" in digest["message"]


# what the service does wrong

FAULTS = {
    "429": Fault(429, '{"error": "Slowdown: 10 per 1 minute"}', headers={"Retry_After": "30"}),
    "400": Fault(400, '{"error": "ar is not supported"}'),
    "403": Fault(403, '{"error": "Invalid API key"}'),
    "500": Fault(500, '{"error": "Cannot translate text"}'),
    "redirect": Fault(302, "", headers={"Location": "http://127.0.0.1:9/translate"}),
    "trap": Fault(body='{"translatedText": "\\ud83d\\udc4b\\ud83e\\udd16"}'),
    "html": Fault(body="<html><body>Sign in</body></html>", content="text/html"),
    "markup": Fault(body='{"translatedText": "<b>Militia</b> <script>alert(1)</script>"}'),
    "itself": Fault(body=json.dumps({"translatedText": HEADLINE})),
    "endless words": Fault(body=json.dumps({"translatedText": "the base " * 300})),
    "huge": Fault(body=json.dumps({"translatedText": "x" * 1_000_000})),
    "deep": Fault(body="[" * 60_000),
    "no text": Fault(body='{"translatedText": null}'),
    "list": Fault(body='["a"]'),
    "hangs up": Fault(cut=True),
}


@pytest.mark.parametrize("name", [*FAULTS][:: 1 if EXHAUSTIVE else 3])
def test_fault_has_no_effect_on_the_alert(desk: Desk, service: LibreTranslate, name: str) -> None:
    service.always = FAULTS[name]
    desk.outlet.serve("/a.xml", rss(item()))
    write(desk, service)
    desk.rounds(at(5), at(6))
    (told,) = desk.hook.accepted
    assert HEADLINE in told["title"]
    assert "machine translation" not in told["message"]
    assert service.asked
    status = desk.status()
    assert status["translation"]["works"] is False
    assert not any(status["ledger"]["remainders"].values())
    if name in {"400", "itself", "endless words"}:  # of this headline: it is tried once more, in another way
        assert [each["source"] for each in service.asked] == ["ar", "auto"]
    service.always = None
    desk.rounds(at(60))
    assert desk.status()["translation"]["works"] is True


@pytest.mark.parametrize("fault", [Fault(hang=True), Fault(drip=True)], ids=["hangs", "drips"])
def test_service_that_never_ends_is_left(
    service: LibreTranslate, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libretranslate, "ANSWER_WITHIN", 1.0)
    service.always = fault
    answer = asyncio.run(libretranslate.ask(Translate(service.url), HEADLINE, "ar", "en"))
    assert answer == Answer(fault="no answer within 1 s")


def test_refused_connection_and_unknown_host_are_faults_in_words() -> None:
    for url, words in (("http://127.0.0.1:9", "Cannot connect"), ("http://nowhere.invalid:5000", "nowhere.invalid")):
        answer = asyncio.run(libretranslate.ask(Translate(url), HEADLINE, "ar", "en"))
        assert words in answer.fault
        assert not answer.own


def test_hour_of_failing_is_told_once_and_so_is_that_it_works(desk: Desk, service: LibreTranslate) -> None:
    service.always = Fault(500, '{"error": "no model"}')
    desk.outlet.serve("/a.xml", rss(item()))
    write(desk, service)
    log = desk.run("run", "--at", "-", stdin="".join(f"{at(5 + 5 * n)}\n" for n in range(20))).stderr
    assert desk.hook.titles()[1:] == ["WATCHFLOOR headlines are not translated since 14 Jun 10:05 UTC"]
    assert "the last: HTTP 500: no model\n" in desk.hook.accepted[1]["message"]
    assert "NONE IS TRANSLATED since 14 Jun 10:05 UTC" in desk.run("status").stdout
    assert len(service.asked) == 20
    assert 1 <= log.count("headlines not translated failures=") <= 10  # at most one in ten minutes
    assert [each["level"] for each in findings(desk)] == ["warning"]
    service.always = None
    desk.rounds(at(110), at(111), at(112))
    assert desk.hook.titles()[2:] == ["WATCHFLOOR headlines are translated again"]
    assert [each["level"] for each in findings(desk)] == ["ok"]


def findings(desk: Desk) -> list[dict[str, str]]:
    done = start("alerts", "doctor", "--json", place=desk.place, environ=desk.environ())
    return [each for each in json.loads(done.stdout)["findings"] if each["name"] == "translation"]


def test_pause_that_it_asks_for_is_kept_also_over_a_restart(desk: Desk, service: LibreTranslate) -> None:
    service.faults.append(Fault(429, '{"error": "Slowdown"}', headers={"Retry_After": "1800"}))
    desk.outlet.serve("/a.xml", rss(item()))
    write(desk, service)
    desk.rounds(at(5), at(10))
    desk.rounds(at(20), at(34))
    assert len(service.asked) == 1
    desk.rounds(at(36))
    assert len(service.asked) == 2


def test_command_asks_once_and_says_what_is_wrong(desk: Desk, service: LibreTranslate) -> None:
    write(desk, service)
    assert desk.run("translate", HEADLINE).stdout == f"{LINE}\n"
    said = json.loads(desk.run("translate", "--json", HEADLINE).stdout)
    assert said == {"source": "ar", "target": "en", "text": ENGLISH, "does_not_name": [], "does_not_say": []}
    service.made = "Militia kills 40 in Ain al-Asad"
    checked = "machine translation (does not say 14 (it says 40)): Militia kills 40 in Ain al-Asad\n"
    assert desk.run("translate", f"{HEADLINE} ومقتل ١٤").stdout == checked
    service.always = FAULTS["403"]
    failed = desk.run("translate", HEADLINE, expect=1)
    assert failed.stderr.endswith(f"{service.url}: HTTP 403: Invalid API key\n")
    desk.write("/a.xml")
    assert "rules.yaml names no service" in desk.run("translate", HEADLINE, expect=1).stderr
    assert not (desk.place / "var").exists()  # nothing is stored


# its key


def test_key_from_the_environment_is_sent_and_shown_nowhere(
    desk: Desk, service: LibreTranslate, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.key = "k3y-of-nobody"
    monkeypatch.setenv("TRANSLATE_KEY", service.key)
    service.faults.append(Fault(403, json.dumps({"error": f"Invalid API key {service.key}"})))
    desk.outlet.serve("/a.xml", rss(item()))
    write(desk, service, key="${TRANSLATE_KEY}")
    said = desk.run("run", "--at", "-", stdin=f"{at(5)}\n{at(6)}\n")
    assert [each["api_key"] for each in service.asked] == [service.key] * 2
    assert "Invalid API key ***" in said.stderr
    for done in (said, desk.run("status"), desk.run("status", "--json")):
        assert service.key not in done.stdout + done.stderr
    assert desk.status()["translation"]["works"] is True


def test_missing_key_stops_translation_alone_and_is_told(desk: Desk, service: LibreTranslate) -> None:
    desk.outlet.serve("/a.xml", rss(item()))
    write(desk, service, key="${NOT_SET_HERE}")
    desk.rounds(at(5), at(6))
    told = {str(each["title"]): str(each["message"]) for each in desk.hook.accepted}
    assert (
        "${NOT_SET_HERE} is not set in the environment"
        in told["WATCHFLOOR a secret is not set; headlines are not translated"]
    )
    assert any(HEADLINE in each for each in told)
    assert service.asked == []
    assert "warning: headlines are not translated: ${NOT_SET_HERE} is not set" in desk.run("check").stderr
    assert "headlines are not translated" in desk.run("check", "--strict", expect=1).stderr
    assert [each["level"] for each in findings(desk)] == ["warning"]
