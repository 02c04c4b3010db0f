"""The values of alerting: how urgent, why, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum

from alerts.event import Counterpart, EventMention
from alerts.standing import Standing
from alerts.where import Where
from crawler.article import Article
from crawler.stories.corrections import CORRECTED, is_correction


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
    ESCALATION = "escalation"  # what nobody acknowledged, told to somebody else
    EDIT = "edit"  # the message changes in place, without a ping
    DIGEST = "digest"  # several stories in one message
    NOTICE = "notice"  # the system on itself, to the admin


ONE_ROUND = timedelta(minutes=1)  # what is decided within it came in together
KNOWN_FOR = timedelta(hours=12)  # what interrupted so long ago interrupts again, as a story's news does
PINGS = frozenset({Kind.ALERT, Kind.UPDATE})
URGENT_KINDS = PINGS | {Kind.ESCALATION}  # kinds that go to the stand-by too, if they are flash and not sent in time


class Reason(StrEnum):
    """The named cause of a decision, with the same name in logs, ledger, tests, `explain` and the alert itself."""

    FIRST_ARTICLE = "first_article"
    NEW_RULE = "new_rule"  # a rule that had not told this story
    SEVERITY_RAISED = "severity_raised"
    CORRECTED = "corrected"  # what was told was wrong, and it interrupts: no pause holds it
    FIRST_DEATHS = "first_deaths"  # people died whom no message told of, and it interrupts: no pause holds it
    UPDATED = "updated"  # what is told has changed, and the change matters
    PACED = "paced"  # the same, so soon after the last ping that it waits
    SECOND_ORIGIN = "second_origin"  # an origin other than the first reports it too
    NEWS_AGAIN = "news_again"  # it is reported again after twelve hours without a word
    DEVELOPMENT = "development"  # another story of an event told before, that adds to it
    ANOTHER = "another"  # the same with another target, place or doer, or said to be another: it rings by itself
    FURTHER = "further"  # another story in the thread of an event told before; it may be another event
    REPEATS = "repeats"  # another story of an event told before, that adds nothing: it waits for the digest
    POSSIBLY_SAME = "possibly_same"  # a story like an event told before in another thread: it waits for the digest
    TRANSLATED = "translated"  # a machine translation of its headline came after the message
    WHEN_HOLDS = "when_holds"  # the rule's condition on the thread has come to hold
    REMATCH = "rematch"  # changed rules would have caught it
    ROUTINE = "routine"  # routine stories are told together
    QUIET_HOURS = "quiet_hours"  # held while the receiver's quiet hours lasted
    SAME_EVENT = "same_event"  # many stories of one thread at once
    STORM = "storm"  # more than the receiver's rate lets through
    SCHEDULED = "scheduled"  # the receiver's own times, also where there is nothing to tell
    STANDBY = "standby"  # the receiver it was for cannot be reached
    ESCALATED = "escalated"  # nobody acknowledged it in time
    RESENT = "resent"  # a person asked for it again
    SYSTEM = "system"  # the system speaks about itself
    BASELINE = "baseline"
    STALE = "stale"
    TOLD = "told"
    SHADOW = "shadow"
    SILENCED = "silenced"  # a silence is in force
    BELOW_SEVERITY = "below_min_severity"
    WAITING = "waiting"  # the rule matches; its condition on the thread does not hold yet


NEWS = frozenset({Reason.DEVELOPMENT, Reason.ANOTHER})  # of an event told before
NEWS_OR_CORRECTED = NEWS | {Reason.CORRECTED}
LISTED = frozenset({Reason.REPEATS, Reason.POSSIBLY_SAME})  # why a message waits for the digest, however grave it is


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
    """A rule that matched an article revision, with the terms that were found."""

    rule: str
    severity: Severity
    score: float | None
    hits: tuple[Hit, ...]
    why: str = ""  # by the scale: the row that gave the severity, in words


@dataclass(frozen=True, slots=True)
class Target:
    """One Apprise URL with one address. `id` names it without secrets: the receiver and a short hash.

    `can_edit`: a sent message can be changed in place. `can_ack`: an acknowledgement given there can be read.
    """

    id: str
    receiver: str
    url: str
    schema: str
    can_edit: bool = False
    can_ack: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of each day, from `begin` until `end`, which may lie on the next day."""

    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class Escalate:
    """The receiver to tell if nobody acknowledges an alert within `after`."""

    after: timedelta
    to: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """A named set of targets, and when they may be written to.

    During `quiet` hours everything below `breach` is held. `digest` are its own times for routine messages. Both are in
    the time zone `zone`. `rate` is the most messages in a minute, `group_wait` how long priority waits for more of its
    thread.
    """

    name: str
    targets: tuple[Target, ...]
    min_severity: Severity = Severity.ROUTINE
    zone: str = "UTC"
    quiet: Hours | None = None
    breach: Severity = Severity.FLASH
    digest: tuple[time, ...] = ()
    rate: int = 24
    group_wait: timedelta = timedelta(0)
    standby: str = ""
    escalate: Escalate | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule that matched the story of an alert, as it was then; its version is the hash of its content."""

    rule: str
    title: str
    version: str
    severity: Severity
    hits: tuple[Hit, ...]
    score: float | None = None
    contact: str = ""
    pir: str = ""
    why: str = ""  # as of a match


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another story of the same thread, by its first headline and outlet."""

    story: str
    title: str
    outlet: str


