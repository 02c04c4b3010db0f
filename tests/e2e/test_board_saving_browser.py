"""An admin tries a rule in a real browser, sees the difference, saves it and is alerted by it; without JavaScript too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.e2e.board import Floor
from tests.e2e.browsing import BROWSER, NO_BROWSER, closed, launched, opened
from tests.e2e.saving import MORE, saving
from tests.e2e.servers import rss

WIDTHS = (360, 1280, 2560)
pytestmark = pytest.mark.skipif(BROWSER is None, reason=NO_BROWSER)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as made:
        yield made


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with saving(tmp_path_factory.mktemp("saving")) as made:
        yield made


@pytest.mark.parametrize(("js", "word"), [(True, "flood"), (False, "quake")], ids=["js", "no js"])
def test_admin_tries_a_rule_saves_it_and_is_alerted(browser: Browser, floor: Floor, js: bool, word: str) -> None:
    more = floor.desk.place / "desk" / "more.yaml"
    before = more.read_text(encoding="utf-8")
    page = opened(browser, floor, js=js, signed="Layla")
    page.goto("/try")
    rule = f"- id: {word}s\n  title: {word.title()}s\n  match: [{word}]\n  severity: flash\n  notify: [hook]\n"
    page.fill("#rule-text", rule)
    page.fill("#article-text", f"A {word} in Basra")
    page.locator("button", has_text="Explain").click()
    page.locator("h2", has_text="it matches").wait_for()
    assert page.locator("pre.diff", has_text=f"+  - id: {word}s").count() == 1
    assert more.read_text(encoding="utf-8") == before, "nothing is saved by trying"
    if js:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        faults = [each for each in Axe().run(page).response["violations"] if each["impact"] in {"serious", "critical"}]
        assert faults == [], [(each["id"], each["nodes"][0]["html"]) for each in faults]
    page.locator("button", has_text="Save in desk/more.yaml").click()
    said = page.locator(".banner.good", has_text=f"Rule {word}s is saved in desk/more.yaml and in force: rules ")
    said.wait_for()
    assert more.read_text(encoding="utf-8").startswith(MORE)
    assert f"  - id: {word}s\n" in more.read_text(encoding="utf-8")
    fresh = {"title": f"A {word} in Basra", "guid": word, "date": format_datetime(datetime.now(UTC))}
    floor.desk.outlet.serve("/a.xml", rss(fresh))
    assert floor.desk.hook.wait_for_title(f"A {word} in Basra")
    page.goto(f"/stories?rule={word}s")
    assert page.locator("li.story.flash", has_text=f"A {word} in Basra").count() == 1
    page.goto("/log?what=rules")
    assert page.locator("li", has_text=f"rule {word}s was saved in desk/more.yaml from the board").count() == 1
    closed(page)


def test_refusal_is_shown_as_a_page_with_what_to_do(browser: Browser, floor: Floor) -> None:
    page = opened(browser, floor, signed="Layla")
    page.goto("/try?rule=parades")
    page.fill("#rule-text", page.input_value("#rule-text").replace("routine", "priority"))
    page.fill("#article-text", "Parades")
    page.locator("button", has_text="Explain").click()
    page.locator("button", has_text="Save in").wait_for()
    more = floor.desk.place / "desk" / "more.yaml"
    by_hand = f"{more.read_text(encoding='utf-8')}# by hand\n"
    more.write_text(by_hand, encoding="utf-8")
    page.locator("button", has_text="Save in").click()
    page.locator("p", has_text="try it again on those of now. Nothing was saved").wait_for()
    assert more.read_text(encoding="utf-8") == by_hand
    page.locator("a", has_text="Back to the trial, with its text").click()
    page.locator("h1", has_text="Try a rule").wait_for()
    assert "severity: priority" in page.input_value("#rule-text")
    closed(page)
