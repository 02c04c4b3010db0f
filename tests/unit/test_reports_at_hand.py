"""Reports that are at hand are not read again, and those that are not are read beside them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from alerts.decide.same_event import EventWindow
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from alerts.store.event_reports import add_report, reports_in
from tests.unit.desk import NOW

MENTION = EventMention((Act("strike", "happened", ("iran",), ("us",)),), ("iran", "us"), casualties={"killed": 2})


def test_reports_at_hand_come_back_among_those_that_are_read(line: Connection) -> None:
    chance, window, at_hand = random.Random(3), EventWindow(EventSettings()), 0
    for seq in chance.sample(range(1, 41), 40):
        thread = chance.choice(("t1", "t2", "t3"))
        report = Report(seq, f"s{seq}", thread, "one", f"Report {seq}", NOW + timedelta(minutes=seq), MENTION, "en")
        add_report(line, report, "", None)
        if thread == "t3" or (thread == "t2" and seq % 2):
            window.add(replace(report, mention=replace(MENTION)))
    for thread in ("t1", "t2", "t3", "t4"):
        read, found = reports_in(line, thread), reports_in(line, thread, window.report)
        assert found == read
        assert [each.seq for each in found] == sorted(each.seq for each in found)
        for each in found:
            held = window.report(each.seq)
            assert held is None or each is held
            at_hand += each is held
    assert 0 < at_hand < 40
