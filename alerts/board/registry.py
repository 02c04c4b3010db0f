"""All that the board serves: pages in the order of the menu, documents, orders. One file a page in alerts/board/pages.

A new page is a file there with PAGE (and ORDERS, DOCUMENTS), a template of its name, and its line here.
"""

from __future__ import annotations

from alerts.board.page import Document, Order, Page
from alerts.board.pages import deliveries, delivery, feeds, handover, health, log, sources, stories, story

MODULES = (stories, story, sources, deliveries, delivery, log, handover, health, feeds)
PAGES: tuple[Page, ...] = tuple(each.PAGE for each in MODULES if hasattr(each, "PAGE"))
DOCUMENTS: tuple[Document, ...] = tuple(each for module in MODULES for each in getattr(module, "DOCUMENTS", ()))
ORDERS: tuple[Order, ...] = tuple(each for module in MODULES for each in getattr(module, "ORDERS", ()))
