"""The board answers what its OpenAPI document describes, and any nonsense beside it, as it describes: by schemathesis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.board import TOKEN, Floor, closed, newsroom

pytestmark = [
    pytest.mark.skipif(find_spec("schemathesis") is None, reason="schemathesis is not installed (the extra dev)"),
    pytest.mark.timeout(600),
]
# times, words of a search and lists with commas have a grammar that JSON Schema has not: valid by it, refused in words
LEFT_OUT = "positive_data_acceptance"


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Give a board of its own: with the token everything is acknowledged, silenced and sent again."""
    with newsroom(tmp_path_factory.mktemp("described")) as made:
        yield made


def described(floor: Floor) -> dict[str, Any]:
    """Return the document, with what there is here for the parts of paths: else all of them would be unknown.

    Answers have the keys that it describes and no others.
    """
    stories = [each["story"] for each in floor.api("/stories")["stories"]]
    deliveries = [each["id"] for each in floor.api("/deliveries")["deliveries"]]
    there = {"story": stories[:5], "delivery": deliveries[:5], "rule": ["militia"], "source": ["s1", "s2"]}
    document: dict[str, Any] = floor.get("/api/v1/openapi.json").json
    document["components"]["schemas"] = closed(document["components"]["schemas"])
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"] = closed(operation["responses"])
            # what `explain` says takes a second of the daemon each time; tests/e2e/test_board.py asks for it
            operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "why"]
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in there:
                    parameter["schema"] = {"type": "string", "enum": there[parameter["name"]]}
    return document


@dataclass(frozen=True)
class Run:
    """A run of schemathesis: which operations it asks for, with what beside its usual words."""

    name: str
    tested: int
    words: tuple[str, ...]


NAMED = ("-H", f"Authorization: Bearer {TOKEN}", "-H", "X-Name: siem")
# a wrong token waits for a second, so none is made up beside those that the check of refused names sends
UNGUESSED = ("--generation-with-security-parameters", "false")
RUNS = (
    # what is refused for want of a name is refused before its form is read: few forms show it
    Run("pages, and orders of nobody", 24, ("--max-examples", "1", *UNGUESSED)),
    Run("orders", 9, ("--include-method", "POST", "--max-examples", "6", *UNGUESSED, *NAMED)),
)


def test_board_answers_as_described(floor: Floor, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(described(floor)), encoding="utf-8")
    command = (
        sys.executable, "-c", "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())",
        "run", str(document), "--url", floor.address, "--checks", "all", "--exclude-checks", LEFT_OUT, "--no-color",
        "--generation-deterministic", "--continue-on-failure", "--phases", "coverage,fuzzing",
    )  # fmt: skip
    environ = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
    for run in RUNS:
        done = subprocess.run(
            [*command, *run.words], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{run.name}: {done.stdout[-8_000:]}{done.stderr[-2_000:]}"
        assert f"Tested: {run.tested}" in done.stdout, done.stdout[-3_000:]
    assert not [each for each in floor.running.log if "page failed" in each]
