"""Render a sheet as Slack blocks, built from data and never from markup. Pure.

Texts of others are only put where Slack reads no markup: in `plain_text` without emoji, and in the text elements of
rich text. The only links are the article's and the map's. Texts are cut to Slack's limits (docs.slack.dev, Block Kit)
between graphemes. The first block says what happened, details follow, ids and how to answer come last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from alerts.alert import Alert, Message, Severity
from alerts.delivery import Delivery
from alerts.render import text
from alerts.render.digest import DigestItem, DigestSheet, digest_sheet
from alerts.render.sheet import Sheet, sheet
from alerts.render.title import lead, what_kind
from alerts.render.words import ISOLATE, POP, cut, is_rtl, isolated, ours, plain

LONGEST_HEADER = 150  # UTF-16 units
LONGEST_BLOCK = 2_900  # characters; Slack takes 3,000
LONGEST_TOTAL = 12_000  # characters of all blocks; Slack refuses somewhere above 13,000
MOST_BLOCKS = 48  # two of Slack's 50 stay free, one for the receiver's own note
LONGEST_LINE = 700  # characters of a reason, a list of outlets
LONGEST_CHANGE, CHANGES_SHOWN = 200, 6  # characters of what changed; how many of them
LONGEST_NOTICE = 10_000  # characters
LONGEST_ITEM = 160  # characters of a headline in a digest
LIGHTS = {
    Severity.FLASH: "🔴",
    Severity.IMMEDIATE: "🟠",
    Severity.PRIORITY: "🟡",
    Severity.ROUTINE: "⚪",
}
SMALL = frozenset({"context", "divider"})  # types of the blocks that stand at the end of a message
Block = dict[str, Any]
BOLD = {"bold": True}


def render_alert(delivery: Delivery, alert: Alert, timezone: str) -> Message:
    """Return the blocks of an alert. The receiver marks repeats, because it can look whether it is one."""
    told = sheet(replace(delivery, repeat=False), alert, timezone)
    said = text.message(delivery, told.title, text.alert_lines(told))
    return replace(said, blocks=_within(_alert(told, f" {what_kind(delivery, alert)}{lead(alert)}")))


def render_digest(delivery: Delivery, alerts: Sequence[Alert], timezone: str) -> Message:
    """Return the blocks of a digest."""
    told = digest_sheet(replace(delivery, repeat=False), alerts, timezone)
    said = text.message(delivery, told.title, text.digest_lines(told))
    return replace(said, blocks=_within(_digest(told)))


def render_notice(delivery: Delivery) -> Message:
    """Return the blocks of what the system says about itself."""
    said = replace(text.render_notice(replace(delivery, repeat=False)), repeat=delivery.repeat)
    body, _, small = said.body.rpartition("\n\n")
    return replace(
        said, blocks=_within([_header(said.title), *_said(delivery.notes), *_paragraphs(body), _context(small)])
    )


def _alert(told: Sheet, known: str) -> list[Block]:
    quoted = _quote(told)
    return [
        *_head(told, known),
        *_said([told.translation]),
        _rich(_section(_facts(told))),
        *([_rich({"type": "rich_text_quote", "elements": quoted})] if quoted else []),
        *_said(_reasons(told)),
        _context("To acknowledge, react here with ✅ or 👀."),
        {"type": "divider"},
        _context("\n".join((*(cut(each, LONGEST_LINE) for each in told.details), told.ack))),
    ]


def _head(told: Sheet, known: str) -> list[Block]:
    """Return the header with severity, what is known, and headline; a headline too long for it follows in full."""
    word = f"{LIGHTS[told.severity]} {told.severity.word.upper()}{known}"
    headline = plain(told.headline.strip(ISOLATE + POP))
    room = LONGEST_HEADER - _units(word) - 2  # for the isolation
    shown = _short(headline, room)
    blocks = [_header(word + isolated(shown))]
    if shown != headline:
        blocks.append(_rich(_section([_bold(isolated(headline))])))
    return blocks


def _facts(told: Sheet) -> list[Block]:
    """Return what changed, who reports it, when, and how far it is confirmed."""
    link = [_text(", "), _link(told.url, "open article")] if told.url else [_text(" (the source gave no usable link)")]
    changed = [
        piece for line in told.changes[:CHANGES_SHOWN] for piece in (_bold(cut(line, LONGEST_CHANGE)), _text("\n"))
    ]
    more = len(told.changes) - CHANGES_SHOWN
    return [
        *changed,
        *([_text(f"and {more} more changes\n")] if more > 0 else []),
        *_lines((told.event, *told.notes), last="\n"),
        *_lines((told.outlet,)),
        *link,
        *_lines((told.times, told.rated, told.also), first="\n"),
        *_map(told),
        *([_text("\n"), _link(told.board, "see it on the board")] if told.board else []),
    ]


def _map(told: Sheet) -> list[Block]:
    """Return the place and its map; a geo: URI as words, since Slack makes links of http and mailto only."""
    if not told.map:
        return []
    if told.map.startswith("http"):
        return [_text("\nMap: "), _link(told.map, told.where)]
    return [_text(f"\nMap: {told.where}, {told.map}")]


def _quote(told: Sheet) -> list[Block]:
    """Return the quote with hits in bold, isolated as a whole, so that a change of style does not reorder words."""
    room, pieces = LONGEST_BLOCK, []
    for words, hit in told.quote if any(words.strip() for words, _ in told.quote) else ():
        if shown := cut(words, room) if room else "":
            pieces.append((shown, hit))
            room -= len(shown)
    if is_rtl("".join(words for words, _ in pieces)):
        pieces[0] = (ISOLATE + pieces[0][0], pieces[0][1])
        pieces[-1] = (pieces[-1][0] + POP, pieces[-1][1])
    return [(_bold if hit else _text)(words) for words, hit in pieces]


def _reasons(told: Sheet) -> Iterator[str]:
    yield from told.why
    yield from told.glosses
    yield from (*told.languages, told.siblings, *told.told_here, told.reason)


def _digest(told: DigestSheet) -> list[Block]:
    head = [_header(told.title), *_said((*told.notes, told.intro))]
    small = _context(told.footer)
    room = LONGEST_TOTAL - sum(map(_size, (*head, small))) - 200  # for the line that says what is left out
    blocks, left = _packed(told.groups, room)
    more = (f"and {left} more that did not fit in here" if left else "", told.more)
    return [*head, *blocks, *_said(more), small]


def _packed(groups: Iterable[tuple[str, tuple[DigestItem, ...]]], room: int) -> tuple[list[Block], int]:
    """Return the stories in few blocks of limited size, and how many stories had no room."""
    blocks: list[Block] = []
    left = 0
    for heading, items in groups:
        title = _section([_bold(cut(heading, LONGEST_LINE))])
        parts: list[Block] = []
        for each in items:
            part = _item(each)
            cost = _size(part) + (0 if parts else _size(title))
            # once one had no room all that follow are left out: a short one must not overtake a more urgent one
            if left or cost > room:
                left += 1
                continue
            room -= cost
            parts.append(part)
        if parts:
            blocks = _joined(blocks, [title, {"type": "rich_text_list", "style": "bullet", "elements": parts}])
    return blocks, left


def _joined(blocks: list[Block], elements: list[Block]) -> list[Block]:
    """Add elements to the last block while it is small: fifty groups must not become fifty blocks."""
    if blocks and _size(blocks[-1]) + sum(map(_size, elements)) <= LONGEST_BLOCK:
        return [*blocks[:-1], _rich(*blocks[-1]["elements"], *elements)]
    return [*blocks, _rich(*elements)]


def _item(each: DigestItem) -> Block:
    headline = cut(each.whole, LONGEST_ITEM) or "(no headline)"
    line = each.line.replace(f", {each.url}", "") if each.url else each.line  # the headline is the link
    shown = _link(each.url, headline) if each.url else _text(headline)
    translated = _lines([each.translation], first="\n")
    return _section(
        [
            _bold(f"{each.precedence}{':' if each.age else ''} "),
            shown,
            *translated,
            _text(f"\n{cut(line, LONGEST_ITEM)}"),
        ]
    )


def _paragraphs(body: str) -> list[Block]:
    """Return a long text cut into blocks."""
    blocks = []
    rest = cut("\n".join(plain(line) for line in body.split("\n")).strip(), LONGEST_NOTICE)
    while rest:
        piece = cut(rest, LONGEST_BLOCK)
        # without the mark of the cut, since the text goes on in the next block
        taken = len(piece) if piece == rest else max(len(piece) - 1, 1)
        shown = "\n".join(ours(line) for line in rest[:taken].split("\n"))
        blocks.append(_rich(_section([_text(shown)])))
        rest = rest[taken:].lstrip()
    return blocks


def _within(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return as many blocks and as much text as Slack accepts; the footer at the end is always kept."""
    made = list(blocks)
    small = [each for each in made if each["type"] in SMALL]
    room = LONGEST_TOTAL - sum(map(_size, small))
    kept: list[Block] = []
    for each in (each for each in made if each["type"] not in SMALL):
        if len(kept) + len(small) < MOST_BLOCKS and _size(each) <= room:
            kept.append(each)
            room -= _size(each)
    # ids and how to answer are what an officer needs to act, so text goes first
    return (*kept, *small)


