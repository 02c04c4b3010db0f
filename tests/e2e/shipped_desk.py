"""The desk as shipped in a test's place, on outlets of the test."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.conftest import Desk

ROOT = Path(__file__).parents[2]


def settle(desk: Desk, outlets: Mapping[str, tuple[str, str, str]], store: str = "") -> None:
    """Put the shipped desk in the test's place: its own sources, a webhook for the console, a store elsewhere.

    `outlets` gives each source its name, language and reliability.
    """
    shutil.copytree(ROOT / "deploy" / "desk", desk.place / "deploy" / "desk")
    shipped = (ROOT / "rules.yaml").read_text(encoding="utf-8")
    settings = 'settings:\n  allow_private: ["127.0.0.1"]\n' + (f'  store: "{store}"\n' if store else "")
    shipped = shipped.replace("settings:\n", settings, 1).replace("console://", desk.hook.url, 1)
    desk.rules.write_text(shipped, encoding="utf-8")
    sources = [
        f'  - {{id: {name}, name: {outlet}, url: "{desk.outlet.base}/{name}.xml", every: 1m, lang: {lang}, reliability: {letter}}}'
        for name, (outlet, lang, letter) in outlets.items()
    ]
    (desk.place / "deploy" / "desk" / "sources.yaml").write_text("sources:\n" + "\n".join(sources) + "\n")
