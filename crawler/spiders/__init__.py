"""A source goes in; its request, and what the answer means, come out: one spider a kind of source, all in KINDS."""

from crawler.spiders.feed import FeedSpider
from crawler.spiders.section import SectionSpider
from crawler.spiders.sitemap import SitemapSpider

KINDS: dict[str, type[FeedSpider]] = {each.name: each for each in (FeedSpider, SitemapSpider, SectionSpider)}
