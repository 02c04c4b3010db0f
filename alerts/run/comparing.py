"""The examples of the rules in force as the language model read them, and what a headline reads like by them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import Connection

from alerts.decide.encoding import ExampleCounts
from alerts.rule import Config
from alerts.rules.nearness import Examples, Likeness, examples
from alerts.run.encoder import Encoder
from alerts.run.extras import PACKAGE
from alerts.store import decisions
from alerts.store.marks import note_examples
from crawler.article import Article
from crawler.text.scripts import language_of

MARK = "examples read"  # the mark that holds, as JSON, the vectors of examples, so that no start reads them anew
TRIES = 5  # of an example on which the model fails; a start, which may have another model, begins anew
AGAIN = timedelta(minutes=10)  # from the first try to the second; each further wait is twice as long


class Comparing:
    """Which examples are read, and what a headline reads like; nothing is said of it until all are read."""

    def __init__(self, config: Config) -> None:
        self._vectors: dict[str, bytes] = {}  # b"" of those on which the model failed
        self._tried: dict[str, tuple[int, datetime]] = {}  # of these: how often, and when last
        self.use(config)

    def use(self, config: Config) -> None:
        """Compare with the examples of other rules; those that were read already are not read again."""
        self._sentences = examples(config.lists)
        self._ready: Examples | None = None
        self._make()

    @property
    def sentences(self) -> list[str]:
        """The examples of the rules in force."""
        return [each for texts in self._sentences.values() for each in texts]

    @property
    def unread(self) -> list[str]:
        """Those of them that the model was not given."""
        return [each for each in self.sentences if each not in self._vectors]

    @property
    def counts(self) -> ExampleCounts:
        """How many there are, how many have no vector, and on how many of these the model failed."""
        failed = [each for each in self.sentences if self._vectors.get(each) == b""]
        return ExampleCounts(len(self.sentences), len(self.unread) + len(failed), len(failed))

    def due(self, now: datetime) -> list[str]:
        """Return the examples to be read now: those not given to the model, and those due for another try."""
        return [each for each in self.sentences if not self._vectors.get(each) and self._is_due(each, now)]

    def _is_due(self, text: str, now: datetime) -> bool:
        tries, last = self._tried.get(text, (0, now))
        # a time that lies ahead is of a clock that was set back
        return not tries or (tries < TRIES and not last <= now < last + AGAIN * 2 ** (tries - 1))

    def add(self, found: Mapping[str, bytes], now: datetime) -> None:
        """Add what the model made of examples at `now`, b"" where it made nothing."""
        self._vectors |= found
        for each in found:
            if found[each]:
                self._tried.pop(each, None)
            else:
                self._tried[each] = self._tried.get(each, (0, now))[0] + 1, now
        self._make()

    def _make(self) -> None:
        if self._sentences and not self.unread:
            self._ready = Examples(self._sentences, self._vectors)

    def likeness(self, article: Article, packed: bytes) -> Likeness | None:
        """Return what an article's headline, of this vector, reads like; None while examples are not read."""
        ready = self._ready  # a reload may take it away meanwhile
        if ready is None:
            return None
        return ready.likeness(packed, language_of(article.title, article.lang) or "")

    def load(self, connection: Connection) -> None:
        """Take over the vectors that were stored, unless another version of the model made them."""
        kept = json.loads(decisions.get_mark(connection, MARK) or "{}")
        if kept.get("by") == _model():
            self._vectors |= {text: base64.b64decode(vector) for text, vector in kept["vectors"].items()}
            self._make()

    def save(self, connection: Connection) -> None:
        """Store the vectors of the examples of the rules in force."""
        kept = {each: self._vectors[each] for each in self.sentences if each in self._vectors}
        vectors = {text: base64.b64encode(each).decode() for text, each in kept.items()}
        decisions.set_mark(connection, MARK, json.dumps({"by": _model(), "vectors": vectors}))
        note_examples(connection, self.counts)


async def compared(config: Config, connection: Connection, article: Article) -> Likeness | None:
    """Return what an article's headline reads like, by the examples that a daemon read; None where it has not yet.

    Starts a process with the model for it. Raise EncoderFault.
    """
    known, encoder = Comparing(config), Encoder()
    known.load(connection)
    if known.unread:
        return None
    try:
        return known.likeness(article, await encoder.encode(article.title))
    finally:
        await encoder.close()


def _model() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""
