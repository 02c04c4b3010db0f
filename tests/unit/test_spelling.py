"""What may be attached to a spelling, beside the same written as one regular expression a term."""

from __future__ import annotations

import random
import re

from alerts.rules.automaton import Automaton, spelling
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


def test_a_spelling_is_found_with_what_may_be_attached_and_with_nothing_else() -> None:
    chance = random.Random(7)
    parts = (*PREFIXES, *WITH_ARTICLE, *PLURALS, "ان", "ي", "ا", "كة", "ون")
    found = 0
    for term in TERMS:
        made = spelling(term)
        assert made is not None
        automaton, pattern = Automaton([made]), _pattern(term)
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
    made = spelling("ميليشي*")
    assert made is not None
    automaton = Automaton([made])
    for text, expected in (
        ("والميليشيات المسلحة", ["والميليشيات"]),
        ("مليشيا", []),
        ("ميليشيا و ميليشياوي", ["ميليشيا", "ميليشياوي"]),
    ):
        folded = Folded(text)
        assert [folded.text[start:end] for _, start, end, _ in automaton.find(folded)] == [
            fold(each).strip() for each in expected
        ]
