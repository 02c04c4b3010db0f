"""lemon24/reader polls feeds, in an interpreter of its own that has nothing of ours: peer_reader.py BASE FEEDS ROUNDS."""

from __future__ import annotations

import importlib
import sys
import tempfile
import time


def main(base: str, feeds: int, rounds: int) -> None:
    make_reader = importlib.import_module("reader").make_reader
    with tempfile.TemporaryDirectory() as place:
        reader = make_reader(f"{place}/reader.db")
        for n in range(feeds):
            reader.add_feed(f"{base}/{n}")
        begun = time.process_time()
        reader.update_feeds(scheduled=False)
        first = 1000 * (time.process_time() - begun) / feeds
        begun = time.process_time()
        for _ in range(rounds):
            reader.update_feeds(scheduled=False)
        again = 1000 * (time.process_time() - begun) / (feeds * rounds)
        reader.close()
    print(f"lemon24/reader: a 304 poll {again:.2f} ms CPU, a first poll of 20 items {first:.2f} ms CPU")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
