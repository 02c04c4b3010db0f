"""Say why a message was sent: the cause of it, the rules that matched, and what they found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from alerts.alert import Alert, Cause, Hit, Kind, Reason
from alerts.delivery import Delivery
from alerts.render.words import cut, isolated, ours, plain
from crawler.text.folding import fold

NAME_LIMIT = 80  # characters of an outlet, a hit, a gloss's first half
DECIDED_SHOWN = 3  # hits in the line that says why
RULES_SHOWN = 12
EARLIER = "another report of this story"
_QUOTED = re.compile('"([^"]*)"')

REASONS = {
    Reason.FIRST_ARTICLE: "first article of this story",
    Reason.NEW_RULE: "a further rule matched this story",
    Reason.SEVERITY_RAISED: "its severity rose",
    Reason.CORRECTED: "what was told is corrected",
    Reason.FIRST_DEATHS: "people died whom no message told of",
    Reason.UPDATED: "what it tells has changed",
    Reason.PACED: "what it tells has changed; held until 30 minutes after the last message on it",
    Reason.SECOND_ORIGIN: "a second origin reports it",
    Reason.NEWS_AGAIN: "it is reported again after twelve hours",
    Reason.DEVELOPMENT: "it adds to an event told before",
    Reason.ANOTHER: "it tells another attack, target, place or doer than what was told of this event",
    Reason.FURTHER: "another report of an event told before, or of another like it",
    Reason.REPEATS: "more reports of events told before",
    Reason.POSSIBLY_SAME: "possibly an event told before",
    Reason.WHEN_HOLDS: "the rule's condition on the thread has come to hold",
    Reason.STALE: "older than the freshness limit, so listed here instead of interrupting",
    Reason.REMATCH: "the rules as changed would have caught it",
    Reason.ROUTINE: "routine stories are told together",
    Reason.QUIET_HOURS: "held while the quiet hours lasted",
    Reason.STORM: "more came than this receiver's rate lets through",
    Reason.SAME_EVENT: "stories of one event are told together",
    Reason.SCHEDULED: "this receiver's digest is due",
    Reason.STANDBY: "the receiver it was for cannot be reached",
    Reason.ESCALATED: "nobody acknowledged it in time",
    Reason.RESENT: "somebody asked for it again",
    Reason.TOLD: "others report it too",
    Reason.TRANSLATED: "a machine translation of its headline came after it",
    Reason.SYSTEM: "Watchfloor on itself",
}
# for the first message on a story, where its event has other stories
_OF_KNOWN_EVENTS = {
    Reason.FIRST_ARTICLE: "first article of this story; there are other reports of the same event",
    Reason.SEVERITY_RAISED: "it is graver than what was told of this event before",
}


def sent_because(delivery: Delivery, alert: Alert) -> str:
    """Return the sentence that names the cause of a message."""
    known_event = delivery.kind is Kind.ALERT and bool(alert.siblings or alert.more_siblings)
    words = _OF_KNOWN_EVENTS.get(delivery.reason) if known_event else None
    return f"Sent because: {words or REASONS[delivery.reason]}."


def whys(causes: Sequence[Cause]) -> tuple[str, ...]:
    """Return the gravest rule with what decided, then the others in one line, each with the first word it found."""
    if not causes:
        return ()
    first = _gravest(causes)
    others = [_other(each) for each in causes if each is not first]
    also = (f"Other rules that match: {'; '.join(others)}",) if others else ()
    return (_why(first), *also)


def rules_of(causes: Iterable[Cause]) -> str:
    """Return the rules that matched in a line, each with its version and score: they say which words were asked for."""
    named = [f"{each.rule} {each.version}{_score(each)}" for each in causes]
    more = f" and {len(named) - RULES_SHOWN} more" if len(named) > RULES_SHOWN else ""
    return f"Rules: {', '.join(named[:RULES_SHOWN])}{more}" if named else ""


def _other(cause: Cause) -> str:
    word = next((hit.text for hit in cause.hits), "")  # its own: the row that decided may be another rule's too
    return f'{ours(cause.title)} ("{isolated(cut(word, NAME_LIMIT))}")' if word else ours(cause.title)


def _why(cause: Cause) -> str:
    # the first words of what the rule is for: the whole question is in the rules
    pir = cut(ours(plain(cause.pir).partition(":")[0]), NAME_LIMIT)
    purpose = f" [{pir}]" if pir else ""
    if cause.why:
        decided = f"{cause.severity.word}, {_QUOTED.sub(_isolated, plain(cause.why))}"
    else:
        fields = groupby(_deciding(cause.hits), key=lambda hit: hit.field)
        decided = ", ".join(f"{', '.join(map(_found, hits))} in the {field}" for field, hits in fields) or EARLIER
    return f"Why: {ours(cause.title)}{purpose}: {decided}"


def deciding_words(causes: Sequence[Cause]) -> tuple[str, ...]:
    """Return the words that decided how grave an alert is, the most telling first."""
    if not causes:
        return ()
    gravest = _gravest(causes)
    return tuple(_QUOTED.findall(gravest.why)) or tuple(hit.text for hit in _deciding(gravest.hits))


def _gravest(causes: Sequence[Cause]) -> Cause:
    return max(causes, key=lambda each: each.severity)


def _deciding(hits: Sequence[Hit]) -> list[Hit]:
    """Return the first hits: one for each term before a further one of any, no words twice."""
    of_terms: dict[str, Hit] = {}
    for hit in hits:
        of_terms.setdefault(hit.term, hit)
    words: dict[str, Hit] = {}
    for hit in (*of_terms.values(), *hits):
        words.setdefault(fold(hit.text), hit)
    return list(words.values())[:DECIDED_SHOWN]


def _found(hit: Hit) -> str:
    return f'"{isolated(cut(hit.text, NAME_LIMIT))}"{" (in look-alike letters)" * hit.disguised}'


def _score(cause: Cause) -> str:
    return "" if cause.score is None else f" (score {cause.score:g})"


def _isolated(quoted: re.Match[str]) -> str:
    return f'"{isolated(quoted[1])}"'
