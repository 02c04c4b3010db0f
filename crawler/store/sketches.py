"""SQL for the candidate keys of articles (crawler.stories.sketch) and for the sentences that sources repeat.

`sketches` has one row for each key of each article, ordered by key and seq: a lower bound of seq keeps every look-up
inside the window, and nothing has to be rebuilt at start. `sketched` lists the keys of each article, so that they can
be replaced and deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    union_all,
)

from crawler.article import voice
from crawler.store.articles import OPENS_A_STORY, articles, metadata, revisions, stories, threads
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared
from crawler.store.saving import add_up
from crawler.stories.frames import about
from crawler.stories.placing import Candidate
from crawler.stories.sketch import MOST_KEYS, SHARED, pack, unpack
from crawler.stories.verdict import Side
from crawler.stories.wording import Wording, wording

WINDOW = timedelta(days=4)  # how far back an article is compared; older keys are dropped (decision 45)
NEWEST_OF_A_KEY = 64  # articles looked at for one key: a key that more share says little (decision 44)
MOST_COMPARED = 6  # candidates that are judged, those that share most keys first (decision 44)
REPEATED_FROM = 4  # articles of a source with one sentence make it boilerplate (decision 47)
EVERYWHERE = ""  # the source of frames: sentences that any outlet may print
SENTENCES_KEPT = timedelta(days=14)  # since the sentence was last seen
NO_SEQ = 1 << 62  # a seq that no article has
ARTICLES_DROPPED = 200  # out of the window in one commit: at most 9,800 keys, so that the writer is soon free again
OPENS_A_STORY_WORDS = sorted(relation.value for relation in OPENS_A_STORY)

sketches = Table(
    "sketches",
    metadata,
    Column("key", BigInteger, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    sqlite_with_rowid=False,  # the primary key is the whole row, so the table needs no index beside it
)
sketched = Table(
    "sketched",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("article", Text, ForeignKey("articles.id"), nullable=False, unique=True),
    Column("seen", UtcTime, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Index("sketched_by_time", "seen"),
)
sentences = Table(
    "sentences",
    metadata,
    Column("source", Text, primary_key=True),
    Column("sentence", BigInteger, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("seen", UtcTime, nullable=False),
    Index("sentences_by_time", "seen"),
    sqlite_with_rowid=False,
)


def save_sketch(connection: Connection, article: str, seq: int, seen: datetime, keys: frozenset[int]) -> None:
    """Store the keys of an article's newest revision in place of the earlier ones."""
    drop_sketch(connection, article)
    add_sketches(connection, [(article, seq, keys)], seen)


def add_sketches(connection: Connection, found: Sequence[tuple[str, int, frozenset[int]]], seen: datetime) -> None:
    """Store the keys of articles that have none yet, each (article, seq, keys)."""
    rows = [{"seq": seq, "article": name, "seen": seen, "keys": pack(keys)} for name, seq, keys in found]
    _ADD_ROW.change_all(connection, rows)
    _ADD_KEY.change_rows(connection, ("key", "seq"), [(key, seq) for _, seq, keys in found for key in sorted(keys)])


_ADD_ROW, _ADD_KEY = Prepared(sketched.insert()), Prepared(sketches.insert())
_OF_ARTICLE = Prepared(select(sketched.c.seq, sketched.c["keys"]).where(sketched.c.article == bindparam("article")))


def drop_sketch(connection: Connection, article: str) -> bool:
    """Delete the keys of an article; return whether it had any."""
    rows = _OF_ARTICLE.rows(connection, {"article": article})
    _drop(connection, [(seq, keys) for seq, keys in rows])
    return bool(rows)


_DROP_KEY = Prepared(delete(sketches).where(sketches.c.key == bindparam("k"), sketches.c.seq == bindparam("s")))
_DROP_ROW = Prepared(delete(sketched).where(sketched.c.seq == bindparam("s")))


def _drop(connection: Connection, rows: Sequence[tuple[int, bytes]]) -> None:
    _DROP_KEY.change_all(connection, [{"k": key, "s": seq} for seq, packed in rows for key in unpack(packed)])
    _DROP_ROW.change_all(connection, [{"s": seq} for seq, _ in rows])


