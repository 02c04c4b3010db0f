"""A mistyped word of a search, and what the archive or the desk has that is like it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.board.page import Asked, Query
from alerts.board.pages import search as page
from alerts.rules.searching import Unsearchable, read_search
from alerts.run.meant import meant_by, words_of
from tests.unit.desk import NOW, desk, rule
from tests.unit.drawn_pages import drawn_page
from tests.unit.settled import step


@pytest.fixture
def told(line: Connection, tmp_path: Path) -> Connection:
    config = desk(tmp_path, rule("{any: [militia]}"))
    for minutes, title in enumerate(("Drones strike Baghdad", "Fire in Basra", "هجوم على بغداد")):
        step(line, config, "wire", title, minutes)
    return line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("bagdhad", 'no article has "bagdhad" (did you mean "baghdad"?)'),
        ("abghdad", 'no article has "abghdad" (did you mean "baghdad"?)'),
        ("bghdad fire", 'no article has "bghdad" (did you mean "baghdad"?)'),
        (
            "Drnoes Basrah",
            'no article has "drnoes" (did you mean "drones"?); no article has "basrah" (did you mean "basra"?)',
        ),
        ('"fire in Bsara"', 'no article has "bsara" (did you mean "basra"?)'),
        ("بغدداد", 'no article has "بغدداد" (did you mean "بغداد"?)'),
        ("nujabaa", 'no article has "nujabaa" (did you mean "nujaba"?)'),
        ("qqqq", 'no article has "qqqq"'),
        ("q", 'no article has "q"'),
        ("drone fire", ""),  # "Drones" is one; each is in some
        ("baghdad -cricket", ""),
    ],
)
def test_a_mistyped_word_is_told_with_what_is_like_it(told: Connection, words: str, said: str) -> None:
    asked = 0

    def names() -> Iterator[str]:
        nonlocal asked
        asked += 1
        yield "Harakat al-Nujaba"

    assert words_of(meant_by(told, read_search(words), names)) == said
    assert asked == (words in {"nujabaa", "qqqq"}), "the rules are read only where the archive has nothing like it"


def test_the_board_links_to_what_was_meant(told: Connection, tmp_path: Path) -> None:
    asked = Asked(desk(tmp_path, rule("{any: [militia]}")), tmp_path, told, NOW, Query({"q": ["Fire Bagdhad"]}))
    record = page.read(asked)
    assert record["unknown"] == [{"word": "bagdhad", "near": ["baghdad"]}]
    html = drawn_page(page.PAGE, asked, record)
    assert 'href="/search?q=fire+baghdad"' in html


def test_a_mistyped_name_of_the_desk_is_told_with_the_nearest(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("{any: [$pmf]}"))
    for typed, near in (
        ("kataib-hizbollah", "kataib-hezbollah"),
        ("militia-groups", "militia-group"),
        ("basis", "bases"),
    ):
        with pytest.raises(Unsearchable, match=f'did you mean "{near}"'):
            read_search(f"${typed}", config)


def test_no_word_is_offered_in_its_own_place(told: Connection) -> None:
    assert words_of(meant_by(told, read_search("nujaba"), lambda: ["Nujaba", "Nujabah"])) == (
        'no article has "nujaba" (did you mean "nujabah"?)'
    )
