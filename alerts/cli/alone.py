"""What the daemon does, done by a command where no daemon runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alerts.run.service import Service

Work = Callable[[Service, datetime], Awaitable[Mapping[str, Any]]]


def serviced(rules: Path, state: Path, work: Work) -> Mapping[str, Any]:
    """Open the service, do a piece of its work as of now, send what is due, and return what the work gave.

    Raises AlreadyRunning where a daemon was started meanwhile.
    """

    async def run() -> Mapping[str, Any]:
        now = datetime.now(UTC)
        async with Service(rules, state, os.environ) as service:
            await service.start(now)
            done = await work(service, now)
            await service.send(now)
            return done

    return asyncio.run(run())
