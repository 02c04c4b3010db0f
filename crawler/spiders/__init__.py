"""One spider a kind of source; its name is the kind. KINDS is the table the poller goes by."""

from crawler.spiders.feed import FeedSpider
from crawler.spiders.section import SectionSpider
from crawler.spiders.sitemap import SitemapSpider

KINDS: dict[str, type[FeedSpider]] = {each.name: each for each in (FeedSpider, SitemapSpider, SectionSpider)}
