"""Decode the bytes of an HTML page. Trusted in this order: byte order mark, what the bytes are, what is declared."""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})""")
# Labels that browsers read as the wider Windows set (WHATWG Encoding, 4.2).
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874"}
LATIN = frozenset({"cp1252", "cp1254", "iso8859-15", "utf-8"})
_NO_TEXT = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape"})  # of names and of source code
_ASCII = bytes(range(128))
_RUN = re.compile(rb"[\xc0-\xf3]{3,}")


def decode_page(body: bytes, content_type: str | None) -> str:
    """Return the text of a page; each bad byte costs one character.

    Bytes that are valid UTF-8 are UTF-8, whatever is declared. If a Latin set (or, wrongly, UTF-8) is declared and most
    high bytes are in runs, it is Arabic in cp1256, which older sites of the region mislabel.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, errors="replace")
    # markup begins with an ASCII character, of which one byte is zero in UTF-16
    if b"\0" in body[:2]:
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    name = _declared(body, content_type)
    if name in LATIN and reads_as_arabic(body):
        return body.decode("cp1256", errors="replace")
    text = body.decode(name, errors="replace")
    # declared as UTF-8, but most high bytes are not: an old Latin page
    if name == "utf-8" and text.count("\ufffd") * 2 > high_bytes(body):
        return body.decode("cp1252", errors="replace")
    return text


def _declared(body: bytes, content_type: str | None) -> str:
    """Return the declared codec: of the server, a meta element or an XML declaration; UTF-8 if there is none."""
    header = _CHARSET.search(content_type or "")
    meta, xml = _META.search(body[:4096]), _DECLARED_XML.match(body[:300])
    for label in (header[1] if header else "", *(each[1].decode("ascii", "replace") for each in (meta, xml) if each)):
        name = codec_named(label)
        if name and not name.startswith("utf-16"):  # a meta element that can be read as ASCII is no UTF-16
            return _WIDER.get(name, name)
    return "utf-8"


def codec_named(label: str) -> str:
    """Return the codec that a label names, "" where it names none that text is written in."""
    try:
        name = codecs.lookup(label).name if label else ""
        "".encode(name or "utf-8")
    except (LookupError, UnicodeError):  # "undefined" is a codec, which always raises
        return ""
    return "" if name in _NO_TEXT else name


def reads_as_arabic(body: bytes) -> bool:
    """Return whether most high bytes are in runs, as in Arabic in cp1256 and in no Latin text."""
    return sum(len(run) for run in _RUN.findall(body)) * 2 > high_bytes(body)


def high_bytes(body: bytes) -> int:
    """Return how many bytes are outside ASCII."""
    return len(body.translate(None, _ASCII))
