"""A revision that matched, its story and its thread -> the story's next alert revision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import Alert, Cause, Match
from alerts.decide.event_line import describe, hedge_of
from alerts.decide.glosses import glosses, place_of, who_or_where
from alerts.decide.standing import SIBLINGS_KEPT, siblings_of
from alerts.decide.whereabouts import where_of
from alerts.event import EventMention
from alerts.line.counterparts import counterparts_of
from alerts.line.thread_standing import standing_for
from alerts.rule import Config
from alerts.rules.events import DEED
from alerts.standing import Standing
from alerts.store import decisions, event_reports
from alerts.store.event_reports import Known, nothing_known
from crawler.article import Article, Member, Relation, Revision
from crawler.text.scripts import is_foreign


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The members of a story's thread, and how far they confirm what a revision of it tells.

    `known` gives the reports that need not be read again.
    """

    members: tuple[Member, ...]
    standing: Standing
    known: Known = nothing_known


def make_alert(
    connection: Connection,
    config: Config,
    revision: Revision,
    matches: tuple[Match, ...],
    thread: Confirmed,
    now: datetime,
    untold: tuple[str, ...] = (),
    event: EventMention | None = None,
) -> Alert:
    """Return the next alert revision of a story; nothing is stored.

    `untold` are the changes that no message has told yet, `event` is what the revision tells.
    """
    members, standing = thread.members, thread.standing
    story = revision.placement.story
    before = decisions.last_alert(connection, story)
    article, causes = _quoted(revision, causes_of(config, matches), before)
    siblings = siblings_of(members, story)
    foreign = is_foreign(article.title, config.language)
    told, where = event, where_of(event, matches, config)
    if article is not revision.article and before is not None:
        told, where = before.event, before.where
        standing = standing_for(connection, config, members, article, told, thread.known)
    return Alert(
        story=story,
        thread=revision.placement.thread,
        revision=before.revision + 1 if before else 1,
        severity=max(cause.severity for cause in causes),
        created=now,
        article=article,
        causes=causes,
        outlets=tuple(dict.fromkeys(each.outlet for each in members if each.story == story)),
        changes=untold,
        standing=standing,
        siblings=siblings[-SIBLINGS_KEPT:],
        more_siblings=max(0, len(siblings) - SIBLINGS_KEPT),
        glosses=glosses(matches, config),
        place=who_or_where(matches, config, told) if foreign else place_of(matches, config, article.title, told),
        foreign=foreign,
        event=told,
        event_line=describe(told, config.events, article.title if foreign else "") if told else "",
        evidence=event_reports.evidence_of(connection, revision.placement.thread, story),
        counterparts=counterparts_of(connection, story),
        # a desk without lists of deeds reads none, and says of a headline what its rules say
        hedge=hedge_of(told) if any(name.startswith(DEED) for name in config.lists) else "",
        where=where,
    )


def _quoted(revision: Revision, causes: tuple[Cause, ...], before: Alert | None) -> tuple[Article, tuple[Cause, ...]]:
    """Return the article the alert quotes, and its causes.

    A reprint leaves the earlier article, unless it adds a rule; always one that told a change: a reprint may be of what
    stood before it. An outlet's own article takes the place of one that was only carried, and leaves it to none.
    """
    if before is None:
        return revision.article, causes
    carried = bool(revision.article.carrier)
    repeats = not revision.placement.change and (
        revision.placement.relation is Relation.DUPLICATE or (carried and not before.article.carrier)
    )
    if repeats and before.article.carrier and not carried and not before.changes:
        return revision.article, _strongest_causes(causes, before.causes)
    adds = not {each.rule for each in causes} <= {each.rule for each in before.causes}
    if repeats and (not adds or before.changes):
        return before.article, _strongest_causes(before.causes, causes)
    return revision.article, _strongest_causes(causes, before.causes)


def causes_of(config: Config, matches: tuple[Match, ...]) -> tuple[Cause, ...]:
    """Return the rules that matched, each with what an alert keeps of it."""
    rules = {rule.id: rule for rule in config.rules}
    return tuple(
        Cause(
            rule=match.rule,
            title=rules[match.rule].title,
            version=rules[match.rule].version,
            severity=match.severity,
            hits=match.hits,
            score=match.score,
            contact=rules[match.rule].contact,
            pir=rules[match.rule].pir,
            why=match.why,
        )
        for match in matches
    )


def _graver(now: Cause, before: Cause) -> Cause:
    """Return a rule's cause, with the severity of its earlier one and the reason for it if that was higher."""
    return replace(now, severity=before.severity, why=before.why) if before.severity > now.severity else now


def _strongest_causes(now: tuple[Cause, ...], before: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Return each rule's cause once: those of `now`, at the higher of two severities, then the other earlier ones.

    The earlier ones lose their hits, whose offsets are in the text of another article.
    """
    earlier = {each.rule: each for each in before}
    kept = [_graver(each, earlier[each.rule]) if each.rule in earlier else each for each in now]
    names = {each.rule for each in now}
    return (*kept, *(replace(each, hits=()) for each in before if each.rule not in names))
