"""A config goes in; what its `event` conditions ask for and its lists cannot show comes out as warnings. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.event import HAPPENED
from alerts.rule import Config
from alerts.rules.event_cues import STANDING
from alerts.rules.event_operator import ASSUMED
from crawler.config.problems import Problem

REMEDY = "deploy/desk/deeds.yaml has such lists to include or copy (docs/rules.md)"


def unseen_standings(config: Config) -> Iterator[Problem]:
    """Yield a problem for each standing that a rule asks for and no list of cues shows.

    And one for the first rule with an event where no such list is there at all: then whatever is denied, expected or
    remembered counts as done.
    """
    asked = [(rule.id, event) for rule in config.rules for event in rule.match.of("event")]
    if asked and not any(name.startswith(STANDING) for name in config.lists):
        name, event = asked[0]
        words = "what is denied, expected or remembered counts as done, as there is no list standing-NAME of the words"
        yield Problem(event.place, f'rule "{name}" asks for an event, and {words} that say so; {REMEDY}')
    for name, event in asked:
        standings = event.options["standing"]
        assert isinstance(standings, tuple)
        if HAPPENED in standings and set(ASSUMED) <= set(standings):
            continue  # nobody wrote them one by one, or what happened is told all the same
        for each in standings:
            if each != HAPPENED and f"{STANDING}{each}" not in config.lists:
                words = f'no list "{STANDING}{each}" says by which words that is seen: hardly any event is told so'
                yield Problem(event.place, f'rule "{name}" asks for an event that is {each}, and {words}; {REMEDY}')
