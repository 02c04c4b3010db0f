"""Odd HTTP that curl reads is read: heads are mended, and a body ends where it says."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.fetch.lenient import PLAIN_304, Chunks, Head

HEADS = [
    ("a space in a name", b"HTTP/1.1 200 OK\r\nX Made By: us\r\nETag: a", b"HTTP/1.1 200 OK\r\nETag: a\r\n\r\n"),
    ("a space before the colon", b"HTTP/1.1 200 OK\r\nETag : a", b"HTTP/1.1 200 OK\r\nETag: a\r\n\r\n"),
    ("line feeds alone", b"HTTP/1.1 200 OK\nETag: a", b"HTTP/1.1 200 OK\r\nETag: a\r\n\r\n"),
    ("a folded line", b"HTTP/1.1 200 OK\r\nX: a\r\n\tb", b"HTTP/1.1 200 OK\r\nX: a b\r\n\r\n"),
    ("a control character", b"HTTP/1.1 200 OK\r\nX: a\x01b", b"HTTP/1.1 200 OK\r\nX: a b\r\n\r\n"),
    ("no reason", b"HTTP/1.1 200\r\nETag: a", b"HTTP/1.1 200 \r\nETag: a\r\n\r\n"),
    ("small letters", b"http/1.1 200 OK\r\nETag: a", b"HTTP/1.1 200 OK\r\nETag: a\r\n\r\n"),
    (
        "a length said twice",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: a\r\ncontent-length: +3, 3",
        b"HTTP/1.1 200 OK\r\nETag: a\r\nContent-Length: 3\r\n\r\n",
    ),
    (
        "two lengths",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
    ),
    (
        "no coding by name",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 3",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
    ),
    ("radio", b"ICY 200 OK\r\nETag: a", b"HTTP/1.0 200 OK\r\nETag: a\r\n\r\n"),
    ("no HTTP", b"<rss version", b"<rss version\r\n\r\n"),
    (
        "a length beside chunks",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
]


@pytest.mark.parametrize(("name", "raw", "mended"), HEADS, ids=[row[0] for row in HEADS])
def test_head_is_mended(name: str, raw: bytes, mended: bytes) -> None:
    assert Head(raw).mended == mended, name


def test_long_and_many_lines_are_cut_and_what_matters_stays() -> None:
    lines = [b"X-%d: y" % n for n in range(500)]
    raw = b"\r\n".join([b"HTTP/1.1 200 OK", b"X: " + b"z" * 50_000, *lines, b"Content-Length: 7", b"ETag: a"])
    head = Head(raw)
    assert head.length == 7
    assert max(len(line) for line in head.mended.split(b"\r\n")) < 8_190
    assert head.mended.count(b"\r\n") < 128
    assert b"ETag: a" in head.mended


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_answer_without_a_body_has_none(status: bytes) -> None:
    assert Head(b"HTTP/1.1 " + status + b"\r\nContent-Length: 900").length == 0


RIGHT = b"5\r\nHello\r\n3\r\n, w\r\n0\r\n\r\n"
BODY = b"5;name=x\r\nHello\r\n3\r\n, w\r\n0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize("step", [1, 2, 7, 1_000])
@pytest.mark.parametrize("body", [BODY, BODY.replace(b"\r\n", b"\n"), b" 0005 \r\nHello\r\n3\r\n, w\r\n00\r\n\r\n"])
def test_chunked_body_is_written_as_it_should_be_and_ends_where_it_says(body: bytes, step: int) -> None:
    chunks, taken, written, data = Chunks(), 0, b"", body + b"JUNK\r\n0\r\n"
    for start in range(0, len(data), step):
        made, kept = chunks.feed(data[start : start + step])
        written, taken = written + made, taken + kept
    assert (written, taken) == (RIGHT, len(body))
    assert chunks.ended


@pytest.mark.parametrize(
    "broken", [b"zz\r\nHello", b"<rss>no line", b"5;" + b"x" * 9_000, b"5\r\nHello, w\r\n0\r\n\r\n"]
)
def test_broken_chunks_are_left_to_the_parser(broken: bytes) -> None:
    assert Chunks().feed(broken) == (broken, len(broken))


LINES = st.tuples(
    st.sampled_from([b"ETag", b"Date", b"content-length", b"Transfer-Encoding", b"X Y", b"Vary"]),
    st.sampled_from([b": ", b":", b" : "]),
    st.sampled_from(
        [b'"a"', b"", b"3", b"+3", b"identity", b"chunked", b"a b", b" a", b"a ", b"a\x01", b"x" * 9_000, b"\xe9"]
    ),
)


@given(st.sampled_from([b"1.1 304 Not Modified", b"1.0 304 ", b"1.1 200 OK", b"2 304 OK"]), st.lists(LINES, max_size=5))
@example(b"1.1 304 Not Modified", [(b"Content-Length", b": ", b"3"), (b"ETag", b": ", b'"a"')])
@example(b"1.1 304 Not Modified", [(b"ETag", b": ", b"a")] * 120)
def test_head_that_is_passed_on_as_it_is_needs_no_mending(status: bytes, lines: list[tuple[bytes, ...]]) -> None:
    raw = b"\r\n".join([b"HTTP/" + status, *(b"".join(each) for each in lines)])
    if PLAIN_304.fullmatch(raw):
        head = Head(raw)
        assert (head.mended, head.length, head.chunked) == (raw + b"\r\n\r\n", 0, False)


def test_usual_head_of_an_answer_without_a_change_is_passed_on() -> None:
    assert PLAIN_304.fullmatch(b'HTTP/1.1 304 Not Modified\r\nETag: W/"1"\r\nCache-Control: max-age=60, public')
