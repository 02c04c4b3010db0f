"""What is kept of words met before stays small, however many a long run meets."""

from __future__ import annotations

import tracemalloc

from crawler.stories import harm_words
from crawler.stories.casualties import casualties
from crawler.stories.wording import number_of

MET = 40_000  # different words, as in some months of news
MOST = 8_000_000  # bytes; 22 MB before what is kept was bounded


def test_words_of_months_leave_a_few_megabytes() -> None:
    words = [
        f"{made}{number}"
        for number in range(MET // 2)
        for made in ("militia", "\u0645\u064a\u0644\u064a\u0634\u064a\u0627")
    ]
    asked = (harm_words.is_dead, harm_words.is_harm, harm_words.is_deed, harm_words.kind_of, harm_words.is_person)
    tracemalloc.start()
    try:
        for at in range(0, MET, 20):
            some = words[at : at + 20]
            casualties(" ".join(some), "")
            for word in some:
                number_of(word)
                for ask in asked:
                    ask(word)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < MOST
