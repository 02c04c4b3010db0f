"""Whether a word that may tell an arrest tells a fee: "20% charge on cargo", "will charge ships for passage". Pure."""

from __future__ import annotations

from alerts.rules.reading import Mention, Reading

_REACH = 4  # words behind "charge" in which it says what is charged, or for what
_FEES = frozenset({"fee", "fees", "toll", "tolls", "tariff", "tariffs", "levy", "levies"})
_PAYING = frozenset(
    {"ship", "ships", "vessel", "vessels", "tanker", "tankers", "cargo", "cargoes", "shipping", "transit"}
)


def is_fee(deed: Mention, reading: Reading) -> bool:
    """Return whether somebody is to pay: a charge of ships or cargo, or a toll that is charged."""
    if not deed.alias.startswith("charg"):
        return False
    return not (_FEES | _PAYING).isdisjoint(reading.folded[deed.field].text[deed.end :].split()[:_REACH])
