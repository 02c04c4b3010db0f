"""What changed rules would have told: each story once a target, not what it was told, nor what its condition withholds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import Kind, Reason
from alerts.board.page import Asked, Query
from alerts.board.pages import stories, story
from alerts.decide.ledger import balance
from alerts.delivery import Delivery, DeliveryState
from alerts.line.judging_order import TRIAGED
from alerts.line.orders import ORDERS
from alerts.line.rematch import missed, preview, queue_digest
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.store import decisions, digests, outbox, outbox_counts, statuses
from alerts.store.rule_counts import counts_by_rule
from crawler.store.articles import load_counts
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import step

BRIDGE, DRILL = "Militia closes a bridge over the Tigris near Balad", "Militia drill at Samarra shown on television"
BOTH = "A bridge over the Tigris near Balad is closed by militia"


def listed(line: Connection, config: Config) -> list[tuple[str, list[str]]]:
    found = missed(line, config, Matcher(config), NOW - timedelta(days=1))
    return [(each.revision.article.title, [match.rule for match in each.matches]) for each in found]


def when(text: str) -> str:
    return text.replace("mode:", "when: {origins: 2}, mode:")


def test_what_was_told_is_not_listed_and_what_was_not_is(tmp_path: Path, line: Connection) -> None:
    before = desk(tmp_path, rule("[bridge]"))
    for minutes, title in enumerate((BRIDGE, DRILL)):
        step(line, before, "wire", title, minutes)
    assert listed(line, before) == []
    assert listed(line, desk(tmp_path, rule("[bridge]") + rule("[militia]", name="all"))) == [
        (BRIDGE, ["r", "all"]),  # told under another rule only: this one is new
        (DRILL, ["all"]),
    ]
    assert listed(line, desk(tmp_path, rule("[bridge]") + rule("[militia]", name="all", mode="shadow"))) == []


def test_preview_counts_what_matches_and_changes_nothing(tmp_path: Path, line: Connection) -> None:
    before = desk(tmp_path, rule("[bridge]"))
    for minutes, title in enumerate((BRIDGE, DRILL)):
        step(line, before, "wire", title, minutes)
    after = desk(tmp_path, rule("[drill, bridge]"))
    queued, counts = len(outbox.deliveries_that(line)), load_counts(line, decisions.counts)
    for _ in range(2):
        shown = preview(line, after, Matcher(after), NOW - timedelta(days=1))
        assert (shown["articles"], shown["stories"]) == (2, 1)
        assert [(each["receiver"], [told["title"] for told in each["stories"]]) for each in shown["digests"]] == [
            ("console", [DRILL])
        ]
    assert (len(outbox.deliveries_that(line)), load_counts(line, decisions.counts)) == (queued, counts)


def test_condition_on_the_thread_withholds_here_too(tmp_path: Path, line: Connection) -> None:
    before = desk(tmp_path, rule("[bridge]"))
    for minutes, title in enumerate((BRIDGE, DRILL)):
        step(line, before, "wire", title, minutes)
    after = desk(tmp_path, rule("[bridge]") + when(rule("[militia]", name="all")))
    assert listed(line, after) == []
    step(line, before, "daily", BOTH, 5, "A second outlet tells it in its own words and names the mayor as its source.")
    assert [(title, "all" in rules) for title, rules in listed(line, after)] == [(BRIDGE, True), (BOTH, True)]


def rematched(line: Connection, config: Config, minutes: int) -> Delivery:
    """Send what the rules would have told; return the sent digest."""
    now = NOW + timedelta(minutes=minutes)
    found = missed(line, config, Matcher(config), NOW - timedelta(days=1))
    assert queue_digest(line, config, found, now) == 1
    (sent,) = outbox.deliveries_that(line, outbox.deliveries.c.kind == "digest")
    outbox.record(line, sent.id, DeliveryState.SENT, now)
    return sent


def test_what_rematch_tells_is_told_acknowledged_and_rated_as_any_story(tmp_path: Path, line: Connection) -> None:
    step(line, desk(tmp_path, rule("[drone]")), "wire", BRIDGE, 0)
    step(line, desk(tmp_path, rule("[drone]")), "wire", DRILL, 1)
    config = desk(tmp_path, rule("[militia]", name="all"))
    sent = rematched(line, config, 5)
    listed_there = digests.digest_of(line, sent.subject, sent.target)
    assert [each.article.title for each in listed_there] == [BRIDGE, DRILL]
    told = [each.story for each in listed_there]
    became = statuses.statuses_of(line, told)
    assert [(became[each].name, became[each].told) for each in told] == [("joined", NOW + timedelta(minutes=5))] * 2
    assert [each.reason for each in outbox.on_subject(line, told[0], sent.target)] == [Reason.REMATCH]
    assert [(each.reason, each.queued) for _, each in decisions.decisions_on(line, told[0])] == [("rematch", True)]
    assert counts_by_rule(line, NOW + timedelta(hours=1), 1)["all"].counts["joined"] == 2
    asked = {"id": told[0], "by": "Noor"}
    assert [each["story"] for each in ORDERS["ack"](line, asked, NOW)["acks"]] == [told[0]]
    (judged,) = ORDERS["feedback"](line, {**asked, "relevant": True}, NOW)["judgements"]
    assert (judged["story"], judged["rules"]) == (told[0], ("all",))
    of_digest = ORDERS["ack"](line, {"id": sent.id, "by": "Noor"}, NOW)["acks"]
    assert [(each["story"], each["first"]) for each in of_digest] == [(told[0], False), (told[1], True)]
    counts = load_counts(line, decisions.counts)
    assert not any(balance({}, counts, outbox_counts.delivered(line)).remainders().values())


def test_board_shows_what_rematch_told(tmp_path: Path, line: Connection) -> None:
    step(line, desk(tmp_path, rule("[drone]")), "wire", BRIDGE, 0)
    config = desk(tmp_path, rule("[militia]", name="all"))
    sent = rematched(line, config, 5)
    later = NOW + timedelta(minutes=9)
    (shown,) = stories.read(Asked(config, tmp_path, line, later, Query({"range": ["24h"]})))["stories"]
    of_story = story.read(Asked(config, tmp_path, line, later, parts={"story": shown["story"]}))
    assert of_story["told"]["status"] == shown["status"] == "joined"
    assert [(each["state"], each["reason"]) for each in of_story["deliveries"]] == [("folded", "rematch")]
    assert of_story["deliveries"][0]["detail"] == f"told in digest {sent.subject}"


def test_decision_on_a_revision_stays_beside_the_later_one(tmp_path: Path, line: Connection) -> None:
    """One revision is decided on once for a target in triage: what rematch adds must not clash with that."""
    step(line, desk(tmp_path, rule("[bridge]")), "wire", BRIDGE, 0)
    sent = rematched(line, desk(tmp_path, rule("[bridge]") + rule("[militia]", name="all")), 5)
    (alert,) = digests.digest_of(line, sent.subject, sent.target)
    assert {each.rule for each in alert.causes} == {"all", "r"}
    assert [each.reason for _, each in decisions.decisions_on(line, alert.story)] == ["first_article"]
    told = outbox.on_subject(line, alert.story, sent.target)
    assert {(each.revision, each.kind, each.reason) for each in told} == {
        (1, Kind.ALERT, Reason.FIRST_ARTICLE),
        (2, Kind.UPDATE, Reason.REMATCH),
    }


def test_what_triage_has_still_to_decide_is_left_to_it(tmp_path: Path, line: Connection) -> None:
    step(line, desk(tmp_path, rule("[drone]")), "wire", BRIDGE, 0)
    after = desk(tmp_path, rule("[bridge]"))
    assert [title for title, _ in listed(line, after)] == [BRIDGE]
    decisions.set_mark(line, TRIAGED, "0")
    assert listed(line, after) == []
