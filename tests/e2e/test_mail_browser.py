"""Mails as a browser reads them: nothing lives, nothing is fetched, nothing is wider than a phone, by day and by night."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from alerts.render.mail import DARK, LIGHT
from tests.unit.mailattacks import PAYLOADS, attacked
from tests.unit.mailcases import cases

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: apt install chromium)")
PHONE = 360  # CSS pixels; the narrowest phones in use
# Loads each mail in a frame as wide as a phone and notes what came of it.
READER = """<!DOCTYPE html><meta charset="utf-8"><pre id="seen"></pre><script>
const mails = %s; let hits = 0; window.hit = () => { hits += 1 };
const seen = [];
for (const [at, mail] of mails.entries()) {
  const frame = document.createElement("iframe");
  frame.style.width = "%dpx"; frame.style.border = "0"; frame.style.height = "9000px";
  frame.onload = () => {
    const page = frame.contentDocument;
    const all = [...page.querySelectorAll("*")];
    const heading = page.querySelector("h1");
    seen[at] = {
      tags: [...new Set(all.map(each => each.localName))],
      handlers: all.flatMap(each => each.getAttributeNames()).filter(name => name.startsWith("on")),
      links: [...page.links].map(each => each.protocol),
      fetched: frame.contentWindow.performance.getEntriesByType("resource").length,
      width: page.documentElement.scrollWidth,
      ground: getComputedStyle(page.body).backgroundColor,
      direction: heading ? getComputedStyle(heading).direction : "",
      hidden: [...page.body.children].filter(each => !each.getClientRects().length).length,
    };
    document.getElementById("seen").textContent = JSON.stringify({ seen, hits });
  };
  frame.srcdoc = mail;
  document.body.append(frame);
}
</script>"""


def read(place: Path, mails: Sequence[str], *, dark: bool = False) -> Any:
    """Read mails in a browser of its own and give what it saw of each, in their order, and how often a payload ran."""
    page = place / "reader.html"
    page.write_text(
        READER % (json.dumps(mails).replace("</", "<\\/").replace("<!--", "<\\!--"), PHONE), encoding="utf-8"
    )
    assert BROWSER
    done = subprocess.run(
        [
            *(
                BROWSER,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
            ),
            *("--disable-component-update", "--disable-sync", f"--user-data-dir={place / 'profile'}"),
            *("--virtual-time-budget=20000", f"--blink-settings=preferredColorScheme={0 if dark else 1}"),
            *("--dump-dom", page.as_uri()),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    dumped = done.stdout.decode()
    return json.loads(unescape(dumped.partition('<pre id="seen">')[2].partition("</pre>")[0]))


def test_the_reader_notices_what_lives(tmp_path: Path) -> None:
    """The test below can fail: the same payloads, not escaped, run here."""
    found = read(tmp_path, [f"<body>{payload}" for payload in PAYLOADS])
    assert found["hits"] >= 8
    assert {"script", "img", "form", "iframe"} <= {tag for mail in found["seen"] for tag in mail["tags"]}
    assert sum(mail["fetched"] for mail in found["seen"]) > 0


def test_nothing_of_a_feed_lives_in_a_browser(tmp_path: Path) -> None:
    mails = [message.html for payload in PAYLOADS for message in attacked(payload)]
    found = read(tmp_path, mails)
    assert len(found["seen"]) == len(mails)
    assert found["hits"] == 0
    barred = {
        "script",
        "img",
        "svg",
        "math",
        "form",
        "input",
        "button",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "video",
    }
    for mail in found["seen"]:
        assert not barred & set(mail["tags"])
        assert (mail["handlers"], mail["fetched"]) == ([], 0)
        assert set(mail["links"]) <= {"https:"}


@pytest.mark.parametrize(("dark", "palette"), [(False, LIGHT), (True, DARK)], ids=["light", "dark"])
def test_mails_fit_a_phone_by_day_and_by_night(tmp_path: Path, dark: bool, palette: tuple[str, ...]) -> None:
    mails = [message.html for message in cases().values()]
    long = [message.html for message in attacked("x" * 300)]
    found = read(tmp_path, [*mails, *long], dark=dark)
    ground = f"rgb({', '.join(str(int(palette[0][at : at + 2], 16)) for at in (1, 3, 5))})"
    assert [mail["width"] for mail in found["seen"]] == [PHONE] * (len(mails) + len(long))
    assert {mail["ground"] for mail in found["seen"]} == {ground}
    assert {mail["hidden"] for mail in found["seen"]} == {1}  # the line for lists of mails


def test_headlines_run_in_their_own_direction(tmp_path: Path) -> None:
    mails = [cases()[f"alert-{lang}"].html for lang in ("en", "ar", "fa")]
    seen = read(tmp_path, mails)["seen"]
    assert [mail["direction"] for mail in seen] == ["ltr", "rtl", "rtl"]
