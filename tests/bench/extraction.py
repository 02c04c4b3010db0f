"""Pages -> text: F1 against hand-made truth and pages/s, ours beside trafilatura in the same run.

The truth of captured pages is kept as hashes of word 4-grams, a quarter of them, so that no outlet's text is part of the
project. Precision and recall are means over pages of shingle overlap, as in the public article-extraction benchmark.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

from trafilatura import extract

from crawler.parse.pages import read_page
from tests.bench.shared import ROOT, SHARED, missing

TRUTH = Path(__file__).with_name("extraction_truth.json")
OWN = ROOT / "tests" / "pages"
ROUNDS = 3
Extractor = Callable[[bytes], str]


def hashed(text: str) -> set[int]:
    """Give a quarter of the hashes of a text's word 4-grams, the same quarter for every text."""
    words = re.findall(r"\w+", text.lower())
    grams = (" ".join(words[n : n + 4]) for n in range(max(1, len(words) - 3)))
    hashes = {int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=4).digest(), "big") for gram in grams}
    return {each for each in hashes if each % 4 == 0}


def ours(body: bytes) -> str:
    return read_page(body, None, "https://outlet.example/news/1").text


def fast(body: bytes) -> str:
    return extract(body, fast=True, include_comments=False) or ""


def thorough(body: bytes) -> str:
    return extract(body, include_comments=False) or ""


EXTRACTORS: dict[str, Extractor] = {"ours": ours, "trafilatura fast": fast, "trafilatura": thorough}


def run() -> None:
    own = {path.stem: path.read_bytes() for path in sorted(OWN.glob("*.html"))}
    truth = {name: hashed((OWN / f"{name}.txt").read_text(encoding="utf-8")) for name in own}
    print(f"pages of our own ({', '.join(own)}):")
    _compare(own, truth)
    packed = SHARED / "pages" / "html-pages.tar.xz"
    if missing(packed):
        return
    known = {name: set(hashes) for name, hashes in json.loads(TRUTH.read_text(encoding="ascii")).items()}
    with tarfile.open(packed) as archive:
        pages = {
            Path(each.name).stem: member.read()
            for each in archive.getmembers()
            if Path(each.name).stem in known and (member := archive.extractfile(each)) is not None
        }
    print(f"captured pages ({len(pages)}, median {sorted(map(len, pages.values()))[len(pages) // 2] // 1000} KB):")
    _compare(pages, known)


def _compare(pages: dict[str, bytes], truth: dict[str, set[int]]) -> None:
    for name, extractor in EXTRACTORS.items():
        scores = {page: _score(hashed(extractor(body)), truth[page]) for page, body in pages.items()}
        started = time.process_time()
        for _ in range(ROUNDS):
            for body in pages.values():
                extractor(body)
        rate = ROUNDS * len(pages) / (time.process_time() - started)
        precision, recall = (sum(score[n] for score in scores.values()) / len(scores) for n in (0, 1))
        f1 = 2 * precision * recall / (precision + recall)
        worst = sorted(scores, key=lambda page: sum(scores[page]))[:3]
        print(
            f"  {name:17} precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} {rate:6.1f} pages/s; lowest "
            + ", ".join(f"{page} {scores[page][0]:.2f}/{scores[page][1]:.2f}" for page in worst)
        )


def _score(found: set[int], expected: set[int]) -> tuple[float, float]:
    """Give precision and recall of one page."""
    both = len(found & expected)
    return both / len(found) if found else 0.0, both / len(expected)
