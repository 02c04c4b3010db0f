"""Find the entities that a text names, whether a rule asks for them or not. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from alerts.rule import Config
from alerts.rules.lexicon import Lexicon
from alerts.rules.reading import Mention, look, read
from crawler.article import Article

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class EntityFinder:
    """All entities of a config, compiled for the search. It never changes: a reload makes a new one."""

    def __init__(self, config: Config) -> None:
        self._kinds = config.kinds
        self._lexicon = Lexicon(config, (), [f"${each}" for each in config.entities])

    def named(self, text: str) -> tuple[str, ...]:
        """Return the ids of the entities that a headline names, in their order; of names within names the longest."""
        article = Article("", "", text, _NEVER)
        found = {
            each
            for mentions in read(article, self._lexicon, look(article, self._lexicon)).mentions.values()
            for each in mentions
            if each.entity and each.field == "title"
        }
        kept = [each for each in found if not any(_is_within(each, other) for other in found)]
        return tuple(dict.fromkeys(each.entity for each in sorted(kept, key=lambda each: (each.start, each.entity))))

    def lacking(self, original: str, other: str) -> tuple[str, ...]:
        """Return the entities that `original` names and `other` does not: neither the entity nor one that is it."""
        said = set(self.named(other))
        return tuple(each for each in self.named(original) if not said & set(self._kinds.members(each)))


def _is_within(inner: Mention, outer: Mention) -> bool:
    return inner.overlaps(outer) and inner.end - inner.start < outer.end - outer.start
