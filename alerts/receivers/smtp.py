"""Send one mail to one recipient over one SMTP connection, in an attempt of bounded time.

A mail is uncertain from the moment the last byte of DATA was sent until its reply (RFC 5321, 4.2.5). Before that
nothing was sent, after a reply all is known.
"""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

from alerts.alert import SendResult
from alerts.receivers.mailurl import Account, Tls
from alerts.render.words import cut, plain

REPLIES_OF_PATIENCE = 3  # an attempt may take as long as so many replies that come at the last moment
QUIT_TIMEOUT = 2.0  # seconds for the reply to QUIT, which changes nothing any more
SAID_LIMIT = 160  # characters of a reply that are shown

# RFC 5321 4.2.3, RFC 4954 6, RFC 7504: what a reply means to the admin. 4yz can help to try again, 5yz cannot.
MEANING = {
    421: "the server closes the connection or is too busy",
    432: "the password has to be changed first",
    450: "the mailbox is busy, or the server wants us to come again later",
    451: "the server failed while it worked on it",
    452: "the server is short of storage",
    454: "login or encryption does not work there just now",
    455: "the server cannot take these parameters now",
    521: "the host takes no mail",
    530: "the server wants a login; write user:password@ in the URL",
    534: "the server finds this login too weak",
    535: "user or password is wrong; many services want a password made for one program",
    538: "the server wants encryption before the login; leave tls=none out",
    550: "the mailbox is unknown or refused",
    551: "the user is not there",
    552: "the mailbox is full or the mail is too large",
    553: "the name of the mailbox is not allowed; is the address in from= one of this account?",
    554: "the server refuses the mail",
    555: "the server does not know these parameters",
    556: "the domain takes no mail",
}


@dataclass(slots=True)
class _Progress:
    """How far an attempt got."""

    step: str = "the connection"
    handed: bool = False  # all of DATA left: the server may keep it, whatever we hear
    late: bool = False  # the time of the whole attempt is over

    def reach(self, step: str) -> None:
        """Note that the next step begins. Raise TimeoutError if the attempt's time is over.

        It is asked for at each step, because shutting down a socket does not stop a TLS handshake on it.
        """
        if self.late:
            raise TimeoutError
        self.step = step


class _Lines:
    """What smtplib reads replies from: of a line that is too long the beginning is kept, with the code in it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.close = file.close

    def readline(self, limit: int) -> bytes:
        """Return the next line, cut to fewer bytes than `limit`; the attempt's time bounds the rest that is skipped."""
        line = rest = self._file.readline(limit)
        while len(rest) == limit and not rest.endswith(b"\n"):
            rest = self._file.readline(limit)
        return line if len(line) < limit else line[: limit - 2] + b"\n"


class _Session(smtplib.SMTP):
    """smtplib's session over a socket that we open, within a time, and encrypted at once if the account asks for it."""

    def __init__(self, account: Account, until: float) -> None:
        super().__init__(local_hostname="localhost", timeout=account.timeout)  # connects later: no host is given
        self._host = account.host  # whom starttls() expects the certificate to name
        self._account, self._until = account, until

    def getreply(self) -> tuple[int, bytes]:
        """Return the next reply, however long its lines: smtplib takes one of over 8 KiB for a refusal."""
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock.makefile("rb"))
        return super().getreply()

    def open(self) -> tuple[int, bytes]:
        """Connect and return the server's first reply."""
        reply = self.connect(self._account.host, self._account.port)
        assert self.sock is not None
        self.local_hostname = _literal(self.sock)
        return reply

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = _connect(host, port, timeout, self._until)
        line.settimeout(timeout)
        if self._account.tls is Tls.IMPLICIT:
            return ssl.create_default_context().wrap_socket(line, server_hostname=host)
        return line


def submit(account: Account, wire: bytes) -> SendResult:
    """Send a mail, given as bytes with CRLF line ends, through the account's server; return the result."""
    progress = _Progress()
    try:
        _converse(account, wire, progress)
    except smtplib.SMTPResponseException as reply:
        return _answered(account, progress, reply)
    except OSError as error:  # smtplib's own errors are kinds of it
        return _failed(account, progress, error)
    return SendResult(ok=True)


def _converse(account: Account, wire: bytes, progress: _Progress) -> None:
    with _session(account, progress) as smtp:
        _expect(220, smtp.open())
        if account.tls is Tls.STARTTLS:
            progress.reach("STARTTLS")
            smtp.ehlo_or_helo_if_needed()
            smtp.starttls(context=ssl.create_default_context())
        progress.reach("the greeting")
        smtp.ehlo_or_helo_if_needed()
        if account.user:
            progress.reach("the login")
            smtp.login(account.user, account.password)
        progress.reach("the sender")
        _expect(250, smtp.mail(account.sender))
        progress.reach("the recipient")
        _expect(250, smtp.rcpt(account.recipient))
        progress.reach("the mail")
        _expect(354, smtp.docmd("DATA"))
        smtp.send(_stuffed(wire))
        progress.handed = True
        _expect(250, smtp.getreply())
        _part(smtp)


