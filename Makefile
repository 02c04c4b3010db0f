# make run | demo | test | bench | mutants | faults | units | fuzz: each sets up .venv first, from python3 alone.
PYTHON ?= python3
BIN := .venv/bin
# three for each core: most of the time the tests wait for a daemon or a server
WORKERS := $(shell $(PYTHON) -c 'import os; print(3 * os.cpu_count())')
# errors alone: what else pip says, as that a package has lost an extra, is nothing a newcomer can mend
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check

# the tests start hundreds of processes: each would compile all modules again where this is set
export PYTHONDONTWRITEBYTECODE =

.PHONY: run demo test checks bench bench-quick bench-profile lint types contracts unit exhaustive mutants faults units fuzz man wheels clean

run: .venv/installed
	@$(BIN)/watchfloor run

demo: .venv/installed
	@$(BIN)/watchfloor demo $(if $(KEEP),--keep)

# the checks beside the tests, which mostly wait
test: .venv/installed-dev
	@$(MAKE) --no-print-directory --jobs 2 checks unit

checks: lint types contracts

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev
	$(BIN)/mypy

contracts: .venv/installed-dev
	$(BIN)/lint-imports

unit: .venv/installed-dev
	@$(BIN)/python -m compileall -q alerts crawler
	$(BIN)/pytest -W error -n $(WORKERS)

# Every point of a kill, every generated case, and a fresh interpreter for each command: what `unit` samples.
exhaustive: .venv/installed-dev
	WATCHFLOOR_EXHAUSTIVE=1 $(BIN)/pytest -W error --timeout 1800 -n auto

# Random one-place faults in the deciding rooms, each against the tests of its room: docs/testing.md
mutants: .venv/installed-dev
	$(BIN)/python -m tests.mutants

# Kills, full disks, broken stores, clocks, receivers and outlets under the real daemon, as root with strace: docs/faults.md
faults: .venv/installed-dev
	$(BIN)/python -m tests.faults

# The shipped units under a live systemd of their own, as root; make wheels before
units: .venv/installed-dev
	$(BIN)/python -m tests.units

# Hostile bytes for every reader; what breaks one is kept in tests/fuzz/corpus, which each test run reads again.
fuzz: .venv/installed-dev
	$(BIN)/python -m tests.fuzz

# The manual page, from the commands themselves.
man: .venv/installed
	$(BIN)/python deploy/make_man.py

bench: .venv/installed-dev
	$(BIN)/python -m tests.bench --keep

# The figures that a change most often moves, beside those last kept in docs/figures.
bench-quick: .venv/installed-dev
	$(BIN)/python -m tests.bench --quick

# Where the time of the figures that must not grow goes, by room and package.
bench-profile: .venv/installed-dev
	$(BIN)/python -m tests.bench --profile

# All packages in one folder, from which deploy/install.sh installs without a network; make wheels EXTRA=[languages].
wheels: .venv/installed
	$(PIP) wheel --constraint constraints.txt --wheel-dir wheels '.$(EXTRA)'

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Watchfloor needs Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3 cannot make a virtual environment here (Debian: apt install python3-venv)"; exit 1; }

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv (once; about a minute) ..."
	@$(PIP) install --constraint constraints.txt --editable . >&2
	@touch $@

# in one go: after .venv/installed pip would read, resolve and build the same a second time
.venv/installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv (once; about a minute) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev]' >&2
	@touch .venv/installed $@

clean:
	rm -rf .venv var build wheels *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
