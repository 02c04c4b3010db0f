"""What the README of the cases tells beside its routes, with feeds made here; carried news, a channel, new sources."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

from tests.bench.cases_answers import ROUND
from tests.bench.cases_feeds import POLLS
from tests.bench.cases_served import Served, asked, desk_of, rounds, serving, shown, source
from tests.e2e.servers import Outlet, rss
from tests.e2e.starting import start

PLAYED = {"gnews", "tg", "site1", "site2", "site3"}
ITEMS = rss(*({"title": f"Council number {n} meets on the river road", "guid": f"n{n}"} for n in range(3))).decode()
LARGE = 211_000  # bytes of the feed that took a reader 18 s


def _with(extra: str) -> bytes:
    """Return the feed with something more in its first item."""
    return ITEMS.replace("<item>", f"<item>{extra}", 1).encode()


# feeds of three items: each is to be read whole, within the time that one body is given
ODD: Mapping[str, Callable[[], bytes]] = {
    "4,000 attributes": lambda: _with("<x " + " ".join(f'a{n}="{n}"' for n in range(4_000)) + "/>"),
    "20,000 attributes": lambda: _with("<x " + " ".join(f'a{n}="{n}"' for n in range(20_000)) + "/>"),
    "an author of 211 kB": lambda: _with(f"<author>{'a.b-' * (LARGE // 4)}</author>"),
    "a headline of 211 kB": lambda: ITEMS.replace("</title><guid>", " word" * (LARGE // 5) + "</title><guid>").encode(),
    "open tags, 211 kB": lambda: _with(f"<description>{'&lt;b' * (LARGE // 5)}</description>"),
    "markup escaped twice, 211 kB": lambda: _with(f"<description>{'&amp;#x26;' * (LARGE // 10)}</description>"),
    "nested elements, 211 kB": lambda: _with("<x>" * 3_000 + "<y/>" * 47_000 + "</x>" * 3_000),
    "a date of 211 kB": lambda: _with(f"<pubDate>{' ' * LARGE}</pubDate>"),
    "georss that is broken": lambda: _with("<georss:point>north</georss:point><georss:box>1 2 3</georss:box>"),
    "gml that is broken": lambda: _with("<georss:where><gml:Point><gml:pos>x y</gml:pos></gml:Point></georss:where>"),
    "UTF-32 with a mark": lambda: ITEMS.replace("UTF-8", "UTF-32").encode("utf-32"),
    "UTF-32 without one": lambda: ITEMS.replace("UTF-8", "UTF-32").encode("utf-32-be"),
    "links only": lambda: re.sub("<(title|guid|description)>[^<]*</\\1>", "", ITEMS).encode(),
}
# what `sources add` finds at a site: the path of the feed it names, or the site itself as a section
SITES = {"site1": ("ct_html", "feed"), "site2": ("sub/feed1", "feed"), "site3": ("site3", "section")}


def also() -> Iterator[str]:
    names = {f"o{number}": name for number, name in enumerate(ODD)}
    with closing(Outlet()) as outlet:
        rows = [source(each, outlet.serve(f"/{each}", ODD[name]())) for each, name in names.items()]
        with desk_of(rows) as desk:
            rounds(desk, ROUND)
            states = dict(asked(desk, "SELECT source, outcome || ' ' || detail FROM sources"))
            read = dict(asked(desk, "SELECT source, count(DISTINCT article) FROM identities GROUP BY source"))
        for each, name in names.items():
            yield "" if read.get(each) == 3 else f"{name}: {read.get(each, 0)} of 3 items, {states[each]}"
        yield _forbidden(outlet)
        yield _live(outlet)


def _forbidden(outlet: Outlet) -> str:
    """Return what is wrong where a robots.txt with a byte order mark forbids a page."""
    outlet.serve("/robots.txt", b"\xef\xbb\xbfUser-agent: *\nDisallow: /private\n")
    page = outlet.serve("/private/1", b"<article><h1>Council meets</h1></article>")
    feed = outlet.serve("/robots", rss({"title": "Quiet day at the market"}))
    with desk_of([source("s1", feed, keys="full_text: always")]) as desk:
        rounds(desk, POLLS[0])
        outlet.serve("/robots", rss({"title": "Council meets on the river road", "link": page}))
        rounds(desk, *POLLS[1:3])
        reasons = [name for (name,) in asked(desk, "SELECT name FROM counts WHERE name LIKE 'pages:robots%'")]
    if outlet.asked("/private/1"):
        return "robots.txt with a byte order mark: the page it forbids was fetched"
    return "" if reasons else "robots.txt with a byte order mark: no reason is counted"


def _live(outlet: Outlet) -> str:
    """Return what is wrong with a live page whose posts are told apart by what stands behind the # only."""
    deeds = ("parades in Basra port", "seizes a bridge near Hawija", "fires rockets at Taqaddum base")
    titles = ["Quiet day at the market", *(f"Militia {each}" for each in deeds)]
    posts = [{"title": each, "link": f"{outlet.base}/page#p{n}", "guid": f"p{n}"} for n, each in enumerate(titles)]
    feed = outlet.serve("/live", rss(posts[0]))
    with desk_of([source("s1", feed)]) as desk:
        for number, poll in enumerate(POLLS, 1):
            outlet.serve("/live", rss(*reversed(posts[:number])))
            rounds(desk, poll)
        told = len(desk.hook.accepted)
    return "" if told == len(deeds) else f"live page with #post anchors: {told} alerts, not {len(deeds)}"


