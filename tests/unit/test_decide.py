"""What is told to whom, and the name of the reason, case by case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.alert import Match, Severity, Told
from alerts.decide import decide
from alerts.ledger import balance
from alerts.pacing import digest_window, is_spent, retry_at
from crawler.article import Relation
from tests.unit.desk import NOW, article, desk, revision, rule

PRIORITY, FLASH = Severity.PRIORITY, Severity.FLASH
TOLD = Told(frozenset({"r"}), PRIORITY, 1)
OLD = NOW - timedelta(hours=49)
CASES = [
    ("first article", {}, {}, None, ("alert", "first_article", True)),
    ("told before", {"relation": Relation.DUPLICATE}, {}, TOLD, ("edit", "told", False)),
    ("edited after it was told", {"relation": Relation.REVISED}, {}, TOLD, ("edit", "told", False)),
    ("a further rule", {"relation": Relation.DUPLICATE}, {"rule": "other"}, TOLD, ("update", "new_rule", True)),
    ("severity raised", {"relation": Relation.REVISED}, {"severity": FLASH}, TOLD, ("update", "severity_raised", True)),
    ("baseline", {"baseline": True}, {}, None, ("alert", "baseline", False)),
    ("older than freshness", {"published": OLD}, {}, None, ("alert", "stale", False)),
    ("just inside freshness", {"published": OLD + timedelta(hours=1)}, {}, None, ("alert", "first_article", True)),
    ("undated counts from first seen", {"published": None}, {}, None, ("alert", "first_article", True)),
]


@pytest.mark.parametrize(("name", "is_", "match", "told", "expected"), CASES, ids=[row[0] for row in CASES])
def test_decides(
    tmp_path: Path,
    name: str,
    is_: dict[str, Any],
    match: dict[str, Any],
    told: Told | None,
    expected: tuple[str, str, bool],
) -> None:
    config = desk(tmp_path, rule("[militia]") + rule("[base]", name="other"))
    given = revision(
        article("militia", published=is_.get("published", NOW)),
        is_.get("relation", Relation.NEW),
        baseline=is_.get("baseline", False),
    )
    matches = [Match(match.get("rule", "r"), match.get("severity", PRIORITY), None, ())]
    target = config.receivers["console"].targets[0].id
    (made,) = decide(config, given, matches, {target: told} if told else {}, NOW)
    assert (made.kind.value, made.reason.value, made.queue) == expected, name


def test_backfill_lets_dated_newer_items_through_and_undated_ones_not(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[militia]"), settings="backfill: 6h")
    matches = [Match("r", PRIORITY, None, ())]
    for published, queue in ((NOW - timedelta(hours=5), True), (NOW - timedelta(hours=7), False), (None, False)):
        given = revision(article("militia", published=published), baseline=True)
        assert decide(config, given, matches, {}, NOW)[0].queue is queue


def test_receiver_asks_for_severity_and_shadow_sends_nothing(tmp_path: Path) -> None:
    text = rule("[militia]", severity="routine", notify="[hook]") + rule("[base]", name="s", mode="shadow")
    config = desk(tmp_path, text)
    matches = [Match("r", Severity.ROUTINE, None, ()), Match("s", PRIORITY, None, ())]
    reasons = {each.receiver: each.reason.value for each in decide(config, revision(article("x")), matches, {}, NOW)}
    assert reasons == {"hook": "below_min_severity", "console": "shadow"}


def test_one_decision_a_target_with_the_highest_severity_of_its_rules(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[militia]", notify="[console, hook]") + rule("[base]", name="b"))
    matches = [Match("r", PRIORITY, None, ()), Match("b", FLASH, None, ())]
    made = {each.receiver: each for each in decide(config, revision(article("x")), matches, {}, NOW)}
    assert (made["console"].severity, made["console"].rules) == (FLASH, ("r", "b"))
    assert (made["hook"].severity, made["hook"].rules) == (PRIORITY, ("r",))


def test_retries_back_off_and_end() -> None:
    waits = [(retry_at("d1", attempts, NOW) - NOW).total_seconds() for attempts in range(1, 40)]
    assert all(1 <= wait <= 900 for wait in waits)
    assert retry_at("d1", 3, NOW) == retry_at("d1", 3, NOW)
    assert len({retry_at(f"d{n}", 5, NOW) for n in range(50)}) > 40
    assert not is_spent(NOW, FLASH, NOW + timedelta(hours=71))
    assert is_spent(NOW, Severity.ROUTINE, NOW + timedelta(hours=25))


def test_digest_window_is_the_running_hour() -> None:
    assert digest_window(NOW + timedelta(minutes=59)) == ("2026-06-14T12Z", NOW + timedelta(hours=1))


def test_ledger_names_what_is_missing() -> None:
    collected = {"entries": 10, "new": 5, "known": 3, "revised": 1, "rejected:no_title_no_text": 1}
    decided = {"matched": 4, "queued": 2, "suppressed:told": 1, "suppressed:stale": 1}
    whole = balance(collected, decided, {("alert", "sent"): 1, ("alert", "sending"): 1, ("digest", "sent"): 1})
    assert whole.remainders() == {"entries": 0, "matched": 0, "queued": 0}
    assert whole.as_dict()["messages"] == {"digest": {"sent": 1}}
    torn = balance({**collected, "new": 4}, decided, {("alert", "sent"): 1})
    assert torn.remainders() == {"entries": 1, "matched": 0, "queued": 1}
