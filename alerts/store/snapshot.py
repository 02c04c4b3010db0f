"""Alert -> JSON text and back: alerts are stored as they were decided, so that a late message tells that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from alerts.alert import Alert, Cause, Hit, Match, Severity, Sibling
from alerts.event import Counterpart
from alerts.standing import Agreement, Standing
from alerts.store.event_reports import load_mention
from alerts.where import Where
from crawler.article import Article

BODY_KEPT = 4_000  # characters of a body kept with an alert: enough for a quote round every hit shown
TIME_FIELDS = ("published", "first_seen")


def dump(alert: Alert) -> str:
    """Return an alert as JSON, with only the beginning of the article's text: up to behind the last hit."""
    # kept as the summary, which stands in for the text where that is empty: offsets of hits in the body stay valid
    article = replace(alert.article, text="", summary=_body_kept(alert))
    content = _shallow(replace(alert, article=article))
    for later in ("translation", "board"):  # no part of what was decided: a service or the settings say it when shown
        del content[later]
    return json.dumps(content, ensure_ascii=False, default=_plain)


def load(text: str) -> Alert:
    """Return the alert in what `dump` wrote, also by an older version."""
    raw: dict[str, Any] = json.loads(text)
    raw["severity"] = Severity(raw["severity"])
    raw["created"] = datetime.fromisoformat(raw["created"])
    raw["article"] = _article(raw["article"])
    raw["causes"] = tuple(_cause(each) for each in raw["causes"])
    for name in ("outlets", "changes", "glosses"):
        raw[name] = tuple(raw.get(name, ()))  # an alert queued by an older version lacks the later ones
    standing = raw.get("standing", {"origins": (), "letter": "F"})
    agreement, opposed = _agreement(standing.get("agreement")), tuple(standing.get("opposed", ()))
    echoes, doubting = (tuple(standing.get(name, ())) for name in ("echoes", "doubting"))
    raw["standing"] = Standing(tuple(standing["origins"]), standing["letter"], agreement, opposed, echoes, doubting)
    raw["event"] = load_mention(raw["event"]) if raw.get("event") else None
    raw["where"] = Where(**raw["where"]) if raw.get("where") else None
    raw["siblings"] = tuple(Sibling(**each) for each in raw.get("siblings", ()))
    raw["counterparts"] = tuple(
        Counterpart(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in raw.get("counterparts", ())
    )
    return Alert(**raw)


def changes_of(text: str) -> tuple[str, ...]:
    """Return the changes that an alert tells, of what `dump` wrote."""
    return tuple(json.loads(text).get("changes", ()))


def _agreement(raw: Mapping[str, Any] | None) -> Agreement | None:
    if raw is None:
        return None
    return Agreement(raw["toll"], tuple(raw["by"]), tuple((words, tuple(names)) for words, names in raw["others"]))


def dump_match(match: Match) -> str:
    """Return a match as JSON."""
    return json.dumps(match, ensure_ascii=False, default=_plain)


def load_match(text: str) -> Match:
    """Return the match in what `dump_match` wrote."""
    raw: dict[str, Any] = json.loads(text)
    hits = tuple(Hit(**hit) for hit in raw["hits"])
    return Match(**{**raw, "severity": Severity(raw["severity"]), "hits": hits})


def _body_kept(alert: Alert) -> str:
    body = alert.article.body
    last = max((hit.end for cause in alert.causes for hit in cause.hits if hit.field == "body"), default=0)
    return body[: max(BODY_KEPT, last + BODY_KEPT // 4)]


def _article(raw: Mapping[str, Any]) -> Article:
    times = {name: datetime.fromisoformat(raw[name]) for name in TIME_FIELDS if raw[name]}
    return Article(**{**raw, **times})


def _cause(raw: dict[str, Any]) -> Cause:
    hits = tuple(Hit(**hit) for hit in raw["hits"])
    return Cause(**{**raw, "severity": Severity(raw["severity"]), "hits": hits})


def _shallow(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass; `asdict` copies all that they hold first, which is ten times the work."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _plain(value: object) -> str | dict[str, Any]:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        return _shallow(value)
    raise TypeError(f"an alert holds {type(value).__name__}, which JSON cannot")
