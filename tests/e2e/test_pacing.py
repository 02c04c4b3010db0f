"""How a receiver is told, through the whole line: quiet hours, digests, storms, one message a thread, silences."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from alerts.alert import Scope
from alerts.store import silences
from crawler.store.db import DATABASE, Database
from tests.e2e.conftest import Desk
from tests.e2e.rounds import balanced, item, told
from tests.e2e.running import Running, daemon
from tests.e2e.servers import rss, until

DAY = "2026-06-14"


def at(clock: str, day: str = DAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=UTC)


def when(clock: str, day: str = DAY) -> str:
    return at(clock, day).isoformat()


def receiver(desk: Desk, keys: str, severity: str = "priority") -> None:
    """Write a rules file whose webhook has further keys."""
    desk.write("/a.xml", every="1m")
    text = desk.rules.read_text().replace('"]}\n  mail', f'"], {keys}}}\n  mail' if keys else '"]}\n  mail')
    desk.rules.write_text(text.replace("severity: priority", f"severity: {severity}"))


def news(desk: Desk, clock: str, *titles: str) -> None:
    items = [item(f"g{hash_of(title)}", title, date=format_datetime(at(clock))) for title in titles]
    desk.outlet.serve("/a.xml", rss(*items))


def hash_of(title: str) -> str:
    return re.sub(r"\W", "", title.lower())[:40]


def unlike(n: int) -> list[str]:
    """Give headlines that share no word but one."""
    syllables = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u")]
    words = [f"{one}{two}r" for one in syllables for two in syllables]
    return [f"Militia {words[60 * k]} {words[60 * k + 7]} {words[60 * k + 23]} {words[60 * k + 41]}" for k in range(n)]


def test_quiet_hours_hold_and_release_one_digest_and_flash_breaks_them(desk: Desk) -> None:
    receiver(desk, 'quiet_hours: "22:00-06:00", timezone: Asia/Baghdad')  # 19:00 to 03:00 UTC
    news(desk, "18:00", "Quiet day")
    desk.rounds(when("18:00"))
    first, second = "Militia claims a bridge in Amerli", "Militia leaves a school in Najaf"
    news(desk, "19:30", first)
    held = desk.rounds(when("19:30"))
    assert held[0]["deliveries"] == 0
    news(desk, "20:30", first, second)
    desk.rounds(when("20:30"))
    assert desk.status()["ledger"]["held"] == 2
    assert balanced(desk)
    text = desk.rules.read_text()
    desk.rules.write_text(text.replace("severity: priority", "severity: flash"))
    news(desk, "21:30", first, second, "Militia opens an office in Badra")
    desk.rounds(when("21:30"))
    assert [title.split(" Militia")[0] for title, _ in told(desk)] == ["FLASH"]
    desk.rounds(when("02:59", "2026-06-15"), when("03:00", "2026-06-15"))
    title, message = told(desk)[1]
    assert title.startswith("DIGEST 2 PRIORITY: ")
    assert first in message
    assert second in message
    assert "held while the quiet hours lasted" in message
    assert desk.status()["ledger"]["folded"] == 2
    assert balanced(desk)


def test_held_first_word_takes_in_what_follows(desk: Desk) -> None:
    receiver(desk, 'quiet_hours: "19:00-03:00"')
    title, body = "Bomb hits militia patrol near Hawija", "Police said the blast killed {} fighters on the farm road."
    news(desk, "18:00", "Quiet day")
    desk.rounds(when("18:00"))
    for clock, toll in (("20:00", 3), ("22:00", 5)):
        one = item("g1", title, body.format(toll), format_datetime(at("20:00")))
        desk.outlet.serve("/a.xml", rss(one))
        desk.rounds(when(clock))
    desk.rounds(when("03:00", "2026-06-15"))
    ((_, message),) = told(desk)
    assert "killed 5 fighters" in message
    assert desk.status()["ledger"]["folded"] == 1
    assert balanced(desk)


EVENTS = """\
entities:
  houthis: {aliases: ["Houthi", "Houthis"], is_a: armed-group}