def _size(value: Any) -> int:
    """Return the number of characters that a block shows or links to."""
    if isinstance(value, dict):
        return sum(
            len(inner) if name in {"text", "url"} and isinstance(inner, str) else _size(inner)
            for name, inner in value.items()
        )
    return sum(map(_size, value)) if isinstance(value, list) else 0


def _said(lines: Iterable[str]) -> list[Block]:
    """Return a block of these lines, none if they are all empty."""
    made = _lines(lines)
    return [_rich(_section(made))] if made else []


def _lines(lines: Iterable[str], *, first: str = "", last: str = "") -> list[Block]:
    """Return the lines that are not empty as one text element."""
    kept = [cut(line, LONGEST_LINE) for line in lines if line]
    return [_text(cut(first + "\n".join(kept) + last, LONGEST_BLOCK))] if kept else []


def _header(words: str) -> Block:
    return {"type": "header", "text": _plain(_short(words, LONGEST_HEADER) or "(no title)")}


def _short(words: str, limit: int) -> str:
    """Return words cut to `limit` UTF-16 units: Slack does not say what it counts, and of these a text has most."""
    room, shown = limit, cut(words, limit)
    while (over := _units(shown) - limit) > 0:
        # a letter may take two units, so what is too much is halved, and at least one goes each time
        room -= max(over // 2, 1)
        shown = cut(words, room)
    return shown


def _units(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def _context(words: str) -> Block:
    return {"type": "context", "elements": [_plain(cut(words, LONGEST_BLOCK))]}


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": words, "emoji": False}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _text(words: str) -> Block:
    return {"type": "text", "text": words}


def _bold(words: str) -> Block:
    return {"type": "text", "text": words, "style": BOLD}


def _link(url: str, words: str) -> Block:
    return {"type": "link", "url": url, "text": words}
