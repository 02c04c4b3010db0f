"""A URL of rules.yaml changes: nothing that waited is lost or stuck, nothing that was told rings again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts import receivers
from alerts.alert import Kind, Reason, Scope, SendResult
from alerts.decide.attempt import TargetState, judge_attempt
from alerts.delivery import DeliveryState
from alerts.line.attempt import record_attempt
from alerts.line.compose import compose
from alerts.store import claims, decisions, outbox, resending, silences, targets, withheld
from crawler.config.problems import ConfigError
from tests.unit.desk import NOW
from tests.unit.floor import BOMB, SLACK, M, desk, everything, ids, reload, turn
from tests.unit.settled import step

DAY = timedelta(days=1)
REFUSED = SendResult(ok=False, retry=True, detail="refused")
DEAD = SendResult(ok=False, detail="invalid_auth")


SAME = [
    ("watchslack://xoxb-1111111111-a/C0123ABCD", "watchslack://xoxb-2222222222-b/C0123ABCD", True),
    ("watchslack://xoxb-1111111111-a/C0123ABCD", "watchslack://xoxb-1111111111-a/C0123ABCE", False),
    ("watchmail://u:old@h.example/o@e.org?from=w@e.org", "watchmail://v:new@h.example:2525/o@e.org?from=w@e.org", True),
    ("watchmail://u:old@h.example/o@e.org?from=w@e.org", "watchmail://u:old@h.example/p@e.org?from=w@e.org", False),
    ("watchmail://u:old@h.example/o@e.org?from=w@e.org", "watchmails://u:old@h.example/o@e.org?from=w@e.org", False),
    ("json://u:old@h.example/x", "json://u:new@h.example/x", False),  # which part is secret nobody can say
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_a_target_is_named_by_its_address_where_that_is_known(one: str, other: str, *, same: bool) -> None:
    assert (receivers.parse("x", one).id == receivers.parse("x", other).id) is same


def test_two_urls_of_one_address_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="2 URLs of floor name the same address"):
        desk(tmp_path, SLACK.format("1111111111"), SLACK.format("2222222222"))


def test_what_waits_in_a_digest_is_told_at_the_new_address(tmp_path: Path, line: Connection) -> None:
    old = desk(tmp_path, "json://127.0.0.1:9/old", severity="routine", more=', digest: ["19:00"]')
    step(line, old, "one", BOMB, 0)
    assert turn(line, old, 1) is None
    digest = turn(line, old, 24 * 60)
    assert digest is not None
    assert digest.kind is Kind.DIGEST
    now = NOW + DAY
    claims.settle(line, digest, judge_attempt(digest, REFUSED, TargetState(digest.target), now), REFUSED, now)
    new = desk(tmp_path, "json://127.0.0.1:9/new", severity="routine", more=', digest: ["19:00"]')
    reload(line, new, 24 * 60 + 1)
    again = turn(line, new, 25 * 60)
    assert again is not None
    assert BOMB in compose(line, new, new.receivers["floor"].targets[0], again, now).title


def test_two_urls_that_change_take_over_each_its_own(tmp_path: Path, line: Connection) -> None:
    urls = "json://u:{}@127.0.0.1:9/a", "json://u:{}@127.0.0.1:9/b"
    old, new = (desk(tmp_path, *(each.format(word) for each in urls)) for word in ("old", "new"))
    step(line, old, "one", BOMB, 0)
    before = {each.id: ids(old).index(each.target) for each in everything(line)}
    reload(line, new, 1)
    assert {each.id: ids(new).index(each.target) for each in everything(line)} == before
    assert {each.state for each in everything(line)} == {DeliveryState.QUEUED}


def test_what_was_told_at_the_old_address_does_not_ring_again(tmp_path: Path, line: Connection) -> None:
    old, new = (desk(tmp_path, f"json://127.0.0.1:9/{word}") for word in ("old", "new"))
    step(line, old, "one", BOMB, 0)
    claimed = turn(line, old, 1)
    assert claimed is not None
    outbox.record(line, claimed.id, DeliveryState.SENT, NOW + M)
    reload(line, new, 1)
    ((_, _, (made,)),) = step(line, new, "two", BOMB, 2).decided
    assert made.reason is Reason.TOLD


def test_of_two_addresses_one_stays_and_nothing_is_told_twice(tmp_path: Path, line: Connection) -> None:
    both = desk(tmp_path, "json://127.0.0.1:9/a", "json://127.0.0.1:9/b")
    one = desk(tmp_path, "json://127.0.0.1:9/a")
    gone = ids(both)[1]
    step(line, both, "one", BOMB, 0)
    withheld.withhold(line, gone, silences.add_silence(line, Scope.TEXT, "x", "N", "y", NOW, NOW + M).id)
    claims.save_bucket(line, gone, 1.0, NOW)
    targets.save_target_state(line, TargetState(gone, 6, NOW, NOW + 60 * M, detail="refused"))
    reload(line, one, 1)
    kept, folded = sorted(everything(line), key=lambda each: each.state.value, reverse=True)
    assert (kept.target, kept.state) == (ids(one)[0], DeliveryState.QUEUED)
    assert (folded.state, folded.outcome) == (DeliveryState.FOLDED, f"told with delivery {kept.id}")
    assert set(decisions.told_of(line, kept.subject)) == {ids(one)[0]}
    assert withheld.take_withheld(line, ids(one)[0], NOW + 2 * M, "UTC")
    assert claims.bucket_of(line, ids(one)[0]) == (1.0, NOW)
    moved = targets.state_of_target(line, ids(one)[0])
    assert (moved.failures, moved.rests_until) == (6, None)  # the new address is tried at once
    assert gone not in targets.target_states(line)


def test_what_was_in_flight_during_a_reload_goes_on(tmp_path: Path, line: Connection) -> None:
    old, new = (desk(tmp_path, f"json://127.0.0.1:9/{word}") for word in ("old", "new"))
    step(line, old, "one", BOMB, 0)
    claimed = turn(line, old, 0)
    assert claimed is not None
    reload(line, new, 1)
    record_attempt(line, new, claimed, REFUSED, NOW + 2 * M)
    assert claims.targets_due(line, NOW + DAY) == ids(new)
    assert ids(old)[0] not in targets.target_states(line)


def test_what_is_decided_by_the_old_rules_after_a_reload_goes_on(tmp_path: Path, line: Connection) -> None:
    old, new = (desk(tmp_path, f"json://127.0.0.1:9/{word}") for word in ("old", "new"))
    upkeep = reload(line, new, 0)
    step(line, old, "one", BOMB, 1)
    upkeep.run(line, NOW + 2 * M)
    assert claims.targets_due(line, NOW + 2 * M) == ids(new)


def test_what_has_no_receiver_is_cancelled_with_one_notice(tmp_path: Path, line: Connection) -> None:
    old = desk(tmp_path, "json://127.0.0.1:9/x")
    for number, words in enumerate((BOMB, "Militia seizes bridge at Mosul", "Militia leaves Basra airport")):
        step(line, old, f"s{number}", words, number)
    renamed = desk(tmp_path, "json://127.0.0.1:9/x", name="desk")
    reload(line, renamed, 5)
    reload(line, renamed, 6)
    lost = [each for each in everything(line) if each.receiver == "floor"]
    assert [(each.state, each.detail) for each in lost] == [(DeliveryState.CANCELLED, "receiver_removed")] * 3
    (notice,) = [each for each in everything(line) if each.kind is Kind.NOTICE]
    assert notice.payload is not None
    assert notice.payload["title"] == "3 messages cancelled: no such receiver in rules.yaml any more"
    assert str(notice.payload["body"]).startswith("For floor: 3.")
    with pytest.raises(resending.CannotResend, match=r"floor, which rules\.yaml does not have"):
        resending.resend(line, lost[0].id, NOW + 7 * M, "UTC", renamed.homes)


@pytest.mark.parametrize("url", [SLACK, "json://u:{}@127.0.0.1:9/x"])
def test_resend_after_a_mended_token_goes(url: str, tmp_path: Path, line: Connection) -> None:
    old, new = (desk(tmp_path, url.format(word)) for word in ("1111111111", "2222222222"))
    step(line, old, "one", BOMB, 0)
    claimed = turn(line, old, 0)
    assert claimed is not None
    record_attempt(line, old, claimed, DEAD, NOW)
    for adopted in (False, True):
        if adopted:
            reload(line, new, 1)
        nested = line.begin_nested()
        resending.resend(line, claimed.id, NOW + 2 * M, "UTC", new.homes)
        waiting = [each for each in claims.targets_due(line, NOW + 2 * M) if each.startswith("floor")]
        assert waiting == ids(new)
        nested.rollback()


def test_resend_to_an_address_that_has_the_message_says_so(tmp_path: Path, line: Connection) -> None:
    both = desk(tmp_path, "json://127.0.0.1:9/a", "json://127.0.0.1:9/b")
    one = desk(tmp_path, "json://127.0.0.1:9/a")
    step(line, both, "one", BOMB, 0)
    (gone,) = [each for each in everything(line) if each.target == ids(both)[1]]
    outbox.record(line, gone.id, DeliveryState.DEAD, NOW)
    with pytest.raises(resending.CannotResend, match="has the same message"):
        resending.resend(line, gone.id, NOW + M, "UTC", one.homes)
