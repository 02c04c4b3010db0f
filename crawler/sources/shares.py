"""Which daemons live, what each can do and what each holds go in; what one of them takes and gives up comes out. Pure.

A thing to hold has a name, `KIND/WHICH` or `KIND`. Every daemon decides for itself, one after the other, from the same
numbers, so no two of them want the same.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

SLOTS = 32  # parts into which all hosts are divided: enough for eight daemons, few enough to be listed
HOSTS = "hosts"  # the kind of such a part
Takes = Mapping[str, int]  # by name of what a daemon can hold, how much work it is; 0 for what may bring some


@dataclass(frozen=True, slots=True)
class Change:
    """The names that a daemon takes, which are free, and those it gives up."""

    take: tuple[str, ...] = ()
    give: tuple[str, ...] = ()


@lru_cache(maxsize=4096)  # each poll asks, several times
def slot_of(host: str) -> str:
    """Return the part that a host and port belongs to, the same in every process."""
    number = int.from_bytes(hashlib.blake2b(host.lower().encode(), digest_size=4).digest())
    return f"{HOSTS}/{number % SLOTS}"


def slots(hosts: Iterable[str]) -> dict[str, int]:
    """Return all parts of the hosts, each with how many of these hosts are in it; one may be named more than once."""
    found = {f"{HOSTS}/{number}": 0 for number in range(SLOTS)}
    for each in hosts:
        found[slot_of(each)] += 1
    return found


def change(me: str, daemons: Mapping[str, Takes], held: Mapping[str, str]) -> Change:
    """Return what `me` takes and gives up.

    `daemons` are those that live, with what each can hold; `held` is by name who holds what, of those that live. What
    several can hold is shared out evenly by number, apart for each kind, and for what is work now and what may become
    some. Nothing moves while the numbers of two daemons differ by one at most.
    """
    mine = daemons.get(me, {})
    take: list[str] = []
    give = [name for name, holder in held.items() if holder == me and name not in mine]
    for able, names in _alike(me, daemons):
        counts = {each: sum(held.get(name) == each for name in names) for each in able}
        free = [name for name in names if name not in held]
        least, most = divmod(len(names), len(able))
        most = least + bool(most)
        lacking = {each: max(0, least - n) for each, n in counts.items()}
        # first what somebody lacks: what is then left over is taken by who asks first
        over = max(0, len(free) - sum(lacking.values()))
        more = min(over, max(0, most - max(counts[me], least)))
        take += free[: lacking[me] + more]
        needed = max(0, sum(lacking.values()) - len(free))
        surplus = max(counts[me] - most, min(needed, counts[me] - least), 0)
        give += [name for name in reversed(names) if held.get(name) == me][:surplus]
    return Change(tuple(take), tuple(sorted(give)))


def _alike(me: str, daemons: Mapping[str, Takes]) -> Iterator[tuple[frozenset[str], list[str]]]:
    """Yield what `me` can hold in parts, each shared out by itself, with all who can hold that part."""
    found: dict[tuple[str, bool, frozenset[str]], list[str]] = defaultdict(list)
    for name in daemons.get(me, {}):
        able = frozenset(each for each, takes in daemons.items() if name in takes)
        is_work = any(daemons[each][name] for each in able)
        found[name.partition("/")[0], is_work, able].append(name)
    for (_, _, able), names in found.items():
        yield able, sorted(names, key=_order)


def _order(name: str) -> tuple[str, int, str]:
    kind, _, which = name.partition("/")
    return kind, int(which) if which.isdigit() else 0, which
