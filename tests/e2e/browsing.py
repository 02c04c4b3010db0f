"""A real browser on the board: pages of browsers of their own, whose requests to anywhere else fail the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.e2e.board import TOKEN, Floor
from tests.e2e.servers import PATIENCE

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_BROWSER = "no Chromium is installed (Debian: apt install chromium)"
ELSEWHERE: dict[BrowserContext, list[str]] = {}  # what each browser asked for that is not ours
NOTED = "window.hits = 0; window.hit = () => { window.hits += 1 };"


@contextmanager
def launched() -> Iterator[Browser]:
    """Give a browser that runs until the end of the `with` block."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield made
        made.close()


def opened(browser: Browser, board: Floor, *, js: bool = True, dark: bool = False, signed: str = "") -> Page:
    """Return a page of a browser of its own, whose requests to anywhere else fail the test."""
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    context = browser.new_context(base_url=board.address, java_script_enabled=js, color_scheme=scheme)
    context.set_default_timeout(1_000 * PATIENCE)
    page = context.new_page()
    page.add_init_script(NOTED)
    ELSEWHERE[context] = []

    def note(request: Request) -> None:
        if not request.url.startswith(f"{board.address}/"):
            ELSEWHERE[context].append(request.url)

    page.on("request", note)
    if signed:
        page.goto("/sign-in?back=/stories")
        page.fill("[name=name]", signed)
        page.fill("[name=token]", TOKEN)
        page.click("main button")
        page.locator(".banner.good", has_text=f"Signed in as {signed}.").wait_for()
        page.wait_for_load_state()
    return page


def closed(page: Page) -> None:
    elsewhere = ELSEWHERE.pop(page.context)
    page.unroute_all(behavior="ignoreErrors")  # an answer that is under way has no page any more
    page.context.close()
    assert elsewhere == []
