"""Commands that change what is stored: a request -> an answer, in one commit; the same with and without a daemon.

An order that cannot be carried out changes nothing and answers {"error": what is wrong; what is allowed}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Ack, Scope, Silence
from alerts.render.words import plain
from alerts.store import acks, decisions, silences
from crawler.config.keys import nearest
from crawler.store import articles as archive

Answer = Mapping[str, Any]
Order = Callable[[Connection, Mapping[str, Any], datetime], Answer]
LONGEST_SILENCE = timedelta(days=30)  # decision 106
LONGEST_NAME, LONGEST_REASON = 60, 300  # characters: both are printed in messages
LOOKED_BACK = timedelta(days=30)  # for the nearest story where an id is unknown


def silence_add(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
    """Store a silence that begins now and return it, or an error: a wrong end, no author, an unknown story."""
    scope, value, ends = Scope(request["scope"]), str(request["value"]), datetime.fromisoformat(request["ends"])
    author, reason = str(request["by"]).strip(), str(request["reason"]).strip()
    if not now < ends <= now + LONGEST_SILENCE:
        return _error("a silence ends later than now and within 30 days; a longer one is a change to rules.yaml")
    if not author or not reason:
        return _error("a silence has an author and a reason")
    if scope is Scope.STORY:
        stories = acks.stories_of(connection, value)
        if len(stories) != 1:  # a digest's id stands for several
            return _unknown(connection, value, now)
        value = stories[0]
    if scope is Scope.THREAD and not any(each.thread == value for each in archive.members_of(connection, value)):
        return _error(f'"{value}" is the id of no thread; watchfloor stories shows them')
    made = silences.add_silence(connection, scope, value, author, reason, now, ends)
    return describe_silence(made, now)


def silence_end(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
    """End a silence that is in force and return it, or an error that lists those in force."""
    identity = str(request["id"])
    ended = silences.end_silence(connection, identity, str(request["by"]), now)
    if ended:
        return describe_silence(ended, now)
    running = ", ".join(each.id for each in silences.silences_in_force(connection, now)) or "none"
    return _error(f'no silence "{identity}" is in force; in force: {running}')


def acknowledge(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
    """Store acks of a story, or of every story of a digest; return them, each with whether it is the `first`."""
    stories = acks.stories_of(connection, str(request["id"]))
    if not stories:
        return _unknown(connection, str(request["id"]), now)
    done = []
    for story in stories:
        revision = decisions.last_alert_revision(connection, story)
        known, first = acks.ack(connection, story, str(request["by"]), "command", now, revision)
        done.append(describe_ack(known) | {"first": first})
    return {"acks": done}


def signed_by(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request whose `by` says who really asks: the login name that the system vouches for (`login`).

    A name that was given besides stands before it, "Noor (login shift1)": several people may share a login, and none of
    them may pass for another unseen.
    """
    login = str(request["login"])
    # without brackets, in which a name could hide a login of its own making
    given = plain(str(request.get("by") or "")).translate({ord("("): None, ord(")"): None})[:LONGEST_NAME].strip()
    by = f"{given} (login {login})" if given and given != login else login
    reason = {"reason": plain(str(request["reason"]))[:LONGEST_REASON]} if "reason" in request else {}
    return {**request, "by": by, **reason}


ORDERS: Mapping[str, Order] = {"silence-add": silence_add, "silence-end": silence_end, "ack": acknowledge}


def describe_silence(silence: Silence, now: datetime) -> dict[str, Any]:
    """Return a silence as `--json` prints it."""
    times = {"begins": stamp(silence.begins), "ends": stamp(silence.ends), "in_force": silence.ends > now}
    return asdict(silence) | {"scope": silence.scope.value} | times


def describe_ack(ack: Ack) -> dict[str, Any]:
    """Return an ack as `--json` prints it."""
    return asdict(ack) | {"at": stamp(ack.at)}


def stamp(at: datetime) -> str:
    """Return a UTC time as our JSON writes it: ISO 8601 with Z."""
    return at.isoformat().replace("+00:00", "Z")


def _error(words: str) -> Answer:
    return {"error": words}


def _unknown(connection: Connection, identity: str, now: datetime) -> Answer:
    known = acks.stories_told_since(connection, now - LOOKED_BACK)
    return _error(
        f'"{identity}" is the id of no story that was told, nor of a message on one{nearest(identity, known)}; '
        "the last line of every alert names both"
    )
