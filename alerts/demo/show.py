"""One real round polls the newsroom; what arrived in mailbox and webhook is printed, and why the rest did not."""

from __future__ import annotations

import asyncio
import json
import secrets
import shlex
import socket
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from alerts.decide.ledger import Ledger
from alerts.demo.serve import FEEDS, Newsroom
from alerts.demo.sinks import MailSink, WebhookSink
from alerts.render.words import isolated, status_words
from alerts.run.service import Service
from alerts.run.stage import Round
from alerts.run.stored import ledger_of
from alerts.status import Status
from alerts.store import decisions
from alerts.store.opening import reading
from alerts.store.statuses import statuses_of_messages
from crawler.article import Relation
from crawler.config.settings import BOARD
from crawler.store import articles as archive

Say = Callable[[str], None]
Statuses = Mapping[tuple[str, str, str], Status]  # by story, kind and receiver
# reasons, as the store has them, for people who see them for the first time
EXPLAINED = {
    "no_match": "no rule asks for it",
    "told": "the same story has been told",
    "repeats": "the same event, in other words or another language: told with its next message, or in a digest",
    "possibly_same": "possibly an event that has been told: goes to a digest",
    "stale": "older than the freshness limit: goes to a digest",
    "baseline": "was there before we began to watch",
    "below_min_severity": "the receiver asked for higher severities only",
    "shadow": "its rule is in shadow mode",
}


@dataclass(frozen=True, slots=True)
class NewsroomItem:
    """An item of the newsroom: the receivers it was sent to and by which rules, or the reason why to none.

    `otherwise` says of the other receivers how its message waits, or was told with another.
    `evidence` says of a duplicate which story it repeats, and what the comparison found.
    """

    outlet: str
    title: str
    sent: tuple[str, ...]
    otherwise: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str
    evidence: str


def run(say: Say, *, keep: bool = False) -> list[NewsroomItem]:
    """Run the demo, print all of it line by line with `say`, and return the items.

    With `keep` a daemon then goes on watching the newsroom, with its board, until it is told to stop.
    """
    now = datetime.now(UTC)
    # All on loopback, in a folder that goes with it: the demo leaves nothing behind, and needs no network.
    with (
        tempfile.TemporaryDirectory(prefix="watchfloor-demo-") as place,
        closing(Newsroom(now)) as newsroom,
        closing(MailSink()) as mail,
        closing(WebhookSink()) as webhook,
    ):
        rules = Path(place) / "rules.yaml"
        token = _token(rules.parent) if keep else ""
        # from the start: what is changed later is told in the log as a change of the desk's
        signing = f"  board_token: {rules.parent}/token\n" if keep else ""
        text = _rules(newsroom, mail, webhook).replace("settings:\n", f"settings:\n{signing}", 1)
        rules.write_text(text, encoding="utf-8")
        say(f"A newsroom of {_feeds()} outlets is on the air at {newsroom.base}; polling it.\n")
        say(_heading("On the console"))
        state = Path(place) / "var"
        done = asyncio.run(_round(rules, state, now))
        # printed after the round, from the store and the sinks: the console receiver has printed its alerts meanwhile
        items = _items(state)
        _say_messages(say, mail, webhook)
        _say_items(say, items)
        _say_books(say, done, state)
        say(_heading("On the watch board"))
        if keep:
            _watch(say, rules, state, token)
        else:
            say("The same in a browser, and kept open: make demo KEEP=1 (watchfloor demo --keep)")
    return items


def _token(place: Path) -> str:
    """Write a new token into a folder, and return it."""
    token = secrets.token_urlsafe(12)
    (place / "token").write_text(token, encoding="utf-8")
    return token


def _watch(say: Say, rules: Path, state: Path, token: str) -> None:
    """Run the daemon and its board until Ctrl-C; print the address and the token with which the board is written on."""
    address = _free(BOARD)
    say(f"http://{address}/ in a few seconds. To acknowledge, sign in with any name and the token {token}")
    say(f"Commands reach it by words behind them: watchfloor status {reached(rules, state)}")
    say("The daemon goes on watching the newsroom. Ctrl-C ends it, and deletes all of it.")
    asyncio.run(_run(rules, state, {"WATCHFLOOR_BOARD": address}))


def reached(rules: Path, state: Path) -> str:
    """Return the options by which commands reach a desk that is not in the usual place, as typed into a shell."""
    return shlex.join(["--config", str(rules), "--state-dir", str(state)])


async def _run(rules: Path, state: Path, environ: Mapping[str, str]) -> None:
    async with Service(rules, state, environ) as service:
        await service.run()


