"""Commands that change what is stored: a request -> an answer, in one commit; the same with and without a daemon.

An order that cannot be carried out changes nothing and answers {"error": what is wrong; what is allowed}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Kind, Scope
from alerts.decide.feedback import Judgement
from alerts.render.records import describe_ack, describe_silence, stamp
from alerts.render.title import headline_of
from alerts.render.words import plain
from alerts.store import acks, audit, decisions, digests, ids, outbox, silences
from alerts.store import feedback as judgements
from alerts.store.former_acks import BY_COMMAND, TAKEN_BACK, logged
from alerts.store.sendlog import describe_last
from crawler.store import articles as archive
from crawler.store.members import members_of

Answer = Mapping[str, Any]
Order = Callable[[Connection, Mapping[str, Any], datetime], Answer]
LONGEST_SILENCE = timedelta(days=30)  # decision 106
IDS_OF_STORIES = (ids.TOLD, ids.MESSAGE, ids.THREAD, ids.ARTICLE)
IDS_OF_THREADS = (ids.TOLD, ids.THREAD, ids.MESSAGE)
LONGEST_NAME, LONGEST_REASON = 60, 300  # characters: both are printed in messages
COVERED_SHOWN = 5  # of the other stories that an ack covers
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
        value = members_of(connection, story)[0].thread
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
    """Store acks of a story, or of every story of a digest or thread; return them, each with whether it is the `first`.

    An ack covers what somebody was sent by now; what waits too where `unsent` says that whoever acknowledges has seen
    that, or where nothing of a story that was named was sent yet. `asked` is the story that was asked for: where its
    event was acknowledged before, the ack is of another of its stories; `too`: by somebody else, and the log keeps
    that this one was given as well. `earlier` is the ack of somebody before what was told last became graver, None for
    none. `covers` are the told stories of the event that it covers too, `covered` the newest of them; `left` is what no
    ack covers, with whether it was `sent`.
    """
    identity, stories = _named(connection, str(request["id"]))
    sent, unsent = acks.sent_revisions(connection, stories), request.get("unsent") is True
    last = {story: decisions.last_alert_revision(connection, story) for story in stories}
    if identity.startswith(ids.THREAD.letter):  # whoever names a thread names no story that nobody was sent
        stories = tuple(story for story in stories if story in sent or not last[story])
        if not stories:
            return _error(f"{identity}: nobody was sent a message on it yet; acknowledge a story of it by its own id")
    done: dict[str, dict[str, Any]] = {}
    for story in stories:
        revision = last[story] if unsent else sent.get(story, last[story])
        known, first = acks.ack(connection, story, str(request["by"]), BY_COMMAND, now, revision)
        title = headline_of(digests.alert_told(connection, story).article)
        # of a digest or thread, a story that the ack of one before it covers needs no word of its own
        done.setdefault(known.story, describe_ack(known) | {"first": first, "asked": story, "title": title})
    for each in done.values():
        each["too"] = not each["first"] and each["by"] != request["by"]
        if each["too"]:
            title = f"{each['asked']} acknowledged too, after {each['by']}"
            audit.record(connection, audit.Entry(now, audit.What.ACK, str(request["by"]), title))
    _, earlier = acks.acks_and_earlier(connection, [each["asked"] for each in done.values()])
    for each in done.values():
        before = earlier.get(each["asked"])
        each["earlier"] = describe_ack(before) if before else None
    return {"acks": [each | _rest_of_event(connection, each["asked"]) for each in done.values()]}


def take_back(connection: Connection, request: Mapping[str, Any], now: datetime) -> Answer:
    """Take back the acks of a story, or of every story of a digest; return them, or an error where there is none.

    `still` is the name of who acknowledged its event besides, "" for nobody; `earlier` that of who gave the ack which
    this one had replaced, and which counts again for what it covered. The log keeps each ack, and who took one back.
    """
    taken: list[dict[str, Any]] = []
    stories = _stories(connection, str(request["id"]))
    for story in stories:
        if taken_back := acks.take_back(connection, story, now):
            known, earlier = taken_back
            audit.record(connection, logged(known, TAKEN_BACK))
            again = f"; the earlier one by {earlier.by} counts again" if earlier else ""
            title = f"{known.story}: the acknowledgement by {known.by} is taken back{again}"
            audit.record(connection, audit.Entry(now, audit.What.ACK, str(request["by"]), title))
            left = acks.ack_of(connection, story)
            headline = headline_of(digests.alert_told(connection, story).article)
            beside = {"still": left.by if left else "", "earlier": earlier.by if earlier else ""}
            taken.append(describe_ack(known) | {"asked": story, "title": headline} | beside)
    return {"acks": taken} if taken else _error(f"{' '.join(stories)}: nobody has acknowledged this")


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
    relevant, via = request["relevant"], str(request.get("via") or BY_COMMAND)
    if not isinstance(relevant, bool):
        return _error("relevant is true or false")
    said = {"reason": str(request.get("reason") or "").strip(), "by": str(request["by"]), "via": via}
    made = [
        judgements.judge(connection, story, now, relevant=relevant, **said)
        for story in _stories(connection, str(request["id"]))
    ]
    return {"judgements": [describe_judgement(each) for each in made]}


def _rest_of_event(connection: Connection, story: str) -> dict[str, Any]:
    """Return what was told of a story's event besides: what an ack covers, and what none does, of the story too."""
    told = acks.told_of(connection, [story, *acks.others_of(connection, story)])
    covers = [each for each in told if acks.ack_of(connection, each)]
    sent = acks.sent_revisions(connection, told)
    others = [each for each in covers if each != story]
    return {
        "covers": others,
        "covered": [_told(connection, each, sent) for each in others[-COVERED_SHOWN:]],
        "left": [_told(connection, each, sent) for each in told if each not in covers],
    }


