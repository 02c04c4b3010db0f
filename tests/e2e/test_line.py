"""The whole line with nothing pretended: real feeds over HTTP, the real command, SQLite, a webhook, a mail server."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.e2e.conftest import Desk
from tests.e2e.rounds import D0, D1, T0, T1, T2, T3, balanced
from tests.e2e.servers import rss

OLD = "Sun, 07 Jun 2026 09:30:00 GMT"


def test_new_story_reaches_webhook_and_mail_once(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": D0, "text": "By night."}))
    desk.write("/a.xml", notify="[hook, mail]")
    first, second = desk.rounds(T0, T1)
    assert first == {
        "at": T0,
        "polls": 1,
        "entries": 1,
        "new": 1,
        "revised": 0,
        "matches": 1,
        "alerts": 1,
        "deliveries": 2,
    }
    assert second["deliveries"] == 0
    assert desk.hook.titles() == ["PRIORITY A militia moves | Outlet 1"]
    assert [message["Subject"] for message in desk.mail.messages] == ["PRIORITY A militia moves | Outlet 1"]
    assert "Rules: militia " in desk.hook.accepted[0]["message"]
    assert balanced(desk)


def test_first_poll_of_a_source_alerts_nothing_old(desk: Desk) -> None:
    items = [{"title": f"Militia story {n}", "guid": str(n), "date": D0} for n in range(5)]
    desk.outlet.serve("/a.xml", rss(*items))
    desk.write("/a.xml", settings="backfill: 0")
    assert desk.rounds(T0)[0]["deliveries"] == 0
    desk.outlet.serve("/a.xml", rss({"title": "A militia now", "guid": "n", "date": D1}, *items))
    assert desk.rounds(T1)[0]["deliveries"] == 1
    ledger = desk.status()["ledger"]
    assert ledger["suppressed"] == {"baseline": 5}
    assert balanced(desk)


def test_edit_of_what_was_there_before_alerts_only_by_a_further_rule(desk: Desk) -> None:
    story = {"guid": "1", "link": "https://a.example/1", "date": D0}
    desk.outlet.serve("/a.xml", rss({**story, "title": "Militia convoy seen"}))
    desk.write("/a.xml", settings="backfill: 0")
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss({**story, "title": "Militia convoy seen at dawn"}))
    assert desk.rounds(T1)[0]["deliveries"] == 0
    more = "  - {id: dawn, title: Dawn, match: [dawn], severity: flash, notify: [hook]}\n"
    desk.rules.write_text(desk.rules.read_text() + more)
    desk.outlet.serve("/a.xml", rss({**story, "title": "Militia convoy seen at dawn today"}))
    assert desk.rounds(T2)[0]["deliveries"] == 1
    assert desk.hook.titles() == ["FLASH Militia convoy seen at dawn today | Outlet 1"]
    assert balanced(desk)


def test_changed_address_makes_a_new_baseline(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet day", "guid": "1"}))
    desk.outlet.serve("/b.xml", rss({"title": "Militia of old", "guid": "2", "date": D0}))
    desk.write("/a.xml", settings="backfill: 0")
    desk.rounds(T0)
    desk.write("/b.xml", settings="backfill: 0")
    assert desk.rounds(T1)[0]["deliveries"] == 0
    assert desk.status()["ledger"]["suppressed"] == {"baseline": 1}


def test_same_story_of_two_outlets_is_one_alert_that_names_both(desk: Desk) -> None:
    wire = {"title": "Militia convoy seen near base", "date": D0, "text": "The convoy left at dawn, a witness said."}
    desk.outlet.serve("/a.xml", rss({**wire, "guid": "a1", "link": "https://a.example/1"}))
    desk.outlet.serve("/b.xml", rss({**wire, "guid": "b1", "link": "https://b.example/1"}))
    desk.write("/a.xml", "/b.xml")
    assert desk.rounds(T0)[0]["alerts"] == 1
    assert len(desk.hook.accepted) == 1
    message = desk.hook.accepted[0]["message"]
    assert "Also on this story: Outlet" in message
    ledger = desk.status()["ledger"]
    assert (ledger["queued"], ledger["suppressed"]) == (1, {"told": 1})
    assert balanced(desk)


def test_edit_that_first_makes_a_rule_match_alerts_once(desk: Desk) -> None:
    story = {"guid": "1", "link": "https://a.example/1", "date": D0}
    titles = ["Convoy seen", "Convoy of militia seen", "Convoy of a militia seen at dawn", "Militia convoy seen"]
    desk.outlet.serve("/a.xml", rss({**story, "title": titles[0]}))
    desk.write("/a.xml")
    desk.rounds(T0)
    for time, title in zip((T1, T2, T3), titles[1:], strict=True):
        desk.outlet.serve("/a.xml", rss({**story, "title": title}))
        desk.rounds(time)
    assert desk.hook.titles() == ["PRIORITY Convoy of militia seen | Outlet 1"]
    ledger = desk.status()["ledger"]
    assert (ledger["new"], ledger["revised"]) == (1, 3)
    assert balanced(desk)


def test_rotated_guids_alert_nothing_and_a_reused_one_alerts(desk: Desk) -> None:
    first = {"title": "Militia convoy seen", "link": "https://a.example/1", "date": D0}
    desk.outlet.serve("/a.xml", rss({**first, "guid": "1"}))
    desk.write("/a.xml")
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss({**first, "guid": "rotated"}))
    assert desk.rounds(T1)[0]["deliveries"] == 0
    other = {"title": "Rockets of a militia found in a lorry", "link": "https://a.example/2", "date": D1}
    desk.outlet.serve("/a.xml", rss({**other, "guid": "1"}))
    assert desk.rounds(T2)[0]["deliveries"] == 1
    assert balanced(desk)


def test_old_news_goes_into_one_digest_and_interrupts_nobody(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml")
    desk.rounds(T0)
    old = [{"title": f"Militia of week {n}", "guid": str(n), "date": OLD} for n in range(1, 4)]
    desk.outlet.serve("/a.xml", rss(*old))
    assert desk.rounds(T1)[0]["deliveries"] == 0
    assert desk.rounds(T2)[0]["deliveries"] == 1
    (title,) = desk.hook.titles()
    assert title.startswith("DIGEST 3 PRIORITY (older): ")
    assert all(item["title"] in desk.hook.accepted[0]["message"] for item in old)
    ledger = desk.status()["ledger"]
    assert ledger["suppressed"] == {"stale": 3}
    assert ledger["messages"] == {"digest": {"sent": 1}}
    assert balanced(desk)


def test_future_date_is_clamped_and_does_not_pin_freshness(desk: Desk) -> None:
    future = "Tue, 14 Jun 2033 09:30:00 GMT"
    desk.outlet.serve("/a.xml", rss({"title": "Militia tomorrow", "guid": "1", "date": future}))
    desk.write("/a.xml")
    assert desk.rounds(T0)[0]["deliveries"] == 1
    assert "Published 14 Jun 10:00 UTC" in desk.hook.accepted[0]["message"]


def test_failed_send_is_retried_and_not_repeated(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": D0}))
    desk.write("/a.xml", notify="[hook, mail]")
    desk.hook.script = [500]
    desk.rounds(T0, T1, T2)
    assert desk.hook.titles() == ["PRIORITY (possible repeat) A militia moves | Outlet 1"]
    assert len(desk.mail.messages) == 1
    assert desk.hook.seen == 2
    assert balanced(desk)


def test_refused_send_is_dead_and_the_admin_is_told(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": D0}))
    desk.write("/a.xml", admin="mail")
    desk.hook.script = [404]
    desk.rounds(T0, T1)
    assert desk.hook.seen == 1
    subjects = [str(message["Subject"]) for message in desk.mail.messages]
    assert subjects == ["WATCHFLOOR a message to hook could not be delivered"]
    ledger = desk.status()["ledger"]
    assert (ledger["dead"], ledger["messages"]) == (1, {"notice": {"sent": 1}})
    assert balanced(desk)


def test_validators_go_back_byte_for_byte_across_processes(desk: Desk) -> None:
    etag, modified = 'W/"odd~tag"', "Sun, 14 Jun 2026 09:31:00 GMT"
    body = rss({"title": "A militia moves", "guid": "1", "date": D0})
    desk.outlet.serve("/a.xml", body, ETag=etag, Last_Modified=modified)
    desk.write("/a.xml")
    desk.rounds(T0)
    assert desk.rounds(T1)[0]["entries"] == 0
    first, second = desk.outlet.asked("/a.xml")
    assert "If-None-Match" not in first
    assert (second["If-None-Match"], second["If-Modified-Since"]) == (etag, modified)
    assert desk.status()["sources"] == {"not_modified": 1}


def test_source_is_polled_only_when_due(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "1"}))
    desk.write("/a.xml", every="30m")
    polls = [done["polls"] for done in desk.rounds(T0, "2026-06-14T10:29:59Z", "2026-06-14T10:30:00Z")]
    assert polls == [1, 0, 1]


def test_rounds_print_json_alone_on_standard_output(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": D0}))
    desk.write("/a.xml")
    desk.rules.write_text(desk.rules.read_text().replace(desk.hook.url, "console://"))
    done = desk.run("run", "--at", "-", stdin=f"{T0}\n")
    assert [json.loads(line)["deliveries"] for line in done.stdout.splitlines()] == [1]
    assert "PRIORITY A militia moves | Outlet 1" in done.stderr


def test_once_is_one_round_at_the_present(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/a.xml")
    desk.run("run", "--once")
    desk.outlet.serve("/a.xml", rss({"title": "A militia rests", "guid": "2"}))
    assert desk.status()["ledger"]["new"] == 1


def test_scrapy_knows_the_spider_and_crawls_a_source(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": D0}))
    desk.write("/a.xml")
    root = desk.environ()["PYTHONPATH"]
    scrapy = [sys.executable, "-m", "scrapy"]
    listed = subprocess.run([*scrapy, "list"], cwd=root, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["feed", "json", "section", "sitemap", "telegram"]
    words = ["crawl", "feed", "-a", "source=s1", "-a", f"config={desk.rules}", "-o", "-:jsonlines"]
    crawled = subprocess.run([*scrapy, *words], cwd=root, capture_output=True, text=True, check=True)
    assert '"title": "A militia moves"' in crawled.stdout
    assert not (desk.place / "var").exists()
