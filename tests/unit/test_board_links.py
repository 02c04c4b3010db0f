"""An alert in every form links to its page on the board where settings.board_url says where that is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from alerts.alert import Kind
from alerts.render.form import form_of
from alerts.store import snapshot
from tests.unit.mailcases import ENGLISH, ZONE, delivery

PAGE = f"https://board.example/stories/{ENGLISH.story}"


@pytest.mark.parametrize("schema", ["json", "watchmail", "watchslack"])
def test_alert_links_to_its_page(schema: str) -> None:
    linked, plain = (
        form_of(schema).alert(delivery(Kind.ALERT, made), made, ZONE)
        for made in (replace(ENGLISH, board=PAGE), ENGLISH)
    )
    assert f"On the board: {PAGE}" in linked.body
    assert "board" not in plain.body
    if linked.html:
        assert f'<a href="{PAGE}">See it on the board</a>' in linked.html
    if linked.blocks:
        assert json.dumps({"type": "link", "url": PAGE, "text": "see it on the board"})[1:-1] in json.dumps(
            linked.blocks
        )


def test_address_is_no_part_of_what_was_decided() -> None:
    kept = snapshot.dump(replace(ENGLISH, board=PAGE))
    assert PAGE not in kept
    assert snapshot.load(kept).board == ""
