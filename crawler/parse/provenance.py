"""Tell who published an entry, where its source only carries it, and whose words a forwarded one has. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from crawler.article import Entry, Named
from crawler.sources.outlets import Outlet, Outlets
from crawler.sources.source import Source
from crawler.text import urls
from crawler.text.folding import fold
from crawler.text.hosts import folded_name, host_of, is_shared, keys, speaker

LONGEST_NAME = 80  # characters of an outlet's name
SHARE_TOLD = 0.2  # of a source's links: fewer are a guest's or a partner's
# behind a dash, or where there is none behind a bar: names of outlets may have bars in them
_TAILS = (
    re.compile(r"\s+[-–—]\s+(?P<outlet>(?:(?!\s[-–—]\s).){2,80})\s*$", re.DOTALL),
    re.compile(r"\s+\|\s+(?P<outlet>[^|]{2,80})\s*$"),
)
_SMALL = frozenset({"the", "of", "and", "in", "for", "on", "de", "del", "la", "le", "les", "el", "al", "du", "der"})
# what stands behind a headline and is no outlet: what kind of report it is, and who says so
_NO_NAMES = frozenset({
    "live", "video", "videos", "update", "updates", "updated", "report", "reports", "blog", "watch", "listen", "photos",
    "photo", "pictures", "gallery", "podcast", "interview", "analysis", "opinion", "editorial", "comment", "explainer",
    "explained", "exclusive", "breaking", "developing", "urgent", "timeline", "factbox", "map", "maps", "poll",
    "survey", "study", "newsletter", "recap", "latest", "witness", "witnesses", "official", "officials", "source",
    "sources", "police", "army", "military", "media", "state", "ministry", "minister", "spokesman", "spokesperson",
    "government", "residents", "medics", "pentagon", "kremlin", "statement", "security", "local", "us", "israeli",
    "iranian", "iraqi",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose an article is. `carrier` is the name of the source that carries it, "" where that is the outlet itself.

    `origin` is whose words it has: the owner of the outlet, or of whom it forwards.
    """

    outlet: str
    owner: str
    carrier: str = ""
    origin: str = ""


def own_credit(source: Source) -> Credit:
    """Return the credit of what a source publishes itself."""
    owner = source.owner or source.id
    return Credit(source.outlet, owner, origin=owner)


def credit(entry: Entry, source: Source) -> tuple[Entry, Credit]:
    """Return an entry without what only names its outlet, and whose article it is.

    What names no outlet is the source's own.
    """
    own = own_credit(source)
    said = _published_by(entry, source) if source.outlet_from else None
    if said is not None:
        found = _known(said, source.outlets)
        entry = _without_name(entry, replace(said, name=said.name or found.name))
        if found.owner != own.owner:
            own = Credit(found.name, found.owner, source.outlet, found.owner)
    if entry.forwarded is not None:
        own = replace(own, origin=_origin(entry.forwarded, source.outlets))
    return entry, own


def strangers(source: Source, links: Iterable[str | None]) -> dict[str, str]:
    """Return by host, in words, where a fifth or more of a source's own articles lead that is not known as its owner's.

    What an aggregator carries from such a host would be another outlet's: a second origin of the same words.
    """
    if source.outlet_from:
        return {}
    given = [each for each in links if each]
    hosts = Counter(speaker(each) for each in given if not urls.wrapper(each))
    own, home, found = own_credit(source), speaker(source.url), {}
    for host, many in sorted(hosts.items()):
        known = next(
            (source.outlets.by_address[each] for each in keys(host) if each in source.outlets.by_address), None
        )
        mine = host == home or (known is not None and known.owner == own.owner)
        if not host or mine or is_shared(host) or many < SHARE_TOLD * len(given):
            continue
        row = f"{host}: {{name: {source.outlet}, owner: {own.owner}, reliability: {source.reliability}}}"
        remedy = (
            f"that is {known.name}; if this source carries what others publish, write outlet_from: host"
            if known
            else f"by an aggregator they would be another origin; if it is the same outlet, write under outlets: {row}"
        )
        found[host] = f'{many} of {len(given)} links of source "{source.id}" lead to {host}: {remedy}'
    return found


def _origin(forwarded: Named, outlets: Outlets) -> str:
    """Return whose words are forwarded. Without a link to them a name is what anybody may call himself: no outlet's."""
    if speaker(forwarded.address):
        return _known(forwarded, outlets).owner
    return f"forwarded:{fold(forwarded.name).strip().replace(' ', '-') or 'unknown'}"


