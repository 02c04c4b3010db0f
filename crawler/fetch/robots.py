"""Read robots.txt: may a page be fetched, and how slowly (RFC 9309)? The only importer of protego."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

from crawler.sources.source import FetchOutcome, OutcomeName

AGENT = "Watchfloor"
LARGEST_FILE = 500_000  # bytes read (RFC 9309, 2.5)
LONGEST_DELAY = 600.0  # seconds between two pages that we still wait


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host. Without `rules` everything is allowed."""

    rules: Protego | None = None

    def allows(self, url: str) -> bool:
        """Return whether a page may be fetched."""
        return self.rules is None or bool(self.rules.can_fetch(url, AGENT))

    @property
    def news_sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that robots.txt names, those with "news" in their address first."""
        named = tuple(self.rules.sitemaps) if self.rules is not None else ()
        return tuple(sorted(named, key=lambda url: "news" not in url.lower()))

    @property
    def delay(self) -> float:
        """The seconds between two pages that the host asks for, 0 if it asks for none."""
        asked = self.rules.crawl_delay(AGENT) if self.rules is not None else None
        return min(max(float(asked or 0), 0.0), LONGEST_DELAY)


def robots_of(answer: FetchOutcome) -> Robots | None:
    """Return the rules in a response, None if it was not received and nothing may be fetched yet (RFC 9309, 2.3.1).

    4xx means that there are no rules; a server's failure or an unreachable server means to wait.
    """
    if answer.name is OutcomeName.OK:
        return Robots(Protego.parse(answer.body[:LARGEST_FILE].decode("utf-8-sig", "replace")))
    if answer.name is OutcomeName.EMPTY or (answer.status is not None and 400 <= answer.status < 500):
        # any 4xx says that there are no rules (RFC 9309, 2.3.1.3), except for 429, which says to wait
        return None if answer.name is OutcomeName.THROTTLED else Robots()
    return None
