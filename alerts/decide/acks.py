"""Decide what an acknowledgement covers of what is told of its story and of the other stories of its event. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from alerts.alert import KNOWN_FOR, Ack, Kind, Reason, Severity

COVERS_FOR = KNOWN_FOR  # what is told of an event so long after is told as new, so it needs an ack of its own
_ANEW = frozenset({Reason.ANOTHER, Reason.NEWS_AGAIN})  # of a known story or event: perhaps a second attack
# of a first message on a story: news of its own, or in doubt so; one sent again no longer says why it was sent first
_ITS_OWN = frozenset({Reason.FIRST_ARTICLE, Reason.WHEN_HOLDS, Reason.FURTHER, Reason.RESENT})


@dataclass(frozen=True, slots=True)
class Given:
    """An ack, and the highest severity that its story had when it was given.

    `seen` is until when whoever gave it has surely seen what was told, `shown` until when messages had come to them.
    A service does not say when a reader reacted, only that somebody did by the time it was asked, so there those are
    the times of the alert which the reaction is on, and of its message.
    """

    ack: Ack
    severity: int
    seen: datetime
    shown: datetime


@dataclass(frozen=True, slots=True)
class ToldRevision:
    """An alert revision of a story: when it was made, and as which messages it was told, each with its reason.

    `shown` is when the first message that says it was sent, None while none was. `first_dead`: it tells of people
    killed where nothing told before said that anybody was.
    """

    revision: int
    severity: Severity
    at: datetime
    told_as: frozenset[tuple[Kind, Reason]]
    shown: datetime | None = None
    first_dead: bool = False

    @property
    def resent(self) -> bool:
        """Whether it is sent again: somebody had it, whatever the message says of that now."""
        return any(reason is Reason.RESENT for _, reason in self.told_as)


class Reach(Enum):
    """How an ack stands to a message: it covers it, the message is graver than what it covers, or neither."""

    COVERS = "covers"
    GRAVER = "graver"
    APART = "apart"


def covers(given: Given, story: str, told: Iterable[ToldRevision], revision: int, severity: Severity) -> bool:
    """Return whether an ack covers a message on a story; `told` are the story's alert revisions, `revision` is the
    message's.

    Of its own story it covers what was told until then. Of that story and the others of its event it covers what is no
    graver, for COVERS_FOR, and no story from where it is told anew: after the ack, or before it where nobody had been
    sent a word of it by then. Graver is a higher severity, and the first dead. One whose revision is not known it does
    not cover.
    """
    return reach(given, story, told, revision, severity) is Reach.COVERS


def reach(given: Given, story: str, told: Iterable[ToldRevision], revision: int, severity: Severity) -> Reach:
    """Return whether an ack covers a message on a story, as `covers` says, and if not, whether that is as it is graver.

    GRAVER is only what it would cover otherwise: what came of the attack that somebody took notice of.
    """
    own = story == given.ack.story
    if own and revision <= given.ack.revision:
        return Reach.COVERS
    until = [each for each in told if each.revision <= revision]
    this = next((each for each in until if each.revision == revision), None)
    if this is None or this.at > given.ack.at + COVERS_FOR:
        return Reach.APART
    since = [each for each in until if (each.revision > given.ack.revision if own else not _was_seen(each, given))]
    if any(_is_anew(kind, reason, own=own) for each in since for kind, reason in each.told_as):
        return Reach.APART
    return Reach.GRAVER if severity > given.severity or any(each.first_dead for each in since) else Reach.COVERS


def _was_seen(each: ToldRevision, given: Given) -> bool:
    """Return whether whoever gave an ack had been sent an alert revision; of one sent again, whether it was made."""
    return each.at <= given.seen and (each.resent or (each.shown is not None and each.shown <= given.shown))


def _is_anew(kind: Kind, reason: Reason, *, own: bool) -> bool:
    return reason in _ANEW or (not own and kind is Kind.ALERT and reason in _ITS_OWN)