def _published_by(entry: Entry, source: Source) -> Named | None:
    """Return what an entry says of its outlet, as the source's `outlet_from` asks; else the host of its link."""
    found = entry.publisher or Named()
    if source.outlet_from == "title":
        name = next(
            (name for each in _tails(entry.title) if _names(name := each["outlet"].strip(), source.outlets)), ""
        )
        found = Named("", name) if host_of(name) else Named(name)
    elif source.outlet_from == "domain":
        # some give the host where others give a name
        found = Named("", found.address or found.name) if host_of(found.address or found.name) else Named()
    elif source.outlet_from == "host":
        found = Named()
    if source.outlet_from == "source" and not (found.name or found.address):
        found = Named(_shown_twice(entry, source.outlets))
    if found.name or found.address:
        return replace(found, name=found.name[:LONGEST_NAME])
    if not entry.url or urls.wrapper(entry.url) or host_of(entry.url) == host_of(source.url):
        return None
    return Named("", entry.url)


def _shown_twice(entry: Entry, outlets: Outlets) -> str:
    """Return the name behind a headline that stands behind it in the summary too, or that is known; else ""."""
    tail = _tail(entry.title)
    name = tail["outlet"].strip() if tail else ""
    if not tail or folded_name(name) in outlets.by_name:
        return name
    shown = fold(entry.summary.partition("\n")[0]).strip()
    return name if shown == fold(f"{entry.title[: tail.start()]} {name}").strip() else ""


def _tails(title: str) -> list[re.Match[str]]:
    return [found for each in _TAILS if (found := each.search(title))]


def _tail(title: str) -> re.Match[str] | None:
    return next(iter(_tails(title)), None)


def _names(tail: str, outlets: Outlets) -> bool:
    """Return whether words behind a headline name an outlet: one that we know, a host, or what looks like a name.

    That is words of Latin script with a capital each, save for a few small ones, and not all of them of a headline.
    """
    if folded_name(tail) in outlets.by_name or host_of(tail):
        return True
    words = [each for each in re.split(r"[^\w.'-]+", tail) if each]
    telling = [each for each in words if each.lower() not in _SMALL]
    capital = all(re.search(r"[A-ZÀ-ÖØ-Þ]", each) or each[0].isdigit() for each in telling)
    return bool(telling) and capital and not {each.lower() for each in telling} <= _NO_NAMES


def _known(said: Named, outlets: Outlets) -> Outlet:
    """Return the outlet that is meant; one that is unknown owns itself and has no letter."""
    by_name = outlets.by_name.get(folded_name(said.name)) if said.name else None
    if not said.address:
        return by_name or Outlet(said.name, fold(said.name).strip().replace(" ", "-") or "unknown")
    if at := next((each for each in keys(said.address) if each in outlets.by_address), None):
        return outlets.by_address[at]
    key = speaker(said.address) or "unknown"
    # a name of another's, at an address that is not theirs: nobody vouches that it is them
    return Outlet(f"{said.name} ({key})" if by_name else said.name or key, key)


def _without_name(entry: Entry, said: Named) -> Entry:
    """Return an entry without " - Outlet" behind its headline, and without a summary that repeats no more than that."""
    tails = _tails(entry.title)
    tail = next((each for each in tails if _is_called(each["outlet"].strip(), said)), next(iter(tails), None))
    shown = tail["outlet"].strip() if tail else ""
    title = entry.title
    if tail and _is_called(shown, said):
        title = entry.title[: tail.start()].strip() or entry.title
    first = fold(entry.summary.partition("\n")[0]).strip()
    # the headlines of others on the same news may follow: none of it is this article's text
    repeats = {fold(f"{title} {each}").strip() for each in (said.name, shown)} | {fold(entry.title).strip()}
    return replace(entry, title=title, summary="" if first in repeats else entry.summary)


def _is_called(shown: str, said: Named) -> bool:
    """Return whether words behind a headline name an outlet: its name, the begin of it ("Reuters UK"), or its host."""
    if host_of(shown) and host_of(shown) == host_of(said.address):
        return True
    words, name = folded_name(shown), folded_name(said.name)
    return bool(name) and (words == name or words.startswith(f"{name} "))
