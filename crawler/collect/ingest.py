"""Store what a poll gave: articles, stories, counts and the source's state, in one commit; a large poll in several.

The state, with the ETag, is in the last of them: after a crash in between, the source gives the same entries again, and
those that are stored are known.
"""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from crawler.article import Entry, Placement, Relation, mint, voice
from crawler.collect.drafting import Keyed, drafts_of, outlet_of
from crawler.collect.sieve import Sifted
from crawler.collect.stored import Stored
from crawler.parse.normalise import Draft, article
from crawler.sources.polling import heard
from crawler.sources.source import WHOLE_KINDS, FetchOutcome, Source, SourceState
from crawler.store import articles as archive
from crawler.store import chain, evidence
from crawler.store.identities import identified, save_identities
from crawler.store.pages_wanted import Wanted, want
from crawler.store.passed import remember
from crawler.store.retention import former, former_key
from crawler.store.sketches import Candidates, add_sketches, count_sentences, save_sketch
from crawler.store.source_states import save_state
from crawler.stories.identity import Identified, Identity, identify
from crawler.stories.material import material
from crawler.stories.placing import place
from crawler.stories.sketch import sketch
from crawler.stories.verdict import Side
from crawler.stories.wording import Wording, edges
from crawler.text import urls

log = logging.getLogger(__name__)
SUMMARY_LENGTH = 800  # characters: what is shorter is a summary, and its page is fetched
PAGE_AGAIN = timedelta(minutes=5)  # from an edit to the next look at the page: edits come in rows


def store_part(  # noqa: PLR0913 - one commit, and all that goes into it
    connection: Connection,
    source: Source,
    drafts: Sequence[Keyed],
    now: datetime,
    earlier: Stored,
    *,
    baseline: bool = False,
    careful: bool = False,
    answer: FetchOutcome | None = None,
    pages_from: datetime | None = None,
) -> Stored:
    """Store a part of a poll that another follows. Return what it added; `earlier` is what those before it added.

    The source counts as not polled until `store_poll` stored the last part.
    """
    stored = Stored(entries=len(drafts))
    _put(connection, source, drafts, now, stored, earlier, baseline, careful, answer, pages_from)
    archive.count(connection, archive.counts, stored.amounts())
    return stored


def store_poll(  # noqa: PLR0913 - one commit, and all that goes into it
    connection: Connection,
    source: Source,
    state: SourceState,
    entries: Sequence[Entry],
    rejected: Iterable[str],
    now: datetime,
    *,
    baseline: bool = False,
    careful: bool = False,
    answer: FetchOutcome | None = None,
    pages_from: datetime | None = None,
    sifted: Sifted | None = None,
    drafts: Sequence[Keyed] | None = None,
    earlier: Stored | None = None,
) -> Stored:
    """Store a poll: its entries, oldest first, and the state that says it was polled. Return what was added in all.

    With `careful` each entry has its own savepoint, and one that the store refuses is counted as rejected. With
    `answer` raw entries are kept as evidence and wanted pages go on the backlog; for a baseline only those dated
    `pages_from` or later. With `sifted` only what that kept is stored, and the rest is remembered by number. Where
    parts of it were stored before, `earlier` is what they added, and `drafts` is the last part.
    """
    earlier = earlier or Stored()
    stored = Stored(rejected=Counter(rejected))
    stored.entries = len(entries) + stored.rejected.total() - earlier.entries
    if sifted is not None:
        entries = sifted.kept
        stored.passed, stored.known = len(sifted.passed), sifted.known
        remember(connection, (*sifted.passed, *sifted.again), now)
    if drafts is None:
        drafts = drafts_of(source, entries, now)
    _put(connection, source, drafts, now, stored, earlier, baseline, careful, answer, pages_from)
    archive.count(connection, archive.counts, stored.amounts())
    total = Stored()
    total += earlier
    total += stored
    dates = [date for entry in entries if (date := entry.published or entry.updated)]
    new, known = total.new + total.passed, total.known + total.revised
    total.state = heard(source, state, now, new=new, known=known, dates=dates, gap=answer.gap if answer else None)
    save_state(connection, total.state)
    return total


def _put(  # noqa: PLR0913, PLR0917 - as store_poll
    connection: Connection,
    source: Source,
    drafts: Sequence[Keyed],
    now: datetime,
    stored: Stored,
    earlier: Stored,
    baseline: bool,
    careful: bool,
    answer: FetchOutcome | None,
    pages_from: datetime | None,
) -> None:
    """Store drafts, with their evidence and the pages they want, and add to `stored` what they became."""
    line = _Line(connection, source, now, earlier, baseline=baseline, at_once=careful)
    line.expect(drafts)
    for keys, made in drafts:
        if careful:
            _put_carefully(connection, line, keys, made, stored)
        else:
            line.put(keys, made, stored)
    line.write()
    if answer is not None:
        line.keep(answer, pages_from)


