"""A URL goes in, a target comes out; a message goes in, and whether it was sent comes out (Apprise, Slack, mail).

The only importers of Apprise: parse(url) -> Target or BadReceiverUrl; send(target, message) -> SendResult;
acknowledged(target, handle) -> who reacted to a sent message.
"""

from alerts.receivers.sending import LookUpFailed, acknowledged, send
from alerts.receivers.targets import BadReceiverUrl, parse, unresolved

__all__ = ["BadReceiverUrl", "LookUpFailed", "acknowledged", "parse", "send", "unresolved"]
