"""Values of the alerting line: how urgent, why, to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from crawler.article import Article


class Severity(IntEnum):
    """Message precedence (ACP 121): higher interrupts more."""

    ROUTINE = 1
    PRIORITY = 2
    IMMEDIATE = 3
    FLASH = 4

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Severity:
        return cls[word.upper()]


class Kind(StrEnum):
    """What a delivery is to its reader."""

    ALERT = "alert"  # the first word on a story
    UPDATE = "update"  # a ping: what is told has changed
    EDIT = "edit"  # the message changes in place, without a ping
    DIGEST = "digest"  # several stories in one message
    NOTICE = "notice"  # the system on itself, to the admin


class Reason(StrEnum):
    """The named cause of a decision: the same name in logs, ledger, tests, explain and the alert itself."""

    FIRST_ARTICLE = "first_article"
    NEW_RULE = "new_rule"  # a rule that had not told this story
    SEVERITY_RAISED = "severity_raised"
    REMATCH = "rematch"  # changed rules would have caught it
    SYSTEM = "system"  # the system speaks about itself
    BASELINE = "baseline"
    STALE = "stale"
    TOLD = "told"
    SHADOW = "shadow"
    BELOW_SEVERITY = "below_min_severity"


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"  # we died or lost the line after the bytes left: it may have arrived
    SENT = "sent"
    HELD = "held"
    FOLDED = "folded"
    CANCELLED = "cancelled"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found. `field[start:end] == text`, in code points of the field as given."""

    term: str  # as the rule writes it
    alias: str  # the spelling that was found
    field: str
    start: int
    end: int
    text: str
    disguised: bool = False  # letters of another script stand in for Latin ones


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds for one article revision, with all it was found by."""

    rule: str
    severity: Severity
    score: float | None
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One Apprise URL with one address. `id` names it without its secrets: receiver plus a short hash.

    `can_edit` says whether a sent message can be changed in place.
    """

    id: str
    receiver: str
    url: str
    schema: str
    can_edit: bool = False


@dataclass(frozen=True, slots=True)
class Receiver:
    """A named set of targets."""

    name: str
    targets: tuple[Target, ...]
    min_severity: Severity = Severity.ROUTINE


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule that speaks in an alert, as it was when it matched: its version is the hash of its content."""

    rule: str
    title: str
    version: str
    severity: Severity
    hits: tuple[Hit, ...]
    score: float | None = None
    contact: str = ""
    pir: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """What one story tells: the article that speaks, why, how urgently, and who else reports it.

    A snapshot: what a message says is what was known when it was decided. `revision` grows from 1 with each
    change of what is told.
    """

    story: str
    thread: str
    revision: int
    severity: Severity
    created: datetime
    article: Article
    causes: tuple[Cause, ...]
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What one target knows of one story; `revision` is the last alert it was sent, 0 where it was sent none."""

    rules: frozenset[str]
    severity: Severity
    revision: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one story for one target. `queue` is False where the reason is a suppression."""

    target: str
    receiver: str
    kind: Kind
    severity: Severity
    reason: Reason
    queue: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one target; unique on (subject, kind, revision, target)."""

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


@dataclass(frozen=True, slots=True)
class Message:
    """What a target is sent: a title that stands alone on a lock screen, and a body; both plain text."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Dead:
    """A delivery given up, with the reason: someone has to be told by another way."""

    delivery: Delivery
    detail: str
