"""What systemd is told of the daemon: ready, alive, stopping (sd_notify(3)). Without systemd nothing is sent."""

from __future__ import annotations

import contextlib
import os
import socket


def tell(state: str) -> None:
    """Send a state such as "READY=1" or "WATCHDOG=1" to the supervisor that started us, if it asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # a supervisor that does not listen must not end the watch; it will miss the message and act
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        line.sendall(state.encode())