@dataclass(frozen=True, slots=True)
class Translation:
    """What a service made of a headline. `missing` are the names that the headline has and the translation has not,
    `numbers` the numbers that it does not say, with what it says instead.
    """

    text: str
    missing: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told about one story: the article quoted, why, how urgently, and who else reports it.

    It is a snapshot of what was known when it was decided. `revision` starts at 1 and grows with each change of what is
    told. `changes` are those that no message has told yet, oldest first. `glosses` say who or what the matched entities
    are, one line each. `place` is what a title names before the headline: a place where the headline names none; where
    it is `foreign`, in another script than its readers read, who or where. `event` is what the article tells,
    `event_line` that in words, `evidence` why its story joined the thread of an event told before. `counterparts` are
    the newest reports of it in each other language. `hedge` says why the headline must not be given as a deed that was
    done: a standing of alerts.rules.event_standing, UNREAD where no deed was read in it, "" where one is told as done.
    `where` is the one place on the map that it is about, None where it names none or several. `translation` is no part
    of the snapshot: it is what is known of the headline when the alert is shown. Nor is `board`,
    the address of its page.
    """

    story: str
    thread: str
    revision: int
    severity: Severity
    created: datetime
    article: Article
    causes: tuple[Cause, ...]
    outlets: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    standing: Standing = Standing()  # noqa: RUF009 - frozen
    siblings: tuple[Sibling, ...] = ()
    glosses: tuple[str, ...] = ()
    more_siblings: int = 0
    place: str = ""
    foreign: bool = False
    event: EventMention | None = None
    event_line: str = ""
    evidence: str = ""
    counterparts: tuple[Counterpart, ...] = ()
    hedge: str = ""
    where: Where | None = None
    translation: Translation | None = None
    board: str = ""

    @property
    def corrects(self) -> bool:
        """Whether it says that what was told before was wrong."""
        return is_correction(self.article.title) or any(each.startswith(CORRECTED) for each in self.changes)

    def heard_by(self, rules: Iterable[str]) -> Alert:
        """Return the alert with these rules as its only causes; all of it if none of them is among its causes."""
        wanted = set(rules)
        causes = tuple(each for each in self.causes if each.rule in wanted)
        return replace(self, causes=causes, severity=max(each.severity for each in causes)) if causes else self


class Scope(StrEnum):
    """What a silence applies to."""

    RULE = "rule"  # one rule: what others match is told
    STORY = "story"
    THREAD = "thread"
    OUTLET = "outlet"  # its name, the id of the source, or the host of the link
    ENTITY = "entity"  # articles whose match found the entity, or one that is_a it
    TEXT = "text"  # words in the headline, folded as rules fold them


@dataclass(frozen=True, slots=True)
class Silence:
    """A mute with author, reason and end; none of them can be left out. `ended_by` is who ended it early."""

    id: str
    scope: Scope
    value: str
    author: str
    reason: str
    begins: datetime
    ends: datetime
    ended_by: str = ""


@dataclass(frozen=True, slots=True)
class Ack:
    """An acknowledgement of a story: when, by whom, how it was given, and which alert revision it covers."""

    story: str
    at: datetime
    by: str
    via: str
    revision: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a target is sent: a title that makes sense alone on a lock screen, and a body, both plain text.

    `key` is the delivery's id, the same in every attempt. Messages of one `topic` (a story, a digest) belong together.
    `html` and `blocks` are what some services show instead of the body. `edits` is the handle of the message it
    replaces, `follows` that of an earlier message of its topic. With `repeat` an earlier attempt may have arrived, and
    a service that can look it up does so first.
    """

    title: str
    body: str
    key: str = ""
    topic: str = ""
    severity: Severity = Severity.PRIORITY
    kind: Kind = Kind.NOTICE
    html: str = ""
    blocks: tuple[Mapping[str, object], ...] = ()
    edits: str = ""
    follows: str = ""
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of one attempt. `retry`: another attempt can help. `uncertain`: it may have arrived without an answer.

    `handle` is the service's name for the message. `wait` is how long the service asks for a pause (429).
    """

    ok: bool
    retry: bool = False
    uncertain: bool = False
    detail: str = ""
    handle: str = ""
    wait: timedelta | None = None
