"""Every command is put on one side on purpose: the daemon answers it, or it runs in its caller's process."""

from __future__ import annotations

import click
import pytest

from alerts.cli import COMMANDS, main
from alerts.cli.reading import HERE, OWN, READS, is_read

GROUPS = {
    name: set(command.list_commands(click.Context(command)))
    for name in COMMANDS
    if isinstance(command := main.get_command(click.Context(main), name), click.Group)
}


def test_every_command_is_answered_or_runs_in_its_own_process() -> None:
    assert set(READS) | OWN == set(COMMANDS)
    assert not set(READS) & OWN
    assert {"sources", "silence", "deliveries"} <= set(GROUPS)


@pytest.mark.parametrize("name", sorted(set(GROUPS) & set(READS)))
def test_every_subcommand_is_answered_or_runs_in_its_own_process(name: str) -> None:
    answered = set(READS[name]) - {""}
    assert answered | HERE[name] == GROUPS[name]
    assert not answered & HERE[name]
    for each in HERE[name]:
        for words in ([name, each], [name, "--json", each], [name, each, "--json", "x"]):
            assert not is_read(words), words
    for each in answered:
        assert is_read([name, each])


def test_command_that_fetches_or_parses_is_not_the_daemons() -> None:
    for each in ("try", "add", "verify", "import", "export"):
        assert each in HERE["sources"]
