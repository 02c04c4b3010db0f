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
_STATUS = re.compile(rb"(?:HTTP/(?P<version>[0-9](?:\.[0-9])?)|ICY)\s+(?P<code>[0-9]{3})(?P<reason>[^\r\n]*)", re.I)
_SIZE_BEGUN = re.compile(rb"\s*(?:[0-9a-fA-F]|$)")
# the head of an answer without a body that needs no mending: most answers to polls are such
PLAIN_304 = re.compile(
    rb"HTTP/1\.[01] 304 [A-Za-z](?:[A-Za-z ]*[a-z])?"
    rb"(?:\r\n(?!(?i:content-length|transfer-encoding):)[!#$%&'*+.^_`|~0-9A-Za-z-]+: "
    rb"[!-~](?:[ -~]{0,1000}[!-~])?){1,40}"
)
_KEPT = frozenset((b"content-length", b"transfer-encoding", b"content-type", b"content-encoding", b"location", b"etag"))


class Head:
    """The mended head of an answer, and where its body ends: after `length` bytes, `chunked`, or at the very end."""

    def __init__(self, raw: bytes) -> None:
        lines = re.split(rb"\r?\n", raw)
        status = _STATUS.match(lines[0])
        self.code = int(status["code"]) if status else 0
        fields = _fields(lines[1:])
        codings = [value.lower() for name, value in fields if name.lower() == b"transfer-encoding"]
        self.chunked = any(b"chunked" in each for each in codings)
        # a length that is said twice, or with a sign, is the same length; where two differ, the parser refuses it
        said = b",".join(value for name, value in fields if name.lower() == b"content-length")
        lengths = {each.strip().removeprefix(b"+") for each in said.split(b",")}
        one = next(iter(lengths)) if len(lengths) == 1 else b""
        self.length = int(one) if one.isdigit() and not self.chunked else None
        if self.code in {204, 304} or self.is_interim:
            self.length, self.chunked = 0, False
        # RFC 9112, 6.3: a transfer encoding overrides a length, which then is no part of the message
        replaced = {b"content-length"} if self.chunked or one.isdigit() else set()
        if not self.chunked and all(each == b"identity" for each in codings):
            replaced.add(b"transfer-encoding")  # which says that there is none (RFC 2616, 3.6)
        kept = [(name, value) for name, value in fields if name.lower() not in replaced]
        if one.isdigit() and not self.chunked:
            kept.append((b"Content-Length", one))
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
    """Writes a chunked body as RFC 9112, 7.1 has it, up to its end; some servers end lines with a line feed only."""

    def __init__(self) -> None:
        self.ended = False
        self._left = 0  # bytes of the chunk
        self._line = b""
        self._follows = "size"  # the line that comes next: size | end (of a chunk) | trailer | any, where it is broken

    def feed(self, data: bytes) -> tuple[bytes, int]:
        """Return the next bytes of the body, and how many of `data` belong to it."""
        made, at = [], 0
        while at < len(data) and not self.ended:
            if self._left or self._follows == "any":
                step = min(self._left, len(data) - at) or len(data)
                made.append(data[at : at + step])
                self._left = max(self._left - step, 0)
                at += step
                continue
            end = data.find(b"\n", at)
            if end < 0:
                made.append(self._begun(data[at:]))
                return b"".join(made), len(data)
            made.append(self._next(self._line + data[at : end + 1]))
            self._line, at = b"", end + 1
        return b"".join(made), min(at, len(data))

    def _begun(self, part: bytes) -> bytes:
        """Keep the beginning of a line; return it where it can be none of a chunked body."""
        self._line += part
        if len(self._line) <= LONGEST_LINE and (self._follows != "size" or _SIZE_BEGUN.match(self._line)):
            return b""
        line, self._line, self._follows = self._line, b"", "any"
        return line

    def _next(self, line: bytes) -> bytes:
        """Return a line that is no data as it should be; of the trailers only the end."""
        if self._follows == "trailer":
            self.ended = not line.strip()
            return b"\r\n" if self.ended else b""
        if self._follows == "end" and not line.strip():
            self._follows = "size"
            return b"\r\n"
        size = re.match(rb"\s*([0-9a-fA-F]{1,12})", line) if self._follows == "size" else None
        if size is None:
            self._follows = "any"  # the parser is to see all of it, and names it
            return line
        self._left = int(size[1], 16)
        self._follows = "end" if self._left else "trailer"
        return b"%x\r\n" % self._left


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
        raw, rest = bytes(self._head[: found.start()]), bytes(self._head[found.end() :])
        if PLAIN_304.fullmatch(raw):
            self._head, self._length = None, 0
            super().data_received(b"%s\r\n\r\n%s" % (raw, self._of_body(rest)))
        else:
            self._begin(Head(raw), rest)

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
            body, kept = self._chunks.feed(data)
            if kept < len(data):
                self.force_close()
            return body
        if self._length is not None:
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
