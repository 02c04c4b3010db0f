"""Decide what an acknowledgement covers of what is told of its story and of the other stories of its event. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.alert import Ack, Kind, Reason, Severity
from alerts.decide.event_news import KNOWN_FOR

COVERS_FOR = KNOWN_FOR  # what is told of an event so long after is told as new, so it needs an ack of its own
_ANEW = frozenset({Reason.ANOTHER, Reason.NEWS_AGAIN})  # of a known story or event: perhaps a second attack
# of a first message on a story: news of its own, or in doubt so; one sent again no longer says why it was sent first
_ITS_OWN = frozenset({Reason.FIRST_ARTICLE, Reason.WHEN_HOLDS, Reason.FURTHER, Reason.RESENT})


@dataclass(frozen=True, slots=True)
class Given:
    """An ack, and the highest severity that its story had when it was given.

    `seen` is until when whoever gave it has surely seen what was told. A service does not say when a reader reacted,
    only that somebody did by the time it was asked, so there that is the time of the alert which the reaction is on.
    """

    ack: Ack
    severity: int
    seen: datetime


@dataclass(frozen=True, slots=True)
class ToldRevision:
    """An alert revision of a story: when it was made, and as which messages it was told, each with its reason."""

    revision: int
    severity: Severity
    at: datetime
    told_as: frozenset[tuple[Kind, Reason]]


def covers(given: Given, story: str, told: Iterable[ToldRevision], revision: int, severity: Severity) -> bool:
    """Return whether an ack covers a message on a story; `told` are the story's alert revisions, `revision` is the
    message's.

    Of its own story it covers what was told until then. Of that story and the others of its event it covers what is no
    graver, for COVERS_FOR, and no story from where it is told anew. One whose revision is not known it does not cover.
    """
    own = story == given.ack.story
    if own and revision <= given.ack.revision:
        return True
    until = [each for each in told if each.revision <= revision]
    this = next((each for each in until if each.revision == revision), None)
    if this is None or severity > given.severity or this.at > given.ack.at + COVERS_FOR:
        return False
    since = [each for each in until if (each.revision > given.ack.revision if own else each.at > given.seen)]
    return not any(_is_anew(kind, reason, own=own) for each in since for kind, reason in each.told_as)


def _is_anew(kind: Kind, reason: Reason, *, own: bool) -> bool:
    return reason in _ANEW or (not own and kind is Kind.ALERT and reason in _ITS_OWN)
