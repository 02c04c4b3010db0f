"""`sources import`, `export`, `verify`, and `sources add` for channels: what they print can be pasted and polled."""

from __future__ import annotations

import asyncio
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.collect.discovery import Tried, channel_page, needs_number, scout, videos_of
from crawler.config.sources import read_sources
from crawler.parse.opml import MOST_FEEDS, read_opml, write_opml
from tests.e2e.channel import Channel, card, text
from tests.e2e.conftest import Desk
from tests.e2e.running import Running
from tests.e2e.servers import Outlet, rss
from tests.e2e.starting import start

OPML = """<?xml version="1.0"?><opml version="1.1"><head><title>Mine</title></head><body>
<outline text="Iraq &amp; neighbours"><outline text="Local"><outline type="rss" text="Paper A" xmlUrl="https://a.example/rss"/>
<outline text="Paper B" XMLURL="http://b.example/feed?x=1&amp;y=2"/></outline></outline>
<outline text="Ours already" xmlUrl="{ours}"/><outline text="Twice" xmlUrl="https://www.a.example/rss/"/>
<outline text="A file" xmlUrl="file:///etc/passwd"/><outline text="A folder without feeds"/></body></opml>"""


def pasted(printed: str, tmp_path: Path) -> dict[str, tuple[str, str, str]]:
    """Return the sources of printed lines, once pasted, by id."""
    path = tmp_path / "pasted.yaml"
    lines = "".join(f"  {line}\n" for line in printed.splitlines())
    path.write_text(f"sources:\n{lines}", encoding="utf-8")
    return {each.id: (each.url, each.kind, each.name) for each in read_sources(path)[0]}


def test_imported_list_can_be_pasted_and_names_what_is_polled_already(desk: Desk, tmp_path: Path) -> None:
    desk.write("/a.xml")
    file = tmp_path / "mine.opml"
    file.write_text(OPML.format(ours=f"{desk.outlet.base}/a.xml"), encoding="utf-8")
    printed = desk.run("sources", "import", str(file)).stdout
    assert pasted(printed, tmp_path) == {
        "a-example": ("https://a.example/rss", "feed", "Paper A"),
        "b-example": ("http://b.example/feed?x=1&y=2", "feed", "Paper B"),
    }
    assert "# Iraq & neighbours / Local\n" in printed
    assert f"# polled already as s1: {desk.outlet.base}/a.xml\n" in printed
    assert "# polled already as a-example: https://www.a.example/rss/\n" in printed
    assert "# left out: A file: no http(s) address\n" in printed
    assert printed.endswith("# 2 to paste, 2 polled already, 1 left out\n")
    assert desk.outlet.requests == []
    rows = json.loads(desk.run("sources", "import", "--json", str(file)).stdout)
    assert [row["id"] for row in rows["sources"]] == ["a-example", "b-example"]
    assert [row["polled_as"] for row in rows["polled_already"]] == ["s1", "a-example"]


def test_imported_names_stand_in_their_script_and_what_is_private_is_warned_of(desk: Desk, tmp_path: Path) -> None:
    desk.write("/a.xml")
    file = tmp_path / "mine.opml"
    names = (
        "\u0648\u0643\u0627\u0644\u0629",
        "\u0645\u06cc\u200c\u0631\u0648\u062f",
        "\U0001f4f0 Paper",
        "left\u202eright",
    )
    urls = ("https://a.example/rss", "http://10.0.0.1/rss", "http://192.168.1.5/rss", "http://127.0.0.1:1/rss")
    outlines = "".join(f'<outline text="{name}" xmlUrl="{url}"/>' for name, url in zip(names, urls, strict=True))
    file.write_text(f"<opml><body>{outlines}</body></opml>", encoding="utf-8")
    printed = desk.run("sources", "import", str(file)).stdout
    assert all(f'name: "{name}"' in printed for name in names[:3])
    assert "\u202e" not in printed
    assert [name for _, _, name in pasted(printed, tmp_path).values()] == list(names)  # the last is escaped
    warnings = [line for line in printed.splitlines() if line.startswith("# warning: it will not be polled: ")]
    said = [
        f"{each} is {each}, which is no public address" for each in ("10.0.0.1", "192.168.1.5")
    ]  # 127.0.0.1 is allowed
    assert [words in line for words, line in zip(said, warnings, strict=True)] == [True, True]
    rows = json.loads(desk.run("sources", "import", "--json", str(file)).stdout)["sources"]
    assert ["warning" in row for row in rows] == [False, True, True, False]


