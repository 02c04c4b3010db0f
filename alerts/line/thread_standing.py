"""A thread, an article of it and what that tells go in; how far the thread confirms it comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import Connection

from alerts.decide.event_acts import told as main_acts
from alerts.decide.event_line import is_unsure
from alerts.decide.overtaken import TOLD_IN
from alerts.decide.standing import Account, agreed, doubting, letters_of, standing_of
from alerts.decide.this_attack import stories_of_attack
from alerts.event import Act, EventMention, Report
from alerts.rule import Config, Wordless
from alerts.standing import Standing
from alerts.store import event_reports
from alerts.store.event_reports import Known, nothing_known
from crawler.article import Article, Member
from crawler.store import articles as archive
from crawler.stories.casualties import casualties
from crawler.stories.unharmed import unharmed

REPORTS_READ = 60  # of a thread, the newest, for what they say of a toll
_ASSERTED = frozenset({"happened", "background", "claimed", "denied"})  # no question, fear, plan or drill


def standing_for(
    connection: Connection,
    config: Config | Wordless,
    members: tuple[Member, ...],
    article: Article,
    event: EventMention | None,
    known: Known = nothing_known,
) -> Standing:
    """Return the standing of a thread, with what its reports say of what an article tells, and of its toll if any.

    Where it tells another attack than the thread did before, only those count that tell this one. `known` are reports
    that need not be read again.
    """
    letters = letters_of(config)
    standing = standing_of(members, letters)
    if len(standing.origins) < 2:
        return standing
    reports_of = event_reports.reports_in(connection, members[0].thread, known) if event else []
    telling = _of_this_attack(members, article, event, reports_of, config)
    mentions = {(each.story, each.source): each.mention for each in reports_of}  # of two, the newer
    if telling is not members:
        members, standing = telling, standing_of(telling, letters)
    if not is_unsure(article.title, event):
        unsure = doubting(members, lambda each: is_unsure(each.title, mentions.get((each.story, each.source))))
        standing = replace(standing, doubting=unsure)
    origin = next((each.origin for each in members if each.article == article.id), "")
    told = _account(article.title, article.body, origin, article.rated_by, _asserted(event))
    if not (told.toll or told.none or told.acts):
        return standing
    read = members[-REPORTS_READ:]
    contents = archive.contents_of(connection, [each.article for each in read])
    reports = []
    for each in read:
        acts = _asserted(mentions.get((each.story, each.source)))
        reports.append(_account(*contents[each.article], each.origin, each.rated_by, acts))
    return agreed(standing, told, reports, letters)


def _of_this_attack(
    members: tuple[Member, ...],
    article: Article,
    event: EventMention | None,
    reports: list[Report],
    config: Config | Wordless,
) -> tuple[Member, ...]:
    """Return the members of the stories that tell the attack an article tells; all of them where it is no other."""
    story = next((each.story for each in members if each.article == article.id), "")
    if not story or event is None:
        return members
    seq = max((each.seq for each in reports), default=0) + 1
    ours = Report(seq, story, members[0].thread, article.source, article.title, article.first_seen, event)
    stories = stories_of_attack(ours, reports, config.events)
    return members if stories is None else tuple(each for each in members if each.story in stories)


def _account(title: str, body: str, origin: str, rated_by: str, acts: tuple[Act, ...]) -> Account:
    return Account(origin, rated_by, *_harm(title, body[:TOLD_IN]), acts)


@lru_cache(maxsize=1024)  # what a thread of many reports says is asked anew at each of them
def _harm(title: str, lead: str) -> tuple[Mapping[str, int], frozenset[str]]:
    """Return the numbers of people harmed that a report tells, and the kinds of which it says that there were none."""
    return casualties(title, lead), unharmed(f"{title}\n{lead}")


def _asserted(mention: EventMention | None) -> tuple[Act, ...]:
    """Return the acts that a report asserts or denies."""
    return tuple(each for each in main_acts(mention) if each.standing in _ASSERTED) if mention else ()
