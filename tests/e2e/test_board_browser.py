"""The board in a real browser: an officer's tasks by keyboard and without JavaScript, sizes, contrast, hostile news."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from tests.e2e.board import NEWS, Floor, settings_of
from tests.e2e.browsing import BROWSER, NO_BROWSER, closed, launched, opened
from tests.e2e.servers import PATIENCE, rss

pytestmark = pytest.mark.skipif(BROWSER is None, reason=NO_BROWSER)
WIDTHS = (360, 1280, 2560)  # CSS pixels: the narrowest phones in use, a laptop, a wall screen
SERIOUS = {"serious", "critical"}
LINES = """() => { const range = document.createRange();
  range.selectNode(document.querySelector("label.wide").firstChild); return range.getClientRects().length }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as made:
        yield made


def paths(board: Floor) -> dict[str, str]:
    """Return an address of each page, by the name of what it shows."""
    stories = board.api("/stories?range=24h")["stories"]
    delivery = board.api("/deliveries?range=24h")["deliveries"][0]["id"]
    hostile = next(each["story"] for each in stories if "script" in each["headline"])
    plain = ["stories", "sources", "deliveries", "log", "handover", "health", "sign-in", "nowhere"]
    plain += ["search", "map", "day", "rules", "try"]
    return {name: f"/{name}" for name in plain} | {
        "story": f"/stories/{stories[-1]['story']}?why=1",
        "hostile story": f"/stories/{hostile}",
        "delivery": f"/deliveries/{delivery}",
        "search": "/search?q=militia",
        "rule": "/rules/militia",
    }


# by night only the colours are others
RULES: Mapping[bool, dict[str, Any]] = {False: {}, True: {"runOnly": ["color-contrast"]}}


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
def test_pages_fit_every_width_are_accessible_and_run_nothing_of_the_news(
    browser: Browser, board: Floor, dark: bool
) -> None:
    page = opened(browser, board, dark=dark, signed="Layla")
    for name, path in paths(board).items():
        page.goto(path)
        for width in () if dark else WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            if name == "search":
                assert page.evaluate(LINES) == 1, "a label of one word is one line"
        if name == "try":
            assert page.evaluate("getComputedStyle(document.getElementById('rule-text')).direction") == "ltr"
        if name in {"stories", "deliveries", "log", "try", "map"}:
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        faults = [
            each for each in Axe().run(page, options=RULES[dark]).response["violations"] if each["impact"] in SERIOUS
        ]
        assert faults == [], (name, [(each["id"], each["nodes"][0]["html"]) for each in faults])
        assert page.evaluate("window.hits") == 0, name
        assert page.locator("main h1").count() == 1, name
    closed(page)


def test_officer_works_by_keys(browser: Browser, board: Floor) -> None:
    page = opened(browser, board, signed="Noor")
    page.keyboard.press("?")
    page.locator("#keys").wait_for()
    page.keyboard.press("Escape")
    story = page.locator("li.story", has_text=NEWS[1][0])
    identity = story.get_attribute("id")
    direction = story.locator("h2 bdi").evaluate("each => getComputedStyle(each).direction")
    assert direction == "rtl"
    for _ in range(60):
        page.keyboard.press("j")
        if page.locator("li.story.chosen").get_attribute("id") == identity:
            break
    page.keyboard.press("a")
    page.locator("#notice", has_text="Acknowledged by Noor, on the board").wait_for()
    page.locator(f"#{identity} .acked").wait_for()
    assert page.locator("li.story.chosen").get_attribute("id") == identity, "the place is kept"
    page.keyboard.press("e")
    page.locator("pre.tree", has_text="matches militia, priority").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/deliveries")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/stories")
    closed(page)


def test_keys_of_orders_say_that_one_signs_in_first(browser: Browser, board: Floor) -> None:
    page = opened(browser, board)
    page.goto("/stories")
    for key in "amx":
        page.reload()
        assert page.locator("#notice[role=status]").inner_text() == ""
        page.keyboard.press("j")
        page.keyboard.press(key)
        page.locator("#notice", has_text="Sign in first").wait_for()
    closed(page)