@contextmanager
def _session(account: Account, progress: _Progress) -> Iterator[_Session]:
    """Open a session whose socket is shut down when the attempt's time is over.

    The timeout of the socket is not enough: a server that sends single bytes keeps every read alive.
    """
    patience = REPLIES_OF_PATIENCE * account.timeout
    smtp = _Session(account, time.monotonic() + patience)

    def cut_off() -> None:
        progress.late = True
        if smtp.sock is not None:
            with contextlib.suppress(OSError):  # closed already
                socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)

    alarm = threading.Timer(patience, cut_off)
    alarm.daemon = True
    alarm.start()
    try:
        yield smtp
    finally:
        alarm.cancel()
        smtp.close()


def _connect(host: str, port: int, timeout: float, until: float) -> socket.socket:
    """Connect to the first address of a host that answers, within the time of the attempt."""
    failed: OSError = TimeoutError("timed out")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(max(0.001, min(timeout, until - time.monotonic())))
            line.connect(address)
        except OSError as error:
            line.close()
            failed = error
        else:
            return line
    raise failed


def _literal(line: socket.socket) -> str:
    """Return our address as the name in EHLO (RFC 5321, 4.1.3): a DNS query for a name could hang."""
    address = str(line.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _stuffed(wire: bytes) -> bytes:
    """Return the mail with leading dots doubled and the final dot line (RFC 5321, 4.5.2)."""
    end = b"" if wire.endswith(b"\r\n") else b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", wire) + end + b".\r\n"


def _expect(code: int, reply: tuple[int, bytes]) -> None:
    # 251: the server forwards it; 252: it does not say whether there is such a recipient, and takes the mail
    if reply[0] != code and not (code == 250 and reply[0] in {251, 252}):
        raise smtplib.SMTPResponseException(*reply)


def _part(smtp: _Session) -> None:
    """Send QUIT. The mail is accepted by now, so a failure here changes nothing and is not reported."""
    assert smtp.sock is not None
    with contextlib.suppress(OSError):
        smtp.sock.settimeout(QUIT_TIMEOUT)
        smtp.quit()


def _answered(account: Account, progress: _Progress, reply: smtplib.SMTPResponseException) -> SendResult:
    """Return the result of a refusal: 5yz is permanent, 4yz temporary. Any other code after DATA is uncertain."""
    code, said = reply.smtp_code, reply.smtp_error
    words = plain(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)
    why = MEANING.get(code, "the server refuses")
    return SendResult(
        ok=False,
        retry=code // 100 != 5,
        uncertain=progress.handed and code // 100 not in {4, 5},
        detail=_masked(account, f'{code} to {progress.step}: {why}; it says "{cut(words, SAID_LIMIT)}"'),
    )


def _failed(account: Account, progress: _Progress, error: OSError) -> SendResult:
    """Return the result where no reply came. Trying again helps unless the server lacks TLS or a login we know."""
    return SendResult(
        ok=False,
        retry=not (isinstance(error, smtplib.SMTPNotSupportedError) or type(error) is smtplib.SMTPException),
        uncertain=progress.handed,
        detail=_masked(account, f"at {progress.step}: {_in_words(error, account, progress)}"),
    )


def _in_words(error: OSError, account: Account, progress: _Progress) -> str:
    if progress.late:
        return f"not done within {REPLIES_OF_PATIENCE * account.timeout:g} s"
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return f"no answer within {account.timeout:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}); SSL_CERT_FILE can name another authority"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        without = "tls=none sends without encryption" if progress.step == "STARTTLS" else "leave user:password@ out"
        return f"the server does not offer it; {without}"
    if type(error) is smtplib.SMTPException:  # so smtplib says that it knows none of the logins offered
        return "the server offers no login we know (CRAM-MD5, PLAIN, LOGIN)"
    return plain(str(error)) or type(error).__name__


def _masked(account: Account, text: str) -> str:
    """Return a text without the password: as written, as in a URL, and in the base64 of AUTH LOGIN and PLAIN."""
    if account.password:
        login = f"\0{account.user}\0{account.password}"
        encoded = [base64.b64encode(each.encode()).decode() for each in (account.password, login)]
        for secret in (*encoded, account.password, quote(account.password, safe="")):
            text = text.replace(secret, "***")
    return text
