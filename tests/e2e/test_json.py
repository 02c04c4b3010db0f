"""A list in JSON through the whole line: alerts, next pages, secrets in headers, refusals by name, hostile answers."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.rounds import T0, T1, T2, T3, balanced
from tests.e2e.running import Running, daemon
from tests.e2e.servers import PATIENCE, Outlet, rss, until

PATHS = (
    "kind: json, full_text: never, paths: {items: data, id: id, title: fields.title, url: fields.url, "
    'date: fields.date, outlet: "fields.source[0].name", next: links.next.href}'
)
START = datetime(2026, 6, 14, 8, tzinfo=UTC)
PAGE = 10


def report(number: int, title: str = "") -> dict[str, object]:
    date = (START + timedelta(minutes=number)).isoformat()
    said = title or f"Report of number {number} on quiet days"
    fields = {
        "title": said,
        "url": f"https://relief.example/report/{number}",
        "date": date,
        "source": [{"name": "OCHA"}],
    }
    return {"id": str(number), "fields": fields}


class Api:
    """Serves reports newest first, ten a page, to whoever brings the key; remembers the offsets it was asked for."""

    def __init__(self, outlet: Outlet, key: str = "") -> None:
        self.outlet, self.key, self.reports, self.asked = outlet, key, [report(n) for n in range(5)], list[int]()
        self.next, self.pinned = "/v2/reports?offset=", list[dict[str, object]]()
        for number in range(0, 500, PAGE):
            outlet.act(f"/v2/reports?offset={number}" if number else "/v2/reports", self._answer)

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        offset = int(parse_qs(urlsplit(request.path).query).get("offset", ["0"])[0])
        self.asked.append(offset)
        allowed = request.headers.get("X-Api-Key", "") == self.key
        rows = [*(self.pinned if not offset else ()), *self.reports[::-1][offset : offset + PAGE]]
        links = {"next": {"href": f"{self.next}{offset + PAGE}"}} if offset + PAGE < len(self.reports) else {}
        answer = {"data": rows, "links": links} if allowed else {"error": {"message": "appname is not approved"}}
        body = json.dumps(answer).encode()
        request.send_response(200 if allowed else 403)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


def source(desk: Desk) -> str:
    row = json.loads(desk.run("sources", "--json").stdout)[0]
    # the words name a gap for a while of our own time only
    return f"{row['words']}{', possible gap' if row['gap'] else ''}"


def test_new_item_of_a_list_alerts_with_its_outlet_and_date(desk: Desk) -> None:
    api = Api(desk.outlet)
    desk.write("/v2/reports", settings="backfill: 0", keys=PATHS)
    assert desk.rounds(T0)[0]["deliveries"] == 0
    api.reports.append(report(125, "A militia convoy left Taqaddum"))
    assert desk.rounds(T1)[0]["deliveries"] == 1
    (message,) = desk.hook.accepted
    assert "OCHA, via Outlet 1 (relief.example)" in message["message"]
    assert "Published 14 Jun 10:05 UTC" in message["message"]
    assert desk.rounds(T2)[0]["deliveries"] == 0
    assert balanced(desk)


def test_next_pages_are_read_up_to_what_was_read_before(desk: Desk) -> None:
    api = Api(desk.outlet)
    desk.write("/v2/reports", settings="backfill: 0", keys=PATHS)
    desk.rounds(T0)
    api.asked.clear()
    api.reports += [report(n) for n in range(5, 33)]
    desk.rounds(T1)
    assert api.asked == [0, 10, 20]
    assert desk.status()["ledger"]["new"] == 33
    api.asked.clear()
    api.reports.append(report(33))
    desk.rounds(T2)
    assert api.asked == [0]
    assert balanced(desk)


def dated_by_day(number: int) -> dict[str, object]:
    made = report(number)
    made["fields"] = {**dict(made["fields"]), "date": "2026-06-14"}  # type: ignore[call-overload]
    return made


def test_items_dated_by_the_day_are_read_back_too(desk: Desk) -> None:
    api = Api(desk.outlet)
    api.reports = [dated_by_day(n) for n in range(5)]
    desk.write("/v2/reports", settings="backfill: 0", keys=PATHS)
    desk.rounds(T0)
    api.reports += [dated_by_day(n) for n in range(5, 65)]
    desk.rounds(T1)
    assert desk.status()["ledger"]["new"] == 65
    assert "gap" not in source(desk)
    # more on one day than the pages hold: what is known among them tells that nothing was missed, or that it may be so
    api.reports += [dated_by_day(n) for n in range(65, 130)]
    desk.rounds(T2)
    assert desk.status()["ledger"]["new"] == 130
    assert "gap" not in source(desk)
    api.reports += [dated_by_day(n) for n in range(130, 250)]
    desk.rounds(T3)
    assert desk.status()["ledger"]["new"] == 240
    assert "possible gap" in source(desk)
    assert balanced(desk)


def test_pinned_old_item_does_not_end_the_reading_back(desk: Desk) -> None:
    api = Api(desk.outlet)
    api.pinned = [{**report(-50_000), "id": "pinned"}]
    desk.write("/v2/reports", settings="backfill: 0", keys=PATHS)
    desk.rounds(T0)
    api.reports += [report(n) for n in range(5, 65)]
    desk.rounds(T1)
    assert api.asked == [0, 0, 10, 20, 30, 40, 50, 60]
    assert desk.status()["ledger"]["new"] == 66
    assert "gap" not in source(desk)
    assert balanced(desk)


def test_next_page_that_is_not_asked_for_is_a_possible_gap_and_says_why(desk: Desk) -> None:
    api = Api(desk.outlet)
    desk.write("/v2/reports", settings="backfill: 0", keys=PATHS)
    desk.rounds(T0)
    api.next = "https://elsewhere.example/v2/reports?offset="
    api.reports += [report(n) for n in range(5, 65)]
    desk.rounds(T1)
    assert desk.status()["ledger"]["new"] == 15
    assert "possible gap" in source(desk)
    assert "the next page is on another server, elsewhere.example" in source(desk)
    api.next = api.outlet.base.replace("http://", "https://") + "/v2/reports?offset="
    api.reports += [report(n) for n in range(65, 90)]
    desk.rounds(T2)
    assert desk.status()["ledger"]["new"] == 40


def test_item_dated_in_the_future_hides_no_later_one(desk: Desk) -> None:
    api = Api(desk.outlet)
    api.reports.append(report(100_000))
    desk.write("/v2/reports", settings="backfill: 0", keys=PATHS)
    desk.rounds(T0)
    api.reports = [*api.reports[:-1], *(report(n) for n in range(150, 175)), api.reports[-1]]
    desk.rounds(T1)
    assert desk.status()["ledger"]["new"] == 31


def test_secret_goes_to_the_service_alone_and_stands_nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELIEF_KEY", "s3cr3t-of-ours")
    api = Api(desk.outlet, "s3cr3t-of-ours")
    desk.write("/v2/reports", keys=f'{PATHS}, headers: {{X-Api-Key: "${{RELIEF_KEY}}"}}')
    desk.rounds(T0)
    api.reports += [report(n) for n in range(5, 33)]
    done = desk.run("run", "--at", "-", stdin=f"{T1}\n")
    assert desk.status()["ledger"]["new"] == 33  # the next pages were asked for with the key too
    elsewhere = Outlet()
    desk.outlet.serve("/v2/reports", b"", status=302, Location=elsewhere.serve("/thief", b"{}"))
    desk.rounds(T2)
    assert elsewhere.requests == []
    assert "bad redirect" in source(desk)
    elsewhere.close()
    desk.outlet.serve("/v2/reports", json.dumps({"data": [], "links": {}}).encode())
    shown = [
        done.stdout,
        done.stderr,
        desk.run("sources", "--json").stdout,
        desk.run("sources", "try", "s1", expect=1).stdout,
    ]
    kept = [path.read_bytes() for path in desk.place.rglob("*") if path.is_file()]
    assert not any("s3cr3t" in each for each in shown)
    assert not any(b"s3cr3t" in each for each in kept)


def test_secret_that_is_not_set_is_named_by_check_and_by_try(desk: Desk) -> None:
    Api(desk.outlet)
    desk.write("/v2/reports", keys=f'{PATHS}, headers: {{X-Api-Key: "${{NOT_SET_HERE}}"}}')
    assert "${NOT_SET_HERE} is not set in the environment" in desk.run("check", expect=1).stderr
    assert "in its headers ${NOT_SET_HERE} is not set" in desk.run("sources", "try", "s1", expect=1).stdout


def with_a_secret(desk: Desk, name: str) -> None:
    """Poll a feed, and a list whose header needs a variable."""
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/a.xml", "/v2/reports")
    key = f'{PATHS}, headers: {{X-Api-Key: "${{{name}}}"}}'
    text = desk.rules.read_text().replace('/v2/reports", every: 5m, lang: en, full_text: never', f'/v2/reports", {key}')
    desk.rules.write_text(text)


def test_source_whose_secret_is_not_set_stops_no_other_and_is_told(desk: Desk) -> None:
    with_a_secret(desk, "NOT_SET_HERE")
    words = "s2 is not polled: ${NOT_SET_HERE} is not set in the environment; set it, or take this source out"
    with daemon(desk) as running:
        assert running.says("polled source=s1 outcome=ok"), running.log
        with desk.hook.changed:
            told = "a secret is not set; not polled: s2"
            assert desk.hook.changed.wait_for(
                lambda: any(told in each["title"] for each in desk.hook.accepted), PATIENCE
            )
        (notice,) = [each for each in desk.hook.accepted if told in each["title"]]
        assert words in notice["message"]
        assert "All other sources are polled." in notice["message"]
        assert running.says("polled source=s2 outcome=failed"), running.log
        assert f"  {words}\n" in desk.run("status", "--state-dir", "var").stdout
        # the states of polls that stored nothing are stored together, up to 15 s later
        until(lambda: "${NOT_SET_HERE} is not set" in desk.run("sources", "--state-dir", "var").stdout)
        assert (
            "fault    source s2: it is not polled: ${NOT_SET_HERE} is not set"
            in desk.run("doctor", "--state-dir", "var", expect=2).stdout
        )
        more = f'  - {{id: s3, url: "{desk.outlet.base}/v3", {PATHS}, headers: {{X: "${{NOR_THIS}}"}}}}\n'
        text = desk.rules.read_text()
        desk.rules.write_text(text.replace("receivers:", f"{more}receivers:"))
        with desk.hook.changed:  # a reload is applied too, and tells what is new
            both = "not polled: s2, s3"
            assert desk.hook.changed.wait_for(
                lambda: any(both in each["title"] for each in desk.hook.accepted), PATIENCE
            )
        desk.rules.write_text(f"# saved again\n{desk.rules.read_text()}")
        assert running.says("rules reloaded version=.* sources=3"), running.log
    assert sum("a secret is not set" in each["title"] for each in desk.hook.accepted) == 2
    assert desk.outlet.asked("/v2/reports") == []


def test_secret_in_the_file_of_secrets_is_enough(desk: Desk) -> None:
    Api(desk.outlet, "s3cr3t-of-ours")
    with_a_secret(desk, "RELIEF_KEY")
    (desk.place / "secrets.env").write_text("RELIEF_KEY=s3cr3t-of-ours\n")
    (desk.place / "secrets.env").chmod(0o600)
    desk.rounds(T0)
    assert desk.status()["ledger"]["new"] == 6
    assert "2 of 2 sources brought entries" in desk.run("sources", "verify").stdout


def test_receiver_whose_secret_is_not_set_is_told_by_another(desk: Desk) -> None:
    desk.write("/a.xml")
    desk.rounds(T0)
    desk.rules.write_text(
        desk.rules.read_text().replace("receivers:", 'receivers:\n  slack: {urls: ["${NOT_SET_HERE}"]}')
    )
    for kept in (desk.place / "var" / "rules.good").iterdir():
        kept.unlink()  # else it would start on the rules of before
    running = Running(desk)
    assert running.process.wait(60) == 1
    (notice,) = desk.hook.accepted
    assert "does not start: nothing is watched" in notice["title"]
    assert "${NOT_SET_HERE} is not set in the environment; set it, or take this receiver out" in notice["message"]
    running.end()
    said = desk.run("status").stdout
    assert re.search(r"THE START OF .* FAILED: .*NOT_SET_HERE} is not set in the environment", said)
    desk.write("/a.xml")
    with daemon(desk):
        assert "FAILED" not in desk.run("status", "--state-dir", "var").stdout.partition("\n")[0]
    assert "FAILED" not in desk.run("status").stdout.partition("\n")[0]


def test_secret_with_a_line_break_is_named_by_check_and_by_a_poll(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELIEF_KEY", "s3cr3t-of-ours\n")
    Api(desk.outlet, "s3cr3t-of-ours")
    desk.write("/v2/reports", keys=f'{PATHS}, headers: {{X-Api-Key: "${{RELIEF_KEY}}"}}')
    said = "${RELIEF_KEY} begins or ends with a blank or a line break, which no header may have; set it without"
    checked, tried = desk.run("check", expect=1), desk.run("sources", "try", "s1", expect=1)
    assert said in checked.stderr
    assert said in tried.stdout
    assert "s3cr3t" not in checked.stdout + checked.stderr + tried.stdout + tried.stderr
    assert desk.outlet.requests == []


def test_refusal_says_what_the_service_says(desk: Desk) -> None:
    Api(desk.outlet, "a key that we lack")
    desk.write("/v2/reports", keys=PATHS)
    desk.rounds(T0)
    assert "denied (HTTP 403: appname is not approved)" in source(desk)


def test_try_shows_a_list(desk: Desk) -> None:
    Api(desk.outlet)
    desk.write("/v2/reports", keys=PATHS)
    shown = desk.run("sources", "try", "s1").stdout
    assert "(json): ok, json" in shown
    assert "entries 5, dated 5" in shown


def test_file_of_a_minute_of_the_worlds_articles_is_sifted_and_told_as_its_outlets(desk: Desk) -> None:
    """The form of GDELT's article lists: gzip, an object a line, the outlet's host and name, and keys we do not read."""

    def line(number: int, title: str, **more: str) -> dict[str, object]:
        host = f"paper{number}.example"
        row = {"date": f"2026-06-14T09:30:{number:02d}Z", "title": title, "desc": "", "url": f"https://www.{host}/a"}
        return {
            **row,
            "domain": host,
            "outletName": f"Paper {number}",
            "image": "",
            "lang": "en",
            "author": None,
            **more,
        }

    rows = [line(n, f"Harvest report of number {n} from the plains") for n in range(40)]
    rows.append(line(41, "Rain is due in the north", desc="A militia base was flooded, two officers said."))
    rows.append({"date": "2026-06-14T09:31:00Z", "title": None, "url": "https://x.example/"})
    lines = "\n".join(json.dumps(each) for each in rows)
    name = "/gal/20260614093000.gal.json.gz"
    desk.outlet.serve(name, gzip.compress(f"{lines}\nnot json\n".encode()), Content_Type="application/gzip")
    paths = "{title: title, url: url, date: date, text: desc, outlet: domain, lang: lang}"
    desk.write(name, keys=f"kind: json, keep: matched, outlet_from: domain, full_text: never, paths: {paths}")
    desk.rules.write_text(
        desk.rules.read_text().replace(
            "receivers:\n",
            "outlets: {paper41.example: {name: The Paper, owner: paper, reliability: C}}\nreceivers:\n",
            1,
        )
    )
    assert desk.rounds(T0)[0]["deliveries"] == 1
    (message,) = desk.hook.accepted
    assert "The Paper, via Outlet 1 (paper41.example)" in message["message"]
    ledger = desk.status()["ledger"]
    assert (ledger["entries"], ledger["new"], ledger["passed"]) == (43, 1, 40)
    assert ledger["rejected"] == {"no_title_no_text": 1, "not_json": 1}
    assert balanced(desk)


def test_hostile_answers_are_named_and_others_are_on_time(desk: Desk) -> None:
    bodies = {
        "/html": b"<html><title>Just a moment...</title>cf-chl-x</html>",
        "/login": b"<html><form><input type=password></form></html>",
        "/text": b"not json at all",
        "/nested": b"[" * 1_000_000,
        "/message": b'{"message": "too many requests"}',
        "/gzip": b"\x1f\x8b\x08 cut",
        "/empty": b"",
        "/good": json.dumps({"data": [report(90, "A militia moves out")]}).encode(),
    }
    for path, body in bodies.items():
        desk.outlet.serve(path, body)
    desk.outlet.serve("/a.xml", rss({"title": "A militia rests", "guid": "1", "date": "Sun, 14 Jun 2026 09:30:00 GMT"}))
    desk.write(*bodies, "/a.xml", keys=PATHS)
    rules = desk.rules.read_text(encoding="utf-8")
    head, _, tail = rules.rpartition(PATHS)
    desk.rules.write_text(f"{head}full_text: never{tail}", encoding="utf-8")
    desk.rounds(T0)
    assert {title.partition(" | ")[0] for title in desk.hook.titles()} >= {
        "PRIORITY A militia moves out",
        "PRIORITY A militia rests",
    }
    rows = json.loads(desk.run("sources", "--json").stdout)
    assert [re.split(r"[,;]", str(row["words"]))[0] for row in rows] == [
        "not a feed (a challenge page: Cloudflare)",
        "not a feed (a login page)",
        "not a feed (no JSON in it)",
        "not a feed (no JSON in it)",
        'not a feed (no list at "data": too many requests)',
        "truncated (not gzip: Error -3 while decompressing data: unknown header flags set)",
        "empty (no body)",
        "ok",
        "ok",
    ]
    desk.run("check")
