"""Seeds go in; changed ones come out: bits, numbers, pieces of each other, and words that mean something to a parser."""

from __future__ import annotations

import random
from collections.abc import Sequence

LARGEST = 20_000  # bytes of a case
WORDS = [
    b"<![CDATA[", b"]]>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"&#0;", b"&#x110000;", b"&#xD800;", b"<item>", b"</item>",
    b"<entry>", b"<?xml version='1.0' encoding='utf-16'?>", b"<base href='//['>", b"http://[", b"http://a:99999/", b"//", b"\x00",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xd9\xa1\xd9\xa2", b"\xe2\x80\xae", b"99999999999999999999", b"-1", b"1e999",
    b"NaN", b"Infinity", b"0000-00-00T99:99:99Z", b"Mon, 31 Feb 9999 25:61:61 +9999", b"10000-01-01", b"{", b"}", b"[", b"]", b'"',
    b"'", b": ", b"- ", b"\n", b"\t", b"*a", b"&a ", b"<<: ", b"!!python/object", b"|2\n", b"%YAML 9", b"~", b"null", b"true",
    b"settings:", b"sources:", b"rules:", b"match:", b"any:", b"near:", b"regex:", b"event:", b"(?:a+)+$", b"Crawl-delay: inf",
    b"User-agent: *", b"Disallow: /%", b"Sitemap: ", b"</script>", b"<script type='application/ld+json'>", b"<table>" * 50,
    b"<div>" * 300, b"[" * 500, b"{" * 500, b'{"a":' * 300, b"<a href='", b"javascript:", b"%ff%00", b"%", b"\\u0000", b"\\ud800",
    b'"command": "', b'"seconds": ', b'"until": "', b'"id": "last"',
]  # fmt: skip


def mutated(draw: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return a changed seed."""
    body = bytearray(draw.choice(seeds))
    for _ in range(draw.choice((1, 1, 2, 3, 6, 20))):
        _CHANGES[draw.randrange(len(_CHANGES))](draw, body, seeds)
        del body[LARGEST:]
    return bytes(body)


def _at(draw: random.Random, body: bytearray) -> int:
    return draw.randrange(len(body) + 1)


def _flip(draw: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    if body:
        body[draw.randrange(len(body))] ^= 1 << draw.randrange(8)


def _put(draw: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    at = _at(draw, body)
    body[at:at] = draw.choice(WORDS)


def _replace(draw: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    at = _at(draw, body)
    word = draw.choice(WORDS)
    body[at : at + len(word)] = word


def _drop(draw: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    at = _at(draw, body)
    del body[at : at + draw.choice((1, 2, 5, 30, 300))]


def _repeat(draw: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    at = _at(draw, body)
    body[at:at] = body[at : at + draw.choice((1, 5, 40))] * draw.choice((2, 5, 50))


def _splice(draw: random.Random, body: bytearray, seeds: Sequence[bytes]) -> None:
    other = draw.choice(seeds)
    if other:
        start = draw.randrange(len(other))
        at = _at(draw, body)
        body[at:at] = other[start : start + draw.choice((5, 50, 500))]


def _noise(draw: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    at = _at(draw, body)
    body[at : at + 8] = draw.randbytes(8)


_CHANGES = (_flip, _put, _put, _replace, _drop, _repeat, _splice, _noise)
