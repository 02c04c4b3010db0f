"""One story: what was told and why, each report with its relation and evidence, other languages, what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Hit
from alerts.board import orders
from alerts.board.page import Asked, NotFound, Page, Record
from alerts.board.shapes import (
    DELIVERY,
    FLAG,
    JUDGEMENT,
    KNOWN,
    NUMBER,
    PIECES,
    STORY,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    each,
    keys,
    more,
    none_or,
)
from alerts.decide.standing import letters_of, standing_of
from alerts.event import TRANSLATION as TRANSLATION_OF
from alerts.event import Counterpart
from alerts.line.counterparts import counterparts_of
from alerts.line.orders import describe_judgement
from alerts.render.sheet import counterpart_evidence
from alerts.render.title import without_outlet
from alerts.run import archive
from alerts.run.delivery_record import describe_delivery
from alerts.run.foreign_headlines import NOTHING, Headline, known_headlines
from alerts.run.thread_record import describe_thread, headline, known_in
from alerts.run.told_list import Told, describe_told, read_told
from alerts.store import decisions, ids, outbox
from alerts.store.audit import notes_on
from alerts.store.event_reports import evidence_in
from alerts.store.feedback import judgements_on
from crawler.article import Article, Member
from crawler.store import articles as articles_store
from crawler.store.evidence import kept

NAMED = (ids.STORY, ids.THREAD, ids.ARTICLE, ids.MESSAGE)
BODY_SHOWN = 3_000  # characters of an article
ROUND_HIT = 160  # characters shown on either side of a hit
WHY = {"why": "1: with what `explain` says of its first report; it takes a second"}


def read(asked: Asked) -> Record:
    """Return all of one story. Raises NotFound for an id that names none."""
    connection, config = asked.connection, asked.config
    story = _named(connection, asked.parts["story"])
    members = archive.thread_of(connection, story)
    if not members:
        raise NotFound(f"There is no story {story}.")
    thread = members[0].thread
    revision = decisions.last_alert_revision(connection, story)
    told = read_told(connection, config, asked.now, [(story, revision)]) if revision else []
    own = [each for each in members if each.story == story]
    joined = evidence_in(connection, [thread])
    known = known_in(connection, config.language, [members])
    standing = told[0].alert.standing if told else standing_of(members, letters_of(config))
    whole = describe_thread(members, standing, joined, None, known)
    sent = outbox.deliveries_that(connection, outbox.deliveries.c.subject == story)
    abroad = counterparts_of(connection, story)
    told_abroad = known_headlines(connection, config.language, map(_headline, abroad))
    return {
        "story": story,
        "thread": thread,
        "told": describe_told(told[0], asked.now) if told else None,
        "title": own[0].title,
        "known": list(known.get(headline(own[0]), NOTHING).lines),
        "event_evidence": joined.get(story, ""),
        "reports": [_report(connection, each, told, whole) for each in own],
        "others": [each for each in reversed(whole["stories"]) if each["story"] != story],  # type: ignore[call-overload]
        "languages": [_counterpart(each) | told_abroad.get(_headline(each), NOTHING).record for each in abroad],
        "decisions": [_decision(each) for _, each in decisions.decisions_on(connection, story)],
        "deliveries": [describe_delivery(connection, each) for each in sorted(sent, key=lambda each: each.queued)],
        "why": asked.command(["explain", own[0].article]).splitlines() if asked.query.one("why") else None,
        "notes": [{"at": each.at, "by": each.who, "text": each.title} for each in notes_on(connection, story)],
        "judgements": [describe_judgement(each) for each in judgements_on(connection, story)],
        "lengths": list(orders.LENGTHS),
    }


def _headline(each: Counterpart) -> Headline:
    return each.story, without_outlet(each.title, each.outlet)


def _counterpart(each: Counterpart) -> dict[str, Any]:
    """Return a report of the event in another language: its relation to this story, and the evidence in words."""
    return {
        "relation": TRANSLATION_OF,
        "story": each.story,
        "language": each.lang,
        "outlet": each.outlet,
        "title": each.title,
        "at": each.at,
        "evidence": counterpart_evidence(each),
        "minutes_apart": each.apart,
        "likeness": each.share,
    }


def _named(connection: Connection, given: str) -> str:
    """Return the story that an id stands for: its own, that of its thread, of a report in it, of a message on it."""
    try:
        return ids.story_of(connection, ids.resolve(connection, given, *NAMED))
    except ids.UnknownId as error:
        raise NotFound(str(error)) from error


def _report(connection: Connection, member: Member, told: Sequence[Told], whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with its text in pieces round the words that decided."""
    [article] = [each for each in articles_store.articles_of(connection, member.article) if each.id == member.article]
    stories = {each["story"]: each for each in whole["stories"]}
    record: dict[str, Any] = next(each for each in stories[member.story]["articles"] if each["id"] == member.article)
    hits = [hit for each in told[:1] if each.alert.article.id == member.article for hit in _hits(each)]
    pieces = [
        {"form": each.form, "fetched": each.fetched, "sha256": each.sha256, "bytes": len(each.raw)}
        for each in kept(connection, member.article)
    ]
    return record | {
        "seen": member.first_seen,
        "published": article.published,
        "language": article.lang,
        "headline": marked(article.title, [hit for hit in hits if hit.field == "title"]),
        "text": _text(article, [hit for hit in hits if hit.field == "body"]),
        "kept": pieces,
    }


