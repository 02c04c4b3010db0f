"""What may be attached to a spelling, beside the same written as one regular expression a term."""

from __future__ import annotations

import gc
import random
import re

from alerts.rules.automaton import Automaton, Spelling, needle_of, spelling
from crawler.text.folding import Folded, fold

PREFIXES = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل", "فك")
WITH_ARTICLE = (*(each + "ال" for each in PREFIXES if "ل" not in each), "لل", "ولل", "فلل")
TERMS = ("الحشد", "حشد", "قاعدة عين الأسد", "فصيل", "نیروها", "موشكي", "قائد", "ميليشيا", "لل", "عين الاسد")
PLURALS = ("هايي", "هاي", "ها", "")


def _pattern(term: str) -> re.Pattern[str]:
    """Return a term with all that may be attached to it as one pattern, longer prefixes first."""
    word = fold(term).strip()
    stem = word.removeprefix("ال")
    definite = stem != word and len(stem.split(" ")[0]) >= 3
    first = WITH_ARTICLE if definite else (*PREFIXES, *WITH_ARTICLE)
    last = (*PLURALS, *{"ي": ("ان",), "ا": ("ي",), "و": ("ي",)}.get(word[-1], ()))
    before, after = ("|".join(sorted(each, key=len, reverse=True)) for each in (first, last))
    return re.compile(f"(?<= )(?:{before}){re.escape(stem if definite else word)}(?:{after})(?= )")


def test_the_needle_of_a_spelling_is_made_alone_as_with_it() -> None:
    others = ("militia", "U.S.", "=US", "milit*", "b?se", "ميليشي*", "*", "-", "", "=", "ال", "و", "ک", "=و", "ab", "a")
    for term in (*TERMS, *others):
        made = spelling(term)
        assert needle_of(term) == (made.needle if made else ""), term
    assert [needle_of(each) for each in ("الحشد", "بغداد", "Base", "و", "-")] == ["حشد", "بغداد", " base ", "", ""]


def test_a_spelling_is_found_with_what_may_be_attached_and_with_nothing_else() -> None:
    chance = random.Random(7)
    parts = (*PREFIXES, *WITH_ARTICLE, *PLURALS, "ان", "ي", "ا", "كة", "ون")
    found = 0
    for term in TERMS:
        automaton, pattern = Automaton([term]), _pattern(term)
        for _ in range(400):
            words = [
                chance.choice(parts) + chance.choice((term, term.removeprefix("ال"), "x")) + chance.choice(parts)
                for _ in range(3)
            ]
            folded = Folded(" ".join(words))
            expected = [match.span() for match in pattern.finditer(folded.text)]
            assert [(start, end) for _, start, end, _ in automaton.find(folded)] == expected, (term, words)
            found += len(expected)
    assert found > 500  # so that the words above do try both


def test_a_wildcard_stands_for_letters_and_takes_what_may_be_attached() -> None:
    automaton = Automaton(["ميليشي*"])
    for text, expected in (
        ("والميليشيات المسلحة", ["والميليشيات"]),
        ("مليشيا", []),
        ("ميليشيا و ميليشياوي", ["ميليشيا", "ميليشياوي"]),
    ):
        folded = Folded(text)
        assert [folded.text[start:end] for _, start, end, _ in automaton.find(folded)] == [
            fold(each).strip() for each in expected
        ]


def test_spellings_share_what_may_be_attached_to_them() -> None:
    """A desk has thousands of forms: with a set of its own each, the sets took 40 MB of the daemon."""
    words = ("نيروي", "شبهنظامي", "موشكي", "داڕزي", "گڕتي")
    sets = [made.suffixes for word in words if (made := spelling(word))]
    assert len(sets) == len(words)
    assert len({id(each) for each in sets}) == len(set(sets)) == 2  # Kurdish letters take endings of their own


def test_spellings_are_made_when_a_text_has_them() -> None:
    """A desk has tens of thousands and a text a few: all of them, kept prepared, took 25 MB of the daemon."""
    before = _prepared()
    automaton = Automaton(f"فصيل{number}" for number in range(500))
    assert [automaton.aliases[number] for number, *_ in automaton.find(Folded("هاجم فصيل77 القاعدة"))] == ["فصيل77"]
    assert _prepared() - before <= {"فصيل77", "فصيل7"}


def _prepared() -> set[str]:
    return {each.alias for each in gc.get_objects() if isinstance(each, Spelling)}
