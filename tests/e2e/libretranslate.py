"""A local double of a LibreTranslate service: POST /translate as its source has it, with faults on order."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.e2e.servers import PATIENCE, Patient

LANGUAGES = frozenset({"ar", "auto", "en", "fa", "he", "ru", "tr", "uk", "ur"})


@dataclass
class Fault:
    """What one answer is instead of a translation. `hang` answers nothing, `drip` a byte each 0.2 s, without end."""

    status: int = 200
    body: str = ""
    content: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    drip: bool = False
    cut: bool = False


class LibreTranslate:
    """Translates what it was taught; `faults` are those of the next answers, `always` that of all after them.

    `key` is asked for where it is set. `gate` is waited for before each answer: a test that clears it holds answers
    back. `asked` are the bodies of all requests.
    """

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.made = ""  # of all that it was not taught; "" for the text itself
        self.key = ""
        self.faults: deque[Fault] = deque()
        self.always: Fault | None = None
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.released = threading.Event()
        self.changed = threading.Condition()
        double = self

        class Speak(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with double.changed:
                    double.asked.append(call)
                    double.headers.append(dict(self.headers))
                    fault = double.faults.popleft() if double.faults else double.always
                    double.changed.notify_all()
                double.gate.wait(60)
                if self.path != "/translate":
                    self._say(404, {"error": "Not found"})
                elif fault:
                    self._fail(fault)
                else:
                    self._say(*double.answer(call))

            def _fail(self, fault: Fault) -> None:
                self.close_connection = True
                if fault.hang:
                    double.released.wait(60)
                elif fault.drip:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.end_headers()
                    while not double.released.wait(0.2):
                        self.wfile.write(b" ")
                elif not fault.cut:
                    self._say(fault.status, fault.body, fault.content, **fault.headers)

            def _say(self, status: int, answer: Any, content: str = "application/json", **headers: str) -> None:
                body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                self.send_response(status)
                for name, value in {"Content-Type": content, "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = Patient(("127.0.0.1", 0), Speak)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def answer(self, call: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and body as the service's own source would."""
        if lacking := next((name for name in ("q", "source", "target") if not call.get(name)), None):
            return 400, {"error": f"Invalid request: missing {lacking} parameter"}
        if self.key and call.get("api_key") != self.key:
            return 403, {"error": "Invalid API key"}
        for name in ("source", "target"):
            if call[name] not in LANGUAGES:
                return 400, {"error": f"{call[name]} is not supported"}
        # it gives back what it has no words for
        said: dict[str, Any] = {"translatedText": self.known.get(call["q"], self.made or call["q"])}
        if call["source"] == "auto":
            said["detectedLanguage"] = {"confidence": 90, "language": "ar"}
        return 200, said

    def wait_for(self, asked: int, timeout: float = PATIENCE) -> bool:
        """Wait until so many requests came in."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.asked) >= asked, timeout)

    def close(self) -> None:
        self.gate.set()
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
