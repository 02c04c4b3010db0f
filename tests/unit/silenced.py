"""A silence in a store, for tests of what silences hold back and how their end is told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from alerts.alert import Scope, Silence
from alerts.store import silences
from tests.unit.desk import NOW


def add(store: Connection, reason: str = "drill at Balad", hours: int = 4) -> Silence:
    """Store a silence on a word of the headline from NOW on, and return it."""
    return silences.add_silence(store, Scope.TEXT, "Balad", "Noor", reason, NOW, NOW + timedelta(hours=hours))
