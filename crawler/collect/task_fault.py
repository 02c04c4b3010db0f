"""A task that was started and left to itself goes in when it ends; what ended it is raised by who looks after it.

An error of such a task is heard of by nobody: the stage that started it fails by it at its next turn, is logged, and
told where that recurs. That another daemon has the work by now is no fault: it does it.
"""

from __future__ import annotations

import asyncio
import logging

from crawler.store.errors import StaleLease

log = logging.getLogger(__name__)


class TaskFault:
    """Keeps the last error that ended a task, until it is raised."""

    def __init__(self) -> None:
        self._error: BaseException | None = None

    def note(self, task: asyncio.Task[object]) -> BaseException | None:
        """Keep what ended a task that has ended, if it was a fault, and return it."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, StaleLease):
            log.warning("task ended task=%s: %s", task.get_name(), error)
            error = None
        self._error = error or self._error
        return error

    def raise_last(self) -> None:
        """Raise what was kept, once."""
        error, self._error = self._error, None
        if error:
            raise error
