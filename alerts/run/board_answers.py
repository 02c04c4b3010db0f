"""An address of the board goes in; what answers there comes out: the board, something else, or nothing."""

from __future__ import annotations

import http.client

WITHIN = 3.0  # seconds to answer
OURS = "watchfloor"  # the header Server of each answer of the board


def who_answers(address: str) -> tuple[bool, str]:
    """Return whether the board answers at an address as `settings.board` names it, and in words what does.

    An address that means every one of this machine, such as 0.0.0.0:8085, is tried from this machine.
    """
    host, _, port = address.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bare := host.strip("[]"), bare)  # noqa: S104 - nothing listens
    line = http.client.HTTPConnection(host, int(port), timeout=WITHIN)
    try:
        line.request("HEAD", "/stories")
        server = line.getresponse().headers.get("Server", "")
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return False, f"nothing answers at {address}: {why}"
    finally:
        line.close()
    if server != OURS:
        return False, f"what answers at {address} is not the board" + (f' (it says "{server[:40]}")' if server else "")
    return True, f"answers at {address}"
