"""The tests. A daemon of theirs serves no board: it would cost each of them a process, and all of them one port."""

import os

os.environ["WATCHFLOOR_BOARD"] = "off"  # of crawler/config/served.py; those of the board name an address
