"""Return HTML as plain text: of feeds, of pages' metadata, of link texts. Pure and linear in its input."""

from __future__ import annotations

import html
import re

from crawler.text.surrogates import paired

# [^<>], not [^>]: a pattern that runs on over the next "<" is quadratic over tags that never end.
_SILENT = re.compile(r"<(script|style|figcaption)\b[^<>]*>.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
_BLOCK = re.compile(r"<(?:/?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|blockquote|section|article)\b[^<>]*)>", re.IGNORECASE)
_PIECE = re.compile(
    r"<(?:!--.*?(?:-->|$)|(?P<name>/?[A-Za-z][\w:.-]*|[!?][A-Za-z\[])(?P<rest>[^<>]*)(?P<end>>?))", re.DOTALL
)
_HTML = frozenset({
    "a", "abbr", "acronym", "address", "amp", "applet", "area", "article", "aside", "audio", "b", "base", "bdi", "bdo",
    "big", "blink", "blockquote", "body", "br", "button", "canvas", "caption", "center", "cite", "code", "col",
    "colgroup", "data", "datalist", "dd", "del", "details", "dfn", "dialog", "dir", "div", "dl", "dt", "em", "embed",
    "fieldset", "figcaption", "figure", "font", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5",
    "h6", "head", "header", "hgroup", "hr", "html", "i", "iframe", "image", "img", "input", "ins", "kbd", "label",
    "legend", "li", "link", "main", "map", "mark", "marquee", "math", "menu", "meta", "meter", "nav", "nobr",
    "noframes", "noscript", "object", "ol", "optgroup", "option", "output", "p", "param", "path", "picture", "pre",
    "progress", "q", "rp", "rt", "ruby", "s", "samp", "script", "section", "select", "slot", "small", "source", "span",
    "strike", "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "template", "textarea",
    "tfoot", "th", "thead", "time", "title", "tr", "track", "tt", "u", "ul", "use", "var", "video", "wbr", "xml",
})  # fmt: skip
LONGEST_TITLE = 200  # characters of a text's first lines that stand as its headline
SHORTEST_TITLE = 20  # characters: a first line below it ("URGENT") is a mark, so the next one belongs to it
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_BLANKS = re.compile(r" ?\n[ \n]*")


def clean(markup: str) -> str:
    """Return HTML as plain text: without scripts, each block on a line. Markup that was escaped twice is read too."""
    if "<" not in markup and "&" not in markup:
        return _spaced(markup)
    text = html.unescape(_without_tags(markup))
    if re.search(r"<[A-Za-z/!]", text):  # markup that was escaped once more
        text = _without_tags(text)
    return _spaced(html.unescape(text) if "&" in text else text)


def _without_tags(markup: str) -> str:
    return _PIECE.sub(_unless_tag, _BLOCK.sub("\n", _SILENT.sub(" ", markup)))


def _unless_tag(piece: re.Match[str]) -> str:
    """Return "" for a tag or comment; what is no element of HTML is a text with a "<" in it ("Oil <Brent falls")."""
    name = (piece["name"] or "!").lstrip("/").lower()
    if name[0] in "!?":
        return ""
    # a tag that was cut off has an attribute, else it may be words
    whole = piece["end"] or not piece["rest"] or "=" in piece["rest"]
    return "" if whole and (name in _HTML or ":" in name or "-" in name) else piece[0]


def _spaced(text: str) -> str:
    return _BLANKS.sub("\n", _SPACES.sub(" ", paired(text))).strip()


def first_words(text: str) -> str:
    """Return the first words of a plain text as its headline: its first line, and the next if it is only a mark."""
    lines = text.split("\n")
    title = lines[0]
    for line in lines[1:]:
        if len(title) >= SHORTEST_TITLE:
            break
        title = f"{title} {line}"
    if len(title) <= LONGEST_TITLE:
        return title
    end = max((match.start() + 1 for match in re.finditer(r"[.!?؟۔]\s", title[:LONGEST_TITLE])), default=0)
    return title[:end] if end >= SHORTEST_TITLE else f"{title[:LONGEST_TITLE].rsplit(' ', 1)[0]} …"