def test_exported_list_is_read_again_and_is_all_known(desk: Desk, tmp_path: Path) -> None:
    desk.write("/a.xml", "/b.xml?x=1&y=2", "/c")
    desk.rules.write_text(
        desk.rules.read_text()
        .replace('/c", every', '/c", kind: section, every')
        .replace("Outlet 1", '"Outlet <1> & \\"more\\""')
    )
    done = desk.run("sources", "export")
    listed = read_opml(done.stdout.encode())
    assert [(each.name, each.url) for each in listed.feeds] == [
        ('Outlet <1> & "more"', f"{desk.outlet.base}/a.xml"),
        ("Outlet 2", f"{desk.outlet.base}/b.xml?x=1&y=2"),
    ]
    assert "1 sources of other kinds are not in it" in done.stderr
    file = tmp_path / "own.opml"
    file.write_text(done.stdout, encoding="utf-8")
    assert desk.run("sources", "import", str(file)).stdout.endswith("# 0 to paste, 2 polled already, 0 left out\n")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><outline xmlUrl='https://a.example'/></html>", b"\xff\xfe\x00", b"not xml", b"{}", b"<opml" * 10_000],
)
def test_what_is_no_list_says_so(desk: Desk, tmp_path: Path, body: bytes) -> None:
    desk.write("/a.xml")
    file = tmp_path / "no.opml"
    file.write_bytes(body)
    done = desk.run("sources", "import", str(file), expect=1)
    assert "it is no OPML" in done.stderr


def test_a_list_that_is_cut_off_is_refused_with_its_last_line(desk: Desk, tmp_path: Path) -> None:
    whole = OPML.format(ours="https://c.example/").encode()
    assert [read_opml(whole[:cut]).problem for cut in (len(whole), len(whole) - 1)] == [
        "",
        "it ends within line 5, without </opml>: a part is missing; export it again",
    ]
    assert all(read_opml(whole[:cut]).problem for cut in range(len(whole)))
    assert not read_opml(b"<opml/>").problem
    desk.write("/a.xml")
    file = tmp_path / "cut.opml"
    file.write_bytes(whole[:150])
    done = desk.run("sources", "import", str(file), expect=1)
    assert "cut.opml: it ends within line 2" in done.stderr
    assert done.stdout == ""


def test_what_is_lost_of_a_faulty_list_is_named_by_its_line() -> None:
    listed = read_opml(
        b'<opml><body>\n<outline text="B & C" xmlUrl="https://b.example/f?a=1&b=2"/>\n'
        b'<outline text="D" xmlUrl="https://d.example/"title="x"/>\n</body></opml>'
    )
    assert listed.feeds[0].url == "https://b.example/f?a=1&b=2"
    assert listed.rejected[0].startswith("line 3, column ")


def test_hostile_lists_are_read_without_harm(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)) + b"]>"  # fmt: skip
    outline = b'<outline text="&i;" xmlUrl="https://a.example/%d"/>'
    assert len(read_opml(bomb + b"<opml>" + outline % 1 + b"</opml>").feeds) == 1
    xxe = b'<!DOCTYPE o [<!ENTITY i SYSTEM "file:///etc/passwd">]><opml>' + outline % 1 + b"</opml>"
    assert read_opml(xxe).feeds[0].name in {"", "&i;"}
    many = read_opml(b"<opml>" + b"".join(outline % n for n in range(MOST_FEEDS + 3)) + b"</opml>")
    assert (len(many.feeds), len(many.rejected)) == (MOST_FEEDS, 3)
    deep = b"<opml>" + b"<outline>" * 5_000 + outline % 1
    assert len(read_opml(deep).feeds) <= 1
    odd = write_opml("T", [("\x00\ud800 <b>&", "https://a.example/", "ar")]).encode("utf-8", "replace")
    assert [each.url for each in read_opml(odd).feeds] == ["https://a.example/"]


