"""The only importers of Apprise: parse(url) -> Target or BadReceiverUrl; send(target, message) -> SendResult."""

from alerts.receivers.acks import AckUnknown, acknowledged, reactions
from alerts.receivers.sending import send
from alerts.receivers.targets import BadReceiverUrl, parse, unresolved

__all__ = ["AckUnknown", "BadReceiverUrl", "acknowledged", "parse", "reactions", "send", "unresolved"]
