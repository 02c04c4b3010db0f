"""`doctor` on installations that are broken in one place each: the fault is named, and costs no other check."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from alerts.decide.finding import Finding, Level, gravest
from alerts.decide.growth import Growth, growth, readable
from alerts.rules.config import load
from alerts.run import checks_machine
from alerts.run.backups import make_backup
from alerts.run.checks_machine import check_clock, check_disk
from alerts.run.checks_store import check_growth
from alerts.run.doctor import examine
from alerts.run.integrity import LOOKED
from alerts.run.life_sign import LIFE
from alerts.run.lock import lock
from alerts.store.stamp import sign_life, write_stamp
from crawler.config.settings import Retention
from crawler.store import sqlite
from crawler.store.db import DATABASE, Database
from crawler.store.sizes import Sample
from tests.migrated import released_store

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RULES = """\
version: 1
settings: {admin: hook, board: off}
sources: [{id: wire, url: "https://wire.example/rss.xml"}, {id: daily, url: "https://daily.example/rss.xml"}]
receivers: {hook: {urls: ["json://127.0.0.1:9/hook"]}}
rules: [{id: militia, title: Militias, match: {any: [militia]}, severity: priority, notify: [hook]}]
"""
SQL = """\
UPDATE deliveries SET state = 'sent' WHERE state IN ('queued', 'held');
UPDATE sources SET outcome = 'ok', polled = '{at}', succeeded = '{at}', heard = '{at}', due = '{at}', failures = 0;
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the place of an installation that is well: rules, a store with its stamp, a backup, a daemon's signs."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    state = tmp_path / "var"
    state.mkdir(mode=0o700)
    released_store(state / DATABASE)
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        write_stamp(state, sign_life(connection, NOW))
        for each in SQL.format(at="2026-06-15T11:59:00.000000Z").strip().splitlines():
            connection.exec_driver_sql(each)
    database.close()
    make_backup(state, state / "backups", NOW - DAY)
    (state / LIFE).write_text(json.dumps({"at": NOW.isoformat(), "pid": os.getpid(), "why": ""}), encoding="utf-8")
    monkeypatch.setattr(checks_machine, "_is_synchronised", lambda: True)
    with lock(state):
        close(state)
        yield tmp_path


def close(state: Path) -> None:
    for path in state.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def examined(place: Path, *, now: datetime = NOW, thorough: bool = False) -> dict[str, Finding]:
    found = examine(place / "rules.yaml", place / "var", {}, now, thorough=thorough)
    by_name: dict[str, Finding] = {}
    for each in found:
        if each.name not in by_name or each.level > by_name[each.name].level:
            by_name[each.name] = each
    return by_name


def ill(found: dict[str, Finding]) -> dict[str, Level]:
    return {name: each.level for name, each in found.items() if each.level}


def test_a_good_installation_is_well(place: Path) -> None:
    found = examined(place)
    assert ill(found) == {}
    names = {"daemon", "permissions", "store", "integrity", "ledger", "growth", "outbox", "sources", "clock", "disk"}
    assert names | {"temp", "backup", "rules", "receiver hook"} == found.keys()
    assert gravest(found.values()) is Level.OK


@pytest.mark.parametrize(
    ("server", "level", "words"),
    [
        ("watchfloor", Level.OK, "answers at 127.0.0.1:"),
        ("nginx", Level.WARNING, 'is not the board (it says "nginx")'),
        ("", Level.WARNING, "nothing answers at 127.0.0.1:"),
    ],
)
def test_what_answers_at_the_address_of_the_board_is_said(place: Path, server: str, level: Level, words: str) -> None:
    class Answer(BaseHTTPRequestHandler):
        def version_string(self) -> str:
            return server

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as made:
        Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        if not server:
            made.shutdown()
            made.server_close()
        rules = RULES.replace("board: off", f'board: "127.0.0.1:{made.server_port}"')
        (place / "rules.yaml").write_text(rules, encoding="utf-8")
        found = examined(place)["board"]
        if server:
            made.shutdown()
    assert found.level is level
    assert words in found.words