def _free(address: str) -> str:
    """Return an address of loopback, on another port where this one is taken."""
    host, _, port = address.rpartition(":")
    with socket.socket() as line:
        try:
            line.bind((host, int(port)))
        except OSError:
            line.bind((host, 0))
        return f"{host}:{line.getsockname()[1]}"


def _rules(newsroom: Newsroom, mail: MailSink, webhook: WebhookSink) -> str:
    text = (FEEDS / "rules.yaml").read_text(encoding="utf-8")
    return text.replace("{base}", newsroom.base).replace("{mail}", mail.url).replace("{webhook}", webhook.url)


def _feeds() -> int:
    return sum(each.name.endswith(".xml") for each in FEEDS.iterdir())


async def _round(rules: Path, state: Path, now: datetime) -> Round:
    async with Service(rules, state, {}) as service:
        await service.start(now)
        return await service.round(now)


def _items(state: Path) -> list[NewsroomItem]:
    with reading(state) as connection:
        made = decisions.decisions_by_revision(connection)
        revisions = archive.revisions_after(connection, 0, 1_000)
        statuses = statuses_of_messages(connection, {each.placement.story for each in revisions})
        return [
            _item(
                revision.article.outlet,
                revision.article.title,
                revision.placement,
                made.get(revision.seq, []),
                statuses,
            )
            for revision in revisions
        ]


def _item(
    outlet: str, title: str, placement: Any, made: list[decisions.StoredDecision], statuses: Statuses
) -> NewsroomItem:
    queued = [
        (each.receiver, statuses.get((placement.story, each.kind, each.receiver), Status()))
        for each in made
        if each.queued
    ]
    sent = tuple(receiver for receiver, status in queued if status.name == "sent")
    otherwise = tuple(
        f"{receiver}: {status_words(status, 'UTC')}" for receiver, status in queued if status.name != "sent"
    )
    rules = tuple(dict.fromkeys(rule for each in made for rule in each.rules))
    reason = "" if queued else made[0].reason if made else "no_match"
    evidence = placement.evidence if placement.relation is Relation.DUPLICATE else ""
    return NewsroomItem(outlet, title, sent, otherwise, rules, reason, evidence)


def _say_messages(say: Say, mail: MailSink, webhook: WebhookSink) -> None:
    say(_heading("In the officer's mail"))
    for message in mail.messages:
        say(_mail(message))
    say(_heading("At the webhook"))
    for body in webhook.bodies:
        # cut: a whole JSON body would push the alerts off the screen
        say(textwrap.shorten(json.dumps(body, ensure_ascii=False), 400, placeholder=" ..."))


def _mail(message: EmailMessage) -> str:
    part = message.get_body(("plain",)) or message.get_body(("html",))
    body = part.get_content() if part else ""
    heads = [f"{name}: {message[name]}" for name in ("From", "To", "Subject")]
    return "\n".join([*heads, "", body.strip(), "-" * 78])


def _say_items(say: Say, items: list[NewsroomItem]) -> None:
    say(_heading("Why each item did, or did not, alert"))
    for item in items:
        say("\n".join(_fate(item)))


def _fate(item: NewsroomItem) -> Iterator[str]:
    told = f"ALERT to {', '.join(item.sent)} by {', '.join(item.rules)}" if item.sent else ""
    evidence = f" ({item.evidence})" if item.evidence else ""
    yield f"{item.outlet}: {isolated(item.title)}"
    for each in item.otherwise:
        yield f"    {each}"
    if told or not item.otherwise:
        yield f"    {told or f'not sent: {item.reason}, {EXPLAINED.get(item.reason, item.reason)}{evidence}'}"


def _say_books(say: Say, done: Round, state: Path) -> None:
    with reading(state) as connection:
        books = ledger_of(connection)
    rest = "nothing unaccounted for" if not any(books.remainders().values()) else f"REMAINDER {books.remainders()}"
    suppressed = ", ".join(f"{n} {name}" for name, n in books.suppressed.items()) or "none"
    say(_heading("The books"))
    say(
        f"{done.polls} polls gave {books.entries} entries: {books.new} new, {books.known} known, "
        f"{books.revised} revised, {sum(books.rejected.values())} rejected.\n"
        f"{books.matched} decisions: {books.queued} queued, suppressed: {suppressed}.\n"
        f"Of those queued: {', '.join(_states(books))}; {rest}."
    )


def _states(books: Ledger) -> Iterator[str]:
    """Yield how many messages are in each state, which together are those queued."""
    told_by_another = {"folded": " (told by the message of another)"}
    yield from (f"{n} {name}{told_by_another.get(name, '')}" for name, n in books.states.items() if n)


def _heading(text: str) -> str:
    return f"\n== {text} {'=' * (74 - len(text))}"
