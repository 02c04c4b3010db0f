"""What forbids a link between two languages though much speaks for it: each kind that was found among wrong links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.decide.counterpart_clash import other_event
from alerts.decide.counterparts import counterpart
from alerts.decide.event_evidence import told_by
from alerts.decide.same_event import EventWindow
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW

SETTINGS = EventSettings(
    alike={"assault": "strike"},
    parties=frozenset({"iran", "us", "oman", "israel", "ships"}),
    by_target=frozenset({"strike", "assault", "kill"}),
    lasting={"deal": frozenset()},
    wider={"muscat": frozenset({"oman"})},
)


def telling(*acts: Act, names: str = "us iran", places: str = "") -> EventMention:
    return EventMention(acts, tuple(names.split()), tuple(places.split(",")) if places else ())


def act(deed: str, by: str = "", on: str = "", standing: str = "happened") -> Act:
    return Act(deed, standing, tuple(by.split()), tuple(on.split()))


def why(one: EventMention, other: EventMention) -> str:
    first, second = (told_by(Report(1, "s", "t", "w", "", NOW, each, "en"), SETTINGS) for each in (one, other))
    return other_event(first, second, SETTINGS)


THREAT = telling(act("threaten", "iran"), names="iran us")
REFUSAL = telling(act("refuse", "iran"), names="iran oman hormuz")
TO_COME = telling(act("strike", "", "iran", "expected"), names="israel iran us")
AT_HORMUZ = telling(act("assault", "", "ships"), names="iran ships hormuz", places="hormuz")
DEATH = telling(act("kill", "", "us"), act("strike", "", "iran"), names="us iran")


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (THREAT, telling(act("threaten", "us", "iran"), names="us iran"), "threaten by somebody else"),
        (REFUSAL, telling(act("refuse", "iran"), names="iran us hormuz"), "refuse of something else"),
        (TO_COME, telling(act("strike", "us", "iran", "expected"), names="israel us iran"), "strike to come by"),
        (AT_HORMUZ, telling(act("strike", "", "ships"), names="iran ships", places="?caspian sea"), "other places"),
        (DEATH, telling(act("strike", "us", "iran"), names="us iran"), "who is harmed in one strikes"),
        (TO_COME, telling(act("strike", "us", "iran"), names="israel us iran"), "strike to come, and strike that was"),
        (AT_HORMUZ, telling(act("condemn", "us"), act("assault"), names="us hormuz"), "one is a reaction"),
        (telling(act("strike", "us"), names="us"), telling(act("strike", "iran"), names="iran"), "strike by somebody"),
        (telling(act("kill", "", "us"), names="us"), telling(act("kill", "", "iran"), names="iran"), "kill on"),
    ],
)
def test_another_deed_is_said_in_either_order(one: EventMention, other: EventMention, said: str) -> None:
    assert why(one, other).startswith(said)
    assert why(other, one).startswith(said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (THREAT, telling(act("threaten", "iran", "us"), names="iran us")),
        # who is read as the doer is not who speaks: word order was read in two ways
        (THREAT, telling(act("threaten", "us"), names="iran us")),
        (REFUSAL, telling(act("refuse", "iran"), names="iran hormuz muscat")),  # it lies in what the other names
        (REFUSAL, telling(act("refuse", "iran"), names="iran hormuz")),
        (TO_COME, telling(act("strike", "israel", "iran", "expected"), names="israel us iran")),
        (TO_COME, telling(act("strike", "iran", "", "expected"), names="us iran")),  # doer here, target there
        (AT_HORMUZ, telling(act("strike", "", "ships"), names="iran ships", places="?caspian sea,hormuz")),
        (replace(AT_HORMUZ, places=("iran",)), telling(act("strike"), names="iran", places="?caspian sea")),
        (DEATH, telling(act("strike", "iran", "us"), names="us iran")),  # the strike that killed them
        (DEATH, telling(act("kill", "", "us"), act("strike", "us", "iran"), names="us iran")),
        (
            DEATH,
            telling(act("wound", "us", "oman"), names="us oman iran"),
        ),  # "wounded" and "hit" are one word in Arabic
        (telling(act("strike", "us"), names="us iran"), telling(act("strike", "iran"), names="iran us")),
        # what only one of them tells as done is told as done by both in another deed
        (telling(act("strike", "us"), act("kill")), telling(act("strike", "us", "", "expected"), act("kill"))),
    ],
)
def test_what_may_be_one_event_is_not_forbidden(one: EventMention, other: EventMention) -> None:
    assert why(one, other) == why(other, one) == ""


def test_a_link_is_not_made_where_another_deed_is_said() -> None:
    """The same evidence twice; once Iran refuses what Oman proposed and once what the US did."""
    arabic = telling(act("refuse", "iran", "ships"), names="iran oman hormuz", places="hormuz")
    for names, found in (("iran hormuz", True), ("iran us hormuz", False)):
        english = telling(act("refuse", "iran", "ships"), names=names, places="hormuz")
        known = EventWindow(SETTINGS)
        reports = [
            Report(n, f"s{n}", f"t{n}", f"w{n}", "", NOW, each, lang)
            for n, (each, lang) in enumerate(((english, "en"), (arabic, "ar")), 1)
        ]
        for each in reports:
            known.add(each)
        assert (counterpart(known, reports[1]) is not None) is found
