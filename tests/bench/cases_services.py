"""Services that refuse what is too long, name errors in their bodies, and have urgencies of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs

from click.testing import CliRunner

from alerts import receivers
from alerts.alert import Kind, Message, SendResult, Severity
from alerts.cli import main
from alerts.delivery import Carried, Delivery, DeliveryState
from alerts.run.service import Service
from tests.e2e.outgoing import NOW, RULES, Outgoing, outgoing
from tests.e2e.servers import Answer as Said
from tests.e2e.servers import Hook, Outlet, closing_all
from tests.unit.services import FIXED, KEY, service, standing_in
from tests.unit.services import Service as Double

Case = tuple[str, Callable[[], str]]
STORIES, MINUTES = 60, 30
SHORT = ("discord", "telegram", "pagerduty", "twilio")
TYPOS = 40
LADDER = tuple(Severity)


def rooms() -> Iterator[Case]:
    for name in SHORT:
        yield f"a storm to {name}", partial(_storm, name)
        yield f"a long alert to {name}", partial(_long, name)
    for name in SHORT:
        yield f"a notice of {TYPOS} typos to {name}", partial(_typos, name)
    yield "an SMS is one line", _one_line
    yield "an SMS that is refused for its length", _too_long
    yield "check says what a service cannot hold", _said_by_check


def _storm(name: str) -> str:
    """60 priority stories in a minute, at the default rate; all are told, and nothing was refused."""
    wrong = []

    async def work(line: Outgoing) -> None:
        for second in range(STORIES):
            await line.queue(f"N{second}E", "chat")
            await line.drain(NOW + timedelta(seconds=second))
        for minute in range(1, MINUTES):
            await line.drain(NOW + timedelta(minutes=minute))
        made = {each.id: each for each in line.all()}
        told = {each.subject for each in made.values() if each.kind is Kind.ALERT and _reached(each, made)}
        dead = sum(each.state is DeliveryState.DEAD for each in made.values())
        if len(told) < STORIES or dead or line.notices():
            wrong.append(f"{len(told)} of {STORIES} stories told, {dead} dead, notices {line.notices()}")
        digests = sum(each.kind is Kind.DIGEST for each in made.values())
        if not digests:
            wrong.append("no digest was made")
        sent = sum(each.state is DeliveryState.SENT for each in made.values())
        if len(served.requests) != sent:
            wrong.append(f"{sent} messages came as {len(served.requests)} requests")

    hook = Hook()
    with standing_in(name) as (url, served), closing_all(hook):
        named = {"chat": f'urls: ["{url}"]', "admin": f'urls: ["{hook.url}"]'}
        outgoing(Path(), named, work, admin="admin")
        if served.refused:
            wrong.append(f"{len(served.refused)} requests refused")
    return "; ".join(wrong)


def _reached(each: Delivery, made: dict[str, Delivery]) -> bool:
    """Return whether a delivery, or what carries it, was sent."""
    while each.state is DeliveryState.FOLDED and each.carrier:
        name = each.carrier.by
        by_digest = each.carrier.how is Carried.DIGEST
        found = [one for one in made.values() if (one.subject if by_digest else one.id) == name]
        if not found:
            return False
        each = found[0]
    return each.state is DeliveryState.SENT


def _send(url: str, message: Message) -> SendResult:
    return receivers.send(receivers.parse("x", url), message)


def _long(name: str) -> str:
    """A message longer than any of them takes comes as one, with a line on what was left out."""
    body = "\n".join(f"Line {n} of the alert & <its> reasons" for n in range(400))
    message = Message("FLASH Title", body, "d1", "s1", kind=Kind.ALERT, severity=Severity.FLASH)
    with standing_in(name) as (url, served):
        result = _send(url, message)
    if not result.ok or served.refused:
        return f"refused: {result}"
    text = "".join(FIXED[name].texts(served.requests[-1][2]))
    if len(served.requests) != 1:
        return f"came in {len(served.requests)} pieces"
    return "" if "watchfloor explain s1" in text else f"does not say what was left out: ...{text[-80:]}"


def _typos(name: str) -> str:
    """Rules with 40 mistakes are saved; the notice of it reaches the admin, whose receiver has little room."""
    outlet = Outlet()
    outlet.serve("/x", b"<rss version='2.0'><channel><title>T</title></channel></rss>")
    rules = Path("rules.yaml")
    typos = "".join(f"wrong_key_number_{n}: 1\n" for n in range(TYPOS))

    async def run() -> None:
        async with Service(rules, Path("var"), {}) as made:
            await made.start(NOW)
            _write(rules, f"{text}{typos}")
            await made.reload(NOW)
            await made.round(NOW + timedelta(seconds=5))

    with standing_in(name) as (url, served), closing_all(outlet):
        text = RULES.format(admin="chat", receivers=f'  chat: {{urls: ["{url}"]}}')
        text = text.replace("https://wire.example/rss.xml", f"{outlet.base}/x")
        text = text.replace("settings: {", 'settings: {allow_private: ["127.0.0.1"], backfill: 6h, ')
        _write(rules, text)
        asyncio.run(run())
        texts = [text for _, _, body in served.requests for text in FIXED[name].texts(body)]
        if served.refused:
            return f"refused {len(served.refused)} times"
    told = [text for text in texts if f"{TYPOS} errors" in text]
    return "" if told else f"nobody was told: {texts}"


def _write(rules: Path, text: str) -> None:
    rules.write_text(text, encoding="utf-8")


def _one_line() -> str:
    body = "\n".join(f"- PRIORITY Story {n}" for n in range(100))
    with standing_in("twilio") as (url, served):
        result = _send(url, Message("DIGEST 100 stories", body, "d1", "x@storm", kind=Kind.DIGEST))
    texts = [text for _, _, each in served.requests for text in FIXED["twilio"].texts(each)]
    one = len(texts) == 1 and "\n" not in texts[0] and len(texts[0]) <= 320
    return "" if result.ok and one else f"{len(texts)} messages: {texts}"


def _too_long() -> str:
    """Whatever the service refuses for its length is dead at once; the target is not taken for one that is down."""
    wrong = []

    async def work(line: Outgoing) -> None:
        for n in range(8):
            await line.queue(f"s{n}", "sms")
        for minute in range(10):
            await line.drain(NOW + timedelta(minutes=minute))
        states = {each.state.value for each in line.all() if each.receiver == "sms"}
        if not states <= {"dead", "folded"} or any("cannot be reached" in each for each in line.notices()):
            wrong.append(f"{states}; {line.notices()}")

    hook = Hook()
    with standing_in("twilio", lambda _: (400, FIXED["twilio"].refusal)) as (url, _), closing_all(hook):
        named = {"sms": f'urls: ["{url}"]', "admin": f'urls: ["{hook.url}"]'}
        outgoing(Path(), named, work, admin="admin")
    return "; ".join(wrong)


def _said_by_check() -> str:
    urls = {name: FIXED[name].url for name in SHORT}
    lines = "\n".join(f'  {name}: {{urls: ["{url}"]}}' for name, url in urls.items())
    Path("rules.yaml").write_text(RULES.format(admin="discord", receivers=lines), encoding="utf-8")
    said = CliRunner().invoke(main, ["check", "-c", "rules.yaml"])
    missing = [
        name for name in SHORT if not any(name in line and "character" in line for line in said.output.split("\n"))
    ]
    return f"nothing of the room of {', '.join(missing)}" if missing else ""


REFUSALS = (
    ("slack", 200, b'{"ok": false, "error": "channel_not_found"}', False),
    ("slack", 200, b'{"ok": false, "error": "invalid_auth"}', False),
    ("slack", 200, b'{"ok": false, "error": "internal_error"}', True),
    ("telegram", 400, b'{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}', False),
    ("telegram", 403, b'{"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked"}', False),
    ("discord", 404, b'{"message": "Unknown Webhook", "code": 10015}', False),
    ("pagerduty", 400, b'{"status": "invalid event", "errors": ["routing_key"]}', False),
    ("pushover", 400, b'{"user": "invalid", "errors": ["user identifier is invalid"], "status": 0}', False),
    ("pushover", 200, b'{"status": 0, "errors": ["application token is invalid"]}', False),
    ("telegram", 200, b'{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}', False),
    ("twilio", 400, b'{"code": 21211, "message": "The To number is not a valid phone number."}', False),
)


def permanence() -> Iterator[Case]:
    for name, status, said, again in REFUSALS:
        words = f"{name} answers {status} {said.decode()}"
        yield words, partial(_refused, name, status, said, again=again)
    yield "a webhook answers 200 with an error in the body", _webhook_refuses


def _refused(name: str, status: int, said: bytes, *, again: bool) -> str:
    with standing_in(name, lambda _: (status, said)) as (url, _):
        result = _send(url, Message("PRIORITY Title", "Body", "d1", "s1", kind=Kind.ALERT))
    return "" if (result.ok, result.retry) == (False, again) else f"{result}"


def _webhook_refuses() -> str:
    with service(lambda _: (200, b'{"ok": false, "error": "no such room"}')) as served:
        result = _send(f"json://127.0.0.1:{served.port}/x", Message("Title", "Body"))
    return "counted as sent" if result.ok else ""


Read = Callable[[Mapping[str, str], bytes], str]
LADDERS: tuple[tuple[str, list[str], Read], ...] = (
    (
        "pagerduty",
        ["info", "warning", "error", "critical"],
        lambda _, body: str(json.loads(body)["payload"]["severity"]),
    ),
    ("pushover", ["-1", "0", "1", "2"], lambda _, body: parse_qs(body.decode())["priority"][0]),
    ("opsgenie", ["P5", "P3", "P2", "P1"], lambda _, body: str(json.loads(body)["priority"])),
    ("jira", ["P5", "P3", "P2", "P1"], lambda _, body: str(json.loads(body)["priority"])),
    ("json", ["info", "warning", "failure", "failure"], lambda _, body: str(json.loads(body)["type"])),
    ("ntfy", ["low", "default", "high", "max"], lambda headers, _: headers.get("X-Priority", "default")),
)


def urgency() -> Iterator[Case]:
    for name, right, read in LADDERS:
        yield name, partial(_ladder, name, right, read)


def _ladder(name: str, right: list[str], read: Read) -> str:
    """Send one message of each severity, and compare what the service was told of its urgency."""
    if name in FIXED:
        with standing_in(name) as (url, served):
            return _climbed(url, served, right, read)
    with service() as served:
        return _climbed(f"{name}://127.0.0.1:{served.port}/topic", served, right, read)


def _climbed(url: str, served: Double, right: list[str], read: Read) -> str:
    came = []
    for each in LADDER:
        result = _send(url, Message("Title", "Body", severity=each))
        came.append(read(*served.requests[-1][1:]) if result.ok and served.requests else f"{result}")
    return "" if came == right else f"{came}, not {right}"


def believed() -> Iterator[Case]:
    yield "opsgenie with a flash", _opsgenie
    yield "jira by test-receiver", _jira
    yield "opsgenie that would only note it", lambda: _shut(f"opsgenie://{KEY}/%23team?action=note")
    yield "splunk that would only end it", lambda: _shut(f"splunk://{KEY}@{KEY}?action=resolve")


def _opsgenie() -> str:
    with standing_in("opsgenie") as (url, served):
        result = _send(url, Message("FLASH Title", "Body", severity=Severity.FLASH))
    return "" if result.ok and len(served.requests) == 1 else f"{result}, {len(served.requests)} requests"


def _jira() -> str:
    with standing_in("jira") as (url, served):
        Path("rules.yaml").write_text(RULES.format(admin="ops", receivers=f'  ops: {{urls: ["{url}"]}}'))
        done = CliRunner().invoke(main, ["test-receiver", "ops", "-c", "rules.yaml"])
    taken = "taken in" in done.output
    return "" if taken and len(served.requests) == 1 else f"{done.output.strip()}, {len(served.requests)} requests"


def _shut(url: str) -> str:
    try:
        receivers.parse("x", url)
    except receivers.BadReceiverUrl:
        return ""
    return "taken by check"


def smaller() -> Iterator[Case]:
    for status in (302, 406, 409, 415):
        yield f"a webhook answers {status}", partial(_answered, status, retry=False)
    yield "503 with a Retry-After", lambda: _answered(503, retry=True, wait=90)
    yield "an answer of 300 MB", _endless_answer


def _answered(status: int, *, retry: bool, wait: int = 0) -> str:
    hook = Hook()
    hook.script, hook.headers = [status], {"Retry-After": str(wait)} if wait else {"Location": "/y"}
    with closing_all(hook):
        result = _send(hook.url, Message("Title", "Body"))
    waits = result.wait.total_seconds() if result.wait else 0
    return "" if (result.ok, result.retry, waits) == (False, retry, wait) else f"{result}"


def _endless_answer() -> str:
    poured = 0
    outlet = Outlet()

    def pour(request: object) -> None:
        nonlocal poured
        wire = request.wfile  # type: ignore[attr-defined]
        wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n")
        try:
            for _ in range(300):
                wire.write(b"x" * 1_000_000)
                poured += 1
        except OSError:
            pass

    outlet.answers["/x"] = Said(act=pour)
    with closing_all(outlet):
        result = _send(outlet.base.replace("http", "json") + "/x", Message("Title", "Body"))
    return "" if result.ok and poured < 50 else f"{poured} MB read, {result}"
