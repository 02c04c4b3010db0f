"""The house rules that no linter knows: one importer of each library, no clock in the core, the rooms and threads of
docs/architecture.md.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from crawler.fetch import scrapy_settings

ROOT = Path(__file__).parents[2]
NAMES = [
    str(path.relative_to(ROOT)) for package in ("crawler", "alerts") for path in sorted((ROOT / package).rglob("*.py"))
]
HOMES = {  # the one room that imports a library, by one file of it unless the library is its subject
    "feedparser": "crawler/parse",
    "jmespath": "crawler/text",
    "protego": "crawler/fetch",
    "trafilatura": "crawler/parse",
    "yaml": "crawler/config",
    "apscheduler": "crawler/collect",
    "pebble": "crawler/fetch",
    "prometheus_client": "alerts/run",
    "jinja2": "alerts/board",
    "alembic": "crawler/store",
    "ahocorasick_rs": "alerts/rules",
    "apprise": "alerts/receivers",
    "requests": "alerts/receivers",
    "smtplib": "alerts/receivers",
    "aiosmtpd": "alerts/demo",
}
SUBJECTS = {"apprise", "requests"}
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
[PURE] = [each["source_modules"] for each in CONTRACTS if each["name"] == "the core decides and touches nothing"]
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"), ("time", "monotonic")}


@dataclass(frozen=True, slots=True)
class File:
    """What the rules ask of a file of ours: its tree would be a thousand times as much for the garbage collector."""

    doc: str  # the first line of its docstring
    libraries: frozenset[str]  # the packages that it imports
    statements: frozenset[str]  # names that it imports from sqlalchemy
    attributes: frozenset[str]
    read: frozenset[tuple[str, str]]  # a name and the attribute that is asked of it
    called: frozenset[str]


@cache
def files() -> dict[str, File]:
    """Return what is in each of our files; read once, and by the worker that runs these tests alone."""
    return {name: file_of(ast.parse((ROOT / name).read_text(encoding="utf-8"))) for name in NAMES}


def file_of(tree: ast.Module) -> File:
    nodes = list(ast.walk(tree))
    named = [node for node in nodes if isinstance(node, ast.Attribute)]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    return File(
        (ast.get_docstring(tree) or "").partition("\n")[0],
        frozenset(each.partition(".")[0] for each in (*modules, *(str(node.module) for node in froms))),
        frozenset(alias.name for node in froms if node.module == "sqlalchemy" for alias in node.names),
        frozenset(node.attr for node in named),
        frozenset((node.value.id, node.attr) for node in named if isinstance(node.value, ast.Name)),
        frozenset(str(getattr(each, "attr", getattr(each, "id", ""))) for each in called),
    )


def importers(library: str) -> list[str]:
    """Return the files that import a library; migrations, which are scripts of Alembic, are left out."""
    return [name for name, file in files().items() if library in file.libraries and "/migrations/" not in name]


@pytest.mark.parametrize("library", HOMES)
def test_library_has_its_one_importer(library: str) -> None:
    found = importers(library)
    assert {str(Path(name).parent) for name in found} == {HOMES[library]}
    assert library in SUBJECTS or len(found) == 1


OUTBOUND = {"aiohttp", "httpx", "requests", "urllib3", "ftplib", "socket"}  # what can open a connection by itself


def test_nothing_but_the_guarded_crawler_can_fetch() -> None:
    """T05: feed, page, robots and redirect have no other way out; and the crawler knows no other handler."""
    for library in OUTBOUND:
        found = [name for name in importers(library) if name.startswith("crawler/")]
        # fetch looks names up by `socket` and names the errors of aiohttp; it opens nothing with either.
        assert library in {"socket", "aiohttp"} or not found, found
        assert all(name.startswith("crawler/fetch/") for name in found), found
    makers = set()
    for name, file in files().items():
        if name.startswith("crawler/"):
            assert not file.attributes & {"urlopen", "ClientSession", "create_connection", "open_connection"}, name
            makers |= {name} if "socket" in file.attributes else set()
    handlers = {scheme: name for scheme, name in scrapy_settings.DOWNLOAD_HANDLERS.items() if name}
    assert handlers == dict.fromkeys(("http", "https"), "crawler.fetch.guard.GuardedDownloadHandler")
    assert makers == {"crawler/fetch/guard.py"}  # the only one that makes a socket


def test_sql_stands_in_the_stores_only() -> None:
    statements = {"select", "insert", "update", "delete", "text", "Table"}
    for name, file in files().items():
        assert name.startswith(("crawler/store/", "alerts/store/")) or not file.statements & statements, name


def is_pure(name: str) -> bool:
    """Whether a file is, or lies in, a module that pyproject.toml declares pure."""
    module = name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return any(f"{module}.".startswith(f"{each}.") for each in PURE)


def test_core_reads_no_clock() -> None:
    pure = [name for name in NAMES if is_pure(name)]
    assert len(pure) > 200
    assert [name for name in pure if files()[name].read & CLOCKS] == []


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_architecture_gives_each_room_the_sentence_of_its_docstring() -> None:
    told = dict(re.findall(r"^\| `((?:crawler|alerts)/\w+)/` \| (.+) \|$", ARCHITECTURE, re.MULTILINE))
    rooms = {
        str(Path(name).parent): file.doc
        for name, file in files().items()
        if re.fullmatch(r"\w+/\w+/__init__\.py", name)
    }
    assert rooms
    assert all(rooms.values())
    assert told == rooms


STARTING = {  # calls of a file that starts a thread, a task, a process or a server
    "Thread",
    "ThreadPoolExecutor",
    "ProcessPool",
    "create_task",
    "start_unix_server",
    "AsyncIOScheduler",
    "create_subprocess_exec",
    "Popen",
}


def test_architecture_names_every_file_that_starts_a_thread_a_task_or_a_process() -> None:
    """What of it the daemon opens, and in which order, is tested with a daemon in tests/e2e/test_stages.py."""
    [section] = re.findall(r"^## Threads, .+?(?=^## )", ARCHITECTURE, re.MULTILINE | re.DOTALL)
    named = re.findall(r"^\| `([\w/]+\.py)` \|", section, re.MULTILINE)
    starting = {
        name for name, file in files().items() if file.called & STARTING and not name.startswith("alerts/demo/")
    }
    assert starting <= set(named)
    opened_first = {"alerts/run/lock.py", "crawler/store/db.py"}
    assert set(named) - starting == opened_first, "they run nothing, but all else is opened after them"


def test_changelog_and_reference_name_every_command() -> None:
    commands = re.findall(
        r'^    "([a-z-]+)": \("alerts\.cli', (ROOT / "alerts/cli/__init__.py").read_text(), re.MULTILINE
    )
    assert commands
    for document in ("docs/commands.md", "CHANGELOG.md"):
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
    environ = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}  # what it prints
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environ,
    )
    assert done.returncode == 1
    assert "test_hangs - Failed: Timeout (>0.5s)" in done.stdout
    assert done.stdout.startswith("F.")


def test_no_module_imports_a_test_module() -> None:
    """What tests share stands in modules of its own or in a conftest, so that one test file can change alone."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("*.py"))}
    tests = {path.stem for path in texts if path.stem.startswith("test_")}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, text in texts.items()
        if not tests.isdisjoint(re.findall(r"test_\w+", text))  # the others name no test module at all
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom) and any("test_" in name for name in named_by(node))
    ]
    assert found == []


def named_by(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the modules that an import statement may load, with their packages."""
    names = [alias.name for alias in node.names]
    return names if isinstance(node, ast.Import) else [f"{node.module}.{name}" for name in names]
