"""Commands that change what is stored: a request -> an answer, in one commit; the same with and without a daemon.

An order that cannot be carried out changes nothing and answers {"error": what is wrong; what is allowed}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Ack, Kind, Scope, Silence, Translation
from alerts.decide.feedback import Judgement
from alerts.delivery import Delivery
from alerts.render.title import headline_of
from alerts.render.words import plain
from alerts.store import acks, audit, decisions, ids, outbox, sendlog, silences
from alerts.store import feedback as judgements
from crawler.store import articles as archive

Answer = Mapping[str, Any]
Order = Callable[[Connection, Mapping[str, Any], datetime], Answer]
LONGEST_SILENCE = timedelta(days=30)  # decision 106
IDS_OF_STORIES = (ids.TOLD, ids.MESSAGE, ids.THREAD, ids.ARTICLE)
IDS_OF_THREADS = (ids.TOLD, ids.THREAD, ids.MESSAGE)
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
        stories = _stories(connection, value)
        if len(stories) > 1:
            return _error(f"{value} is a digest of {len(stories)} stories; a silence is on one: name its id")
        value = stories[0]
    if scope is Scope.THREAD:
        story = ids.story_of(connection, ids.resolve(connection, value, *IDS_OF_THREADS))
        value = archive.members_of(connection, story)[0].thread
    made = silences.add_silence(connection, scope, value, author, reason, now, ends)
    return describe_silence(made, now)


def silence_end(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
    """End a silence that is in force and return it, or an error that lists those in force."""
    identity = _running(connection, str(request["id"]), now)
    ended = silences.end_silence(connection, identity, str(request["by"]), now)
    if ended:
        return describe_silence(ended, now)
    running = ", ".join(each.id for each in silences.silences_in_force(connection, now)) or "none"
    return _error(f'no silence "{identity}" is in force; in force: {running}')


def acknowledge(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
    """Store acks of a story, or of every story of a digest; return them, each with whether it is the `first`.

    `asked` is the story that was asked for: where its event was acknowledged before, the ack is of another of its
    stories. `covers` are the told stories of the event that it covers too, `left` those that are graver.
    """
    done: dict[str, dict[str, Any]] = {}
    for story in _stories(connection, str(request["id"])):
        revision = decisions.last_alert_revision(connection, story)
        known, first = acks.ack(connection, story, str(request["by"]), acks.BY_COMMAND, now, revision)
        title = headline_of(decisions.load_alert(connection, story, revision).article)
        # of a digest or thread, a story that the ack of one before it covers needs no word of its own
        done.setdefault(known.story, describe_ack(known) | {"first": first, "asked": story, "title": title})
    return {"acks": [each | _rest_of_event(connection, each["asked"]) for each in done.values()]}


def note(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
    """Store what somebody notes on a story, told or not; return it, or an error where the note is empty."""
    story = ids.story_of(connection, ids.resolve(connection, str(request["id"]), *IDS_OF_THREADS, ids.STORY))
    text = plain(str(request["text"]))[:LONGEST_REASON]
    if not text:
        return _error("a note has words")
    audit.record(connection, audit.Entry(now, audit.What.NOTE, str(request["by"]), text, (story,)))
    return {"story": story, "at": stamp(now), "by": str(request["by"]), "text": text}


def feedback(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
    """Store whether a story, or every story of a digest, is relevant; return the judgements."""
    relevant, via = request["relevant"], str(request.get("via") or acks.BY_COMMAND)
    if not isinstance(relevant, bool):
        return _error("relevant is true or false")
    said = {"reason": str(request.get("reason") or "").strip(), "by": str(request["by"]), "via": via}
    made = [
        judgements.judge(connection, story, now, relevant=relevant, **said)
        for story in _stories(connection, str(request["id"]))
    ]
    return {"judgements": [describe_judgement(each) for each in made]}


def _rest_of_event(connection: Connection, story: str) -> dict[str, Any]:
    """Return what was told of a story's event besides: what an ack covers, and what none does."""
    told = acks.told_of(connection, acks.others_of(connection, story))
    covers = [each for each in told if acks.ack_of(connection, each)]
    return {"covers": covers, "left": [_left(connection, each) for each in told if each not in covers]}


