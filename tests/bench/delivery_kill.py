"""The kill test: 200 alerts, 52 SIGKILLs over ingest and send, three receivers that fail; what was lost, what doubled."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from tests.e2e.killing import PostSink, Sink, Storm, WebSink, report
from tests.e2e.killing_slack import SlackSink
from tests.e2e.servers import closing_all

ALERTS, KILLS = 200, 52


def run() -> None:
    kills = int(os.environ.get("WATCHFLOOR_KILLS", KILLS))
    with tempfile.TemporaryDirectory() as place:
        slack = SlackSink("slack", 5, Path(place) / "slack")
        sinks: list[Sink] = [WebSink("webhook", 3), PostSink("mail", 4), slack]
        with closing_all(*sinks):
            storm, began = Storm(Path(place) / "desk", sinks, ALERTS, kills), time.monotonic()
            print(report(storm, storm.run(), began))
