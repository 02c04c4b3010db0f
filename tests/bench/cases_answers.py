"""Answers of every odd kind, section pages and sitemaps: each is polled once, and what was read is compared.

What curl and browsers read is to be read; what they refuse too is to be refused under a name of its own, which says
nothing of our own network. Right are the headlines that the route `like` serves, and as many articles.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from tests.bench.cases_served import Served, asked, desk_of, rounds, run_long, serving, source

ROUND = "2026-11-29T06:00:00Z"  # long after the items' dates: what is read counts here, not what alerts
TITLE_LIMIT = 1_000  # characters of a headline that are kept


@dataclass(frozen=True, slots=True)
class Case:
    """What is right of a route: how the poll ends, and whose headlines come out of it.

    `like` is the route whose items it serves (its own name if ""), in `codec`; `count` is how many articles it has
    where they are no items with headlines. `detail` must stand in the reason that is told. Of the same `group` are
    those that may be sources of one desk: one link with different words, or a host that asks for rest, spoils others.
    """

    outcome: str = "ok"
    like: str = "plain"
    codec: str = "utf-8"
    count: int | None = None
    kind: str = "feed"
    detail: str = ""
    group: str = "main"
    links: bool = False  # whether the links are compared too
    damaged: int = 0  # headlines in which a character is lost for good
    why: str = field(default="", compare=False)


PLAIN = Case()
OWN = Case(like="")
ARABIC = Case(like="w1256_bodyutf8")
NOT_READ = Case(count=0)


def _not(outcome: str, why: str = "", detail: str = "", **more: str) -> Case:
    return replace(NOT_READ, outcome=outcome, why=why, detail=detail, **more)  # type: ignore[arg-type]


READ = (  # as if nothing were odd about them
    "plain", "ct_html", "ct_none", "ct_octet", "ct_charset_undefined", "ct_malformed", "ws_before", "bom_before",
    "ws_bom_before", "bom_ws_before", "two_bom", "comment_before", "php_notice_before", "junk_after", "html_after",
    "zwsp_before", "gz", "gz_no_label", "gz_no_label_xml", "gz_twice", "gz_two_labels_once", "gz_trailing", "ce_utf8",
    "ce_none", "ce_empty", "ce_binary", "deflate_raw", "chunked", "chunked_junk", "chunked_ext", "chunked_spaces",
    "chunked_and_length", "length_short", "http10", "http10_nolen_close", "icy", "no_reason", "lf_only", "lf_mixed",
    "hdr_space_name", "hdr_space_colon", "hdr_utf8", "hdr_ctl", "hdr_9k", "hdr_folded", "setcookie_comma", "st_206",
    "st_203", "st_202", "r_rel", "r_abs", "r_space", "r_proto", "r_utf8", "r_frag", "pla in", "%D8%AE%D8%A8%D8%B1",
    "sub",
)  # fmt: skip
ANSWERS: Mapping[str, Case] = {
    **dict.fromkeys(READ, PLAIN),
    "gz_nocrc": Case(why="all of the data is there, only its checksum is missing"),
    "r_cookie": Case(why="browsers send back the cookie that a redirect sets; without it the redirect never ends"),
    "chunked_no_end": _not("truncated", "curl ends with error 18: whether more was to come nobody knows"),
    "length_long": _not("truncated", "40 bytes fewer than announced: curl ends with error 18"),
    "http09": _not("bad_answer", "no status line: curl and browsers refuse it"),
    "st_204": _not("empty"),
    "empty": _not("empty"),
    "st_500_feed": _not("server_error", "the status counts, not what comes with it"),
    "st_404_feed": _not("not_found", "the status counts, not what comes with it"),
    "st_999": _not("server_error", "a status out of range is one of 5xx (RFC 9110, 15)"),
    "st_304_cold": _not("bad_answer", "nothing was asked under a condition: a success would be silence", "304"),
    "r_loop": _not("bad_redirect"),
    "r_noloc": _not("bad_redirect", "an empty Location leads to itself, without end"),
    "r_nolocation": _not("bad_redirect"),
    "r_consent": _not("not_a_feed", detail="consent"),
    "consent": _not("not_a_feed", detail="consent"),
    "r_login": _not("not_a_feed", detail="login"),
    "login": _not("not_a_feed", detail="login"),
    "cf200": _not("not_a_feed", detail="challenge"),
    "cf403": _not("denied", detail="challenge"),
    "cf503": _not("throttled", "it says when to come back", group="rest"),
    "js_challenge_plain": _not("not_a_feed", "only a browser goes on", "challenge"),
    "meta_refresh": _not("not_a_feed", "curl does not follow it either; the admin is told where it leads", "/plain"),
    "ra_past": _not("throttled"),
    "ra_zero": _not("throttled"),
    "ra_float": _not("throttled"),
    "ra_neg": _not("server_error", "a 503 without a time that can be meant"),
    "robots_bom.txt": _not("empty", "a name without a body; the file itself is played by the part `also`"),
    "json": Case(count=1),
    "no_title": Case(count=3, why="an item's address or text names it"),
    **dict.fromkeys(("no_link", "long_title"), OWN),
    **dict.fromkeys(("percent_links", "loose_links", "strict_links"), Case(like="", links=True)),
    "ct_charset_latin": replace(OWN, why="bytes that are valid UTF-8 are UTF-8, whatever is declared"),
    **dict.fromkeys(
        ("w1256", "w1256_nodecl", "w1256_decl_utf8", "w1256_header", "w1256_bodyutf8", "iso88596", "utf16"), ARABIC
    ),
    "utf8_one_bad": Case(like="", damaged=1, group="second", why="one bad byte costs one character"),
    "mixed_w1256_utf8": Case(count=2, group="third"),
}
SECTIONS: Mapping[str, Case] = {
    "sec_base": Case(count=1, kind="section"),
    "sec_card": Case(count=5, kind="section"),
    "sec_divs": Case(count=5, kind="section"),
    "sec_short": Case(count=3, kind="section"),
    "sec_w1256": Case(count=1, kind="section"),
    "sec_img_first": Case(count=5, kind="section", group="second", why="the reporter's page is no article"),
    "sec_short_ar": Case(count=3, kind="section", group="third"),
}
SITEMAPS: Mapping[str, Case] = {
    "sm": Case(count=2, kind="sitemap"),
    "sm_surrogate": Case(count=2, kind="sitemap", group="second"),
    "sm_rel": Case(count=1, kind="sitemap"),
    "sm_txt": Case(count=2, kind="sitemap"),
    **dict.fromkeys(
        ("sm_gz.xml.gz", "sm_gzname.xml.gz", "sm_gz2.xml.gz", "sm_ws"), Case(count=1, kind="sitemap", group="third")
    ),
    "sm_nons": Case(count=1, kind="sitemap"),
    "sm_rss": Case(kind="sitemap", why="a feed is a form of sitemap too (sitemaps.org)"),
}
# names of a redirect's target as some clients ask for it: the routes behind `r_space` and `r_utf8`
SPELLINGS = {"pla%20in": "pla in", "sp%20ace": "sp ace", "Ø®Ø¨Ø±": "%D8%AE%D8%A8%D8%B1"}
LARGE = ("big", "bigger")  # of 5,000 and 9,000 items
PLAYED = {*ANSWERS, *LARGE, *SECTIONS, *SITEMAPS, *SPELLINGS}
SHOWN = """SELECT DISTINCT i.source, a.title, a.url, i.content_key = a.content_key FROM identities i
JOIN articles a ON a.id = i.article"""


@dataclass(slots=True)
class _Read:
    """What came out of a source: outcome and reason, and its articles' headlines and links."""

    outcome: str
    detail: str
    rests: bool  # whether its next poll is later than in a day, or already due
    articles: dict[str, tuple[str, bool]]  # link by headline, and whether it still stands as it was sent


