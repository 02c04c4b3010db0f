"""SQL on targets that left rules.yaml: what was theirs moves to another target of their receiver.

A changed URL is a new target; without the move it would know nothing of the stories that its reader was told. Every
function takes the connection of its commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Integer, Table, delete, func, literal_column, select, update

from alerts.alert import Kind
from alerts.delivery import UNFINISHED, Carried, Carrier, Delivery, NewDelivery
from alerts.store import claims, digests, outbox, relays
from alerts.store.claims import buckets
from alerts.store.decisions import told
from alerts.store.digests import digest_items
from alerts.store.outbox import WAITING, deliveries
from alerts.store.targets import targets
from alerts.store.withheld import withheld
from crawler.store.moving import ENTERED

# tables with a row for each target, and what else is in their primary key
_KEYS: Mapping[Table, tuple[str, ...]] = {told: ("story",), withheld: ("silence",), buckets: (), targets: ()}


def has_orphans(connection: Connection, known: Sequence[str]) -> bool:
    """Return whether something waits for a target that is not in `known`."""
    waits = (deliveries.c.state.in_(WAITING), deliveries.c.target.not_in(known))
    return connection.scalar(select(deliveries.c.id).where(*waits).limit(1)) is not None


def replacements(connection: Connection, now_named: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield pairs (removed target, its replacement in the same receiver).

    `now_named` lists the targets of each receiver. Removed and new targets are paired in order; removed ones that are
    left over get the receiver's first target.
    """
    # a target that appears nowhere in the store is new: a URL that was changed gives one such and one that is gone
    seen = _seen(connection)
    movable = seen & _movable(connection)
    for receiver, named in now_named.items():
        gone = [each for each in _in_order(connection, movable - set(named)) if receiver_of(each) == receiver]
        new = [each for each in named if each not in seen]
        yield from zip(gone, [*new, *[named[0]] * len(gone)], strict=False)


def receiver_of(target: str) -> str:
    """Return the receiver in the id of a target: `NAME#HASH`."""
    return target.rpartition("#")[0]


def _seen(connection: Connection) -> set[str]:
    tables = (deliveries, *_KEYS)
    return {each for table in tables for each in connection.scalars(select(table.c.target).distinct())}


def _movable(connection: Connection) -> set[str]:
    """Return the targets with rows that could move: unfinished messages, told-state, counts, target state."""
    waits = select(deliveries.c.target).where(deliveries.c.state.in_(UNFINISHED)).distinct()
    return {each for table in _KEYS for each in connection.scalars(select(table.c.target).distinct())} | set(
        connection.scalars(waits)
    )


def _in_order(connection: Connection, those: set[str]) -> list[str]:
    """Return targets in the order of their first message, which is that of their receiver's `urls`."""
    # by the order of insertion: messages of one commit have the same `queued`, and ids end in a hash
    first = func.min(literal_column(f"deliveries.{ENTERED[connection.dialect.name]}", Integer))
    found = select(deliveries.c.target).where(deliveries.c.target.in_(those)).group_by(deliveries.c.target)
    known = list(connection.scalars(found.order_by(first)))
    return [*known, *sorted(those - set(known))]


def move(connection: Connection, old: str, new: str, now: datetime) -> int:
    """Move all rows of target `old` to `new`, which is tried at once; return how many unfinished messages it had.

    Where `new` has a row with the same key already, that one stays.
    """
    waiting = connection.scalar(
        select(func.count())
        .select_from(deliveries)
        .where(deliveries.c.target == old, deliveries.c.state.in_(UNFINISHED))
    )
    _move_messages(connection, old, new)
    # what still waits for the old target now is what the new one has as well
    for each in outbox.deliveries_that(connection, deliveries.c.target == old, deliveries.c.state.in_(WAITING)):
        _fold_double(connection, each, new, now)
    for table, keys in _KEYS.items():
        theirs = table.alias()
        same = [getattr(theirs.c, key) == getattr(table.c, key) for key in keys]
        # an UPDATE into an existing key would fail as a whole, so those rows are left out and then deleted
        taken = select(theirs.c.target).where(theirs.c.target == new, *same).exists()
        connection.execute(update(table).where(table.c.target == old, ~taken).values(target=new))
        connection.execute(delete(table).where(table.c.target == old))
    # a rest was of the old address: the new one may answer
    connection.execute(update(targets).where(targets.c.target == new).values(rests_until=None))
    claims.hasten(connection, new, now)
    return waiting or 0


def move_message(connection: Connection, delivery: Delivery, new: str) -> bool:
    """Move one message to another target; return False if that one has the same message already."""
    return bool(_move_messages(connection, delivery.target, new, delivery.id))


def _move_messages(connection: Connection, old: str, new: str, only: str = "") -> int:
    """Move messages, and what digests among them list, except those that `new` has as well; return how many moved.

    With `only`, just the message of that id.
    """
    mine = [deliveries.c.target == old, ~_double(new)]
    if only:
        mine.append(deliveries.c.id == only)
    # the lists first: which digests move is read from the rows that move next
    moved = select(deliveries.c.subject).where(*mine, deliveries.c.kind == Kind.DIGEST.value)
    listed = (digest_items.c.target == old, digest_items.c.subject.in_(moved))
    connection.execute(update(digest_items).where(*listed).values(target=new))
    return connection.execute(update(deliveries).where(*mine).values(target=new)).rowcount


def _double(new: str) -> ColumnElement[bool]:
    theirs = deliveries.alias("theirs")
    same = [getattr(theirs.c, name) == getattr(deliveries.c, name) for name in ("subject", "kind", "revision")]
    return select(theirs.c.id).where(theirs.c.target == new, *same).exists()


def _fold_double(connection: Connection, waiting: Delivery, new: str, now: datetime) -> None:
    """Fold a waiting message into the same one of the other target, which also gets what only this digest lists."""
    into = Carrier(Carried.MESSAGE, _same(connection, waiting, new).id)
    if waiting.kind is Kind.DIGEST:
        there = digests.digest_of(connection, waiting.subject, new)
        mine = digests.digest_of(connection, waiting.subject, waiting.target)
        if missing := [each for each in mine if each not in there]:
            digest = NewDelivery(new, waiting.receiver, Kind.DIGEST, waiting.severity, waiting.reason, waiting.subject)
            subject = digests.open_digest(connection, digest, now)
            digests.add_to_digest(connection, subject, new, missing)
            into = Carrier(Carried.DIGEST, subject)
    outbox.fold(connection, waiting.id, into, now)


def _same(connection: Connection, delivery: Delivery, target: str) -> Delivery:
    return next(each for each in relays.copies(connection, delivery) if each.target == target)
