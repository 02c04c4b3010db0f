"""What a command prints on two streams keeps its pieces whole and in order, whichever thread prints it."""

from __future__ import annotations

import os
import threading
from typing import TextIO

from alerts.run.pieces import ERR, OUT, pieces, streams

LONG = 300_000  # bytes: more than a pipe holds


def test_long_pieces_of_two_threads_stay_whole() -> None:
    reading, writing = os.pipe()
    out, err = streams(writing)
    started = threading.Barrier(2)

    def say(stream: TextIO, letter: str) -> None:
        started.wait()
        for _ in range(10):
            stream.write(letter * LONG + "\n")
            stream.flush()

    threads = [threading.Thread(target=say, args=each) for each in ((out, "o"), (err, "e"))]

    def close() -> None:
        for each in threads:
            each.join()
        os.close(writing)

    closer = threading.Thread(target=close)
    for each in (*threads, closer):
        each.start()
    with os.fdopen(reading, "rb") as stream:
        printed = stream.read()
    closer.join()
    said = {name: "".join(text for each, text in pieces(printed) if each == name) for name in (OUT, ERR)}
    assert said == {OUT: ("o" * LONG + "\n") * 10, ERR: ("e" * LONG + "\n") * 10}