def played(cases: Mapping[str, Case]) -> Iterator[str]:
    """Poll all cases and yield "" for each that is right, else what came out."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, case in cases.items():
        groups[case.group].append(name)
    for names in groups.values():
        with serving() as served:
            read = _polled(served, {name: cases[name].kind for name in names})
            for name in names:
                wrong = _wrong(served, name, cases[name], read[name])
                yield f"{name}: {wrong}{f' ({cases[name].why})' if cases[name].why else ''}" if wrong else ""


def large() -> Iterator[str]:
    """Read the feeds of thousands of items as a poll does, and count; to store them is no part of reading."""
    with serving() as served, desk_of(source(name, served.url(name)) for name in LARGE) as desk:
        done = run_long(desk, "sources", "verify", "--json")
        for row in json.loads(done)["sources"]:
            right = len(served.titles(row["source"]))
            yield (
                ""
                if row["entries"] == right
                else f"{row['source']}: {row['entries']} of {right} items: {row['detail']}"
            )


def _polled(served: Served, kinds: Mapping[str, str]) -> dict[str, _Read]:
    ids = {f"c{number}": name for number, name in enumerate(kinds)}
    with desk_of(source(each, served.url(name), kinds[name]) for each, name in ids.items()) as desk:
        rounds(desk, ROUND)
        late = "due <= polled OR julianday(due) > julianday(polled) + 1"
        states = asked(desk, f"SELECT source, outcome, detail, {late} FROM sources")
        found = {ids[each]: _Read(outcome, detail, bool(rests), {}) for each, outcome, detail, rests in states}
        for each, title, url, stands in asked(desk, SHOWN):
            found[ids[each]].articles[title] = (url, bool(stands))
    return found


def _wrong(served: Served, name: str, case: Case, read: _Read) -> str:
    """Return what of a case is wrong, "" if nothing is."""
    if read.outcome != case.outcome:
        return f"{read.outcome} ({read.detail}), not {case.outcome}"
    if case.detail not in read.detail:
        return f'the reason "{read.detail}" does not name: {case.detail}'
    if read.rests:
        return "its next poll is at once, or not for a day"
    return _wrong_words(served, name, case, read) or (_wrong_links(served, name, read) if case.links else "")


def _wrong_words(served: Served, name: str, case: Case, read: _Read) -> str:
    titles = [] if case.count is not None else served.titles(case.like or name, case.codec)
    right = len(titles) if case.count is None else case.count
    lost = [each for each in read.articles if "\ufffd" in each]
    if len(read.articles) != right:
        return f"{len(read.articles)} articles, not {right}"
    if titles and {each[:TITLE_LIMIT] for each in titles} != set(read.articles):
        return f"other headlines: {sorted(read.articles)[:2]}"
    if len(lost) != case.damaged:
        return f"{len(lost)} headlines have lost characters: {lost[:2]}"
    stand = all(stands for _, stands in read.articles.values())
    return "" if stand else "a headline was read otherwise than from its like"


def _wrong_links(served: Served, name: str, read: _Read) -> str:
    right = {_bytes(_resolved(each, served.base)) for each in served.links(name)}
    shown = {_bytes(url) for url, _ in read.articles.values()}
    blank = [url for url, _ in read.articles.values() if re.search(r"\s", url)]
    if blank:
        return f"a link with a blank: {blank[0]}"
    return "" if shown == right else f"other links: {sorted(shown - right)[:3]}, not {sorted(right - shown)[:3]}"


def _resolved(link: str, base: str) -> str:
    """Return a link as a browser's address bar takes it: a host without a scheme is a host."""
    url = urljoin(f"{base}/x", f"//{link}" if link.startswith("www.") else link)
    parts = urlsplit(url)
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _bytes(url: str) -> bytes:
    return unquote_to_bytes(url)
