"""Work for the service goes in; a command runs it in its own process, for when no daemon runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.cli.common import secrets_for
from alerts.run.owner import act_as_owner

if TYPE_CHECKING:  # it imports the whole daemon; a command needs it only where none runs
    from alerts.run.service import Service

Work = Callable[["Service", datetime], Awaitable[Mapping[str, Any]]]


def serviced(rules: Path, state: Path, work: Work) -> Mapping[str, Any]:
    """Open a service, run `work` on it, send what is due, and return what `work` returned.

    Raises AlreadyRunning if a daemon has been started since the caller looked.
    """
    from alerts.run.service import Service  # noqa: PLC0415

    environ = secrets_for(rules).values
    act_as_owner(state)

    async def run() -> Mapping[str, Any]:
        now = datetime.now(UTC)
        async with Service(rules, state, environ) as service:
            await service.start(now)
            done = await work(service, now)
            await service.send(now)  # no daemon will: what was queued must not wait for the next start
            return done

    return asyncio.run(run())
