"""Matches that waited for the `when` of their rule: which of them a revision releases, and what is told then."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from alerts.alert import Match
from alerts.decide.standing import is_met
from alerts.decision import Wait
from alerts.rule import Config
from alerts.standing import Standing
from crawler.article import Revision
from crawler.store import articles as archive


def strongest(matches: tuple[Match, ...], waited: list[Match]) -> tuple[Match, ...]:
    """Return one match for each rule: of a rule's two, the more severe.

    So an article that ends a wait and matches weakly itself does not lower the severity of the match that waited.
    """
    best: dict[str, Match] = {}
    for match in (*matches, *waited):
        if match.rule not in best or match.severity > best[match.rule].severity:
            best[match.rule] = match
    return tuple(best.values())


def may_be_released(config: Config, wait: Wait, standing: Standing) -> bool:
    return any(
        rule.id == wait.match.rule and rule.mode == "live" and is_met(rule.when, standing) for rule in config.rules
    )


def released(connection: Connection, cause: Revision, seq: int) -> Revision:
    """Return the revision that was waiting, with the seq and change of the revision that released it.

    `seq` is that of the waiting one. The change is kept only within one story: what changed in another says nothing
    of this one.
    """
    (waited,) = archive.revisions_after(connection, seq - 1, 1)
    # the seq of the cause, as decisions are unique on (seq, target, story): the revision that waited has some already
    placement = replace(
        waited.placement, change=cause.placement.change * (cause.placement.story == waited.placement.story)
    )
    return replace(waited, seq=cause.seq, baseline=False, placement=placement)
