"""Decide on machine translations: what is asked next, what an answer is worth, which messages change by it. Pure.

A translation is an addition to an alert and never a part of it: whatever the service does, no alert waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.alert import PINGS, Kind, Severity
from alerts.decide.attempt import LONGEST_PAUSE, LONGEST_REST
from alerts.delivery import UNFINISHED, Delivery, DeliveryState
from alerts.render.words import cut, plain, time
from crawler.text.folding import fold
from crawler.text.scripts import SCRIPTS, is_foreign

WANTED_FOR = timedelta(hours=6)  # from the alert on; who reads it later has looked elsewhere
WAITING_MOST = 200  # headlines that wait to be asked for; of more, the least urgent and oldest are left out
TRIES = 3  # of a headline that the service itself cannot translate, while it translates others
TRIED_AGAIN = (timedelta(seconds=10), timedelta(minutes=10))  # after the first such try, and the second
FIRST_REST = timedelta(seconds=5)  # after a failure of the service; doubled with each, up to LONGEST_PAUSE
TOLD_AFTER = timedelta(hours=1)  # of failures alone
TOLD_FROM = 3  # failures: two headlines of a quiet night that could not be translated are no outage
LONGER_AT_MOST = 4  # times the length of the headline, and SPARE more: what is longer is no translation of it
SPARE = 100  # characters
DETAIL_LIMIT = 160  # characters of what a service says
_MARKUP = re.compile(r"<[a-z!/][^>]*>", re.IGNORECASE)
_SHOWN = frozenset({DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNKNOWN})  # somebody may have read it


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for one headline: its translation, or why there is none.

    `own`: the fault is this headline's and not the service's. `wait` is how long the service asks for a pause.
    """

    text: str = ""
    fault: str = ""
    own: bool = False
    wait: timedelta | None = None


def judged(answer: Answer, original: str, language: str) -> Answer:
    """Return an answer with its text cleaned, or with the reason why that is no translation into `language`."""
    if answer.fault:
        return answer
    text = plain(answer.text)
    # of the service: some answer so where they take the asker for a bot, or are a page of somebody else
    if not any(char.isalpha() for char in text):
        return Answer(fault="answers without a letter, as to a bot")
    if _MARKUP.search(text) and not _MARKUP.search(original):
        return Answer(fault="answers with markup instead of a translation")
    fault = _own_fault(text, original, language)
    return Answer(fault=fault, own=True) if fault else Answer(text)


def _own_fault(text: str, original: str, language: str) -> str:
    """Return why a text is no translation of this headline, which says nothing of others; "" if it may be one."""
    if fold(text) == fold(original):
        return "answers with the headline itself"
    if is_foreign(text, language):
        return f"answers in another script than {language} is written in"
    if len(text) > LONGER_AT_MOST * len(original) + SPARE:
        return f"answers {len(text)} characters to a headline of {len(original)}"
    return ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A headline to ask for, with the stories that have it. `tries` are those that failed by its own fault."""

    text: str
    lang: str | None
    severity: Severity
    created: datetime
    stories: frozenset[str]
    tries: int = 0
    due: datetime | None = None

    @property
    def source(self) -> str:
        """Return the language to ask from: the article's, if we know such a one; after a failure, "auto"."""
        code = (self.lang or "").partition("-")[0].lower()
        return code if code in SCRIPTS and not self.tries else "auto"


class Queue:
    """The headlines to ask for, the most urgent first, of equal ones the newest. What is too old leaves it."""

    def __init__(self) -> None:
        self._waiting: dict[str, Wanted] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, wanted: Wanted) -> int:
        """Add a headline, or the stories of one that waits; return how many are left out as there are too many."""
        known = self._waiting.get(wanted.text)
        if known:
            severity, created = max(known.severity, wanted.severity), max(known.created, wanted.created)
            stories = known.stories | wanted.stories
            wanted = replace(known, severity=severity, created=created, stories=stories)
        self._waiting[wanted.text] = wanted
        kept = sorted(self._waiting.values(), key=_urgency)[:WAITING_MOST]
        left = len(self._waiting) - len(kept)
        if left:
            self._waiting = {each.text: each for each in kept}
        return left

    def next(self, now: datetime) -> Wanted | None:
        """Return the headline to ask for now, None if none is due; it stays until it is done or given up."""
        self._waiting = {
            text: each for text, each in self._waiting.items() if abs(now - each.created) < WANTED_FOR
        }  # abs: the clock may have been set back
        due = [each for each in self._waiting.values() if each.due is None or each.due <= now]
        return min(due, key=lambda each: (each.tries, *_urgency(each)), default=None)

    def done(self, wanted: Wanted) -> frozenset[str]:
        """Take a headline out; return the stories that have it by now."""
        return self._waiting.pop(wanted.text, wanted).stories

    def failed(self, wanted: Wanted, now: datetime) -> None:
        """Note that a headline failed by its own fault: it is tried again later, and given up after TRIES."""
        known, tries = self._waiting.pop(wanted.text, wanted), wanted.tries + 1
        if tries < TRIES:
            self._waiting[wanted.text] = replace(known, tries=tries, due=now + TRIED_AGAIN[tries - 1])

    def shift(self, step: timedelta) -> None:
        """Move all times by `step`, by which the clock was set."""
        self._waiting = {
            text: replace(each, created=each.created + step, due=each.due and each.due + step)
            for text, each in self._waiting.items()
        }


