"""An order to poll a source: at once, unless it was just polled or asked to be left alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from alerts.run.poll_order import poll_command
from alerts.store.audit import Entry
from crawler.clock import Clock
from crawler.collect.collecting import Collecting
from crawler.sources.polling import state_for
from crawler.sources.source import OutcomeName, Source, SourceState

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
SOURCE = Source("wire", "https://wire.example/")


@dataclass
class Known:
    """What the order needs of Collecting."""

    states: dict[str, SourceState] = field(default_factory=dict)

    elsewhere: bool = False  # another daemon polls the source
    asked: list[tuple[list[str], str]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [SOURCE.id]

    async def state_of(self, name: str, _: datetime) -> SourceState:
        return self.states[name]

    def is_ours(self, _: str) -> bool:
        return not self.elsewhere

    async def ask_elsewhere(self, sources: list[str], by: str, _: datetime) -> None:
        self.asked.append((sources, by))


def ordered(
    source: str = SOURCE.id, *, elsewhere: bool = False, **state: Any
) -> tuple[dict[str, Any], Known, list[Entry]]:
    noted: list[Entry] = []

    async def note(entry: Entry) -> None:
        noted.append(entry)

    made = replace(state_for(SOURCE, None, NOW), due=NOW + timedelta(minutes=4), **state)
    known = Known({SOURCE.id: made}, elsewhere)
    ask = poll_command(cast(Collecting, known), note, Clock(lambda: NOW, lambda: 0.0))
    given = {"source": source, "by": "Noor", "login": "officer"}
    answer: dict[str, Any] = asyncio.run(cast("Any", ask(given)))
    return answer, known, noted


def test_it_is_due_now_and_noted_with_the_name() -> None:
    answer, known, noted = ordered(polled=NOW - timedelta(seconds=30))
    assert answer == {"source": SOURCE.id, "due": "2026-06-14T12:00:00Z"}
    assert known.states[SOURCE.id].due == NOW
    assert [(each.who, each.title) for each in noted] == [("Noor (login officer)", f"poll of {SOURCE.id} at once")]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"polled": NOW - timedelta(seconds=29)}, "was polled 29 s ago; ask again after 30 s"),
        (
            {"polled": NOW - timedelta(hours=1), "outcome": OutcomeName.THROTTLED},
            "asked to be left alone for another 4 min",
        ),
    ],
)
def test_host_is_not_hurried(state: dict[str, Any], said: str) -> None:
    answer, known, noted = ordered(**state)
    assert said in answer["error"]
    assert known.states[SOURCE.id].due == NOW + timedelta(minutes=4)
    assert noted == []


def test_the_daemon_that_polls_it_is_asked() -> None:
    answer, known, noted = ordered(elsewhere=True, polled=NOW - timedelta(hours=1))
    assert "error" not in answer
    assert known.asked == [([SOURCE.id], "Noor (login officer)")]
    assert known.states[SOURCE.id].due == NOW + timedelta(minutes=4)
    assert [each.title for each in noted] == [f"poll of {SOURCE.id} at once"]


def test_unknown_source_is_told() -> None:
    assert ordered("nobody")[0]["error"].startswith('there is no source "nobody"')
