"""What all tests share. Apprise imports a module that Python 3.11 calls deprecated: once here, so -W error is for us."""

import gc
import os
import warnings
from collections.abc import Iterator, Mapping
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
# Modules that share something slow to make, such as the shipped desk compiled: one worker runs them all, from the beginning.
SHARING: Mapping[str, str] = {
    **dict.fromkeys(("test_desk_names", "test_desk_words", "test_desk_places"), "names of the desk"),
    **dict.fromkeys(("test_desk", "test_desk_kinds", "test_event_mention"), "rules of the desk"),
    **dict.fromkeys(
        ("test_board", "test_board_orders", "test_board_browser", "test_board_pages"), "one daemon and its board"
    ),
    "test_board_real_news": "a day of real news",
    **dict.fromkeys(("test_board_saving", "test_board_saving_browser"), "saving from the board"),
}


class ByRoom(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker one test through the daemon at a time, and unit tests by the module, which shares its fixtures."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        alone = nodeid if "unit" not in path.parts else path.stem
        return SHARING.get(path.stem, alone)


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
    items.sort(key=lambda item: 0 if item.path.stem in WAITING else 1 if item.path.stem in SHARING else 2)


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
