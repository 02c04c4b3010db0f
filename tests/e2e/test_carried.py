"""What an aggregator carries, through the whole line: its outlets speak, and our own feeds before it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from tests.bench.shared import SHARED
from tests.e2e.conftest import Desk
from tests.e2e.rounds import D0, D1, T0, T1, T2, balanced
from tests.e2e.running import daemon
from tests.e2e.servers import rss
from tests.e2e.starting import EXHAUSTIVE

CASE = SHARED / "cases" / "aggregator" / "feed.xml"
HEADLINE = "Militia rockets hit a base near Taqaddum, five wounded"
OWN = {"title": HEADLINE, "guid": "a1", "link": "https://alpha.example/news/1"}
QUIET = rss({"title": "Quiet day", "guid": "0"})
ELSEWHERE = rss({"title": "Rain in the north", "guid": "9"})
ITEM = """<item><title>{title} - {name}</title><guid isPermaLink="false">CBM{key}</guid>
<link>https://news.google.com/rss/articles/CBM{key}?oc=5</link><pubDate>{date}</pubDate>
<description>&lt;a href="x"&gt;{title}&lt;/a&gt;&amp;nbsp;&amp;nbsp;&lt;font&gt;{name}&lt;/font&gt;</description>
<source url="https://www.{host}">{name}</source></item>"""


def aggregated(*outlets: tuple[str, str], title: str = HEADLINE, date: str = D0) -> bytes:
    """Write a feed in which an aggregator carries one headline of each outlet, given as (name, host)."""
    items = "".join(
        ITEM.format(title=title, name=name, key=host.replace(".", ""), host=host, date=date) for name, host in outlets
    )
    return f'<rss version="2.0"><channel><title>Search</title>{items}</channel></rss>'.encode()


def write(desk: Desk, *, settings: str = "backfill: 6h") -> None:
    """Write rules for an aggregator at /g.xml and Alpha's own feed at /a.xml."""
    desk.write("/g.xml", "/a.xml", settings=settings)
    text = desk.rules.read_text(encoding="utf-8")
    text = text.replace("name: Outlet 1,", "name: Google News, outlet_from: source,")
    text = text.replace("name: Outlet 2,", "name: Alpha Wire, owner: alpha, reliability: B,")
    outlets = (
        "outlets:\n  alpha.example: {name: Alpha Wire, owner: alpha, reliability: B}\n"
        "  beta.example: {name: Beta Times, owner: beta, reliability: C}\n"
    )
    desk.rules.write_text(text.replace("receivers:\n", outlets + "receivers:\n"), encoding="utf-8")


@pytest.mark.skipif(not CASE.exists(), reason="the shared aggregator case is not beside this checkout")
def test_shared_case_is_one_alert_of_two_outlets_and_two_origins(desk: Desk) -> None:
    desk.outlet.serve("/g.xml", CASE.read_bytes())
    desk.write("/g.xml", keys="full_text: never, outlet_from: source")
    desk.rules.write_text(desk.rules.read_text().replace("any: [militia,", "any: [rockets,"))
    assert desk.rounds("2026-11-28T05:30:00Z")[0]["alerts"] == 1
    (message,) = desk.hook.accepted
    assert message["title"].endswith("five wounded | Beta Times")
    assert "Beta Times, via Outlet 1 (news.google.com)" in message["message"]
    assert "Also on this story: Alpha Wire" in message["message"]
    assert "2 of 2 origins say 5 wounded: beta.example, alpha.example" in message["message"]
    assert balanced(desk)


def test_outlets_of_an_aggregator_are_told_rated_and_counted_as_themselves(desk: Desk) -> None:
    desk.outlet.serve("/g.xml", aggregated(("Beta Times", "beta.example"), ("Gamma", "gamma.example")))
    desk.outlet.serve("/a.xml", QUIET)
    write(desk)
    assert desk.rounds(T0)[0]["alerts"] == 1
    (message,) = desk.hook.accepted
    # the best of the letters: Beta's C of the table, not the F of Gamma nor that of the aggregator
    assert "Reliability: C2" in message["message"]
    assert " - " not in message["title"]
    assert balanced(desk)


