"""Read an article page: headline, text, author, dates, language, canonical address, site. Runs in a child process.

What the page says of itself comes first (JSON-LD, OpenGraph, meta). The text is its `articleBody` if it has one, else
what trafilatura finds. The only importer of trafilatura.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import lxml.etree
import lxml.html
from trafilatura import bare_extraction

from crawler.parse.belonging import without_offer
from crawler.parse.decoding import decode_page
from crawler.parse.feeds import TEXT_LIMIT, TITLE_LIMIT
from crawler.parse.found import Page
from crawler.parse.linkeddata import articles_in
from crawler.parse.markup import clean
from crawler.text import urls
from crawler.text.dates import read_date
from crawler.text.folding import fold
from crawler.text.surrogates import paired

LARGEST_PAGE = 5_000_000  # characters of a page that are read
FULL_BODY = 400  # characters from which a page's own articleBody is its text
SHORT_TEXT = 1_200  # characters below which the slower, thorough extraction is tried too
# headlines of pages that keep programs out: they are no articles
CHALLENGE = re.compile(
    r"^(just a moment|attention required|access denied|one more step|are you a robot|robot check|security check|"
    r"please wait|verif(y|ying) (you|your)|checking your browser|ddos-guard|pardon our interruption)",
    re.IGNORECASE,
)
PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "pubdate", "publishdate",
    "publish_date", "dc.date.issued", "dc.date", "dcterms.created", "parsely-pub-date", "sailthru.date",
)  # fmt: skip
MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "dcterms.modified")
AUTHOR = ("author", "byl", "article:author", "dc.creator", "parsely-author", "sailthru.author", "og:article:author")
SITE = ("og:site_name", "application-name", "al:android:app_name", "twitter:app:name:iphone")
# Persian and Kurdish join words with zero-width characters, which trafilatura deletes: rare printable ones stand in.
JOINERS = re.compile("[\u200c\u200d]")
_HIDDEN = str.maketrans("\u200c\u200d", "\u2050\u2054")
_SHOWN = str.maketrans("\u2050\u2054", "\u200c\u200d")
_PERSIAN, _KURDISH = re.compile("[پچژگکی]"), re.compile("[ڵڕێۆەڤ]")
_ARABIC, _LATIN = re.compile("[\u0621-\u06d3]"), re.compile("[A-Za-z]")


def read_page(body: bytes, content_type: str | None, url: str) -> Page:
    """Return what an article page fetched from `url` says. It never raises for what is in the page."""
    markup = decode_page(body, content_type)[:LARGEST_PAGE].replace("\0", "")
    joined = bool(JOINERS.search(markup))
    # trafilatura deletes U+200C and U+200D, which Persian and Kurdish words need (decision 72)
    page = _read(markup.translate(_HIDDEN) if joined else markup, url)
    return _restored(page) if joined else page


def _restored(page: Page) -> Page:
    """Return a page with the joiners that were hidden from the extractor back in its texts."""
    said = {name: getattr(page, name) for name in ("headline", "text", "author", "site")}
    return replace(page, **{name: value.translate(_SHOWN) for name, value in said.items() if value})


def _read(markup: str, url: str) -> Page:
    tree = parse_html(markup)
    if tree is None:
        return Page(problem="no_html")
    own = next(iter(articles_in(_scripts(tree))), {})
    meta = _meta(tree)
    site = _first(_name(own.get("publisher")), *(meta.get(name) for name in SITE))
    headline = _headline(tree, own, meta, site)
    text, how = _text(tree, own, url)
    text = without_offer(_without_headline(text, headline))
    lang = _language(tree, own, meta, text or headline)
    challenge = bool(CHALLENGE.match(headline)) and len(text) < FULL_BODY
    date = partial(read_date, lang=lang)
    return Page(
        headline=paired(headline),
        text="" if challenge else paired(text),
        author=paired(_author(own, meta) or "") or None,
        published=_date(date, own.get("datePublished"), (meta.get(name) for name in PUBLISHED), _shown_dates(tree)),
        modified=_date(date, own.get("dateModified"), (meta.get(name) for name in MODIFIED), ()),
        lang=lang,
        url=_canonical(tree, own, meta, url),
        site=site,
        how=how,
        problem="challenge" if challenge else "" if text else "no_text",
    )


def parse_html(markup: str) -> lxml.html.HtmlElement | None:
    """Return the tree of an HTML text, parsed without network or entities and within lxml's limits; None if empty."""
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        tree = lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return None
    return tree if isinstance(tree, lxml.html.HtmlElement) else None


def base_of(tree: lxml.html.HtmlElement, url: str) -> str:
    """Return the address that the links of a page are relative to: that of its <base>, else its own."""
    return next((each for base in tree.iter("base") if (each := urls.absolute(url, base.get("href")))), url)


def _scripts(tree: lxml.html.HtmlElement) -> Iterator[str]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield script.text


def _meta(tree: lxml.html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in tree.iter("meta"):
        name = each.get("property") or each.get("name") or each.get("itemprop") or each.get("http-equiv") or ""
        content = clean(each.get("content") or "").strip()
        if content:
            found.setdefault(name.strip().lower(), content)
    return found


def _first(*values: str | None) -> str | None:
    return next((value.strip() for value in values if value and value.strip()), None)


def _name(value: Any) -> str | None:
    """Return the name in a JSON-LD value: a text, a node with a name, or a list of either."""
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, Mapping):
        return _name(value.get("name"))
    if isinstance(value, list):
        names = [name for each in value[:10] if (name := _name(each))]
        return ", ".join(dict.fromkeys(names)) or None
    return None