def expire(connection: Connection, now: datetime) -> int:
    """Delete old sentences, and the keys of up to ARTICLES_DROPPED articles before the window; return how many."""
    old = select(sketched.c.seq, sketched.c["keys"]).where(sketched.c.seen < now - WINDOW)
    rows = connection.execute(old.order_by(sketched.c.seen).limit(ARTICLES_DROPPED)).all()
    _drop(connection, [(seq, keys) for seq, keys in rows])
    connection.execute(delete(sentences).where(sentences.c.seen < now - SENTENCES_KEPT))
    return len(rows)


_FIRST = Prepared(
    select(sketched.c.seq).where(sketched.c.seen >= bindparam("since")).order_by(sketched.c.seen).limit(1)
)


def first_in_window(connection: Connection, now: datetime) -> int:
    """Return the lowest seq inside the window that ends `now`; NO_SEQ, above all others, if there is none."""
    return _FIRST.scalar(connection, {"since": now - WINDOW}) or NO_SEQ


def _newest_sharing() -> Prepared:
    """Return the query of MOST_KEYS keys, for the articles among the newest of each that share most of them.

    It is one for all articles: where one has fewer keys the rest are null, which no key is, and cost next to nothing.
    """
    found = union_all(
        *(
            select(
                select(sketches.c.seq)
                .where(sketches.c.key == bindparam(f"k{at}"), sketches.c.seq >= bindparam("low"))
                .order_by(sketches.c.seq.desc())
                # only the newest articles of each key: a phrase that everybody uses must cost no more than a rare one
                # (decision 44)
                .limit(NEWEST_OF_A_KEY)
                .subquery()
                .c.seq
            )
            for at in range(MOST_KEYS)
        )
    ).subquery()
    shared = func.count()
    most_shared = select(found.c.seq).group_by(found.c.seq).having(shared >= SHARED)
    most_shared = most_shared.order_by(shared.desc(), found.c.seq.desc())
    return Prepared(most_shared.limit(MOST_COMPARED))


def sharing(connection: Connection, keys: Iterable[int], low: int) -> list[int]:
    """Return the seqs from `low` on with at least SHARED of the keys: most keys first, then the newest.

    At most MOST_COMPARED are returned.
    """
    values = dict(zip(_NO_KEYS, sorted(keys), strict=False))
    return _SHARING.scalars(connection, {**_NO_KEYS, **values, "low": low})


_SHARING = _newest_sharing()
_NO_KEYS = dict.fromkeys(f"k{at}" for at in range(MOST_KEYS))


_STANDING = (
    select(
        *(articles.c[name] for name in ("id", "source", "outlet", "owner", "origin", "lang", "relation", "first_seen")),
        articles.c.carrier,
        articles.c.story,
        stories.c.thread,
        threads.c.opened.label("thread_opened"),
        revisions.c.seq,
        revisions.c.title,
        revisions.c.summary,
        revisions.c.text,
    )
    .join(stories, stories.c.id == articles.c.story)
    .join(threads, threads.c.id == stories.c.thread)
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
)
_SKETCHED = Prepared(
    _STANDING.join(sketched, sketched.c.article == articles.c.id).where(
        sketched.c.seq.in_(bindparam("seqs", expanding=True))
    )
)
_OPENING = Prepared(
    _STANDING.where(
        articles.c.story.in_(bindparam("stories", expanding=True)), articles.c.relation.in_(OPENS_A_STORY_WORDS)
    )
)


