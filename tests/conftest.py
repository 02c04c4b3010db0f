"""Apprise imports a module that Python 3.11 calls deprecated; imported here once, so that -W error is for us."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import alerts.receivers  # noqa: F401
