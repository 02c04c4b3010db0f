"""Which parts the punctuation of a headline sets off, and what a pattern says of one."""

from __future__ import annotations

import pytest

from alerts.rules.headline import is_like, parts

PARTS = [
    ("colon", "Live: jets over Mosul", ("live", "jets over mosul")),
    ("bar", "LIVE | Jets over Mosul", ("live", "jets over mosul")),
    ("bar without spaces", "مباشر|غارات", ("مباشر", "غارات")),
    ("colon without a space", "مباشر:غارات", ("مباشر", "غارات")),
    ("spaced dash", "Jets over Mosul - live updates", ("jets over mosul", "live updates")),
    ("long dash", "Mosul\u2014as it happened", ("mosul", "as it happened")),
    ("brackets", "[Live] Jets over Mosul (Updated)", ("live", "jets over mosul", "updated")),
    ("dots", "مباشر.. غارات فوق الموصل", ("مباشر", "غارات فوق الموصل")),
    ("a sign before it", "\U0001f534 Live \u2022 Mosul", ("live", "mosul")),
    ("a clock time stays whole", "Blast at 10:30 in Mosul", ("blast at 10 30 in mosul",)),
    ("a hyphen stays whole", "Live-fire drill at al-Asad", ("live fire drill at al asad",)),
    ("a quotation stays whole", "'They live in tents' in Mosul", ("they live in tents in mosul",)),
    ("nothing but signs", "| : -", ()),
]


@pytest.mark.parametrize(("name", "title", "expected"), PARTS, ids=[row[0] for row in PARTS])
def test_parts_of_a_headline(name: str, title: str, expected: tuple[str, ...]) -> None:
    assert parts(title) == expected, name


LIKE = [
    ("live", "live", True),
    ("live", "LIVE", True),
    ("we live in fear", "live", False),
    ("iran war live", "* live", True),
    ("live", "* live", False),
    ("alive", "*live", True),
    ("مباشر", "مُباشر", True),
    ("week 2", "week ?", True),
]


@pytest.mark.parametrize(("part", "pattern", "expected"), LIKE)
def test_a_part_is_like_a_pattern(part: str, pattern: str, expected: bool) -> None:
    assert is_like(part, ("other", pattern)) is expected
