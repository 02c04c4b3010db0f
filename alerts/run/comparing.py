"""The examples of the rules in force as the language model read them, and what a headline reads like by them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import Connection

from alerts.rule import Config
from alerts.rules.nearness import Examples, Likeness, examples
from alerts.run.encoder import Encoder
from alerts.run.extras import PACKAGE
from alerts.store import decisions
from crawler.article import Article
from crawler.text.scripts import language_of

MARK = "examples read"  # the mark that holds, as JSON, the vectors of examples, so that no start reads them anew


class Comparing:
    """Which examples are read, and what a headline reads like; nothing is said of it until all are read."""

    def __init__(self, config: Config) -> None:
        self._vectors: dict[str, bytes] = {}
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
        """Those of them that the model has not read."""
        return [each for each in self.sentences if each not in self._vectors]

    def add(self, found: Mapping[str, bytes]) -> None:
        """Add what the model made of examples, b"" where it made nothing."""
        self._vectors |= found
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
            self.add({text: base64.b64decode(vector) for text, vector in kept["vectors"].items()})

    def save(self, connection: Connection) -> None:
        """Store the vectors of the examples of the rules in force."""
        kept = {each: self._vectors[each] for each in self.sentences if each in self._vectors}
        vectors = {text: base64.b64encode(each).decode() for text, each in kept.items()}
        decisions.set_mark(connection, MARK, json.dumps({"by": _model(), "vectors": vectors}))


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
