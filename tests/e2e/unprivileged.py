"""`python -m tests.e2e.unprivileged WORDS`: the command as a user without privilege runs it, under a hard limit of memory.

Root may raise any limit again, which hides what fails everywhere else.
"""

from __future__ import annotations

import os
import resource
import sys

MEMORY = 6 << 30  # bytes of address space

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    command = [sys.executable, "-m", "alerts", *sys.argv[1:]]
    drop = ["setpriv", "--bounding-set", "-sys_resource", *command]
    words = drop if os.geteuid() == 0 else command
    os.execvp(words[0], words)
