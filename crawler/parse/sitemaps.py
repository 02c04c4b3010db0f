"""Parse a sitemap into entries: Google News sitemaps, plain ones, indexes of either, also gzipped. Runs in a child.

Scrapy's own Sitemap drops the `news:` tags. lxml parses here, without entities, document types or the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import lxml.etree

from crawler.article import Entry
from crawler.parse.feeds import RAW_LIMIT, TITLE_LIMIT, decode, read_feed
from crawler.parse.found import Feed
from crawler.parse.markup import clean
from crawler.parse.mending import mended, without_entities
from crawler.parse.unpacking import LARGEST_UNPACKED, unpacked
from crawler.text import urls
from crawler.text.dates import read_date

MOST_ENTRIES = 500  # of one sitemap, the newest
MOST_SITEMAPS = 3  # of an index, the newest
FEEDS = frozenset({"rss", "feed", "RDF"})  # roots of RSS and Atom
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def read_sitemap(body: bytes, content_type: str | None, base_url: str) -> Feed:
    """Return a sitemap's newest entries with their news tags as a feed; of an index the newest sitemaps, in `more`."""
    plain = unpacked(body)
    if plain is None:
        return Feed(problem=f"gzip that is broken or unpacks beyond {LARGEST_UNPACKED} bytes")
    text = decode(plain, content_type)
    root, broken = _root(text)
    name = _local(root) if root is not None else ""
    if root is None and (listed := _listed(text, base_url)):
        return listed
    if name in FEEDS:  # a form of sitemap too (sitemaps.org)
        return read_feed(plain, content_type, base_url)
    if root is None or name not in {"urlset", "sitemapindex"}:
        return Feed(problem=f"no sitemap in it{f', but <{name}>' if name else ''}")
    if name == "sitemapindex":
        return Feed(version="sitemapindex", more=_sitemaps(root, base_url))
    return _entries(root, broken, base_url)


def _entries(root: lxml.etree._Element, broken: str, base_url: str) -> Feed:
    """Return the addresses of a sitemap, the newest first. `broken` is what was passed over in its XML."""
    made = [_entry(each, base_url) for each in root if _local(each) == "url"]
    entries = [each for each in made if isinstance(each, Entry)]
    # markup that was mended to text before the parser saw it
    broken = broken or ("text in place of addresses" if not made and "".join(root.itertext()).strip() else "")
    if not entries and broken:  # a sitemap that is cut or garbled is no silence
        return Feed(problem=f"no entry in it, and its XML is broken: {broken}")
    entries.sort(key=lambda entry: entry.published or entry.updated or BEGINNING, reverse=True)
    return Feed(tuple(entries[:MOST_ENTRIES]), tuple(each for each in made if isinstance(each, str)), "sitemap")


def _listed(text: str, base_url: str) -> Feed | None:
    """Return a sitemap that is a plain list of addresses, one a line (sitemaps.org); None if the text is none."""
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines or not all(re.match(r"https?://\S+$", line) for line in lines):
        return None
    made = [_named(line, base_url) for line in lines[:MOST_ENTRIES]]
    entries = tuple(each for each in made if isinstance(each, Entry))
    return Feed(entries, tuple(each for each in made if isinstance(each, str)), "sitemap")


def _named(address: str, base_url: str) -> Entry | str:
    """Return the entry of an address alone, named by its words; else the reason why it is none."""
    link = urls.absolute(base_url, address)
    title = urls.words(link) if link else ""
    return Entry(title=title, url=link) if title else "no_title_no_text" if link else "no_link"


def _root(text: str) -> tuple[lxml.etree._Element | None, str]:
    """Return what of a text is XML, None if nothing is, and the first error that was passed over, "" without one."""
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
    )
    text = without_entities(mended(text))
    try:
        root = lxml.etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (lxml.etree.LxmlError, ValueError):
        return None, ""
    return root, next((each.message for each in parser.error_log), "")


def _local(element: lxml.etree._Element) -> str:
    # the prefix stays where nobody declared it: <news:title>
    return re.split(r"[}:]", element.tag)[-1] if isinstance(element.tag, str) else ""


def _texts(element: lxml.etree._Element) -> dict[str, str]:
    """Return the texts below an element by local name; of equal names the first."""
    found: dict[str, str] = {}
    for each in _below(element):
        name = _local(each)
        said = "".join(each.itertext()) if name == "title" else each.text  # which some write with markup in it
        if said and said.strip():
            found.setdefault(name, said.strip())
    return found


def _below(element: lxml.etree._Element) -> Iterator[lxml.etree._Element]:
    """Yield the elements below, without those of images and videos, which have titles and addresses of their own."""
    for each in element:
        if _local(each) not in {"image", "video"}:
            yield each
            yield from _below(each)


def _sitemaps(root: lxml.etree._Element, base_url: str) -> tuple[str, ...]:
    """Return the newest sitemaps of an index, of the same site, those with "news" in their address first."""
    found = []
    for number, each in enumerate(root):
        texts = _texts(each)
        link = urls.absolute(base_url, texts.get("loc"))
        if link and urls.host(link).split(".")[-2:] == urls.host(base_url).split(".")[-2:]:
            changed = read_date(texts.get("lastmod", "")) or BEGINNING
            found.append(("news" not in link.lower(), -changed.timestamp(), number, link))
    return tuple(link for *_, link in sorted(found)[:MOST_SITEMAPS])


def _entry(element: lxml.etree._Element, base_url: str) -> Entry | str:
    texts = _texts(element)
    link = urls.absolute(base_url, texts.get("loc"))
    if not link:
        return "no_link"
    title = clean(texts.get("title", ""))[:TITLE_LIMIT].replace("\n", " ") or urls.words(link)
    if not title:
        return "no_title_no_text"
    lang = re.match(r"[a-z]{2,3}", texts.get("language", "").lower())
    return Entry(
        title=title,
        url=link,
        published=read_date(texts.get("publication_date", ""), lang[0] if lang else None),
        updated=read_date(texts.get("lastmod", "")),
        lang=lang[0] if lang else None,
        raw=lxml.etree.tostring(element, encoding="unicode", with_tail=False)[:RAW_LIMIT],
    )
