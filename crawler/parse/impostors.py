"""Name what a server sent in place of a feed: an HTML page, a login page, a challenge page. Pure."""

from __future__ import annotations

import re

LOOKED_AT = 20_000  # bytes
HTML_PAGE = "an HTML page"  # and nothing more can be said of it
_HTML = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
# marks that the services leave in the pages by which they keep programs out
CHALLENGES = (
    ("Cloudflare", re.compile(rb"cf-chl-|cf_chl_|challenges\.cloudflare\.com|/cdn-cgi/challenge-platform/", re.I)),
    ("Akamai", re.compile(rb"_abck|ak_bmsc|akamai.{0,40}bot", re.I | re.S)),
    ("Imperva", re.compile(rb"_incapsula_resource|incident id", re.I)),
    ("DataDome", re.compile(rb"captcha-delivery\.com|datadome", re.I)),
    ("DDoS-Guard", re.compile(rb"ddos-guard", re.I)),
    ("Sucuri", re.compile(rb"sucuri_cloudproxy_js", re.I)),
    ("a captcha", re.compile(rb"g-recaptcha|h-captcha|hcaptcha\.com|recaptcha/api", re.I)),
    (
        "a check of the browser",
        re.compile(rb"<title>\s*(?:just a moment|attention required|checking your browser|access denied)", re.I),
    ),
)
_LOGIN = re.compile(rb"""<input[^>]{0,300}type\s*=\s*["']?password""", re.I)
_LOGIN_TITLE = re.compile(rb"<title>[^<]{0,80}\b(?:log ?in|sign ?in|subscribe|paywall)\b", re.I)


def named(body: bytes) -> str:
    """Return what a body without a feed is, in words for the admin; "" if it is not HTML."""
    # a challenge may contain a login, and both are HTML pages: what says most is tried first
    start = body[:LOOKED_AT]
    if not _HTML.match(start):
        return ""
    for name, mark in CHALLENGES:
        if mark.search(start):
            return f"a challenge page: {name}"
    if _LOGIN.search(start) or _LOGIN_TITLE.search(start):
        return "a login page"
    return HTML_PAGE
