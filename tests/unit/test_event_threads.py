"""Stories of one event share a thread: its first report interrupts, a repeat waits, a development is an update."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Receiver, Scope, Severity
from alerts.decide.same_event import EventWindow
from alerts.delivery import Carried, DeliveryState
from alerts.line.orders import ORDERS
from alerts.line.settle import settle
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.store import acks, decisions, digests, event_reports, outbox, silences
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store.members import members_of
from tests.stores.make import MINUTE, send_next
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, FIRST, LISTS, REPEAT, reasons
from tests.unit.settled import step


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return with_lists(tmp_path, rule(ANY))


def with_lists(place: Path, rules: str, settings: str = "freshness: 48h") -> Config:
    """Return a desk that reads events: the small desk with further lists."""
    return desk(place, rules, f"{settings}, {EVENTS}", LISTS)


def test_a_repeat_in_other_words_waits_and_is_told_in_the_digest(line: Connection, config: Config) -> None:
    assert reasons(step(line, config, "one", FIRST, 0)) == ["first_article"]
    assert send_next(line, config, NOW)
    done = step(line, config, "two", REPEAT, 10)
    assert reasons(done) == ["repeats"]
    assert done.counts == {"matched": 1, "queued": 1, "repeats": 1}
    assert send_next(line, config, NOW + 11 * MINUTE) == ""
    assert send_next(line, config, NOW + 60 * MINUTE) == ""  # alone it waits for company
    subject = send_next(line, config, NOW + 7 * 60 * MINUTE)
    (listed,) = digests.digest_of(line, subject, lane(config)[0])
    assert listed.story == done.decided[0][0].placement.story
    assert listed.event_line == "strike; by Iran; on US; in Kuwait"


def test_a_repeat_that_waits_is_named_in_the_next_message_of_the_event(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    send_next(line, config, NOW)
    (repeat,) = step(line, config, "two", REPEAT, 10).decided
    (update,) = step(line, config, "three", "Kuwait arrests two Iranians after strike on US base", 20).decided
    assert send_next(line, config, NOW + 20 * MINUTE) == update[0].placement.story
    (waited,) = outbox.on_subject(line, repeat[0].placement.story, lane(config)[0])
    assert waited.carrier is not None
    assert waited.carrier.how is Carried.MESSAGE


def lane(config: Config) -> tuple[str, Receiver]:
    receiver = config.receivers["console"]
    return receiver.targets[0].id, receiver


def test_both_stories_are_in_one_thread_with_the_evidence(line: Connection, config: Config) -> None:
    (one,) = step(line, config, "one", FIRST, 0).decided
    (two,) = step(line, config, "two", REPEAT, 10).decided
    assert one[0].placement.thread == two[0].placement.thread
    assert one[0].placement.story != two[0].placement.story
    thread = one[0].placement.thread
    assert {each.story for each in members_of(line, thread)} == {
        one[0].placement.story,
        two[0].placement.story,
    }
    evidence = event_reports.evidence_of(line, thread, two[0].placement.story)
    assert event_reports.evidence_of(line, thread, one[0].placement.story) == ""
    assert evidence.startswith(f"same event as {one[0].placement.story}: both ")
    # the thread it opened is gone
    assert archive.totals(line)["threads"] == 1
    alert = decisions.load_alert(line, two[0].placement.story, 1)
    assert alert.evidence == evidence
    assert alert.event is not None


def test_another_language_tells_the_same_event(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    assert reasons(step(line, config, "two", "قصف إيراني على قاعدة أميركية في الكويت", 10)) == ["repeats"]


@pytest.mark.parametrize(
    ("title", "change"),
    [
        ("Iran denies strike on US base in Kuwait", "deny"),
        ("Kuwait arrests two Iranians after strike on US base", "arrest"),
    ],
    ids=["denial", "arrest"],
)
def test_a_development_is_an_update_that_says_what_is_new(
    line: Connection, config: Config, title: str, change: str
) -> None:
    step(line, config, "one", FIRST, 0)
    done = step(line, config, "two", title, 10)
    assert reasons(done) == ["development"]
    (made,) = done.decided[0][2]
    assert made.kind is Kind.UPDATE
    alert = decisions.load_alert(line, done.decided[0][0].placement.story, 1)
    assert any(each.startswith(change) for each in alert.changes)


@pytest.mark.parametrize(
    "title",
    [
        "No casualties as Iran strikes US base in Kuwait, Pentagon says",
        "Zero injuries after Iran strikes US base in Kuwait, Pentagon says",
        "الكويت: لا إصابات في قصف إيراني على قاعدة أميركية في الكويت",
    ],
)
def test_that_nobody_was_hurt_takes_back_a_toll(line: Connection, config: Config, title: str) -> None:
    step(line, config, "one", "Iran strikes US base in Kuwait, two wounded", 0)
    done = step(line, config, "two", title, 20)
    assert reasons(done) == ["development"]
    alert = decisions.load_alert(line, done.decided[0][0].placement.story, 1)
    assert "2 -> 0 wounded" in alert.changes
    assert reasons(step(line, config, "three", "No casualties in Iran strike on American base in Kuwait", 40)) != [
        "development"
    ]


def test_another_place_is_another_event(line: Connection, config: Config) -> None:
    (one,) = step(line, config, "one", FIRST, 0).decided
    done = step(line, config, "two", "American troops in Jordan under attack: Iranian missiles hit", 10)
    assert reasons(done) == ["first_article"]
    assert done.decided[0][0].placement.thread != one[0].placement.thread


def test_another_place_in_the_same_words_interrupts(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    done = step(line, config, "two", FIRST.replace("Kuwait", "Jordan"), 10)
    assert [(each.kind, each.reason) for each in done.decided[0][2]] == [(Kind.UPDATE, Reason.ANOTHER)]
    assert decisions.load_alert(line, done.decided[0][0].placement.story, 1).changes == ("struck: Jordan",)


def test_what_only_old_news_or_the_first_poll_told_silences_nothing(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0, baseline=True)
    assert reasons(step(line, config, "two", REPEAT, 10)) == ["first_article"]


def test_a_higher_severity_interrupts(line: Connection, tmp_path: Path) -> None:
    rules = rule(ANY) + rule("[officials]", name="grave", severity="flash")
    config = with_lists(tmp_path, rules)
    step(line, config, "one", FIRST, 0)
    assert reasons(step(line, config, "two", REPEAT, 10)) == ["severity_raised"]


def test_an_event_a_day_old_interrupts_again(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    assert reasons(step(line, config, "two", REPEAT, 25 * 60)) == ["first_article"]


def test_a_receiver_that_was_not_told_is_told(line: Connection, tmp_path: Path) -> None:
    loud = rule("[officials]", name="loud", severity="priority", notify="[hook]")
    quiet = rule(ANY, severity="routine", notify="[console, hook]")
    config = with_lists(tmp_path, quiet + loud)
    step(line, config, "one", FIRST, 0)
    assert reasons(step(line, config, "two", REPEAT, 10)) == ["repeats", "first_article"]


def test_a_repeat_that_brings_news_no_longer_waits(line: Connection, config: Config) -> None:
    text = (
        "The base at Ali al-Salem was hit by {n} missiles on Sunday night and {n} soldiers were killed, officers said. "
        "Fires burned in two hangars until the morning while ambulances took the wounded to hospitals in the capital."
    )
    step(line, config, "one", FIRST, 0, "Three soldiers were killed when missiles fell at dusk, a spokesman said.")
    (repeat,) = step(line, config, "two", REPEAT, 10, text.format(n=3)).decided
    story = repeat[0].placement.story
    step(line, config, "two", REPEAT + " anew", 12, text.format(n=9))
    (waiting,) = [each for each in outbox.on_subject(line, story, lane(config)[0]) if each.kind is Kind.ALERT]
    assert waiting.reason is not Reason.REPEATS
    assert waiting.state is DeliveryState.QUEUED


def test_the_second_origin_of_an_event_is_told_once(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    step(line, config, "two", REPEAT, 40)
    assert reasons(step(line, config, "three", FIRST, 80)) == ["second_origin"]
    assert reasons(step(line, config, "four", FIRST, 120)) == ["told"]


def test_another_attacker_is_another_attack(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    done = step(line, config, "two", "American base in Kuwait hit by Jordan, officials confirm", 10)
    assert reasons(done) == ["another"]
    assert decisions.load_alert(line, done.decided[0][0].placement.story, 1).changes == ("strike by Jordan",)


def test_repeats_do_not_keep_an_event_known(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    assert reasons(step(line, config, "two", REPEAT, 11 * 60)) == ["repeats"]
    assert reasons(step(line, config, "three", "Iran hits US base in Kuwait, say officers", 13 * 60)) != ["repeats"]


@pytest.mark.parametrize("hours", [13, 20])
@pytest.mark.parametrize("title", [FIRST, REPEAT, "American base in Kuwait hit in new Iran strike"])
def test_an_ack_does_not_cover_the_attack_of_the_next_night(
    line: Connection, tmp_path: Path, hours: int, title: str
) -> None:
    """Whether the second strike joins the story of the first, in the same words, or only its thread."""
    config = with_lists(tmp_path, rule(ANY, severity="immediate"))
    (first,) = step(line, config, "one", FIRST, 0).decided
    story = send_next(line, config, NOW)
    ORDERS["ack"](line, {"id": story, "by": "Noor"}, NOW + 5 * MINUTE)
    assert open_of(line, config) == []
    (second,) = step(line, config, "two", title, hours * 60).decided
    assert second[0].placement.thread == first[0].placement.thread
    assert [each.queue for each in second[2]] == [True]
    again = send_next(line, config, NOW + (hours * 60 + 1) * MINUTE)
    assert again == second[0].placement.story
    assert acks.ack_notes(line, again, "UTC") == ()
    assert open_of(line, config) == [again]
    # who acknowledges the first night's story anew is told what it leaves open, and the second needs one word
    (known,) = ORDERS["ack"](line, {"id": story, "by": "Omar"}, NOW + (hours * 60 + 5) * MINUTE)["acks"]
    assert (known["by"], [each["story"] for each in known["left"]]) == (
        ("Omar", []) if again == story else ("Noor", [again])
    )
    ORDERS["ack"](line, {"id": again, "by": "Omar"}, NOW + (hours * 60 + 6) * MINUTE)
    assert open_of(line, config) == []


def open_of(connection: Connection, config: Config) -> list[str]:
    """Return the stories of the messages that nobody acknowledged."""
    found = acks.unacked(connection, NOW, Severity.IMMEDIATE, [lane(config)[0]])
    return [each.subject for each in found]


SHOT = "Two American soldiers killed at dawn, officers mourn"
SHOT_AGAIN = "Loss in the garrison: two American drivers killed on patrol"


def test_what_may_repeat_another_thread_is_listed_and_counted(line: Connection, config: Config) -> None:
    step(line, config, "one", SHOT, 0)
    send_next(line, config, NOW)
    done = step(line, config, "two", SHOT_AGAIN, 10)
    assert reasons(done) == ["possibly_same"]
    assert done.counts == {"matched": 1, "queued": 1, "possibly_same": 1}
    story = done.decided[0][0].placement.story
    assert decisions.load_alert(line, story, 1).changes == (f'possibly the same event as "{SHOT}"',)
    assert send_next(line, config, NOW + 11 * MINUTE) == ""
    subject = send_next(line, config, NOW + 7 * 60 * MINUTE)
    assert [each.story for each in digests.digest_of(line, subject, lane(config)[0])] == [story]
    # it made nothing known, so what repeats it is held for the same reason and no other
    assert reasons(step(line, config, "three", SHOT_AGAIN.replace("garrison", "barracks"), 20)) == ["possibly_same"]


def test_what_may_repeat_another_thread_rings_where_its_toll_is_higher(line: Connection, config: Config) -> None:
    step(line, config, "one", SHOT, 0)
    assert reasons(step(line, config, "two", SHOT_AGAIN.replace("two", "three"), 10)) == ["first_article"]


def test_what_may_repeat_another_thread_rings_where_it_is_graver(line: Connection, tmp_path: Path) -> None:
    config = with_lists(tmp_path, rule(ANY) + rule("[garrison]", name="grave", severity="flash"))
    step(line, config, "one", SHOT, 0)
    assert reasons(step(line, config, "two", SHOT_AGAIN, 10)) == ["first_article"]


def test_who_was_not_told_of_the_other_thread_hears_of_it_as_new(line: Connection, tmp_path: Path) -> None:
    rules = rule("[mourn]", notify="[hook]") + rule("[garrison]", name="both", notify="[console, hook]")
    config = with_lists(tmp_path, rules)
    step(line, config, "one", "Jordan: a garrison arrests a smuggler", 0)
    step(line, config, "one", SHOT, 0)
    done = step(line, config, "two", SHOT_AGAIN, 10)
    assert reasons(done) == ["first_article", "possibly_same"]
    # the alert is new to one of them, so it does not call itself a repeat
    assert decisions.load_alert(line, done.decided[0][0].placement.story, 1).changes == ()


def test_a_question_on_an_event_two_days_old_is_listed(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    asked = "US base in Kuwait hit by Iran: what do officials confirm?"
    step(line, config, "two", "American base in Kuwait hit by Iran, officials confirm", 20 * 60)
    assert reasons(step(line, config, "three", asked, 40 * 60)) == ["repeats"]
    assert reasons(step(line, config, "four", asked.replace("?", " now"), 40 * 60)) != ["repeats"]


def test_stories_of_one_batch_follow_the_thread_that_one_of_them_moved(line: Connection, config: Config) -> None:
    step(line, config, "one", FIRST, 0)
    texts = (
        "American base in Kuwait hit by Iran, an agency hears from officers",
        "American base in Jordan hit by Iran, an agency hears from officers",
    )
    revisions = []
    for number, title in enumerate(texts):
        now = NOW + (10 + number) * MINUTE
        source = Source(f"s{number}", f"https://s{number}.example/", owner=f"s{number}")
        entry = Entry(title, guid=title, published=now)
        store_poll(line, source, SourceState(source.id, source.url, now), [entry], (), now)
    revisions = archive.revisions_after(line, int(decisions.get_mark(line, "triaged") or 0), 9)
    assert len({each.placement.thread for each in revisions}) == 1
    matcher = Matcher(config)
    found = [(each, matcher.find(each.article)) for each in revisions]
    settle(line, config, EventWindow(config.events), found, NOW + 12 * MINUTE)
    reports = list(event_reports.reports_after(line, 0, NOW, 9))
    assert len(reports) == 3
    assert all(members_of(line, each.thread) for each in reports)
    alert = decisions.load_alert(line, reports[-1].story, 1)
    assert alert.outlets


def test_a_silence_on_a_thread_follows_it(line: Connection) -> None:
    silences.add_silence(line, Scope.THREAD, "t-from", "Noor", "drill", NOW, NOW + 60 * MINUTE)
    silences.add_silence(line, Scope.STORY, "t-from", "Noor", "drill", NOW, NOW + 60 * MINUTE)
    silences.join_threads(line, "t-from", "t-into")
    assert [each.value for each in silences.silences_in_force(line, NOW)] == ["t-into", "t-from"]
