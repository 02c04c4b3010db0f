"""Let our own feeds speak before what an aggregator carries: how long that waits, and who is asked meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.alert import Alert, Kind, Match, Reason, Severity
from alerts.decision import Decision
from alerts.delivery import Delivery, DeliveryState
from crawler.article import Article, Revision

OURS_WITHIN = timedelta(seconds=30)  # an aggregator lags by minutes; one poll of an outlet's feed takes seconds
OWN_FEED = "own feed"  # what holds such a message
Decided = tuple[Revision, tuple[Match, ...], tuple[Decision, ...]]


def after_ours(made: Decision, revision: Revision, until: datetime) -> Decision:
    """Return a decision that waits for our own feeds `until` then, if it first tells what was only carried.

    What they bring meanwhile goes into the same message and speaks. Flash does not wait.
    """
    first = made.queue and made.kind is Kind.ALERT and made.due is None
    if not first or not revision.article.carrier or made.severity is Severity.FLASH:
        return made
    return replace(made, due=until, held=OWN_FEED)


def released(waiting: Delivery, alert: Alert, now: datetime) -> Delivery:
    """Return a message that waits for our own feeds as due now, if one of them speaks in the alert that it tells."""
    if waiting.held != OWN_FEED or alert.article.carrier:
        return waiting
    return replace(waiting, due=min(now, waiting.due), held="", state=DeliveryState.QUEUED)


def spoken(made: Decision, waiting: Sequence[Delivery]) -> Decision:
    """Return a decision on an outlet's own article that goes into a first message that waits, where no edit could.

    The message that waits tells what was only carried.
    """
    unsent = made.reason is Reason.TOLD and any(each.kind is Kind.ALERT for each in waiting)
    return replace(made, queue=True) if unsent else made


def owners_to_ask(decided: Iterable[Decided]) -> frozenset[str]:
    """Return the owners of carried articles that are told now: their own feeds may have them too."""
    return frozenset(
        revision.article.owner
        for revision, _, made in decided
        if revision.article.carrier and any(each.queue for each in made)
    )


def takes_over(article: Article, before: Alert | None) -> bool:
    """Return whether an article is an outlet's own where the story's last alert quoted a carried one."""
    return before is not None and bool(before.article.carrier) and not article.carrier
