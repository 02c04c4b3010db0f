"""Balance the books: count each entry, match and delivery under exactly one name, and return what is left over.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

COUNTED_AS = {"queued": "pending", "sending": "pending", "unknown": "pending"}
MESSAGES = {"digest", "notice", "escalation"}  # queued by time or by us, not by a decision on an article
COLLECTED = ("new", "known", "revised", "passed")
STATES = ("sent", "pending", "held", "folded", "cancelled", "dead")


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of collecting, deciding and delivering.

    entries = new + known + revised + passed + rejected; matched = queued + suppressed; queued = sent + pending + held +
    folded + cancelled + dead. `matched` counts decisions, one per matching revision and target. `messages` are digests,
    notices and escalations, which no decision on an article queues, by kind and state.
    """

    entries: int
    new: int
    known: int
    revised: int
    rejected: Mapping[str, int]
    matched: int
    queued: int
    suppressed: Mapping[str, int]
    states: Mapping[str, int]
    messages: Mapping[str, Mapping[str, int]]
    passed: int = 0  # by sources that keep only what a rule matches

    def remainders(self) -> dict[str, int]:
        """Return what each of the three sums is short of: anything but zero was lost or counted twice."""
        return {
            "entries": self.entries
            - (self.new + self.known + self.revised + self.passed)
            - sum(self.rejected.values()),
            "matched": self.matched - self.queued - sum(self.suppressed.values()),
            "queued": self.queued - sum(self.states.values()),
        }

    def as_dict(self) -> dict[str, object]:
        """Return the ledger as `status --json` prints it, with its remainders."""
        plain = {
            name: getattr(self, name) for name in ("entries", "new", "known", "revised", "passed", "matched", "queued")
        }
        named = {"rejected": dict(self.rejected), "suppressed": dict(self.suppressed)}
        messages = {kind: dict(states) for kind, states in self.messages.items()}
        return plain | named | dict(self.states) | {"messages": messages, "remainders": self.remainders()}


def balance(
    collected: Mapping[str, int], decided: Mapping[str, int], delivered: Mapping[tuple[str, str], int]
) -> Ledger:
    """Return the ledger from the counts of collecting and deciding and from the deliveries by (kind, state)."""
    states = dict.fromkeys(STATES, 0)
    messages: dict[str, dict[str, int]] = {}
    for (kind, state), n in delivered.items():
        name = COUNTED_AS.get(state, state)
        book = messages.setdefault(kind, {}) if kind in MESSAGES else states
        book[name] = book.get(name, 0) + n
    return Ledger(
        **{name: collected.get(name, 0) for name in ("entries", *COLLECTED)},
        rejected=_under("rejected", collected),
        matched=decided.get("matched", 0),
        queued=decided.get("queued", 0),
        suppressed=_under("suppressed", decided),
        states=states,
        messages=messages,
    )


def _under(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {name.partition(":")[2]: n for name, n in sorted(counts.items()) if name.startswith(f"{prefix}:")}
