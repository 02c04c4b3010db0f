"""What all tests share. Apprise imports a module that Python 3.11 calls deprecated: once here, so -W error is for us."""

import warnings
from collections.abc import Iterator

import pytest

from tests.unit.child import Child, children

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import alerts.receivers  # noqa: F401


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """A parsing child with production's limits; one a test module, as it takes a second to start."""
    with children() as made:
        yield made
