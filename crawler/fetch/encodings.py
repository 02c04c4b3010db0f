"""Decode encoded bodies within a size limit: gzip, deflate, br, zstd. A truncated stream is an error.

Scrapy's own middleware returns what it could read of a truncated gzip stream as if it were complete.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import brotli
from backports import zstd
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

ACCEPTED = b"gzip, deflate, br, zstd"
GZIP = b"\x1f\x8b\x08"
GZIP_WINDOW = zlib.MAX_WBITS | 16  # what makes zlib expect gzip's head and trailer
CODINGS_AT_MOST = 2  # RFC 9110, 8.4 allows a chain; honest servers send one


class Truncated(Exception):
    """The encoded body stops before its stream is complete."""


class TooLarge(Exception):
    """The decoded body is larger than allowed."""


def decode(body: bytes, coding: str, limit: int) -> bytes:
    """Return the decoded body, of at most `limit` bytes; `coding` is a key of CODINGS.

    Raise Truncated, TooLarge, or ValueError if the bytes are not of that coding.
    """
    if not body:
        return body
    try:
        return CODINGS[coding](body, limit)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise ValueError(f"not {coding}: {error}") from error


def _zlib(body: bytes, limit: int, window: int) -> bytes:
    plain, left = b"", body
    while left:
        # one more byte than allowed is asked for, so that a body of exactly the limit passes
        stream = zlib.decompressobj(window)
        plain += stream.decompress(left, limit + 1 - len(plain))
        if len(plain) > limit:
            raise TooLarge
        if not stream.eof and not (window == GZIP_WINDOW and _lacks_its_trailer(stream, left, limit)):
            raise Truncated
        left = stream.unused_data.lstrip(b"\0")  # a gzip file may have several members, and padding (RFC 1952, 2.2)
        if window == GZIP_WINDOW and left[:2] != b"\x1f\x8b":
            break
    return plain


def _lacks_its_trailer(stream: Any, member: bytes, limit: int) -> bool:
    """Return whether a gzip member is whole but for its checksum and length, or a part of them (RFC 1952, 2.3.1).

    Some servers leave them out; curl and browsers do not miss them.
    """
    plain = zlib.decompressobj(GZIP_WINDOW).decompress(member, limit + 1)
    trailer = struct.pack("<II", zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
    for missing in range(len(trailer), 0, -1):
        tried = stream.copy()
        with suppress(zlib.error):  # no trailer may stand there yet, or another part of it is missing
            tried.decompress(trailer[-missing:])
        if tried.eof:
            return True
    return False


def _gzip(body: bytes, limit: int) -> bytes:
    return _zlib(body, limit, GZIP_WINDOW)


def _deflate(body: bytes, limit: int) -> bytes:
    """Return a deflate body decoded: in zlib's format, as RFC 9110 says, or the bare stream that some servers send."""
    try:
        return _zlib(body, limit, zlib.MAX_WBITS)
    except zlib.error:
        return _zlib(body, limit, -zlib.MAX_WBITS)


def _brotli(body: bytes, limit: int) -> bytes:
    stream = brotli.Decompressor()
    plain = stream.process(body, output_buffer_limit=limit + 1)
    while not stream.is_finished() and not stream.can_accept_more_data() and len(plain) <= limit:
        plain += stream.process(b"", output_buffer_limit=limit + 1 - len(plain))
    if len(plain) > limit:
        raise TooLarge
    if not stream.is_finished():
        raise Truncated
    return bytes(plain)


def _zstd(body: bytes, limit: int) -> bytes:
    stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})  # 8 MiB, RFC 8878, 3.1.1
    plain = stream.decompress(body, limit + 1)
    if len(plain) > limit:
        raise TooLarge
    if not stream.eof:
        raise Truncated
    return plain


CODINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "identity": lambda body, _: body,
}


class DecodingMiddleware:
    """Asks for the codings we can read and returns responses with decoded bodies, in place of Scrapy's own."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request, **_: Any) -> None:
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response, **_: Any) -> Response:  # noqa: ARG002 - Scrapy's signature
        if not response.body:
            return response
        named = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        said = [each for word in named.split(",") if (each := word.strip().lower())]
        codings = [each for each in said if each in CODINGS]
        if not (named.strip() or response.body.startswith(GZIP)):
            return response
        # what is no coding ("UTF-8", "none") says nothing of the body; any other coding would leave no text
        if len(codings) < len(said) and not _is_plain(response.body) and not response.body.startswith(GZIP):
            raise ResponseDataLossError(f"an encoding we do not read: {', '.join(said)[:100]}")
        if named.strip():
            del response.headers["Content-Encoding"]
        plain = self._unlabelled(self._plain(response.body, codings))
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=plain)
        made: Response = response.replace(cls=kind, body=plain)
        return made

    def _plain(self, body: bytes, codings: list[str]) -> bytes:
        if len(codings) > CODINGS_AT_MOST:
            raise ResponseDataLossError(f"more encodings than we read: {', '.join(codings)[:100]}")
        for number, coding in enumerate(reversed(codings)):
            # a chain of labels whose body was encoded once
            if number and _is_plain(body):
                break
            body = self._decoded(body, coding)
        return body

    def _unlabelled(self, body: bytes) -> bytes:
        """Return a body decoded that is gzip although nobody says so, or once more than was said."""
        for _ in range(CODINGS_AT_MOST):
            if not body.startswith(GZIP):
                break
            body = self._decoded(body, "gzip")
        return body

    def _decoded(self, body: bytes, coding: str) -> bytes:
        try:
            return decode(body, coding, self._limit)
        except TooLarge as error:
            raise DownloadCancelledError(f"decodes to more than {self._limit} bytes") from error
        except Truncated as error:
            raise ResponseDataLossError("the encoded body ends before its end") from error
        except ValueError as error:
            if _is_plain(body):  # labelled, and not encoded
                return body
            raise ResponseDataLossError(str(error)) from error


def _is_plain(body: bytes) -> bool:
    """Return whether a body is text already: markup or JSON, after white space and a byte order mark."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"<", b"{", b"["}
