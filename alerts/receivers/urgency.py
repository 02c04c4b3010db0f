"""Our severity in the words of each service: Apprise's type of a message, and the service's own priority. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from apprise import NotifyType

from alerts.alert import Severity

TYPES: Mapping[Severity, NotifyType] = {
    Severity.FLASH: NotifyType.FAILURE,
    Severity.IMMEDIATE: NotifyType.FAILURE,
    Severity.PRIORITY: NotifyType.WARNING,
    Severity.ROUTINE: NotifyType.INFO,
}
_LADDER = ("low", "normal", "high", "emergency")  # words most of Apprise's plugins know; for routine, ..., flash
# by schema of the URL: the parameter of the service, and its values for routine, priority, immediate and flash
_PRIORITIES: Mapping[str, tuple[str, tuple[str, str, str, str]]] = {
    **dict.fromkeys(("gotify", "gotifys", "growl", "join"), ("priority", _LADDER)),
    # P1 is the most urgent; Apprise's own words run the other way: its "low" is sent as P1
    **dict.fromkeys(("jira", "opsgenie"), ("priority", ("p5", "p3", "p2", "p1"))),
    **dict.fromkeys(("prowl", "pover", "pushover"), ("priority", ("moderate", "normal", "high", "emergency"))),
    **dict.fromkeys(("psafer", "psafers"), ("priority", _LADDER)),
    **dict.fromkeys(("ntfy", "ntfys"), ("priority", ("low", "default", "high", "max"))),
    **dict.fromkeys(("lametric", "lametrics"), ("priority", ("info", "info", "warning", "critical"))),
    **dict.fromkeys(("bark", "barks"), ("level", ("passive", "active", "timeSensitive", "critical"))),
    **dict.fromkeys(("smseagle", "smseagles"), ("priority", ("normal", "normal", "high", "high"))),
    "pagerduty": ("severity", ("info", "warning", "error", "critical")),
    "pagertree": ("urgency", ("low", "medium", "high", "critical")),
}
# What an incident is not opened by, in the words of services of incidents.
SHUTS = frozenset({"note", "close", "delete", "acknowledge", "resolve", "recovery", "acknowledgement", "info"})
_INCIDENTS = frozenset(
    {"opsgenie", "jira", "splunk", "victorops", "pagerduty", "goalert", "ilert", "signl4", "pagertree"}
)


def with_priority(url: str, severity: Severity) -> str:
    """Return an Apprise URL that asks for the service's own priority of a severity.

    A URL that names one itself keeps it, and so does one of a service without priorities.
    """
    name, values = _PRIORITIES.get(url.partition(":")[0].lower(), ("", ("", "", "", "")))
    query = urlsplit(url).query
    if not name or name in {key.lower() for key, _ in parse_qsl(query, keep_blank_values=True)}:
        return url
    return f"{url}{'&' if '?' in url else '?'}{name}={quote(values[severity - 1])}"


def type_of(service: object, severity: Severity) -> NotifyType:
    """Return the type of a message by its severity; never one by which the service would only note it."""
    mapping = getattr(service, "mapping", None)
    chosen = TYPES[severity]
    shut = isinstance(mapping, Mapping) and _word(mapping.get(chosen)) == "note"
    return NotifyType.WARNING if shut else chosen


def shuts(schema: str, service: object) -> str:
    """Return the part of a URL by which a service of incidents would open none; "" if there is none."""
    if schema not in _INCIDENTS:
        return ""
    if (action := _word(getattr(service, "action", ""))) in SHUTS:
        return f"action={action}"
    mapping = getattr(service, "mapping", None)
    if not isinstance(mapping, Mapping):
        return ""
    for each in (NotifyType.WARNING, NotifyType.FAILURE):
        if (word := _word(mapping.get(each))) in SHUTS:
            return f":{each.value}={word}"
    return ""


def _word(value: object) -> str:
    return str(getattr(value, "value", value) or "").lower()
