"""Find conditions that never hold: a pattern folded text cannot contain, an `except` that masks a whole rule. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from alerts.rule import Config
from alerts.rules.automaton import Automaton
from alerts.rules.lexicon import expand, spelt
from alerts.rules.match import positive_terms
from crawler.config.problems import Problem
from crawler.text.folding import Folded, fold

LOOKED_THROUGH = 512  # characters of a range


def impossible_patterns(config: Config) -> Iterator[Problem]:
    """Yield a problem for each regular expression that no folded text can contain."""
    for rule in config.rules:
        for each in rule.match.of("regex"):
            pattern = str(each.options["pattern"])
            if why := fault_of(pattern):
                yield Problem(each.place, f'the regex "{pattern[:60]}" of rule "{rule.id}" can never match: {why}')


def fault_of(pattern: str) -> str:
    """Return why folded text cannot contain what a pattern asks for; "" if it can, or if nobody can tell."""
    try:
        tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):  # Rust's syntax has more than Python's
        return ""
    ignoring = bool(tree.state.flags & re.IGNORECASE)
    if not _at_edges(tree):
        return 'folded text has a space at its beginning and its end (" militia hits "); write "^ militia" or "hits $"'
    if bad := _bad_of(tree, ignoring=ignoring):
        sample = "".join(chr(value) for op, value in tree if op is code.LITERAL)
        looks = fold(sample).strip()
        return f'folded text has no "{bad}" (case, marks and punctuation are gone): it looks like "{looks}"'
    return ""


def _at_edges(tree: Any) -> bool:
    """Return whether what stands at an anchor can be the space that folded text begins and ends with."""
    items = list(tree)
    ends = ((items, code.AT_BEGINNING), (items[::-1], code.AT_END))
    for ordered, anchor in ends:
        if len(ordered) > 1 and ordered[0] == (code.AT, anchor) and not _can_be_space(ordered[1]):
            return False
    return True


def _can_be_space(item: tuple[Any, Any]) -> bool:
    op, value = item
    if op is code.LITERAL:
        return bool(value == ord(" "))
    if op is code.IN:
        return any(each in {(code.LITERAL, ord(" ")), (code.CATEGORY, code.CATEGORY_SPACE)} for each in value) or any(
            each[0] is code.NEGATE for each in value
        )
    if op in {code.MAX_REPEAT, code.MIN_REPEAT}:
        return value[0] == 0 or _can_be_space(value[2][0])
    return op is not code.SUBPATTERN or not len(value[3]) or _can_be_space(value[3][0])


def _bad_of(tree: Any, *, ignoring: bool) -> str:
    """Return a character that the pattern needs and folded text never has, "" if there is none."""
    for op, value in tree:
        bad = ""
        if op is code.LITERAL:
            bad = "" if _is_folded(value, ignoring=ignoring) else chr(value)
        elif op is code.IN:
            bad = "" if any(_in_class(each, ignoring=ignoring) for each in value) else chr(value[0][1])
        elif op is code.BRANCH:
            bads = [_bad_of(each, ignoring=ignoring) for each in value[1]]
            bad = bads[0] if all(bads) else ""
        elif op is code.SUBPATTERN:
            bad = _bad_of(value[3], ignoring=ignoring or bool(value[1] & re.IGNORECASE))
        elif op in {code.MAX_REPEAT, code.MIN_REPEAT} and value[0] > 0:
            bad = _bad_of(value[2], ignoring=ignoring)
        if bad:
            return bad
    return ""


def _in_class(member: tuple[Any, Any], *, ignoring: bool) -> bool:
    op, value = member
    if op is code.LITERAL:
        return _is_folded(value, ignoring=ignoring)
    if op is code.RANGE:
        first, last = value
        return any(_is_folded(each, ignoring=ignoring) for each in range(first, min(last, first + LOOKED_THROUGH) + 1))
    return True  # a category, or a negated class


def _is_folded(character: int, *, ignoring: bool) -> bool:
    text = chr(character).lower() if ignoring else chr(character)
    return text == " " or fold(text).strip() == text


def swallowed(config: Config) -> Iterator[Problem]:
    """Yield a problem for each rule whose `except` masks every term that its `match` asks for."""
    for rule in config.rules:
        terms = list(dict.fromkeys(positive_terms(rule.match)))
        if not rule.masks or not terms:
            continue
        masks = Automaton(each for mask in rule.masks for each in _spellings(config, mask))
        if all(_is_masked(config, term, masks) for term in terms):
            yield Problem(rule.place, f'the except of rule "{rule.id}" masks all that its match asks for')


def _is_masked(config: Config, term: str, masks: Automaton) -> bool:
    """Return whether whatever a term finds is found by one of the masks, in full."""
    texts = [
        each.lstrip("=").replace("*", more).replace("?", "x")
        for each in _spellings(config, term)
        for more in ("", "xx")
    ]
    return bool(texts) and all(any(True for _ in masks.find(Folded(text))) for text in texts)


def _spellings(config: Config, term: str) -> list[str]:
    if term.startswith("$"):
        return [each.alias for each in expand(config, term)]
    return [each for each, _ in spelt(term)]
