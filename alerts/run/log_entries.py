"""A store and a time go in; all that was done to the watch since then comes out, with who did it.

Acks, silences and notices have tables of their own and are read from there (decision 148). The rules are not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from alerts.decide.feedback import Judgement
from alerts.delivery import Delivery, DeliveryState
from alerts.render.handover import Done
from alerts.render.records import stamp
from alerts.store import acks, audit, feedback, notices, silences
from alerts.store.audit import KILLED, Entry, What
from alerts.store.former_acks import through

REFUSED_NOTICE = "notice:reload:{}"  # with the time of the entry on it: as alerts/run/reloading.py tells it
OF_THE_WATCH = frozenset({What.START, What.STOP, What.RESTORE, What.REFUSED, What.DIRECT})


def read_log(connection: Connection, since: datetime) -> list[Entry]:
    """Return everything that was done since then, oldest first: with acks, silences and notices."""
    found = [*audit.entries_since(connection, since), *_notices(connection, since)]
    logged = {(each.at, each.who, each.title) for each in found if each.what is What.ACK}
    given = [
        Entry(each.at, What.ACK, each.by, f"{each.story} acknowledged{through(each)}")
        for each in acks.acks_since(connection, since)
    ]
    found += [each for each in given if (each.at, each.who, each.title) not in logged]  # one that counts again is there
    found += [
        Entry(each.at, What.FEEDBACK, each.by, f"{each.story} {_verdict(each)}, by {each.via}: {each.title}")
        for each in feedback.judgements_given_since(connection, since)
    ]
    for each in silences.silences_since(connection, since):
        named = f"{each.id} on {each.scope.value} {each.value}"
        if each.begins >= since:
            found.append(Entry(each.begins, What.SILENCE, each.author, f"{named} begins: {each.reason}"))
        if each.ended_by and each.ends >= since:
            found.append(Entry(each.ends, What.SILENCE, each.ended_by, f"{named} ended"))
    return sorted(found, key=lambda entry: entry.at)


def watch_since(connection: Connection, since: datetime) -> list[Done]:
    """Return what was done to the watch itself since then, oldest first; a notice once, whoever reads it.

    That rules were refused stands there by its entry; its notice only where it was not sent.
    """
    found = [_done(each) for each in audit.entries_since(connection, since) if each.what in OF_THE_WATCH]
    refused = {REFUSED_NOTICE.format(each.at.isoformat()) for each in found if each.what == What.REFUSED.value}
    copies: dict[str, list[Delivery]] = {}
    for each in notices.notices_since(connection, since):
        copies.setdefault(each.subject, []).append(each)
    found += [_told(each) for subject, each in copies.items() if subject not in refused or _unsent(each)]
    return sorted(found, key=lambda done: done.at)


def _done(entry: Entry) -> Done:
    said = entry.lines if entry.what is What.RESTORE else [each for each in entry.lines if each == KILLED]
    return Done(entry.at, entry.what.value, "; ".join([entry.title, *said]), entry.who)


def _told(copies: list[Delivery]) -> Done:
    return Done(copies[0].queued, What.NOTICE.value, f"{_title(copies[0])}{_unsent(copies)}")


def _unsent(copies: list[Delivery]) -> str:
    """Return that nobody was sent a notice, in words; "" where somebody was, or will be by another."""
    if any(each.sent or each.state is DeliveryState.FOLDED for each in copies):
        return ""
    return f" (not sent: {copies[0].state.value})"


def _verdict(judgement: Judgement) -> str:
    reason = f" ({judgement.reason})" if judgement.reason else ""
    return f"{'relevant' if judgement.relevant else 'not relevant'}{reason}"


def _notices(connection: Connection, since: datetime) -> Iterable[Entry]:
    for each in notices.notices_since(connection, since):
        yield Entry(each.queued, What.NOTICE, "", f"{_title(each)} ({each.receiver}: {each.state.value}, {each.id})")


def _title(notice: Delivery) -> str:
    return str((notice.payload or {}).get("title", notice.subject))


def describe_entry(entry: Entry) -> dict[str, object]:
    """Return an entry as `--json` prints it."""
    plain_keys = {"what": entry.what.value, "who": entry.who, "title": entry.title}
    return {"at": stamp(entry.at), **plain_keys, "lines": list(entry.lines), "diff": entry.diff}
