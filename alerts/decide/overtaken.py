"""Decide whether a message that waits tells a toll that another message on its event has overtaken. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from alerts.alert import PINGS, Alert, Kind, Reason
from alerts.decide.what_to_tell import NUMBER
from alerts.delivery import Delivery
from crawler.article import Article
from crawler.stories.casualties import casualties
from crawler.stories.corrections import CORRECTED
from crawler.stories.harm_words import KINDS
from crawler.stories.unharmed import unharmed
from crawler.text.figures import joined, numbered
from crawler.text.folding import fold

_NOT = frozenset(("not", "لا", "وليس", "ليس"))  # between the right number and the wrong one
TOLD_IN = 600  # characters of a text in which it says how many were harmed, or that nobody was


def may_overtake(send: Delivery) -> bool:
    """Return whether a message may stand for others of its event; a second attack has a toll of its own."""
    return send.kind in PINGS and bool(send.thread) and send.reason is not Reason.ANOTHER


def may_be_overtaken(send: Delivery, waiting: Delivery) -> bool:
    """Return whether another message that waits tells another story of the same event, to the same target."""
    return (
        waiting.thread == send.thread
        and waiting.target == send.target
        and waiting.subject != send.subject
        and waiting.kind in PINGS
        and waiting.reason is not Reason.ANOTHER
        and not waiting.attempts
    )


def is_overtaken(sent: Alert, waiting: Alert, kind: Kind) -> bool:
    """Return whether what waits tells an older toll than the message that is sent now.

    A correction overtakes every other number. Another report overtakes a lower or equal one, and only of an update that
    is no graver and tells nothing else.
    """
    if waiting.created > sent.created:
        return False
    now, then = toll_of(sent), toll_of(waiting)
    shared = now.keys() & then.keys()
    if sent.corrects:
        return any(now[each] != then[each] for each in shared)
    only_numbers = bool(waiting.changes) and all(_kind_of(each) for each in waiting.changes)
    risen = bool(shared) and then.keys() <= now.keys() and all(now[each] >= then[each] for each in shared)
    return kind is Kind.UPDATE and only_numbers and risen and waiting.severity <= sent.severity


def beside_toll(alert: Alert) -> tuple[str, ...]:
    """Return the changes that an alert tells beside numbers: an arrest is news also where its toll was wrong."""
    return tuple(each for each in alert.changes if not _kind_of(each))


def toll_of(alert: Alert) -> Mapping[str, int]:
    """Return the toll that an alert tells, by kind; 0 where it says that there was none."""
    changed = {kind: int(number) for each in alert.changes for kind, number in _number(each)}
    return {**toll_in(alert.article), **changed}


def toll_in(article: Article) -> Mapping[str, int]:
    """Return the toll that an article tells in its headline and the beginning of its text."""
    lead = article.body[:TOLD_IN]
    none: Mapping[str, int] = dict.fromkeys(unharmed(f"{article.title}\n{lead}"), 0)
    return {**none, **casualties(article.title, lead)}


def put_right(title: str) -> tuple[int, int] | None:
    """Return the number that a headline puts right and what it puts in its place: (4, 3) for "is three, not four"."""
    words = ["1" if each == "one" else each for each in fold(joined(title)).split()]
    numbers = [(int(number), first, last) for number, first, last in numbered(words) if number.isdecimal()]
    for (right, _, _), (wrong, first, _) in pairwise(numbers):
        if words[first - 1] in _NOT and right != wrong:
            return wrong, right
    return None


def _number(change: str) -> list[tuple[str, str]]:
    found = NUMBER.match(change.removeprefix(f"{CORRECTED}: "))
    kind = _kind_of(change)
    return [(kind, number)] if found and kind in KINDS and (number := found["to"] or found["was"]).isdecimal() else []


def _kind_of(change: str) -> str:
    """Return of what a change tells the number, "killed" for "2 -> 4 killed"; "" where it tells something else."""
    found = NUMBER.match(change.removeprefix(f"{CORRECTED}: "))
    return (found["what"].strip() or found["of"].strip()) if found else ""
