"""Times of rounds and entries, and what a desk has told by them."""

from __future__ import annotations

from tests.e2e.conftest import Desk

T0, T1, T2, T3 = (f"2026-06-14T{hour:02}:00:00Z" for hour in (10, 11, 12, 13))
D0, D1 = "Sun, 14 Jun 2026 09:30:00 GMT", "Sun, 14 Jun 2026 10:30:00 GMT"


def balanced(desk: Desk) -> bool:
    return not any(desk.status()["ledger"]["remainders"].values())


def item(guid: str, title: str, text: str = "", date: str = D0) -> dict[str, str]:
    return {"guid": guid, "link": f"https://{guid}.example/news/{guid}", "title": title, "text": text, "date": date}


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(str(body["title"]), str(body["message"])) for body in desk.hook.accepted]
