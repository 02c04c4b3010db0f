"""The road to the double of Slack: a proxy that answers CONNECT slack.com:443 itself, TLS, HTTP, and faults on it."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.servers import Patient

HOST = "slack.com"


@dataclass(frozen=True)
class Fault:
    """One answer that goes wrong. `status` answers so; `error` is ok:false by that name.

    `lost` does the work and drops the connection; `drop` drops it before; `hang` answers nothing until the end;
    `drip` answers a byte now and then; `text` is a body of status 200 that is no JSON; `location` a redirect.
    """

    status: int = 200
    error: str = ""
    retry_after: str | None = None
    lost: bool = False
    drop: bool = False
    hang: bool = False
    drip: bool = False
    text: str | None = None
    location: str | None = None


class Double(Protocol):
    """What stands at the end of the road."""

    def fault(self, method: str, call: dict[str, Any]) -> Fault | None: ...

    def answer(self, method: str, call: dict[str, Any], bearer: str) -> dict[str, Any]: ...


class Speak(BaseHTTPRequestHandler):
    """Answers CONNECT for slack.com by becoming it: TLS on the same connection, then the API."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an ACK
    double: Double
    tls: ssl.SSLContext
    released: threading.Event
    strangers: list[str]  # hosts that were asked for and are not Slack

    def do_CONNECT(self) -> None:
        if self.path != f"{HOST}:443":
            self.strangers.append(self.path)
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        self.rfile.close()
        self.wfile.close()
        try:
            self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            self.close_connection = True
            return
        self.request = self.connection
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def do_GET(self) -> None:
        self._api(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get_content_type() == "application/json":
            try:
                call = json.loads(body)
            except ValueError:
                self._say(200, {"ok": False, "error": "invalid_json"})
                return
        else:
            call = dict(parse_qsl(body.decode()))
        self._api(call)

    def _api(self, call: dict[str, Any]) -> None:
        method = urlsplit(self.path).path.removeprefix("/api/")
        fault = self.double.fault(method, call) or Fault()
        if fault.hang:
            self.released.wait(60)
        if fault.drop or fault.hang:
            self._cut()
        elif fault.location:
            self._say(307, {}, Location=fault.location)
        elif fault.status != 200:
            more = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            error = {429: "ratelimited"}.get(fault.status, "internal_error")
            self._say(fault.status, {"ok": False, "error": error}, **more)
        elif fault.error:
            self._say(200, {"ok": False, "error": fault.error})
        else:
            self._done(fault, self.double.answer(method, call, self.headers.get("Authorization") or ""))

    def _done(self, fault: Fault, answer: dict[str, Any]) -> None:
        if fault.lost:
            self._cut()
        elif fault.drip:
            self._drip(json.dumps(answer).encode())
        else:
            self._say(200, fault.text if fault.text is not None else answer)

    def _say(self, status: int, answer: dict[str, Any] | str, **headers: str) -> None:
        body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for each in body:
            if self.released.wait(0.2):
                break
            try:
                self.wfile.write(bytes([each]))
            except OSError:
                break
        self.close_connection = True

    def _cut(self) -> None:
        """End the connection without a word, not even TLS's goodbye."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Road:
    """A server on loopback that is proxy and Slack in one; `ca` is the file that vouches for it."""

    def __init__(self, place: Path, double: Double) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.ca = place / "ca.pem"
        self.released = threading.Event()
        self.strangers: list[str] = []
        shared = {"double": double, "tls": _tls(place), "released": self.released, "strangers": self.strangers}
        self._server = Patient(("127.0.0.1", 0), type("SpeakForOne", (Speak,), shared))
        self._server.daemon_threads = True
        self.proxy = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _tls(place: Path) -> ssl.SSLContext:
    """Make a CA and a certificate for slack.com, both good for a day."""
    ca_key, ca = _certificate("Watchfloor test CA", None)
    key, leaf = _certificate(HOST, (ca_key, ca))
    (place / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (place / "leaf.pem").write_bytes(secret + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "leaf.pem")
    return context


def _certificate(
    name: str, signer: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key, issuer = (key, subject) if signer is None else (signer[0], signer[1].subject)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if signer is None:
        usage = dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
                *("key_agreement", "encipher_only", "decipher_only"),
            ),
            False,
        )
        made = made.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
    else:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return key, made.sign(issuer_key, hashes.SHA256())
