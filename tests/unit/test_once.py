"""What is worked out of a mention is kept with it, under the settings of that time, and is no part of it."""

from __future__ import annotations

import pickle
from dataclasses import asdict, replace
from pathlib import Path

from alerts.decide.once import once, once_for_rules
from alerts.event import Act, EventMention
from alerts.rule import Config, EventSettings
from tests.unit.desk import desk, rule

asked: list[tuple[int, str]] = []


@once
def deeds(mention: EventMention, settings: EventSettings) -> tuple[str, ...]:
    asked.append((len(mention.acts), settings.alike.get("hit", "")))
    return tuple(settings.alike.get(act.deed, act.deed) for act in mention.acts)


def test_it_is_worked_out_once_a_mention_and_anew_under_other_settings() -> None:
    asked.clear()
    mention, one, other = (
        EventMention((Act("hit", "happened"),)),
        EventSettings(),
        EventSettings(alike={"hit": "strike"}),
    )
    assert [deeds(mention, one), deeds(mention, one), deeds(mention, other)] == [("hit",), ("hit",), ("strike",)]
    assert asked == [(1, ""), (1, "strike")]
    assert deeds(replace(mention, acts=()), other) == ()


def test_what_is_kept_is_neither_compared_nor_stored() -> None:
    mention, settings = EventMention((Act("hit", "happened"),)), EventSettings()
    before = repr(mention), asdict(mention)
    deeds(mention, settings)
    assert (repr(mention), asdict(mention)) == before
    assert mention == EventMention((Act("hit", "happened"),))
    copied = pickle.loads(pickle.dumps(mention))
    assert copied == mention
    assert deeds(copied, settings) == ("hit",)


def test_what_rules_say_is_worked_out_once_and_anew_under_other_rules(tmp_path: Path) -> None:
    read: list[Config] = []

    @once_for_rules
    def titles(config: Config) -> tuple[str, ...]:
        read.append(config)
        return tuple(each.title for each in config.rules)

    one = desk(tmp_path, rule("[strike]"))
    other = replace(one, rules=())
    assert [titles(one), titles(one), titles(other), titles(other)] == [titles(one), titles(one), (), ()]
    assert [each is one for each in read] == [True, False, True]
