"""The house rules that no linter knows: one importer of each library, no clock in the core, the README's table."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crawler import scrapy_settings

ROOT = Path(__file__).parents[2]
FILES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for package in ("crawler", "alerts")
    for path in sorted((ROOT / package).rglob("*.py"))
}
ONLY = {
    "feedparser": ["crawler/feeds.py"],
    "protego": ["crawler/robots.py"],
    "trafilatura": ["crawler/pages.py"],
    "yaml": ["crawler/yamlfile.py"],
    "apscheduler": ["crawler/scheduler.py"],
    "pebble": ["crawler/workers.py"],
    "ahocorasick_rs": ["alerts/automaton.py"],
    "apprise": [
        "alerts/receivers/console.py",
        "alerts/receivers/sending.py",
        "alerts/receivers/targets.py",
        "alerts/receivers/watchmail.py",
        "alerts/receivers/watchslack.py",
    ],
    "requests": ["alerts/receivers/answers.py", "alerts/receivers/slackapi.py"],
    "smtplib": ["alerts/receivers/smtp.py"],
    "aiosmtpd": ["alerts/demo/sinks.py"],
}
CORE = re.compile(
    r"crawler/(article|source|urls|folding|tokens|dates|feeds|jsonfeed|sitemaps|sections|alternates|pages|decoding|linkeddata|normalise|dedup|polling|keys)\.py"
    r"|alerts/(alert|rule|operators|automaton|reading|match|lint|decide|silencing|escalating|glossing|standing|pacing|hours|retrying|ledger|snapshot|lines)\.py|alerts/render/"
)
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"), ("time", "monotonic")}


def imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("library", ONLY)
def test_library_has_its_one_importer(library: str) -> None:
    assert [name for name, tree in FILES.items() if library in imports(tree)] == ONLY[library]


OUTBOUND = {"aiohttp", "httpx", "requests", "urllib3", "ftplib", "socket"}  # what can open a connection by itself
GUARDED = {"crawler/guard.py": {"socket"}, "crawler/fetching.py": {"aiohttp"}}  # of aiohttp its errors only


def test_nothing_but_the_guarded_crawler_can_fetch() -> None:
    """T05: feed, page, robots and redirect have no other way out; and the crawler knows no other handler."""
    for name, tree in FILES.items():
        if name.startswith("crawler/"):
            found = imports(tree) & OUTBOUND
            assert found <= GUARDED.get(name, set()), name
            called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            assert not called & {"urlopen", "ClientSession", "create_connection", "open_connection"}, name
    handlers = {scheme: name for scheme, name in scrapy_settings.DOWNLOAD_HANDLERS.items() if name}
    assert handlers == dict.fromkeys(("http", "https"), "crawler.guard.GuardedDownloadHandler")


def test_no_module_imports_a_test_module() -> None:
    """What tests share stands in modules of its own or in a conftest, so that one test file can change alone."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and any("test_" in name for name in named_by(node))
    ]
    assert found == []


def named_by(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the modules that an import statement may load, with their packages."""
    names = [alias.name for alias in node.names]
    return names if isinstance(node, ast.Import) else [f"{node.module}.{name}" for name in names]


def test_sql_stands_in_the_stores_only() -> None:
    allowed = {
        "crawler/sketches.py",
        "crawler/store.py",
        "crawler/wanted.py",
        "crawler/evidence.py",
        "alerts/store.py",
        "alerts/outbox.py",
        "alerts/claims.py",
        "alerts/digested.py",
        "alerts/acks.py",
        "alerts/conditions.py",
        "alerts/sendlog.py",
        "alerts/moved.py",
        "alerts/quieting.py",
        "alerts/stepping.py",
        "crawler/db.py",
    }
    statements = {"select", "insert", "update", "delete", "text", "Table"}
    for name, tree in FILES.items():
        used = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
            for alias in node.names
        }
        assert name in allowed or "migrations" in name or not used & statements, name


@pytest.mark.parametrize("name", [name for name in FILES if CORE.match(name)])
def test_core_reads_no_clock(name: str) -> None:
    calls = {
        (node.value.id, node.attr)
        for node in ast.walk(FILES[name])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not calls & CLOCKS


def test_readme_names_every_module_and_no_other() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `((?:crawler|alerts)/[\w/]+?)(?:\.py|/)` \|", text, re.MULTILINE))
    on_disk = set()
    for name in FILES:
        path = Path(name)
        if path.stem not in {"__init__", "__main__"}:
            on_disk.add(str(path.parent) if len(path.parts) > 2 else str(path.with_suffix("")))
    on_disk = {name for name in on_disk if "migrations" not in name}
    assert named == on_disk


def test_changelog_and_readme_name_every_command() -> None:
    commands = re.findall(
        r'^    "([a-z-]+)": \("alerts\.cli', (ROOT / "alerts/cli/__init__.py").read_text(), re.MULTILINE
    )
    assert commands
    for document in ("README.md", "CHANGELOG.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        assert [name for name in commands if f"`{name}" not in text and f"watchfloor {name}" not in text] == [], (
            document
        )


def test_a_test_that_hangs_is_ended_and_the_next_one_runs(tmp_path: Path) -> None:
    hangs = tmp_path / "test_hangs.py"
    hangs.write_text(
        "import threading\n\ndef test_hangs():\n    threading.Event().wait()\n\ndef test_after():\n    pass\n"
    )
    words = ["-c", str(ROOT / "pyproject.toml"), "--timeout=0.5", "-p", "no:cacheprovider", str(hangs)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "test_hangs - Failed: Timeout (>0.5s)" in done.stdout
    assert done.stdout.startswith("F.")
