"""An error goes in; what of it is fit for a notice comes out: words, and not how Python writes it."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from crawler.store.errors import StaleLease, StoreError


def in_words(error: BaseException) -> str:
    """Return an error in words; one that we have no words for is called a fault of the program, with its name."""
    if isinstance(error, DBAPIError):
        return f"the store does not do it: {error.orig}"
    if isinstance(error, StoreError | StaleLease):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"a fault of the program, to be reported with the log ({type(error).__name__}: {error})"
