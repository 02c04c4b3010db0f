"""A limit of this process goes in; it is set, or stays what it was where that is less."""

from __future__ import annotations

import resource


def limit(kind: int, most: int) -> None:
    """Limit a resource (`resource.RLIMIT_AS`) to `most` for good, or to the hard limit where that is lower already.

    Only a privileged process may raise a hard limit, which a shell, a unit or a parent may have set.
    """
    _, hard = resource.getrlimit(kind)
    lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (lowest, lowest))
