"""Feeds that change from poll to poll, and feeds whose pages are fetched: what alerts, and what text is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.bench.cases_served import Served, alerts, asked, desk_of, rounds, serving, shown, source

POLLS = [f"2026-11-28T06:{minute}:00Z" for minute in ("00", "15", "30", "45")]
# how many alerts four polls make
FEEDS: Mapping[str, int] = {
    **dict.fromkeys(("m_media", "m_session", "m_session_sum", "m_source_param", "m_pm", "m_slashes", "m_lessthan"), 1),
    **dict.fromkeys(("m_guid_changes", "m_reordered", "m_bumped", "m_http_https", "m_slug_fixed", "m_returns"), 1),
    **dict.fromkeys(("m_weak", "m_undated", "m_feed_moves_html_then_back", "m_stuck_etag"), 1),
    **dict.fromkeys(("m_same_guid", "m_noguid_same_link", "m_guid_reused_link_new", "m_template_guid", "m_future"), 2),
    **dict.fromkeys(("m_slots", "m_one_banner"), 3),
    "m_304_body": 0,  # a 304 has no content (RFC 9110 15.4.5): curl reads none either, and the source is told as silent
}
# a server that says "not modified" for ever is believed for a day; then it is asked without validators
LATER = {"m_stuck_etag": [POLLS[0], "2026-11-28T07:00:00Z", "2026-11-29T06:30:00Z"]}


@dataclass(frozen=True, slots=True)
class PageCase:
    """A page and what of it is right: `kept` first paragraphs (None: all), or none and the reason that is counted."""

    page: str
    alerts: int = 1
    kept: int | None = None
    reason: str = "stored"
    codec: str = "utf-8"


PAGES: Mapping[str, PageCase] = {
    "f_p_soft404": PageCase("p_soft404", 0, 0, "error_page"),
    "f_p_toconsent": PageCase("p_toconsent", 0, 0, "consent"),
    "f_p_cf200": PageCase("p_cf200", 0, 0, "challenge"),
    "f_p_paywall": PageCase("p_paywall", 0, 1),  # the paragraph that is the article's stays, the offer goes
    "f_p_jsonld_array": PageCase("p_jsonld_array"),
    "f_p_graph": PageCase("p_graph"),
    "f_p_w1256": PageCase("p_w1256", codec="cp1256"),
    "f_p_plain": PageCase("p_plain"),
    "f_sp_ace": PageCase("sp ace"),
    "f_x": PageCase("%D8%AE%D8%A8%D8%B1-x"),
}
PLAYED = {*FEEDS, *PAGES, "pconsent", *(each.page for each in PAGES.values())}


def feeds() -> Iterator[str]:
    with serving() as served:
        for name, right in FEEDS.items():
            told = alerts(served.url(name), LATER.get(name, POLLS))
            yield "" if told == right else f"{name}: {told} alerts, not {right}"


def pages() -> Iterator[str]:
    with serving() as served:
        for name, case in PAGES.items():
            with desk_of([source("s1", served.url(name), keys="full_text: auto")]) as desk:
                rounds(desk, *POLLS[:3])
                told = len(desk.hook.accepted)
                last = asked(desk, "SELECT text FROM revisions ORDER BY seq DESC LIMIT 1")[0][0]
                reasons = [each for (each,) in asked(desk, "SELECT name FROM counts WHERE name LIKE 'pages:%'")]
            right = _text(served, case)
            wrong = [
                f"{told} alerts, not {case.alerts}" if told != case.alerts else "",
                "" if " ".join(last.split()) == right else f"text of {len(last)} characters, not {len(right)}",
                "" if f"pages:{case.reason}" in reasons else f"{', '.join(reasons)}, not {case.reason}",
            ]
            yield "" if not any(wrong) else f"{name}: {'; '.join(each for each in wrong if each)}"


def _text(served: Served, case: PageCase) -> str:
    """Return the words of the page's article: of its JSON-LD, else of the paragraphs of its <article>."""
    page = served.text(case.page, case.codec)
    body = re.search(r'"articleBody":"(.*?)"', page)
    article = re.search("<article>(.*?)</article>", page, re.DOTALL)
    paragraphs = re.findall("<p>(.*?)</p>", article[1] if article else "")[: case.kept]
    return shown(body[1] if body else " ".join(paragraphs))
