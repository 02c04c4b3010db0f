"""A sample of the campaign (`make faults` runs all of it), and the oracle on journals whose faults are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.starting import EXHAUSTIVE
from tests.faults import kills, outside, several, stores
from tests.faults.__main__ import line
from tests.faults.fault import SAMPLE, Fault, Row, run_fault
from tests.faults.oracle import Copy, Journal, judge

ALL = {each.name: each for each in (*kills.FAULTS, *stores.FAULTS, *outside.FAULTS)}


def copy(title: str, *numbers: int, receiver: str = "hook") -> Copy:
    return Copy(receiver, title, numbers, 0.0)


ORACLE = [
    ("nothing amiss", [copy("a", 1), copy("b", 2)], ((), (), ())),
    ("lost", [copy("a", 1)], (("hook N000002E",), (), ())),
    ("a digest tells several", [copy("2 stories", 1, 2)], ((), (), ())),
    ("a notice tells no news", [copy("a", 1), copy("WATCHFLOOR dead", 2)], (("hook N000002E",), (), ())),
    ("doubled", [copy("a", 1), copy("a", 1), copy("b", 2)], ((), ("hook N000001E",), ())),
    ("a marked repeat", [copy("a", 1), copy("(possible repeat) a", 1), copy("b", 2)], ((), (), ())),
    ("told, and should not", [copy("a", 1), copy("b", 2), copy("c", 3)], ((), (), ("hook N000003E",))),
    ("never published", [copy("a", 1), copy("b", 2), copy("d", 9)], ((), (), ("hook N000009E",))),
    ("without a number", [copy("a", 1), copy("b", 2), copy("news")], ((), (), ("hook 'news'",))),
]


@pytest.mark.parametrize(("name", "copies", "found"), ORACLE, ids=[each[0] for each in ORACLE])
def test_oracle_finds_what_is_amiss(name: str, copies: list[Copy], found: tuple[tuple[str, ...], ...]) -> None:
    made = judge({1, 2}, {3}, copies, ["hook"])
    assert (made.lost, made.doubled, made.spurious) == found
    assert made.holds == (not any(found))


def test_journal_is_on_disk_before_a_receiver_has_said_yes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.published(7, tell=True)
    journal.accepted("hook", "IMMEDIATE Militia report N000007E", "N000008E in the text")
    assert '"numbers": [7, 8]' in (tmp_path / "journal").read_text(encoding="utf-8")
    assert journal.missing(["hook", "mail"]) == ["mail N000007E"]
    journal.close()


def test_fault_loses_doubles_and_invents_nothing() -> None:
    row = run_fault(ALL["SIGKILL at a point of the line"], SAMPLE)
    assert row.holds, line(row)
    assert row.verdict is not None
    assert row.verdict.published


def test_campaign_fails_a_line_that_marks_before_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the mark and before the send, such a daemon loses the message: the table must say so."""
    monkeypatch.setenv("KILLED_VARIANT", "mark_then_send")
    monkeypatch.setattr(kills, "POINTS", ("before_send",))
    row = run_fault(Fault("broken line", kills.kill_points, settles=3.0), SAMPLE)
    assert not row.holds
    assert row.verdict is not None
    assert row.verdict.lost


def test_several_daemons_lose_and_double_nothing_and_keep_the_pace_of_hosts() -> None:
    """The short form of the campaign: twenty kills, stops, ends and cuts of two real daemons on a real PostgreSQL."""
    row = run_fault(Fault("several daemons", whole=several.campaign(several.Shape(2))), SAMPLE)
    assert row.holds, line(row)
    assert row.times == SAMPLE.events
    assert row.verdict is not None
    assert row.verdict.published > SAMPLE.events


@pytest.mark.skipif(not EXHAUSTIVE, reason="half a minute and more of waiting: make exhaustive")
def test_campaign_fails_daemons_that_do_not_share() -> None:
    """Each of them polls all: the outlets see it."""
    words = ("tests.faults.unfenced", "run")
    counts = replace(SAMPLE, events=2, events_apart=4.0, fleet_settles=1.0, fleet_slow=2)
    row = run_fault(Fault("unfenced daemons", whole=several.campaign(several.Shape(2, words))), counts)
    assert not row.holds
    assert any("pace broken" in each for each in row.faults), line(row)


def test_row_that_must_be_told_and_is_not_does_not_hold() -> None:
    assert not Row("silent", must_tell=True).holds
    assert Row("told", must_tell=True, told=(1.0, "notice")).holds
