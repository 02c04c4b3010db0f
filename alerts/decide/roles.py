"""The names of what one daemon at a time does, and which of them go with which role. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alerts.rule import Config
from crawler.sources.shares import HOSTS, SLOTS, slots

JUDGE = "judge"  # decides what is told of what was stored
KEEPER = "keeper"  # what is done once: digests, escalation, retention, translations, what nobody holds
TARGET = "target"  # the kind of a target's lane


class Role(StrEnum):
    """What a daemon is for."""

    COLLECT = "collect"
    ALERT = "alert"
    ALL = "all"


def lease_of(target: str) -> str:
    """Return the name of the lease of a target's lane."""
    return f"{TARGET}/{target}"


def takes(config: Config, role: Role) -> dict[str, int]:
    """Return what a daemon of a role can hold by its rules, each with how much work it is."""
    found: dict[str, int] = {}
    if role is not Role.ALERT:
        found |= slots(each.host for each in config.sources)
    if role is not Role.COLLECT:
        found |= dict.fromkeys((JUDGE, KEEPER, *_targets(config)), 1)
    return found


@dataclass(frozen=True, slots=True)
class Member:
    """A daemon of a store: what people call it, the version of its rules, and what it can hold."""

    name: str
    rules: str
    takes: Mapping[str, int]


def lacking(members: Sequence[Member], held: Iterable[str]) -> dict[str, str]:
    """Return what is amiss with how the daemons of a store share it, in words by a key; {} where all is done."""
    found = {}
    can = {name for each in members for name in each.takes}
    if not any(name.startswith(f"{HOSTS}/") for name in can):
        found["collect"] = "no daemon collects: no source is polled. Start one with --role collect, or without --role"
    if JUDGE not in can:
        found["alert"] = "no daemon alerts: nothing is judged or sent. Start one with --role alert, or without --role"
    if idle := sorted(can - {*held}):
        found["held"] = f"held by no daemon, so not done: {listed(idle)}"
    if len(rules := {each.rules for each in members}) > 1:
        each_its = ", ".join(f"{each.rules} at {each.name}" for each in members)
        found["rules"] = (
            f"the daemons go by {len(rules)} versions of the rules: {each_its}. Give all the same rules.yaml"
        )
    return found


def listed(names: Iterable[str]) -> str:
    """Return names of what is held in a line, of parts of the hosts only how many."""
    every = list(names)
    hosts = [each for each in every if each.startswith(f"{HOSTS}/")]
    others = sorted(each.removeprefix(f"{TARGET}/") for each in every if each not in hosts)
    return ", ".join([*others, *([f"{len(hosts)} of {SLOTS} parts of the hosts"] if hosts else [])])


def _targets(config: Config) -> Iterable[str]:
    return map(lease_of, config.targets)
