"""Send a cookie that a redirect set back to the host that set it, until the chain of redirects ends and no longer.

Some servers redirect to the same address until their cookie comes back. Nothing is kept from one poll to the next.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.http.cookies import CookieJar
from scrapy.utils.httpobj import urlparse_cached

JARS = "jars"  # the key of a request's meta; a redirected request has the jars of the one before it
Jars = dict[
    tuple[str, str], CookieJar
]  # by scheme, and host with port: browsers would let all ports of a host share one


class CookiesMiddleware:
    """Keeps the cookies of one chain of redirects, in place of Scrapy's middleware, which keeps those of all polls."""

    def process_request(self, request: Request, **_: Any) -> None:
        jars: Jars = request.meta.setdefault(JARS, {})
        if jars:  # else a source's own headers stay as they are
            request.headers.pop("Cookie", None)
            jars.get(_site(request), CookieJar()).add_cookie_header(request)

    def process_response(self, request: Request, response: Response, **_: Any) -> Response:
        if 300 <= response.status < 400 and "Set-Cookie" in response.headers:
            request.meta[JARS].setdefault(_site(request), CookieJar()).extract_cookies(response, request)
        return response


def _site(request: Request) -> tuple[str, str]:
    parts = urlparse_cached(request)
    return parts.scheme, parts.netloc.lower()
