"""What the stamp, the alerts and the backups say of the chain of evidence: forgeries by one statement, and restores."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from alerts.rule import Config
from alerts.rules.config import load
from alerts.run.backups import Manifest, make_backup, read_manifest
from alerts.run.restoring import prove, put_in_place
from alerts.run.vouching import Vouched, vouched_by
from alerts.run.watch import Paces, Watch
from alerts.store import decisions
from alerts.store.opening import PACKAGES
from alerts.store.restoring import RESTORED
from alerts.store.stamp import STAMP, Stamp, read_stamp, sign_life, write_stamp
from crawler.store import chain
from crawler.store.db import DATABASE, Database
from crawler.store.writer_lane import WriterLane
from tests.e2e.servers import Hook, closing_all
from tests.migrated import new_store
from tests.stores.make import MINUTE, NOW, config_of, judge

HOUR = timedelta(hours=1)


class Place:
    """A state directory with a store that is stamped after each change, as the daemon does."""

    def __init__(self, place: Path) -> None:
        self.state, self.copies = place / "var", place / "copies"
        self.state.mkdir()
        self.config: Config = config_of(place)
        self.now = NOW
        self.database = new_store(self.state / DATABASE)
        self.sign()

    def sign(self) -> None:
        with self.database.write() as connection:
            made = sign_life(connection, self.now, read_stamp(self.state))
        write_stamp(self.state, made)

    def alert(self, headline: str) -> None:
        self.now += MINUTE
        with self.database.write() as connection:
            judge(connection, self.config, "wire", {headline: ""}, self.now)
        self.sign()

    def sql(self, statement: str) -> None:
        with self.database.write() as connection:
            assert connection.execute(text(statement)).rowcount

    def backup(self) -> Manifest:
        self.now += HOUR
        return make_backup(self.state, self.copies, self.now)

    def restore(self, made: Manifest) -> None:
        self.now += HOUR
        self.database.close()
        put_in_place(prove(made.path, self.state, self.now), self.state, self.now)
        self.database = Database.at(self.state / DATABASE)

    def vouched(self) -> Vouched:
        with self.database.read() as connection:
            assert chain.verify(connection, lambda *of: decisions.alert_text(connection, *of)).broken is None
            return vouched_by(connection, self.state, self.copies)

    def doubts(self) -> list[str]:
        return list(self.vouched().doubts)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Give two alerts, a backup of them, and a third alert that only the stamp has seen."""
    made = Place(tmp_path)
    made.alert("Militia holds the ford at Hit")
    made.alert("Militia leaves the dam at Haditha")
    made.backup()
    made.alert("Militia digs trenches near Tuz")
    yield made
    made.database.close()


def test_what_was_only_added_to_is_vouched_for(place: Place) -> None:
    assert place.vouched() == Vouched(2, (), ())
    place.alert("Militia sells the mill of Amara")
    assert place.doubts() == []


FORGED: list[tuple[str, list[str], list[str]]] = [
    ("all records", ["DELETE FROM seals"], ["is not there: the chain ends at 0", "the backup"]),
    ("the newest", ["DELETE FROM seals WHERE n = 3"], ["the chain ends at 2", "1 of them have no record"]),
    (
        "the newest with its alert",
        ["DELETE FROM seals WHERE n = 3", "DELETE FROM alerts WHERE content LIKE '%trenches%'"],
        ["the chain ends at 2"],
    ),
    (
        "the end, excused by a mark",
        [
            "DELETE FROM seals WHERE n > 1",
            "DELETE FROM alerts WHERE content NOT LIKE '%ford%'",
            "INSERT INTO marks (name, value) VALUES ('restored', '2026-06-14T20:00:00+00:00')",
        ],
        ["the chain ends at 1", "the backup"],
    ),
]


@pytest.mark.parametrize(("statements", "words"), [each[1:] for each in FORGED], ids=[each[0] for each in FORGED])
def test_records_that_are_gone_are_missed_also_after_the_next_life_sign(
    place: Place, statements: list[str], words: list[str]
) -> None:
    for each in statements:
        place.sql(each)
    for _ in range(2):
        found = place.doubts()
        assert [part in line for part, line in zip(words, found, strict=True)] == [True] * len(words)
        place.sign()
    place.alert("Militia sells the mill of Amara")
    assert "its newest of 2026-06-14T" in place.doubts()[0]


def test_a_restore_explains_what_later_backups_know(place: Place) -> None:
    later = place.backup()
    [first] = [each for each in place.copies.glob("*.json") if each.stem != later.path.stem]
    place.restore(read_manifest(first))
    assert place.doubts() == []
    assert [each.split(",")[:2] for each in place.vouched().restored] == [[f"{first.stem}.db", " at record 3"]]
    place.alert("Militia sells the mill of Amara")
    place.alert("Militia buys a quarry near Kut")
    assert place.doubts() == []
    with place.database.read() as connection:
        assert decisions.get_mark(connection, RESTORED)
    # the backup is rotated away before the later one: then the stamp vouches for the restore
    first.rename(place.copies / "aside")
    place.sign()
    assert place.doubts() == []
    place.restore(place.backup())
    assert place.doubts() == []
    # without either nothing does
    write_stamp(place.state, replace(stamp(place), restored=()))
    [doubt] = [each for each in place.doubts() if str(later.path) in each]
    assert f"the backup {later.path}" in doubt
    assert f"A restore from {first.stem}.db would explain it" in doubt


