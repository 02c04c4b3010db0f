"""What evidence costs: bytes a day of raw entries and pages as stored, from captured feeds and pages."""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from crawler.parse.feeds import read_feed
from crawler.sources.source import FetchOutcome, OutcomeName
from crawler.store.db import Database
from crawler.store.evidence import EVIDENCE_KEPT, keep, size
from tests.bench.shared import SHARED, missing, unpack_timeline

NAME = "raw-2026-08-13-dev"
HEADERS = "Content-Type: application/rss+xml\nDate: Thu, 13 Aug 2026 10:00:00 GMT\nServer: nginx\n" * 5
A_DAY = 3_000  # articles of sixty sources; the timelines of June hold 900 to 1,000 a day of sixteen


def run() -> None:
    entries = _entries()
    if entries:
        print(f"entries: {entries[0]} kept, {entries[1]} bytes each as they came, {entries[2]} stored with headers")
    pages = _pages()
    if pages:
        print(f"pages: {pages[0]} kept, {pages[1]} bytes each as they came, {pages[2]} stored with headers")
    if entries and pages:
        for words, share in (("no pages", 0.0), ("every second article's page", 0.5), ("every page", 1.0)):
            day = A_DAY * (entries[2] + share * pages[2])
            print(
                f"{A_DAY} articles a day, {words}: {day / 1e6:.0f} MB a day, {day * EVIDENCE_KEPT.days / 1e6:.0f} MB in all"
            )


def _entries() -> tuple[int, int, int] | None:
    """Keep each entry of a timeline once, in the poll that first has it."""
    with tempfile.TemporaryDirectory() as place:
        unpacked = unpack_timeline(NAME, Path(place))
        if unpacked is None:
            return None
        seen: set[str] = set()
        answers = []
        for path in sorted(unpacked.rglob("*.xml")):
            body = path.read_bytes()
            try:
                read = read_feed(body, None, "https://outlet.example/")
            except Exception as error:  # noqa: BLE001 - what is broken in the capture is named and passed over
                print(f"  not read: {path.parent.name}/{path.name}: {error}")
                continue
            new = {entry.guid or entry.url or entry.title: entry.raw for entry in read.entries}
            pieces = [(key, "entry", raw.encode()) for key, raw in new.items() if key not in seen and raw]
            seen |= set(new)
            answers.append((body, path.name, pieces))
        return _kept(answers)


def _pages() -> tuple[int, int, int] | None:
    packed = SHARED / "pages" / "html-pages.tar.xz"
    if missing(packed):
        return None
    with tarfile.open(packed) as archive:
        bodies = [
            member.read()
            for each in archive.getmembers()
            if each.name.endswith(".html") and (member := archive.extractfile(each)) is not None
        ]
    return _kept([(body, str(n), [(str(n), "page", body)]) for n, body in enumerate(bodies)])


def _kept(answers: list[tuple[bytes, str, list[tuple[str, str, bytes]]]]) -> tuple[int, int, int]:
    """Keep answers in a store of its own; gives the number of pieces, and bytes each before and after."""
    database = Database("sqlite://")
    database.migrate("crawler")
    now = datetime(2026, 8, 13, tzinfo=UTC)
    with database.write() as connection:
        for body, name, pieces in answers:
            sha = hashlib.sha256(body).hexdigest()
            answer = FetchOutcome(
                name,
                OutcomeName.OK,
                now,
                status=200,
                url=f"https://outlet.example/{name}",
                headers=HEADERS,
                body_sha256=sha,
            )
            keep(connection, answer, pieces)
        number, stored = size(connection)
    database.close()
    raw = sum(len(raw) for *_, pieces in answers for *_, raw in pieces)
    return number, raw // max(number, 1), stored // max(number, 1)
