"""A small desk that reads events, for tests of how stories of one event are told."""

from __future__ import annotations

from alerts.line.settle import TriageResult

LISTS = """\
  deed-strike: ["strike~", "attack~", "hit~", "قصف/يقصف/قصف~"]
  deed-kill: ["kill~"]
  deed-arrest: ["arrest~"]
  deed-deny: ["deny~"]
  standing-background: ["after", "condemn*"]
  standing-denied: ["denies"]
  party-iran: ["Iran*", "إيراني*"]
  party-us: ["=US", "American*", "أميركي*"]
  party-kuwait: ["Kuwait*", "الكويت"]
  party-jordan: ["Jordan*", "الأردن"]
"""
EVENTS = "events: {developments: [strike, kill, arrest, deny], by_target: [strike, kill, arrest]}"
ANY = "[strike*, struck, hit, attack*, arrest*, kill*, denies, قصف]"
FIRST = "Iran strikes US base in Kuwait"
ARABIC = "قصف إيراني على قاعدة أميركية في الكويت"
REPEAT = "American base in Kuwait hit by Iran, officials confirm"
# a smaller one, of strikes and tolls
STRIKES = """\
  deed-strike: ["strike~", "attack~"]
  standing-denied: ["no"]
  party-iran: ["Iran*"]
  party-us: ["=US"]
  party-kuwait: ["Kuwait*"]
"""
STRIKE_EVENTS = "events: {developments: [strike], by_target: [strike]}"


def reasons(result: TriageResult) -> list[str]:
    return [each.reason.value for _, _, made in result.decided for each in made]
