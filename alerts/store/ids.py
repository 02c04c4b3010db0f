"""The beginning or end of an id, in any case, or "last" goes in; the one stored id that is meant comes out.

An id begins with the letter of its kind. Every command that takes an id reads it here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, Connection, Select, func, select

from alerts.alert import PINGS, Kind
from alerts.delivery import Delivery, DeliveryState
from alerts.render.title import headline_of, without_outlet
from alerts.render.words import cut, isolated, plain, time
from alerts.store import decisions, digests, outbox, sendlog
from alerts.store.decisions import alerts
from alerts.store.outbox import deliveries, former_ids
from alerts.store.restoring import restore_without
from alerts.store.silences import silences
from crawler.article import BASE32, minted, minted_from
from crawler.config.nearest import nearest
from crawler.store import articles as archive
from crawler.store.members import members_of

LAST = "last"
_TELLING = (*(kind.value for kind in PINGS), Kind.ESCALATION.value, Kind.DIGEST.value)
SHOWN = 8  # candidates that are listed
SEARCHED = 1_000  # ids that a misspelt one is compared with
HEADLINE_LIMIT = 70  # characters
_LENGTH = 15  # characters of a minted id
_ALIKE = 4  # first characters in which a misspelt id is taken to be right: those made within half a day share them
END_LEAST = 4  # characters of an end
END_WITHIN = timedelta(days=14)  # before the newest id: in a year of them four characters are rarely unique
_MISREAD = str.maketrans("oil", "011")  # which no id has: Crockford's digits


class UnknownId(ValueError):
    """No stored id is meant, or several are. The message is for the user: it lists them, or says what ids look like."""


@dataclass(frozen=True, slots=True)
class IdKind:
    """A kind of thing with an id: its first letter, name and example, the command that lists it, its SQL.

    `newest` selects the id that "last" means while no message was sent.
    """

    letter: str
    noun: str
    example: str
    listed_by: str
    ids: Column[str]
    newest: Select[tuple[str]]
    headline: Callable[[Connection, str], str]


def _title(connection: Connection, identity: str) -> str:
    members = members_of(connection, identity)
    return without_outlet(members[0].title, members[0].outlet) if members else ""


def _article_title(connection: Connection, identity: str) -> str:
    return next((headline_of(each) for each in archive.articles_of(connection, identity)), "")


def _summary(connection: Connection, identity: str) -> str:
    delivery = outbox.find(connection, identity)
    return sendlog.summary_of(connection, delivery) if delivery else ""


def _silenced(connection: Connection, identity: str) -> str:
    row = connection.execute(select(silences).where(silences.c.id == identity)).one()
    return f"{row.scope} {row.value}, by {row.author}: {row.reason}"


_STORIES = "watchfloor stories"
STORY = IdKind(
    "s",
    "story",
    "s6266jwhg4azv0t",
    _STORIES,
    archive.stories.c.id,
    select(archive.stories.c.id).order_by(archive.stories.c.opened.desc(), archive.stories.c.id.desc()),
    _title,
)
# of stories too, but those that were told: what an officer answers
TOLD = IdKind(
    "s",
    "story",
    STORY.example,
    "watchfloor stories --told",
    archive.stories.c.id,
    select(alerts.c.story).order_by(alerts.c.created.desc(), alerts.c.story.desc()),
    _title,
)
THREAD = IdKind(
    "t",
    "thread",
    "t6266jwhg4azv0t",
    _STORIES,
    archive.threads.c.id,
    select(archive.threads.c.id).order_by(archive.threads.c.opened.desc(), archive.threads.c.id.desc()),
    _title,
)
ARTICLE = IdKind(
    "a",
    "article",
    "a6266jwhg4azv0t",
    _STORIES,
    archive.articles.c.id,
    select(archive.articles.c.id).order_by(archive.articles.c.first_seen.desc(), archive.articles.c.id.desc()),
    _article_title,
)
MESSAGE = IdKind(
    "d",
    "message",
    "d6266jwhg4azv0t",
    "watchfloor deliveries",
    deliveries.c.id,
    select(deliveries.c.id)
    .where(deliveries.c.state != DeliveryState.FOLDED.value)  # another message tells what a folded one would have
    .order_by(deliveries.c.queued.desc(), deliveries.c.id.desc()),
    _summary,
)
SILENCE = IdKind(
    "q",
    "silence",
    "q7",
    "watchfloor silence list",
    silences.c.id,
    select(silences.c.id).order_by(silences.c.begins.desc(), silences.c.id.desc()),
    _silenced,
)


def resolve(connection: Connection, text: str, *kinds: IdKind) -> str:
    """Return the id of one of the kinds that `text` means: whole, by its beginning or end, or "last".

    An end stands for ids of END_WITHIN; of a story, its thread and its first article, which end alike, it means what
    stands first in `kinds`.

    "last" is the last message that was sent with news, or the article it told where no message may stand; before one
    was sent, and of silences, the newest of the first kind. Raises UnknownId.
    """
    given = text.strip().lower()
    if is_last(text):
        return _last(connection, kinds)
    given = given.translate(_MISREAD)
    kind = next((each for each in kinds if given.startswith(each.letter)), None)
    begun = _beginning(connection, kind, given, SHOWN + 1) if kind else []
    if given in begun:
        return _current(connection, given)
    ended = [each for each in _ending(connection, given, kinds) if each not in begun]
    if not begun and not ended:
        raise UnknownId(_unknown(connection, text, given, kinds))
    meant = {_current(connection, each) for each in (*begun, *ended)}
    if len(meant) == 1:
        return meant.pop()
    raise UnknownId(_ambiguous(connection, text, kinds, begun, ended))


def is_last(text: str) -> bool:
    """Return whether an id was typed as "last"."""
    return text.strip().lower() == LAST


def last_told(connection: Connection) -> Delivery | None:
    """Return the last message that was sent with news, to anybody; None before one.

    An edit tells nobody by itself, nor does a digest that lists nothing.
    """
    newest = (
        select(deliveries.c.id)
        .where(deliveries.c.sent.is_not(None), deliveries.c.kind.in_(_TELLING))
        .where((deliveries.c.kind != Kind.DIGEST.value) | digests.LISTS_SOMETHING)
        .order_by(deliveries.c.sent.desc(), deliveries.c.queued.desc(), deliveries.c.id.desc())
    )
    identity = connection.scalar(newest.limit(1))
    return outbox.find(connection, identity) if identity else None


def _last(connection: Connection, kinds: Sequence[IdKind]) -> str:
    told = None if SILENCE in kinds else last_told(connection)
    if told:
        return told.id if MESSAGE in kinds else article_told(connection, told)
    newest = connection.scalar(kinds[0].newest.limit(1))
    if newest is None:
        raise UnknownId(f"there is no {kinds[0].noun} yet, so there is no last one")
    return str(newest)


def article_told(connection: Connection, told: Delivery) -> str:
    """Return the article that a message shows first; of a digest, that of the first story it lists.

    Raises UnknownId for a digest in which nothing is listed.
    """
    if told.kind is not Kind.DIGEST:
        return decisions.load_alert(connection, told.subject, told.revision).article.id
    listed = digests.digest_of(connection, told.subject, told.target)
    if not listed:
        raise UnknownId(f"the last message, {told.id}, is a digest without a story")
    return listed[0].article.id


def _beginning(connection: Connection, kind: IdKind, given: str, most: int) -> list[str]:
    """Return the ids that begin with `given`: that id itself first, then the newest."""
    columns = [kind.ids, former_ids.c.id] if kind is MESSAGE else [kind.ids]
    found: list[str] = []
    for column in columns:
        # a range, which the primary key answers; "{" is the character after "z"
        within = select(column).where(column >= given, column < given + "{")
        found += connection.scalars(within.where(column == given))
        found += connection.scalars(within.where(column != given).order_by(column.desc()).limit(most))
    return found


def may_end(text: str) -> bool:
    """Return whether a text can be the end of an id: END_LEAST of its characters or more."""
    given = text.strip().lower().translate(_MISREAD)
    return END_LEAST <= len(given) < _LENGTH and set(given) <= set(BASE32)


def ends_one(connection: Connection, text: str, *kinds: IdKind) -> bool:
    """Return whether a text is the end of a stored id, as `resolve` reads it."""
    return bool(_ending(connection, text.strip().lower().translate(_MISREAD), kinds))


def _ending(connection: Connection, given: str, kinds: Sequence[IdKind]) -> list[str]:
    """Return the ids that end with `given`, the newest first, one of those that differ by their kind alone."""
    if not may_end(given):
        return []
    found: dict[str, str] = {}
    for kind in kinds:
        newest = minted(connection.scalar(select(func.max(kind.ids))) or "")
        if newest is None:
            continue
        since = minted_from(kind.letter, newest - END_WITHIN)
        for column in (kind.ids, former_ids.c.id) if kind is MESSAGE else (kind.ids,):
            for each in connection.scalars(select(column).where(column >= since, column.endswith(given))):
                found.setdefault(each[1:], each)
    return [found[each] for each in sorted(found, reverse=True)]


def _current(connection: Connection, identity: str) -> str:
    """Return the id that a message which was sent again goes by now."""
    renamed = connection.scalar(select(former_ids.c.delivery).where(former_ids.c.id == identity))
    return str(renamed or identity)


def _ambiguous(
    connection: Connection, text: str, kinds: Sequence[IdKind], begun: Sequence[str], ended: Sequence[str]
) -> str:
    of = {each: next(kind for kind in kinds if each.startswith(kind.letter)) for each in (*begun, *ended)}
    listed = [
        f"  {each}  {isolated(cut(plain(kind.headline(connection, each)), HEADLINE_LIMIT))}"
        for each, kind in list(of.items())[:SHOWN]
    ]
    lists = dict.fromkeys(each.listed_by for each in of.values())
    more = [f"  and more: {'; '.join(lists)}"] if len(of) > SHOWN else []
    does = " or ".join(["begins"] * bool(begun) + ["ends"] * bool(ended))
    names = _listed(list(dict.fromkeys(each.noun for each in of.values())), "or")
    remedy = f"write more of it{'' if ended else _or_end(kinds)}:"
    return "\n".join([f'"{text}" {does} the id of more than one {names}; {remedy}', *listed, *more])


def _unknown(connection: Connection, text: str, given: str, kinds: Sequence[IdKind]) -> str:
    near = [
        each
        for kind in kinds
        if len(given) == _LENGTH and given.startswith(kind.letter)
        for each in _beginning(connection, kind, given[:_ALIKE], SEARCHED)
    ]
    names = _listed([each.noun for each in kinds], "or")
    looks = ", ".join(f"{each.example} ({each.noun})" for each in kinds)
    lists = "; ".join(
        f"{command} lists {_listed([_plural(each.noun) for each in kinds if each.listed_by == command], 'and')}"
        for command in dict.fromkeys(each.listed_by for each in kinds)
    )
    return (
        f'"{text}" is the id of no {names} stored here{nearest(given, near)}\n'
        f"{_lost(connection, given)}"
        f"  ids look like {looks}\n"
        f"  the beginning of one is enough{_or_end(kinds)}, in any case; {_said_of_last(kinds)}\n"
        f"  {lists}"
    )


def _lost(connection: Connection, given: str) -> str:
    """Return what became of an id that a restore lost, and where its story is now; "" of any other."""
    made = minted(given)
    lost = restore_without(connection, made) if made else None
    if made is None or lost is None:
        return ""
    ends, restored = (time(each, "UTC") for each in lost)
    return (
        f"  it was made {time(made, 'UTC')}; the store was restored {restored} "
        f"from a backup that ends {ends}: it is gone\n"
        "  what the feeds still showed is stored anew under another id: "
        "watchfloor search WORDS finds it by its headline\n"
    )


def _or_end(kinds: Sequence[IdKind]) -> str:
    return "" if SILENCE in kinds else f", or its last {END_LEAST} characters"


def _said_of_last(kinds: Sequence[IdKind]) -> str:
    return '"last" is the newest silence' if SILENCE in kinds else '"last" is the last message that was sent'


def _listed(nouns: Sequence[str], word: str) -> str:
    """Return nouns in a row: "story", "story or message", "stories, threads and articles"."""
    return f" {word} ".join([", ".join(nouns[:-1]), nouns[-1]] if len(nouns) > 1 else nouns)


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def story_of(connection: Connection, identity: str) -> str:
    """Return the story that a message's id is about; any other id as it is. Raises UnknownId for a digest or notice."""
    delivery = outbox.find(connection, identity) if identity.startswith(MESSAGE.letter) else None
    if delivery is None:
        return identity
    if delivery.kind in {Kind.DIGEST, Kind.NOTICE}:
        raise UnknownId(
            f"{identity} is a {delivery.kind.value}, not a message on one story; watchfloor deliveries show {identity} "
            "prints it"
        )
    return delivery.subject
