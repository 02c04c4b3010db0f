"""Stories in one wording about two places are two events: two threads, two messages, and an ack of one is none of the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from alerts.alert import Severity
from alerts.decide.same_event import EventWindow
from alerts.decision import Wait
from alerts.line.event_threads import leave, refresh
from alerts.line.orders import ORDERS
from alerts.line.settle import TriageResult, settle
from alerts.store import acks, decisions, event_reports
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from tests.stores.make import MINUTE, send_next
from tests.unit.desk import NOW
from tests.unit.shipped import matcher, shipped

SEEN = "Kataib Hezbollah fighters and American soldiers seen together at {}"
SEEN_ARABIC = "مقاتلو كتائب حزب الله والجنود الأمريكيون معا في {} بحسب شهود"
SEEN_PERSIAN = "رزمندگان کتائب حزب‌الله و نظامیان آمریکایی در {} دیده شدند"
BASES = {
    SEEN: ("Balad air base", "Harir base", "Ain al-Asad"),
    SEEN_ARABIC: ("قاعدة بلد", "قاعدة حرير", "قاعدة التقدم"),
    SEEN_PERSIAN: ("پایگاه بلد", "پایگاه حریر", "پایگاه التقدم"),
}


def poll(connection: Connection, source: str, now: datetime, *entries: Entry) -> None:
    polled = Source(source, f"https://{source}.example/", owner=source)
    store_poll(connection, polled, SourceState(source, polled.url, now), list(entries), (), now)


def decide(connection: Connection, now: datetime) -> TriageResult:
    waiting = archive.revisions_after(connection, int(decisions.get_mark(connection, "triaged") or 0), 9)
    found = [(each, matcher().find(each.article)) for each in waiting]
    return settle(connection, shipped(), EventWindow(shipped().events), found, now)


def told(connection: Connection, source: str, title: str, minutes: int, body: str = "") -> tuple[str, str]:
    """Settle a headline; return its story and its thread."""
    now = NOW + minutes * MINUTE
    poll(connection, source, now, Entry(title, guid=title, summary=body, published=now))
    ((revision, _, made),) = decide(connection, now).decided
    assert made, title
    return revision.placement.story, revision.placement.thread


@pytest.mark.parametrize("wording", BASES, ids=["English", "Arabic", "Persian"])
@pytest.mark.parametrize(
    "body", ["", "Officers in the province said so to reporters late on Monday."], ids=["bare", "text"]
)
def test_three_bases_in_one_wording_are_three_messages(line: Connection, wording: str, body: str) -> None:
    threads, sent = set(), []
    for number, base in enumerate(BASES[wording]):
        story, thread = told(line, f"outlet{number}", wording.format(base), 4 * number, body)
        threads.add(thread)
        sent.append(send_next(line, shipped(), NOW + 4 * number * MINUTE) == story)
        assert matcher().find(decisions.load_alert(line, story, 1).article).event is not None
    assert (len(threads), sent) == (3, [True] * 3)


@pytest.mark.parametrize("wording", BASES, ids=["English", "Arabic", "Persian"])
def test_an_ack_of_one_base_is_none_of_another(line: Connection, wording: str) -> None:
    first, second, third = (
        told(line, f"outlet{number}", wording.format(base), 4 * number)[0] for number, base in enumerate(BASES[wording])
    )
    (done,) = ORDERS["ack"](line, {"id": first, "by": "Noor"}, NOW + 9 * MINUTE)["acks"]
    assert (done["story"], done["covers"], done["left"]) == (first, [], [])
    assert acks.ack_of(line, first)
    assert not acks.ack_of(line, second)
    assert not acks.ack_of(line, third)


@pytest.mark.parametrize(("before", "leaves"), [("nothing", True), ("told", False), ("waits for its when", False)])
def test_a_story_leaves_no_thread_in_which_it_was_told_or_waits(line: Connection, before: str, leaves: bool) -> None:
    """As where its first report was told, or waits, before its headline was read for an event."""
    told(line, "wire", SEEN.format("Balad air base"), 0)
    poll(line, "one", NOW + MINUTE, Entry(SEEN.format("Harir base"), guid="x", published=NOW + MINUTE))
    (revision,) = archive.revisions_after(line, int(decisions.get_mark(line, "triaged") or 0), 9)
    placement, found = revision.placement, matcher().find(revision.article)
    assert found.event
    if before == "told":
        first = decisions.load_alert(line, placement.thread.replace("t", "s", 1), 1)
        decisions.add_alert(line, replace(first, story=placement.story, article=revision.article))
    if before == "waits for its when":
        decisions.save_wait(line, Wait(placement.story, placement.thread, revision.seq, found.matches[0]), NOW)
    window = EventWindow(shipped().events)
    refresh(line, window, NOW + MINUTE)
    after, why = leave(line, window, revision, found.event)
    assert (why != "", after.placement.thread != placement.thread) == (leaves, leaves)


def test_a_thread_that_stories_moved_to_is_dropped_by_none_that_comes_later_in_the_batch(line: Connection) -> None:
    """Nothing of it is told: only that it has a report keeps the thread, which `settle` remembers by story or thread."""
    shared = "Kataib Hezbollah attacks US troops at {} with drones, two officers say"
    told(line, "wire", shared.format("Balad air base"), 0)
    leaves, joins = shared.format("Harir base"), "Drones attack Harir base where US troops are, Kataib Hezbollah says"
    for minute, (source, guid, title) in enumerate(
        (
            ("one", "x", leaves),
            ("two", "y", joins),
            ("one", "x", f"{leaves}, witnesses say"),
            ("three", "z", f"{joins}, officers say"),
            ("two", "y", f"{joins} on Monday, witnesses say"),
            ("one", "x", f"{leaves} on Monday, officers and witnesses say"),
        ),
        5,
    ):
        now = NOW + minute * MINUTE
        poll(line, source, now, Entry(title, guid=guid, published=now))
    waiting = archive.revisions_after(line, int(decisions.get_mark(line, "triaged") or 0), 9)
    untold = [(each, replace(matcher().find(each.article), matches=())) for each in waiting]
    assert len(untold) == 6
    settle(line, shipped(), EventWindow(shipped().events), untold, NOW + 12 * MINUTE)
    threads = dict(line.execute(select(archive.stories.c.id, archive.stories.c.thread)).all())
    reports = line.execute(select(event_reports.event_reports.c.story, event_reports.event_reports.c.thread)).all()
    assert len(reports) == 7
    assert [tuple(each) for each in reports] == [(each.story, threads[each.story]) for each in reports]
    assert set(threads.values()) <= set(line.scalars(select(archive.threads.c.id)))
    assert len(set(threads.values())) == 2


def test_the_reason_is_kept_beside_the_report(line: Connection) -> None:
    told(line, "one", SEEN.format("Balad air base"), 0)
    story, thread = told(line, "two", SEEN.format("Harir base"), 4)
    why = event_reports.evidence_of(line, thread, story)
    assert why == "a thread of its own: Harir air base, not Balad air base"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SEEN.format("Harir base"), SEEN.format("Harir base, witnesses say")),
        (SEEN.format("Balad air base"), SEEN.format("base in Balad")),
        (SEEN.format("Ain al-Asad"), SEEN.format("base in Anbar")),
        (SEEN.format("Ain al-Asad"), SEEN.format("base in Iraq")),
        (SEEN.format("Ain al-Asad"), SEEN.format("one base")),
        (SEEN.format("Ain al-Asad"), SEEN.format("Ain al-Asad and Harir base")),
        (SEEN.format("Ain al-Asad"), "Baghdad: " + SEEN.format("one base")),
    ],
)
def test_a_place_that_may_be_the_same_stays_in_the_thread(line: Connection, one: str, other: str) -> None:
    _, first = told(line, "one", one, 0)
    _, second = told(line, "two", other, 4)
    assert first == second


def test_what_comes_on_later_finds_the_thread_of_its_place(line: Connection) -> None:
    told(line, "one", SEEN.format("Balad air base"), 0)
    _, harir = told(line, "two", SEEN.format("Harir base"), 4)
    _, again = told(line, "three", SEEN.format("Harir base, witnesses say"), 8)
    assert again == harir


def test_of_one_batch_each_revision_of_a_story_goes_with_it(line: Connection) -> None:
    poll(line, "one", NOW, Entry(SEEN.format("Balad air base"), guid="1", published=NOW))
    poll(line, "two", NOW, Entry(SEEN.format("Harir base"), guid="2", published=NOW))
    poll(line, "two", NOW + MINUTE, Entry(SEEN.format("Harir base, in Erbil"), guid="2", published=NOW))
    found = [revision.placement for revision, _, _ in decide(line, NOW + MINUTE).decided]
    balad, *harir = [each.thread for each in found]
    assert len(harir) == 2
    assert len(set(harir)) == 1
    assert balad not in harir
    stored = archive.revisions_after(line, 0, 9)
    assert {each.placement.thread for each in stored} == {balad, *harir}


def test_what_was_told_stays_where_it_was_told(line: Connection) -> None:
    told(line, "one", SEEN.format("Balad air base"), 0)
    now = NOW + 4 * MINUTE
    poll(line, "two", now, Entry(SEEN.format("a base"), guid="2", published=now))
    ((before, _, _),) = decide(line, now).decided
    poll(line, "two", now + MINUTE, Entry(SEEN.format("Harir base"), guid="2", published=now))
    ((after, _, _),) = decide(line, now + MINUTE).decided
    assert after.placement.thread == before.placement.thread


@pytest.mark.parametrize(
    ("sent", "covered"),
    [(None, False), (timedelta(minutes=7), False), (timedelta(minutes=3), True)],
    ids=["never", "after", "before"],
)
def test_an_ack_covers_no_story_that_nobody_had_been_sent(
    line: Connection, sent: timedelta | None, covered: bool
) -> None:
    first, thread = told(line, "one", SEEN.format("Ain al-Asad"), 0)
    assert send_next(line, shipped(), NOW) == first
    other, same = told(line, "two", SEEN.format("a base"), 1)
    assert thread == same
    assert send_next(line, shipped(), NOW + 2 * MINUTE) == "", "it waits for room after the first of the thread"
    if sent:
        line.exec_driver_sql(f"UPDATE deliveries SET due = queued, held = '' WHERE subject = '{other}'")
        line.exec_driver_sql("UPDATE deliveries SET thread = '' WHERE state != 'sent'")
        assert send_next(line, shipped(), NOW + sent) == other
    acks.ack(line, first, "Noor", "command", NOW + 5 * MINUTE, 1)
    known = acks.ack_of(line, other)
    assert (known is not None) is covered
    targets = [shipped().receivers["console"].targets[0].id]
    open_ = [each.subject for each in acks.unacked(line, NOW, Severity.ROUTINE, targets)]
    assert open_ == ([other] if sent and not covered else [])
