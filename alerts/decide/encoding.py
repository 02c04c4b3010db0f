"""What is said of the language model: how it is in a line, and the notice that it fails or works again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.decide.translating import ServiceState
from alerts.render.words import time


@dataclass(frozen=True, slots=True)
class ExampleCounts:
    """How many examples `reads_like` has, how many are unread, and on how many of these the model failed."""

    known: int
    unread: int
    failed: int


def words(state: ServiceState, timezone: str, examples: ExampleCounts | None = None) -> str:
    """Return how the model is, and which examples it has not read, as `status` and `doctor` print it."""
    return "; ".join(each for each in (_works(state, timezone), _unread(examples)) if each)


def _unread(examples: ExampleCounts | None) -> str:
    if examples is None or not examples.unread:
        return ""
    failed = f", on {examples.failed} of them the model failed" if examples.failed else ""
    return f"{examples.unread} of {examples.known} examples of reads_like are unread{failed}"


def _works(state: ServiceState, timezone: str) -> str:
    worked = f"the last headline was read {time(state.worked, timezone)}" if state.worked else ""
    if state.since is None:
        return worked or "no headline was read yet"
    failed = f"NO HEADLINE IS READ since {time(state.since, timezone)} ({state.failures} failures): {state.detail}"
    return f"{failed}; {worked}" if worked else failed


def news_of(before: ServiceState, now_is: ServiceState, timezone: str) -> tuple[str, str] | None:
    """Return title and text of the notice that the model fails, or works again; None while there is no such news."""
    if now_is.told and not before.told and now_is.since:
        title = f"the language model fails since {time(now_is.since, timezone)}"
        body = (
            f"The process that reads headlines for settings.languages failed {now_is.failures} times; the last time: "
            f"{now_is.detail}\nAll is judged and told as ever; reports in two languages are compared by names and "
            "deeds alone, and no headline is told for what it reads like. It is started again; you are told when it "
            "works."
        )
        return title, body
    if before.told and not now_is.told and before.since:
        return "the language model works again", f"It did not since {time(before.since, timezone)}: {before.detail}"
    return None
