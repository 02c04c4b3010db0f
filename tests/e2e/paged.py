"""Articles whose pages a desk reads: what is served, what was asked for, what is stored."""

from __future__ import annotations

import sqlite3

from tests.e2e.conftest import Desk
from tests.e2e.servers import rss

T0, T1, T2 = "2026-06-14T09:00:00Z", "2026-06-14T09:05:00Z", "2026-06-14T09:11:00Z"
T3 = "2026-06-14T12:30:00Z"
D0 = "Sun, 14 Jun 2026 09:04:00 GMT"
WORDS = "The governor spoke about water, roads and the price of bread before the council rose for the day. " * 6
PAGE = """<!DOCTYPE html><html lang="{lang}"><head><title>{title} - Outlet</title><meta charset="utf-8">
<meta property="og:site_name" content="Outlet"><meta property="article:published_time" content="2026-06-14T09:03:00Z">
<meta name="author" content="A Reporter"></head><body><nav><a href="/">Home</a><a href="/about">About</a></nav>
<article><h1>{title}</h1><p>{words}</p><p>{text}</p><p>{words}</p></article><footer>Rights reserved</footer></body></html>"""


def page(title: str, text: str, lang: str = "en") -> bytes:
    return PAGE.format(title=title, text=text, words=WORDS, lang=lang).encode()


PAGES = "full_text: auto"


def item(desk: Desk, name: str, title: str, text: str = "A short summary.") -> dict[str, str]:
    return {"title": title, "guid": name, "link": f"{desk.outlet.base}/{name}", "date": D0, "text": text}


def alerts(desk: Desk) -> list[str]:
    """Give the alerts the webhook took, without what the system says about itself."""
    return [title for title in desk.hook.titles() if not title.startswith("WATCHFLOOR")]


def served(desk: Desk, *names: str) -> list[int]:
    return [len(desk.outlet.asked(f"/{name}")) for name in names]


def tables(desk: Desk, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(desk.place / "var" / "watchfloor.db") as store:
        return store.execute(query).fetchall()


def begin(desk: Desk, *, settings: str = "backfill: 0", keys: str = PAGES) -> None:
    desk.outlet.serve("/a.xml", rss())
    desk.write("/a.xml", settings=settings, keys=keys)
