"""Bytes of a feed, sitemap or page go in; entries and article texts come out (pure, run in a child)."""