def test_verify_polls_all_once_and_prints_a_table(desk: Desk) -> None:
    item = {"title": "A militia | moves", "guid": "1", "date": "Sun, 14 Jun 2026 09:30:00 GMT"}
    desk.outlet.serve("/a.xml", rss(item, item | {"guid": "2", "title": "More"}))
    desk.outlet.serve("/gone.xml", b"", status=410)
    desk.outlet.serve("/login", b"<html><form><input type=password></form></html>")
    desk.write("/a.xml", "/gone.xml", "/login")
    done = desk.run("sources", "verify", expect=1)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("| source | kind | outcome |")
    assert "| s1 | feed | ok | 2 | 2 | 2026-06-14T09:30:00+00:00 |  |  |" in lines
    assert "| s2 | feed | gone | 0 | 0 |  |  | HTTP 410 |" in lines
    assert "| s3 | feed | not_a_feed | 0 | 0 |  |  | a login page |" in lines
    assert lines[-1].startswith("1 of 3 sources brought entries")
    assert [len(desk.outlet.asked(path)) for path in ("/a.xml", "/gone.xml", "/login")] == [1, 1, 1]
    assert not (desk.place / "var").exists()
    one = json.loads(desk.run("sources", "verify", "--json", "s1").stdout)
    assert [(row["source"], row["entries"]) for row in one["sources"]] == [("s1", 2)]
    assert one["without_entries"] == 0
    assert 'did you mean "s1"' in desk.run("sources", "verify", "s11", expect=1).stderr


def test_imported_feeds_of_one_host_are_one_origin_and_of_a_known_outlet_its_own(desk: Desk, tmp_path: Path) -> None:
    desk.write("/a.xml")
    row = "outlets: {beta.example: {name: Beta Times, owner: beta-group, reliability: C}}\nreceivers:\n"
    desk.rules.write_text(desk.rules.read_text(encoding="utf-8").replace("receivers:\n", row, 1), encoding="utf-8")
    feeds = (
        ("One", "https://rss.paper.example/world", "ar"),
        ("Two", "https://www.paper.example/iraq", "en-GB"),
        ("Beta", "https://feeds.beta.example/all", "no language"),
        ("Clip", "https://www.youtube.com/feeds/videos.xml?channel_id=UCa", ""),
        ("Clop", "https://www.youtube.com/feeds/videos.xml?channel_id=UCb", ""),
        ("Alone", "https://alone.example/rss", ""),
    )
    file = tmp_path / "mine.opml"
    file.write_text(write_opml("Mine", feeds), encoding="utf-8")
    printed = desk.run("sources", "import", str(file)).stdout
    pasted(printed, tmp_path)
    found = {each.name: (each.owner, each.reliability, each.lang) for each in read_sources(tmp_path / "pasted.yaml")[0]}
    assert found == {
        "One": ("rss-paper-example", "F", "ar"),
        "Two": ("rss-paper-example", "F", "en"),
        "Beta": ("beta-group", "C", None),
        "Clip": ("", "F", None),
        "Clop": ("", "F", None),
        "Alone": ("", "F", None),
    }


def test_path_that_gives_no_list_is_one_clear_error(desk: Desk) -> None:
    desk.write("/a.xml")
    os.mkfifo(desk.place / "pipe")
    (desk.place / "dangling.opml").symlink_to(desk.place / "nowhere")
    for path, said in (
        ("missing.opml", "there is no such file"),
        ("dangling.opml", "there is no such file"),
        (".", "is no file"),
        ("pipe", "is no file"),
        ("/dev/zero", "is no file"),
        ("rules.yaml/x", "there is no such file"),
        ("/proc/self/mem", "cannot be read"),
    ):
        done = desk.run("sources", "import", path, expect=1)
        remedy = "give the path of an OPML file, as a feed reader exports it"
        assert re.fullmatch(rf"watchfloor: {re.escape(path)}: {said}.*; {remedy}\n", done.stderr), done.stderr
        assert done.stdout == ""


def test_channel_is_found_and_its_lines_can_be_pasted(desk: Desk, tmp_path: Path) -> None:
    channel = Channel(desk.outlet, posts=[text(n, f"Post of number {n} here") for n in range(1, 4)])
    url = channel.serve()
    desk.write("/a.xml")
    printed = desk.run("sources", "add", url).stdout
    assert pasted(printed, tmp_path) == {"tg-watch": (url, "telegram", "")}
    assert "3 entries, 3 dated" in printed
    desk.outlet.serve("/s/none", card("none"))
    assert (
        "no preview" in desk.run("sources", "try", "--kind", "telegram", f"{desk.outlet.base}/s/none", expect=1).stdout
    )


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://t.me/VahidOnline", "https://t.me/s/VahidOnline"),
        ("https://t.me/s/VahidOnline", "https://t.me/s/VahidOnline"),
        ("https://www.t.me/VahidOnline/123", "https://t.me/s/VahidOnline"),
        ("https://telegram.me/VahidOnline/", "https://t.me/s/VahidOnline"),
        ("https://t.me/+AbCdEf", ""),
        ("https://t.me/joinchat/AbCdEf", ""),
        ("https://paper.example/VahidOnline", ""),
    ],
)
def test_address_of_a_channel_is_that_of_its_public_page(url: str, page: str) -> None:
    assert channel_page(url) == page


