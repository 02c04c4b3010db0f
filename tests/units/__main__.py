"""Install the shipped units under a live systemd and try what they promise: python -m tests.units, as root.

Prints a line for each promise; exits with 1 where one does not hold, with 2 where no systemd can be booted.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.units.machine import Machine, booted, lacking

ROOT = Path(__file__).parents[2]
RESTARTED = 90  # seconds: RestartSec of the units is 15, and a loaded machine imports slowly
WATCHDOG = 240  # seconds: WatchdogSec is 120, then the restart
FEED = """mkdir -p /srv/feed; cat > /srv/feed/a.xml <<X
<rss version="2.0"><channel><title>t</title><link>http://127.0.0.1:8099/</link><description>d</description>
<item><title>Drone attack on Ain al-Asad base wounds two US soldiers</title><guid>1</guid>
<link>http://127.0.0.1:8099/1</link><pubDate>$(date -R -u)</pubDate></item></channel></rss>
X
cat > /etc/systemd/system/feed.service <<X
[Service]
ExecStart=/usr/bin/python3 -m http.server 8099 --bind 127.0.0.1 --directory /srv/feed
[Install]
WantedBy=multi-user.target
X
systemctl enable --now feed"""
RULES = """cd /etc/watchfloor
cat > deploy/desk/sources.yaml <<X
sources:
  - {id: ours, url: "http://127.0.0.1:8099/a.xml", every: 10s, lang: en}
X
sed -i '/outlets.yaml/d; s/backfill: 0 /backfill: 6h /; s/^settings:/settings:\\n  allow_private: [127.0.0.1]/' rules.yaml
cp rules.yaml /root/good.yaml"""
BOARD = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8420/stories"
KILL = "kill -{} $(systemctl show -p MainPID --value {})"
SAID = "journalctl -u watchfloor -o cat --no-pager | grep -c '{}'"


class Trial:
    """Prints what held and what did not."""

    def __init__(self, machine: Machine) -> None:
        self._machine, self.failed = machine, 0

    def check(self, promise: str, said: str, words: str) -> None:
        """Print whether something was said."""
        self.failed += words not in said
        print(f"ok      {promise}" if words in said else f"FAILED  {promise}: {said[-1500:]}", flush=True)

    def until(self, promise: str, script: str, holds: Callable[[str], bool], within: float = 60) -> None:
        """Print whether what a script says is right within so many seconds, and when it was."""
        began = time.monotonic()
        while True:
            said = self._machine.run(script)
            if holds(said):
                print(f"ok      {promise} ({time.monotonic() - began:.0f} s)", flush=True)
                return
            if time.monotonic() - began > within:
                self.failed += 1
                print(f"FAILED  {promise}, within {within:.0f} s: {said[-1500:]}", flush=True)
                return
            time.sleep(1)


def _installed(machine: Machine, trial: Trial) -> None:
    machine.run("git -c safe.directory='*' clone -q /.checkout /srv/checkout; ln -s /.checkout/wheels /srv/checkout/")
    machine.run("useradd -m layla; useradd -m stranger")
    started = machine.run("cd /srv/checkout && deploy/install.sh --board --no-start", timeout=1200)
    trial.check("install.sh --board ends well", started, "install: done")
    machine.run(f"usermod -aG watchfloor layla; {FEED}; {RULES}")
    machine.run("systemctl enable --now watchfloor watchfloor-board")
    trial.until(
        "both services are active", "systemctl is-active watchfloor watchfloor-board", lambda s: s == "active\n" * 2
    )
    trial.until("an alert is told", "watchfloor status", lambda s: "told: 1 message: 1 sent" in s)
    trial.until("the board shows it", "curl -s http://127.0.0.1:8420/stories", lambda s: "wounds two US soldiers" in s)


def _people(trial: Trial) -> None:
    as_layla = "su layla -c 'watchfloor {}'".format
    trial.until("a member of the group acknowledges", as_layla("ack last"), lambda s: "acknowledged" in s.lower())
    trial.until("and reads the handover", as_layla("handover"), lambda s: "wounds two US soldiers" in s)
    refused = "su stranger -c 'watchfloor status'"
    trial.until("a stranger is refused by name", refused, lambda s: "only members of the group watchfloor" in s)


def _ends(machine: Machine, trial: Trial) -> None:
    active = "systemctl is-active {}".format
    machine.run(KILL.format("KILL", "watchfloor"))
    gone = "curl -s http://127.0.0.1:8420/stories"
    trial.until("the board outlives a killed daemon and says so", gone, lambda s: "Nothing is watched" in s, 20)
    machine.run(KILL.format("KILL", "watchfloor-board"))
    trial.until("a killed board is back", BOARD, lambda s: s == "200", RESTARTED)
    trial.until("a killed daemon is back", active("watchfloor"), lambda s: s == "active\n", RESTARTED)
    trial.until("its end is told", SAID.format("the watch was down "), lambda s: int(s) >= 1)
    told = machine.run(SAID.format("the watch was down "))
    machine.run(KILL.format("STOP", "watchfloor"))
    trial.until(
        "one that stands still is started anew",
        SAID.format("the watch was down "),
        lambda s: int(s) > int(told),
        WATCHDOG,
    )
    machine.run("sed -i 's/^  timezone:/  timezne:/' /etc/watchfloor/rules.yaml; systemctl restart watchfloor")
    trial.until(
        "broken rules stop no start", "watchfloor status", lambda s: "rules: REFUSED" in s and "timezne" in s, RESTARTED
    )
    machine.run("cat /root/good.yaml > /etc/watchfloor/rules.yaml")
    trial.until("mended ones are taken by themselves", "watchfloor status", lambda s: "rules: in force" in s)
    machine.cut_power()
    machine.boot()
    trial.until(
        "after a cut of the power both are back",
        active("watchfloor watchfloor-board"),
        lambda s: s == "active\n" * 2,
        RESTARTED,
    )
    trial.until("nothing is told twice", "sleep 15; watchfloor status", lambda s: "told: 1 message: 1 sent" in s, 5)
    again = machine.run("cd /srv/checkout && deploy/install.sh", timeout=1200)
    trial.check("install.sh may be run again", again, "install: done")
    kept = "cmp /root/good.yaml /etc/watchfloor/rules.yaml && watchfloor status"
    trial.until(
        "and keeps rules and store",
        kept,
        lambda s: "told: 1 message: 1 sent" in s,
        RESTARTED,
    )


def main() -> int:
    """Try each promise; return the exit code."""
    if why := lacking(ROOT):
        print(f"no systemd can be booted here: {why}")
        return 2
    with booted(ROOT) as machine:
        trial = Trial(machine)
        _installed(machine, trial)
        _people(trial)
        _ends(machine, trial)
    return 1 if trial.failed else 0


if __name__ == "__main__":
    sys.exit(main())
