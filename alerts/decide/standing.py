"""Work out how far a thread is confirmed (origins, reliability), and whether a rule's `when` is met. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alerts.alert import Sibling, Standing
from alerts.rule import Config, When
from crawler.article import Member

LETTERS = "ABCDEF"  # NATO AJP-2.1, reliability of a source: A reliable to E unreliable, F cannot be judged


def letters_of(config: Config) -> dict[str, str]:
    """Return the Admiralty letter of each source in the rules, by source id."""
    return {source.id: source.reliability for source in config.sources}


def standing_of(members: Iterable[Member], letters: Mapping[str, str]) -> Standing:
    """Return the standing of a thread; a source that is no longer in the rules counts as F."""
    seen = list(members)
    # in the order of the members: the origin that reported first is named first
    origins = tuple(dict.fromkeys(each.origin for each in seen if each.origin))
    return Standing(origins, min((letters.get(each.source, "F") for each in seen), default="F"))


def siblings_of(members: Iterable[Member], story: str) -> tuple[Sibling, ...]:
    """Return the other stories of a thread, each by its first member."""
    first: dict[str, Member] = {}
    for each in members:
        first.setdefault(each.story, each)
    return tuple(Sibling(name, each.title, each.outlet) for name, each in first.items() if name != story)


def is_met(when: When, standing: Standing) -> bool:
    """Return whether a thread meets a rule's `when`."""
    return not lacking(when, standing)


def lacking(when: When, standing: Standing) -> str:
    """Return in words what a thread lacks to meet a rule's `when`; "" if it is met."""
    asked = [
        (when.origins <= max(1, len(standing.origins)), _origins(when, standing)),
        (not when.reliability or standing.letter <= when.reliability, _letter(when, standing)),
    ]
    return "; ".join(words for met, words in asked if not met)


def _origins(when: When, standing: Standing) -> str:
    return f"needs {when.origins} origins, has {len(standing.origins)} ({', '.join(standing.origins) or 'none known'})"


def _letter(when: When, standing: Standing) -> str:
    return f"needs a source of reliability {when.reliability} or better, the best is {standing.letter}"
