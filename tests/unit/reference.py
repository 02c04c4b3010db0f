"""A slow, obvious matcher: what the rule language means, written for reading. The engine must agree with it.

It folds character by character, tries every spelling at every word, and every choice of mentions for near and same.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from alerts.rule import Condition, Config, Rule
from crawler.article import Article
from crawler.text.folding import fold
from crawler.text.tokens import paragraphs, sentences

PREFIXES = ["", *(a + b for a in ("", "و", "ف") for b in ("ب", "ل", "ك", ""))]
JOINED = sorted({each for each in PREFIXES if each})
DEFINITE = [p + "ال" for p in ("", "و", "ف", "ب", "ك", "وب", "وك", "فب", "فك")] + ["لل", "ولل", "فلل"]


@dataclass(frozen=True)
class Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Found:
    field: str
    first: int  # numbers of words
    last: int


def words_of(text: str) -> list[Word]:
    """Cut a text into folded words with their place: a word at a time, so that the places are plain."""
    found: list[Word] = []
    for match in re.finditer(r"\S+", text):
        position = match.start()
        found += [Word(word, position, match.end()) for word in fold(match[0]).split()]
    return found


def spelled(alias: str, words: list[Word], first: int) -> int | None:
    """Give the number of the last word if the alias stands at this word."""
    exact = alias.startswith("=")
    asked = fold(alias[1:] if exact else alias.replace("*", "ꀀ").replace("?", "ꀁ")).split()
    if not asked or first + len(asked) > len(words):
        return None
    for number, (want, word) in enumerate(zip(asked, words[first:], strict=False)):
        if not any(
            re.fullmatch(each, word.text)
            for each in _ways(want, head=number == 0, tail=number == len(asked) - 1, exact=exact)
        ):
            return None
    return first + len(asked) - 1


def _ways(want: str, *, head: bool, tail: bool, exact: bool) -> list[str]:
    """Give the patterns of the ways in which one word of a term may stand."""
    stem = re.escape(want).replace("ꀀ", ".*").replace("ꀁ", ".")
    arabic = re.match(r"[\u0600-\u06ff]", want)
    starts, ends = [""], [""]
    if not exact and head and arabic:
        bare = want.removeprefix("ال")
        if bare != want and len(bare) >= 3:
            stem, starts = re.escape(bare).replace("ꀀ", ".*").replace("ꀁ", "."), DEFINITE
        else:
            starts = ["", *JOINED, *DEFINITE]
    if not exact and tail and re.match(r"[\u0600-\u06ff]", want[-1]):
        ends = [
            "",
            "ها",
            "هاي",
            "هايي",
            *(["ان"] if want.endswith("ي") else []),
            *(["ي"] if want.endswith(("ا", "و")) else []),
        ]
    return [f"{start}{stem}{end}" for start in starts for end in ends]


class Reference:
    """One article under one config."""

    def __init__(self, config: Config, article: Article) -> None:
        self.config = config
        self.texts = {"title": article.title, "body": article.body}
        self.words = {field: words_of(text) for field, text in self.texts.items()}
        self.article = article

    def holds(self, rule: Rule) -> bool:
        masks = [each for term in rule.masks for each in self.mentions(term, ("title", "body"))]
        return self.test(rule.match, ("title", "body"), masks) is not None

    def mentions(self, term: str, fields: tuple[str, ...]) -> list[Found]:
        aliases = [term]
        if term.startswith("$"):
            name = term[1:]
            aliases = list(self.config.lists[name].terms) if name in self.config.lists else []
            aliases += [a for e in self.config.entities.values() if e.id == name or name in e.is_a for a in e.aliases]
        found = []
        for field in fields:
            words = self.words[field]
            for first in range(len(words)):
                for alias in aliases:
                    last = spelled(alias, words, first)
                    if last is None:
                        continue
                    shown = _letters(self.texts[field][words[first].start : words[last].end])
                    if alias.startswith("=") and shown != _letters(alias):
                        continue
                    found.append(Found(field, first, last))
        return found

    def test(self, condition: Condition, fields: tuple[str, ...], masks: list[Found]) -> list[Found] | None:  # noqa: PLR0911 - one return an operator
        if condition.op == "term":
            found = [each for each in self.mentions(condition.term, fields) if not any(_over(each, m) for m in masks)]
            return found or None
        if condition.op in {"title", "body"}:
            return self.test(condition.children[0], tuple(f for f in fields if f == condition.op), masks)
        results = [self.test(child, fields, masks) for child in condition.children]
        held = [each for each in results if each is not None]
        union = [each for result in held for each in result]
        if condition.op in {"any", "filter"}:
            return union if held else None
        if condition.op == "all":
            return union if len(held) == len(results) else None
        if condition.op == "none":
            return None if held else []
        if condition.op == "at_least":
            return union if len(held) >= condition.options["k"] else None  # type: ignore[operator]
        if len(held) < len(results):
            return None
        choices = [each for each in itertools.product(*held) if self._stand(condition, each)]
        return [each for choice in choices for each in choice] or None

    def _stand(self, condition: Condition, chosen: tuple[Found, ...]) -> bool:
        if len({each.field for each in chosen}) > 1 or any(_over(a, b) for a, b in itertools.combinations(chosen, 2)):
            return False
        if condition.op == "same":
            text = self.texts[chosen[0].field]
            starts = (sentences if condition.options["unit"] == "sentence" else paragraphs)(text)
            places = [self.words[each.field][each.first].start for each in chosen]
            return len({sum(start <= place for start in starts) for place in places}) == 1
        by_place = sorted(chosen, key=lambda each: each.first)
        if condition.options["ordered"] and list(chosen) != by_place:
            return False
        return by_place[-1].first - by_place[0].last <= condition.options["within"]  # type: ignore[operator]


def _over(one: Found, other: Found) -> bool:
    return one.field == other.field and one.first <= other.last and other.first <= one.last


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
