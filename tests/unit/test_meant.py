"""A mistyped word of a search, and what the archive or the desk has that is like it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.board.page import Asked, Query
from alerts.board.pages import search as page
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.searching import Unsearchable, read_search
from alerts.run.meant import meant_by, words_of
from tests.unit.desk import NOW, desk, rule
from tests.unit.drawn_pages import drawn_page
from tests.unit.settled import step


def places(tmp_path: Path) -> Config:
    desk(tmp_path, rule("{any: [militia]}"))
    path = tmp_path / "rules.yaml"
    added = 'entities:\n  basra: {aliases: [Basra, Bassorah, "البصرة", "بصره"]}\n  najaf: {aliases: [Najaf]}\n'
    path.write_text(path.read_text(encoding="utf-8").replace("entities:\n", added), encoding="utf-8")
    return load(path, environ={})


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
        ("البصرة", "no article has \"البصره\" (other spellings are found by '$basra')"),
        ("بصره", "no article has \"بصره\" (other spellings are found by '$basra')"),
        ("bassoraah", "no article has \"bassoraah\" (other spellings are found by '$basra')"),
        ("najaf", 'no article has "najaf"'),  # an entity too, of which no article tells
        ("qqqq", 'no article has "qqqq"'),
        ("q", 'no article has "q"'),
        ("drone fire", ""),  # "Drones" is one; each is in some
        ("baghdad -cricket", ""),
    ],
)
def test_a_mistyped_word_is_told_with_what_is_like_it(told: Connection, tmp_path: Path, words: str, said: str) -> None:
    asked, config = 0, places(tmp_path)

    def desk_of() -> Config:
        nonlocal asked
        asked += 1
        return config

    assert words_of(meant_by(told, read_search(words), desk_of)) == said
    assert bool(asked) == ("$" in said or words in {"najaf", "qqqq"}), (
        "the rules are read only where nothing is like it"
    )


def test_a_name_is_offered_only_where_it_finds_something_in_that_time(told: Connection, tmp_path: Path) -> None:
    config, search = places(tmp_path), read_search("البصرة")
    (meant,) = meant_by(told, search, lambda: config, NOW)
    assert meant.names == ("basra",)
    (meant,) = meant_by(told, search, lambda: config, NOW + timedelta(hours=1))
    assert meant.names == ()


def test_the_board_links_to_what_was_meant(told: Connection, tmp_path: Path) -> None:
    asked = Asked(desk(tmp_path, rule("{any: [militia]}")), tmp_path, told, NOW, Query({"q": ["Fire Bagdhad"]}))
    record = page.read(asked)
    assert record["unknown"] == [{"word": "bagdhad", "near": ["baghdad"], "names": []}]
    html = drawn_page(page.PAGE, asked, record)
    assert 'href="/search?q=fire+baghdad"' in html
    asked = Asked(places(tmp_path), tmp_path, told, NOW, Query({"q": ["البصرة"]}))
    assert 'other spellings are found by <a href="/search?q=%24basra">$basra</a>.' in drawn_page(
        page.PAGE, asked, page.read(asked)
    )


def test_a_mistyped_name_of_the_desk_is_told_with_the_nearest(tmp_path: Path) -> None:
    config = desk(tmp_path, rule("{any: [$pmf]}"))
    for typed, near in (
        ("kataib-hizbollah", "kataib-hezbollah"),
        ("militia-groups", "militia-group"),
        ("basis", "bases"),
    ):
        with pytest.raises(Unsearchable, match=f'did you mean "{near}"'):
            read_search(f"${typed}", config)
