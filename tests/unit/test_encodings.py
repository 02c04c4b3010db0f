"""Encoded bodies: whole ones are decoded, bombs refused within the limit, cut ones named, chains held short."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response

from crawler.fetch.encodings import CODINGS, DecodingMiddleware, TooLarge, Truncated, decode

BODY = "شرح ".encode() * 5000
WRITE = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
LIMIT = 1 << 20


@pytest.mark.parametrize("coding", WRITE)
def test_whole_cut_and_bomb(coding: str) -> None:
    written = WRITE[coding](BODY)
    assert decode(written, coding, LIMIT) == BODY
    with pytest.raises(Truncated):
        decode(written[:-12], coding, LIMIT)
    with pytest.raises(TooLarge):
        decode(WRITE[coding](b"\0" * 50_000_000), coding, LIMIT)
    with pytest.raises(ValueError, match="not "):
        decode(b"<rss>not encoded at all</rss>", coding, LIMIT)


def test_bare_deflate_and_gzip_members() -> None:
    bare = zlib.compressobj(wbits=-15)
    assert decode(bare.compress(BODY) + bare.flush(), "deflate", LIMIT) == BODY
    assert decode(gzip.compress(b"a") + gzip.compress(b"b"), "gzip", LIMIT) == b"ab"


def test_gzip_may_lack_its_trailer_and_no_more() -> None:
    written = gzip.compress(BODY)
    for missing in range(1, 9):
        assert decode(written[:-missing], "gzip", LIMIT) == BODY
    assert decode(gzip.compress(b"a") + gzip.compress(b"b")[:-8], "gzip", LIMIT) == b"ab"
    for cut in (9, 10, len(written) // 2, len(written) - 10):
        with pytest.raises(Truncated):
            decode(written[:-cut], "gzip", LIMIT)
    wrong = written[:-8] + bytes(each ^ 255 for each in written[-8:])
    with pytest.raises(ValueError, match="not gzip"):
        decode(wrong, "gzip", LIMIT)


def answered(body: bytes, coding: str) -> Response:
    request = Request("https://a.example/")
    middleware = DecodingMiddleware(LIMIT)
    middleware.process_request(request)
    assert request.headers["Accept-Encoding"] == b"gzip, deflate, br, zstd"
    return middleware.process_response(request, Response(request.url, body=body, headers={"Content-Encoding": coding}))


def test_middleware_gives_plain_bodies_or_names_the_fault() -> None:
    assert answered(gzip.compress(gzip.compress(BODY)), "gzip, gzip").body == BODY
    assert "Content-Encoding" not in answered(gzip.compress(BODY), "gzip").headers
    for body, coding, fault in (
        (gzip.compress(gzip.compress(b"\0" * 50_000_000)), "gzip, gzip", DownloadCancelledError),
        (gzip.compress(BODY)[:-12], "gzip", ResponseDataLossError),
        (BODY, "compress", ResponseDataLossError),
        (BODY, "gzip, gzip, gzip", ResponseDataLossError),
    ):
        with pytest.raises(fault):
            answered(body, coding)
    assert set(CODINGS) >= {"gzip", "br", "zstd", "deflate"}


MARKUP = b"<rss><channel/></rss>"
LABELS = [
    ("a charset", MARKUP, "UTF-8"),
    ("no coding", MARKUP, "none"),
    ("a coding that was not used", MARKUP, "gzip"),
    ("two labels, encoded once", gzip.compress(MARKUP), "gzip, gzip"),
    ("one label, encoded twice", gzip.compress(gzip.compress(MARKUP)), "gzip"),
    ("no label", gzip.compress(MARKUP), ""),
    ("a wrong label", gzip.compress(MARKUP), "binary"),
]


@pytest.mark.parametrize(("name", "body", "label"), LABELS, ids=[row[0] for row in LABELS])
def test_body_is_read_whatever_its_label(name: str, body: bytes, label: str) -> None:
    assert answered(body, label).body == MARKUP, name
