"""A read that takes too long or prints too much is ended in a sentence, and its process is gone. The children are real."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from alerts.run import reads
from tests.e2e.servers import PATIENCE

FLOOD = "print('x' * 9_000_000)"
HANG = "signal.pause()"
COMPLAIN = "sys.stderr.write('x' * 9_000_000); sys.stderr.flush(); signal.pause()"
CRASH = "os.write(2, b'x' * 200_000); signal.pause()"
DIE = "os.kill(os.getpid(), signal.SIGKILL)"


def _behave(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the real answering process run this code in its child, in a command's place."""
    lines = f"""
import os, signal, socket, sys
from alerts.cli import answer
def run(words):
    {code}
answer._run = run
answer.serve(socket.socket(fileno=int(sys.argv[1])))
"""
    monkeypatch.setattr(reads, "COMMAND", (sys.executable, "-c", lines))


def _answers(place: Path, many: int = 1) -> list[Mapping[str, Any]]:
    async def ask() -> list[Mapping[str, Any]]:
        asked = reads.Reads(place / "rules.yaml", place / "var", dict)
        try:
            return await asyncio.gather(*(asked.answer({"words": ["status"]}) for _ in range(many)))
        finally:
            asked.close()

    return asyncio.run(ask())


def _said(answer: Mapping[str, Any], on: str) -> str:
    """Return all that was printed on a stream."""
    return "".join(text for stream, text in answer["said"] if stream == on)


def test_what_is_printed_on_two_streams_comes_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tellings = "print('one'); print('two', file=sys.stderr); print('three'); print('ميليشيا' * 9_000)"
    _behave(monkeypatch, f"{tellings}; os.write(2, b'crash'); sys.stderr.write('no end of a line')")
    (answer,) = _answers(tmp_path)
    assert answer["said"] == [
        ("out", "one\n"),
        ("err", "two\n"),
        ("out", f"three\n{'ميليشيا' * 9_000}\n"),
        ("err", "no end of a line"),
        ("err", "crash"),  # what is written past Python has no place among the rest, and comes last
    ]


def test_first_command_waits_for_its_own_imports_and_later_ones_find_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _behave(monkeypatch, "print('alerts.cli.status' in sys.modules, 'alerts.cli.doctor' in sys.modules)")

    async def ask() -> list[str]:
        asked = reads.Reads(tmp_path / "rules.yaml", tmp_path / "var", dict)
        said: list[str] = []
        try:
            async with asyncio.timeout(60):
                while "True True\n" not in said:
                    said.append(_said(await asked.answer({"words": ["status"]}), "out"))
        finally:
            asked.close()
        return said

    assert asyncio.run(ask())[0] == "True False\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        *((each, "over 8 MB") for each in (FLOOD, COMPLAIN, CRASH)),
        (HANG, "stopped after 8 s"),
        (DIE, "was killed"),
    ],
)
def test_read_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str) -> None:
    _behave(monkeypatch, code)
    monkeypatch.setattr(reads, "READ_WITHIN", 8.0 if code == HANG else 60.0)
    (answer,) = _answers(tmp_path)
    assert said in answer["error"]
    assert _gone()


def test_more_reads_than_may_wait_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _behave(monkeypatch, "print('done')")
    answers = _answers(tmp_path, reads.WAITING_AT_MOST + 3)
    assert sum("too many" in each.get("error", "") for each in answers) == 3
    assert sum(each.get("said") == [("out", "done\n")] for each in answers) == reads.WAITING_AT_MOST


def test_an_answering_process_that_ended_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _behave(monkeypatch, "print(os.getppid())")

    async def work() -> list[str]:
        asked = reads.Reads(tmp_path / "rules.yaml", tmp_path / "var", dict)
        found = []
        try:
            for _ in range(3):
                found.append(_said(await asked.answer({"words": ["status"]}), "out"))
                if len(found) == 2:
                    psutil.Process(int(found[-1])).kill()
        finally:
            asked.close()
        return found

    first, second, third = asyncio.run(work())
    assert first == second
    assert third != second
    assert _gone()


