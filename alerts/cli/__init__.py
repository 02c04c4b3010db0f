"""The words of a command line go in; its lines or JSON and an exit code come out, one file a group of commands."""

from __future__ import annotations

import atexit
import gc
import os
import sys

import click

from alerts.cli.lazy import LazyGroup

# imports and rules make hundreds of thousands of objects that stay: to look through them again and again for garbage
# took a third of a command's time; the daemon sets a limit of its own
gc.set_threshold(200_000, 20, 20)
# nor is it looked through when the process ends: the interpreter would do so several times, for a sixth of a command
atexit.register(gc.freeze)
# Where each command is, and its line of help, which stands here so that `watchfloor -h` imports none of them.
COMMANDS = {
    "run": (
        "alerts.cli.run",
        "Collect, match and alert until told to stop (--once, --at - for single rounds).",
    ),
    "demo": ("alerts.cli.demo", "See the whole line at work on a bundled newsroom, offline, in seconds."),
    "board": ("alerts.cli.board", "Serve the watch board in a browser; the daemon does so by itself."),
    "check": ("alerts.cli.check", "Find every error in rules.yaml and run the rules' own tests."),
    "match": ("alerts.cli.match", "Say which rules match given articles, and by which words."),
    "explain": ("alerts.cli.explain", "Say why rules matched an article, or what it lacked."),
    "backtest": ("alerts.cli.backtest", "Count what the rules would have caught; show what a change to them does."),
    "rematch": ("alerts.cli.rematch", "Send what changed rules would have caught, as one digest."),
    "suggest": ("alerts.cli.suggest", "Show spellings of an entity in the archive that none of its aliases lists."),
    "fmt": ("alerts.cli.fmt", "Lay out rules.yaml and its files with one term or short group a line."),
    "schema": ("alerts.cli.schema", "Print the JSON Schema of rules.yaml, for editors."),
    "replay": ("alerts.cli.replay", "Send a file of articles through the whole line under a virtual clock."),
    "ack": ("alerts.cli.ack", "Say that somebody has taken notice of an event."),
    "feedback": ("alerts.cli.feedback", "Say whether what was told was relevant; how precise each rule is."),
    "silence": ("alerts.cli.silence", "Hold messages back for a time, with name and reason (add, list, end)."),
    "handover": ("alerts.cli.handover", "Say what the next shift must know, as Markdown."),
    "stories": ("alerts.cli.stories", "Show stories and threads, and why each article joined or did not."),
    "search": ("alerts.cli.search", "Find articles of the archive by their words, in any spelling."),
    "sources": ("alerts.cli.sources", "Show each source in words: its state, the reason, the next poll."),
    "deliveries": ("alerts.cli.deliveries", "Show what was sent to whom and what became of it; show ID, resend ID."),
    "test-receiver": ("alerts.cli.test_receiver", "Send a marked test to every target of a receiver."),
    "translate": ("alerts.cli.translate", "Ask the service of settings.translate for one headline."),
    "log": (
        "alerts.cli.log",
        "Show what was done to the watch, and by whom: reloads, orders, acks, notices.",
    ),
    "backup": ("alerts.cli.backup", "Copy the store to a folder while the daemon runs, checked and rotated."),
    "restore": ("alerts.cli.restore", "Put a backup in the store's place, proven first; the old store stays beside."),
    "store": ("alerts.cli.store", "Copy the store from SQLite to PostgreSQL, or back (copy FROM TO)."),
    "doctor": ("alerts.cli.doctor", "Check all that the watch needs, with remedies; exit code for monitoring."),
    "verify": ("alerts.cli.verify", "Check the chain of evidence of what alerted, and name its first broken link."),
    "status": ("alerts.cli.status", "Show the ledger, the sources, what waits to be sent, the last reload."),
}


def _use_socket(context: click.Context, option: click.Parameter, path: str | None) -> None:  # noqa: ARG001
    if path:
        os.environ["WATCHFLOOR_SOCKET"] = path  # the one place where commands look for it


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="watchfloor", prog_name="watchfloor")
@click.option(
    "--socket",
    type=click.Path(),
    expose_value=False,
    callback=_use_socket,
    help="Where the daemon listens, or is asked (default: WATCHFLOOR_SOCKET, the service's, the state directory's).",
)
def main() -> None:
    """Watch the news on Iraq, Iran and militias; alert on what rules.yaml asks for."""


if __name__ == "__main__":
    sys.exit(main())
