"""A desk's rules and receivers go in; receivers that no rule reaches, and notices that nobody reads, come out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alerts.alert import Severity, Target
from alerts.rule import Config, Rule
from crawler.config.problems import Problem

TELL_NOBODY = frozenset({"console", "log"})  # schemas of what is read only by who looks there


def unread(config: Config) -> Iterator[Problem]:
    """Yield a problem for each receiver that nothing reaches, and one where notices reach nobody."""
    yield from filter(None, [unread_notices(config)])
    for receiver in config.receivers.values():
        place = config.receivers_at[receiver.name]
        rules = [rule for rule in config.rules if receiver.name in rule.notify and rule.mode == "live"]
        if not rules and receiver.name != config.admin:
            yield Problem(place, f'receiver "{receiver.name}" is reached by no live rule')
        # without a rule only the line above is worth saying, so the default makes this no second problem
        most = max((_highest(rule) for rule in rules), default=receiver.min_severity)
        if most < receiver.min_severity:
            word = receiver.min_severity.word
            yield Problem(
                place, f'receiver "{receiver.name}" asks for {word}, and no rule that notifies it is so urgent'
            )


def _highest(rule: Rule) -> Severity:
    return max((severity for _, severity in rule.steps), default=rule.severity)


def unread_notices(config: Config) -> Problem | None:
    """Return a problem where the admin's receiver tells nobody by itself and another could; None where all is well.

    Notices say that a source is gone, that a message could not be delivered, that the watch was down.
    """
    admin = config.receivers.get(config.admin)
    others = [name for name, each in config.receivers.items() if not _tells_nobody(each.targets)]
    if admin is None or not others or not _tells_nobody(admin.targets):
        return None
    words = f'notices of faults go to receiver "{admin.name}" alone, which tells nobody by itself'
    return Problem(config.receivers_at[admin.name], f"{words}; let settings.admin name {others[0]}")


def _tells_nobody(targets: Iterable[Target]) -> bool:
    return all(each.schema in TELL_NOBODY for each in targets)
