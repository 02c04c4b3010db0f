"""The command as `python -m alerts` starts it, which leaves in the file `imported` what it imported by itself."""

from __future__ import annotations

import sys
from pathlib import Path

known = set(sys.modules)

from alerts.__main__ import main  # noqa: E402

if __name__ == "__main__":
    try:
        main()
    finally:
        Path("imported").write_text("\n".join(sorted(set(sys.modules) - known)), encoding="utf-8")
