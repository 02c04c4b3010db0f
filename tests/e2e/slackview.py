"""A message as Slack would read it: what its blocks break of Block Kit's limits, and what in it would be live.

Limits: docs.slack.dev, reference of the blocks. The limit on all text of a message is observed, not documented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BLOCKS, HEADER, SECTION, CONTEXT = 50, 150, 3_000, 10
ALL_TEXT = 13_200
_CONTROL = re.compile(r"<([^<>\n]+)>")
_BARE = re.compile(r"https?://\S+")
_NAMED = re.compile(r"(?<![\w@])@(?:here|channel|everyone)\b")
MENTIONS = {"user", "usergroup", "broadcast", "channel", "team"}


@dataclass(frozen=True)
class Live:
    """Something that Slack would make of a text: a `mention` rings or names, a `link` opens."""

    kind: str
    what: str


def block_faults(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name what Slack would refuse."""
    wrong = [f"no more than {BLOCKS} items allowed"] if len(blocks) > BLOCKS else []
    for number, block in enumerate(blocks):
        check = _BLOCKS.get(str(block.get("type")))
        said = check(block) if check else [f"unsupported type: {block.get('type')}"]
        wrong += [f"{each} [json-pointer:/blocks/{number}]" for each in said]
    if not wrong and sum(len(each) for each in texts(blocks)) > ALL_TEXT:
        wrong.append("too long: all blocks together")
    return wrong


def texts(value: Any) -> Iterator[str]:
    """Give every text that blocks show."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def live(text: str, blocks: Sequence[Mapping[str, Any]], *, literal: bool = False) -> list[Live]:
    """Give every mention and link: of `text` by its markup, of blocks by their elements.

    `literal`: it was sent with `parse` none and without `link_names` (docs.slack.dev, chat.postMessage, formatting).
    """
    return [*_parsed(text, literal=literal), *_within(blocks)]


def _parsed(text: str, *, literal: bool = False) -> Iterator[Live]:
    """Read markup: `<...>` is a mention or a link; unless literal, a bare address is a link, @here a mention."""
    for found in _CONTROL.findall(text):
        yield Live("mention" if found[0] in "!@#" else "link", found)
    if not literal:
        rest = _CONTROL.sub(" ", text)
        yield from (Live("link", found) for found in _BARE.findall(rest))
        yield from (Live("mention", found) for found in _NAMED.findall(rest))


def _within(value: Any) -> Iterator[Live]:
    if isinstance(value, Mapping):
        kind = value.get("type")
        if kind in MENTIONS:
            yield Live("mention", str(value))
        elif kind == "link":
            yield Live("link", str(value.get("url")))
        elif kind in {"mrkdwn", "markdown"}:
            yield from _parsed(str(value.get("text")))
        else:
            for inner in value.values():
                yield from _within(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _within(inner)


def _text(value: Any, limit: int, kinds: tuple[str, ...]) -> list[str]:
    if not isinstance(value, Mapping) or value.get("type") not in kinds or not isinstance(value.get("text"), str):
        return ["failed to match all allowed schemas"]
    if "emoji" in value and value["type"] != "plain_text":
        return ["emoji is for plain_text only"]
    if not value["text"]:
        return ["must be more than 0 characters"]
    return [f"must be less than {limit + 1} characters"] if len(value["text"]) > limit else []


def _header(block: Mapping[str, Any]) -> list[str]:
    wrong = _text(block.get("text"), HEADER, ("plain_text",))
    units = 0 if wrong else len(block["text"]["text"].encode("utf-16-le", "surrogatepass")) // 2
    return [f"must be less than {HEADER + 1} UTF-16 units"] if units > HEADER else wrong


def _section(block: Mapping[str, Any]) -> list[str]:
    return _text(block.get("text"), SECTION, ("plain_text", "mrkdwn"))


def _context(block: Mapping[str, Any]) -> list[str]:
    elements = block.get("elements") or []
    wrong = [] if 0 < len(elements) <= CONTEXT else [f"1 to {CONTEXT} elements"]
    return wrong + [each for element in elements for each in _text(element, SECTION, ("plain_text", "mrkdwn"))]


def _rich(block: Mapping[str, Any]) -> list[str]:
    parts = block.get("elements") or []
    return [each for part in parts for each in _part(part)] if parts else ["no elements"]


def _part(part: Mapping[str, Any]) -> list[str]:
    kind, elements = part.get("type"), part.get("elements") or []
    if not elements:
        return [f"{kind} has no elements"]
    if kind == "rich_text_list":
        if part.get("style") not in {"bullet", "ordered"}:
            return ["a list needs its style"]
        return [
            each
            for inner in elements
            for each in (_part(inner) if inner.get("type") == "rich_text_section" else ["a list holds sections"])
        ]
    if kind not in {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}:
        return [f"unsupported element {kind}"]
    return [each for element in elements for each in _element(element)]


def _element(element: Mapping[str, Any]) -> list[str]:
    kind = element.get("type")
    if not set(element.get("style") or {}) <= {"bold", "italic", "strike", "code"}:
        return ["unknown style"]
    if kind == "text":
        return [] if isinstance(element.get("text"), str) and element["text"] else ["must be more than 0 characters"]
    if kind == "link":
        url = str(element.get("url") or "")
        return [] if re.fullmatch(r"https?://[^\s/]\S*", url) and len(url) <= 3_000 else [f"no url: {url[:40]}"]
    return [] if kind in {*MENTIONS, "emoji", "date"} else [f"unsupported element {kind}"]


_BLOCKS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "rich_text": _rich,
    "divider": lambda _: [],
}
