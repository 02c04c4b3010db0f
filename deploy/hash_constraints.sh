#!/bin/sh
# Write deploy/constraints-hashes.txt and those of the extras (languages, postgres) anew, after a change of constraints.txt
# (pip-tools, in an environment of its own):
#
#     deploy/hash_constraints.sh [constraints] [languages] [postgres]
set -eu
ROOT=$(cd "$(dirname "$0")/.." && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
"${PYTHON:-python3}" -m venv "$WORK/venv"
"$WORK/venv/bin/pip" --quiet --disable-pip-version-check install pip-tools
"$WORK/venv/bin/python" - "$ROOT" "$WORK" <<'WANTED'
import sys, tomllib
from pathlib import Path
root, work = map(Path, sys.argv[1:])
project = tomllib.loads((root / "pyproject.toml").read_text())
wanted = {
    "constraints": [*project["project"]["dependencies"], *project["build-system"]["requires"]],
    **{name: project["project"]["optional-dependencies"][name] for name in ("languages", "postgres")},
}
for name, packages in wanted.items():
    (work / f"{name}.in").write_text("\n".join([f"-c {root}/constraints.txt", *packages]) + "\n")
WANTED
for NAME in ${*:-constraints languages postgres}; do
    "$WORK/venv/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$WORK/hashed" "$WORK/$NAME.in"
    {
        sed -n '/^#/p;/^[^#]/q' "$ROOT/deploy/$NAME-hashes.txt"
        cat "$WORK/hashed"
    } >"$WORK/new"
    cat "$WORK/new" >"$ROOT/deploy/$NAME-hashes.txt"
    rm "$WORK/hashed"
done
