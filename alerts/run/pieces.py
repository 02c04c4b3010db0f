"""What a command prints on two streams goes in; it comes out of one pipe in the order in which it was printed.

Two pipes would lose that order: an error, and what was printed before and after it, are read whenever both are ready.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from itertools import groupby
from typing import Any, TextIO

OUT, ERR = "out", "err"
Piece = tuple[str, str]  # the stream, and what was printed on it


class _Marked(io.RawIOBase):
    """A stream of a command, of which each piece goes into the pipe behind a line with its name and its length."""

    def __init__(self, pipe: int, name: str, number: int, lock: threading.Lock) -> None:
        super().__init__()
        self._pipe, self._name, self._number, self._lock = pipe, name, number, lock

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, piece: Any) -> int:
        told = bytes(piece)
        left = memoryview(f"{self._name} {len(told)}\n".encode() + told)
        # a long piece goes into the pipe in parts, between which another thread's would stand
        with self._lock:
            while left:
                left = left[os.write(self._pipe, left) :]
        return len(told)


def streams(pipe: int) -> tuple[TextIO, TextIO]:
    """Return standard output and standard error of a command, both of which write to the pipe at each end of a line."""
    lock = threading.Lock()
    marked = (_Marked(pipe, name, number, lock) for name, number in ((OUT, 1), (ERR, 2)))
    out, err = (
        io.TextIOWrapper(io.BufferedWriter(each), "utf-8", "backslashreplace", line_buffering=True) for each in marked
    )
    return out, err


def pieces(printed: bytes) -> list[Piece]:
    """Return what came out of the pipe, one piece for all that was printed on a stream in a row."""
    # joined before they are read as text: a long one is written in parts that may end within a letter
    return [
        (name, b"".join(part for _, part in parts).decode("utf-8", "replace"))
        for name, parts in groupby(_marked(printed), key=lambda piece: piece[0])
    ]


def _marked(printed: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(printed):
        begin = printed.index(b"\n", at) + 1
        name, length = printed[at:begin].split()
        at = begin + int(length)
        yield name.decode(), printed[begin:at]
