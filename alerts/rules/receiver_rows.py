"""Rows of `receivers:` go in; receivers with their targets come out, or every fault with its place and remedy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from alerts import receivers
from alerts.alert import Escalate, Hours, Receiver, Severity, Target
from crawler.config.keys import twice
from crawler.config.nearest import meant_among, nearest
from crawler.config.problems import Place, Problems
from crawler.config.values import MISSING

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def receiver_of(
    name: str, row: Any, zone: str, problems: Problems, environ: Mapping[str, str] | None, read_urls: bool
) -> Receiver:
    """Return a receiver as its row says it; what cannot be used is left out of it and noted."""
    if row is MISSING:
        # its fault is noted; known by name, it causes no second problem in each rule that notifies it
        return Receiver(name, ())
    twice(row["urls"], "Apprise URL", problems)
    targets = [
        target for url, place in row["urls"] if (target := _target(name, url, place, problems, environ, read_urls))
    ]
    _check_apart(targets, row["urls"], problems)
    own, escalate = row["timezone"], row["escalate"]
    return Receiver(
        name,
        tuple(targets),
        Severity.of(row["min_severity"]),
        zone=own[0] if own and check_zone(own[0], own[1], problems) else zone,
        quiet=Hours(*row["quiet_hours"]) if row["quiet_hours"] else None,
        breach=Severity.of(row["breach"]),
        digest=tuple(sorted(set(row["digest"]))),
        rate=row["rate"],
        group_wait=row["group_wait"],
        standby=row["standby"][0] if row["standby"] else "",
        escalate=Escalate(escalate["after"], escalate["to"][0]) if escalate else None,
    )


def _target(
    name: str, url: str, place: Place, problems: Problems, environ: Mapping[str, str] | None, read_urls: bool
) -> Target | None:
    # only `run`, `check` and `test-receiver` resolve secrets; other commands must work without them
    if environ is None and (not read_urls or VARIABLE.search(url)):
        return receivers.named(name, url)
    values = environ or {}
    unset = [each for each in VARIABLE.findall(url) if not values.get(each)]
    for each in unset:
        problems.add(place, f"${{{each}}} is not set in the environment; set it, or take this receiver out")
    if unset:
        return None
    try:
        return receivers.parse(name, VARIABLE.sub(lambda match: values[match[1]], url))
    except receivers.BadReceiverUrl as error:
        problems.add(place, f'receiver "{name}": {error}')
        return None


def _check_apart(targets: Sequence[Target], urls: Sequence[tuple[str, Place]], problems: Problems) -> None:
    """Report two URLs with the same address: targets are told apart by address, so the second would never be used."""
    # URLs that are equal as written are reported by `twice`
    written = [url for url, _ in urls]
    many = max(Counter(each.id for each in targets).values(), default=0)
    if many > 1 and len(set(written)) == len(written):
        problems.add(urls[-1][1], f"{many} URLs of {targets[0].receiver} name the same address; keep one of them")


def check_receivers(rows: Any, known: Mapping[str, Receiver], problems: Problems) -> None:
    """Check that `standby` and `escalate.to` name receivers and form no cycle.

    Only a receiver whose messages can be acknowledged may escalate.
    """
    for name, (row, _) in () if rows is MISSING else rows.items():
        if row is MISSING:
            continue
        escalate = row["escalate"] or {}
        for key, named in (("standby", row["standby"]), ("escalate.to", escalate.get("to"))):
            if named is not None:
                other, place = named
                _check_named(key, name, other, place, known, problems)
        if escalate and not _carries_acks(known[name]):
            problems.add(
                escalate[""],
                f'receiver "{name}" may not escalate: an acknowledgement given there does not come back; '
                "only watchslack:// carries one, so give it such a URL or take escalate out",
            )


def _check_named(
    key: str, name: str, other: str, place: Place, known: Mapping[str, Receiver], problems: Problems
) -> None:
    if other not in known:
        near = meant_among(other, known, "receivers")
        problems.add(place, f'{key} names "{other}", which is no receiver{near}')
        return
    # a ring that does not lead back to `name` is reported at the receivers that are in it
    seen = [name]
    while other and other not in seen:
        seen.append(other)
        each = known.get(other)
        other = _next(key, each) if each else ""
    if other == name:
        problems.add(place, f"{key} runs in a ring: {' -> '.join([*seen, other])}; let one of them end it")


def _next(key: str, receiver: Receiver) -> str:
    return receiver.standby if key == "standby" else receiver.escalate.to if receiver.escalate else ""


def _carries_acks(receiver: Receiver) -> bool:
    """Return whether acknowledgements come back from every target; a URL that is not resolved yet counts as yes."""
    return all(target.can_ack or VARIABLE.search(target.url) for target in receiver.targets)


def check_zone(zone: str, place: Place, problems: Problems) -> bool:
    """Return whether there is a time zone of that name; note it where there is none."""
    if not _is_zone(zone):
        hint = nearest(zone, available_timezones())
        problems.add(place, f'"{zone}" is no time zone{hint}; write one as Asia/Baghdad or UTC')
        return False
    return True


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
