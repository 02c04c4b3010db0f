"""A daemon whose board saves rules: one rule stands in rules.yaml, another in a file that it includes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alerts.demo.sinks import MailSink
from tests.e2e.board import TOKEN, BoardDesk, Floor, served
from tests.e2e.conftest import Desk
from tests.e2e.running import Running
from tests.e2e.servers import Hook, Outlet, rss

MORE = """\
# kept by the night shift: order and layout are ours
rules:
  # parades, since 2025
  - id: parades
    title: Parades     # as they come
    match: {any: [parades]}
    severity: routine
    notify: [hook]
"""


@contextmanager
def saving(place: Path) -> Iterator[Floor]:
    """Run a daemon, and wait for its board."""
    desk = BoardDesk(place, Outlet(), Hook(), MailSink())
    (place / "token").write_text(TOKEN, encoding="utf-8")
    (place / "desk").mkdir()
    (place / "desk" / "more.yaml").write_text(MORE, encoding="utf-8")
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves on Balad", "guid": "1"}))
    write_desk(desk, saves=True)
    running = Running(desk)
    try:
        yield Floor(desk, running, served(running))
    finally:
        running.end()
        for each in (desk.outlet, desk.hook, desk.mail):
            each.close()


def write_desk(desk: Desk, *, saves: bool) -> None:
    """Write rules.yaml, with settings.board_saves or without."""
    said = "backfill: 6h, board_saves: true" if saves else "backfill: 6h"
    desk.write("/a.xml", settings=f"{said}, board_token: {desk.place / 'token'}", every="2s")
    text = desk.rules.read_text(encoding="utf-8").replace("version: 1\n", "version: 1\ninclude: [desk/*.yaml]\n", 1)
    desk.rules.write_text(text, encoding="utf-8")
