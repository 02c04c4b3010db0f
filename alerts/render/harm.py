"""The words of a row that leave open what befell somebody, made exact by what a headline tells of it. Pure."""

from __future__ import annotations

import re

from alerts.event import EventMention

KILLED, HURT, TAKEN = "killed", "hurt", "taken"
_DEEDS = {"kill": KILLED, "die": KILLED, "wound": HURT, "seize": TAKEN, "arrest": TAKEN}
HARMING = frozenset({"kill", "die", "wound"})
_TOLLS = {"killed": KILLED, "wounded": HURT, "held": TAKEN}
_OURS = "us"
_OPEN = re.compile(
    r"(?P<who>US soldiers|US contractors or civilians|Americans) are (?:killed, hurt or taken|killed or hurt)"
)


# that somebody is gone may be told without a deed that is read
_GONE = re.compile(r"مفقود|فقدان|فقد|اختفا|خطف|اختطاف|اسر|أسر|أسير|رهين|ناپدید|اسیر|ربود|گروگان|گرفتار|بازداشت")


def exact(said: str, title: str, event: EventMention | None) -> str:
    """Return the words of a row without those kinds of harm that its headline does not tell; in doubt as they are.

    "US soldiers are killed, hurt or taken" becomes "US soldiers are hurt". In doubt is what may have befallen somebody
    else, and what is told otherwise than as done.
    """
    found = _OPEN.match(said)
    kinds = _kinds(event) if found and event else ()
    if not found or not kinds or (TAKEN not in kinds and _GONE.search(title)):
        return said
    return f"{found['who']} are {' or '.join(kinds)}{said[found.end() :]}"


def _kinds(event: EventMention) -> tuple[str, ...]:
    """Return the kinds of harm that a headline tells of our side, () where one of them may be somebody else's."""
    acts = [each for each in event.acts if each.deed in _DEEDS]
    ours = {_OURS, *event.places}
    unsure = any(each.standing not in {"happened", "claimed"} or not ours.issuperset(each.on) for each in acts)
    if not acts or unsure or not _TOLLS.keys() >= event.casualties.keys():
        return ()
    told = {_DEEDS[each.deed] for each in acts} | {_TOLLS[kind] for kind in event.casualties}
    return tuple(each for each in (KILLED, HURT, TAKEN) if each in told)