lists:
  deed-attack: ["attack~", "strike~"]
  again: ["second", "another"]
  party-saudi: ["Saudi*"]
  party-ships: ["tanker*", "ship"]
rules:
"""


def test_first_deaths_of_an_edit_ring_at_once(desk: Desk) -> None:
    """As an outlet edits its report under the same link: two wounded become one killed and five wounded."""
    receiver(desk, "", severity="flash")
    news(desk, "18:00", "Quiet day")
    desk.rounds(when("18:00"))
    for clock, title in (
        ("18:30", "Militia drone wounds two soldiers at Tanf"),
        ("18:40", "Militia drone kills one soldier, wounds five at Tanf"),
    ):
        desk.outlet.serve("/a.xml", rss(item("one", title, date=format_datetime(at("18:30")))))
        desk.rounds(when(clock))
    first, second = desk.hook.titles()
    assert first.startswith("FLASH Militia drone wounds two")
    assert second.startswith("FLASH UPDATE (1 killed; 2 -> 5 wounded) Militia drone kills one")


def test_two_attacks_of_one_poll_ring_each(desk: Desk) -> None:
    settings = "backfill: 6h, events: {developments: [attack], by_target: [attack], again: again}"
    desk.write("/a.xml", every="1m", settings=settings)
    text = desk.rules.read_text().replace("rules:\n", EVENTS).replace("any: [militia,", 'any: ["$armed-group",')
    desk.rules.write_text(text)
    news(desk, "10:00", "Quiet day")
    desk.rounds(when("10:00"))
    pairs = (
        ("Houthis attack Saudi airport with drones at dawn", "Houthis attack tanker with drones at dawn"),
        ("Houthis attack port of Eilat", "Houthis attack Dimona"),
    )
    for hour, titles in enumerate(pairs, 12):
        news(desk, f"{hour}:00", *titles)
        desk.rounds(when(f"{hour}:00"))
        rang = [title for title, _ in told(desk)][-2:]
        assert [any(each.endswith(f"{one} | Outlet 1") for each in rang) for one in titles] == [True, True], rang
    # what corrects one of them minutes later waits for no room in its thread
    news(desk, "13:02", "Correction: Houthis attack Dimona with one drone, not two")
    desk.rounds(when("13:02"))
    assert told(desk)[-1][0].startswith("PRIORITY UPDATE (CORRECTED"), told(desk)[-1]
    assert balanced(desk)


def test_digest_goes_at_its_times_also_with_nothing_in_it(desk: Desk) -> None:
    receiver(desk, 'digest: ["07:00", "19:00"], timezone: Asia/Baghdad', severity="routine")  # 04:00 and 16:00 UTC
    news(desk, "10:00", "Quiet day")
    desk.rounds(when("10:00"))
    news(desk, "11:00", "Militia claims a bridge in Amerli")
    rounds = desk.rounds(when("11:00"), when("15:59"), when("16:00"), when("16:01"), when("04:00", "2026-06-15"))
    assert [each["deliveries"] for each in rounds] == [0, 0, 1, 0, 1]
    (title, message), (empty, words) = told(desk)
    assert title == "DIGEST 1 ROUTINE: Militia claims a bridge in Amerli"
    assert "since 14 Jun 07:00 Baghdad (04:00 UTC)" in message
    assert "- ROUTINE Militia claims a bridge in Amerli" in message
    assert empty == "DIGEST nothing since 14 Jun 19:00 Baghdad (16:00 UTC)"
    assert "The watch runs: 1 of 1 sources polled, none of them down, silent or gone; 0 matches" in words
    assert "; no message that is due waits; NO CANARY has arrived yet." in words  # rounds send none
    assert "The watch runs: 1 of 1 sources polled, none of them down, silent or gone; 1 matches on 1 stories" in message
    assert balanced(desk)


def test_admin_is_told_each_day_that_the_watch_runs(desk: Desk) -> None:
    desk.write("/a.xml", settings='backfill: 6h, timezone: Asia/Baghdad, alive: ["07:00"], canary: 0')
    desk.outlet.serve("/a.xml", rss({"title": "Quiet day", "guid": "1", "date": "Sun, 14 Jun 2026 09:30:00 GMT"}))
    rounds = desk.rounds(when("10:00"), when("03:59", "2026-06-15"), when("04:00", "2026-06-15"))
    assert [each["deliveries"] for each in rounds] == [0, 0, 1]
    ((title, words),) = told(desk)
    assert title == "WATCHFLOOR the watch runs"
    assert "1 of 1 sources polled" in words
    assert "no canary is sent" in words
    # a source that brings nothing for longer than it ever did is named, and so is that not all is well
    desk.rounds(when("04:00", "2026-06-29"))
    assert "WATCHFLOOR the watch runs, not all is well" in [title for title, _ in told(desk)]
    assert balanced(desk)


def test_empty_digest_says_that_messages_went_meanwhile(desk: Desk) -> None:
    receiver(desk, 'digest: ["07:00", "19:00"], timezone: Asia/Baghdad')
    news(desk, "10:00", "Quiet day")
    desk.rounds(when("10:00"))
    news(desk, "11:00", "Militia claims a bridge in Amerli")
    desk.rounds(when("11:00"), when("16:00"), when("04:00", "2026-06-15"))
    assert [title for title, _ in told(desk)][1:] == [
        "DIGEST nothing to add to the 1 message since 14 Jun 07:00 Baghdad (04:00 UTC)",
        "DIGEST nothing since 14 Jun 19:00 Baghdad (16:00 UTC)",
    ]


def test_storm_is_told_together_and_every_story_is_in_it(desk: Desk) -> None:
    """T27, on a smaller scale; the bench has the larger."""
    receiver(desk, "rate: 24")
    news(desk, "10:00", "Quiet day")
    desk.rounds(when("10:00"))
    titles = unlike(45)
    news(desk, "10:01", *titles)
    start = at("10:01")
    desk.rounds(*[(start + timedelta(seconds=10 * n)).isoformat() for n in range(13)])
    messages = told(desk)
    assert len(messages) <= 24
    text = "\n".join(f"{title}\n{body}" for title, body in messages)
    assert all(title in text for title in titles)
    title, storm = next((title, body) for title, body in messages if "(storm)" in title)
    assert re.match(r"DIGEST \d+ PRIORITY \(storm\): Militia ", title)
    assert "45 matches, 45 stories in 1 min" in storm
    ledger = desk.status()["ledger"]
    assert (ledger["pending"], ledger["held"]) == (0, 0)
    assert balanced(desk)


def test_silence_holds_back_and_the_next_message_says_how_many(desk: Desk) -> None:
    receiver(desk, "")
    news(desk, "10:00", "Quiet day")
    desk.rounds(when("10:00"))
    database = Database.at(desk.place / "var" / DATABASE)
    with database.write() as connection:
        silences.add_silence(connection, Scope.TEXT, "bridge", "Noor", "drill", at("10:00"), at("12:00"))
    database.close()
    held, free = "Militia claims a bridge in Amerli", "Militia leaves a school in Najaf"
    news(desk, "10:05", held)
    desk.rounds(when("10:05"))
    assert told(desk) == []
    assert desk.status()["ledger"]["suppressed"] == {"silenced": 1}
    news(desk, "10:10", held, free)
    desk.rounds(when("10:10"))
    ((title, message),) = told(desk)
    assert free in title
    assert "1 story held back by silence q1 (Noor: drill), until 14 Jun 12:00 UTC" in message
    with sqlite3.connect(desk.place / "var" / DATABASE) as connection:
        assert connection.execute("SELECT count(*) FROM withheld").fetchone() == (0,)
    assert balanced(desk)


def test_backlog_after_an_outage_is_one_digest_a_rule_and_urgent_news_goes_one_by_one(desk: Desk) -> None:
    """T65."""
    receiver(desk, "")
    more = "  - {{id: {0}, title: {0}, match: [{1}], severity: {2}, notify: [hook]}}\n"
    rules = (
        desk.rules.read_text() + more.format("convoys", "convoy", "priority") + more.format("bases", "airbase", "flash")
    )
    desk.rules.write_text(rules)
    news(desk, "10:00", "Quiet day")
    desk.rounds(when("10:00"))
    titles = unlike(50)
    old = [t.replace("Militia", "Convoy") if n % 3 == 0 else t for n, t in enumerate(titles)]
    urgent = [t.replace("Militia", "Airbase") for t in unlike(55)[50:]]
    items = [item(hash_of(t), t, date=format_datetime(at("09:00", "2026-06-12"))) for t in old]
    items += [item(hash_of(t), t, date=format_datetime(at("08:00", "2026-06-16"))) for t in urgent]
    desk.outlet.serve("/a.xml", rss(*items))
    desk.rounds(when("09:30", "2026-06-16"), when("10:00", "2026-06-16"), when("10:01", "2026-06-16"))
    messages = told(desk)
    flash = [title for title, _ in messages if title.startswith("FLASH")]
    assert {each.split(" | ")[0].removeprefix("FLASH ") for each in flash} == set(urgent)
    digests = [(title, body) for title, body in messages if title.startswith("DIGEST")]
    assert sorted(title.split(":")[0] for title, _ in digests) == [
        "DIGEST 17 PRIORITY (older)",
        "DIGEST 33 PRIORITY (older)",
    ]
    assert len(messages) == 7
    assert desk.status()["ledger"]["suppressed"] == {"stale": 50}
    assert balanced(desk)


def test_what_quiet_hours_held_follows_the_hours_of_a_reload(desk: Desk) -> None:
    """By a daemon that runs, and by one whose rules were changed while none ran."""
    now = datetime.now(UTC)
    long, over = (f'quiet_hours: "{now - timedelta(hours=4):%H:%M}-{now + timedelta(hours=h):%H:%M}"' for h in (4, -2))
    titles = ["Militia claims a bridge in Amerli", "Police rescue militia hostage", "Mortar wounds militia cook"]
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))

    def by(keys: str, running: Running | None = None) -> None:
        text = re.sub(r'(hook: )\{urls: \["([^"]+)"\][^}]*\}', rf'\1{{urls: ["\2"]{keys and ", " + keys}}}', kept)
        assert keys in text
        before = sum("rules reloaded" in each for each in running.log) if running else 0
        desk.rules.write_text(text)
        assert running is None or running.says_times("rules reloaded", before + 1), running.log

    def held(running: Running, *titles: str) -> None:
        desk.outlet.serve("/a.xml", rss(*({"title": each, "guid": hash_of(each)} for each in titles)))
        until(lambda: desk.status()["ledger"]["held"] == 1, tell=lambda: running.log)
        assert len(desk.hook.titles()) == len(titles) - 1, "it waits"

    desk.write("/a.xml", every="1s")
    kept = desk.rules.read_text()
    by(long)
    with daemon(desk) as running:
        assert running.says("baseline")
        held(running, *titles[:1])
        by(over, running)
        assert desk.hook.wait_for(1), "shorter hours"
        by(long, running)
        held(running, *titles[:2])
        by(f"{long}, breach: priority", running)
        assert desk.hook.wait_for(2), "a severity that may ring"
        by(long, running)
        held(running, *titles)
    by("")
    with daemon(desk):
        assert desk.hook.wait_for(3), "no hours"
    assert [any(each in told for told in desk.hook.titles()) for each in titles] == [True] * 3
