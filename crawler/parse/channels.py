"""Read the public page of a Telegram channel (t.me/s/NAME) into entries, one a post with words. Runs in a child.

Only the post's own words are read: not the post it answers, not the page it links. What is no post with words (a photo,
a poll, a mark that something was pinned) is counted by name; a page that is not built as we know it is a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import lxml.etree
import lxml.html

from crawler.article import Entry, Named
from crawler.parse.decoding import decode_page
from crawler.parse.feeds import GUID_LIMIT, RAW_LIMIT, TEXT_LIMIT
from crawler.parse.found import Feed
from crawler.parse.markup import clean, first_words
from crawler.parse.pages import parse_html
from crawler.text import urls
from crawler.text.dates import read_date

MOST_POSTS = 200  # of one page, which has twenty
TEXT, HISTORY, EMPTY = "js-message_text", "tgme_channel_history", "tme_no_messages_found"
# parts of a post that hold no words of its own, by their classes
PARTS = re.compile(
    r"\b(?:tgme_widget_message_(?:user|author|owner|from|footer|info|meta|date|views|forwarded|reply|via|poll|link_preview|"
    r"photo|video|roundvideo|grouped|document|voice|audio|sticker|location|contact|game|invoice|giveaway|reactions?|"
    r"inline|bubble_tail)|message_media_not_supported|message_video|message_media_view)"
)
FEW_WORDS = 3  # that stand outside all known parts: the place of a post's words has changed
_POST = re.compile(r"[A-Za-z0-9_]{1,64}/(?P<number>\d{1,9})")
_BEFORE = re.compile(r"[?&]before=(\d{1,9})\b")
_LINES = frozenset({"br", "p", "div", "blockquote", "pre", "li"})


def read_channel(body: bytes, content_type: str | None, base_url: str) -> Feed:
    """Return the posts of a channel's page as a feed, newest first, with the address of the page before it."""
    tree = parse_html(decode_page(body, content_type)) if body.strip() else None
    if tree is None:
        return Feed(problem="no HTML in it")
    blocks = list(_having(tree, "tgme_widget_message"))[:MOST_POSTS]
    if not blocks:
        return _without_posts(tree)
    entries, rejected, numbers = [], [], []
    for block in blocks:
        made = _post(block)
        number = _POST.fullmatch(block.get("data-post") or "")
        if number:
            numbers.append(int(number["number"]))
        if isinstance(made, Entry):
            entries.append(made)
        else:
            rejected.append(made)
    unread = rejected.count("layout")
    changed = unread * 2 >= len(blocks)
    return Feed(
        tuple(reversed(entries)),
        tuple(rejected),
        "telegram",
        problem=f"layout changed: {unread} of {len(blocks)} posts on the page cannot be read" if changed else "",
        explained=changed,
        numbers=tuple(sorted(numbers, reverse=True)),
        older=_before(tree, base_url, min(numbers, default=0)),
    )


def _without_posts(tree: lxml.html.HtmlElement) -> Feed:
    """Return what a page without a post is: an empty channel, a card alone, another layout, no channel."""
    if next(_having(tree, EMPTY), None) is not None:
        return Feed(version="telegram")
    if next(_having(tree, HISTORY), None) is not None:
        return Feed(problem="layout changed: a channel's page on which no post is found", explained=True)
    if next(_having(tree, "tgme_page"), None) is None:
        return Feed(problem="no channel's page")
    extra = clean(" ".join(each.text_content() for each in _having(tree, "tgme_page_extra")))
    # the card of a channel says how many read it; that of a name that nobody has, or of a private chat, does not
    if re.search(r"\d", extra):
        return Feed(
            problem=f"no preview: the channel ({extra[:60]}) is restricted or shows its posts only in the app",
            explained=True,
        )
    return Feed(problem="no preview: no such channel, or a private one", explained=True)


