"""Terms that stand side by side go in; those that find nothing another of them would not find too come out. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from alerts.rules.automaton import Automaton
from alerts.rules.forms.paradigm import denied, is_paradigm
from alerts.rules.lexicon import spelt
from crawler.text.folding import Folded, fold


def dead_beside(terms: Collection[str], others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each plain term for which one of the others finds whatever it finds, with the first of those."""
    plain = [term for term in terms if not (is_paradigm(term) or term.startswith("="))]
    if not plain or not others:
        return
    beside = _Beside(others)
    for term in plain:
        # what the term finds at the least, and with more in place of each "*": who finds both finds all between
        texts = [Folded(term.replace("*", more).replace("?", "x")) for more in ("", "xx")]
        both = beside.finding(texts[0]) & beside.finding(texts[1])
        if other := next((others[each] for each in sorted(both) if others[each] != term), None):
            yield term, other


class _Beside:
    """All spellings of some terms, searched for at once: one by one the cost grew with the square of a list."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._terms = terms
        self._of: dict[str, list[int]] = {}
        for number, term in enumerate(terms):
            for text, _ in spelt(term):
                self._of.setdefault(text, []).append(number)
        self._automaton = Automaton(self._of)

    def finding(self, text: Folded) -> set[int]:
        """Return the numbers of the terms that find something in a text."""
        found = {alias for alias, _, _, _ in self._automaton.find(text)}
        numbers = {number for alias in found for number in self._of[self._automaton.aliases[alias]]}
        # a paradigm does not find its forms inside its denials, where a plain term does
        return {each for each in numbers if not any(text.text in denial for denial in _denials(self._terms[each]))}


@lru_cache(maxsize=4096)  # a paradigm stands beside many terms
def _denials(term: str) -> tuple[str, ...]:
    return tuple(fold(each.text) for each in denied(term)) if is_paradigm(term) else ()
