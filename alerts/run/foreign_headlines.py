"""Headlines in a script that readers cannot read go in; what is known of each in their language comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Translation
from alerts.render.records import describe_translation
from alerts.render.sheet import translated
from alerts.render.title import headline_of, lead
from alerts.store.latest import load_alerts, newest_revisions
from alerts.store.translations import translations_of
from crawler.text.scripts import is_foreign

Headline = tuple[str, str]  # the id of a story, and a headline of it as it is shown


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a headline: what it tells of its event, as its alert says it, and what a machine made of it."""

    gist: str = ""
    translation: Translation | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that stand below the headline."""
        return tuple(filter(None, (self.gist, translated(self.translation))))

    @property
    def record(self) -> dict[str, Any]:
        """The same as JSON has it; `translated` is the line on the translation."""
        made = self.translation
        return {"gist": self.gist, "translation": describe_translation(made), "translated": translated(made)}


NOTHING = Known()
KnownHeadlines = Mapping[Headline, Known]


def known_headlines(connection: Connection, language: str, headlines: Iterable[Headline]) -> dict[Headline, Known]:
    """Return what is known of those headlines that readers of a language cannot read.

    Only what was told has a gist, and only under the headline of its newest alert.
    """
    foreign = [each for each in dict.fromkeys(headlines) if is_foreign(each[1], language)]
    if not foreign:
        return {}
    gists = _gists(connection, {story for story, _ in foreign})
    made = translations_of(connection, language, {headline for _, headline in foreign})
    found = {each: Known(gists.get(each, ""), made.get(each[1])) for each in foreign}
    return {each: known for each, known in found.items() if known != NOTHING}


def _gists(connection: Connection, stories: Iterable[str]) -> dict[Headline, str]:
    alerts = load_alerts(connection, newest_revisions(connection, stories))
    return {
        (each.story, headline_of(each.article)): lead(each).removesuffix(": ") or each.event_line
        for each in alerts
        if each.foreign
    }
