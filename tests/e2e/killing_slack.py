"""Where the kill test's Slack messages arrive: the double, with the same faults; one that can be looked into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.killing import Copy, Sink
from tests.e2e.slackapi import Fault, SlackApi


class SlackSink(Sink):
    """The double of Slack's API, reached over its proxy."""

    exact = True

    def __init__(self, name: str, seed: int, place: Path) -> None:
        super().__init__(name, seed)
        self._api = SlackApi(place, limits={}).start()
        self._api.chance = self._chance
        self.url = self._api.url

    def _chance(self, method: str, _call: dict[str, Any]) -> Fault | None:
        """Fail posts as the other sinks do, and look-ups now and then too."""
        if method == "chat.postMessage":
            return {"slow down": SLOW, "error": BROKEN, "lost": LOST, None: None}[self.fault()]
        return SLOW if self._draw.random() < 0.05 else None

    def environ(self) -> dict[str, str]:
        return self._api.env()

    def copies(self) -> list[Copy]:
        return [Copy(each.text, f"{json.dumps(each.blocks)} delivery {each.key}") for each in self._api.messages]

    def close(self) -> None:
        self._api.close()


SLOW = Fault(status=429, retry_after="30")
BROKEN = Fault(status=500)
LOST = Fault(lost=True)