def _headline(tree: lxml.html.HtmlElement, own: Mapping[str, Any], meta: Mapping[str, str], site: str | None) -> str:
    heads = [clean(each.text_content()) for each in tree.iter("h1")]
    title = tree.findtext(".//title")
    found = _first(
        _name(own.get("headline")),
        meta.get("og:title"),
        meta.get("twitter:title"),
        *(heads if len(heads) == 1 else ()),  # of several nobody knows which; they come last
        clean(title or ""),
        *heads,
    )
    return _without_site(" ".join((found or "").split()), site)[:TITLE_LIMIT]


def _without_site(headline: str, site: str | None) -> str:
    """Return a headline without " - The Site" at its end."""
    match = re.match(r"(.{10,}?)\s+[-–—|:»]\s+(.+)$", headline)
    if match and site and match[2].strip().casefold() in {site.casefold(), f"{site} news".casefold()}:
        return match[1]
    return headline


def _text(tree: lxml.html.HtmlElement, own: Mapping[str, Any], url: str) -> tuple[str, str]:
    """Return the article's text and where it came from."""
    body = own.get("articleBody")
    written = clean(body) if isinstance(body, str) else ""
    # some sites put only the beginning into articleBody, which then ends in dots
    if len(written) >= FULL_BODY and not written.rstrip().endswith(("...", "…", "[...]")):
        return written[:TEXT_LIMIT], "json-ld"
    found = _extracted(tree, url, fast=True)
    # the thorough extraction is slower, and only pays where the fast one found little
    if len(found) < SHORT_TEXT:
        found = max(found, _extracted(tree, url, fast=False), key=len)
    if len(written) > len(found):
        return written[:TEXT_LIMIT], "json-ld"
    return found[:TEXT_LIMIT], "trafilatura" if found else ""


def _without_headline(text: str, headline: str) -> str:
    """Return a text without the headline at its beginning, where its words would count twice."""
    first, _, rest = text.partition("\n")
    return rest if rest and headline and fold(first) == fold(headline) else text


def _extracted(tree: lxml.html.HtmlElement, url: str, *, fast: bool) -> str:
    document = bare_extraction(tree, url=url, fast=fast, include_comments=False, with_metadata=False)
    text = getattr(document, "text", None)
    return clean(text) if isinstance(text, str) else ""


def _author(own: Mapping[str, Any], meta: Mapping[str, str]) -> str | None:
    found = _first(_name(own.get("author")), *(meta.get(name) for name in AUTHOR))
    return None if not found or "://" in found else re.sub(r"^by\s+", "", found, flags=re.IGNORECASE)[:200]


def _date(read: Any, said: Any, meta: Iterable[str | None], shown: Iterable[str]) -> datetime | None:
    texts = [said] if isinstance(said, str) else []
    for text in (*texts, *(each for each in meta if each), *shown):
        date: datetime | None = read(text)
        if date:
            return date
    return None


def _shown_dates(tree: lxml.html.HtmlElement) -> Iterator[str]:
    """Yield the dates that readers see: of <time>, then of short elements named for one."""
    for each in tree.iter("time"):
        yield each.get("datetime") or each.text_content()
    named = tree.xpath("//*[contains(@class,'date') or contains(@class,'publish') or contains(@itemprop,'datePub')]")
    for each in named[:20]:
        text = (each.get("content") or each.text_content()).strip()
        if 6 <= len(text) <= 80:
            yield text


def _language(tree: lxml.html.HtmlElement, own: Mapping[str, Any], meta: Mapping[str, str], text: str) -> str | None:
    """Return the language a page declares, unless its script contradicts it (templates keep lang="en")."""
    declared = _first(
        tree.get("lang"), meta.get("content-language"), meta.get("og:locale"), _name(own.get("inLanguage"))
    )
    match = re.match(r"[A-Za-z]{2,3}", declared or "")
    lang = match[0].lower() if match else None
    sample = text[:3000]
    if len(_ARABIC.findall(sample)) <= len(_LATIN.findall(sample)):
        return lang
    # letters that only Kurdish, or only Persian, has: more than one in so many
    if len(_KURDISH.findall(sample)) * 12 > len(sample):
        return "ckb"
    if lang in {"ar", "fa", "ckb", "ku", "ur", "ps"}:
        return lang
    return "fa" if len(_PERSIAN.findall(sample)) * 20 > len(sample) else "ar"


def _canonical(tree: lxml.html.HtmlElement, own: Mapping[str, Any], meta: Mapping[str, str], url: str) -> str | None:
    """Return the address a page names as its own, if it is on the same site and no front page."""
    links = (each.get("href") for each in tree.iter("link") if "canonical" in (each.get("rel") or "").lower().split())
    page = own.get("mainEntityOfPage")
    said = page.get("@id") if isinstance(page, Mapping) else page
    for link in (next(links, None), meta.get("og:url"), said):
        if not isinstance(link, str):
            continue
        found = urls.absolute(base_of(tree, url), paired(link))
        # a front page as canonical address is a template's fault; it would make all articles one
        if found and _same_site(found, url) and urlsplit(found).path.strip("/"):
            return found
    return None


def _same_site(one: str, other: str) -> bool:
    """Return whether two links share host or parent host (m.outlet.example and www.outlet.example)."""
    first, second = urls.host(one), urls.host(other)
    return first == second or first.split(".")[-2:] == second.split(".")[-2:]