def test_outlets_own_feed_speaks_where_both_bring_a_story_at_once(desk: Desk) -> None:
    write(desk)
    desk.outlet.serve("/g.xml", ELSEWHERE)
    desk.outlet.serve("/a.xml", QUIET)
    desk.rounds(T0)
    desk.outlet.serve("/g.xml", aggregated(("Alpha Wire", "alpha.example"), date=D1))
    own = {
        "title": HEADLINE,
        "guid": "a1",
        "link": "https://alpha.example/news/1",
        "text": "At dawn, two officers said.",
    }
    desk.outlet.serve("/a.xml", rss({**own, "date": D1}))
    assert desk.rounds(T1)[0]["deliveries"] == 1
    (message,) = desk.hook.accepted
    assert "Alpha Wire (alpha.example)" in message["message"]
    assert "via Google News" not in message["message"]
    assert "1 origin: alpha" in message["message"]
    assert balanced(desk)


@pytest.mark.parametrize("first", ["/g.xml", "/a.xml"])
def test_story_of_an_aggregator_and_of_our_feed_is_one_whichever_comes_first(desk: Desk, first: str) -> None:
    write(desk)
    desk.outlet.serve("/g.xml", ELSEWHERE)
    desk.outlet.serve("/a.xml", QUIET)
    desk.rounds(T0)
    own = {"title": HEADLINE, "guid": "a1", "link": "https://alpha.example/news/1", "date": D1}
    bodies = {"/g.xml": aggregated(("Alpha Wire", "alpha.example"), date=D1), "/a.xml": rss(own)}
    desk.outlet.serve(first, bodies[first])
    assert desk.rounds(T1)[0]["deliveries"] == 1
    for path, body in bodies.items():
        desk.outlet.serve(path, body)
    assert desk.rounds(T2)[0]["deliveries"] == 0
    (message,) = desk.hook.accepted
    assert ("via Google News" in message["message"]) == (first == "/g.xml")
    assert balanced(desk)
    # what our feed says is kept as an article of its own; what the aggregator repeats of it is not
    assert desk.status()["ledger"]["new"] == (4 if first == "/g.xml" else 3)


@pytest.mark.parametrize(
    ("name", "host"), [("Alpha Wire", "alpha.example"), ("Beta Times", "beta.example")][: 2 if EXHAUSTIVE else 1]
)
def test_daemon_lets_our_feed_speak_though_an_aggregator_was_polled_just_before(
    desk: Desk, name: str, host: str
) -> None:
    write(desk)
    desk.rules.write_text(desk.rules.read_text(encoding="utf-8").replace("every: 5m", "every: 1s"), encoding="utf-8")
    desk.outlet.serve("/g.xml", ELSEWHERE)
    desk.outlet.serve("/a.xml", QUIET)
    with daemon(desk) as running:
        assert running.says("baseline source=s1")
        assert running.says("baseline source=s2")
        date = format_datetime(datetime.now(UTC))
        desk.outlet.serve("/g.xml", aggregated((name, host), date=date))
        assert running.says("decided story=.* alert reason=first_article")
        assert not desk.hook.accepted
        waiting = json.loads(desk.run("deliveries", "--json", "--state", "held", "--state-dir", "var").stdout)
        assert waiting["held"] == "own feed"
        desk.outlet.serve("/a.xml", rss({**OWN, "text": "At dawn, two officers said.", "date": date}))
        assert desk.hook.wait_for(1)
    (message,) = desk.hook.accepted
    assert message["title"].endswith("| Alpha Wire")
    assert "Alpha Wire (alpha.example), en" in message["message"]
    assert OWN["link"] in message["message"]
    assert ("Also on this story: Beta Times" in message["message"]) == (name == "Beta Times")
    assert balanced(desk)


def test_daemon_lets_no_flash_wait_for_our_feed(desk: Desk) -> None:
    write(desk)
    rules = desk.rules.read_text(encoding="utf-8").replace("every: 5m", "every: 1s")
    desk.rules.write_text(rules.replace("severity: priority", "severity: flash"), encoding="utf-8")
    desk.outlet.serve("/g.xml", ELSEWHERE)
    desk.outlet.serve("/a.xml", QUIET)
    with daemon(desk) as running:
        assert running.says("baseline source=s1")
        desk.outlet.serve("/g.xml", aggregated(("Beta Times", "beta.example"), date=format_datetime(datetime.now(UTC))))
        assert desk.hook.wait_for(1)


def test_what_is_told_later_goes_by_our_feed_where_an_aggregator_was_told_first(desk: Desk) -> None:
    write(desk)
    desk.outlet.serve("/g.xml", ELSEWHERE)
    desk.outlet.serve("/a.xml", QUIET)
    desk.rounds(T0)
    desk.outlet.serve("/g.xml", aggregated(("Beta Times", "beta.example"), date=D1))
    assert desk.rounds(T1)[0]["deliveries"] == 1
    desk.outlet.serve("/a.xml", rss({**OWN, "text": "At dawn, two officers said.", "date": D1}))
    assert desk.rounds(T2)[0]["deliveries"] == 0
    assert "Beta Times, via Google News" in desk.hook.accepted[0]["message"]
    (story,) = json.loads(desk.run("handover", "--since", "2026-06-14", "--json").stdout)["stories"]
    assert story["url"] == OWN["link"]
    listed = desk.run("stories", "--since", "2026-06-14").stdout
    assert f"{HEADLINE} (Alpha Wire, Beta Times; 1 story)" in listed
    assert "Beta Times, via Google News" in listed
    assert balanced(desk)


