"""What all tests share. Apprise imports a module that Python 3.11 calls deprecated: once here, so -W error is for us."""

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.postgres import Postgres, start
from tests.unit.child import Child, children

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from apprise.plugins import N_MGR

    N_MGR.load_modules()  # type: ignore[no-untyped-call]


# Tests that wait for a real limit or unit: they start first, so that none of them is waited for at the end.
WAITING = ("test_silence", "test_deployed", "test_killed", "test_night", "test_time", "test_workers", "test_secrets")
# Modules that share something slow to make, such as the shipped desk compiled: one worker runs them all, from the beginning.
SHARING: Mapping[str, str] = {
    **dict.fromkeys(("test_desk_names", "test_desk_words", "test_desk_places"), "names of the desk"),
    **dict.fromkeys(("test_desk", "test_desk_kinds", "test_event_mention"), "rules of the desk"),
    **dict.fromkeys(
        ("test_board", "test_board_orders", "test_board_browser", "test_board_pages"), "one daemon and its board"
    ),
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
