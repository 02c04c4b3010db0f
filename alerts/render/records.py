"""Values go in: a silence, an ack, a translation, a time; they come out as our JSON writes them. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from alerts.alert import Ack, Silence, Translation
from alerts.decision import HeldBack


def describe_silence(silence: Silence, now: datetime) -> dict[str, Any]:
    """Return a silence as `--json` prints it."""
    times = {"begins": stamp(silence.begins), "ends": stamp(silence.ends), "in_force": silence.ends > now}
    return asdict(silence) | {"scope": silence.scope.value} | times


def describe_held(held: HeldBack) -> dict[str, Any]:
    """Return a story that a silence held back as `--json` prints it."""
    return {
        "story": held.story,
        "silence": held.silence,
        "severity": held.severity.word,
        "title": held.title,
        "outlet": held.outlet,
        "at": stamp(held.at),
    }


def describe_ack(ack: Ack) -> dict[str, Any]:
    """Return an ack as `--json` prints it."""
    return asdict(ack) | {"at": stamp(ack.at)}


def describe_translation(made: Translation | None) -> dict[str, Any] | None:
    """Return a machine translation as `--json` prints it."""
    return (
        {"text": made.text, "does_not_name": list(made.missing), "does_not_say": list(made.numbers)} if made else None
    )


def stamp(at: datetime) -> str:
    """Return a UTC time as our JSON writes it: ISO 8601 with Z."""
    return at.isoformat().replace("+00:00", "Z")
