"""The board in a real browser: an officer's tasks by keyboard and without JavaScript, sizes, contrast, hostile news."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.e2e.board import NEWS, TOKEN, Floor, settings_of
from tests.e2e.servers import rss

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: apt install chromium)")
WIDTHS = (360, 1280, 2560)  # CSS pixels: the narrowest phones in use, a laptop, a wall screen
SERIOUS = {"serious", "critical"}
ELSEWHERE: dict[BrowserContext, list[str]] = {}  # what each browser asked for that is not ours
LINES = """() => { const range = document.createRange();
  range.selectNode(document.querySelector("label.wide").firstChild); return range.getClientRects().length }"""
NOTED = "window.hits = 0; window.hit = () => { window.hits += 1 };"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield made
        made.close()


def opened(browser: Browser, board: Floor, *, js: bool = True, dark: bool = False, signed: str = "") -> Page:
    """Return a page of a browser of its own, whose requests to anywhere else fail the test."""
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    context = browser.new_context(base_url=board.address, java_script_enabled=js, color_scheme=scheme)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.add_init_script(NOTED)
    ELSEWHERE[context] = []

    def note(request: Request) -> None:
        if not request.url.startswith(f"{board.address}/"):
            ELSEWHERE[context].append(request.url)

    page.on("request", note)
    if signed:
        page.goto("/sign-in?back=/stories")
        page.fill("[name=name]", signed)
        page.fill("[name=token]", TOKEN)
        page.click("main button")
        page.locator(".banner.good", has_text=f"Signed in as {signed}.").wait_for()
        page.wait_for_load_state()
    return page


def closed(page: Page) -> None:
    elsewhere = ELSEWHERE.pop(page.context)
    page.context.close()
    assert elsewhere == []


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


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
def test_pages_fit_every_width_are_accessible_and_run_nothing_of_the_news(
    browser: Browser, board: Floor, dark: bool
) -> None:
    page = opened(browser, board, dark=dark, signed="Layla")
    for name, path in paths(board).items():
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            if name == "search":
                assert page.evaluate(LINES) == 1, "a label of one word is one line"
        if name == "try":
            assert page.evaluate("getComputedStyle(document.getElementById('rule-text')).direction") == "ltr"
        if name in {"stories", "deliveries", "log", "try", "map"}:
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        faults = [each for each in Axe().run(page).response["violations"] if each["impact"] in SERIOUS]
        assert faults == [], (name, [(each["id"], each["nodes"][0]["html"]) for each in faults])
        assert page.evaluate("window.hits") == 0, name
        assert page.locator("main h1").count() == 1, name
    closed(page)


def test_officer_works_by_keys(browser: Browser, board: Floor) -> None:
    page = opened(browser, board, signed="Noor")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
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
    page.clock.fast_forward(30_000)
    page.locator("#lost", has_text="The board has not answered for").wait_for()
    assert page.title() == "OLD - Stories – Watchfloor"
    assert page.locator(".banner.bad:visible").count() == 1
    closed(page)


def test_all_of_it_works_without_javascript(browser: Browser, board: Floor) -> None:
    page = opened(browser, board, js=False, signed="Sami")
    assert page.locator(".banner.good", has_text="Signed in as Sami.").is_visible()
    page.locator("summary", has_text="Range and filters").click()
    page.locator("input[name=range][value='24h']").check()
    page.locator("input[name=state][value=open]").check()
    page.locator("form.fields button", has_text="Show").click()
    assert "state=open" in page.url
    story = page.locator("li.story", has_text=NEWS[2][0])
    identity = story.get_attribute("id")
    story.locator("button", has_text="Acknowledge").click()
    assert page.locator(".banner.good", has_text="Acknowledged by Sami").is_visible()
    assert page.locator(f"#{identity}").count() == 0, "it is no longer open"
    page.goto(f"/stories/{identity}")
    page.locator("#silence summary").click()
    form = page.locator("#silence form").first
    form.locator("[name=reason]").fill("a drill")
    form.locator("button").click()
    assert page.locator(".state.quiet", has_text="a drill").is_visible()
    page.locator("button", has_text="End the silence").click()
    assert page.locator(".state.quiet").count() == 0
    page.locator("nav a", has_text="Handover").click()
    assert page.locator("h1", has_text="Handover").is_visible()
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
    page.locator("text=no rule parades is in force, so all are gained").wait_for()
    assert page.locator("details li", has_text=NEWS[3][0][:40]).count() == 1
    assert page.locator("pre.diff", has_text="+    match: [parades]").count() == 1
    assert page.input_value("#rule-text").splitlines()[2] == "  match: [parades]", "the text stays as it was written"
    page.fill("#article-text", "Nothing of the kind\nAt all.")
    page.locator("button", has_text="Explain").click()
    page.locator("h2", has_text="It does not match").wait_for()
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
    assert page.locator("li.story.chosen").count() == 1
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/map")
    assert page.locator("svg.map path").count() > 20
    closed(page)
