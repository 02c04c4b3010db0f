"""A real SMTP server (aiosmtpd) that fails on order, its own certificate authority, and raw lines for stranger things."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HANG, DROP = "hang", "drop"  # what the server does at the end of DATA instead of an answer; DROP keeps the mail


class _AnyPort(Controller):
    """A controller on a port that the system chooses, which it does not call to see whether it is there."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        with socket.create_connection(("127.0.0.1", self.port), 5):
            self._factory_invoked.wait(5)


class Post:
    """The server, and aiosmtpd's handler, which looks at all attributes at each connection. `replies` maps a command (EHLO is not one of them) to what it says; `received` are bytes as they came."""

    def __init__(
        self,
        replies: Mapping[str, str] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        login_fails: str = "",
        **more: Any,
    ) -> None:
        self.replies = dict(replies or {})
        self.received: list[bytes] = []
        self.logins: list[tuple[str, str]] = []
        self._login, self._login_fails = login, login_fails
        if login:
            more |= {
                "authenticator": self._authenticate,
                "auth_required": not implicit,
                "auth_require_tls": not implicit,
            }
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0, ssl_context=implicit, tls_context=tls, **more)
        self._controller.start()
        self.port: int = self._controller.port

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
        if self._login_fails:
            return AuthResult(success=False, handled=False, message=self._login_fails)
        assert isinstance(data, LoginPassword)
        self.logins.append((mechanism, data.login.decode()))
        return AuthResult(success=(data.login.decode(), data.password.decode()) == self._login, handled=False)

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 ok")

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        reply = self.replies.get("RCPT", "250 ok")
        if reply.startswith("25"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self.replies.get("DATA", "250 accepted")
        if reply == HANG:
            await asyncio.sleep(60)
        if reply == DROP or reply.startswith("250"):
            self.received.append(envelope.content)
        if reply == DROP:
            server.transport.abort()
        return reply

    def mails(self) -> list[EmailMessage]:
        parsed = [message_from_bytes(each, policy=policy.default) for each in self.received]
        return [each for each in parsed if isinstance(each, EmailMessage)]

    def url(self, query: str = "tls=none", *, login: str = "", scheme: str = "watchmail") -> str:
        return f"{scheme}://{login}127.0.0.1:{self.port}/officer@example.org?from=watch@example.org&{query}"

    def close(self) -> None:
        self._controller.stop()


class Raw:
    """A server of one connection at a time that does with it what a function says."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._act = act
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                line, _ = self._listener.accept()
                with line, suppress(OSError):
                    self._act(line)

    def url(self, query: str = "tls=none") -> str:
        return f"watchmail://127.0.0.1:{self.port}/officer@example.org?from=watch@example.org&{query}"

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


def authority(place: Path, host: str = "127.0.0.1", *, days: int = 1) -> tuple[Path, ssl.SSLContext]:
    """Make an authority of our own and a server certificate for a host: its file for clients, and the server's context."""
    key, root_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Test authority", root_key, None, root_key, days=365)
    leaf = _certificate(host, key, root, root_key, days=days)
    trusted, chain = place / "authority.pem", place / "server.pem"
    trusted.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(secret + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return trusted, context


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    signed_by: ec.EllipticCurvePrivateKey,
    *,
    days: int,
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False)
    )
    if issuer:
        names: list[x509.GeneralName] = [x509.IPAddress(ip_address(name))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signed_by, hashes.SHA256())