def test_feed_of_a_video_channel_is_found_by_its_number_and_by_its_page(desk: Desk) -> None:
    number = f"UC{'x1_-' * 5}ab"
    assert videos_of("https://www.youtube.com/channel/UCshort") == ""
    feed = f"/feeds/videos.xml?channel_id={number}"
    desk.outlet.serve(feed, rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/a.xml")
    found = json.loads(desk.run("sources", "add", "--json", f"{desk.outlet.base}/channel/{number}").stdout)
    assert [row["url"] for row in found] == [desk.outlet.base + feed]
    handle = (
        f'<html><head><link rel="canonical" href="{desk.outlet.base}/channel/{number}"></head><body>x</body></html>'
    )
    desk.outlet.serve("/@handle", handle.encode())
    found = json.loads(desk.run("sources", "add", "--json", f"{desk.outlet.base}/@handle").stdout)
    assert found[0]["url"] == desk.outlet.base + feed


def test_video_channel_without_its_number_says_how_to_come_by_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.collect.discovery.VIDEOS", ("127.0.0.1",))
    link = '<article><h2><a href="/watch?v=1">A video of ten words about what a militia did today</a></h2></article>'
    desk.outlet.serve("/@handle", f"<html><body>{link * 3}</body></html>".encode())

    async def found() -> list[Tried]:
        async with scout(["127.0.0.1"], "", datetime.now(UTC)) as opened:
            return await opened.discover(f"{desk.outlet.base}/@handle")

    (tried,) = asyncio.run(found())
    assert not tried.entries
    assert "sources add https://www.youtube.com/channel/UC" in tried.outcome.detail


def test_address_of_a_video_channel_needs_its_number() -> None:
    for url in ("https://www.youtube.com/@name", "https://m.youtube.com/c/name", "https://youtu.be/abc"):
        assert needs_number(url)
    for url in ("https://www.youtube.com/feeds/videos.xml?channel_id=UCx", "https://paper.example/@name"):
        assert not needs_number(url)


def test_site_with_a_path_like_a_channels_is_searched_as_any_other(desk: Desk) -> None:
    other = Outlet()
    other.serve(
        "/s/iraq", b'<html><head><link rel="alternate" type="application/rss+xml" href="/news.rss"></head></html>'
    )
    other.serve("/news.rss", rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/a.xml")
    found = json.loads(desk.run("sources", "add", "--json", f"{other.base}/s/iraq").stdout)
    assert found[0]["url"] == f"{other.base}/news.rss"
    other.close()


def test_lists_of_sources_are_made_beside_a_daemon_without_privilege(desk: Desk, tmp_path: Path) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/a.xml")
    file = tmp_path / "mine.opml"
    file.write_text(OPML.format(ours=f"{desk.outlet.base}/a.xml"), encoding="utf-8")

    def said(*words: str) -> str:
        done = start("tests.e2e.unprivileged", *words, place=desk.place, environ=desk.environ(), fresh=True)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stdout + done.stderr
        return done.stdout

    running = Running(desk, fresh=True, words=("tests.e2e.unprivileged", "run"))
    try:
        assert running.says("running sources="), running.log
        assert "1 of 1 sources brought entries" in said("sources", "verify")
        assert "# 2 to paste, 2 polled already" in said("sources", "import", str(file))
        assert f'url: "{desk.outlet.base}/a.xml"' in said("sources", "add", f"{desk.outlet.base}/a.xml")
        assert f'xmlUrl="{desk.outlet.base}/a.xml"' in said("sources", "export")
        assert said("status", "--json").startswith("{")  # what the daemon answers is answered under such limits too
        assert not running.says("could not be started|Traceback", timeout=0.1), running.log
    finally:
        running.end()