def test_a_restore_that_never_was_excuses_nothing(place: Place) -> None:
    place.sql("DELETE FROM seals WHERE n > 1")
    place.sql("DELETE FROM alerts WHERE content NOT LIKE '%ford%'")
    with place.database.write() as connection:
        chain.seal_restore(connection, "watchfloor-20260613T120000Z.db", "00" * 32, place.now)
    (place.state / STAMP).unlink()
    missing, backup = place.doubts()
    assert "no store.stamp to compare it with" in missing
    assert "A restore from watchfloor-20260613T120000Z.db would explain it" in backup


def test_a_restore_before_the_backup_excuses_nothing(place: Place) -> None:
    place.restore(place.backup())
    place.alert("Militia sells the mill of Amara")
    newer = place.backup()
    place.sql("DELETE FROM seals WHERE n = 5")
    place.sql("DELETE FROM alerts WHERE content LIKE '%Amara%'")
    assert [str(newer.path) in each for each in place.doubts()] == [False, True]


def test_a_restore_excuses_no_record_before_it(place: Place) -> None:
    place.restore(place.backup())
    place.sql("UPDATE seals SET hash = '00' WHERE n = 2")
    with place.database.read() as connection:
        [doubt] = vouched_by(connection, place.state, place.copies).doubts
    assert "the backup" in doubt


def test_another_record_in_the_place_of_the_newest_is_noticed(place: Place) -> None:
    place.sql("DELETE FROM seals WHERE n = 3")
    place.sql("DELETE FROM alerts WHERE content LIKE '%trenches%'")
    with place.database.write() as connection:
        judge(connection, place.config, "wire", {"Militia sells the mill of Amara": ""}, place.now + MINUTE)
    [doubt] = place.doubts()
    assert "another record has its number" in doubt


def test_each_of_several_alerts_of_one_moment_needs_its_record(tmp_path: Path) -> None:
    made = Place(tmp_path)
    with made.database.write() as connection:
        headlines = {"Militia holds the ford at Hit": "", "Bread is dear in Basra, militia says": ""}
        judge(connection, made.config, "wire", headlines, NOW)
    made.sql("DELETE FROM seals WHERE n = 2")
    [doubt] = made.doubts()
    assert "1 of them have no record" in doubt
    made.database.close()


def test_the_running_watch_tells_once_that_the_chain_was_cut(place: Place) -> None:
    hook = Hook()
    with closing_all(hook):
        rules = place.state / "rules.yaml"
        place_rules = (place.state.parent / "rules.yaml").read_text().replace("console://", hook.url)
        rules.write_text(place_rules)
        config = load(rules, environ={})
        lane = WriterLane(place.database)
        watch = Watch(place.state, lane, lambda: config, Paces(look=0.05, sign=0.05))
        watch.start()
        try:
            assert wait_until(lambda: stamp(place).sign > 6)
            mill = {"Militia sells the mill of Amara": ""}
            lane.put(lambda connection: judge(connection, config, "wire", mill, place.now + MINUTE)).result(20)
            assert wait_until(lambda: stamp(place).seals == 4)
            assert watch.direct == 0
            lane.put(lambda connection: connection.execute(text("DELETE FROM seals WHERE n = 4"))).result(20)
            assert hook.wait_for_title("WATCHFLOOR the chain of evidence was cut")
            assert "the chain ends at 3" in hook.accepted[0]["message"]
            signs = stamp(place).sign
            assert wait_until(lambda: stamp(place).sign > signs + 3)
            assert watch.direct == 1
        finally:
            watch.close()
            lane.close()


def stamp(place: Place) -> Stamp:
    found = read_stamp(place.state)
    assert found
    return found


def wait_until(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 120
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


def _back_to_crawler_2(made: Place) -> None:
    """Take from a store what later versions of the crawler's tables have."""
    with made.database.write() as connection:
        for statement in (
            "ALTER TABLE articles DROP COLUMN carrier",
            "ALTER TABLE sources DROP COLUMN mark",
            "DROP TABLE passed_keys",
            "DROP TABLE search_fill",
            "DROP TABLE article_words",
            *(f"DROP TABLE {each}" for each in ("daemons", "leases", "host_rests", "asked_polls", "host_turns")),
            "UPDATE crawler_version SET version_num = 'crawler_2'",
        ):
            connection.execute(text(statement))


def test_what_was_dropped_before_there_were_records_of_it_gets_one(tmp_path: Path) -> None:
    made = Place(tmp_path)
    made.alert("Militia holds the ford at Hit")
    made.alert("Militia leaves the dam at Haditha")
    made.sql("UPDATE seals SET dropped = '2026-06-14T13:00:00.000000Z' WHERE n = 1")
    _back_to_crawler_2(made)
    made.database.migrate(*PACKAGES)
    with made.database.read() as connection:
        done = chain.verify(connection, lambda *of: decisions.alert_text(connection, *of))
    assert done == chain.Verified(records=3, whole=2, dropped=1)
    assert made.doubts() == []
    made.database.close()
