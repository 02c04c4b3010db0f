"""A page of the board and what was asked go in; its HTML comes out, as of a store that is watched."""

from __future__ import annotations

from alerts.board import writing
from alerts.board.page import Asked, Page, Record
from alerts.board.watched import WatchState


def drawn_page(page: Page, asked: Asked, record: Record | None = None) -> str:
    """Return the HTML of a page, of what it reads or of another record."""
    frame = {
        "menu": [], "here": page.path, "address": page.path, "watch": WatchState(watched=True), "reader": asked.reader,
        "key": "", "can_sign_in": False, "said": "",
    }  # fmt: skip
    return writing.render(page, asked, page.read(asked) if record is None else record, frame)