def _told(connection: Connection, story: str, sent: Mapping[str, int]) -> dict[str, Any]:
    """Return a told story, by its newest alert revision; `sent` has the newest one that was sent."""
    alert = decisions.load_alert(connection, story, decisions.last_alert_revision(connection, story))
    was_sent = sent.get(story) == alert.revision
    return {"story": story, "severity": alert.severity.word, "title": headline_of(alert.article), "sent": was_sent}


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
    "ack-undo": _answering(take_back, of="id"),
    "note": _answering(note, of="id"),
    "feedback": _answering(feedback, of="id"),
}


def describe_judgement(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as `--json` prints it."""
    return asdict(judgement) | {"at": stamp(judgement.at), "told": stamp(judgement.told)}


def _error(words: str) -> Answer:
    return {"error": words}


def _stories(connection: Connection, text: str) -> tuple[str, ...]:
    """Return the told stories that an id, as it was typed, stands for: one, or those of a digest. Raises UnknownId."""
    return _named(connection, text)[1]


def _named(connection: Connection, text: str) -> tuple[str, tuple[str, ...]]:
    """Return the id that was typed, whole, and the told stories that it stands for. Raises UnknownId."""
    identity = ids.resolve(connection, text, *IDS_OF_STORIES)
    stories = acks.stories_of(connection, identity)
    if not stories:
        raise ids.UnknownId(_untold(connection, identity))
    return identity, stories


def _untold(connection: Connection, identity: str) -> str:
    """Return why no told story is behind an id that is stored."""
    if delivery := outbox.find(connection, identity):
        what = "a notice about the system" if delivery.kind is Kind.NOTICE else "a digest without a story"
        return f"{identity} is {what}: no story is in it"
    about = members_of(connection, identity) or archive.articles_of(connection, identity)
    named = f' "{plain(about[0].title)}"' if about else ""
    return f"{identity}{named} was told to nobody; watchfloor stories --told lists those that were told"


def _running(connection: Connection, text: str, now: datetime) -> str:
    """Return the id of a silence that was typed; "last" is the newest that is in force."""
    running = silences.silences_in_force(connection, now)
    if text.strip().lower() == ids.LAST and running:
        return running[-1].id
    return ids.resolve(connection, text, ids.SILENCE)