def test_an_answering_process_that_cannot_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    (answer,) = _answers(tmp_path)
    assert "could not start the command" in answer["error"]


def test_a_command_has_its_own_words_exit_code_and_environment(tmp_path: Path) -> None:
    async def work() -> list[Mapping[str, Any]]:
        environ = {"PATH": os.environ["PATH"], "SLACK_TOKEN": "xoxb-not-for-a-child"}
        asked = reads.Reads(tmp_path / "rules.yaml", tmp_path / "var", lambda: environ)
        try:
            return [
                await asked.answer({"words": words}) for words in (["status"], ["status", "--nonsense"], ["ack", "s"])
            ]
        finally:
            asked.close()

    nothing, nonsense, writes = asyncio.run(work())
    assert (nothing["exit"], _said(nothing, "out")) == (1, "")
    assert "no store in" in _said(nothing, "err")
    assert nonsense["exit"] == 2
    assert "does not take --nonsense" in _said(nonsense, "err")
    assert "only commands that read" in _said(writes, "err")


def test_a_long_headline_is_no_file_and_what_is_refused_says_so(tmp_path: Path) -> None:
    async def work() -> list[Mapping[str, Any]]:
        asked = reads.Reads(tmp_path / "rules.yaml", tmp_path / "var", lambda: {"PATH": os.environ["PATH"]})
        try:
            words = (["explain", "\u0642" * 150], ["explain", "/etc/passwd"], ["status", "x" * 60_000])
            return [await asked.answer({"words": each}) for each in words]
        finally:
            asked.close()

    headline, file, long = asyncio.run(work())
    assert "Traceback" not in _said(headline, "err")
    assert "refused" not in headline
    assert file["refused"]
    assert file["exit"] == 2
    assert "over 50 KB" in long["error"]


def test_what_starts_slowly_goes_on_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "START_WITHIN", 0.1)

    async def work() -> list[Mapping[str, Any]]:
        asked = reads.Reads(tmp_path / "rules.yaml", tmp_path / "var", lambda: {"PATH": os.environ["PATH"]})
        answers: list[Mapping[str, Any]] = []
        try:
            while not answers or ("error" in answers[-1] and len(answers) < 800):
                answers.append(await asked.answer({"words": ["status"]}))
            return answers
        finally:
            asked.close()

    first, *_, last = asyncio.run(work())
    assert "still starting" in first["error"]
    assert "no store in" in _said(last, "err")


def test_an_interrupted_answering_process_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def work() -> int | None:
        asked = reads.Reads(tmp_path / "rules.yaml", tmp_path / "var", lambda: {"PATH": os.environ["PATH"]})
        try:
            await asked.answer({"words": ["status"]})
            [ours] = [each for each in psutil.Process().children() if reads.COMMAND[-1] in each.cmdline()]
            ours.send_signal(signal.SIGINT)
            return await asyncio.to_thread(ours.wait, PATIENCE)
        finally:
            asked.close()

    assert asyncio.run(work()) in (None, -signal.SIGINT)  # None: its exit code was another's to read
    assert capfd.readouterr().err == ""


def test_nothing_is_started_once_it_is_closed(tmp_path: Path) -> None:
    async def work() -> Mapping[str, Any]:
        asked = reads.Reads(tmp_path / "rules.yaml", tmp_path / "var", lambda: {"PATH": os.environ["PATH"]})
        asked.close()
        return await asked.answer({"words": ["status"]})

    assert "error" in asyncio.run(work())
    assert not [each for each in psutil.Process().children() if "alerts.cli.answer" in each.cmdline()]


def _gone() -> bool:
    """Return whether no answering process and no child of one is left; a fork has its parent's command line."""
    ours = [each for each in psutil.process_iter(["cmdline"]) if reads.COMMAND[-1] in (each.info["cmdline"] or ())]
    _, alive = psutil.wait_procs(ours, timeout=5)
    return not alive
