"""Shared words round different news join nothing; a reprint under such words still joins. Through the store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.article import Relation
from crawler.stories.frames import frame
from crawler.stories.verdict import judge
from crawler.stories.wording import wording
from tests.unit.footers import FOOTERS, LIVE, LIVE_HEADLINE, REPORTS, REPRINTS, TEMPLATES, cut
from tests.unit.placed import HOUR, JOINS, placed, side, swallowed

OWN = (5, 8, 10, 14, 16, 25, 40, 60)  # words
FOOTER = (10, 20, 40, 55, 80, 120)


@pytest.mark.parametrize("lang", REPORTS)
@pytest.mark.parametrize("footer", FOOTER)
@pytest.mark.parametrize("own", OWN)
def test_no_attack_is_swallowed_under_a_shared_footer(lang: str, own: int, footer: int) -> None:
    below = cut(FOOTERS[lang], footer)
    assert swallowed(lang, [(title, f"{cut(text, own)} {below}") for title, text in REPORTS[lang]]) == []


@pytest.mark.parametrize("lang", REPORTS)
@pytest.mark.parametrize("own", OWN)
def test_no_attack_is_swallowed_in_the_frame_of_a_live_page(lang: str, own: int) -> None:
    frame = LIVE[lang], f" {cut(FOOTERS[lang], 55)}"
    reports = [(LIVE_HEADLINE[lang] + title, cut(text, own).join(frame)) for title, text in REPORTS[lang]]
    assert swallowed(lang, reports) == []


@pytest.mark.parametrize("lang", REPORTS)
@pytest.mark.parametrize(("own", "footer"), [(5, 120), (10, 20), (14, 55)])
def test_no_attack_is_swallowed_by_the_store(lang: str, own: int, footer: int) -> None:
    found = placed(lang, [(title, f"{cut(text, own)} {cut(FOOTERS[lang], footer)}") for title, text in REPORTS[lang]])
    assert [each.evidence for each in found if each.relation in JOINS] == []


@pytest.mark.parametrize("lang", REPORTS)
def test_a_footer_alone_makes_no_reprint(lang: str) -> None:
    below = cut(FOOTERS[lang], 55)
    assert swallowed(lang, [(title, below) for title, _ in REPORTS[lang]]) == []
    (first, text), (second, _) = REPORTS[lang][:2]
    assert swallowed(lang, [(first, f"{cut(text, 20)} {below}"), (second, below)]) == []
    assert swallowed(lang, [(second, below), (first, f"{cut(text, 20)} {below}")]) == []


@pytest.mark.parametrize(("lang", "title", "text", "places"), TEMPLATES)
@pytest.mark.parametrize("footer", [0, *FOOTER])
def test_one_template_on_two_bases_is_two_stories(lang: str, title: str, text: str, places: str, footer: int) -> None:
    below = cut(FOOTERS[lang], footer) if footer else ""
    reports = [(title.format(place), f"{text.format(place)} {below}") for place in places.split("|")]
    for pair in (reports, reports[::-1]):
        found = placed(lang, pair)
        assert found[1].relation not in JOINS, found[1].evidence
        assert found[0].story != found[1].story


@pytest.mark.parametrize("footer", FOOTER)
def test_the_day_in_the_first_sentence_parts_equal_headlines(footer: int) -> None:
    below = cut(FOOTERS["en"], footer)
    first = "A mortar round fell into the yard of Camp Victoria on Monday evening, an army captain said."
    reports = [
        ("Mortar round falls into Camp Victoria", f"{first} {below}"),
        ("Mortar round falls into Camp Victoria", f"{first.replace('Monday', 'Wednesday')} {below}"),
    ]
    found = placed("en", reports, apart=8 * HOUR)
    assert found[1].relation is Relation.RELATED, found[1].evidence


@pytest.mark.parametrize(("lang", "first", "reprint"), REPRINTS)
@pytest.mark.parametrize("footer", [0, 20, 55, 120])
def test_a_reprint_with_another_headline_and_footer_joins(lang: str, first: str, reprint: str, footer: int) -> None:
    text = next(body for title, body in REPORTS[lang] if title == first)
    below = f" {cut(FOOTERS[lang], footer)}" if footer else ""
    other = next(each for each in REPORTS[lang] if each[0] != first)
    found = placed(lang, [(first, text + below), (other[0], other[1] + below), (reprint, text + below)])
    assert found[2].relation is Relation.DUPLICATE, found[2].evidence
    assert found[2].story == found[0].story


@pytest.mark.parametrize("lang", REPORTS)
def test_a_shared_footer_is_learned_from_its_second_headline_on(lang: str) -> None:
    """Once it is known the footer gives no keys either: a third report under it meets nobody."""
    below = cut(FOOTERS[lang], 80)
    reports = [(title, f"{cut(text, 16)} {below}") for title, text in REPORTS[lang]]
    found = placed(lang, reports)
    assert [each.relation for each in found] == [Relation.NEW] * len(reports)
    assert not any(each.evidence for each in found[2:])


def test_the_same_text_in_another_order_may_open_with_another_day() -> None:
    lines = ["The camp was shelled on Monday evening, a captain said.", "It had been shelled on Friday too, he said."]
    reports = [("Camp Victoria shelled twice", " ".join(order)) for order in (lines, lines[::-1])]
    assert placed("en", reports)[1].relation is Relation.DUPLICATE


def frames_of(one: tuple[str, str], other: tuple[str, str]) -> tuple[int, int]:
    """Return how many sentences are taken off either text as frames."""
    found = frame(wording(*one), wording(*other))
    return len(found[0]), len(found[1])


FIRST = ("Mine found on Karrada bridge", "Police closed the Karrada bridge when a mine was found.")
SECOND = ("Judge shot in Mosul market", "Gunmen shot a judge in the Mosul market on a busy day.")


@pytest.mark.parametrize(
    ("name", "shared", "other", "taken"),
    [
        ("no word of a headline", "Sign up for our evening letter today.", None, 1),
        ("one word of a headline", "Sign up at the bridge for our evening letter.", None, 1),
        ("two words of one: news in both texts", "A mine lay under the bridge last spring too.", None, 0),
        ("another outlet's name in it", "This text is by the Coast Desk and its friends in town.",
         "This text is by the River Desk and its friends in town.", 1),
        ("another number in it", "This text is one of 12 by the Coast Desk and its friends.",
         "This text is one of 13 by the Coast Desk and its friends.", 0),
        ("other words", "This text is by the Coast Desk and its friends in town.",
         "You can write to our paper if you find a mistake.", 0),
    ],
)  # fmt: skip
def test_shared_sentence_is_a_frame_or_news(name: str, shared: str, other: str | None, taken: int) -> None:
    one, two = (FIRST[0], f"{FIRST[1]} {shared}"), (SECOND[0], f"{SECOND[1]} {other or shared}")
    assert frames_of(one, two) == (taken, taken), name


def test_known_frame_is_taken_off_the_earlier_text_too() -> None:
    """A summary stored with its footer, before that was known as one, is the same story as the whole text without."""
    title, text = REPORTS["en"][0]
    footer = cut(FOOTERS["en"], 120)
    earlier = side(0, "en", title, f"{cut(text, 30)} {footer}", 0 * HOUR)
    later = side(1, "en", "Embassy in Baghdad: two rockets come down near by", text, HOUR)
    assert judge(earlier, later).relation not in JOINS
    assert judge(later, earlier).relation not in JOINS
    known = wording("", footer).numbers
    printed = side(1, "en", "Embassy in Baghdad: two rockets come down near by", f"{text} {footer}", HOUR)
    stripped = replace(printed, wording=printed.wording.without(known))
    assert judge(earlier, stripped).relation in JOINS
    assert judge(stripped, earlier).relation in JOINS  # and the other way round


def test_text_that_only_rewords_the_other_has_no_frame() -> None:
    """Six of nine words of meaning are the other's: a house style, not news of its own."""
    shared = "Sign up for our evening letter today."
    one = "Police closed the Karrada bridge after divers found mine under pillar."
    two = "Karrada bridge closed by police, divers found mine near northern bank."
    assert frames_of(("Mine under pillar", f"{one} {shared}"), ("Divers at northern bank", f"{two} {shared}")) == (0, 0)


@pytest.mark.parametrize(("sentences", "relation"), [(30, Relation.UPDATED), (3, Relation.RELATED)])
def test_date_corrected_in_a_long_report_is_an_update(sentences: int, relation: Relation) -> None:
    """In a few lines another date is another event; at the head of a long report it is a number that was corrected."""
    tail = " ".join(
        f"The committee of ward {letter} heard a witness about the harbour wall." for letter in WARDS[:sentences]
    )
    told = "The harbour hearing of 3 March ended late, the clerk of the town said after 4 hours and 9 speakers."
    one, two = (
        side(0, "en", "Harbour hearing ends late", f"{day} {tail}", 0 * HOUR)
        for day in (told, told.replace("3 March", "6 March"))
    )
    assert judge(one, two).relation is relation


WARDS = ["amber", "birch", "cedar", "dune", "elm", "fern", "gorse", "hazel", "iris", "jade", "kelp", "larch", "moss", "nettle", "oak",
         "pine", "quince", "reed", "sage", "thorn", "umber", "vine", "willow", "yarrow", "zinnia", "aster", "briar", "clover", "daisy", "erica"]  # fmt: skip