def test_news_comes_without_losing_the_place_and_a_stale_board_looks_stale(browser: Browser, board: Floor) -> None:
    page = opened(browser, board)
    page.set_viewport_size({"width": 360, "height": 500})
    page.clock.install()
    page.goto("/stories")
    at = page.locator("li.story").nth(4)
    identity = at.get_attribute("id")
    at.evaluate("each => window.scrollTo(0, each.getBoundingClientRect().top + window.scrollY)")
    before = page.locator(f"#{identity}").bounding_box()
    known = page.locator("li.story").count()
    fresh = {"title": "Another militia enters Mosul", "guid": "fresh", "date": format_datetime(datetime.now(UTC))}
    board.desk.outlet.serve("/fresh.xml", rss(fresh))
    board.desk.write("/a.xml", "/gone.xml", "/fresh.xml", settings=settings_of(board.desk.place / "token"))
    page.locator("li.story.fresh", has_text="Another militia enters Mosul").wait_for()
    assert page.locator("li.story").count() == known + 1
    after = page.locator(f"#{identity}").bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) < 2
    assert page.locator("#lost").is_hidden()
    address = page.url
    page.evaluate("history.replaceState(null, '', '/stories?state=x')")  # which the board refuses
    board.desk.run("silence", "add", "--text", "nothing of it", "--for", "1h", "--reason", "test", "--by", "Noor")
    page.locator("#lost", has_text="The board could not renew this page (400)").wait_for()
    page.evaluate("address => history.replaceState(null, '', address)", address)
    page.locator("#lost").wait_for(state="hidden")
    page.context.set_offline(True)  # else the next word of the board takes it back
    page.clock.fast_forward(30_000)
    page.locator("#lost", has_text="The board has not answered for").wait_for()
    assert page.title() == "OLD - Stories – Watchfloor"
    assert page.locator(".banner.bad:visible").count() == 1
    closed(page)


def test_all_of_it_works_without_javascript(browser: Browser, board: Floor) -> None:
    page = opened(browser, board, js=False, signed="Sami")
    page.locator("summary", has_text="Range and filters").click()
    page.locator("input[name=range][value='24h']").check()
    page.locator("input[name=state][value=open]").check()
    page.locator("form.fields button", has_text="Show").click()
    page.wait_for_url("**state=open**")
    story = page.locator("li.story", has_text=NEWS[2][0])
    identity = story.get_attribute("id")
    story.locator("button", has_text="Acknowledge").click()
    page.locator(".banner.good", has_text="Acknowledged by Sami").wait_for()
    page.wait_for_load_state()
    assert page.locator(f"#{identity}").count() == 0, "it is no longer open"
    page.goto(f"/stories/{identity}")
    page.locator("#silence summary").click()
    form = page.locator("#silence form").first
    form.locator("[name=reason]").fill("a drill")
    form.locator("button").click()
    page.locator(".state.quiet", has_text="a drill").wait_for()
    page.locator("button", has_text="End the silence").click()
    page.locator(".state.quiet").wait_for(state="detached")
    page.wait_for_load_state()
    page.locator("nav a", has_text="Handover").click()
    page.locator("h1", has_text="Handover").wait_for()
    closed(page)


def test_admin_writes_a_rule_with_completion_and_matches_it_on_the_archive(browser: Browser, board: Floor) -> None:
    page = opened(browser, board)
    page.goto("/try?rule=militia")
    page.fill("#rule-text", "- id: parades\n  title: Parades\n  match: [parades]\n  sev")
    page.focus("#rule-text")
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+Space")
    page.locator("#words li", has_text="severity").wait_for()
    page.keyboard.press("Enter")
    assert page.input_value("#rule-text").endswith("\n  severity: ")
    page.keyboard.type("flash\n  notify: [hook]\n")
    page.locator("button", has_text="Backtest").click()
    page.locator("text=no rule parades was in force then, so none is lost").wait_for()
    assert page.locator("details li", has_text=NEWS[3][0][:40]).count() == 1
    assert page.locator("pre.diff", has_text="+    match: [parades]").count() == 1
    assert page.input_value("#rule-text").splitlines()[2] == "  match: [parades]", "the text stays as it was written"
    page.fill("#article-text", "Nothing of the kind\nAt all.")
    page.locator("button", has_text="Explain").click()
    page.locator("h2", has_text="It does not match").wait_for()
    closed(page)


def test_each_page_of_the_menu_is_reached_by_its_key(browser: Browser, board: Floor) -> None:
    page = opened(browser, board)
    page.goto("/stories")
    menu = {each.get_attribute("data-key"): each.get_attribute("href") for each in page.locator("nav a").all()}
    assert menu["l"] == "/log"
    assert len(menu) == page.locator("nav a").count(), "no two have one key"
    for key, path in menu.items():
        page.keyboard.press("g")
        page.keyboard.press(str(key))
        page.wait_for_url(f"**{path}")
    closed(page)


