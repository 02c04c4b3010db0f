"""Say why a message was sent: the cause of it, the rules that matched, and what they found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from alerts.alert import Alert, Cause, Delivery, Hit, Kind, Reason
from alerts.render.words import cut, isolated, plain

NAME_LIMIT = 80  # characters of an outlet, a hit, a gloss's first half
DECIDED_SHOWN = 3  # hits in the line that says why
HITS_SHOWN = 12  # terms of a rule in the list of all hits
EARLIER = "an earlier report of this story"
_QUOTED = re.compile('"([^"]*)"')

REASONS = {
    Reason.FIRST_ARTICLE: "first article of this story",
    Reason.NEW_RULE: "a further rule matched this story",
    Reason.SEVERITY_RAISED: "its severity rose",
    Reason.UPDATED: "what it tells has changed",
    Reason.PACED: "what it tells has changed; held until 30 minutes after the last message on it",
    Reason.SECOND_ORIGIN: "a second origin reports it",
    Reason.NEWS_AGAIN: "it is reported again after twelve hours",
    Reason.DEVELOPMENT: "it adds to an event told before",
    Reason.ANOTHER: "it tells another target, place or doer than what was told of this event",
    Reason.FURTHER: "another story near an event told before",
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
    Reason.SYSTEM: "Watchfloor on itself",
}
# for the first message on a story, where its event has other stories
_OF_KNOWN_EVENTS = {
    Reason.FIRST_ARTICLE: "first article of another story of this event",
    Reason.SEVERITY_RAISED: "it is graver than what was told of this event before",
}


def sent_because(delivery: Delivery, alert: Alert) -> str:
    """Return the sentence that names the cause of a message."""
    known_event = delivery.kind is Kind.ALERT and bool(alert.siblings or alert.more_siblings)
    words = _OF_KNOWN_EVENTS.get(delivery.reason) if known_event else None
    return f"Sent because: {words or REASONS[delivery.reason]}."


def whys(causes: Sequence[Cause]) -> tuple[str, ...]:
    """Return the gravest rule with what decided, then the titles of the others in one line."""
    if not causes:
        return ()
    first = max(causes, key=lambda each: each.severity)
    others = [plain(each.title) for each in causes if each is not first]
    also = (f"Other rules that match: {'; '.join(others)}",) if others else ()
    return (_why(first), *also)


def all_hits(causes: Iterable[Cause]) -> tuple[str, ...]:
    """Return a line for each rule with its version, score and all that it found."""
    return tuple(
        f"All hits of rule {each.rule}, version {each.version}{_score(each)}: {found(each.hits, HITS_SHOWN) or EARLIER}"
        for each in causes
    )


def found(hits: Iterable[Hit], shown: int) -> str:
    """Return in a line each term found, with the first words found for it and the field they are in."""
    terms: dict[str, dict[str, None]] = {}
    for hit in hits:
        mark = " in look-alike letters" if hit.disguised else ""
        terms.setdefault(hit.term, {})[f'"{isolated(cut(hit.text, NAME_LIMIT))}"{mark} in the {hit.field}'] = None
    named = [f"{next(iter(places))}{f' ({term})' if term.startswith('$') else ''}" for term, places in terms.items()]
    more = f" and {len(named) - shown} more terms" if len(named) > shown else ""
    return "; ".join(named[:shown]) + more


def _why(cause: Cause) -> str:
    # the first words of what the rule is for: the whole question is in the rules
    pir = cut(plain(cause.pir).partition(":")[0], NAME_LIMIT)
    purpose = f" [{pir}]" if pir else ""
    if cause.why:
        decided = f"{cause.severity.word}, {_QUOTED.sub(_isolated, plain(cause.why))}"
    else:
        decided = _deciding(cause.hits) or EARLIER
    return f"Why: {plain(cause.title)}{purpose}: {decided}"


def _deciding(hits: Sequence[Hit]) -> str:
    """Return the first hits in a line, each of other words and with its field."""
    words = {hit.text: hit for hit in reversed(hits)}
    first = list(reversed(words.values()))[:DECIDED_SHOWN]
    return ", ".join(
        f'"{isolated(cut(hit.text, NAME_LIMIT))}"{" in look-alike letters" * hit.disguised} in the {hit.field}'
        for hit in first
    )


def _score(cause: Cause) -> str:
    return "" if cause.score is None else f", score {cause.score:g}"


def _isolated(quoted: re.Match[str]) -> str:
    return f'"{isolated(quoted[1])}"'