# a savepoint undoes what is in the database; what the line and `stored` know of the entry has to be undone here
def _put_carefully(connection: Connection, line: _Line, keys: tuple[str, ...], made: Draft, stored: Stored) -> None:
    before, known = replace(stored, placed=list(stored.placed)), line.knows(keys)
    try:
        with connection.begin_nested():
            line.put(keys, made, stored)
    except (SQLAlchemyError, ValueError) as error:
        stored.new, stored.known, stored.revised = before.new, before.known, before.revised
        stored.placed = before.placed
        line.forget(known)
        stored.rejected["unstorable"] += 1
        log.error("entry not stored keys=%s error=%s", keys, error)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An article that has its place but is not written yet, with its candidate keys and the sentences at its edges."""

    placed: archive.NewArticle
    keys: frozenset[int]
    edges: frozenset[int]


class _Line:
    """One poll on its way into the store. It knows what the earlier entries of the same poll became.

    New articles are collected and written together (decision 55): at the end of the poll, or before an article that
    shares a key with one of them is looked up. With `at_once` each is written by itself, so that an error belongs to
    that entry.
    """

    def __init__(
        self, connection: Connection, source: Source, now: datetime, earlier: Stored, *, baseline: bool, at_once: bool
    ) -> None:
        self._connection, self._source, self._now, self._baseline = connection, source, now, baseline
        self._at_once = at_once
        self._known: dict[str, list[Identified]] = defaultdict(list)
        self._candidates = Candidates(connection, now)
        self._changed: dict[str, tuple[Relation, Draft]] = {}
        self._waiting: list[_Waiting] = []
        self._waiting_keys: set[int] = set()
        self._identities: list[dict[str, str]] = []  # of keys that the source did not use yet
        self._changed_identities: list[dict[str, str]] = []
        self._seen = {name for _, name in earlier.placed}  # articles that entries of this poll were
        self._former: frozenset[int] = frozenset()  # numbers of deleted articles that entries of this poll have

    def expect(self, keyed: Sequence[Keyed]) -> None:
        """Look up the keys of all drafts to come in one query."""
        for each in identified(self._connection, {key for keys, _ in keyed for key in keys}):
            self._known[each.key].append(each)
        unknown = [entry for entry in keyed if not any(self._known[key] for key in entry[0])]
        hashes = {each for keys, made in unknown for each in self._hashes(keys, made)}
        self._former = former(self._connection, hashes, self._now)
        texts = [(made.title, made.text or made.summary) for _, made in unknown]
        self._candidates.expect(texts, self._source.id, self._source.outlet)

    def _outlet(self, made: Draft) -> str:
        return outlet_of(made, self._source)

    def _hashes(self, keys: tuple[str, ...], made: Draft) -> set[int]:
        return {former_key(key, self._source.id, made.title) for key in keys}

    def knows(self, keys: tuple[str, ...]) -> dict[str, list[Identified]]:
        """Return, by key, the articles that are known by these keys, as lists of their own."""
        return {key: list(self._known[key]) for key in keys}

    def forget(self, known: dict[str, list[Identified]]) -> None:
        """Take back what an entry that the store refused added; `known` is what `knows` returned before it."""
        self._known.update(known)
        self._candidates = Candidates(self._connection, self._now)  # frames learnt from it are undone too

    def put(self, keys: tuple[str, ...], made: Draft, stored: Stored) -> None:
        """Store a draft as a new article or as a revision; nothing is stored if nothing changed."""
        known = [each for key in keys for each in self._known[key]]
        if self._former and not known and self._former & self._hashes(keys, made):
            stored.known += 1  # an article that was deleted for its age, and that the feed still shows
            return
        identity = identify(made, self._source.id, keys, known, self._body_of, self._seen)
        if identity.relation is Relation.NEW:
            stored.new += 1
            identity = Identity(Relation.NEW, self._add(keys, made), 1)
        elif identity.relation is Relation.REVISED:
            stored.revised += 1
            said = {each.said for each in known if each.article == identity.article and each.source == self._source.id}
            stands = {each.content_key for each in known if each.article == identity.article}
            # the stored text is not what this source last sent: then it came from the page
            self._revise(made, identity, paged=not said & stands)
        else:
            stored.known += 1
        stored.placed.append((identity.relation, identity.article))
        self._seen.add(identity.article)
        self._remember(keys, made, identity.article, identity.revision)
        if self._at_once:
            self.write()
        if identity.relation is not Relation.KNOWN:
            self._changed[identity.article] = (identity.relation, made)

    def keep(self, answer: FetchOutcome, pages_from: datetime | None) -> None:
        """Keep the raw entries of what is new or revised, and put the pages they want on the backlog."""
        changed = self._changed.items()
        evidence.keep(self._connection, answer, [(name, *_raw(made.entry)) for name, (_, made) in changed])
        chain.seal_pieces(self._connection, self._changed, self._now)
        pages = []
        for name, (relation, made) in changed:
            old = self._baseline and not (pages_from and made.published and made.published >= pages_from)
            if made.url and not old and wants_page(self._source, made.entry):
                # the page of a new article at once; after an edit its page is often edited again soon
                due = self._now if relation is Relation.NEW else self._now + PAGE_AGAIN
                pages.append(Wanted(name, self._source.id, made.url, urlsplit(made.url).netloc.lower(), self._now, due))
        want(self._connection, pages)

    def write(self) -> None:
        """Write the collected articles, one statement for each table."""
        waiting, identities, changed = self._waiting, self._identities, self._changed_identities
        self._waiting, self._waiting_keys, self._identities, self._changed_identities = [], set(), [], []
        if waiting:
            seqs = archive.add_articles(self._connection, [each.placed for each in waiting], baseline=self._baseline)
            found = [(each.placed.article.id, seqs[each.placed.article.id], each.keys) for each in waiting]
            add_sketches(self._connection, found, self._now)
            # of articles that open a story only: reprints of one text would make boilerplate of it (decision 47)
            own = (each for each in waiting if each.placed.placement.relation in archive.OPENS_A_STORY)
            counted = Counter(sentence for each in own for sentence in each.edges)
            count_sentences(self._connection, self._source.id, counted, self._now)
        save_identities(self._connection, identities, changed)

    def _add(self, keys: tuple[str, ...], made: Draft) -> str:
        name = mint("a", self._now, self._source.id, *keys, made.content_key)
        text = self._read(made.title, made.text or made.summary, self._outlet(made))
        sketched = sketch(text)
        # the article may belong to one that is not written yet, and only written articles are found as candidates
        if not self._waiting_keys.isdisjoint(sketched):
            self.write()
        added = article(made, self._source, name, self._now)
        speaks = voice(added.source, added.outlet, added.carrier)
        side = Side(name, speaks, added.outlet, added.owner, added.lang, self._now, text, carried=bool(added.carrier))
        origin = made.credit.origin if made.credit else added.owner
        fresh = Placement(Relation.NEW, f"s{name[1:]}", f"t{name[1:]}", origin=origin)
        placement, frames = place(side, self._candidates.of(sketched), fresh)
        self._candidates.learn(frames)
        placed = archive.NewArticle(added, made, placement)
        self._waiting.append(_Waiting(placed, sketched, frozenset(edges(text))))
        self._waiting_keys |= sketched
        return name

    def _revise(self, made: Draft, identity: Identity, *, paged: bool) -> None:
        """Store the next revision, what it changed, and its keys in place of the earlier text's.

        Where the stored text is the page's (`paged`), the source's own summary is no change of it, so only the
        headlines are compared.
        """
        # the article revised may be one of this poll that is not written yet
        self.write()
        title, body = archive.content_of(self._connection, identity.article)
        outlet = self._outlet(made)
        after = self._read(made.title, made.text or made.summary, outlet)
        if paged:
            change = material(self._read(title, "", outlet), self._read(made.title, "", outlet))
        else:
            change = material(self._read(title, body, outlet), after)
        seq = archive.revise_article(self._connection, identity.article, made, identity.revision, self._now, change)
        save_sketch(self._connection, identity.article, seq, self._now, sketch(after))

    def _body_of(self, name: str) -> str:
        """Return the text of an article, also of one of this poll that is not written yet."""
        self.write()
        return archive.content_of(self._connection, name)[1]

    def _read(self, title: str, body: str, outlet: str) -> Wording:
        return self._candidates.read(title, body, self._source.id, outlet)

    def _remember(self, keys: tuple[str, ...], made: Draft, name: str, revision: int) -> None:
        for key in keys:
            # written only if something changed: most entries of most polls are known
            own = next((each for each in self._known[key] if each.source == self._source.id), None)
            if own and own.article == name and own.said == made.content_key and own.revision == revision:
                continue
            row = {"key": key, "source": self._source.id, "article": name, "content_key": made.content_key}
            (self._changed_identities if own else self._identities).append(row)
            self._known[key] = [each for each in self._known[key] if each is not own]
            self._known[key].append(_identified(key, self._source.id, name, made, revision))


def wants_page(source: Source, entry: Entry) -> bool:
    """Return whether an entry's page is to be fetched: always, never, or (auto) if its text is only a summary."""
    if source.kind in WHOLE_KINDS:
        return False
    if source.full_text == "auto":
        # behind a wrapper's link (Google News) lies no page that a program is shown
        return not (entry.url and urls.wrapper(entry.url)) and len(entry.text or entry.summary) < SUMMARY_LENGTH
    return source.full_text == "always"


def _raw(entry: Entry) -> tuple[str, bytes]:
    """Return the form and bytes of an entry's evidence: the item as it was, or its fields if it was not cut out."""
    if entry.raw:
        return "entry", entry.raw.encode("utf-8", "surrogatepass")
    words = {name: value for name, value in asdict(entry).items() if value and name != "raw"}
    return "entry-text", json.dumps(words, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")


def _identified(key: str, source: str, name: str, made: Draft, revision: int) -> Identified:
    said, entry = made.content_key, made.entry
    carrier = made.credit.carrier if made.credit else ""
    return Identified(
        key, source, name, said, entry.title, made.url, entry.guid, said, revision, made.published, carrier
    )
