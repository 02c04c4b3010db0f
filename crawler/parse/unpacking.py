"""Unpack a body that is a .gz file, within a limit. Pure."""

from __future__ import annotations

import zlib

LARGEST_UNPACKED = 20_000_000  # bytes
MOST_MEMBERS = 1_000  # of a file that several were appended to


def unpacked(body: bytes) -> bytes | None:
    """Return a body, unpacked if it is a .gz; None if it is broken or unpacks beyond LARGEST_UNPACKED."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    parts: list[bytes] = []
    size = 0
    while body.startswith(b"\x1f\x8b") and len(parts) < MOST_MEMBERS:
        unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            parts.append(unpacking.decompress(body, LARGEST_UNPACKED - size + 1))
        except zlib.error:
            return None
        size += len(parts[-1])
        # what is left over means too large, no end means cut off
        if size > LARGEST_UNPACKED or unpacking.unconsumed_tail or not unpacking.eof:
            return None
        body = unpacking.unused_data
    return b"".join(parts)