def test_keys_are_kept_while_a_page_loads_and_orders_are_not(browser: Browser, board: Floor) -> None:
    page = opened(browser, board, signed="Noor")
    page.goto("/stories")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/map", hold)
    for key in "gm":
        page.keyboard.press(key)
    until(page, lambda: bool(held))
    page.wait_for_timeout(2_000)  # the page is asked for and does not come; longer than a second press takes
    page.keyboard.press("g")
    held.pop().continue_()
    page.wait_for_url("**/map")
    page.keyboard.press("d")
    page.wait_for_url("**/deliveries")
    page.route("**/board.js", hold)
    page.goto("/stories", wait_until="commit")
    page.locator("footer").wait_for()
    until(page, lambda: bool(held))
    for key in "ja":
        page.keyboard.press(key)
    held.pop().continue_()
    page.locator("li.story.chosen").wait_for()
    assert page.locator("#notice").inner_text() == "", "nobody orders what is not seen yet"
    closed(page)


def test_archive_and_map_are_reached_by_keys(browser: Browser, board: Floor) -> None:
    page = opened(browser, board)
    page.goto("/stories")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    page.keyboard.press("/")
    page.keyboard.type("ميليشيا")
    page.keyboard.press("Enter")
    page.locator("li.story mark", has_text="ميليشيا").first.wait_for()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.locator("li.story.chosen").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/map")
    assert page.locator("svg.map path").count() > 20
    closed(page)


def until(page: Page, holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, f"not within {PATIENCE} s"
        page.wait_for_timeout(100)


@pytest.mark.parametrize("fate", ["fails", "comes before the next news"])
def test_page_is_renewed_again_where_its_renewal_may_lack_news(browser: Browser, board: Floor, fate: str) -> None:
    page = opened(browser, board)
    told, asked = list[int](), list[Route]()

    def tell(route: Route) -> None:  # the stream ends after each word, and the browser asks again after a moment
        told.append(min(len(told), 1 if fate == "fails" else 2))
        news = {"version": f"v{told[-1]}", "words": "", "old": False}
        route.fulfill(content_type="text/event-stream", body=f"retry: 300\ndata: {json.dumps(news)}\n\n")

    def renew(route: Route) -> None:
        if "x-renew" not in route.request.headers:
            route.continue_()
            return
        asked.append(route)
        if len(asked) > 1:
            route.continue_()
        elif fate == "fails":
            route.abort()

    page.route("**/live", tell)
    page.route("**/stories", renew)
    page.goto("/stories")
    until(page, lambda: len(told) > 3)
    if fate != "fails":
        assert len(asked) == 1, "one at a time"
        asked[0].continue_()
    until(page, lambda: len(asked) > 1)
    closed(page)


def test_page_is_renewed_once_for_what_came_before_its_connection(browser: Browser, board: Floor) -> None:
    page = opened(browser, board)
    with page.expect_request(lambda each: "x-renew" in each.headers):
        page.goto("/stories")
    closed(page)


def test_key_takes_no_report_that_came_under_it_just_now(browser: Browser, board: Floor) -> None:
    page = opened(browser, board, signed="Noor")
    page.goto("/stories")
    identity, after = str(page.locator("li.story").first.get_attribute("id")), "s" + "a" * 15
    led, taken, now = [identity], list[str](), datetime.now(UTC)

    def tell(route: Route) -> None:
        news = {"version": led[-1], "words": "", "old": False}
        route.fulfill(content_type="text/event-stream", body=f"retry: 300\ndata: {json.dumps(news)}\n\n")

    def lead(route: Route) -> None:  # the same card, which another report leads after a while
        came = route.fetch()
        words, below = came.text().replace(identity, led[-1]), f'<ul class="also"><li id="{identity}"></li></ul>'
        route.fulfill(response=came, body=words if led[-1] == identity else words.replace("</h2>", f"</h2>{below}", 1))

    def take(route: Route) -> None:
        taken.append(route.request.url)
        route.fulfill(content_type="application/json", body=json.dumps({"said": "Taken."}))

    page.route("**/live", tell)
    page.route("**/stories", lead)
    page.route("**/ack", take)
    page.goto("/stories")
    page.clock.set_fixed_time(now)
    page.keyboard.press("j")
    page.locator(f"li.story.chosen#{identity}").wait_for()
    led.append(after)
    page.locator(f"li.story.chosen#{after}").wait_for()
    for key in "amx":
        page.keyboard.press(key)
        page.locator("#notice.bad", has_text="This card has changed just now").wait_for()
    assert not taken
    assert page.url.endswith("/stories")
    page.clock.set_fixed_time(now + timedelta(seconds=2))
    page.keyboard.press("a")
    page.locator("#notice.good", has_text="Taken.").wait_for()
    assert taken == [f"{board.address}/stories/{after}/ack"]
    closed(page)
