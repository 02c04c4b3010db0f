"""What waits of a story takes in what follows, keeps its age, and shows each reader what speaks to them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Hours, Kind, Reason, Receiver, Scope, SendResult, Severity
from alerts.decide.attempt import judge_attempt
from alerts.delivery import Delivery, NewDelivery
from alerts.line.compose import compose
from alerts.line.next_delivery import next_delivery
from alerts.render.digest import digest_sheet
from alerts.rule import Config
from alerts.store import claims, decisions, digests, outbox, silences, targets
from alerts.store.claims import settle
from crawler.article import Relation
from tests.unit.desk import NOW, desk, rule
from tests.unit.floor import SLACK
from tests.unit.floor import desk as floor_desk
from tests.unit.settled import TEXT, step

TITLE = "Bomb hits militia patrol near Hawija"
MINUTE = timedelta(minutes=1)


def two_rules(place: Path, mode: str = "live") -> Config:
    strong = rule("[militia]", severity="flash")
    return desk(place, strong + rule("[ambush]", name="weak", severity="routine", mode=mode))


def told_at(connection: Connection, config: Config, now: datetime, receiver: Receiver | None = None) -> Delivery | None:
    """Claim what goes at a time, and take it as accepted."""
    console = config.receivers["console"]
    claimed = next_delivery(connection, console.targets[0].id, receiver or console, now)
    if claimed:
        result = SendResult(ok=True)
        before = targets.state_of_target(connection, claimed.target)
        settle(connection, claimed, judge_attempt(claimed, result, before, now), result, now)
    return claimed


def body_of(connection: Connection, config: Config, sent: Delivery | None, now: datetime) -> tuple[str, str]:
    assert sent is not None
    message = compose(connection, config, config.receivers["console"].targets[0], sent, now)
    return message.title, message.body


@pytest.mark.parametrize("later", ["Ambush hits patrol near Hawija", TITLE])
def test_first_word_goes_at_once_though_a_second_article_was_judged_before(
    tmp_path: Path, line: Connection, later: str
) -> None:
    config = two_rules(tmp_path)
    step(line, config, "one", TITLE, 0, TEXT.format(toll=14))
    step(line, config, "two", later, 0, TEXT.format(toll=17))
    sent = told_at(line, config, NOW)
    title, body = body_of(line, config, sent, NOW)
    assert sent is not None
    assert (sent.kind, title.split()[0]) == (Kind.ALERT, "FLASH")
    assert re.search(r"\nRules: .*\br ", body)
    assert told_at(line, config, NOW + 40 * MINUTE) is None
    states = [each.state.value for each in outbox.on_subject(line, sent.subject, sent.target)]
    assert sorted(states) == ["folded", "sent"]
    done = step(line, config, "three", TITLE, 45, TEXT.format(toll=21))  # paced from the word that was sent, at 0
    (decision,) = [each for _, _, made in done.decided for each in made]
    assert decision.due is None


def test_an_update_that_waits_begins_at_what_was_told(tmp_path: Path, line: Connection) -> None:
    config = two_rules(tmp_path)
    step(line, config, "one", TITLE, 0, TEXT.format(toll=14))
    told_at(line, config, NOW)
    step(line, config, "two", TITLE, 40, TEXT.format(toll=17))  # due at once, and not sent yet
    step(line, config, "three", TITLE, 41, TEXT.format(toll=21))
    title, _ = body_of(line, config, told_at(line, config, NOW + 42 * MINUTE), NOW + 42 * MINUTE)
    assert title.startswith("FLASH UPDATE (14 -> 21 men) ")
    assert told_at(line, config, NOW + 90 * MINUTE) is None


def test_shadow_rule_raises_nobody(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[patrol]") + rule("[militia]", name="trial", severity="flash", mode="shadow"))
    step(line, config, "one", TITLE, 0, TEXT.format(toll=14))
    title, body = body_of(line, config, told_at(line, config, NOW), NOW)
    assert title.startswith("PRIORITY ")
    assert "trial" not in body


def test_reprint_makes_a_flash_story_no_weaker(tmp_path: Path, line: Connection) -> None:
    config = two_rules(tmp_path)
    step(line, config, "one", TITLE, 0, TEXT.format(toll=14))
    told_at(line, config, NOW)
    step(line, config, "two", "Ambush hits patrol near Hawija", 40, TEXT.format(toll=14))
    later = NOW + 41 * MINUTE
    sent = told_at(line, config, NOW + 60 * MINUTE) or told_at(line, config, later)
    assert sent is None or body_of(line, config, sent, later)[0].split()[0] in {"FLASH", "DIGEST"}
    story = outbox.deliveries_that(line)[0].subject
    last = decisions.load_alert(line, story, decisions.last_alert_revision(line, story))
    assert (last.severity.word, {each.rule for each in last.causes}) == ("flash", {"r", "weak"})


def test_reprint_that_brings_a_new_rule_is_told_in_its_own_words(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]") + rule("[mayor]", name="other"))
    text = TEXT.format(toll=14)
    step(line, config, "one", TITLE, 0, text)
    told_at(line, config, NOW)
    ((revision, _, (made,)),) = step(line, config, "two", TITLE, 40, f"{text} The mayor spoke.").decided
    assert (revision.placement.relation, made.reason) == (Relation.DUPLICATE, Reason.NEW_RULE)
    title, body = body_of(line, config, told_at(line, config, NOW + 40 * MINUTE), NOW + 40 * MINUTE)
    assert title.endswith("| two")
    assert '\nOther rules that match: Rule other ("mayor")\n' in body


def test_reprint_that_adds_nothing_leaves_the_word_to_the_article_before_it(tmp_path: Path, line: Connection) -> None:
    config = floor_desk(tmp_path, SLACK.format("1111111111"))
    text = TEXT.format(toll=14)
    step(line, config, "one", TITLE, 0, text)
    ((_, _, (made,)),) = step(line, config, "two", TITLE, 40, text).decided
    assert (made.kind, made.queue) == (Kind.EDIT, True)
    first = outbox.deliveries_that(line)[0]
    assert decisions.load_alert(line, first.subject, 2).article.outlet == "one"


def test_routine_story_whose_target_rested_is_in_the_digest_of_its_hour(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]", severity="routine"))
    timed = replace(config.receivers["console"], zone="UTC", digest=(time(13), time(23)))
    step(line, config, "one", TITLE, 30)
    sent = told_at(line, config, NOW + 70 * MINUTE, timed)  # looked at only ten minutes after 13:00
    assert sent is not None
    assert (sent.kind, sent.subject) == (Kind.DIGEST, "console@2026-06-14T13:00Z")
    assert [each.article.title for each in digests.digest_of(line, sent.subject, sent.target)] == [TITLE]


def test_many_stories_of_one_event_are_a_digest_and_none_is_only_a_line(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]"))
    for number in range(14):
        step(line, config, f"o{number}", f"Militia convoy number {number} seen at Hawija bridge checkpoint", 0)
    sent = [told_at(line, config, NOW) for _ in range(3)]
    listed = [
        alert.article.title
        for each in sent
        if each and each.kind is Kind.DIGEST
        for alert in digests.digest_of(line, each.subject, each.target)
    ]
    alerts = [each for each in sent if each and each.kind is Kind.ALERT]
    named = sum(len(each.notes) for each in alerts)
    assert len(alerts) + named + len(listed) == 14
    assert named <= 8 * len(alerts)


@pytest.mark.parametrize("others", [8, 9])
def test_a_message_names_eight_others_of_its_event_and_more_are_a_digest(
    tmp_path: Path, line: Connection, others: int
) -> None:
    config = desk(tmp_path, rule("[militia]"))
    for number in range(others + 1):
        step(line, config, f"o{number}", f"Militia convoy number {number} seen at Hawija bridge checkpoint", 0)
    sent = told_at(line, config, NOW)
    assert sent is not None
    assert len(sent.notes) == (others if others == 8 else 0)
    kinds = [each.kind for each in outbox.deliveries_that(line)]
    assert kinds.count(Kind.DIGEST) == (others > 8)


def test_count_of_a_silence_is_told_though_its_message_went_into_a_digest(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia]"))
    quiet = replace(config.receivers["console"], zone="UTC", quiet=Hours(time(11), time(13)))
    silences.add_silence(line, Scope.TEXT, "drill", "Noor", "exercise", NOW, NOW + timedelta(hours=9))
    step(line, config, "one", "Militia drill near Balad", 0)
    step(line, config, "two", TITLE, 1)
    step(line, config, "three", "Militia closes school in Basra", 2)
    assert told_at(line, config, NOW + 3 * MINUTE, quiet) is None
    sent = told_at(line, config, NOW + 61 * MINUTE, quiet)
    assert sent is not None
    assert sent.kind is Kind.DIGEST
    assert "1 story held back by silence q1" in body_of(line, config, sent, NOW + 61 * MINUTE)[1]


def test_rule_of_another_receiver_is_not_shown(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[patrol]") + rule("[militia]", name="other", severity="flash", notify="[hook]"))
    step(line, config, "one", TITLE, 0, TEXT.format(toll=14))
    title, body = body_of(line, config, told_at(line, config, NOW), NOW)
    assert title.startswith("PRIORITY ")
    assert "Rule other" not in body


def test_digest_that_is_cut_keeps_the_most_urgent(tmp_path: Path, line: Connection) -> None:
    config = two_rules(tmp_path)
    step(line, config, "one", TITLE, 0)
    sent = told_at(line, config, NOW)
    assert sent is not None
    alert = decisions.load_alert(line, sent.subject, sent.revision)
    weak = replace(alert, severity=Severity.PRIORITY, causes=(replace(alert.causes[0], rule="a"),))
    strong = replace(alert, severity=Severity.IMMEDIATE, causes=(replace(alert.causes[0], rule="b"),), story="sb")
    first = replace(strong, causes=weak.causes)
    weaker = [replace(weak, thread=f"t{number}") for number in range(60)]
    told = digest_sheet(sent, [first, *weaker, replace(strong, thread="ts")], "UTC")
    assert [heading.rpartition(" ")[2] for heading, _ in told.groups] == ["(a)", "(b)"]


def test_what_is_due_is_looked_at_before_what_is_held(
    tmp_path: Path, line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "PACED_AT_ONCE", 3)
    config = desk(tmp_path, rule("[militia]"))
    target = config.receivers["console"].targets[0].id
    for number in range(6):
        kind, due = (Kind.NOTICE, NOW) if number == 5 else (Kind.ALERT, NOW + timedelta(hours=1))
        severity = Severity.ROUTINE if number == 5 else Severity.IMMEDIATE
        made = NewDelivery(target, "console", kind, severity, Reason.SYSTEM, f"s{number}", due=due)
        outbox.queue(line, made, NOW)
    assert claims.waiting(line, target, NOW)[0].kind is Kind.NOTICE
