"""One process through rounds as of times that a test gives one by one: it reads the rules once, not once a round."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from tests.e2e.conftest import Desk
from tests.e2e.servers import PATIENCE
from tests.e2e.starting import EXHAUSTIVE, fork

WORDS = ("run", "--at", "-")


@contextmanager
def driven(desk: Desk) -> Iterator[Callable[[datetime], None]]:
    """Give a function that runs a full round as of a time and returns at its end."""
    with _started(desk) as (given, printed):

        def go_round(now: datetime) -> None:
            print(now.isoformat(), file=given, flush=True)
            while not (line := printed.readline()).startswith("{"):
                assert line, "it goes on after a round"

        yield go_round


@contextmanager
def _started(desk: Desk) -> Iterator[tuple[IO[str], IO[str]]]:
    """Start the process; yield what it reads and what it prints, and see it end well."""
    if EXHAUSTIVE:
        pipe = subprocess.PIPE
        words, environ = desk.command(*WORDS), desk.environ()
        with subprocess.Popen(words, cwd=desk.place, env=environ, stdin=pipe, stdout=pipe, text=True) as fresh:
            assert fresh.stdin
            assert fresh.stdout
            yield fresh.stdin, fresh.stdout
            fresh.stdin.close()
            assert fresh.wait(PATIENCE) == 0
        return
    desk.stored()
    with TemporaryDirectory() as streams:
        for name in ("in", "out"):
            os.mkfifo(Path(streams, name))
        process = fork(("alerts", *WORDS), desk.place, desk.environ(), streams)
        with (  # in the order in which it opens them
            Path(streams, "in").open("w", encoding="utf-8") as given,
            Path(streams, "out").open(encoding="utf-8") as printed,
        ):
            yield given, printed
            given.close()
            process.join(PATIENCE)
        assert process.exitcode == 0, Path(streams, "err").read_text(encoding="utf-8")
