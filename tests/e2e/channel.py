"""A double of a Telegram channel's public pages, written from public descriptions: twelve types of posts, paging."""

from __future__ import annotations

import html
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.e2e.servers import Answer, Outlet

PAGE = 20  # posts
CARD = '<div class="tgme_page"><div class="tgme_page_title"><span dir="auto">{name}</span></div>{extra}</div>'
FRAME = """<!DOCTYPE html><html><head><title>{name}</title><link rel="canonical" href="/s/{name}?before={wrong}">{prev}
</head><body class="widget_frame_base tgme_webpreview"><header class="tgme_header"><div class="tgme_header_info">
militia in a header</div></header><main class="tgme_main"><div class="tgme_container">
<section class="tgme_channel_history js-message_history">{more}{posts}</section></div></main></body></html>"""
POST = """<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message {kind}
text_not_supported_wrap js-widget_message" data-post="{name}/{number}"><div class="tgme_widget_message_user"><a
href="https://t.me/{name}"><i class="tgme_widget_message_user_photo"><img src="https://cdn.example/p.jpg"></i></a></div>
<div class="tgme_widget_message_bubble"><i class="tgme_widget_message_bubble_tail"></i>
<div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name" href="https://t.me/{name}">
<span dir="auto">The militia watch channel</span></a></div>{body}
<div class="tgme_widget_message_footer compact js-message_footer"><div class="message_media_not_supported_label">
Please open Telegram to view this post</div><div class="tgme_widget_message_info short js-message_info"><span
class="tgme_widget_message_views">1.2K</span><span class="copyonly"> views</span><span class="tgme_widget_message_meta">
{edited}<a class="tgme_widget_message_date" href="https://t.me/{name}/{number}"><time datetime="{time}"
class="time">05:00</time></a></span></div></div></div></div></div>"""
WORDS = '<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>'
PHOTO = (
    '<a class="tgme_widget_message_photo_wrap" href="https://t.me/{name}/{number}" style="background-image:url(x)"></a>'
)


@dataclass
class Post:
    """A post: what stands in its bubble, and how its message is marked."""

    number: int
    body: str
    kind: str = ""
    edited: str = ""
    time: str = "2026-06-14T09:30:00+00:00"


def text(number: int, words: str, **more: str) -> Post:
    return Post(number, WORDS.format(words=words), **more)


def twelve(first: int = 101) -> list[Post]:
    """Return a post of each type: plain, lines and emoji, reply, forward, edited, album, captioned photo, and a link
    with a preview; photo, poll and sticker without words; a mark that something was pinned."""
    quote = (
        '<a class="tgme_widget_message_reply" href="https://t.me/watch/7"><div class="tgme_widget_message_author">'
        '<span>Other</span></div><div class="tgme_widget_message_text js-message_reply_text" dir="auto">'
        "A quoted rumour of rockets</div></a>"
    )
    forward = (
        '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from&nbsp;<a '
        'class="tgme_widget_message_forwarded_from_name" href="https://t.me/Front/55"><span dir="auto">Front &amp; Co'
        "</span></a></div>"
    )
    preview = (
        '<a class="tgme_widget_message_link_preview" href="https://paper.example/1"><div class="link_preview_title">'
        'Another headline entirely</div><div class="link_preview_description">Words of the linked page</div></a>'
    )
    poll = (
        '<div class="tgme_widget_message_poll js-poll"><div class="tgme_widget_message_poll_question">Will the militia '
        'strike?</div><div class="tgme_widget_message_poll_option_text">Yes</div></div>'
    )
    emoji = '<i class="emoji" style="x"><b>🔴</b></i>'
    return [
        text(first, "A plain post on the militia near Taqaddum."),
        text(first + 1, f"{emoji} URGENT<br/><b>A militia</b> convoy left<br><br>Second line &amp; more"),
        Post(first + 2, quote + WORDS.format(words="An answer that denies it all in its own words")),
        Post(first + 3, forward + WORDS.format(words="Forwarded words on a militia base")),
        text(first + 4, "A post that was edited later on", edited="edited &nbsp;"),
        Post(first + 5, f'<div class="tgme_widget_message_grouped_wrap">{PHOTO}{PHOTO}</div>{WORDS.format(words="An album of four pictures from the base")}'),
        Post(first + 9, PHOTO + WORDS.format(words="A picture with a caption of its own")),
        Post(first + 10, WORDS.format(words='See <a href="https://paper.example/1?a=1&amp;b=2" onclick="x">the report</a> of the day') + preview),
        Post(first + 11, PHOTO),
        Post(first + 12, poll),
        Post(first + 13, '<div class="tgme_widget_message_sticker_wrap"><i class="tgme_widget_message_sticker"></i></div>'),
        Post(first + 14, WORDS.format(words="The militia watch channel pinned a photo"), kind="service_message"),
    ]  # fmt: skip


@dataclass
class Channel:
    """Serves posts as t.me/s/NAME does: the twenty newest, oldest first, and the page before a number."""

    outlet: Outlet
    name: str = "watch"
    posts: list[Post] = field(default_factory=list)
    linked: bool = True  # whether a page has a link to the one before it
    broken: set[int] = field(default_factory=set)  # numbers before which a page answers 500
    asked: list[int] = field(default_factory=list)  # 0 for the newest page
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, most: int = 2_000) -> str:
        """Answer from now on, for numbers below `most`; return the address of the newest page."""
        path = f"/s/{self.name}"
        self.outlet.answers[path] = Answer(act=self._answer)
        for number in range(1, most):
            self.outlet.answers[f"{path}?before={number}"] = Answer(act=self._answer)
        return self.outlet.base + path

    def page(self, before: int = 0) -> bytes:
        with self.lock:
            page = page_of(list(self.posts), before, self.name)
        return page if self.linked else page.replace(b"before=", b"until=").replace(b"data-before", b"data-until")

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        before = int(parse_qs(urlsplit(request.path).query).get("before", ["0"])[0])
        self.asked.append(before)
        body, status = (b"", 500) if before in self.broken else (self.page(before), 200)
        request.send_response(status)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


def page_of(posts: list[Post], before: int = 0, name: str = "watch") -> bytes:
    """Return the page of the twenty newest posts before a number, 0 for the newest of all."""
    earlier = [each for each in posts if not before or each.number < before]
    shown = earlier[-PAGE:]
    more = prev = ""
    if len(earlier) > PAGE:
        first = shown[0].number
        link = f"/s/{name}?before={first}"
        prev = f'<link rel="prev" href="{link}">'
        more = f'<div class="x"><a href="{link}" class="tme_messages_more" data-before="{first}"></a></div>'
    written = "".join(_written(each, name) for each in shown) or '<div class="tme_no_messages_found">No posts</div>'
    return FRAME.format(name=name, wrong=3, prev=prev, more=more, posts=written).encode()


def _written(post: Post, name: str) -> str:
    body = post.body.replace("{name}", name).replace("{number}", str(post.number))
    return POST.format(name=name, number=post.number, kind=post.kind, body=body, edited=post.edited, time=post.time)


def card(name: str, extra: str = "") -> bytes:
    """Return the page of a name without a preview: of a channel it says how many read it."""
    shown = f'<div class="tgme_page_extra">{html.escape(extra)}</div>' if extra else ""
    return CARD.format(name=name, extra=shown).encode()


def renamed(page: bytes, kind: str) -> bytes:
    """Return a page in which a class has another name, as after a change of the layout."""
    return re.sub(rb"\b" + kind.encode() + rb"\b", b"x9f2", page)
