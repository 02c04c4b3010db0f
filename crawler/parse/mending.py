"""Mend the text of a feed before it is parsed: what makes the parser raise, read something else, or take for ever."""

from __future__ import annotations

import re
from html.entities import html5

ATTRIBUTES_KEPT = 100  # of one element: expat's reader looks each one up among all (a feed's root has up to 30)
AUTHOR_LIMIT = 1_000  # characters: feedparser looks for a mail address in it, in quadratic time
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,12})|([0-9]{1,12}));")
_SURROGATES = re.compile(r"&#(?:x[dD][89abAB][0-9a-fA-F]{2}|5[56]\d{3});&#(?:x[dD][c-fC-F][0-9a-fA-F]{2}|5[67]\d{3});")
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[]{0,500}(\[.{0,20000}?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_NO_TAG = re.compile(
    r"<(?![!?/A-Za-z_])|<(?![!?])(?=[^<>]*<)"
)  # a "<" that begins no tag: "a < b", "Oil <Brent falls</title>"
_LONG_TAG = re.compile(r"<[A-Za-z_:][^<]{300,}")  # and the text behind it; a hundred attributes take as much
_NAME = re.compile(r"<[^\s>/]+")
_ATTRIBUTE = re.compile(r"""\s+[^\s=<>"'/]+(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>=]+))?""")
_FOREIGN = re.compile(
    r"(?P<cdata><!\[CDATA\[.*?(?:\]\]>|$))|&(?!#|(?:amp|lt|gt|quot|apos);)(?P<name>\w{2,31};)?", re.DOTALL
)
_LONG_AUTHOR = re.compile(
    r"(<(?:\w{1,20}:)?(?:author|creator|contributor|publisher|managingeditor|webmaster|name|email)\b[^<>]*>"
    rf"(?:<!\[CDATA\[)?[^<\]]{{{AUTHOR_LIMIT}}})[^<\]]+",
    re.IGNORECASE,
)


def mended(text: str) -> str:
    """Return the text without what makes the parser raise, read something else, or take for ever."""
    # without the declaration: the text is encoded as UTF-8 from here on, whatever it says
    text = re.sub(r"^\s*<\?xml[^>]{0,400}\?>", "", text.lstrip("\ufeff"))
    # no entities of the feed's own, which could name files or unfold without end
    text = _DOCTYPE.sub("", text, count=1)
    text = _NO_TAG.sub("&lt;", text)
    text = _SURROGATES.sub(_joined, text)
    text = _REFERENCE.sub(_reference, text)
    text = _LONG_AUTHOR.sub(r"\1", _LONG_TAG.sub(_fewer_attributes, text))
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


def without_entities(text: str) -> str:
    """Return a text whose references XML knows: HTML's own (&nbsp;) as characters, an "&" that begins none escaped.

    A parser of XML that goes on after a fault drops what stands there, and sometimes all that follows.
    """
    return _FOREIGN.sub(_as_xml_knows, text)


def _as_xml_knows(found: re.Match[str]) -> str:
    if found["cdata"]:
        return found[0]
    name = found["name"] or ""
    return html5.get(name, f"&amp;{name}")


def _fewer_attributes(match: re.Match[str]) -> str:
    """Return a start tag, and the text behind it, with its first ATTRIBUTES_KEPT attributes only."""
    tag = match[0]
    if tag.count("=") <= ATTRIBUTES_KEPT:
        return tag
    name = _NAME.match(tag)
    assert name is not None
    kept = end = name.end()
    for number in range(len(tag)):
        attribute = _ATTRIBUTE.match(tag, end)
        if attribute is None:
            break
        end = attribute.end()
        if number < ATTRIBUTES_KEPT:
            kept = end
    return tag[:kept] + tag[end:]


def _code(match: re.Match[str]) -> int:
    return int(match[1], 16) if match[1] else int(match[2])


def _joined(match: re.Match[str]) -> str:
    """Return the character that two references to halves of a surrogate pair stand for."""
    high, low = (_code(each) for each in _REFERENCE.finditer(match[0]))
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return "\ufffd"
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _reference(match: re.Match[str]) -> str:
    code = _code(match)
    bad = (
        code > 0x10FFFF
        or 0xD800 <= code < 0xE000
        or (code < 0x20 and code not in {9, 10, 13})
        or code in {0xFFFE, 0xFFFF}
    )
    return "\ufffd" if bad else match[0]
