"""Text of others in every field of every kind of message: it arrives in Slack as the letters it is, and does nothing."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alerts import receivers
from alerts.alert import Kind, Reason, Target
from alerts.render.words import plain
from tests.e2e.injections import OURS, STRINGS, everywhere, messages
from tests.e2e.slackapi import SlackApi
from tests.e2e.slackview import live, texts
from tests.e2e.starting import EXHAUSTIVE
from tests.unit.hostile import ALL
from tests.unit.slackcases import SLACK, delivery

EVERY = [*STRINGS, *ALL]
SAMPLED = 1 if EXHAUSTIVE else 3  # one string in so many, others for each test


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlackApi]:
    with SlackApi(tmp_path_factory.mktemp("slack"), limits={}) as made, pytest.MonkeyPatch.context() as patch:
        for name, value in made.env().items():
            patch.setenv(name, value)
        yield made


@pytest.fixture
def target(api: SlackApi) -> Target:
    api.messages.clear()
    return receivers.parse("watch", api.url)


@pytest.mark.parametrize("evil", EVERY[::SAMPLED])
def test_string_is_shown_and_does_nothing(api: SlackApi, target: Target, evil: str) -> None:
    for each in messages(evil):
        assert receivers.send(target, each).ok
    edit = SLACK.alert(delivery(Kind.EDIT, Reason.TOLD), everywhere(evil), "UTC")
    handle = f"{api.messages[0].channel}:{api.messages[0].ts}"
    assert receivers.send(target, replace(edit, edits=handle)).ok
    assert len(api.messages) == 5
    assert api.messages[0].edits == 1
    assert [each for each in api.live() if each.what != OURS] == []


def test_double_sees_what_is_live(api: SlackApi) -> None:
    """The test above can fail: the same strings, sent as others send them, are seen."""
    api.messages.clear()
    for evil in STRINGS:
        api.post(evil)
    assert {"!channel", "@U0123ABCD", "#C0123ABCD", "https://evil.example/login"} <= {each.what for each in api.live()}
    marked = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]
    rich = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast"}]}]}]
    assert [len(live("", blocks, literal=True)) for blocks in (marked, rich)] == [1, 1]


@pytest.mark.parametrize("evil", EVERY[SAMPLED // 2 :: SAMPLED])
def test_headline_arrives_letter_by_letter(api: SlackApi, target: Target, evil: str) -> None:
    (alert, *_) = messages(evil)
    receivers.send(target, alert)
    (posted,) = api.messages
    shown = " ".join(texts(posted.blocks))
    assert plain(evil)[:100].rstrip() in shown
    assert html.unescape(posted.text) == alert.title
