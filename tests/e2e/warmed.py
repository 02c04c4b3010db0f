"""Imported by the server that commands are forked from: what each would otherwise import, and the receivers read."""

from __future__ import annotations

import errno
import gc
import importlib
import warnings
from multiprocessing import reduction
from socket import socket

from alerts.cli import COMMANDS

LATER = (  # imported by a running line on its way
    "aiohttp.web",
    "alembic.command",
    "alembic.config",
    "alerts.receivers.sending",
    "alerts.run.service",
    "alerts.store.migrations.versions",
    "crawler.fetch.encodings",
    "crawler.store.migrating",
    "crawler.store.migrations.versions",
    "encodings.utf_8_sig",
    "platformdirs.unix",
    "scrapy.downloadermiddlewares.downloadtimeout",
    "scrapy.downloadermiddlewares.redirect",
    "scrapy.downloadermiddlewares.useragent",
    "scrapy.dupefilters",
    "scrapy.logformatter",
    "scrapy.pqueues",
    "scrapy.spidermiddlewares.depth",
    "scrapy.spidermiddlewares.httperror",
    "scrapy.spidermiddlewares.metacopy",
    "scrapy.spidermiddlewares.referer",
    "scrapy.spidermiddlewares.start",
    "scrapy.spidermiddlewares.urllength",
    "scrapy.squeues",
    "scrapy.statscollectors",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "tldextract",
    "trafilatura",
)

receive = reduction.recvfds


def received(sock: socket, size: int) -> list[int]:
    """Return what a client hands over; the server goes on where it was killed before that, by a test (Python 3.11)."""
    try:
        return receive(sock, size)
    except EOFError as error:
        raise ConnectionAbortedError(errno.ECONNABORTED, "killed before it asked") from error  # which it expects


reduction.recvfds = received

for name in (*(module for module, _ in COMMANDS.values()), *LATER):
    importlib.import_module(name)

from apprise.plugins import N_MGR  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    N_MGR.load_modules()  # type: ignore[no-untyped-call]  # 200 modules, at the first receiver

gc.collect()
gc.freeze()  # a fork that looked through all this for garbage would copy its pages
