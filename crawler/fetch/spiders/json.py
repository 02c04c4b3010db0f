"""The kind `json`: a list in JSON, by the paths of its source, asked for with the source's own headers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

import scrapy
from scrapy.http import Response

from crawler.config.jsonkeys import VARIABLE, fault_of_secret
from crawler.fetch.spiders import feed
from crawler.parse.found import Feed
from crawler.parse.readers import read_list
from crawler.sources.source import FetchOutcome, Source, SourceState
from crawler.text.jsonpaths import message_in

ACCEPT = "application/json, application/x-ndjson;q=0.9, application/gzip;q=0.8, */*;q=0.5"


def request(source: Source, state: SourceState, now: datetime) -> scrapy.Request:
    """Return the request of a list. Raise ValueError if a header names a variable that is not set or unfit."""
    made = feed.request(source, state, now, ACCEPT)
    for name, value in headers_of(source).items():
        made.headers[name] = value
    if source.headers:
        # a redirect would take the headers along, to wherever it leads
        made = made.replace(url=source.url)
        made.meta["dont_redirect"] = True
    return made


def headers_of(source: Source, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the headers of a source with the variables in them. Raise ValueError if one is not set, or unfit.

    Its own `secrets` go first: they may come from a file or a credential that stands in no environment.
    """
    environ = {**environ, **source.secrets}
    for name in (name for _, value in source.headers for name in VARIABLE.findall(value)):
        if fault := fault_of_secret(name, environ):
            raise ValueError(f"in its headers {fault}")
    return {name: VARIABLE.sub(lambda found: environ[found[1]], value) for name, value in source.headers}


def outcome(response: Response, source: Source, fetched: datetime) -> FetchOutcome:
    """Return what a response means; of a refusal what the service says of it."""
    done = feed.outcome(response, source, fetched)
    if response.status < 400:
        return done
    try:
        said = message_in(json.loads(response.body[:20_000]))
    except (ValueError, RecursionError):
        return done
    return replace(done, detail=f"{done.detail}: {said}" if said else done.detail)


def reader(source: Source) -> Callable[[bytes, str | None, str], Feed]:
    """Return the function that reads a list by this source's paths; it runs in a child."""
    return partial(read_list, paths=dict(source.paths))


class JsonSpider(feed.FeedSpider):
    """Polls one list in JSON: `scrapy crawl json -a source=ID`."""

    name = "json"
    request = staticmethod(request)
    outcome = staticmethod(outcome)
    reader = staticmethod(reader)