def test_words_of_an_outlets_own_feed_are_matched_though_an_aggregator_had_its_headline(desk: Desk) -> None:
    write(desk)
    desk.outlet.serve("/g.xml", ELSEWHERE)
    desk.outlet.serve("/a.xml", QUIET)
    desk.rounds(T0)
    bare = "Rockets hit a base near Taqaddum, five wounded"
    desk.outlet.serve("/g.xml", aggregated(("Alpha Wire", "alpha.example"), title=bare, date=D1))
    assert desk.rounds(T1)[0]["deliveries"] == 0
    own = {"title": bare, "guid": "a1", "link": "https://alpha.example/news/1", "text": "A militia said it did it."}
    desk.outlet.serve("/a.xml", rss({**own, "date": D1}))
    assert desk.rounds(T2)[0]["deliveries"] == 1
    assert balanced(desk)


def test_same_headline_of_a_second_outlet_meets_no_when_and_is_listed(desk: Desk) -> None:
    write(desk)
    rules = desk.rules.read_text(encoding="utf-8")
    desk.rules.write_text(rules.replace("severity: priority", "severity: priority\n    when: {origins: 2}"), "utf-8")
    desk.outlet.serve("/a.xml", QUIET)
    desk.outlet.serve("/g.xml", aggregated(("Beta Times", "beta.example")))
    assert desk.rounds(T0)[0]["deliveries"] == 0
    desk.outlet.serve("/g.xml", aggregated(("Gamma", "gamma.example"), ("Beta Times", "beta.example")))
    # nor our own feed of a third, of which the headline may be the source
    own = {"title": HEADLINE, "guid": "a1", "link": "https://alpha.example/news/1", "text": "Two officers said so."}
    desk.outlet.serve("/a.xml", rss({**own, "date": D1}))
    assert desk.rounds(T1)[0]["deliveries"] == 0
    listed = desk.run("stories", "--since", "2026-06-14").stdout
    assert "3 origins: beta, gamma.example, alpha" in listed
    assert balanced(desk)


def test_second_outlet_of_an_aggregator_does_not_ring_again_and_counts_as_an_origin(desk: Desk) -> None:
    write(desk)
    desk.outlet.serve("/a.xml", QUIET)
    desk.outlet.serve("/g.xml", aggregated(("Beta Times", "beta.example")))
    assert desk.rounds(T0)[0]["deliveries"] == 1
    both = aggregated(("Gamma", "gamma.example"), ("Beta Times", "beta.example"))
    desk.outlet.serve("/g.xml", both)
    assert desk.rounds(T1)[0]["deliveries"] == 0
    assert "gamma.example" in desk.run("stories", "--since", "2026-06-14").stdout
    assert balanced(desk)


def test_try_shows_whose_each_item_is_and_check_names_a_host_that_would_be_another_origin(desk: Desk) -> None:
    write(desk)
    gamma = {"title": "Rain in the north", "guid": "g", "link": "https://alpha-news.example/rain", "date": D0}
    desk.outlet.serve("/a.xml", rss(gamma))
    desk.outlet.serve("/g.xml", aggregated(("Beta Times", "beta.example"), ("Gamma", "gamma.example")))
    shown = desk.run("sources", "try", "s1").stdout
    assert f"{HEADLINE}  [Beta Times, via Google News; origin beta]" in shown
    assert f"{HEADLINE}  [Gamma, via Google News; origin gamma.example]" in shown
    assert "warning" not in shown
    said = '1 of 1 links of source "s2" lead to alpha-news.example: by an aggregator they would be another origin'
    assert f"warning: {said}" in desk.run("sources", "try", "s2").stdout
    desk.rounds(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")  # `check` looks back over a week
    assert f"warning: {said}" in desk.run("check").stderr
    rules = desk.rules.read_text(encoding="utf-8")
    row = "outlets:\n  alpha-news.example: {name: Alpha Wire, owner: alpha, reliability: B}\n"
    desk.rules.write_text(rules.replace("outlets:\n", row), encoding="utf-8")
    assert said not in desk.run("check").stderr
