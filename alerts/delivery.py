"""A message to one target, as it is queued, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.alert import Kind, Reason, Severity


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"  # we died or lost the line after the bytes left: it may have arrived
    SENT = "sent"
    HELD = "held"
    FOLDED = "folded"
    CANCELLED = "cancelled"
    DEAD = "dead"


# a delivery in one of these is still to be sent, or its end is not known yet
UNFINISHED = frozenset({DeliveryState.QUEUED, DeliveryState.UNKNOWN, DeliveryState.SENDING, DeliveryState.HELD})


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What is to be queued: one message to one target, whether a decision on a story asks for it or not.

    `subject` is a story, a digest or a notice; `revision` is the alert revision where it is a story. `due` is when it
    may go, None for at once. `series` names the notices on one cause that are told together, "" where there is none.
    The other fields are those of `Delivery`.
    """

    target: str
    receiver: str
    kind: Kind
    severity: Severity
    reason: Reason
    subject: str
    revision: int = 1
    rules: tuple[str, ...] = ()
    due: datetime | None = None
    held: str = ""
    thread: str = ""
    notes: tuple[str, ...] = ()
    payload: Mapping[str, object] | None = None
    series: str = ""
    repeat: bool = False  # the same may have been told before the store was restored


class Carried(StrEnum):
    """How the content of a folded delivery reaches its reader."""

    MESSAGE = "message"  # told with another message
    DIGEST = "digest"  # listed in a digest
    ALERT = "alert"  # a later alert revision of its own story says it
    UNCHANGED = "unchanged"  # an edit of a message that was sent, and that its service cannot change


@dataclass(frozen=True, slots=True)
class Carrier:
    """What tells a folded delivery.

    `by` is the id of a delivery (MESSAGE, UNCHANGED), the subject of a digest, or the number of an alert revision. It
    is "" for a digest that was not looked up.
    """

    how: Carried
    by: str = ""

    @property
    def words(self) -> str:
        """Return the sentence that people read."""
        if self.how is Carried.DIGEST:
            return f"told in digest {self.by}" if self.by else "told in a digest"
        if self.how is Carried.ALERT:
            return f"told in alert {self.by}"
        if self.how is Carried.UNCHANGED:
            return f"told in {self.by}, which its service cannot change"
        return f"told with delivery {self.by}"


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt to send a message that ended: when, what state the message was in then, and what its service said."""

    ended: datetime
    state: DeliveryState
    detail: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one target; unique on (subject, kind, revision, target).

    `notes` are additional lines: why it is late, what a silence withheld. `handle` is the service's name for the sent
    message (Slack channel and ts, a Message-ID). `held` says why it waits, "" if it does not. `rules` are those that
    told this target. `lease` is when a claim expires. `tried` is the time of the first attempt, `detail` the result of
    the last one. `tries` are the attempts that ended, first to last; a store made before alerts_11 kept only how many.
    `carrier` is what tells its content, if it was folded.
    """

    id: str
    subject: str
    kind: Kind
    revision: int
    target: str
    receiver: str
    severity: Severity
    reason: Reason
    state: DeliveryState
    queued: datetime
    due: datetime
    attempts: int = 0
    repeat: bool = False  # an earlier attempt may have arrived
    payload: Mapping[str, object] | None = None
    thread: str = ""
    notes: tuple[str, ...] = ()
    handle: str = ""
    held: str = ""
    lease: datetime | None = None
    sent: datetime | None = None
    rules: tuple[str, ...] = ()
    tried: datetime | None = None
    detail: str = ""
    tries: tuple[Try, ...] = ()
    carrier: Carrier | None = None
    series: str = ""

    @property
    def outcome(self) -> str:
        """Return in words what became of it: what tells it where it was folded, else the answer to the last attempt."""
        return self.carrier.words if self.carrier else self.detail