def sql(words: str) -> Callable[[Path], object]:
    def change(place: Path) -> None:
        with contextlib.closing(sqlite3.connect(place / "var" / DATABASE)) as connection, connection:
            connection.executescript(words)
        close(place / "var")

    return change


def write(name: str, words: str | bytes) -> Callable[[Path], object]:
    def change(place: Path) -> None:
        (place / name).write_bytes(words if isinstance(words, bytes) else words.encode())
        (place / name).chmod(0o600)

    return change


def life(**values: object) -> Callable[[Path], object]:
    return write(f"var/{LIFE}", json.dumps({"at": NOW.isoformat(), "pid": os.getpid(), "why": ""} | values))


def remove_store(place: Path) -> None:
    for each in (place / "var").glob(f"{DATABASE}*"):
        each.unlink()


def forget_store(place: Path) -> None:
    remove_store(place)
    (place / "var" / "store.stamp").unlink()


def cut_backup(place: Path) -> None:
    [copy] = (place / "var" / "backups").glob("*.db")
    os.truncate(copy, 4096)


def down(place: Path) -> None:
    target = load(place / "rules.yaml", environ={}).receivers["hook"].targets[0].id
    values = f"'{target}', 9, NULL, NULL, 0, '2026-06-15T11:00:00.000000Z', NULL, 'refused'"
    sql(f"INSERT INTO targets VALUES ({values})")(place)


WRONG: list[tuple[str, Callable[[Path], object], str, Level, str]] = [
    ("store gone", remove_store, "store", Level.FAULT, "is gone or empty"),
    ("store never there", forget_store, "store", Level.FAULT, "there is none in"),
    ("store empty", write(f"var/{DATABASE}", b""), "store", Level.FAULT, "is gone or empty"),
    ("store garbled", write(f"var/{DATABASE}", b"garbage" * 999), "store", Level.FAULT, "file is not a database"),
    ("store of a later schema", sql("UPDATE crawler_version SET version_num = 'c9'"), "store", Level.FAULT, "made by another"),
    ("store of an earlier schema", sql("UPDATE alerts_version SET version_num = 'alerts_1'"), "store", Level.FAULT, "older"),
    ("another store", sql("UPDATE marks SET value = 'x' WHERE name = 'store'"), "store", Level.FAULT, "is another store"),
    ("an older store", sql("UPDATE marks SET value = '0' WHERE name = 'sign'"), "store", Level.FAULT, "holds less"),
    ("stamp garbled", write("var/store.stamp", "{"), "store", Level.FAULT, "cannot be read"),
    ("a table is missing", sql("DROP TABLE deliveries"), "outbox", Level.FAULT, "could not be checked"),
    ("damage that the daemon found", write(f"var/{LOOKED}", json.dumps({"at": NOW.isoformat(), "faults": ["page 7"]})), "integrity", Level.FAULT, "page 7"),
    ("books", sql("UPDATE counts SET n = n + 1 WHERE name = 'new'"), "ledger", Level.FAULT, "{'entries': -1}"),
    ("open to others", lambda place: (place / "var").chmod(0o755), "permissions", Level.WARNING, "chmod -R go="),
    ("a file open to others", lambda place: (place / "var" / DATABASE).chmod(0o644), "permissions", Level.WARNING, DATABASE),
    ("no daemon sign", lambda place: (place / "var" / LIFE).unlink(), "daemon", Level.WARNING, "without a life sign"),
    ("daemon stands still", life(at=(NOW - MINUTE).isoformat()), "daemon", Level.FAULT, "STANDS STILL"),
    ("daemon not well", life(why="the store has taken nothing"), "daemon", Level.FAULT, "the store has taken nothing"),
    ("stored ahead of the clock", sql("UPDATE sources SET polled = '2026-06-15T13:00:00.000000Z'"), "clock", Level.FAULT, "a poll is stored as of 15 Jun 13:00 UTC, 60 min from now"),
    ("late message", sql("UPDATE deliveries SET state = 'queued', due = '2026-06-15T10:00:00.000000Z'"), "outbox", Level.WARNING, "due since 2 h"),
    ("source failing", sql("UPDATE sources SET outcome = 'timeout', failures = 1 WHERE source = 'wire'"), "sources failing", Level.WARNING, "1: wire"),
    ("source silent", sql("UPDATE sources SET heard = '2026-05-01T10:00:00.000000Z' WHERE source = 'wire'"), "sources silent", Level.WARNING, "wire: silent"),
    ("source never polled", sql("DELETE FROM sources WHERE source = 'daily'"), "sources never polled", Level.WARNING, "1: daily"),
    ("no source well", sql("UPDATE sources SET outcome = 'timeout', failures = 1"), "sources", Level.FAULT, "none of 2 is well"),
    ("receiver down", down, "receiver hook", Level.FAULT, "down: refused"),
    ("rules faulty", write("rules.yaml", RULES.replace("priority", "purple")), "rules", Level.FAULT, "purple"),
    ("rules missing", lambda place: (place / "rules.yaml").unlink(), "rules", Level.FAULT, "rules.yaml"),
    ("secret not set", write("rules.yaml", RULES.replace("127.0.0.1:9", "${HOOK}")), "rules", Level.FAULT, "${HOOK} is not set"),
    ("reload refused", sql("""INSERT OR REPLACE INTO marks VALUES ('reload', '{"result": "refused", "problems": ["rules.yaml:3:1: x"], "at": "", "version": ""}')"""), "reload", Level.FAULT, "rules.yaml:3:1: x"),
    ("receiver nowhere", write("rules.yaml", RULES.replace("127.0.0.1:9", "nowhere.invalid")), "receiver hook", Level.FAULT, "nowhere.invalid"),
    ("an admin whom nobody reads", write("rules.yaml", RULES.replace("admin: hook", "admin: paper").replace("{hook: {", "{paper: {urls: [log://]}, hook: {")), "admin", Level.WARNING, "let settings.admin name hook"),
    ("no backup", lambda place: shutil.rmtree(place / "var" / "backups"), "backup", Level.WARNING, "none in"),
    ("manifest garbled", write("var/backups/watchfloor-20260101T000000Z.json", "{"), "backup manifests", Level.WARNING, "1 cannot be read"),
    ("backup cut", cut_backup, "backup", Level.FAULT, "were written"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "name", "level", "said"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG]
)
def test_what_is_wrong_is_named_with_its_remedy(
    place: Path, change: Callable[[Path], object], name: str, level: Level, said: str
) -> None:
    change(place)
    found = examined(place)
    assert (found[name].level, said in f"{found[name].words} {found[name].remedy}") == (level, True), found[name]
    assert found[name].remedy
    assert {"disk", "rules", "backup", "permissions"} <= found.keys(), "a check that is made whatever the store is like"


