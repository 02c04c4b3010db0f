"""A thread is known as told by an alert on any of its stories, also where the desk reads no events."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from alerts.store.heard import was_told
from crawler.store import articles as archive
from crawler.store.members import join_threads, members_of
from tests.unit.desk import desk, rule
from tests.unit.settled import step


def test_a_thread_has_alerted_where_one_of_its_stories_has(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[strike*]"))
    threads = {}
    for number, title in enumerate(("Strikes hit the northern port", "Bakers of the old town open a new school")):
        step(line, config, f"o{number}", title, number)
        newest = archive.revisions_after(line, archive.last_seq(line) - 1, 1)[0]
        threads[title.partition(" ")[0]] = newest.placement.thread
    assert {word: was_told(line, thread) for word, thread in threads.items()} == {
        "Strikes": True,
        "Bakers": False,
    }
    join_threads(line, threads["Strikes"], threads["Bakers"])
    assert was_told(line, threads["Bakers"])
    assert not was_told(line, threads["Strikes"])
    assert len(members_of(line, threads["Bakers"])) == 2
