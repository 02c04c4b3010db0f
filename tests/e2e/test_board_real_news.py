"""An officer's and an admin's tasks from end to end: a browser on a live daemon that watches real news by the shipped desk.

No headline stands here: whatever is looked for is read from what the desk has stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.e2e.board import Floor
from tests.e2e.browsing import BROWSER, NO_BROWSER, closed, launched, opened
from tests.e2e.replayed import ABSENT, Newsroom, on_real_news

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason=NO_BROWSER),
    pytest.mark.skipif(bool(ABSENT), reason=ABSENT),
    pytest.mark.timeout(1200),  # half a minute alone; the board gives way to whatever else runs
]
DAY = "range=24h"
OTHERWISE = str.maketrans("یک", "يك")  # the letters of an Arabic keyboard, as many Persians type
PATIENT = 300_000  # ms: explaining and backtesting are processes of their own
Story = Mapping[str, Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as made:
        yield made


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Floor, Newsroom]]:
    with on_real_news(tmp_path_factory.mktemp("news")) as made:
        yield made


def told(board: Floor, **query: str) -> list[Story]:
    """Return all stories of a day, from each page of the list."""
    stories: list[Story] = []
    after: str | None = ""
    while after is not None:
        record = board.api(f"/stories?{urlencode({'range': '24h', 'after': after} | query)}")
        stories += record["stories"]
        after = record["more"]
    return stories


def shown(page: Page) -> set[str]:
    """Return the ids of the stories on all pages of the list, those below the lead of their event among them."""
    found: set[str] = set()
    while True:
        ids = page.locator("li.story[id], .also li[id]").evaluate_all("all => all.map(each => each.id)")
        found |= set(ids)
        older = page.locator("p.more a")
        if not older.count():
            return found
        older.click()


def filtered(page: Page, fill: Callable[[Locator], object]) -> set[str]:
    """Return what the list shows by a filter that is set in its form."""
    page.goto("/stories")
    page.locator("summary", has_text="Range and filters").click()
    form = page.locator("form.fields").first
    form.locator("input[name=range][value='24h']").check()
    fill(form)
    form.locator("button", has_text="Show").click()
    page.locator("#list").wait_for()
    return shown(page)


def ids(stories: list[Story], wanted: Callable[[Story], bool]) -> set[str]:
    found = {each["story"] for each in stories if wanted(each)}
    assert found, "the news has such stories"
    assert len(found) < len(stories), "and others"
    return found


def longest_word(stories: list[Story], language: str) -> str:
    """Return a word of the newest headline in a language, letters only."""
    headline = next(each["headline"] for each in stories if each["language"] == language)
    return max("".join(each if each.isalpha() else " " for each in headline).split(), key=len)


def listed(part: Locator) -> list[str]:
    """Return the links to other stories in a part of a page, in their order, folded or not."""
    found: list[str] = part.locator("li a:has(bdi)").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    return found


def ordered(page: Page, key: str, done: Locator) -> None:
    """Press the key of an order until it is taken: not while the card has changed just now, as news goes on coming."""
    refused = page.locator("#notice", has_text="This card has changed just now")
    page.keyboard.press(key)
    refused.or_(done).first.wait_for()
    while not done.is_visible():
        page.wait_for_timeout(500)
        page.keyboard.press(key)
        refused.or_(done).first.wait_for()


def test_officer_on_a_day_of_real_news(browser: Browser, news: tuple[Floor, Newsroom]) -> None:
    board, room = news
    stories = told(board)
    for each in stories:  # an outlet's own name behind a headline is no part of it
        assert any(title.startswith(each["headline"]) for title in room.headlines), each["headline"]
    assert len(stories) > 30
    page = opened(browser, board, signed="Noor")
    page.set_default_timeout(PATIENT)

    # the newest first, one card an event, none beyond the width of a phone
    page.goto(f"/stories?{DAY}")
    cards = page.locator("li.story")
    times = cards.locator("> .head time").evaluate_all("all => all.map(each => each.dateTime)")
    assert times == sorted(times, reverse=True)
    newest = max(datetime.fromisoformat(each["last"]) for each in stories)
    assert datetime.fromisoformat(times[0]) == newest.replace(microsecond=0)

    # filters, each alone, against what is stored
    assert filtered(page, lambda form: form.locator("input[value=immediate]").check()) == ids(
        stories, lambda each: each["severity"] == "immediate"
    )
    arabic = ids(stories, lambda each: "ar" in each["languages"])
    assert filtered(page, lambda form: form.locator("[name=language]").fill("ar")) == arabic
    rule = stories[0]["rules"][0]
    of_rule = ids(stories, lambda each: rule["rule"] in {cause["rule"] for cause in each["rules"]})
    assert filtered(page, lambda form: form.locator("[name=rule]").select_option(rule["title"])) == of_rule
    place = next(each["place"] for each in stories if each["place"])
    there = ids(stories, lambda each: bool(each["place"]) and each["place"]["id"] == place["id"])
    assert filtered(page, lambda form: form.locator("[name=place]").select_option(place["id"])) == there

    # words of three languages, in the archive
    for language in ("en", "ar", "fa"):
        word = longest_word(stories, language)
        page.keyboard.press("Escape")
        page.goto("/search")
        page.keyboard.press("/")
        page.keyboard.type(word.translate(OTHERWISE))
        page.keyboard.press("Enter")
        page.locator("li.story mark", has_text=word).first.wait_for()
        mark = page.locator("li.story mark").first
        direction = mark.evaluate("each => getComputedStyle(each.closest('bdi, p')).direction")
        assert direction == ("ltr" if language == "en" else "rtl")

    # a story of several reports: how each relates, why it was told, what was sent
    many = max(stories, key=lambda each: each["reports"])
    identity = many["story"]
    page.goto(f"/stories/{identity}")
    reports = board.api(f"/stories/{identity}")["reports"]
    assert page.locator("ol.reports > li").count() == len(reports) == many["reports"] > 1
    assert len({each["relation"] for each in reports}) > 1
    for each in reports:
        report = page.locator(f"#{each['id']}")
        assert f"{each['outlet']}, {each['relation']}" in report.locator(".head").inner_text()
        assert report.locator("h3").inner_text() == each["title"]
    page.keyboard.press("e")
    page.locator("pre.tree", has_text=many["rules"][0]["rule"]).wait_for()
    sent = next(each for each in stories if each["status"] == "sent")
    page.goto(f"/stories/{sent['story']}")
    page.locator("td[data-label=State]", has_text="sent").first.wait_for()
    page.locator("td[data-label=Message] a").first.click()
    page.locator("main", has_text=sent["headline"]).wait_for()

    # an event of many stories: each once, the older ones folded; and one entry a place on the map
    events = board.api(f"/stories?{DAY}")["events"]
    largest = max(events, key=lambda each: len(each["stories"]) + each["elsewhere"])
    page.goto(f"/stories/{largest['lead']}")
    others = board.api(f"/stories/{largest['lead']}")["others"]
    assert listed(page.locator("main")) == [f"/stories/{each['story']}" for each in others]
    assert page.locator("ul.also > li:visible").count() == 5 < len(others)
    page.goto(f"/map?{DAY}")
    spots = board.api(f"/map?{DAY}")["spots"]
    assert any(len(spot["events"]) < len(spot["stories"]) for spot in spots)
    for spot in spots:
        here = page.locator(f"#place-{spot['place']['id']}")
        assert here.locator("ul.events > li").count() == len({each["thread"] for each in spot["stories"]})
        assert sorted(listed(here)) == sorted(f"/stories/{each['story']}" for each in spot["stories"])

    # on a phone a card folds what is long, and opens it again without a script
    page.goto(f"/stories?{DAY}")
    card = cards.first
    assert card.locator("dt", has_text="Rules").is_visible()
    page.set_viewport_size({"width": 360, "height": 700})
    assert not card.locator("dt", has_text="Rules").is_visible()
    card.locator(".rest summary").click()
    assert card.locator("dt", has_text="Rules").is_visible()

    # a live arrival, while something further down is read
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto(f"/stories?{DAY}")
    read = cards.nth(3)
    held = str(read.get_attribute("id"))
    read.evaluate("each => window.scrollTo(0, each.getBoundingClientRect().top + window.scrollY)")
    at = page.locator(f"#{held}").bounding_box()
    known = {each["story"] for each in stories}
    room.show(timedelta(0))
    page.locator("li.fresh").first.wait_for()
    moved = page.locator(f"#{held}").bounding_box()
    assert at
    assert moved
    assert abs(moved["y"] - at["y"]) < 2, "the place is kept"
    fresh = set(page.locator("li.fresh").evaluate_all("all => all.map(each => each.id)"))
    assert fresh
    assert not fresh & known

    # acknowledged by key, silenced by form, both on the card and in the report of the shift
    page.goto(f"/stories?{DAY}")
    page.keyboard.press("j")
    ordered(page, "a", page.locator("li.story.chosen .state.acked", has_text="acknowledged by Noor").first)
    ordered(page, "m", page.locator("#silence form").first)
    page.locator("#silence form").first.locator("[name=reason]").fill("told by phone")
    page.locator("#silence form").first.locator("button").click()
    page.locator(".state.quiet", has_text="told by phone").wait_for()
    page.goto("/stories")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/handover")
    page.locator("input[value='24h']").check()
    page.locator("button", has_text="Show").click()
    page.locator("li", has_text="told by phone").wait_for()
    page.locator("li.story", has_text="acknowledged by Noor").wait_for()
    assert page.evaluate("window.hits") == 0
    closed(page)


def test_admin_tries_a_rule_on_the_stored_news(browser: Browser, news: tuple[Floor, Newsroom]) -> None:
    board, _ = news
    page = opened(browser, board, signed="Lina")
    page.set_default_timeout(PATIENT)
    counts = {each["rule"]: each["alerts"] for each in board.api("/rules")["rules"]}
    busiest = max(counts, key=lambda each: counts[each])
    page.goto("/rules")
    row = page.locator("tr", has_text=busiest)
    assert str(counts[busiest]) in row.locator("td").nth(2).inner_text()
    row.locator("a").click()
    page.locator("h2", has_text=f"{counts[busiest]} alerts sent in 30 days").wait_for()
    # one card an event, each story once
    record = board.api(f"/rules/{busiest}")
    assert page.locator("li.story").count() == len({each["thread"] for each in record["stories"]})
    assert sorted(listed(page.locator("#list"))) == sorted(f"/stories/{each['story']}" for each in record["stories"])
    # an article of the rule, explained by the rule as it is in force
    story = page.locator("li.story[id]:not(.flash)").first
    identity, headline = str(story.get_attribute("id")), story.locator("h3 bdi").inner_text()
    page.locator("a", has_text="Try a change to it").click()
    text = page.input_value("#rule-text")
    assert f"id: {busiest}" in text
    page.fill("[name=id]", identity)
    page.locator("button", has_text="Explain").click()
    page.locator("#trial h2", has_text=headline).wait_for()
    assert "it matches" in page.locator("#trial h2").first.inner_text()
    # told as flash, it is one of those that change on the archive, and the patch says how the rule does
    assert page.input_value("#rule-text") == text
    page.fill("#rule-text", text.replace("severity: by-scale", "severity: flash"))
    page.locator("button", has_text="Backtest").click()
    page.locator("summary", has_text="At another severity").wait_for()
    changed = page.locator("details li", has_text=headline)
    assert changed.locator(".severity").last.inner_text().split()[-1].lower() == "flash"
    assert changed.locator(".severity").count() == 2
    patch = page.locator("pre.diff").inner_text()
    assert "-    severity: by-scale" in patch
    assert "+    severity: flash" in patch
    closed(page)