def _post(block: lxml.html.HtmlElement) -> Entry | str:
    """Return the entry of a post, or the reason why it is none."""
    kinds = (block.get("class") or "").split()
    if "service_message" in kinds:
        return "service_message"
    named = block.get("data-post") or ""
    link = next(_having(block, "tgme_widget_message_date"), None)
    time = next(link.iter("time"), None) if link is not None else None
    if not _POST.fullmatch(named) or link is None or time is None:
        return "layout"
    text = "\n".join(filter(None, map(_words, _own_texts(block))))[:TEXT_LIMIT]
    if not text:
        return "no_words" if _is_wordless(block) else "layout"
    return Entry(
        title=first_words(text),
        guid=named[:GUID_LIMIT],
        url=urls.usable(link.get("href")) or f"https://t.me/{named}",
        text=text,
        published=read_date(time.get("datetime") or ""),
        raw=lxml.etree.tostring(block, encoding="unicode", with_tail=False)[:RAW_LIMIT],
        forwarded=_forwarded(block),
    )


def _own_texts(block: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """Yield the elements with a post's own words; one inside another counts once, what a reply quotes does not."""
    for each in _having(block, TEXT):
        outer = each.getparent()
        inside = outer is not None and any(
            TEXT in (above.get("class") or "").split()
            or "tgme_widget_message_reply" in (above.get("class") or "").split()
            for above in (outer, *outer.iterancestors())
        )
        if not inside:
            yield each


def _words(element: lxml.html.HtmlElement) -> str:
    """Return the words of an element as they are shown, a line for each line."""
    parts: list[str] = []
    for event, each in lxml.etree.iterwalk(element, events=("start", "end")):
        tag = each.tag if isinstance(each.tag, str) else ""
        if event == "start":
            parts += ["\n" if tag in _LINES else "", (each.text or "") if tag else ""]
        elif each is not element:
            parts += ["\n" if tag in _LINES - {"br"} else "", each.tail or ""]
    lines = (" ".join(line.split()) for line in "".join(parts).replace("\0", "").split("\n"))
    return "\n".join(line for line in lines if line)


def _forwarded(block: lxml.html.HtmlElement) -> Named | None:
    """Return whose words a post passes on, None where they are its own; a hidden one has only a name."""
    found = next(_having(block, "tgme_widget_message_forwarded_from_name"), None)
    if found is None:
        return None
    link = urls.usable(found.get("href"))
    return Named(" ".join(clean(found.text_content()).split())[:100] or "unknown", link or "")


def _before(tree: lxml.html.HtmlElement, base_url: str, oldest: int) -> str:
    """Return the address of the page before this one, whose oldest post has this number, 0 where there is none."""
    more = next(
        (each.get("data-before") for each in _having(tree, "tme_messages_more") if each.get("data-before")), None
    )
    if more is None:
        links = (each.get("href") or "" for each in tree.iter("link") if (each.get("rel") or "").lower() == "prev")
        found = next((match for link in links if (match := _BEFORE.search(link))), None)
        more = found[1] if found else ""
    # only a number is taken from the page: it cannot lead us elsewhere. Without a link the channel begins here, or the
    # layout has changed: whoever has to know asks for what is before the oldest post
    if not re.fullmatch(r"\d{1,9}", more):
        more = str(oldest)
    if not int(more):
        return ""
    return urlunsplit((*urlsplit(base_url)[:3], f"before={more}", ""))


def _having(tree: lxml.html.HtmlElement, kind: str) -> Iterator[lxml.html.HtmlElement]:
    """Yield the elements of a class."""
    for each in tree.iter():
        if isinstance(each.tag, str) and kind in (each.get("class") or "").split():
            yield each


def _is_wordless(block: lxml.html.HtmlElement) -> bool:
    """Return whether a post has a part that we know (a photo, a poll), and hardly a word outside such parts."""
    known, outside, within = False, [], 0
    for event, each in lxml.etree.iterwalk(block, events=("start", "end")):
        is_part = isinstance(each.tag, str) and bool(PARTS.search(each.get("class") or ""))
        if event == "start":
            known, within = known or is_part, within + is_part
            outside += [] if within or not isinstance(each.tag, str) else [each.text or ""]
        else:
            within -= is_part
            outside += [] if within or each is block else [each.tail or ""]
    return known and len(" ".join(outside).split()) < FEW_WORDS