def test_a_backup_gets_old(place: Path) -> None:
    late = NOW + DAY + timedelta(hours=3)
    life(at=late.isoformat())(place)
    assert examined(place, now=NOW + DAY).get("backup", Finding(Level.FAULT, "", "")).level is Level.OK
    assert examined(place, now=late)["backup"].level is Level.WARNING


def test_a_daemon_that_does_not_run(tmp_path: Path) -> None:
    found = examined(tmp_path)
    assert found["daemon"].words == "not running: nothing is watched"
    assert gravest(found.values()) is Level.FAULT


def test_a_store_locked_by_another_program_is_no_damage(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    with contextlib.closing(sqlite3.connect(place / "var" / DATABASE)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        found = examined(place)
    assert found["store"].level is Level.FAULT
    assert "cannot be used now: database is locked" in found["store"].words
    assert "damaged" not in str(found.values())


def test_flipped_pages_are_found_by_reading_through(place: Path) -> None:
    path = place / "var" / DATABASE
    raw = bytearray(path.read_bytes())
    for page in range(len(raw) // 4096 - 6, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 16] = b"\xff" * 16
    path.write_bytes(raw)
    found = examined(place, thorough=True)
    assert Level.FAULT in {found[name].level for name in ("store", "integrity") if name in found}


PAGE = 512  # bytes, of the store of the first release


def root_of(place: Path, name: str) -> int:
    with contextlib.closing(sqlite3.connect(place / "var" / DATABASE)) as connection:
        found: int = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0]
    return found


def overwrite(name: str) -> Callable[[Path], object]:
    def change(place: Path) -> None:
        with (place / "var" / DATABASE).open("r+b") as handle:
            handle.seek((root_of(place, name) - 1) * PAGE)
            handle.write(b"\xff" * 64)

    return change


def leave_out_of_index(place: Path) -> None:
    """Add a row while an index of its table is not there, and put the index back without it."""
    path, root = place / "var" / DATABASE, root_of(place, "former_keys_by_day")
    for each in (
        "DELETE FROM sqlite_schema WHERE name = 'former_keys_by_day'",
        "INSERT INTO former_keys VALUES (1, 2)",
        "INSERT INTO sqlite_schema VALUES ('index', 'former_keys_by_day', 'former_keys', {root},"
        " 'CREATE INDEX former_keys_by_day ON former_keys (day)')",
    ):
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(each.format(root=root))
    close(place / "var")


AT = "'2026-06-14T12:00:00.000000Z'"
PIECE = (
    f"INSERT INTO fetches VALUES ('f1', 'wire', {AT}, 'u', 200, '', '');"
    "INSERT INTO evidence VALUES ('a0', 'f1', 'entry', 'no such hash', x'789c030000000001');"
    "INSERT INTO evidence VALUES ('a1', 'f1', 'entry', 'no such hash', x'ffff');"
)
DAMAGED: list[tuple[str, Callable[[Path], object], str, str, str]] = [
    ("a table", overwrite("acks"), "integrity", "table acks: ", "watchfloor restore the newest backup"),
    ("an index", leave_out_of_index, "integrity", "table former_keys: ", "REINDEX former_keys"),
    (
        "a reference",
        sql("PRAGMA foreign_keys = OFF; DELETE FROM stories"),
        "integrity",
        "table articles: 3 of its rows refer to a row of stories that is not there",
        "watchfloor restore",
    ),
    (
        "the chain",
        sql(f"INSERT INTO seals VALUES (1, 's', 'alert', 's/1', {AT}, '00', '{{}}', NULL, '00', '00', NULL)"),
        "chain",
        "table seals, record 1: ",
        "watchfloor verify",
    ),
    ("evidence", sql(PIECE), "evidence", "table evidence, of article a0: its bytes do not have", "keep the store"),
]


@pytest.mark.parametrize(
    ("damage", "name", "words", "remedy"), [each[1:] for each in DAMAGED], ids=[each[0] for each in DAMAGED]
)
def test_reading_through_names_the_table_and_the_remedy(
    place: Path, damage: Callable[[Path], object], name: str, words: str, remedy: str
) -> None:
    damage(place)
    found = [each for each in examine(place / "rules.yaml", place / "var", {}, NOW, thorough=True) if each.level]
    mine = [each for each in found if each.name == name]
    assert mine, found
    assert mine[0].words.startswith(words)
    assert remedy in mine[0].remedy
    assert name == "chain" or all(each.words.startswith("table ") for each in mine)
    assert ("REINDEX" in mine[0].remedy) == ("REINDEX" in remedy)
    assert {each.name for each in found} <= {name, "ledger", "evidence"}


def test_reading_through_a_whole_store_says_what_was_read(place: Path) -> None:
    found = examined(place, thorough=True)
    assert ill(found) == {}
    assert found["chain"].words == "0 records follow one another"
    assert "0 pieces" in found["evidence"].words
    assert "tables, whole" in found["integrity"].words
    sql(PIECE)(place)
    wrong = [each for each in examine(place / "rules.yaml", place / "var", {}, NOW, thorough=True) if each.level]
    assert [each.words.partition(":")[0] for each in wrong] == [
        "table evidence, of article a0",
        "table evidence, of article a1",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user takes root")
def test_a_user_who_may_not_look_is_told_so(place: Path) -> None:
    place.parent.chmod(0o755)
    child = os.fork()
    if not child:
        code = 1
        try:
            for each in (place, *place.parents):
                if "pytest" in str(each):
                    each.chmod(0o755)
            os.setgid(65534)
            os.setuid(65534)
            found = examined(place)
            code = 0 if {found[name].level for name in ("daemon", "permissions", "store")} == {Level.FAULT} else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# -- pure --------------------------------------------------------------------------------------------------------------


def space(free: int, inodes: int) -> os.statvfs_result:
    return os.statvfs_result((1, 1, free, free, free, inodes, inodes, inodes, 0, 255))


MB = 1 << 20
ROOM = [
    (255 * MB, 10**6, Level.FAULT),
    (256 * MB, 10**6, Level.WARNING),
    (1023 * MB, 10**6, Level.WARNING),
    (1024 * MB, 10**6, Level.OK),
    (9000 * MB, 999, Level.FAULT),
    (9000 * MB, 1_000, Level.WARNING),
    (9000 * MB, 20_000, Level.OK),
    (9000 * MB, 0, Level.OK),  # a file system without a count of them
]


@pytest.mark.parametrize(("free", "inodes", "level"), ROOM)
def test_room_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, inodes: int, level: Level
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: space(free, inodes))
    assert next(iter(check_disk(tmp_path))).level is level


def test_a_clock_that_is_not_synchronised(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, level in ((True, Level.OK), (None, Level.OK), (False, Level.WARNING)):
        monkeypatch.setattr(checks_machine, "_is_synchronised", lambda said=said: said)
        assert [each.level for each in check_clock(None, NOW)] == [level]


def test_the_kernel_answers_about_its_clock() -> None:
    assert checks_machine._is_synchronised() in {True, False}


def sized(*rows: tuple[float, float, float]) -> list[Sample]:
    """Return samples of (days ago, MB used, MB free), in files as large as what is used."""
    return [Sample(NOW - days * DAY, int(used * 1e6), int(used * 1e6), int(free * 1e6)) for days, used, free in rows]


GROWTHS = [
    ("nothing measured", [], None),
    ("one sample", sized((0, 500, 1000)), "500 MB"),
    ("hours apart", sized((0.8, 500, 1000), (0, 510, 1000)), "510 MB"),
    ("a day apart", sized((1, 1186, 4340), (0, 1200, 4340)), "1.2 GB, 14 MB a day, the disk is full in 310 days"),
    ("not growing", sized((2, 500, 1000), (1, 490, 1000), (0, 480, 1000)), "480 MB, not growing"),
    ("older than a month", sized((40, 1, 10), (2, 100, 900), (0, 120, 900)), "120 MB, 10 MB a day, the disk is full in 90 days"),
    ("deleted in bursts", sized((4, 100, 900), (3, 110, 900), (2, 90, 900), (1, 100, 900), (0, 110, 900)), "110 MB, 1 MB a day, the disk is full in 900 days"),
    ("ten years off", sized((1, 100, 90_000), (0, 101, 90_000)), "101 MB, 1 MB a day"),
]  # fmt: skip


@pytest.mark.parametrize(("samples", "words"), [each[1:] for each in GROWTHS], ids=[each[0] for each in GROWTHS])
def test_growth_and_when_the_disk_is_full(samples: list[Sample], words: str | None) -> None:
    found = growth(samples, NOW)
    assert (found.words() if found else None) == words


def test_free_pages_are_room_too() -> None:
    rows = [Sample(NOW - DAY, 90_000_000, 100_000_000, 0), Sample(NOW, 91_000_000, 100_000_000, 0)]
    found = growth(rows, NOW)
    assert found is not None
    assert found.full_in == 9 * DAY


@pytest.mark.parametrize(
    ("days", "level"), [(6.9, Level.FAULT), (7, Level.WARNING), (29.9, Level.WARNING), (30, Level.OK)]
)
def test_a_disk_that_will_be_full_is_told_in_time(days: float, level: Level) -> None:
    [found] = check_growth(Growth(10, 10, 1, days * DAY), Retention())
    assert found.level is level


def test_bytes_as_people_read_them() -> None:
    assert [readable(n) for n in (999, 1000, 14.4e6, 1.24e9, 2.5e12)] == [
        "999 bytes",
        "1 kB",
        "14 MB",
        "1.2 GB",
        "2.50 TB",
    ]
