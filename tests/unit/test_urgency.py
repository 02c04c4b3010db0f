"""How urgent a message is reaches each service in its own words, and nobody is called by a request that never left."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from apprise import NotifyType
from apprise.plugins import opsgenie

from alerts import receivers
from alerts.alert import Message, Severity
from alerts.receivers import BadReceiverUrl
from tests.unit.services import KEY, Service, service, standing_in

LADDER = tuple(Severity)  # routine, priority, immediate, flash


def sent(served: Service, url: str, severity: Severity) -> tuple[str, dict[str, str], bytes]:
    result = receivers.send(receivers.parse("x", url), Message("Title", "Body", severity=severity))
    assert result.ok, result
    return served.requests[-1]


def test_webhook_is_told_the_type() -> None:
    with service() as served:
        types = [json.loads(sent(served, f"json://127.0.0.1:{served.port}/", each)[2])["type"] for each in LADDER]
    assert types == ["info", "warning", "failure", "failure"]


def test_push_service_is_told_the_priority_unless_the_url_names_one() -> None:
    with service() as served:
        url = f"ntfy://127.0.0.1:{served.port}/topic"
        assert [sent(served, url, each)[1].get("X-Priority", "unsaid") for each in LADDER] == [
            "low",
            "unsaid",
            "high",
            "max",
        ]
        assert sent(served, f"{url}?priority=min", Severity.FLASH)[1]["X-Priority"] == "min"
        gotify = f"gotify://127.0.0.1:{served.port}/{KEY}"
        assert [json.loads(sent(served, gotify, each)[2])["priority"] for each in LADDER] == [0, 5, 8, 10]


NAMED: dict[str, tuple[list[str], Callable[[bytes], str]]] = {
    "pagerduty": (["info", "warning", "error", "critical"], lambda body: json.loads(body)["payload"]["severity"]),
    # P1 is the most urgent of both
    "opsgenie": (["P5", "P3", "P2", "P1"], lambda body: json.loads(body)["priority"]),
    "jira": (["P5", "P3", "P2", "P1"], lambda body: json.loads(body)["priority"]),
    "pushover": (["-1", "0", "1", "2"], lambda body: parse_qs(body.decode())["priority"][0]),
}


@pytest.mark.parametrize("name", NAMED)
def test_paging_service_is_told_the_severity_and_opens_an_incident_at_each(name: str) -> None:
    right, read = NAMED[name]
    with standing_in(name) as (url, served):
        assert [read(sent(served, url, each)[2]) for each in LADDER] == right
        assert len(served.requests) == len(LADDER)


def test_priority_of_the_url_is_kept() -> None:
    with standing_in("opsgenie") as (url, served):
        assert json.loads(sent(served, f"{url}?priority=p2", Severity.FLASH)[2])["priority"] == "P2"


@pytest.mark.parametrize(
    "url",
    [
        f"opsgenie://{KEY}/%23team?action=note",
        f"opsgenie://{KEY}/?:failure=note",
        f"splunk://{KEY}@{KEY}?action=resolve",
    ],
)
def test_url_by_which_nobody_is_called_is_an_error(url: str) -> None:
    with pytest.raises(BadReceiverUrl, match="nobody is called"):
        receivers.parse("x", url)


def test_success_without_a_request_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin's own way of saying yes: closing an incident of which it knows nothing."""
    target = receivers.parse("x", f"opsgenie://{KEY}/%23team")
    monkeypatch.setitem(opsgenie.NotifyOpsgenie.opsgenie_message_map, NotifyType.FAILURE, "close")
    result = receivers.send(target, Message("Title", "Body", severity=Severity.FLASH))
    assert (result.ok, result.retry) == (False, False)
    assert "sent no request" in result.detail
