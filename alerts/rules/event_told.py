"""A deed as one mention in a text tells it: the value that the event reader works with. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.rules.event_voice import Voice
from alerts.rules.reading import Mention


@dataclass(frozen=True, slots=True)
class Event:
    """A deed as one mention tells it. `standing` is "happened" or one of STANDINGS, with the cue that shows it."""

    deed: Mention
    voice: Voice
    standing: str
    cue: Mention | None = None
