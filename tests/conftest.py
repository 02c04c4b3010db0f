"""What all tests share. Apprise imports a module that Python 3.11 calls deprecated: once here, so -W error is for us."""

import gc
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.compiled import compile_tests
from tests.postgres import Postgres, start
from tests.unit.child import Child, children

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from apprise.plugins import N_MGR

    N_MGR.load_modules()  # type: ignore[no-untyped-call]

# No test asks anybody whose certificate an authority of this machine signed, and to read them all costs each process that
# fetches 40 ms. Those of a server of our own name its authority here.
os.environ["SSL_CERT_FILE"] = os.devnull

# Tests that wait for a real limit or unit: they start first, so that none of them is waited for at the end.
WAITING = ("test_silence", "test_deployed", "test_killed", "test_night", "test_time", "test_workers", "test_secrets")
ROOT = Path(__file__).parents[1]
# Modules that share something slow to make: one worker runs them all, from the beginning. So it is with all that read the
# shipped desk.
SHARING: Mapping[str, str] = {
    **dict.fromkeys(("test_desk_names", "test_desk_words", "test_desk_places"), "names of the desk"),
    **dict.fromkeys(
        ("test_board", "test_board_orders", "test_board_browser", "test_board_pages"), "one daemon and its board"
    ),
    "test_board_real_news": "a day of real news",
    **dict.fromkeys(("test_board_saving", "test_board_saving_browser"), "saving from the board"),
}


DESK = re.compile(r"^from tests\.unit\.(shipped|ringing) ", re.MULTILINE)  # to read and compile it takes three seconds


@cache
def shared_by(path: Path) -> str:
    """Return what the tests of a module share that is slow to make; "" if nothing."""
    return SHARING.get(path.stem) or ("rules of the desk" if DESK.search(path.read_text(encoding="utf-8")) else "")


class ByRoom(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker one test through the daemon at a time, and unit tests by the module, which shares its fixtures."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        alone = nodeid if "unit" not in path.parts else path.stem
        return shared_by(ROOT / path) or alone


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByRoom:
    """Share the tests out in the order of `pytest_collection_modifyitems`."""
    config.option.loadscopereorder = False
    return ByRoom(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Compile the tests before the workers start."""
    compile_tests(config)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what was imported and collected: it would walk all of it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what waits long, then what shares something slow, then the rest as written."""
    items.sort(key=lambda item: 0 if item.path.stem in WAITING else 1 if shared_by(item.path) else 2)


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """A parsing child with production's limits; one a test module, as it takes a second to start."""
    with children() as made:
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, which the workers of a run share."""
    made = start()
    yield made
    made.close()
