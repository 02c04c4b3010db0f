"""A term as an admin wrote it goes in; the term comes out, or a problem with its place and remedy. Pure."""

from __future__ import annotations

from alerts.rules.automaton import SHORTEST_NEEDLE, is_searchable
from alerts.rules.forms import FormError
from alerts.rules.forms.paradigm import inflect, is_paradigm
from crawler.config.values import MISSING, Text
from crawler.config.yamlfile import Node, Problems

TERM = Text(what="a term")
LONGEST_TERM = 300  # letters; longer ones are articles pasted by mistake, and each costs as long as it is


def read_term(node: Node, problems: Problems) -> str:
    """Return one term as it is written; "" for a faulty one, such as a number without quotes, with a problem added."""
    term = TERM.read(node, problems)
    if term is MISSING:
        return ""
    if is_paradigm(term):
        return _read_paradigm(term, node, problems)
    if len(term) > LONGEST_TERM:
        problems.add(node.place, f"a term of {len(term)} letters; write a part of it, at most {LONGEST_TERM}")
        return ""
    if not term.startswith("$") and not is_searchable(term):
        problems.add(node.place, f'"{term}" has too few letters to be searched for; write at least {SHORTEST_NEEDLE}')
        return ""
    return str(term)


def _read_paradigm(term: str, node: Node, problems: Problems) -> str:
    try:
        inflect(term)
    except FormError as error:
        problems.add(node.place, f'"{term}": {error}')
        return ""
    return term
