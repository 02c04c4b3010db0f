"""Render a sheet as mail: plain text, and HTML for phones, for day and night. Pure.

One column, no images, nothing loaded, no script, no form; the only links are the article's and the map's. Texts
of others have dir="auto". Where a mail program drops the style sheet, headings, paragraphs and marks still make sense.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from alerts.alert import Alert, Kind, Message, Severity
from alerts.delivery import Delivery
from alerts.render import text
from alerts.render.digest import DigestItem, DigestSheet, digest_sheet
from alerts.render.html import Content, Html, bare, isolates, lines, tag
from alerts.render.sheet import Sheet, sheet
from alerts.render.words import cut, isolated, ours
from crawler.text.urls import host

PREHEADER_LIMIT = 140  # characters that lists of mails show after the subject
# ground, text, lesser text, quote's ground, its mark, text of the mark, link: every pair readable (WCAG 2.2, 1.4.3)
LIGHT = ("#ffffff", "#1b1f24", "#57606a", "#f3f5f7", "#ffec99", "#1b1f24", "#0550ae")
DARK = ("#15181c", "#e6e9ed", "#a9b1bb", "#22272e", "#6b5300", "#ffffff", "#79b8ff")
KINDS = {Kind.UPDATE: " UPDATE", Kind.ESCALATION: " ESCALATED"}
CHIPS = {
    Severity.FLASH: "#b3141d",
    Severity.IMMEDIATE: "#a34100",
    Severity.PRIORITY: "#0b5cad",
    Severity.ROUTINE: "#57606a",
}


def render_alert(delivery: Delivery, alert: Alert, timezone: str) -> Message:
    """Return the mail of an alert."""
    told = sheet(delivery, alert, timezone)
    message = text.message(delivery, told.title, text.alert_lines(told))
    return replace(message, html=_page(told.title, _glance(told), _alert(delivery, told)))


def render_digest(delivery: Delivery, alerts: Sequence[Alert], timezone: str) -> Message:
    """Return the mail of a digest."""
    told = digest_sheet(delivery, alerts, timezone)
    message = text.message(delivery, told.title, text.digest_lines(told))
    first = next((item.whole for _, items in told.groups for item in items), "")
    return replace(message, html=_page(told.title, first, _digest(delivery, told)))


def render_notice(delivery: Delivery) -> Message:
    """Return the mail of what the system says about itself."""
    message = text.render_notice(delivery)
    said = _paragraphs(message.body.split("\n"), "line")
    return replace(message, html=_page(message.title, message.body, [tag("h1", isolates(message.title)), *said]))


def _alert(delivery: Delivery, told: Sheet) -> list[Html]:
    languages = () if told.foreign else told.languages
    return [
        _chip(told.severity, KINDS.get(delivery.kind, "")),
        *_paragraphs(told.changes, "change"),
        *_paragraphs([told.event] if told.foreign else [], "line"),
        _heading(told.headline),
        *_paragraphs([told.translation], "line"),
        *_paragraphs(told.languages if told.foreign else [], "line"),
        *_notes(delivery, told.notes),
        *_quote(told.quote),
        *_paragraphs([told.outlet], "line"),
        *_paragraphs([told.rated, told.times], "lesser"),
        _link(told.url),
        *_map(told),
        *_paragraphs([] if told.foreign else [told.event], "line"),
        *_paragraphs([*told.why, *told.glosses, told.also, *languages, told.siblings, *told.told_here], "line"),
        *_paragraphs([told.reason, told.ack], "line"),
        *([tag("p", _anchor(told.board, "See it on the board"), class_="line")] if told.board else []),
        tag("hr"),
        *_paragraphs(told.details, "lesser"),
    ]


def _digest(delivery: Delivery, told: DigestSheet) -> list[Html]:
    groups = [
        part
        for heading, items in told.groups
        for part in (tag("h2", isolates(heading)), tag("ul", lines(*map(_item, items))))
    ]
    return [
        *_notes(delivery, told.notes),
        tag("h1", isolates(told.heading)),
        *_paragraphs([told.intro], "line"),
        *groups,
        *_paragraphs([told.more], "line"),
        *_paragraphs([told.footer], "lesser"),
    ]


def _item(each: DigestItem) -> Html:
    # the line is a text that names the address; in HTML that place becomes a link that shows only the host
    before, _, after = each.line.partition(each.url) if each.url else (each.line, "", "")
    if each.url and each.url not in each.line:
        before = f"{before}, "  # too long to be written out in the line
    link = _anchor(each.url, host(each.url)) if each.url else ""
    # the two on lines of their own: one that turns in its middle is hard to read
    lead = tag("div", isolates(each.lead.removesuffix(": ")), class_="headline") if each.lead else ""
    headline = tag("div", bare(each.headline), class_="headline", dir="auto")
    told = tag("div", isolates(each.told.strip()), class_="headline") if each.told else ""
    translated = tag("div", isolates(each.translation)) if each.translation else ""
    where = tag("div", isolates(before), link, isolates(after), class_="lesser")
    return tag("li", _chip(each.severity, f", {each.age}" if each.age else ""), lead, headline, told, translated, where)


def _glance(told: Sheet) -> str:
    """Return what a list of mails shows after the subject: what changed, else the article's text, else the reason.

    Before a text in another script than its reader's comes the event, in words, or else its translation.
    """
    quote = isolated("".join(words for words, _ in told.quote))
    event = told.event or told.translation if told.foreign else ""
    return next((each for each in ("; ".join(told.changes), event, quote, *told.why) if each), "")


def _notes(delivery: Delivery, notes: Iterable[str]) -> list[Html]:
    repeat = ["Possible repeat: an earlier attempt may have arrived."] if delivery.repeat else []
    said = _paragraphs([*repeat, *notes], "line")
    return [tag("div", *said, class_="note")] if said else []


def _chip(severity: Severity, more: str = "") -> Html:
    word = severity.word
    return tag("div", tag("span", f"{word.upper()}{more}", class_=f"chip {word}"))


def _heading(words: str) -> Html:
    return tag("h1", bare(words), dir="auto")


def _paragraphs(texts: Iterable[str], kind: str) -> list[Html]:
    return [tag("p", isolates(each), class_=kind) for each in texts if each.strip()]


def _quote(pieces: Sequence[tuple[str, bool]]) -> list[Html]:
    marked: list[Content] = [tag("mark", words) if hit else words for words, hit in pieces]
    return [tag("blockquote", *marked, dir="auto")] if marked else []


def _link(url: str | None) -> Html:
    if not url:
        return tag("p", "(the source gave no link)", class_="lesser")
    return tag("p", _anchor(url, f"Read it at {host(url)}", class_="button"))


def _map(told: Sheet) -> list[Html]:
    """Return the place with its map; a geo: URI is written out as well, since some mail programs drop its link."""
    if not told.map:
        return []
    words = told.where if told.map.startswith("http") else f"{told.where} ({told.map.removeprefix('geo:')})"
    return [tag("p", "Map: ", _anchor(told.map, words), class_="lesser")]


def _anchor(url: str, words: str, **more: str) -> Html:
    return tag("a", words, href=url, **more)


# what must hold even where a mail program drops the style sheet stands in the elements themselves
def _page(title: str, glance: str, body: Sequence[Html]) -> str:
    hidden = "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0"
    column = "max-width:600px;margin:0 auto;padding:16px;font-family:sans-serif;font-size:16px;line-height:1.5"
    head = tag("head", lines("", *_HEAD, tag("title", title), tag("style", Html(_STYLE)), ""))
    preheader = tag("div", cut(ours(" ".join(glance.split())), PREHEADER_LIMIT), style=hidden)
    page = tag("body", lines("", preheader, tag("div", lines("", *body, ""), class_="column", style=column), ""))
    return f"<!DOCTYPE html>\n{tag('html', lines('', head, page, ''), lang='en', dir='ltr').text}\n"


_HEAD = (
    tag("meta", charset="utf-8"),
    tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
    tag("meta", name="color-scheme", content="light dark"),
    tag("meta", name="supported-color-schemes", content="light dark"),  # the older name, for Apple Mail
    # phones would make links of dates and numbers, beside the only link that is ours
    tag("meta", name="format-detection", content="telephone=no, date=no, address=no, email=no, url=no"),
)


def _colours(ground: str, words: str, lesser: str, quote: str, mark: str, marked: str, link: str) -> str:
    return f"""\
