"""The forms of a message by service: `form_of` is the way into this room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from alerts.alert import Alert, Message
from alerts.delivery import Delivery
from alerts.render import mail, slack, text


@dataclass(frozen=True, slots=True)
class Form:
    """The functions that render messages for one kind of service; their `str` is a time zone, as Asia/Baghdad."""

    alert: Callable[[Delivery, Alert, str], Message]
    digest: Callable[[Delivery, Sequence[Alert], str], Message]
    notice: Callable[[Delivery], Message]


PLAIN = Form(text.render_alert, text.render_digest, text.render_notice)
MAIL = Form(mail.render_alert, mail.render_digest, mail.render_notice)
FORMS: Mapping[str, Form] = {  # by schema of the target's URL
    "watchslack": Form(slack.render_alert, slack.render_digest, slack.render_notice),
    "watchmail": MAIL,
    "watchmails": MAIL,
}


def form_of(schema: str) -> Form:
    """Return the form for a service; plain text if it has none of its own."""
    return FORMS.get(schema, PLAIN)
