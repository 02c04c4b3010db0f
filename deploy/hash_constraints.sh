#!/bin/sh
# Write deploy/constraints-hashes.txt anew, after a change of constraints.txt (pip-tools, in an environment of its own):
#
#     deploy/hash_constraints.sh
set -eu
ROOT=$(cd "$(dirname "$0")/.." && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
"${PYTHON:-python3}" -m venv "$WORK/venv"
"$WORK/venv/bin/pip" --quiet --disable-pip-version-check install pip-tools
"$WORK/venv/bin/python" - "$ROOT" >"$WORK/wanted.in" <<'WANTED'
import sys, tomllib
from pathlib import Path
root = Path(sys.argv[1])
project = tomllib.loads((root / "pyproject.toml").read_text())
print(f"-c {root}/constraints.txt", *project["project"]["dependencies"], *project["build-system"]["requires"], sep="\n")
WANTED
"$WORK/venv/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$WORK/hashed" "$WORK/wanted.in"
{
    sed -n '/^#/p;/^[^#]/q' "$ROOT/deploy/constraints-hashes.txt"
    cat "$WORK/hashed"
} >"$WORK/new"
cat "$WORK/new" >"$ROOT/deploy/constraints-hashes.txt"
