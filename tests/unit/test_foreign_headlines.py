"""Under each headline in a script that readers cannot read stands what is known of it, wherever it is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Reason, Severity, Translation
from alerts.board.page import Asked, Page, Query
from alerts.board.pages import deliveries, mapped, rules, search, stories, story
from alerts.cli.search import _lines as search_lines
from alerts.cli.stories import _lines as story_lines
from alerts.decide.standing import standing_of
from alerts.delivery import NewDelivery
from alerts.render.handover import Handover, ToldStory, markdown
from alerts.rule import Config
from alerts.rules.searching import read_search
from alerts.run.foreign_headlines import Known, known_headlines
from alerts.run.thread_record import describe_thread, known_in
from alerts.store import decisions, outbox, translations
from alerts.where import Where
from crawler.article import Entry, Member
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store.members import members_of
from crawler.store.searched import Searched
from tests.migrated import new_store
from tests.unit.alerts_made import ALERT, settled
from tests.unit.desk import NOW
from tests.unit.drawn_pages import drawn_page

ARABIC = "طائرة مسيرة تستهدف قاعدة بلد"
GIST = "Rockets, Balad air base"
MADE = "A drone targets Balad base"
BALAD = Where("balad", "Balad air base", 33.94, 44.36)


class Desk:
    """A store with one Arabic story that was told, translated and delivered."""

    def __init__(self, connection: Connection, config: Config, folder: Path) -> None:
        polled = Source("shafaq", "https://shafaq.example/", name="Shafaq", owner="shafaq", lang="ar")
        store_poll(connection, polled, SourceState("shafaq", polled.url, NOW), [Entry(ARABIC, guid="1")], (), NOW)
        [revision] = archive.revisions_after(connection, 0, 10)
        self.story, self.article = revision.placement.story, revision.article
        self.alert: Alert = replace(
            ALERT, story=self.story, thread=revision.placement.thread, severity=Severity.PRIORITY, where=BALAD,
            article=replace(self.article, outlet="Shafaq"), place="Balad air base", foreign=True,
        )  # fmt: skip
        decisions.add_alert(connection, self.alert)
        told = NewDelivery("x#1", "x", Kind.ALERT, Severity.PRIORITY, Reason.FIRST_ARTICLE, self.story)
        outbox.queue(connection, told, NOW)
        translations.save_translation(connection, config.language, ARABIC, Translation(MADE), NOW)
        self.asked = Asked(config, folder, connection, NOW + timedelta(hours=1))
        self.members: tuple[Member, ...] = members_of(connection, self.story)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = new_store()
    with database.write() as connection:
        yield Desk(connection, settled(tmp_path), tmp_path)
    database.close()


def gists(desk: Desk, page: Page, query: Query | None = None, **parts: str) -> list[str]:
    asked = replace(desk.asked, query=query or Query({}), parts=parts)
    drawn = html.fromstring(drawn_page(page, asked))
    return [each.text_content() for each in drawn.cssselect(".gist")]


@pytest.mark.parametrize(
    ("page", "query", "parts"),
    [
        (stories.PAGE, {}, {}),
        (mapped.PAGE, {}, {}),
        (deliveries.PAGE, {}, {}),
        (rules.PAGES[0], {}, {"rule": "r"}),
        (search.PAGE, {"q": ["بلد"]}, {}),
    ],
    ids=["stories", "map", "deliveries", "rule", "search"],
)
def test_a_page_says_it_below_the_headline(
    desk: Desk, page: Page, query: dict[str, list[str]], parts: dict[str, str]
) -> None:
    said = gists(desk, page, Query(query), **parts)
    assert len(said) == 2
    assert said[0] == GIST
    assert MADE in said[1]


def test_the_page_of_a_story_says_it_at_the_head_and_at_the_report(desk: Desk) -> None:
    assert [GIST in each or MADE in each for each in gists(desk, story.PAGE, story=desk.story)] == [True] * 4


def test_commands_say_it_below_the_headline(desk: Desk) -> None:
    connection, config = desk.asked.connection, desk.asked.config
    known = known_in(connection, config.language, [desk.members])
    standing = standing_of(desk.members, {})
    printed = list(story_lines(desk.members, standing, {}, {}, "UTC", known))
    assert printed[1] == f"  {GIST}"
    assert MADE in printed[2]
    assert printed.count(f"      {GIST}") == 1
    record: Any = describe_thread(desk.members, standing, {}, None, known)
    assert record["newest"]["gist"] == record["stories"][0]["gist"] == GIST
    found = Searched(1, desk.alert.article, desk.story, desk.alert.thread)
    lines = list(search_lines([found], read_search("بلد", config), "UTC", NOW, known))
    assert lines[2] == f"  {GIST}"
    assert MADE in lines[3]


def test_the_handover_says_it_of_what_was_not_told_too(desk: Desk) -> None:
    alert = replace(desk.alert, translation=Translation(MADE))
    printed = markdown(Handover(NOW, NOW, untold=(ToldStory(alert, status="held"),)), "UTC").splitlines()
    [at] = [number for number, line in enumerate(printed) if "held" in line]
    assert f"{GIST}: " in printed[at]
    assert MADE in printed[at + 1]


def test_a_headline_that_readers_can_read_has_nothing_below_it(desk: Desk) -> None:
    connection = desk.asked.connection
    assert known_headlines(connection, "ar", [(desk.story, ARABIC)]) == {}
    assert known_headlines(connection, "en", [(desk.story, "A drone")]) == {}
    # the gist is of the headline that the alert has, the translation of any
    other = "انفجار في بلد"
    assert known_headlines(connection, "en", [(desk.story, other), (desk.story, ARABIC)]) == {
        (desk.story, ARABIC): Known(GIST, Translation(MADE))
    }
