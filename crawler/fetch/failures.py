"""What the network or Scrapy raises goes in; its name among the outcomes comes out, with what it says in short."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable
from datetime import datetime

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.sources.addresses import Blocked
from crawler.sources.source import FetchOutcome, OutcomeName, Source

DETAIL_LIMIT = 200  # characters
# the first that fits is taken: a subclass stands above its class, what says more above what says less
FAILURES: tuple[tuple[type[BaseException], OutcomeName], ...] = (
    (Blocked, OutcomeName.BLOCKED_PRIVATE),
    (DownloadTimeoutError, OutcomeName.TIMEOUT),
    (TimeoutError, OutcomeName.TIMEOUT),
    (CannotResolveHostError, OutcomeName.DNS_FAILED),
    (ssl.SSLError, OutcomeName.TLS_FAILED),
    (aiohttp.ClientSSLError, OutcomeName.TLS_FAILED),
    (DownloadCancelledError, OutcomeName.TOO_LARGE),
    (ResponseDataLossError, OutcomeName.TRUNCATED),
    (UnsupportedURLSchemeError, OutcomeName.BAD_REDIRECT),
    (IgnoreRequest, OutcomeName.TOO_LARGE),  # Scrapy's word for a body that decompresses beyond the limit
    (DownloadConnectionRefusedError, OutcomeName.UNREACHABLE),
    (HttpProcessingError, OutcomeName.BAD_ANSWER),
    (aiohttp.ClientResponseError, OutcomeName.BAD_ANSWER),
    (DownloadFailedError, OutcomeName.UNREACHABLE),
    (OSError, OutcomeName.UNREACHABLE),
)


def outcome_of_error(source: Source, now: datetime, error: BaseException) -> FetchOutcome:
    """Return the outcome of an exception, by the first class in FAILURES that it or a cause of it belongs to."""
    chain = list(_chain(error))
    if isinstance(error, IgnoreRequest) and "redirect" in str(error):  # and for redirects without end
        return FetchOutcome(source.id, OutcomeName.BAD_REDIRECT, now, detail=in_short(error))
    for kind, name in FAILURES:
        for each in chain:
            if isinstance(each, kind):
                return FetchOutcome(source.id, name, now, detail=in_short(each))
    return FetchOutcome(source.id, OutcomeName.FAILED, now, detail=f"{type(error).__name__}: {in_short(error)}")


def _chain(error: BaseException | None) -> Iterable[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def in_short(error: BaseException) -> str:
    """Return what an error says, in one line of DETAIL_LIMIT characters at most."""
    text = re.sub(r" ssl:(<[^>]*>|\w+)", "", " ".join(str(error).split()))  # aiohttp prints its TLS context
    text = re.sub(r" \[Connect call failed [^\]]*\]", "", text)  # the address once more
    return text[:DETAIL_LIMIT] or type(error).__name__
