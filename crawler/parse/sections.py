"""Find the article links of a section page (a front page, a topic), an entry for each. Runs in a child process.

By the source's selector if it has one, else by heuristics: links of the same site, outside navigation, with the words
of a headline and the address of an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import unquote, urlsplit

import lxml.html
from lxml.cssselect import CSSSelector

from crawler.article import Entry
from crawler.parse.decoding import decode_page
from crawler.parse.feeds import RAW_LIMIT, TITLE_LIMIT
from crawler.parse.found import Feed
from crawler.parse.impostors import HTML_PAGE, named
from crawler.parse.markup import clean
from crawler.parse.pages import base_of, parse_html
from crawler.text import urls
from crawler.text.dates import read_date

MOST_ENTRIES = 100
SHORTEST_HEADLINE = 20  # characters of a link that stands in no heading: shorter ones are names of sections
SHORTEST_HEADING = 6  # characters of a heading
LONGEST_CARD = 300  # characters of what stands beside a picture's link and is its headline
HEADINGS = ("h1", "h2", "h3", "h4", "h5")
CARD = 3  # elements above a picture's link in which its headline may stand
LEVELS = 4  # of elements above a link in which its date may stand
_ASIDE = frozenset({"nav", "header", "footer", "aside", "form"})
_ASIDE_NAME = re.compile(r"\b(nav|menu|footer|breadcrumb|sidebar|social|share|tags?|cookie|banner)\b", re.IGNORECASE)
_MORE = re.compile(
    r"^\W*(?:(?:read|see|show|view|continue|learn|full|watch|listen)\b.{0,20}|more|details|comments?|share|video|photos?|"
    r"(?:اقرأ |قراءة |عرض )?المزيد|التفاصيل|ادامه(?: مطلب)?|بیشتر|زیاتر)\W*$",
    re.IGNORECASE,
)
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
    base = base_of(tree, base_url)
    links = _selected(tree, select) if select else _guessed(tree, base, {_site(base_url), _site(base)})
    entries, rejected = _entries(links, base, lang, chosen=bool(select))
    if not entries:
        if (instead := named(body)) not in {"", HTML_PAGE}:
            return Feed(rejected=rejected, lang=lang, problem=instead, explained=True)
        how = f'the selector "{select}" finds none' if select else "give the source a selector with `select`"
        return Feed(rejected=rejected, lang=lang, problem=f"no links to articles in it: {how}", explained=True)
    return Feed(tuple(entries[:MOST_ENTRIES]), rejected, "section", lang)


def _site(url: str) -> tuple[str, ...]:
    """Return the last two labels of a host: www. and m. are the same site."""
    return tuple(urls.host(url).split(".")[-2:])


def _selected(tree: lxml.html.HtmlElement, select: str) -> Iterator[lxml.html.HtmlElement]:
    for each in CSSSelector(select, translator="html")(tree):
        link = each if each.tag == "a" else next(each.iter("a"), None)
        if link is not None:
            yield link


def _guessed(
    tree: lxml.html.HtmlElement, base_url: str, sites: set[tuple[str, ...]]
) -> Iterator[lxml.html.HtmlElement]:
    for link in tree.iter("a"):
        if not link.get("href") or _is_aside(link):
            continue
        try:
            parts = urlsplit(urls.joined(base_url, link.get("href")))
        except ValueError:
            continue
        path = unquote(parts.path)
        same = tuple((parts.hostname or "").removeprefix("www.").split(".")[-2:]) in sites
        if same and not _NOT_ARTICLE.search(path) and _ARTICLE.search(f"{path}?{parts.query}"):
            yield link


def _is_aside(link: lxml.html.HtmlElement) -> bool:
    for each in link.iterancestors():
        if each.tag in _ASIDE or _ASIDE_NAME.search(f"{each.get('class') or ''} {each.get('id') or ''}"):
            return each.tag not in {"body", "html", "main"}  # whose class may name a menu that they only contain
    return False


def _entries(
    links: Iterable[lxml.html.HtmlElement], base_url: str, lang: str | None, *, chosen: bool
) -> tuple[list[Entry], tuple[str, ...]]:
    """Return one entry for each address, in the page's order, and a reason for each address without a headline.

    Of several links to an address the one with most words counts. Of links that the admin `chose`, any words do.
    """
    found: dict[str, Entry] = {}
    untitled: dict[str, str] = {}
    for link in links:
        url = urls.absolute(base_url, link.get("href"))
        if not url:
            continue
        key = urls.key(url)
        title, problem = _headline(link, chosen=chosen)
        if problem:
            untitled.setdefault(key, problem)
        # a picture and its headline often link to the same article
        elif key not in found or len(title) > len(found[key].title):
            raw = lxml.html.tostring(link, encoding="unicode", with_tail=False)[:RAW_LIMIT]
            found[key] = Entry(title=title, url=url, published=_date_near(link, lang), lang=lang, raw=raw)
    return list(found.values()), tuple(reason for key, reason in untitled.items() if key not in found)


def _headline(link: lxml.html.HtmlElement, *, chosen: bool) -> tuple[str, str]:
    """Return the headline of a link, and "" or why it is none: no_title | short_title."""
    title = _title(link)
    if not title or _MORE.match(title):
        title = _beside(link)
    if not title:
        return "", "no_title"
    in_heading = any(True for name in HEADINGS for _ in link.iter(name)) or any(
        each.tag in HEADINGS for each, _ in zip(link.iterancestors(), range(CARD), strict=False)
    )
    least = 1 if chosen else SHORTEST_HEADING if in_heading else SHORTEST_HEADLINE
    return (title, "") if len(title) >= least else ("", "short_title")


def _title(link: lxml.html.HtmlElement) -> str:
    """Return the words of a headline: of a heading inside the link if there is one, else of the whole link."""
    heading = next((each for name in HEADINGS for each in link.iter(name)), link)
    said = _words(heading)
    return (said or " ".join((link.get("title") or link.get("aria-label") or "").split()))[:TITLE_LIMIT]


def _words(element: lxml.html.HtmlElement) -> str:
    return " ".join(clean(element.text_content()).split())


def _beside(link: lxml.html.HtmlElement) -> str:
    """Return the headline that stands beside a link without words (a picture): the card's, if all its links are one."""
    for above, _ in zip(link.iterancestors(), range(CARD), strict=False):
        if above.tag in {"body", "main", "html"} or len({each.get("href") for each in above.iter("a")}) > 1:
            break
        # the headings first, then what holds words and no link or time
        parts = (each for each in above.iter() if each.tag in HEADINGS or _is_plain(each))
        said = [words for each in sorted(parts, key=lambda each: each.tag not in HEADINGS) if (words := _words(each))]
        if said:
            return next((words for words in said if SHORTEST_HEADING <= len(words) <= LONGEST_CARD), "")
    return next((each.get("alt", "").strip() for each in link.iter("img") if each.get("alt")), "")[:TITLE_LIMIT]


def _is_plain(element: lxml.html.HtmlElement) -> bool:
    """Return whether an element is neither a link nor a time, nor holds one."""
    return isinstance(element.tag, str) and not any(
        True for _ in element.iter("a", "time", "button", "script", "style")
    )


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