def _hits(told: Told) -> list[Hit]:
    return [hit for cause in told.alert.causes for hit in cause.hits]


def _text(article: Article, hits: Sequence[Hit]) -> list[tuple[str, bool]]:
    """Return the beginning of a text, and what stands round the hits behind that."""
    body = article.body
    pieces = marked(body[:BODY_SHOWN], [hit for hit in hits if hit.end <= BODY_SHOWN])
    if len(body) > BODY_SHOWN:
        pieces.append((" … ", False))
    for hit in (hit for hit in hits if hit.end > BODY_SHOWN):
        begin, end = max(BODY_SHOWN, hit.start - ROUND_HIT), hit.end + ROUND_HIT
        pieces += [(body[begin : hit.start], False), (body[hit.start : hit.end], True), (body[hit.end : end], False)]
        pieces.append((" … ", False))
    return pieces


def marked(text: str, hits: Sequence[Hit]) -> list[tuple[str, bool]]:
    """Return a text in pieces: (words, whether they are a hit). Of hits that overlap the first is marked."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for hit in sorted(hits, key=lambda each: (each.start, each.end)):
        if hit.start >= at and text[hit.start : hit.end] == hit.text:
            pieces += [(text[at : hit.start], False), (hit.text, True)]
            at = hit.end
    return [(words, hit) for words, hit in [*pieces, (text[at:], False)] if words]


def _decision(made: decisions.StoredDecision) -> dict[str, Any]:
    return {
        "at": made.at,
        "receiver": made.receiver,
        "kind": made.kind,
        "queued": made.queued,
        "reason": made.reason,
        "rules": list(made.rules),
        "waiting": list(made.waiting),
    }


KEPT = keys("Kept copy", form=TEXT, fetched=TIME, sha256=TEXT, bytes=WHOLE)
ARTICLE = keys(
    "Article",
    id=TEXT, source=TEXT, outlet=TEXT, owner=TEXT, origin=TEXT, relation=TEXT, title=TEXT, url=none_or(TEXT),
    first_seen=TIME, evidence=TEXT, change=TEXT, carrier=TEXT, **KNOWN,
)  # fmt: skip
REPORT = more(
    ARTICLE, seen=TIME, published=none_or(TIME), language=none_or(TEXT), headline=PIECES, text=PIECES, kept=each(KEPT)
)
OTHER = keys(
    "Other story of the event",
    story=TEXT, title=TEXT, event_evidence=TEXT, outlets=TEXTS, **KNOWN,
    articles=each(ARTICLE),
)  # fmt: skip
COUNTERPART = keys(
    "Report of the event in another language",
    relation=TEXT, story=TEXT, language=TEXT, outlet=TEXT, title=TEXT, at=TIME, evidence=TEXT, minutes_apart=WHOLE,
    likeness=NUMBER, **KNOWN,
)  # fmt: skip
DECISION = keys(
    "Decision", at=TIME, receiver=TEXT, kind=TEXT, queued=FLAG, reason=TEXT, rules=TEXTS, waiting=TEXTS
)  # fmt: skip
ANSWER = keys(
    story=TEXT, thread=TEXT, told=none_or(STORY), title=TEXT, known=TEXTS, event_evidence=TEXT, reports=each(REPORT),
    others=each(OTHER), languages=each(COUNTERPART), decisions=each(DECISION), deliveries=each(DELIVERY),
    why=none_or(TEXTS), notes=each(keys("Note", at=TIME, by=TEXT, text=TEXT)), judgements=each(JUDGEMENT),
    lengths=TEXTS,
)  # fmt: skip
PAGE = Page("story", "/stories/{story}", "Story", read, ANSWER, filters=WHY)
ORDERS = (orders.ACK, orders.UNDO, orders.NOTE, orders.SILENCE, orders.END_SILENCE)
