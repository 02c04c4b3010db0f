"""An outlet's own article before one that was only carried: in the order of judging, and in what an alert quotes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.line.judging_order import ours_first
from alerts.line.new_alert import _quoted
from alerts.rules.match import Finding
from crawler.article import Article, Placement, Relation, Revision
from tests.unit.alerts_made import ALERT
from tests.unit.desk import NOW

OWN = replace(ALERT.article, id="own")
CARRIED = replace(ALERT.article, id="carried", carrier="Google News", url="https://news.google.com/rss/articles/CBM1")


def revision(seq: int, *, carried: bool, story: str = "s1", relation: Relation = Relation.DUPLICATE) -> Revision:
    return Revision(seq, CARRIED if carried else OWN, Placement(relation, story, "t1"), NOW)


def order(*revisions: Revision) -> list[int]:
    return [each.seq for each, _ in ours_first([(each, Finding()) for each in revisions])]


def test_carried_article_waits_for_the_last_own_one_of_its_story_and_for_no_other() -> None:
    def own(seq: int, story: str = "s1") -> Revision:
        return revision(seq, carried=False, story=story)

    carried = revision(1, carried=True)
    assert order(carried, own(2)) == [2, 1]
    assert order(carried, own(2, "s2"), own(3)) == [2, 3, 1]
    assert order(carried, own(2, "s2")) == [1, 2]
    assert order(own(1), revision(2, carried=True), own(3), revision(4, carried=True)) == [1, 3, 2, 4]
    assert order(own(1), own(2, "s2"), own(3)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("before", "relation", "carried", "change", "quoted"),
    [
        (CARRIED, Relation.DUPLICATE, False, "", "own"),
        (OWN, Relation.DUPLICATE, True, "", "own"),
        (OWN, Relation.NEW, True, "", "own"),
        (OWN, Relation.UPDATED, True, "", "own"),
        # what tells a change is quoted, whoever brought it
        (OWN, Relation.UPDATED, True, "2 -> 3 killed", "carried"),
        (CARRIED, Relation.DUPLICATE, True, "", "carried"),
    ],
)
def test_alert_quotes_the_outlets_own_article(
    before: Article, relation: Relation, carried: bool, change: str, quoted: str
) -> None:
    told = revision(5, carried=carried, relation=relation)
    told = replace(told, placement=replace(told.placement, change=change))
    earlier = replace(ALERT, article=before)
    article, causes = _quoted(told, ALERT.causes, earlier)
    assert article.id == quoted
    assert [each.rule for each in causes] == ["r"]
