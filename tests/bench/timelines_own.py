"""How often one event interrupts, on eighty timelines of our own (tests/labels/timelines-a.jsonl and -b.jsonl).

Each event starts a week after the one before, so that they do not meet, and the items of one minute are one round. Then
the same is told with the events three hours apart, as on a day of war: now a report may join the thread of another. Tune
on A; of B the totals are asked for, before and after. With `TIMELINES=a01,a02` (or `all`) in the environment the rows of
those events of A are printed with what told them, what was read in them and what they were said to add.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.run.article_lines import Line, read_lines
from alerts.run.replay import Replay
from tests.bench.event_trace import Notes, noting, why
from tests.bench.events import Row, Sent, messages_on, rang, sent_by
from tests.bench.shared import ROOT

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
APART = timedelta(days=7)
OVERLAPPING = timedelta(hours=3)
LANGUAGES = ("en", "ar", "fa")


@dataclass(slots=True)
class Half:
    """The events of a half with their rows, and by row its line, time and language, and the rules that match it."""

    events: dict[str, list[Row]]
    lines: dict[str, Line]
    times: dict[str, datetime]
    languages: dict[str, str]
    rules: dict[str, list[str]]


def run() -> None:
    config = load(ROOT / "rules.yaml", environ=os.environ)
    matcher = Matcher(config)
    for name in "AB":
        half = _read(name, matcher)
        with noting() as notes:
            sent = sent_by(Replay(config), half.lines.values(), half.times)
        print(f"half {name}: {_figures(half, sent)}")
        for language in LANGUAGES:
            print(f"  {language}: {_rows_of(half, sent, language)}")
        asked = os.environ.get("TIMELINES", "")
        if name == "A" and asked:
            _print(half, sent, matcher, notes, asked.split(","))
        half = _read(name, matcher, OVERLAPPING)
        lines = sorted(half.lines.values(), key=lambda line: half.times[line.article.id])
        sent = sent_by(Replay(config), lines, half.times)
        print(f"half {name}, three hours apart: {_figures(half, sent)}; {_strayed(half, sent)}")


def _read(name: str, matcher: Matcher, apart: timedelta = APART) -> Half:
    """Return a half, its events so far apart."""
    half = Half(defaultdict(list), {}, {}, {}, {})
    path = ROOT / "tests" / "labels" / f"timelines-{name.lower()}.jsonl"
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(text)
        key, began = f"{name}{number}", START + apart * len(half.events.keys() - {row["event"]})
        half.times[key] = began + timedelta(minutes=row["minute"])
        half.events[row["event"]].append(Row(row["event"], key, row["role"], sure=True))
        half.languages[key] = row["lang"]
        item = {"id": key, "first_seen": half.times[key].isoformat(), "source": row["outlet"], "lang": row["lang"]}
        (half.lines[key],) = read_lines([json.dumps({**item, "title": row["title"], "summary": row["summary"]})], print)
        half.rules[key] = [match.rule for match in matcher.match(half.lines[key].article)]
    return half


def _figures(half: Half, sent: Sent) -> str:
    """Return a half's figures in a line."""
    n: Counter[str] = Counter()
    for rows in half.events.values():
        messages = messages_on([row for row in rows if row.role != "near"], sent)
        without = [each for each in messages if not any(row.role == "development" for row in each)]
        n["untold"] += not messages
        n["messages"] += len(messages)
        n["without"] += len(without)
        n["repeats"] += sum(each is not messages[0] for each in without)
    events, rows = len(half.events), [row for each in half.events.values() for row in each]
    return (
        f"{events} events; messages that interrupt an event {n['messages'] / events:.2f}, without developments "
        f"{n['without'] / events:.2f}; of them repeats {n['repeats']}/{n['messages']}; events never told {n['untold']}; "
        f"{_by_role(half, sent, rows)}"
    )


def _strayed(half: Half, sent: Sent) -> str:
    """Return how many matched rows stand in a thread that began with another event, and how many of them did not ring.

    A near row is another event than the one it is near to.
    """
    events = {row.key: row.key if row.role == "near" else row.event for rows in half.events.values() for row in rows}
    began: dict[str, str] = {}
    n: Counter[str] = Counter()
    for key in sorted(events, key=lambda key: half.times[key]):
        thread = sent.records[key].get("thread") if half.rules[key] else None
        if not thread or began.setdefault(str(thread), events[key]) == events[key]:
            continue
        n["strayed"] += 1
        n["silent"] += sent.message_on(key) is None
    return f"reports in the thread of another event {n['strayed']}, of them silent {n['silent']}"


def _rows_of(half: Half, sent: Sent, language: str) -> str:
    rows = [row for each in half.events.values() for row in each if half.languages[row.key] == language]
    repeats = [row for row in rows if row.role == "repeat"]
    ours = sum(sent.deliveries.get(row.key) == (sent.message_on(row.key) or ("", None))[0] for row in repeats)
    return f"{_by_role(half, sent, rows)}; repeats with a message of their own {ours}/{len(repeats)}"


def _by_role(half: Half, sent: Sent, rows: list[Row]) -> str:
    """Return what became of first reports, developments and near events."""
    n: Counter[str] = Counter()
    for row in rows:
        silent = sent.message_on(row.key) is None if row.role in {"first", "near"} else not rang(row, sent, half.times)
        n[row.role] += 1
        n[f"{row.role} silent"] += silent
        if half.rules[row.key]:
            n[f"{row.role} matched"] += 1
            n[f"{row.role} matched silent"] += silent
    return "; ".join(
        f"{what} that did not ring{within} {n[f'{role} silent']}/{n[role]}, of those that a rule matches "
        f"{n[f'{role} matched silent']}/{n[f'{role} matched']}"
        for role, what, within in (
            ("first", "first reports", ""),
            ("development", "developments", " within the hour"),
            ("near", "near events", ""),
        )
    )


def _print(half: Half, sent: Sent, matcher: Matcher, notes: Notes, asked: list[str]) -> None:
    """Print the rows of the events that were asked for, with why each rang or did not."""
    for event in half.events if "all" in asked else asked:
        print(event)
        for row in half.events[event]:
            line = half.lines[row.key]
            print("\n".join(_told(half, sent, row)))
            if half.rules[row.key]:
                for each in why(sent.records[row.key], matcher.find(line.article).event, notes):
                    print(f"      {each}")


def _told(half: Half, sent: Sent, row: Row) -> Iterator[str]:
    message, line = sent.message_on(row.key), half.lines[row.key]
    minutes = (half.times[row.key] - half.times[half.events[row.event][0].key]) // timedelta(minutes=1)
    ours = message is not None and message[0] == sent.deliveries.get(row.key)
    what = "silent" if message is None else "RINGS" if ours else "told with another"
    yield f"  {minutes:4} {row.role:11} {what:6} {line.article.title} | {line.article.summary}"
    yield f"      {', '.join(half.rules[row.key]) or 'NO RULE'}"