def carried() -> Iterator[str]:
    with serving() as served:
        yield _aggregator(served)
        yield _channel(served)


def _aggregator(served: Served) -> str:
    """Return what is wrong with an aggregator: one story and alert, two outlets, headlines without their names."""
    with desk_of([source("s1", served.url("gnews"), keys="full_text: auto, outlet_from: source")]) as desk:
        rounds(desk, POLLS[0])
        read = asked(desk, "SELECT title, outlet, carrier, story FROM articles")
        told = len(desk.hook.accepted)
    right = re.findall("<title>([^<]*) - ([^<]*)</title><guid", served.text("gnews"))
    wrong = [
        "" if {each[:2] for each in read} == set(right) else f"headlines and outlets {read}",
        "" if all(each[2] for each in read) else "no carrier",
        "" if len({each[3] for each in read}) == 1 == told else f"{told} alerts",
    ]
    return f"gnews: {'; '.join(each for each in wrong if each)}" if any(wrong) else ""


def _channel(served: Served) -> str:
    """Return what is wrong with a channel's page: its posts by their own words and numbers, no other site's link."""
    page = served.text("tg")
    posts = re.findall('data-post="(.*?)"', page)
    words = [shown(each) for each in re.findall('js-message_text"[^>]*>(.*?)</div>', page)]
    with closing(Outlet()) as outlet:
        url = outlet.serve(f"/s/{posts[0].partition('/')[0]}", page.encode(), Content_Type="text/html; charset=utf-8")
        with desk_of([source("s1", url, "telegram", keys="lang: en").replace(", lang: en", "", 1)]) as desk:
            rounds(desk, ROUND)
            read = asked(desk, "SELECT a.guid, a.url, r.text || r.summary, a.title FROM articles a JOIN revisions r ON r.article = a.id")  # fmt: skip
    wrong = [
        "" if {each[0] for each in read} == set(posts) else f"posts {sorted(each[0] for each in read)}, not {posts}",
        "" if all(each[0] in each[1] for each in read) else f"links {[each[1] for each in read]}",
        "" if {" ".join(each[2].split()) for each in read} == set(words) else f"words {[each[2] for each in read]}",
    ]
    return f"tg: {'; '.join(each for each in wrong if each)}" if any(wrong) else ""


def sites() -> Iterator[str]:
    with serving() as served, desk_of([source("s1", served.url("plain"))]) as desk:
        for name, (path, kind) in SITES.items():
            done = start(
                "alerts", "sources", "add", "--json", served.url(name), place=desk.place, environ=desk.environ()
            )
            found = [(each["url"], each.get("kind", "feed")) for each in json.loads(done.stdout or "[]")]
            right = [(f"{served.base}/{path}", kind)]
            yield "" if found == right else f"{name}: {found or done.stderr.strip()[:120]}, not {right}"
