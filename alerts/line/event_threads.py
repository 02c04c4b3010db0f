"""A revision that tells an event -> its report, in the thread of the report that tells the same event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import Severity
from alerts.decide.counterparts import counterpart, link_of
from alerts.decide.event_acts import repeats_lasting
from alerts.decide.event_clash import elsewhere, in_one_moment
from alerts.decide.event_line import goes_on
from alerts.decide.event_news import added
from alerts.decide.event_repeats import (
    begins_as_told,
    begins_with_new_attack,
    begins_with_somebody_new,
    is_comment,
    like,
    possibly_same,
    retells_toll,
    same_fact,
    told_elsewhere,
)
from alerts.decide.known_reports import heard_of_attack, known_reports
from alerts.decide.open_events import OPEN, open_event
from alerts.decide.same_event import KNOWN, SPAN, EventWindow
from alerts.decide.same_moment import of_one_exchange
from alerts.decide.told_again import repeats, tells_unread
from alerts.decide.told_apart import is_another, tells_apart
from alerts.decide.unheard import unheard
from alerts.decision import KnownEvent
from alerts.event import EventMention, Report
from alerts.rules.match import Finding
from alerts.store import decisions, event_reports, silences
from alerts.store.heard import Heard, heard_since, was_told
from crawler.article import Placement, Relation, Revision
from crawler.store.members import join_threads, leave_thread
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


def with_topics(finding: Finding) -> Finding:
    """Return a finding whose event says by which rules it is told."""
    if finding.event is None:
        return finding
    return replace(finding, event=replace(finding.event, topics=tuple(each.rule for each in finding.matches)))


def leave(
    connection: Connection, window: EventWindow, revision: Revision, mention: EventMention
) -> tuple[Revision, str]:
    """Take a story out of the thread that its wording put it in, where all headlines there name other places than it.

    Return the revision as it stands then, and why it left, "" if it did not. Only before anything of it was told or
    waits: what was told of a story stays where it was told.
    """
    placement = revision.placement
    reports = window.in_thread(placement.thread) if placement.relation is Relation.RELATED else []
    if any(each.story == placement.story for each in reports):
        return revision, ""
    why = elsewhere(mention, (each.mention for each in reports), window.settings)
    if not why or decisions.last_alert_revision(connection, placement.story) or _waits(connection, placement):
        return revision, ""
    thread = leave_thread(connection, placement.story, revision.seen)
    return replace(revision, placement=replace(placement, thread=thread)), why


def _waits(connection: Connection, placement: Placement) -> bool:
    return any(each.story == placement.story for each in decisions.waits_in(connection, placement.thread))


def join(
    connection: Connection, window: EventWindow, revision: Revision, mention: EventMention, evidence: str = ""
) -> Revision:
    """Store the report of a revision, after its thread joined that of the nearest report; return it as it stands then.

    With it is stored which report in another language tells the same event, if one does.

    A thread joins only while none of its stories has told an event: an event that was told keeps its thread. `evidence`
    is why its story left another thread before, "" where it did not.
    """
    placement, article = revision.placement, revision.article
    thread = placement.thread
    code = (language_of(article.title, article.lang) or "").partition("-")[0].lower()
    lang = code or script_of(article.title)
    wording = window.wordings.packed(revision.seq)
    report = Report(
        revision.seq, placement.story, thread, article.source, article.title, revision.seen, mention, lang, wording
    )
    if not was_told(connection, thread) and (joined := _joined(window, report)):
        into, evidence = joined
        join_threads(connection, thread, into)
        decisions.join_threads(connection, thread, into)
        silences.join_threads(connection, thread, into)
        thread = into
    report = replace(report, thread=thread)
    window.add(report)
    other = counterpart(window, report) if mention.says_something else None
    link = link_of(other, report, window.settings) if other else None
    event_reports.add_report(connection, report, evidence, link)
    return replace(revision, placement=replace(placement, thread=thread))


def _joined(window: EventWindow, report: Report) -> tuple[str, str] | None:
    """Return the thread that a report joins, and why; None where it joins none."""
    if near := window.nearest(report):
        return near.earlier.thread, near.words(report, window.settings)
    fit = open_event(report, window.since(report.at - OPEN), window.rarity_of, window.settings)
    return (fit.earlier.thread, fit.words(report, window.settings)) if fit else None


def known_events(
    connection: Connection,
    window: EventWindow,
    revision: Revision,
    mention: EventMention,
    now: datetime,
    severity: Severity = Severity.ROUTINE,
) -> Mapping[str, KnownEvent]:
    """Return by target what it was told of the event of a revision by other stories; {} if nothing.

    Those are stories of its thread, or else of another that may tell the same event. `severity` is the highest that the
    revision has.
    """
    placement, article = revision.placement, revision.article
    ours = Report(0, placement.story, placement.thread, article.source, article.title, revision.seen, mention)
    of_window = window.since(now - SPAN)
    reports = known_reports(ours, of_window, window.settings, now)
    candidates = like(ours, [each for each in reports if each.thread != placement.thread], window.settings)
    if not candidates and all(each.thread != placement.thread for each in reports):
        return {}
    since = min(each.at for each in reports)
    known = {}
    for target, heard in heard_since(connection, since).items():
        interrupted = [each for each in reports if each.story in heard]
        told = heard_of_attack(ours, interrupted, of_window, window.settings, now)
        mine = [each for each in told if each.thread == placement.thread]
        others = [each for each in told if each.thread != placement.thread]
        if mine:
            known[target] = _known_event(window, ours, mine, others, heard, severity)
            near = _nearness(window, ours, others) if known[target].in_doubt else ()
            may_be = told_elsewhere(ours, near, window.settings)
        else:
            may_be = [each for each in candidates if each.story in heard]
        if severity >= Severity.FLASH and unheard(ours, may_be, (), severity, window.settings):
            continue
        in_doubt = target not in known or known[target].in_doubt
        if in_doubt and (same := possibly_same(ours, may_be, others, window.settings)):
            known[target] = KnownEvent(Severity(heard[same.story].severity), alike=True, elsewhere=same.title)
    return known


def _nearness(window: EventWindow, ours: Report, others: Iterable[Report]) -> Iterator[tuple[Report, float]]:
    """Yield the reports that share a name with a later one, each with how much both have in common."""
    known = {each.seq: each for each in others}
    for near in window.compared(ours, lambda each: each.seq in known):
        yield known[near.earlier.seq], near.share


def _known_event(
    window: EventWindow,
    ours: Report,
    mine: list[Report],
    others: list[Report],
    heard: Mapping[str, Heard],
    severity: Severity,
) -> KnownEvent:
    """Return what a target knows of an event by reports of its thread, with what it heard of `others`."""
    settings = window.settings
    most = max(heard[each.story].severity for each in mine)
    # what another event told as grave does not become graver here
    graver = [each for each in others if heard[each.story].severity > most]
    most = max([most, *(heard[each.story].severity for each in same_fact(ours, graver, settings))])
    by_whom = () if is_comment(ours) else unheard(ours, mine, others, severity, settings)
    adds = added(ours, mine, others, settings, by_whom)
    thread = [each for each in window.in_thread(ours.thread) if each.story != ours.story]
    unread = severity <= Severity.PRIORITY and tells_unread(ours, thread, window.rarity_of, settings)
    retold = not adds.news and not adds.another and retells_toll(ours, mine, settings)
    about_another = begins_with_somebody_new(ours, mine, settings) or begins_with_new_attack(ours, mine, settings)
    return KnownEvent(
        severity=max(Severity(most), severity) if retold else Severity(most),
        news=() if unread else adds.news,
        another=adds.another and not unread,
        alike=unread
        or retold
        or is_comment(ours)
        or (not about_another and (goes_on(ours.title) or _tells_the_same(window, ours, mine, severity))),
        familiar=not about_another and begins_as_told(ours, mine, settings) and not tells_apart(ours, mine, settings),
        origins=max(heard[each.story].origins for each in mine),
    )


def _tells_the_same(window: EventWindow, ours: Report, known: Iterable[Report], severity: Severity) -> bool:
    """Return whether a report has so much in common with those known of its thread that without news it is a repeat.

    A sum of evidence alone keeps no flash: what it takes for the same attack may be the next one.
    """
    settings = window.settings
    known = list(known)
    if is_another(ours, known, settings):
        return False
    return (
        any(in_one_moment(each, ours, settings) or of_one_exchange(each, ours, settings) for each in known)
        or repeats_lasting(ours, known, settings)
        or (severity < Severity.FLASH and repeats(ours, known, window.rarity_of, settings))
        or ((near := window.nearest(ours, [ours.thread])) is not None and near.share >= KNOWN)
    )