def _urgency(each: Wanted) -> tuple[int, float]:
    return -each.severity, -each.created.timestamp()


@dataclass(frozen=True, slots=True)
class ServiceState:
    """How the service has answered: when it last translated (`worked`), and since when it does not (`since`).

    `failures` are those in a row, `detail` the reason of the last one, `told` whether the admin was told. Nothing is
    asked until `rests_until`.
    """

    worked: datetime | None = None
    since: datetime | None = None
    failures: int = 0
    detail: str = ""
    told: bool = False
    rests_until: datetime | None = None

    def rests(self, now: datetime) -> bool:
        """Return whether nothing is to be asked at `now`; a time too far off was stored by a clock that was ahead."""
        return self.rests_until is not None and now < self.rests_until <= now + LONGEST_REST

    def words(self, timezone: str) -> str:
        """Return the state in a line, as `status` and `doctor` print it."""
        worked = f"the last headline was translated {time(self.worked, timezone)}" if self.worked else ""
        if self.since is None:
            return worked or "nothing was asked yet"
        failed = f"NONE IS TRANSLATED since {time(self.since, timezone)} ({self.failures} failures): {self.detail}"
        return f"{failed}; {worked}" if worked else failed


def after(state: ServiceState, answer: Answer, now: datetime) -> ServiceState:
    """Return the state after an answer. A failure of one headline alone makes nothing else wait."""
    if not answer.fault:
        return ServiceState(worked=now)
    failures = state.failures + 1
    since = min(state.since or now, now)
    rest = None if answer.own else _rest(failures, answer.wait)
    return replace(
        state,
        since=since,
        failures=failures,
        detail=cut(plain(answer.fault), DETAIL_LIMIT),
        told=state.told or (failures >= TOLD_FROM and now - since >= TOLD_AFTER),
        rests_until=now + rest if rest else None,
    )


def _rest(failures: int, asked: timedelta | None) -> timedelta:
    rest: timedelta = min(FIRST_REST * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    return max(rest, min(asked, LONGEST_REST)) if asked is not None else rest


def news_of(before: ServiceState, now_is: ServiceState, timezone: str) -> tuple[str, str] | None:
    """Return title and text of the notice that translation fails, or works again; None while there is no such news."""
    if now_is.told and not before.told and now_is.since:
        title = f"headlines are not translated since {time(now_is.since, timezone)}"
        body = (
            f"The service of settings.translate gave {now_is.failures} answers without a translation; the last: "
            f"{now_is.detail}\nAlerts go without one and wait for nothing. It is asked on; you are told when it works."
        )
        return title, body
    if before.told and not now_is.told and before.since:
        return "headlines are translated again", f"They were not since {time(before.since, timezone)}: {before.detail}"
    return None


def to_edit(story: Sequence[Delivery], since: datetime) -> Delivery | None:
    """Return the message of a story that shows its reader a headline without the translation known `since` then.

    That is the newest one that may have been read, of those to one target. None where none was sent, where it had the
    translation, or where an edit that is to come will bring it.
    """
    told = [each for each in story if each.kind in PINGS or each.kind is Kind.EDIT]
    shown = [each for each in told if each.state in _SHOWN]
    if not any(each.kind in PINGS for each in shown):
        return None
    if any(each.kind is Kind.EDIT and each.state in UNFINISHED and each.state not in _SHOWN for each in told):
        return None
    newest = max(shown, key=lambda each: (each.revision, each.tried or each.queued))
    return newest if newest.tried is None or newest.tried <= since else None