body, .column {{ background: {ground}; color: {words} }}
.lesser {{ color: {lesser} }}
blockquote, .note {{ background: {quote}; color: {words} }}
mark {{ background: {mark}; color: {marked} }}
a {{ color: {link} }}
.button {{ border: 1px solid {link} }}"""


_STYLE = f"""
:root {{ color-scheme: light dark }}
body {{ margin: 0; padding: 0; -webkit-text-size-adjust: 100% }}
.column {{ font-family: -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Tahoma, Arial, sans-serif !important }}
h1, h2, p, li, blockquote, div {{ overflow-wrap: anywhere; word-break: break-word }}
h1 {{ font-size: 21px; line-height: 1.4; margin: 8px 0 }}
h2 {{ font-size: 16px; margin: 20px 0 4px }}
p {{ margin: 6px 0 }}
ul {{ list-style: none; margin: 0; padding: 0 }}
li {{ margin: 0; padding: 8px 0 }}
blockquote {{ margin: 12px 0; padding: 12px; border-radius: 6px; font-size: 17px; line-height: 1.6 }}
mark {{ padding: 0 2px; border-radius: 3px }}
.note {{ margin: 0 0 10px; padding: 4px 12px; border-radius: 6px; font-size: 14px }}
.change {{ font-weight: bold }}
.headline {{ font-weight: bold; margin: 4px 0 2px }}
.lesser {{ font-size: 14px }}
.button, .chip {{ display: inline-block; font-weight: bold }}
.button {{ margin: 6px 0; padding: 9px 14px; border-radius: 6px; text-decoration: none }}
.chip {{ padding: 1px 8px; border-radius: 4px; color: #ffffff; font-size: 13px }}
{chr(10).join(f".{severity.word} {{ background: {colour} }}" for severity, colour in CHIPS.items())}
{_colours(*LIGHT)}
@media (prefers-color-scheme: dark) {{
{_colours(*DARK)}
}}
"""
