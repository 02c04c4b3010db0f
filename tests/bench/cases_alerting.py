"""Cases of alerting from outside (../shared/cases/alerting), each played with real parts on loopback.

What is right stands in the README there. A case returns "" where it came out right, else what came out.
"""

from __future__ import annotations

import logging
import os
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench import cases_line, cases_rules, cases_services

NOWHERE = "http://127.0.0.1:9"  # the proxy of whatever would leave this machine
KINDS: Mapping[str, Callable[[], Iterable[tuple[str, Callable[[], str]]]]] = {
    "output fitted to the channel": cases_services.rooms,
    "permanence": cases_services.permanence,
    "a message's own fault": cases_line.own_fault,
    "an endless wait": cases_line.endless_wait,
    "a condition that can never hold": cases_rules.never,
    "urgency at the boundary": cases_services.urgency,
    "cost of what waits": cases_line.cost,
    "forms the language guide leaves open": cases_rules.forms,
    "a plugin's True without a request": cases_services.believed,
    "head-of-line blocking": cases_line.head_of_line,
    "an inherited timeout": cases_line.slow,
    "files that are watched": cases_rules.watched,
    "one matcher": cases_rules.silences,
    "a login per message": cases_rules.logins,
    "state that moved meanwhile": cases_line.moved,
    "smaller": lambda: (*cases_services.smaller(), *cases_line.smaller(), *cases_rules.smaller()),
    "a reply code": cases_line.reply_code,
}


def kinds() -> Iterator[tuple[str, Iterator[str]]]:
    """Yield each kind of fault with what came out of its cases, "" for each that came out right."""
    for kind, made in KINDS.items():
        yield f"alerting, {kind}", (_played(name, case) for name, case in made())


def _played(name: str, case: Callable[[], str]) -> str:
    try:
        with _alone():
            wrong = case()
    except Exception as error:  # noqa: BLE001 - a case that breaks is wrong, and the others are played all the same
        wrong = f"broke at {traceback.extract_tb(error.__traceback__)[-1].line}: {error!r}"
    return f"{name}: {wrong}" if wrong else ""


@contextmanager
def _alone() -> Iterator[None]:
    """Play a case in an empty folder, with no way off this machine, and without the log."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as moved:
            moved.chdir(Path(place))
            for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
                moved.setenv(name, NOWHERE)
            for name in ("NO_PROXY", "no_proxy"):
                moved.setenv(name, "127.0.0.1")
            moved.setitem(os.environ, "PYTHONPATH", str(Path(__file__).parents[2]))
            yield
    finally:
        logging.disable(before)
