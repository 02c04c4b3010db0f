"""Work out what is asked of a mention or a report once, and keep it with that object. Pure.

What is asked of the rules is kept for the rules asked last.

Each report is compared with hundreds that come later, and what it says stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from alerts.event import Keeping
from alerts.rule import EventSettings

Of = TypeVar("Of", bound=Keeping)
Value = TypeVar("Value")
Rules = TypeVar("Rules")


def once(work: Callable[[Of, EventSettings], Value]) -> Callable[[Of, EventSettings], Value]:
    """Return `work` as a function that keeps its value with its first argument, under the settings of that time.

    Under other settings it works anew. The value is shared by all who ask, so `work` returns what nobody changes.
    """

    @wraps(work)
    def known(of: Of, settings: EventSettings) -> Value:
        try:
            under, kept = of.kept[work]
        except AttributeError:  # nothing was asked of it yet
            object.__setattr__(of, "kept", {})
        except KeyError:
            pass
        else:
            if under is settings:
                value: Value = kept
                return value
        made = work(of, settings)
        of.kept[work] = settings, made
        return made

    return known


def once_for_rules(work: Callable[[Rules], Value]) -> Callable[[Rules], Value]:
    """Return `work` as a function that keeps its value for the rules it was last asked with.

    The value is shared by all who ask, so `work` returns what nobody changes.
    """
    last: list[tuple[Rules, Value]] = []

    @wraps(work)
    def known(config: Rules) -> Value:
        found = last[0] if last else None
        if found is None or found[0] is not config:
            found = config, work(config)
            last[:] = [found]
        return found[1]

    return known
