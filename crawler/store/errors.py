"""The error of a store. A module of its own, so that commands can catch it without loading the database libraries."""


class StoreError(Exception):
    """The store cannot be opened or written; the message says in one sentence what an operator can do."""


class StoreBusy(StoreError):
    """The store cannot be had now: it is locked, or its disk is full. It may be had later, as it is."""


class StoreHeld(StoreBusy):
    """Another daemon holds the store, on this machine or another."""


class StoreLost(StoreHeld):
    """Another daemon took the store while this process was cut off from it: here it can only be opened anew."""


class StaleLease(Exception):
    """What was to be written was begun under a lease that another daemon has by now: it is not written."""
