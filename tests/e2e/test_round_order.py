"""What a round stores is in the order of the rules, whoever answers first: replayed, the same news makes the same stories."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler

from tests.e2e.conftest import Desk
from tests.e2e.rounds import T0, item
from tests.e2e.servers import Outlet, rss


def test_what_answers_last_and_stands_first_is_stored_first(desk: Desk, victim: Outlet) -> None:
    desk.write("/slow.xml", settings='backfill: 6h, host_apart: 0, allow_private: ["127.0.0.0/8"]')
    text = desk.rules.read_text(encoding="utf-8").replace('allow_private: ["127.0.0.1"], ', "", 1)
    quick = f'  - {{id: quick, name: Quick, url: "{victim.base}/quick.xml", lang: en, full_text: never}}\nreceivers:'
    desk.rules.write_text(text.replace("receivers:", quick, 1), encoding="utf-8")
    victim.serve("/quick.xml", rss(item("q", "A militia shells the port of Basra")))

    def late(request: BaseHTTPRequestHandler) -> None:
        """Answer when the other is stored, or after a second in which it is not."""
        assert victim.wait_for("/quick.xml")
        until = time.monotonic() + 1.0
        while time.monotonic() < until and not _stored(desk):
            time.sleep(0.05)
        body = rss(item("s", "A militia burns a bridge near Tikrit"))
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    desk.outlet.act("/slow.xml", late)
    (done,) = desk.rounds(T0)
    assert done["new"] == 2
    assert _stored(desk) == ["s1", "quick"]


def _stored(desk: Desk) -> list[str]:
    with closing(sqlite3.connect(desk.place / "var" / "watchfloor.db")) as connection:
        return [source for (source,) in connection.execute("SELECT source FROM articles ORDER BY rowid")]
