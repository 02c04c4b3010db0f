"""Each kind of source against servers that misbehave: a named outcome each, and the well ones are on time."""

from __future__ import annotations

import pytest

from tests.e2e.hostile_kinds import GOOD, MUTATED, OTHERS, TIMEOUT, misbehaving, polled
from tests.e2e.servers import Outlet

NAMED = {
    "hang": "timeout", "drip": "timeout", "endless": "too_large", "bomb": "too_large", "login": "not_a_feed",
    "consent": "not_a_feed", "challenge": "not_a_feed", "image": "not_a_feed", "empty": "empty", "typed": "ok",
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_hostile_servers_are_named_and_the_others_are_on_time(outlet: Outlet, kind: str) -> None:
    found = polled(kind, misbehaving(outlet, kind))
    assert {name: found[name].outcome for name in NAMED} == NAMED
    assert found["login"].detail == "a login page"
    assert found["challenge"].detail == "a challenge page: Cloudflare"
    assert found["consent"].detail == "a consent page"
    # a broken encoding costs characters, a cut or mutated body what it hits: always by a name, never by a crash
    assert {found["utf16"].outcome, found["latin"].outcome} <= {"ok", "not_a_feed"}
    # never "no entries", which would pass for silence
    assert {found[f"m{n}"].outcome for n in range(MUTATED)} <= {"ok", "not_a_feed"}
    assert {each.outcome for each in found.values()} <= {
        "ok",
        "not_a_feed",
        "no_entries",
        "empty",
        "timeout",
        "too_large",
    }
    assert all(each.detail for each in found.values() if each.outcome == "not_a_feed")
    others = [found[f"other{n}"] for n in range(OTHERS)]
    assert {each.outcome for each in others} == {"ok"}
    assert max(each.seconds for each in others) < TIMEOUT  # before the first of those that hang was given up
