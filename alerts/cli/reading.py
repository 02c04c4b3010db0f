"""The words of a command line go in; whether it is a command that only reads, which others may ask the daemon for.

No option that names a file passes, and no command that writes, sends news or fetches. Every command stands here, in
READS or in OWN, and every subcommand of a command in READS there or in HERE: none is answered because it was forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence

# command -> its subcommands that read; "" is the command without one
READS: dict[str, tuple[str, ...]] = {
    "status": ("",),
    "log": ("",),
    "doctor": ("",),
    "verify": ("",),
    "stories": ("",),
    "search": ("",),
    "feedback": ("",),
    "handover": ("",),
    "explain": ("",),
    "suggest": ("",),
    "backtest": ("",),
    "deliveries": ("", "show"),
    "silence": ("list",),
    "sources": ("", "evidence"),
    "test-receiver": ("",),  # a marked test, to receivers whose addresses only the daemon knows
}
# those of them that answer at once where the daemon has everything imported and read
QUICK = frozenset({"status", "log", "stories", "search", "handover", "explain", "deliveries", "silence", "sources"})
# commands that run in the process of whoever calls them, with that user's rights, files and secrets; what changes the
# watch of a running daemon goes to it as an order
OWN = frozenset(
    {"run", "board", "demo", "check", "match", "rematch", "fmt", "schema", "replay", "ack", "backup", "restore"}
    | {"store", "translate"}
)
# subcommands of commands in READS that do so too: they write, fetch, or parse what may be hostile in their own children
HERE = {
    "deliveries": frozenset({"resend"}),
    "silence": frozenset({"add", "end"}),
    "feedback": frozenset({"relevant", "not"}),
    "sources": frozenset({"add", "try", "verify", "import", "export"}),
}
# what names a file of whoever asks, or of the daemon
FILES = {"-c", "--config", "--state-dir", "--from", "--against", "--out", "--labels"}


def is_read(words: Sequence[str]) -> bool:
    """Return whether the words are a command of READS, in one of its forms."""
    if not words or words[0] not in READS or HERE.get(words[0], frozenset()) & set(words):
        return False
    return "" in READS[words[0]] or any(each in words[1:] for each in READS[words[0]])


def names_files(words: Sequence[str]) -> bool:
    """Return whether the words have an option that names a file."""
    return any(each.split("=", 1)[0] in FILES or each.startswith("-c") for each in words)
