"""Mend HTTP answers that curl and browsers read and aiohttp refuses: odd header lines, and bytes after the end.

`Lenient` stands between the socket and aiohttp's parser. It rewrites the head of each answer, and passes on no more of
the body than the head announces.
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp.client_proto import ResponseHandler

LARGEST_HEAD = 262_144  # bytes; a longer head is left to the parser, which refuses it
LONGEST_END = 4  # bytes that end a head
LONGEST_LINE = 8_000  # bytes of a header line that are kept: aiohttp refuses lines over 8,190
MOST_LINES = 100  # header lines kept, of 128 that aiohttp allows
_END = re.compile(rb"\r?\n\r?\n")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_STATUS = re.compile(rb"(?:HTTP/(?P<version>[0-9](?:\.[0-9])?)|ICY)\s+(?P<code>[0-9]{3})(?P<reason>[^\r\n]*)")
_KEPT = frozenset((b"content-length", b"transfer-encoding", b"content-type", b"content-encoding", b"location", b"etag"))


class Head:
    """The mended head of an answer, and where its body ends: after `length` bytes, `chunked`, or at the very end."""

    def __init__(self, raw: bytes) -> None:
        lines = re.split(rb"\r?\n", raw)
        status = _STATUS.match(lines[0])
        self.code = int(status["code"]) if status else 0
        fields = _fields(lines[1:])
        values = {name.lower(): value for name, value in fields}
        self.chunked = b"chunked" in values.get(b"transfer-encoding", b"").lower()
        said = values.get(b"content-length", b"").strip()
        self.length = int(said) if said.isdigit() and not self.chunked else None
        if self.code in {204, 304} or self.is_interim:
            self.length, self.chunked = 0, False
        # RFC 9112, 6.3: a transfer encoding overrides a length, which then is no part of the message
        kept = [(name, value) for name, value in fields if not (self.chunked and name.lower() == b"content-length")]
        first = _first_line(lines[0], status)
        self.mended = b"\r\n".join([first, *(b"%s: %s" % each for each in kept), b"", b""])

    @property
    def is_interim(self) -> bool:
        """Whether another head follows (1xx)."""
        return 100 <= self.code < 200


def _first_line(line: bytes, status: re.Match[bytes] | None) -> bytes:
    if status is None:
        return line  # no answer of HTTP at all: the parser names it
    version = status["version"] or b"1.0"
    return b"HTTP/%s %s %s" % (
        version if b"." in version else version + b".0",
        status["code"],
        _CONTROLS.sub(b" ", status["reason"].strip()),
    )


def _fields(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Return the header fields that can be read; a folded line belongs to the one before it."""
    found: list[tuple[bytes, bytes]] = []
    for line in lines:
        if line[:1] in {b" ", b"\t"} and found:
            found[-1] = (found[-1][0], found[-1][1] + b" " + line.strip())
            continue
        name, colon, value = line.partition(b":")
        if colon and _TOKEN.fullmatch(name.strip()):
            found.append((name.strip(), value.strip()))
    short = [(name, _CONTROLS.sub(b" ", value)[:LONGEST_LINE]) for name, value in found]
    if len(short) <= MOST_LINES:
        return short
    return [each for number, each in enumerate(short) if number < MOST_LINES - len(_KEPT) or each[0].lower() in _KEPT]


class Chunks:
    """Finds the end of a chunked body. `feed` returns how many of the bytes belong to it."""

    def __init__(self) -> None:
        self.ended = False
        self._left = 0  # bytes of the chunk, with the line break behind it
        self._line = b""
        self._last = False

    def feed(self, data: bytes) -> int:
        at = 0
        while at < len(data) and not self.ended:
            if self._left:
                step = min(self._left, len(data) - at)
                self._left -= step
                at += step
                continue
            end = data.find(b"\n", at)
            if end < 0:
                self._line += data[at:]
                return len(data)
            self._take(self._line + data[at:end])
            self._line, at = b"", end + 1
        return at

    def _take(self, line: bytes) -> None:
        """Read a line that is no data: the size of a chunk, or a trailer after the last one."""
        if self._last:
            self.ended = not line.strip()
            return
        size = re.match(rb"\s*([0-9a-fA-F]{1,12})", line)
        if size is None:
            self._left = 1 << 62  # broken: the parser is to see all of it, and names it
        elif not int(size[1], 16):
            self._last = True
        else:
            self._left = int(size[1], 16) + 2


class Lenient(ResponseHandler):
    """aiohttp's protocol, fed with mended heads and with bodies that end where they say."""

    _head: bytearray | None = None  # of the answer, as far as it has come; None outside a head
    _length: int | None = None  # bytes of the body that are to come; None where the connection ends it
    _chunks: Chunks | None = None

    def set_response_params(self, **how: Any) -> None:
        self._head, self._length, self._chunks = bytearray(), None, None
        super().set_response_params(**how)

    def data_received(self, data: bytes) -> None:
        if self._head is None or not data:
            super().data_received(self._of_body(data) if data else data)
            return
        known = max(0, len(self._head) - LONGEST_END)
        self._head += data
        found = _END.search(self._head, known)  # not from the start: a head may come byte by byte
        if found is None and len(self._head) <= LARGEST_HEAD:
            return
        if found is None:
            raw, self._head = bytes(self._head), None
            super().data_received(raw)
            return
        self._begin(Head(bytes(self._head[: found.start()])), bytes(self._head[found.end() :]))

    def _begin(self, head: Head, rest: bytes) -> None:
        """Pass on a head and what came with it of the body."""
        self._head = bytearray() if head.is_interim else None
        self._length, self._chunks = head.length, Chunks() if head.chunked else None
        if head.is_interim:
            super().data_received(head.mended)
            if rest:
                self.data_received(rest)
            return
        super().data_received(head.mended + self._of_body(rest))

    def _of_body(self, data: bytes) -> bytes:
        """Return what belongs to the body; what stands behind it is dropped, and the connection not used again."""
        if self._chunks is not None:
            kept = 0 if self._chunks.ended else self._chunks.feed(data)
        elif self._length is not None:
            kept = min(self._length, len(data))
            self._length -= kept
        else:
            kept = len(data)
        if kept < len(data):
            self.force_close()
        return data[:kept]

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._head:  # cut off in the head: the parser names it
            head, self._head = bytes(self._head), None
            super().data_received(head)
        super().connection_lost(exc)
