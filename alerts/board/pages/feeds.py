"""The newest alerts as an Atom feed (RFC 4287), for a reader of feeds: all of them, or those of one rule."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from urllib.parse import quote
from xml.etree import ElementTree as ET

from alerts.board.page import Asked, Document, NotFound
from alerts.board.worded import FILTER, worded
from alerts.render.records import stamp
from alerts.render.sheet import shown_headline
from alerts.render.title import lead
from alerts.render.why import whys
from alerts.render.words import link, plain
from alerts.run.told_list import Told, read_told
from alerts.store.latest import Span, latest_told

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 100
LOOKED_BACK = timedelta(days=30)
SCANNED = 2_000  # stories looked through for those of one rule


def read(asked: Asked) -> str:
    """Return the feed of all alerts, or of the rule in the path; with `q` of those that have the words.

    Raises NotFound where there is no such rule, and BadQuery.
    """
    rule = asked.parts.get("rule", "")
    if rule and rule not in {each.id for each in asked.config.rules}:
        raise NotFound(f"There is no rule {rule}.")
    found: list[Told] = []
    told = islice(worded(asked, latest_told(asked.connection, Span(asked.now - LOOKED_BACK))), SCANNED)
    while len(found) < ENTRIES and (part := [(story, revision) for story, revision, _ in islice(told, ENTRIES)]):
        read_now = read_told(asked.connection, asked.config, asked.now, part)
        found += [each for each in read_now if not rule or rule in {cause.rule for cause in each.alert.causes}]
    return _feed(asked, rule, found[:ENTRIES])


def _feed(asked: Asked, rule: str, found: list[Told]) -> str:
    base = asked.config.board.url
    feed = ET.Element("feed", xmlns=ATOM)
    words = asked.query.one("q")
    name = f"rule {rule}" if rule else "all alerts"
    _put(feed, "title", f"Watchfloor: {name}{f', {words}' if words else ''}")
    _put(feed, "id", f"urn:watchfloor:{rule or 'alerts'}{f':{quote(words)}' if words else ''}")
    _put(feed, "updated", stamp(found[0].alert.created if found else asked.now))
    if base:
        ET.SubElement(feed, "link", rel="alternate", href=f"{base}/stories")
    for each in found:
        feed.append(_entry(each, base))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode")


def _entry(told: Told, base: str) -> ET.Element:
    alert, entry = told.alert, ET.Element("entry")
    _put(entry, "title", f"{alert.severity.word.upper()} {lead(alert)}{shown_headline(alert.article)}")
    _put(entry, "id", f"urn:watchfloor:story:{alert.story}")
    _put(entry, "updated", stamp(alert.created))
    _put(entry, "published", stamp(alert.article.published or alert.article.first_seen))
    _put(ET.SubElement(entry, "author"), "name", alert.article.outlet)
    if url := (f"{base}/stories/{alert.story}" if base else link(alert.article.url)):
        ET.SubElement(entry, "link", rel="alternate", href=url)
    ET.SubElement(entry, "category", term=alert.severity.word)
    for cause in alert.causes:
        ET.SubElement(entry, "category", term=plain(cause.rule))
    _put(entry, "summary", "; ".join([alert.event_line, *whys(alert.causes)]).removeprefix("; "))
    return entry


def _put(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = plain(text)


ATOM_TYPE = "application/atom+xml"
DOCUMENTS = (
    Document("/alerts.atom", "The newest alerts, as an Atom feed", ATOM_TYPE, read, FILTER),
    Document("/rules/{rule}/alerts.atom", "The newest alerts of a rule, as an Atom feed", ATOM_TYPE, read, FILTER),
)
