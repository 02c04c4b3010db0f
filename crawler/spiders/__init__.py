"""One spider a kind of source; its name is the kind. KINDS is the table the poller goes by."""

from crawler.spiders.feed import FeedSpider

KINDS = {FeedSpider.name: FeedSpider}
