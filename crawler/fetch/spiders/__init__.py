"""A source goes in; its request, and what the answer means, come out: one spider a kind of source, all in KINDS."""

from crawler.fetch.spiders.feed import FeedSpider
from crawler.fetch.spiders.json import JsonSpider
from crawler.fetch.spiders.section import SectionSpider
from crawler.fetch.spiders.sitemap import SitemapSpider
from crawler.fetch.spiders.telegram import TelegramSpider

SPIDERS = (FeedSpider, SitemapSpider, SectionSpider, TelegramSpider, JsonSpider)
KINDS: dict[str, type[FeedSpider]] = {each.name: each for each in SPIDERS}
