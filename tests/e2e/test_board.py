"""The board over real HTTP, beside a daemon that filled its store by the real line: what it shows."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import feedparser
import psutil
from jsonschema import Draft202012Validator, FormatChecker
from lxml import html

from alerts.board.registry import DOCUMENTS, PAGES
from alerts.demo.sinks import MailSink
from alerts.run import board_fault
from alerts.run.board_process import BoardProcess
from crawler.config.settings import BoardSettings
from tests.e2e.board import NEWS, BoardDesk, Floor, closed, served
from tests.e2e.servers import PATIENCE, Hook, Outlet, until

OURS = {"html", "head", "meta", "title", "link", "script", "noscript", "body", "a", "header", "span", "nav", "ul", "li", "p",
        "form", "input", "button", "main", "div", "h1", "h2", "h3", "details", "summary", "fieldset", "legend", "label",
        "select", "option", "ol", "time", "bdi", "dl", "dt", "dd", "footer", "kbd", "dialog", "article", "section", "strong",
        "code", "mark", "path", "text", "circle", "polyline", "textarea", "progress", "table", "thead", "tbody", "tr", "th", "td", "svg", "rect", "pre", "br"}  # fmt: skip


def paths(board: Floor) -> list[str]:
    """Return the address of every page there is, with the stories and messages that there are."""
    stories = board.api("/stories")["stories"]
    deliveries = board.api("/deliveries")["deliveries"]
    known = [*(each.path for each in PAGES), *(each.path for each in DOCUMENTS)]
    plain = [each for each in known if "{" not in each]
    return [
        *plain,
        *(f"/stories/{each['story']}" for each in stories),
        f"/stories/{stories[0]['story']}?why=1",
        *(f"/deliveries/{each['id']}" for each in deliveries[:5]),
        "/rules/militia/alerts.atom",
        "/sign-in",
    ]


def test_stories_are_shown_as_told_and_as_json(board: Floor) -> None:
    page, record = board.get("/stories?range=24h"), board.api("/stories?range=24h")
    assert page.status == 200
    headlines = [each["headline"] for each in record["stories"]]
    assert {title.strip() for title, _ in NEWS} <= set(headlines)
    shown = html.fromstring(page.text)
    assert [each.get("id") for each in shown.cssselect("li.story")] == [each["lead"] for each in record["events"]]
    assert {each.get("id") for each in shown.cssselect("li.story, .also li")} == {
        each["story"] for each in record["stories"]
    }
    arabic = next(each for each in shown.cssselect("li.story h2 bdi") if each.text_content() == NEWS[1][0])
    assert arabic.get("dir") == "auto"
    assert [each.text_content()[-4:] for each in shown.cssselect("[name=source] option")[1:]] == ["(s1)", "(s2)"]
    assert "first alerted, in 24 parts of the range; most " in shown.cssselect(".title")[0].text_content()
    assert {each["severity"] for each in record["stories"]} == {"priority"}


def test_story_is_shown_with_its_report_the_words_that_matched_and_what_was_sent(board: Floor) -> None:
    [story] = [each["story"] for each in board.api("/stories")["stories"] if each["headline"] == NEWS[0][0]]
    record = board.api(f"/stories/{story}?why=1")
    assert record["reports"][0]["headline"] == [
        ["A ", False],
        ["militia", True],
        [" moves on Balad, three soldiers killed", False],
    ]
    assert record["reports"][0]["relation"] == "new"
    assert record["deliveries"][0]["receiver"] == "hook"
    assert record["decisions"][0]["reason"] == "first_article"
    assert record["why"][0] == "matches militia, priority"
    marked = html.fromstring(board.get(f"/stories/{story}").text).cssselect("mark")
    assert [each.text for each in marked][:1] == ["militia"]
    whole = board.api(f"/deliveries/{record['deliveries'][0]['id']}")
    assert f"Acknowledge: watchfloor ack {story}" in whole["body"]
    assert [(each["state"], each["detail"]) for each in whole["tries"]] == [("sent", "")]
    [said] = html.fromstring(board.get(f"/deliveries/{record['deliveries'][0]['id']}").text).cssselect(".tries li")
    assert said.text_content().strip().endswith(": sent")
    assert f"On the board: https://board.example/stories/{story}" in whole["body"]


def test_what_a_feed_sends_is_text_on_every_page(board: Floor) -> None:
    """T30-T33: no element, handler or address of its making; the headers would stop one that got through."""
    for path in paths(board):
        reply = board.get(path)
        assert reply.status == 200, (path, reply.text[-300:])
        policy = reply.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "unsafe" not in policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Server"] == "watchfloor"
        assert "\u202e" not in reply.text
        if not reply.headers["Content-Type"].startswith("text/html"):
            continue
        for each in html.fromstring(reply.text).iter(html.etree.Element):
            assert each.tag in OURS, (path, each.tag)
            assert not [name for name in each.attrib if name.startswith("on") or name == "style"], path
            for name in ("href", "src", "action", "data-outside"):
                assert not each.get(name, "").lower().startswith(("javascript:", "data:", "//")), path
            if each.tag == "script":
                assert each.get("src", "").startswith("/static/"), path
                assert not each.text, path


def test_what_cannot_be_read_is_said(board: Floor) -> None:
    refused = board.get("/stories?state=x")
    assert refused.status == 400
    assert "it is one of open, acknowledged, silenced" in refused.text
    assert board.api("/stories?since=soon") == {
        "error": 'since is "soon", which is no time; write 90m, 24h, 03:00, yesterday, yesterday 18:00 or 2026-06-14T18:00'
    }
    said = {
        "/nowhere": "There is no such page.",
        "/stories?since=soon": "or 2026-06-14T18:00.",
        "/rules/no": "rules.yaml.",
    }
    for path, ending in said.items():
        [problem] = html.fromstring(board.get(path).text).cssselect("main h1 + p")
        assert problem.text_content().endswith(ending), "a sentence has its full stop"
    unknown = html.fromstring(board.get("/stories/s00").text).cssselect("main h1 ~ p")
    assert unknown[0].text_content() == '"s00" is the id of no story, thread, article or message stored here.'
    assert unknown[1].text_content().startswith("ids look like s")
    for path in ("/nowhere", "/stories/s00", "/deliveries/d00", "/rules/nobody/alerts.atom", "/static/0/../server.py"):
        assert board.get(path).status == 404, path
    assert board.get("/stories", Host="evil.example").status == 403
    assert board.get("/stories", Host="board.example").status == 200
    assert (
        board.get("/api/v1/stories", Host="evil.example").json["error"].startswith("This board is asked by its address")
    )


def test_filters_hold_and_pages_follow_one_another(board: Floor) -> None:
    def shown(query: str) -> int:
        return len(board.api(f"/stories?{query}")["stories"])

    everything = shown("range=24h")
    assert everything >= len(NEWS)
    assert shown("severity=flash,immediate") == 0
    assert shown("severity=priority&rule=militia") == everything
    assert board.get("/stories?rule=nobody").status == 400
    assert shown("source=s1") == everything
    assert 0 < shown("language=ar") < everything
    assert shown("language=ar,en,fa") == everything
    assert shown("range=1h") == everything
    assert shown("since=yesterday&until=yesterday+00:01") == 0
    first = board.api("/stories")["stories"]
    after = f"{first[0]['changed'].replace('Z', '%2B00:00')}~{first[0]['story']}"
    assert [each["story"] for each in board.api(f"/stories?after={after}")["stories"]] == [
        each["story"] for each in first[1:]
    ]


def test_sources_log_handover_and_health_say_what_the_commands_say(board: Floor) -> None:
    _until(board, "/sources", lambda text: "failing" in text)
    sources = {each["source"]: each for each in board.api("/sources")["sources"]}
    assert list(sources) == ["s2", "s1"], "what needs somebody comes first"
    assert sources["s2"]["state"] == "failing"
    page = html.fromstring(board.get("/sources").text)
    assert "gone" in page.text_content()
    assert "next poll" not in page.text_content(), "the words above say when it is polled next"
    assert f"items a day, 14 days; most {max(sources['s1']['days'])}" in page.cssselect("#source-s1")[0].text_content()
    assert sum(sources["s1"]["days"]) >= len(NEWS)
    assert any(each["what"] == "start" for each in board.api("/log")["entries"])
    told, shown = [""], list[str]()
    for _ in range(5):  # a poll may come between the two
        if shown != told:
            told = [_without_seconds(each) for each in board.desk.run("handover").stdout.splitlines()[3:]]
            shown = [_without_seconds(each) for each in board.get("/handover.md").text.splitlines()[3:]]
    assert shown == told
    assert (
        board.api("/health")["ledger"]["remainders"]
        == json.loads(board.desk.run("status", "--json").stdout)["ledger"]["remainders"]
    )
    assert board.api("/health")["sentences"][0].startswith("daemon: running")


def _without_seconds(line: str) -> str:
    """Return a line without the age of a poll: the page and the command are asked one after the other."""
    return re.sub(r"polled \d+ \w+ ago, next in \d+ \w+", "polled", line)


def test_atom_feed_is_one(board: Floor) -> None:
    feed = feedparser.parse(board.get("/rules/militia/alerts.atom").text)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == "Watchfloor: rule militia"
    assert any(NEWS[0][0] in each.title and each.title.startswith("PRIORITY ") for each in feed.entries)


def test_api_is_described_and_answers_as_described(board: Floor) -> None:
    described = board.get("/api/v1/openapi.json").json
    assert described["openapi"] == "3.1.0"
    assert {path for path, methods in described["paths"].items() if "get" in methods} == {
        f"/api/v1{each.path}" for each in PAGES
    }
    parts = {
        "{story}": board.api("/stories")["stories"][0]["story"],
        "{delivery}": board.api("/deliveries")["deliveries"][0]["id"],
        "{rule}": "militia",
    }
    shapes = closed(described["components"]["schemas"])
    for page in PAGES:
        path = re.sub(r"\{\w+\}", lambda found: parts.get(found[0], found[0]), page.path)
        if "{" in path:
            continue  # a trial is begun by those who test it
        reply = board.get(f"/api/v1{path}")
        assert reply.status == 200
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        answer = described["paths"][f"/api/v1{page.path}"]["get"]["responses"]["200"]["content"]["application/json"]
        shape = closed(answer["schema"]) | {"components": {"schemas": shapes}}
        faults = Draft202012Validator(shape, format_checker=FormatChecker()).iter_errors(reply.json)
        assert [(page.name, each.json_path, each.message) for each in faults] == []


def test_open_page_hears_of_news(board: Floor) -> None:
    line = HTTPConnection(board.host, timeout=PATIENCE)
    line.request("GET", "/live")
    stream = line.getresponse()
    assert stream.headers["Content-Type"] == "text/event-stream"

    def told() -> dict[str, str]:
        while not (text := stream.readline().decode()).startswith("data: "):
            pass
        found: dict[str, str] = json.loads(text.removeprefix("data: "))
        return found

    before = told()
    assert before["words"] == ""
    board.desk.run("silence", "add", "--text", "nothing at all", "--for", "1h", "--reason", "test", "--by", "Noor")
    while told()["version"] == before["version"]:
        pass  # a sign of life
    line.close()


def test_refused_rules_stand_over_every_page_until_they_are_mended(board: Floor) -> None:
    good = board.desk.rules.read_text(encoding="utf-8")
    board.desk.rules.write_text(good.replace("match:", "mach:", 1), encoding="utf-8")
    try:
        _until(board, "/stories", lambda text: "are REFUSED" in text)
        for path in ("/stories", "/handover", "/sign-in", "/nowhere"):
            [banner] = html.fromstring(board.get(path).text).cssselect(".banner.bad#lost")
            assert "are REFUSED, those of before stay in force: " in banner.text_content(), path
            assert re.search(r"rules.yaml:\d+:\d+: ", banner.text_content()), path
            assert banner.get("hidden") is None, path
        said = board.api("/health")["sentences"]
        [at] = [number for number, each in enumerate(said) if "rules: REFUSED" in each]
        assert re.match(r"\S*rules.yaml:\d+:\d+: ", said[at + 1]), said
    finally:
        board.desk.rules.write_text(good, encoding="utf-8")
    page = _until(board, "/stories", lambda text: "are REFUSED" not in text)
    assert page.cssselect("#lost")[0].get("hidden") is not None
    assert page.cssselect("title")[0].text == "Stories – Watchfloor", "what is shown is not old"


def _until(board: Floor, path: str, holds: Callable[[str], bool]) -> html.HtmlElement:
    """Return a page once something holds of its text."""
    until(lambda: holds(board.get(path).text), tell=lambda: board.get(path).text)
    return html.fromstring(board.get(path).text)


def test_pages_are_light(board: Floor) -> None:
    """What the board promises: a page with script and style under 60 KB, as it goes over the line."""
    page = html.fromstring(board.get("/stories").text)
    parts = ["/stories", *page.xpath("//script/@src"), *page.xpath("//link[@rel='stylesheet']/@href")]
    sent = {part: packed_size(board, part) for part in parts}
    assert sum(sent.values()) < 60_000, sent


def packed_size(board: Floor, path: str) -> int:
    line = HTTPConnection(board.host, timeout=PATIENCE)
    line.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = line.getresponse()
    size = len(answer.read())
    assert answer.headers["Content-Encoding"] == "gzip"
    line.close()
    return size


def test_board_that_dies_is_started_again_and_the_watch_goes_on(board: Floor) -> None:
    [child] = [each for each in psutil.Process(board.running.process.pid).children() if "board" in each.cmdline()]
    child.kill()
    board.address = served(board.running, times=2)
    assert board.get("/stories").status == 200
    assert board.running.says("board ended code=-9 times=1")
    assert psutil.Process(board.running.process.pid).is_running()


def test_address_that_is_taken_is_told_and_another_is_followed(board: Floor) -> None:
    """As after a reload: to a free address, and then to none. The watch is not asked."""
    told: list[tuple[str, str]] = []
    noted: list[str] = []
    settings = [BoardSettings(address=board.host)]
    desk, free = board.desk, f"127.0.0.1:{free_port()}"

    async def until(holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110 - it asks another process
                await asyncio.sleep(0.05)

    async def run() -> None:
        state, environ = desk.place / "var", {"PATH": ""}
        kept = BoardProcess(lambda: settings[-1], desk.rules, state, environ, lambda *words: told.append(words))
        kept.start()
        await until(lambda: bool(told))
        noted.append(board_fault.last(state, os.getpid()))
        settings.append(BoardSettings(address=free))
        await until(lambda: listens(free))
        settings.append(BoardSettings(address=""))
        await until(lambda: not listens(free))
        await kept.close()

    asyncio.run(run())
    taken = f"settings.board: {board.host} is taken; name another address, or off. The watch goes on."
    assert told == [("the watch board is not served", taken)]
    assert noted == [taken]
    assert board_fault.last(desk.place / "var", os.getpid()) == "", "it is taken back with the address"
    assert board.get("/stories").status == 200


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as line:
        return line.connect_ex((host, int(port))) == 0


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    desk = BoardDesk(tmp_path, Outlet(), Hook(), MailSink())
    desk.write("/a.xml")
    refused = desk.run("board", expect=1)
    assert "has `watchfloor run` been started with this --state-dir?" in refused.stderr
    for each in (desk.outlet, desk.hook, desk.mail):
        each.close()
