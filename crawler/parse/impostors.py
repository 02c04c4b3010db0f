"""Name what a server sent in place of a feed: an HTML page, one for logins, consent or a challenge. Pure."""

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
# a page of little else than a script that sets a cookie, or sends the browser on, or asks for scripts to be allowed
_SCRIPTED = re.compile(
    rb"\b(?:requires|enable|turn on)\s+javascript\b|\bdocument\.cookie\s*=.{0,300}\blocation\b", re.I | re.S
)
_LINK = re.compile(rb"<a\b", re.I)
_REFRESH = re.compile(
    rb"""<meta(?=[^>]{0,400}?http-equiv\s*=\s*["']?refresh\b)[^>]{0,400}?\burl\s*=\s*["']?([^"'>\s]{1,200})""", re.I
)
_CONSENT = re.compile(rb"<title>\s*(?:before you continue|[^<]{0,60}\b(?:consent|cookies)\b)", re.I)
_LOGIN = re.compile(rb"""<input[^>]{0,300}type\s*=\s*["']?password""", re.I)
_LOGIN_TITLE = re.compile(rb"<title>[^<]{0,80}\b(?:log ?in|sign ?in|subscribe|paywall)\b", re.I)


def named(body: bytes) -> str:
    """Return what a body without a feed is, in words for the admin; "" if it is not HTML."""
    # a challenge may contain a login, and both are HTML pages: what says most is tried first
    start = body[:LOOKED_AT]
    if not _HTML.match(start):
        return ""
    challenge = next((name for name, mark in CHALLENGES if mark.search(start)), "")
    if challenge:
        return f"a challenge page: {challenge}"
    if _LOGIN.search(start) or _LOGIN_TITLE.search(start):
        return "a login page"
    if _CONSENT.search(start):
        return "a consent page"
    return _other(start)


def _other(start: bytes) -> str:
    """Return what an HTML page is that asks for nothing."""
    if _SCRIPTED.search(start) and not _LINK.search(start):
        return "a challenge page: for browsers with scripts only"
    if onward := _REFRESH.search(start):
        return f"an HTML page that sends browsers on to {onward[1].decode('utf-8', 'replace')}"
    return HTML_PAGE
