"""The whole line on a real PostgreSQL: shared with a second daemon, taken over, cut off, asked, moved to a file."""

from __future__ import annotations

import time

from tests.e2e.conftest import Desk
from tests.e2e.rounds import balanced
from tests.e2e.running import Running
from tests.e2e.servers import rss
from tests.postgres import Postgres

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"
FAIL_OVER = 30  # seconds
REFUSED = 78


def story(n: int, what: str) -> dict[str, str]:
    return {"title": f"A militia {what}", "guid": str(n), "link": f"https://a.example/{n}"}


def test_a_desk_lives_in_postgresql(desk: Desk, postgres: Postgres) -> None:
    url = postgres.database()
    stories = [story(0, "sleeps")]
    desk.outlet.serve("/a.xml", rss(*stories))
    desk.write("/a.xml", every="1s", settings=f'backfill: 0, store: "{url}"')
    first = Running(desk, words=("alerts", "run", "--state-dir", "elsewhere"))
    second: Running | None = None
    try:
        assert first.says("store=postgresql://")
        assert first.says("baseline source=s1")
        second = Running(desk)  # as on another machine
        assert second.says("running sources=")
        refused = desk.run("run", "--once", "--state-dir", "third", expect=75).stderr
        assert "only daemons of one version share a store" in refused
        stories.insert(0, story(1, "moves to Anbar"))
        desk.outlet.serve("/a.xml", rss(*stories))
        assert desk.hook.wait_for_title("moves to Anbar")
        first.end()  # SIGKILL: it may have noted that the message is sent, or not
        killed = time.monotonic()
        assert second.says("ours from now on: .*judge.*keeper", FAIL_OVER)
        print(f"taken over after {time.monotonic() - killed:.1f} s")
        # the server is restarted, or the line to it is cut
        postgres.sql(CUT.format(url.partition("?")[0].rpartition("/")[2]))
        stories.insert(0, story(2, "leaves Mosul at dawn"))
        desk.outlet.serve("/a.xml", rss(*stories))
        assert desk.hook.wait_for_title("leaves Mosul")
        assert "leaves Mosul" in desk.run("stories").stdout
        assert "Noor" in desk.run("ack", "last", "--by", "Noor").stdout
        assert "militia" in desk.run("explain", "last").stdout
        assert desk.status()["ledger"]["queued"] >= 2
        assert "pg_dump" in desk.run("backup", expect=1).stderr
        assert "pg_dump" in desk.run("doctor", expect=1).stdout
    finally:
        for each in (first, second):
            if each:
                each.end()
    assert balanced(desk)
    once = [title for title in desk.hook.titles() if "possible repeat" not in title]
    assert len([title for title in once if "moves to Anbar" in title]) == 1

    told, books = len(desk.hook.accepted), desk.status()["ledger"]
    assert "each read back and equal" in desk.run("store", "copy", url, "var/watchfloor.db").stdout
    for where in ("var", "elsewhere", "new"):  # whoever starts on the store that was left is refused, stamp or none
        refused = desk.run("run", "--once", "--state-dir", where, expect=REFUSED).stderr
        assert "var/watchfloor.db at" in refused
        assert "--accept-store" in refused
    assert not [each for each in desk.hook.titles()[told:] if "militia" in each]
    desk.write("/a.xml", settings="backfill: 0")
    desk.run("run", "--once")
    after = desk.status()["ledger"]
    assert (after["new"], after["sent"], after["remainders"]) == (books["new"], books["sent"], books["remainders"])
    # the word that it is meant as it is counts once and for all
    desk.write("/a.xml", settings=f'backfill: 0, store: "{url}"')
    desk.run("run", "--once", "--state-dir", "new", "--accept-store")
    desk.run("run", "--once", "--state-dir", "new")
