"""A state directory and rules go in; how precise each rule is, by what readers judged, comes out in words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alerts.decide.feedback import SPANS, precision
from alerts.decide.feedback_lines import shares
from alerts.rule import Config
from alerts.store.feedback import judgements_since
from alerts.store.opening import reading


def precision_lines(state: Path, config: Config, now: datetime) -> list[str]:
    """Return a line for each rule of which something was judged."""
    with reading(state) as connection:
        given = judgements_since(connection, now - max(SPANS))
    found = precision(given, [each.id for each in config.rules], now)
    return [f"rule {rule}: {shares(each)}" for rule, each in found.items() if each[-1].judged]
