"""All that the board serves: pages in the order of the menu, documents, orders, tools; a file each in pages/.

A new page is a file there with PAGE (and PAGES, ORDERS, DOCUMENTS, TOOLS), a template of its name, and its line here.
"""

from __future__ import annotations

from alerts.board.page import Document, Order, Page, Tool
from alerts.board.pages import (
    day,
    deliveries,
    delivery,
    feedback,
    feeds,
    handover,
    health,
    log,
    mapped,
    opml,
    rules,
    search,
    sources,
    stories,
    story,
    trying,
)

MODULES = (stories, story, search, mapped, day, sources, deliveries, delivery, rules, trying, log, handover, health)
EVERY = (*MODULES, feeds, feedback, opml)  # the last without a page
PAGES: tuple[Page, ...] = tuple(page for each in MODULES for page in (each.PAGE, *getattr(each, "PAGES", ())))
DOCUMENTS: tuple[Document, ...] = tuple(each for module in EVERY for each in getattr(module, "DOCUMENTS", ()))
ORDERS: tuple[Order, ...] = tuple(each for module in EVERY for each in getattr(module, "ORDERS", ()))
TOOLS: tuple[Tool, ...] = tuple(each for module in EVERY for each in getattr(module, "TOOLS", ()))
