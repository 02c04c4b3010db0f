"""A log line is one event, whatever text of others is in it (T29)."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from alerts.cli.logs import REPEATS_COUNTED, AsJson, OneLine, Repeats, is_journal
from alerts.render.redact import parts, redacted
from tests.unit.hostile import FORGED, HIDDEN

FORGERIES = [
    *FORGED,
    *HIDDEN,
    "x\n2026-06-14 12:00:00 INFO alerts.line.deliver delivery=d1 state=sent",
    "\x1b[1A\x1b[2K",
    "a\x9b31mb",
]


@pytest.mark.parametrize("text", FORGERIES, ids=range(len(FORGERIES)))
def test_text_of_others_stays_in_its_line(text: str) -> None:
    record = logging.LogRecord("alerts.x", logging.INFO, __file__, 1, "headline=%s", (text,), None)
    line = OneLine("%(levelname)s %(name)s %(message)s").format(record)
    assert line.startswith("INFO alerts.x headline=")
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    line.encode()


def test_stack_of_an_exception_stays_in_its_line() -> None:
    error = ValueError("first\nsecond")
    record = logging.LogRecord("alerts.x", logging.ERROR, __file__, 1, "failed", (), (ValueError, error, None))
    line = OneLine("%(levelname)s %(message)s").format(record)
    assert len(line.splitlines()) == 1
    assert "ValueError: first\\nsecond" in line


def made(message: str, *args: object, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("alerts.x", level, __file__, 1, message, args, None)


@pytest.mark.parametrize("text", FORGERIES, ids=range(len(FORGERIES)))
def test_text_of_others_stays_in_its_json_object(text: str) -> None:
    line = AsJson().format(made("headline=%s", text))
    assert len(line.splitlines()) == 1
    line.encode()
    assert json.loads(line)["logger"] == "alerts.x"


def test_json_has_the_values_that_a_line_names_the_time_in_utc_and_the_traceback() -> None:
    record = made("polled source=%s outcome=%s %s new=%d 100%%", "s1", "ok", "besides", 3)
    record.created = 0.25
    assert json.loads(AsJson().format(record)) == {
        "time": "1970-01-01T00:00:00.250Z",
        "level": "info",
        "logger": "alerts.x",
        "message": "polled source=s1 outcome=ok besides new=3 100%",
        "source": "s1",
        "outcome": "ok",
        "new": 3,
    }
    error = ValueError("first")
    record = logging.LogRecord("alerts.x", logging.ERROR, __file__, 1, "level=%s", ("z",), (ValueError, error, None))
    event = json.loads(AsJson(priorities=True).format(record).removeprefix("<3>"))
    assert (event["level"], event["error"]) == ("error", "ValueError: first")  # no value takes the place of ours


def test_times_for_people_are_utc() -> None:
    record = made("x")
    record.created, record.msecs = 0.25, 250
    assert OneLine("%(asctime)s %(message)s").format(record) == "1970-01-01T00:00:00.250Z x"


def test_a_line_that_repeats_is_written_five_times_a_minute_and_then_counted() -> None:
    repeats = Repeats()
    assert [repeats.passes(made("full disk"), now) for now in range(7)] == [True] * 5 + [False] * 2
    assert repeats.passes(made("another"), 7.0)
    assert repeats.passes(made("full disk", level=logging.ERROR), 8.0)
    assert repeats.over(REPEATS_COUNTED - 0.1) == []
    [said] = repeats.over(REPEATS_COUNTED)
    assert said.getMessage() == "repeated 2 times more in 60 s: full disk"
    assert repeats.passes(made("full disk"), 61.0)
    assert repeats.over(500.0) == []  # what was written each time needs no word


def test_what_says_which_rules_are_in_force_is_written_each_time() -> None:
    repeats = Repeats()
    for now in range(20):
        record = made("rules reloaded version=%s", "ab"[now % 2])
        record.is_counted = False
        assert repeats.passes(record, now)
    assert repeats.over(500.0) == []


def test_the_lines_that_are_remembered_are_bounded() -> None:
    repeats = Repeats()
    for number in range(6_000):
        repeats.passes(made("line %d", number), 1.0)
    repeats.over(1.0)
    assert len(repeats._seen) == 5_000


SECRETS = [
    ("https://user:hunter22@hook.example/x", "https://***@hook.example/x"),
    ("GET /?access_token=abcdef&n=1", "GET /?access_token=***&n=1"),
    ("token=***", "token=***"),
    ("polled source=x new=3 known=4 revised=0 passed=12", "polled source=x new=3 known=4 revised=0 passed=12"),
    ("db_pass=abcdef pass=abcdef passwd=abcdef passphrase=abcdef", "db_pass=*** pass=*** passwd=*** passphrase=***"),
    ("xoxb-1234567890-abcdef", "***"),
    ("Authorization: Bearer abc.def", "Authorization: ***"),
    ("a pass through the strait, secret talks", "a pass through the strait, secret talks"),
    ("mail a@b.example about https://a.example/feed?x=1", "mail a@b.example about https://a.example/feed?x=1"),
]


@pytest.mark.parametrize(("text", "shown"), SECRETS)
def test_what_looks_like_a_secret_is_taken_out(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_a_known_secret_and_its_parts_are_taken_out() -> None:
    known = parts(["json://hook.example/abcdefgh12?key=zyxwvuts", "short", "watchword"])
    assert redacted("posted to /abcdefgh12 and zyxwvuts by watchword, short", known) == (
        "posted to /*** and *** by ***, short"
    )


def test_the_journal_is_known_by_its_stream(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        seen = os.fstat(stream.fileno())
        assert is_journal({"JOURNAL_STREAM": f"{seen.st_dev}:{seen.st_ino}"}, stream)
        assert not is_journal({"JOURNAL_STREAM": f"{seen.st_dev}:0"}, stream)
        assert not is_journal({}, stream)
