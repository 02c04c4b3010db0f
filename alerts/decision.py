"""The values of deciding: what a target knows of a story or an event, what waits, and what to do about a story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.alert import Kind, Match, Reason, Severity


@dataclass(frozen=True, slots=True)
class Told:
    """What one target knows of one story. `revision` is the last alert revision it was sent, 0 if it was sent none.

    `pinged` is when it was last pinged, or will be by an update that waits; `untold` are the changes that update will
    tell. `origins` is how many origins it was told of, 0 if that is not known.
    """

    rules: frozenset[str]
    severity: Severity
    revision: int
    pinged: datetime | None = None
    untold: tuple[str, ...] = ()
    origins: int = 0


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """What one target was told of an event by other stories than the one at hand, and what this story adds.

    `severity` is the highest it was told, `origins` the most. `news` are the additions in words. `alike`: this story
    has so much in common with those told that one without news is a repeat. `elsewhere` is the headline of a story
    in another thread that may tell the same event, "" where its own thread was told. `another`: it tells a deed on
    another target, at another place or of another doer, so it may be a second attack. `familiar`: the deed with which
    its headline begins was told of the event as it stands, and nobody new is named.
    """

    severity: Severity
    news: tuple[str, ...] = ()
    alike: bool = False
    origins: int = 0
    elsewhere: str = ""
    another: bool = False
    familiar: bool = False

    @property
    def in_doubt(self) -> bool:
        """Whether nothing was read that this story adds to its thread, nor enough to call it a repeat."""
        return not (self.alike or self.news or self.another)


@dataclass(frozen=True, slots=True)
class Wait:
    """A match that waits until its rule's `when` is met: its story, its thread, and the revision that matched."""

    story: str
    thread: str
    seq: int
    match: Match


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one story for one target. `queue` is False if the reason is a suppression.

    `due` is when the message may go, None for at once. `held` says why it waits. `waiting` are rules that match and
    whose `when` is not met.
    """

    target: str
    receiver: str
    kind: Kind
    severity: Severity
    reason: Reason
    queue: bool
    rules: tuple[str, ...]
    due: datetime | None = None
    waiting: tuple[str, ...] = ()
    held: str = ""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What a silence held back from a receiver: a story, how grave it was, when, and the report by which it would ring.

    `seq` is that of the report's revision, `title` its headline.
    """

    silence: str
    story: str
    severity: Severity
    at: datetime
    seq: int
    receiver: str
    title: str
    outlet: str
