"""What all tests share. Apprise imports a module that Python 3.11 calls deprecated: once here, so -W error is for us."""

import warnings
from collections.abc import Iterator, Mapping

import pytest

from tests.unit.child import Child, children

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import alerts.receivers  # noqa: F401


# Tests that wait for a real limit or unit: they start first, so that none of them is waited for at the end.
WAITING = ("test_silence", "test_deployed", "test_killed", "test_night", "test_time", "test_workers", "test_secrets")
# Modules that share something slow to make, such as the shipped desk compiled: one worker runs them all.
SHARING: Mapping[str, str] = {
    **dict.fromkeys(("test_desk_names", "test_desk_words", "test_desk_places"), "names of the desk"),
    **dict.fromkeys(("test_desk", "test_desk_kinds", "test_event_mention"), "rules of the desk"),
}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests that share something slow in one group of xdist's, and those that wait long first."""
    for item in items:
        of_module = item.path.stem if "child" in getattr(item, "fixturenames", ()) else ""
        if group := SHARING.get(item.path.stem, of_module):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Return when a test starts: what waits, what shares, then the rest as written."""
    if item.path.stem in WAITING:
        return 0
    return 1 if item.get_closest_marker("xdist_group") else 2


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """A parsing child with production's limits; one a test module, as it takes a second to start."""
    with children() as made:
        yield made
