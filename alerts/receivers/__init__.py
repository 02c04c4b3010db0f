"""The only importers of Apprise: parse(url) -> Target or BadReceiverUrl; send(target, message) -> SendResult."""

from alerts.receivers.sending import send
from alerts.receivers.targets import BadReceiverUrl, parse, unresolved

__all__ = ["BadReceiverUrl", "parse", "send", "unresolved"]