def _left(connection: Connection, story: str) -> dict[str, str]:
    alert = decisions.load_alert(connection, story, decisions.last_alert_revision(connection, story))
    return {"story": story, "severity": alert.severity.word, "title": headline_of(alert.article)}


def _answering(order: Order, *, of: str = "") -> Order:
    """Return an order that answers an id it does not know with an error, and says which message "last" was.

    `of` is the part of the request that may be "last" and mean a message.
    """

    def answered(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
        about_news = request.get("scope") in {None, Scope.STORY.value, Scope.THREAD.value}
        told = ids.last_told(connection) if about_news and ids.is_last(str(request.get(of, ""))) else None
        try:
            answer = order(connection, request, now)
        except ids.UnknownId as error:
            return _error(str(error))
        return answer if told is None else {**answer, "last": describe_last(connection, told)}

    return answered


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


ORDERS: Mapping[str, Order] = {
    "silence-add": _answering(silence_add, of="value"),
    "silence-end": _answering(silence_end),
    "ack": _answering(acknowledge, of="id"),
    "note": _answering(note, of="id"),
    "feedback": _answering(feedback, of="id"),
}


def describe_silence(silence: Silence, now: datetime) -> dict[str, Any]:
    """Return a silence as `--json` prints it."""
    times = {"begins": stamp(silence.begins), "ends": stamp(silence.ends), "in_force": silence.ends > now}
    return asdict(silence) | {"scope": silence.scope.value} | times


def describe_ack(ack: Ack) -> dict[str, Any]:
    """Return an ack as `--json` prints it."""
    return asdict(ack) | {"at": stamp(ack.at)}


def describe_judgement(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as `--json` prints it."""
    return asdict(judgement) | {"at": stamp(judgement.at), "told": stamp(judgement.told)}


def describe_translation(made: Translation | None) -> dict[str, Any] | None:
    """Return a machine translation as `--json` prints it."""
    return (
        {"text": made.text, "does_not_name": list(made.missing), "does_not_say": list(made.numbers)} if made else None
    )


def describe_last(connection: Connection, told: Delivery) -> dict[str, Any]:
    """Return the message that was meant by "last"."""
    sent = stamp(told.sent) if told.sent else None
    return {
        "id": told.id,
        "kind": told.kind.value,
        "sent": sent,
        "receiver": told.receiver,
        "what": plain(sendlog.summary_of(connection, told)),
    }


def stamp(at: datetime) -> str:
    """Return a UTC time as our JSON writes it: ISO 8601 with Z."""
    return at.isoformat().replace("+00:00", "Z")


def _error(words: str) -> Answer:
    return {"error": words}


def _stories(connection: Connection, text: str) -> tuple[str, ...]:
    """Return the told stories that an id, as it was typed, stands for: one, or those of a digest. Raises UnknownId."""
    identity = ids.resolve(connection, text, *IDS_OF_STORIES)
    stories = acks.stories_of(connection, identity)
    if not stories:
        raise ids.UnknownId(_untold(connection, identity))
    return stories


def _untold(connection: Connection, identity: str) -> str:
    """Return why no told story is behind an id that is stored."""
    if delivery := outbox.find(connection, identity):
        what = "a notice about the system" if delivery.kind is Kind.NOTICE else "a digest without a story"
        return f"{identity} is {what}: no story is in it"
    about = archive.members_of(connection, identity) or archive.articles_of(connection, identity)
    named = f' "{plain(about[0].title)}"' if about else ""
    return f"{identity}{named} was told to nobody; watchfloor stories --told lists those that were told"


def _running(connection: Connection, text: str, now: datetime) -> str:
    """Return the id of a silence that was typed; "last" is the newest that is in force."""
    running = silences.silences_in_force(connection, now)
    if text.strip().lower() == ids.LAST and running:
        return running[-1].id
    return ids.resolve(connection, text, ids.SILENCE)
