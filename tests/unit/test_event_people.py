"""What a further report of an event adds of people: who did it, who claims it, whom it harmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.decide.event_facts import facts_of
from alerts.decide.event_news import news_in
from alerts.decide.same_event import EventWindow
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW

SETTINGS = EventSettings(
    developments=frozenset({"strike", "kill", "claim"}),
    by_target=frozenset({"strike", "kill"}),
    parties=frozenset({"us", "iran"}),
    labels={"us": "US", "group": "The Group", "iran": "Iran", "pmf": "PMF"},
)
STRIKE, KILL = Act("strike", "happened", (), ("base",)), Act("kill", "happened", (), ("us",))
CLAIM = Act("claim", "happened", ("group",))


def mention(*acts: Act, names: tuple[str, ...] = (), killed: int = 0, words: str = "") -> EventMention:
    named = dict.fromkeys((*(name for act in acts for name in (*act.by, *act.on)), *names))
    return EventMention(acts, tuple(named), (), (), tuple(words.split()), {"killed": killed} if killed else {})


def report(told: EventMention, hours: int = 0) -> Report:
    return Report(hours + 1, f"s{hours}", f"t{hours}", f"o{hours}", "", NOW.replace(hour=hours), told)


def news(later: EventMention, *known: EventMention) -> tuple[str, ...]:
    return news_in(report(later, 5), [report(each, at) for at, each in enumerate(known)], [], SETTINGS)


def test_a_doer_named_for_the_first_time_is_news() -> None:
    by_group = mention(replace(STRIKE, by=("group",)))
    assert news(by_group, mention(STRIKE)) == ("strike by The Group",)
    # not where any report named it, or the deed itself is told for the first time
    assert news(by_group, mention(STRIKE, names=("group",))) == ()
    assert news(by_group, mention(STRIKE), by_group) == ()
    assert news(by_group, mention(KILL)) == ("struck: base",)


def test_who_claims_responsibility_is_named_whatever_deed_the_headline_tells() -> None:
    claimed = mention(CLAIM, replace(STRIKE, standing="background"))
    assert news(claimed, mention(STRIKE)) == ("claimed by The Group",)
    assert news(mention(CLAIM), mention(replace(STRIKE, by=("iran",)))) == ("claimed by The Group",)
    assert news(claimed, mention(STRIKE), claimed) == ()
    assert [each.what for each in facts_of(mention(replace(CLAIM, by=())), SETTINGS)] == ["claim"]


@pytest.mark.parametrize(
    ("later", "joins"),
    [
        (mention(CLAIM, replace(STRIKE, standing="background"), words="nine ten eleven twelve thirteen"), True),
        (mention(CLAIM, replace(STRIKE, standing="background", on=("camp",)), words="nine ten"), False),
        (mention(replace(CLAIM, deed="visit"), replace(STRIKE, standing="background"), words="nine ten eleven"), False),
    ],
    ids=["of the attack", "of another target", "no claim"],
)
def test_a_claim_of_responsibility_joins_the_attack_that_it_names(later: EventMention, joins: bool) -> None:
    known = EventWindow(SETTINGS)
    known.add(report(mention(STRIKE, words="one two three four five six seven eight")))
    assert (known.nearest(report(later, 3)) is not None) is joins


def test_a_toll_is_that_of_the_side_it_names() -> None:
    of_pmf = replace(KILL, on=("pmf",))
    known = mention(KILL, killed=20), mention(of_pmf, killed=4)
    assert news(mention(of_pmf, killed=12), *known) == ("4 -> 12 killed: PMF",)
    assert news(mention(of_pmf, killed=4), *known) == ()
    assert news(mention(KILL, killed=12), *known) == ()
    assert news(mention(replace(KILL, on=()), killed=12), *known) == ()
