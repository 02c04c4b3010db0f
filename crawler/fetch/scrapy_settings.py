"""Scrapy's settings, each deviation from its defaults with its reason. `scrapy.cfg` names this module."""

BOT_NAME = "watchfloor"
SPIDER_MODULES = [f"crawler.fetch.spiders.{kind}" for kind in ("feed", "sitemap", "section", "telegram", "json")]
SPIDER_CONTRACTS = {"crawler.fetch.spiders.contracts.SourceContract": 1}  # `scrapy check`: a source of each kind, live
USER_AGENT = "Watchfloor (news monitoring)"

# One asyncio loop for everything; no Twisted reactor beside it.
TWISTED_REACTOR_ENABLED = False
DOWNLOADER = "crawler.fetch.downloader.DirectDownloader"  # past queues and signals, which cost a third of a poll
DOWNLOAD_HANDLERS = {
    "http": "crawler.fetch.guard.GuardedDownloadHandler",  # every request and every socket passes the guard
    "https": "crawler.fetch.guard.GuardedDownloadHandler",
    "file": None,  # a feed or a redirect must not read our disk
    "data": None,
    "ftp": None,
    "s3": None,
}
WATCHFLOOR_ALLOW_PRIVATE: list[str] = []
# All there are. Scrapy would import its own, and what they need, also where they are switched off; those that count and
# log every outcome, as we do, cost polls a third of their CPU. Left out are above all
# - HttpCompressionMiddleware, which takes a cut gzip body for whole,
# - DefaultHeadersMiddleware, which asks Arabic outlets for English,
# - RetryMiddleware: the next request is scheduled by polling.py, which honours Retry-After,
# - RobotsTxtMiddleware: feeds are published to be polled; robots.txt governs link-following crawls (RFC 9309),
# - CookiesMiddleware, which would tell a server of the polls before,
# - HttpProxyMiddleware: a proxy from the environment would go round the guard.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "crawler.fetch.encodings.DecodingMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    "crawler.fetch.cookies.CookiesMiddleware": 700,
}
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"

# Bounds on what one answer may cost.
DOWNLOAD_TIMEOUT = 20
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024  # bytes; DecodingMiddleware holds decoded bodies to it too
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 5
CONCURRENT_REQUESTS = 256
CONCURRENT_REQUESTS_PER_DOMAIN = 64  # hosts.py holds each host to less, and to a pace

REFERER_ENABLED = False

# No port but ours.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

LOG_INSTALL_ROOT_HANDLER = False
LOG_LEVEL = "WARNING"
