"""Polls addresses in a process of its own and prints what came of them, and by how many MiB the process grew.

python -m tests.e2e.polled TIMEOUT URL...   The open crawler, a small poll first, so that only the answers count.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from datetime import UTC, datetime

from crawler.fetch.fetching import Fetching
from crawler.sources.polling import state_for
from crawler.sources.source import Source

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)


def rss() -> float:
    """Give the largest size so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def run(timeout: float, urls: list[str]) -> dict[str, object]:  # noqa: ASYNC109 - the crawler's, not this one's
    fetching = Fetching(["127.0.0.1"], timeout=timeout, at_once=16)
    await fetching.open()
    sources = [Source(str(n), url) for n, url in enumerate(urls)]
    await fetching.poll(sources[0], state_for(sources[0], None, NOW), NOW)
    before, begun = rss(), time.monotonic()
    done = await asyncio.gather(*(fetching.poll(each, state_for(each, None, NOW), NOW) for each in sources[1:]))
    took, grown = time.monotonic() - begun, rss() - before
    await fetching.close()
    return {"names": [each.name.value for each in done], "grown": grown, "took": took}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(float(sys.argv[1]), sys.argv[2:]))))