class Candidates:
    """Finds the articles to compare a new one with. An object serves one poll: no sentence is looked up twice."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection, self._now = connection, now
        self._low = NO_SEQ
        # by source: sentences of which it is known whether they are repeated, and those that are
        self._looked_up: dict[str, set[int]] = defaultdict(set)
        self._repeated: dict[str, set[int]] = defaultdict(set)

    def expect(self, texts: Iterable[tuple[str, str]], source: str, outlet: str) -> None:
        """Look up the sentences of a poll's texts, each a title and a body, at once: `read` will ask for them."""
        numbers = {number for title, body in texts for number in wording(title, body, outlet).numbers}
        self._repeats(source, numbers)
        self._repeats(EVERYWHERE, numbers)

    def read(self, title: str, body: str, source: str, outlet: str) -> Wording:
        """Return the wording of an article without its source's boilerplate and without known frames."""
        text = wording(title, body, outlet)
        return text.without(self._repeats(source, text.numbers) | self._frames_in(text))

    def learn(self, frames: Set[int]) -> None:
        """Remember sentences that are frames around different news, for every source from now on."""
        if frames:
            count_sentences(self._connection, EVERYWHERE, dict.fromkeys(frames, 1), self._now)
            self._repeated[EVERYWHERE] |= frames

    def _repeats(self, source: str, numbers: Set[int]) -> set[int]:
        """Return the sentences that a source is known to repeat, all it repeats of these among them."""
        # by number: all that a source repeats are as many as it has printed in two weeks
        if unknown := numbers - self._looked_up[source]:
            self._looked_up[source] |= unknown
            self._repeated[source] |= repeated_among(self._connection, source, unknown)
        return self._repeated[source]

    def _frames_in(self, text: Wording) -> frozenset[int]:
        """Return which sentences of a text are known frames; a sentence about the text's own headline never is."""
        known = text.numbers & self._repeats(EVERYWHERE, text.numbers)
        if not known:
            return known
        numbered = zip(text.hashes, text.sets, strict=True)
        return known - {number for number, words in numbered if about(words, text.topic)}

    def of(self, keys: frozenset[int]) -> list[Candidate]:
        """Return the articles that share keys, most keys first, then the first article of each of their stories.

        The first article is there because a story is joined only by what is close to it (decision 46).
        """
        if self._low == NO_SEQ:  # not asked yet, or the first poll of a store, which is compared with itself
            self._low = first_in_window(self._connection, self._now)
        seqs = sharing(self._connection, keys, self._low)
        if not seqs:
            return []
        found = _SKETCHED.rows(self._connection, {"seqs": seqs})
        # IN (...) returns the rows in any order
        candidates = [self._candidate(row) for row in sorted(found, key=lambda row: seqs.index(row.seq))]
        opened = {each.story for each in candidates if each.opens}
        if missing := {each.story for each in candidates} - opened:
            first = _OPENING.rows(self._connection, {"stories": sorted(missing)})
            candidates += [self._candidate(row) for row in first]
        return candidates

    def _candidate(self, row: Any) -> Candidate:
        text = wording(row.title, row.text or row.summary, row.outlet)
        text = text.without(self._repeats(row.source, text.numbers))
        speaks, carried = voice(row.source, row.outlet, row.carrier), bool(row.carrier)
        side = Side(row.id, speaks, row.outlet, row.owner, row.lang, row.first_seen, text, carried)
        opens = row.relation in OPENS_A_STORY_WORDS
        return Candidate(side, row.story, row.thread, row.thread_opened, row.origin, opens)


_REPEATED = Prepared(
    select(sentences.c.sentence).where(
        sentences.c.source == bindparam("source"),
        sentences.c.sentence.in_(bindparam("numbers", expanding=True)),
        sentences.c.n >= bindparam("least"),
    )
)


def repeated_among(connection: Connection, source: str, numbers: Set[int]) -> frozenset[int]:
    """Return which of these sentences a source repeats in at least REPEATED_FROM articles.

    Of EVERYWHERE, those that were found around different news in any source: once is enough (decision 119).
    """
    asked = {"source": source, "least": REPEATED_FROM if source else 1}
    found = (_REPEATED.scalars(connection, {**asked, "numbers": part}) for part in parts(sorted(numbers)))
    return frozenset(number for each in found for number in each)


def count_sentences(connection: Connection, source: str, found: Mapping[int, int], now: datetime) -> None:
    """Add to the counts of sentences at the edges of a source's articles; `found` is sentence to number of articles."""
    rows = [{"source": source, "sentence": number, "n": n, "seen": now} for number, n in sorted(found.items())]
    add_up(connection, sentences, rows, "source", "sentence")


_MISPLACED = {
    "article without a story": select(articles.c.id).where(articles.c.story.not_in(select(stories.c.id))),
    "story without a thread": select(stories.c.id).where(stories.c.thread.not_in(select(threads.c.id))),
    "story without an article": select(stories.c.id).where(stories.c.id.not_in(select(articles.c.story))),
    "keys without an article": select(sketched.c.seq).where(sketched.c.article.not_in(select(articles.c.id))),
    "a key without its list": select(sketches.c.key).where(sketches.c.seq.not_in(select(sketched.c.seq))),
}


def misplaced(connection: Connection) -> dict[str, list[Any]]:
    """Return ids of rows that contradict each other, by the kind of contradiction; {} if the archive is whole.

    No transaction may leave one behind, which tests check. At most five of each kind are returned.
    """
    found = {what: list(connection.execute(query.limit(5)).scalars()) for what, query in _MISPLACED.items()}
    return {what: rows for what, rows in found.items() if rows}
