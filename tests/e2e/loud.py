"""`python -m tests.e2e.loud WORDS`: the command with every library logging at DEBUG."""

import importlib
import logging
import sys

NAMES = (
    "alerts",
    "crawler",
    "scrapy",
    "asyncio",
    "urllib3",
    "requests",
    "aiohttp",
    "apprise",
    "apscheduler",
    "alembic",
    "sqlalchemy.engine",
    "sqlalchemy.pool",
    "mail.log",
    "concurrent.futures",
)

if __name__ == "__main__":
    for name in NAMES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    importlib.import_module("alerts.cli").main(sys.argv[1:])
