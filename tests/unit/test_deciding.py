"""Which words a message quotes: those that decided how grave it is, and the text round them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from alerts.alert import Alert, Hit, Severity
from alerts.render.form import FORMS
from alerts.render.quote import RADIUS
from alerts.render.sheet import sheet
from alerts.render.text import render_alert
from crawler.article import Article
from tests.unit.alerts_made import ALERT, SENT
from tests.unit.desk import NOW
from tests.unit.shipped import matcher

FILL = "The road to the camp was quiet that evening and the shops stayed open until late. "
DECIDED = 'US soldiers are hurt ("wounded", "US soldiers", "Rockets"; row 3)'


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Mortars hit Balad base where US contractors live, one US soldier killed", ("killed", "US soldier")),
        ("Drones over Ain al-Asad: four American soldiers hurt in blast", ("hurt", "American soldiers")),
        ("هجوم بمسيرة على قاعدة حرير وإصابة جنديين أمريكيين", ("وإصابة", "جنديين أمريكيين")),
        ("حمله راکتی به پایگاه بلد و زخمی شدن دو نظامی آمریکایی", ("زخمی شدن", "نظامی آمریکایی")),
        ("In Hormuz a tanker with twenty aboard is seized by boats", ("seized", "tanker")),
    ],
)
def test_deed_and_victim_are_quoted_before_where_and_with_what(title: str, words: tuple[str, ...]) -> None:
    found = matcher().match(Article("a1", "wire", title, NOW))
    gravest = max(found, key=lambda each: each.severity)
    assert tuple(re.findall('"([^"]*)"', gravest.why))[: len(words)] == words, gravest.why


def told(body: str, why: str = DECIDED, hits: tuple[tuple[str, str], ...] = (("$base", "camp"),)) -> Alert:
    """Make an alert on this text, decided by these words, with hits of the rule at the first place of each word."""
    found = tuple(Hit(term, word, "body", body.index(word), body.index(word) + len(word), word) for term, word in hits)
    article = replace(ALERT.article, title="Rockets hit a camp", text=body)
    cause = replace(ALERT.causes[0], hits=found, why=why, severity=Severity.FLASH)
    return replace(ALERT, article=article, causes=(replace(cause, why="", severity=Severity.PRIORITY), cause))


def quoted(alert: Alert) -> str:
    return "".join(words for words, _ in sheet(SENT, alert, "UTC").quote)


def test_quote_stands_round_the_words_that_decided_and_not_round_the_first_hit() -> None:
    alert = told(f"{FILL * 9}Two US soldiers were wounded, an officer said. {FILL * 9}")
    assert quoted(alert).startswith("… ")
    assert "Two US soldiers were wounded, an officer said." in quoted(alert)
    assert quoted(alert).endswith(" …")
    marked = [words for words, hit in sheet(SENT, alert, "UTC").quote if hit]
    assert marked == ["US soldiers", "wounded"]
    assert "<mark>wounded</mark>" in FORMS["watchmail"].alert(SENT, alert, "UTC").html


def test_quote_begins_with_the_text_where_the_words_are_near_its_beginning() -> None:
    alert = told(f"{FILL * 2}Two US soldiers wounded. {FILL * 9}")
    assert quoted(alert).startswith("The road to the camp")
    assert "soldiers wounded." in quoted(alert)
    assert len(quoted(alert)) <= 3 * RADIUS + 2


@pytest.mark.parametrize("word", ["swounded", "unwounded"])
def test_a_part_of_a_word_decided_nothing(word: str) -> None:
    alert = told(f"{FILL * 9}{word} men. {FILL * 9}{FILL}Wounded men.", 'they are hurt ("wounded"; row 3)')
    assert "Wounded men." in quoted(alert)
    assert word not in quoted(alert)


def test_without_a_row_each_term_of_the_rule_shows_a_word_before_any_shows_a_second() -> None:
    words = (("$deed", "Drones"), ("$deed", "struck"), ("$base", "Harir"), ("$deed", "drones"), ("$us", "US troops"))
    title = "Drones struck Harir: drones near US troops"
    hits = tuple(Hit(term, word, "title", title.index(word), title.index(word) + 1, word) for term, word in words)
    alert = replace(ALERT, causes=(replace(ALERT.causes[0], hits=hits),))
    (why,) = (each for each in render_alert(SENT, alert, "UTC").body.splitlines() if each.startswith("Why:"))
    assert why == 'Why: Rockets: "Drones", "Harir", "US troops" in the title'
    fewer = replace(alert, causes=(replace(ALERT.causes[0], hits=hits[:2] + hits[3:4]),))
    assert 'Rockets: "Drones", "struck" in the title\n' in render_alert(SENT, fewer, "UTC").body
