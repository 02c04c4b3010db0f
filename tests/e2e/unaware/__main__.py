"""Runs the command `watchfloor` as a daemon that never notices by itself that what it holds was taken by another.

It goes by what it was given once: no time limit, no look at the store. So the fence alone, which is looked at in the
transaction of each write, stands between it and the store.
"""

from __future__ import annotations

from alerts.cli import main
from alerts.run.sharing import Sharing
from crawler.store.holdings import Grant, Holdings


def holds(self: Holdings, name: str) -> bool:
    return name in self.fences


def grant(self: Holdings, name: str) -> Grant:
    return Grant(name, self.daemon, self.fences[name])


async def look(self: Sharing) -> bool:
    if not self.holdings.fences:
        return await real_look(self)
    return False


def drop(self: Sharing, names: object) -> None:
    pass


real_look = Sharing.look
Holdings.holds, Holdings.grant = holds, grant  # type: ignore[method-assign]
Sharing.look, Sharing._drop = look, drop  # type: ignore[method-assign]
if __name__ == "__main__":
    main()
