"""Find the article links of a section page (a front page, a topic), an entry for each. Runs in a child process.

By the source's selector if it has one, else by heuristics: links of the same site, outside navigation, with the words
of a headline and the address of an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html
from lxml.cssselect import CSSSelector

from crawler.article import Entry
from crawler.parse.decoding import decode_page
from crawler.parse.feeds import RAW_LIMIT, TITLE_LIMIT, Feed
from crawler.parse.markup import clean
from crawler.parse.pages import parse_html
from crawler.text import urls
from crawler.text.dates import read_date

MOST_ENTRIES = 100
SHORTEST_HEADLINE = 20  # characters: shorter links are "Read more" and names of sections
LEVELS = 4  # of elements above a link in which its date may stand
_ASIDE = frozenset({"nav", "header", "footer", "aside", "form"})
_ASIDE_NAME = re.compile(r"\b(nav|menu|footer|breadcrumb|sidebar|social|share|tags?|cookie|banner)\b", re.IGNORECASE)
_NOT_ARTICLE = re.compile(
    r"/(tag|tags|topic|topics|category|author|authors|profile|search|login|subscribe|about|contact|privacy|terms|"
    r"newsletter|rss|feed|live-tv|programs?|podcasts?)(/|$)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\d{4,}|/\d{4}/\d{1,2}/|(?:[^/-]+[-_]){3,}[^/]+|\.s?html?$|\.aspx?$|/(article|news|story|خبر)/", re.I
)


def read_section(body: bytes, content_type: str | None, base_url: str, select: str = "") -> Feed:
    """Return the articles that a section page links, as a feed.

    `select` is a CSS selector of links, or of elements with one link each; without it links are guessed.
    """
    tree = parse_html(decode_page(body, content_type))
    if tree is None:
        return Feed(problem="no HTML in it")
    match = re.match(r"[A-Za-z]{2,3}", tree.get("lang") or "")
    lang = match[0].lower() if match else None
    links = _selected(tree, select) if select else _guessed(tree, base_url)
    entries = _entries(links, base_url, lang)
    if not entries:
        how = f'the selector "{select}" finds none' if select else "give the source a selector with `select`"
        return Feed(lang=lang, problem=f"no links to articles in it: {how}")
    return Feed(tuple(entries[:MOST_ENTRIES]), (), "section", lang)


def _selected(tree: lxml.html.HtmlElement, select: str) -> Iterator[lxml.html.HtmlElement]:
    for each in CSSSelector(select, translator="html")(tree):
        link = each if each.tag == "a" else next(each.iter("a"), None)
        if link is not None:
            yield link


def _guessed(tree: lxml.html.HtmlElement, base_url: str) -> Iterator[lxml.html.HtmlElement]:
    site = urls.host(base_url).split(".")[-2:]
    for link in tree.iter("a"):
        if not link.get("href") or _is_aside(link):
            continue
        try:
            parts = urlsplit(urljoin(base_url, link.get("href").strip()))
        except ValueError:
            continue
        path = unquote(parts.path)
        # by the last two labels: www. and m. are the same site
        same = (parts.hostname or "").removeprefix("www.").split(".")[-2:] == site
        if same and not _NOT_ARTICLE.search(path) and _ARTICLE.search(f"{path}?{parts.query}"):
            yield link


def _is_aside(link: lxml.html.HtmlElement) -> bool:
    for each in link.iterancestors():
        if each.tag in _ASIDE or _ASIDE_NAME.search(f"{each.get('class') or ''} {each.get('id') or ''}"):
            return each.tag not in {"body", "html", "main"}  # whose class may name a menu that they only contain
    return False


def _entries(links: Iterable[lxml.html.HtmlElement], base_url: str, lang: str | None) -> list[Entry]:
    """Return one entry for each address, in the page's order; of several links to it the one with most words counts."""
    found: dict[str, Entry] = {}
    for link in links:
        try:
            url = urls.usable(urljoin(base_url, (link.get("href") or "").strip()))
        except ValueError:
            url = None
        title = _title(link)
        if not url or len(title) < SHORTEST_HEADLINE:
            continue
        key = urls.key(url)
        # a picture and its headline often link to the same article
        if key not in found or len(title) > len(found[key].title):
            raw = lxml.html.tostring(link, encoding="unicode", with_tail=False)[:RAW_LIMIT]
            found[key] = Entry(title=title, url=url, published=_date_near(link, lang), lang=lang, raw=raw)
    return list(found.values())


def _title(link: lxml.html.HtmlElement) -> str:
    """Return the words of a headline: of a heading inside the link if there is one, else of the whole link."""
    heading = next((each for name in ("h1", "h2", "h3", "h4") for each in link.iter(name)), link)
    said = " ".join(clean(heading.text_content()).split())
    return (said or " ".join((link.get("title") or "").split()))[:TITLE_LIMIT]


def _date_near(link: lxml.html.HtmlElement, lang: str | None) -> datetime | None:
    """Return the date of the <time> closest around a link, None if the first element with any has several."""
    for above, _ in zip(link.iterancestors(), range(LEVELS), strict=False):
        # a date that belongs to the page and not to the link
        if above.tag in {"body", "main", "html"}:
            return None
        times = list(above.iter("time"))
        if len(times) == 1:
            return read_date(times[0].get("datetime") or times[0].text_content(), lang)
        if times:
            return None
    return None
