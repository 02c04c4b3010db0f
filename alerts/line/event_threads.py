"""A revision that tells an event -> its report, in the thread of the report that tells the same event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.decide.counterparts import counterpart, link_of
from alerts.decide.event_news import (
    is_comment,
    like,
    news_in,
    possibly_same,
    same_fact,
    tells_another,
)
from alerts.decide.known_reports import known_reports, repeats_lasting
from alerts.decide.same_event import KNOWN, SPAN, EventWindow, in_one_moment
from alerts.decision import KnownEvent
from alerts.event import EventMention, Report
from alerts.store import decisions, event_reports, silences
from crawler.article import Revision
from crawler.store import articles as archive
from crawler.text.scripts import language_of, script_of

REPORTS_AT_MOST = 5_000  # of SPAN: the newest of them are compared


def refresh(connection: Connection, window: EventWindow, now: datetime) -> None:
    """Add to the window the reports stored since it was last refreshed, and remove the old ones."""
    window.forget(now - SPAN)
    for report in event_reports.reports_after(connection, window.last, now - SPAN, REPORTS_AT_MOST):
        window.add(report)
        if report.wording:
            window.wordings.add(report.seq, report.wording)
    if len(window.wordings) > 2 * REPORTS_AT_MOST:
        window.wordings.forget(min(each.seq for each in window.since(now - SPAN)))


def add_wordings(
    connection: Connection, window: EventWindow, wordings: Mapping[int, bytes], reports: Iterable[Report], now: datetime
) -> int:
    """Store the vectors of reports that were stored without one, and the links they bring; return how many links.

    `wordings` has them by the `seq` of the report.
    """
    refresh(connection, window, now)
    for seq, vector in wordings.items():
        event_reports.save_wording(connection, seq, vector)
        window.wordings.add(seq, vector)
    links = 0
    for report in reports:
        if report.seq in wordings and (other := counterpart(window, report)):
            links += event_reports.save_link(connection, report.seq, link_of(other, report, window.settings))
    return links


def join(connection: Connection, window: EventWindow, revision: Revision, mention: EventMention) -> Revision:
    """Store the report of a revision, after its thread joined that of the nearest report; return it as it stands then.

    With it is stored which report in another language tells the same event, if one does.

    A thread joins only while none of its stories has told an event: an event that was told keeps its thread.
    """
    placement, article = revision.placement, revision.article
    thread = placement.thread
    code = (language_of(article.title, article.lang) or "").partition("-")[0].lower()
    lang = code or script_of(article.title)
    wording = window.wordings.packed(revision.seq)
    report = Report(
        revision.seq, placement.story, thread, article.source, article.title, revision.seen, mention, lang, wording
    )
    evidence = ""
    if not _was_told(connection, thread) and (near := window.nearest(report)):
        archive.join_threads(connection, thread, near.earlier.thread)
        decisions.join_threads(connection, thread, near.earlier.thread)
        silences.join_threads(connection, thread, near.earlier.thread)
        thread, evidence = near.earlier.thread, near.words(report, window.settings)
    report = replace(report, thread=thread)
    window.add(report)
    other = counterpart(window, report)
    link = link_of(other, report, window.settings) if other else None
    event_reports.add_report(connection, report, evidence, link)
    return replace(revision, placement=replace(placement, thread=thread))


def _was_told(connection: Connection, thread: str) -> bool:
    """Return whether a story of a thread told an event, or an alert on one was made before events were read."""
    if event_reports.is_event(connection, thread):
        return True
    stories = {each.story for each in archive.members_of(connection, thread)}
    return any(decisions.last_alert_revision(connection, story) for story in stories)


def known_events(
    connection: Connection, window: EventWindow, revision: Revision, mention: EventMention, now: datetime
) -> Mapping[str, KnownEvent]:
    """Return by target what it was told of the event of a revision by other stories; {} if nothing.

    Those are stories of its thread, or else of another that may tell the same event.
    """
    placement, article = revision.placement, revision.article
    ours = Report(0, placement.story, placement.thread, article.source, article.title, revision.seen, mention)
    reports = known_reports(ours, window.since(now - SPAN), window.settings, now)
    candidates = like(ours, [each for each in reports if each.thread != placement.thread], window.settings)
    if not candidates and all(each.thread != placement.thread for each in reports):
        return {}
    near = window.nearest(ours, [placement.thread])
    known = {}
    for target, told in decisions.told_of_stories(connection, {each.story for each in reports}).items():
        # what was there before monitoring, or was only listed, interrupted nobody
        heard = {story: each for story, each in told.items() if each.revision}
        mine = [each for each in reports if each.thread == placement.thread and each.story in heard]
        others = [each for each in reports if each.thread != placement.thread and each.story in heard]
        if mine:
            known[target] = KnownEvent(
                # what another event told as grave does not become graver here
                severity=max(heard[each.story].severity for each in (*mine, *same_fact(ours, others, window.settings))),
                news=news_in(ours, mine, others, window.settings),
                another=tells_another(ours, mine, others, window.settings),
                alike=(near is not None and near.share >= KNOWN)
                or is_comment(ours)
                or any(in_one_moment(each, ours, window.settings) for each in mine)
                or repeats_lasting(ours, mine, window.settings),
                origins=max(heard[each.story].origins for each in mine),
            )
        elif same := possibly_same(ours, [each for each in candidates if each in others], others, window.settings):
            known[target] = KnownEvent(heard[same.story].severity, alike=True, elsewhere=same.title)
    return known
