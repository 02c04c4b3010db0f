"""The board over real HTTP: the archive, the map, the day, rules with what readers judge, and a rule that is tried."""

from __future__ import annotations

import json
import re
import time
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from jsonschema import Draft202012Validator
from lxml import html

from alerts.board.pages.trying import ANSWER
from tests.e2e.board import NEWS, Floor, closed

RULE = "- id: militia\n  title: Militias\n  match: [parades]\n  severity: routine\n  notify: [hook]\n"
HOSTILE = '"><script>alert(1)</script>'


def found(board: Floor, words: str, more: str = "") -> list[str]:
    return [
        "".join(text for text, _ in each["headline"]) for each in board.api(f"/search?q={quote(words)}{more}")["found"]
    ]


def test_archive_is_searched_in_three_scripts_with_what_was_found_marked(board: Floor) -> None:
    assert found(board, '"moves on Balad"') == [NEWS[0][0]]
    assert found(board, "ميليشيا جنود") == [NEWS[1][0]]
    assert found(board, "شبه‌نظامیان") == [NEWS[2][0]]
    assert found(board, "balad -soldiers") == []
    page = html.fromstring(board.get(f"/search?q={quote('soldier balad')}").text)
    assert [each.text_content() for each in page.cssselect("li.story h2 mark")] == ["Balad", "soldiers"]
    [story] = [each["story"] for each in board.api("/search?q=balad+soldiers")["found"]]
    assert page.cssselect("li.story h2 a")[0].get("href") == f"/stories/{story}"
    assert board.get(f"/stories/{story}").status == 200


def test_search_says_what_it_cannot_look_for(board: Floor) -> None:
    for words, said in (("-balad", "nothing to find"), ("w " * 30, "at most 20 words"), ("$nobody", "no list, entity")):
        record = board.api(f"/search?q={quote(words)}")
        assert said in record["problem"]
        page = board.get(f"/search?q={quote(words)}")
        assert page.status == 200
        assert html.fromstring(page.text).cssselect('input[type="search"]')[0].get("value") == words.strip()
    assert board.get("/search?q=a&before=x").status == 400
    assert board.get("/search?q=a&in=ever").status == 400
    for words in (HOSTILE, "' OR 1=1 --", 'a" OR "b', "NEAR(a,b) * ^ {x}: (", "\u202e\u0000x"):
        page = board.get(f"/search?q={quote(words)}")
        assert page.status == 200, words
        assert "<script>alert" not in page.text


def test_pages_of_a_search_follow_one_another(board: Floor) -> None:
    whole = board.api("/search?q=militia")
    assert len(whole["found"]) == 30 or whole["more"] is None
    seen = [each["id"] for each in whole["found"]]
    while whole["more"]:
        whole = board.api(f"/search?q=militia&before={whole['more']}")
        seen += [each["id"] for each in whole["found"]]
    assert len(seen) == len(set(seen)) > 3


def with_words(board: Floor, words: str, more: str = "") -> list[str]:
    record = board.api(f"/stories?range=24h&q={quote(words)}{more}")
    return [each["headline"] for each in record["stories"]]


def test_stories_are_found_by_the_words_of_their_articles_beside_the_other_filters(board: Floor) -> None:
    assert with_words(board, "soldier balad") == [NEWS[0][0]]
    assert with_words(board, "بلد جنود -soldiers") == with_words(board, "ميليشيا جنود") == [NEWS[1][0]]
    assert with_words(board, "شبه‌نظامیان") == [NEWS[2][0]]
    assert with_words(board, "paraded") == [NEWS[3][0].strip()], "in the text"
    assert with_words(board, "balad", "&severity=flash") == []
    assert with_words(board, "balad", "&rule=militia&severity=priority")
    whole = board.api("/stories?range=24h")["stories"]
    assert with_words(board, "militia ") == [each["headline"] for each in whole if "ilitia" in each["headline"]]
    page = html.fromstring(board.get(f"/stories?range=24h&q={quote(HOSTILE)}").text)
    assert page.cssselect("input[name=q]")[0].get("value") == HOSTILE
    assert board.get("/stories?q=paraded&range=1h&until=&since=").status == 200
    refused = board.get("/api/v1/stories?q=-balad")
    assert (refused.status, refused.json["error"].startswith("q: nothing to find is among these words")) == (400, True)
    for path in ("/alerts.atom", "/rules/militia/alerts.atom"):
        feed = ET.fromstring(board.get(f"{path}?q={quote('soldier balad')}").text.encode())
        assert [each.text for each in feed.iterfind("{*}entry/{*}title")] == [f"PRIORITY {NEWS[0][0]}"], path
    assert board.get("/alerts.atom?q=-balad").status == 400


def test_value_that_nothing_has_is_refused_with_the_nearest_that_there_is(board: Floor) -> None:
    for name, given, near in (
        ("rule", "militias", ' (did you mean "militia"?)'),
        ("place", "nowhere", ""),
        ("deed", "x", ""),
    ):
        refused = board.get(f"/api/v1/stories?{name}={given}")
        said = f'{name} is "{given}", which neither the desk nor a story in this range has{near}'
        assert (refused.status, refused.json) == (400, {"error": said})


def test_map_and_its_list_say_the_same_and_the_geojson_too(board: Floor) -> None:
    record, page = board.api("/map?range=24h"), html.fromstring(board.get("/map?range=24h").text)
    placed = [each for each in record["spots"] if each["x"] is not None]
    assert len(page.cssselect("svg.map circle")) == len(placed)
    assert len(page.cssselect("ol.spots > li.story")) == len(record["spots"])
    told = json.loads(board.get("/map.geojson?range=24h").text)
    assert told["type"] == "FeatureCollection"
    assert len(told["features"]) == record["placed"]
    assert board.get("/map?since=soon").status == 400
    assert board.get("/map?range=7d&since=&until=").status == 200


def test_day_counts_what_came_and_what_alerted(board: Floor) -> None:
    record = board.api("/day")
    assert sum(record["arrivals"]) == sum(record["week"]) >= len(NEWS)
    assert sum(record["severities"]["priority"]) == record["alerts"]
    [rule] = [each for each in record["rules"] if each["rule"] == "militia"]
    assert sum(dot["n"] for dot in rule["dots"]) == rule["alerts"] == record["alerts"]
    assert "priority 0 h ago" in board.get("/day").text


def test_a_story_is_told_and_rated_the_same_everywhere(board: Floor) -> None:
    listed = {each["story"]: each for each in board.api("/stories?range=24h")["stories"]}
    printed = [json.loads(line) for line in board.desk.run("stories", "--told", "--json").stdout.splitlines()]
    rated = {each["story"]: thread["reliability"] for thread in printed for each in thread["stories"]}
    handed = {each["story"]: each["reliability"] for each in board.api("/handover?range=24h")["stories"]}
    assert {name: each["reliability"] for name, each in listed.items() if each["told"]} == rated == handed
    for name in list(rated)[:2]:
        story = board.api(f"/stories/{name}")
        assert story["told"]["reliability"] == rated[name]
        assert story["told"]["siblings"] == len(story["others"])


def test_an_unknown_state_is_refused_with_those_there_are(board: Floor) -> None:
    refused = board.get("/deliveries?state=foo")
    assert (refused.status, "it is one of queued, sending" in refused.text) == (400, True)


def test_feeds_are_exported(board: Floor) -> None:
    listed = [each.get("xmlUrl") for each in ET.fromstring(board.get("/sources.opml").text).iter("outline")]
    assert sorted(map(str, listed)) == sorted(each["url"] for each in board.api("/sources")["sources"])
    assert f"{board.desk.outlet.base}/a.xml" in listed


def test_judgements_count_for_the_rule_and_become_tests(board: Floor) -> None:
    [story] = [each["story"] for each in board.api("/stories?range=24h")["stories"] if each["headline"] == NEWS[1][0]]
    refused = board.post(f"/stories/{story}/feedback", {"key": board.key(), "relevant": "no"})
    assert refused.status == 403
    noor = board.signed_in("Noor")
    form = {"key": noor.key(f"/stories/{story}"), "relevant": "no", "reason": HOSTILE, "back": "/rules/militia"}
    assert 'data-order="not-relevant"' in noor.get(f"/stories/{story}").text
    done = noor.post(f"/stories/{story}/feedback", form)
    assert (done.status, done.headers["Location"]) == (303, "/rules/militia")
    assert "Kept: not relevant, by Noor" in noor.get("/rules/militia").text
    assert noor.post(f"/stories/{story}/feedback", form | {"relevant": "perhaps"}).status == 400
    record = board.api("/rules/militia")
    assert record["precise"] == "7 d: 0 of 1 relevant (0 %); 30 d: 0 of 1 relevant (0 %)"
    assert record["tests"].splitlines()[:3] == ["# rule militia", "tests:", "  no_match:"]
    assert record["tests"].splitlines()[-1] == f"    - {json.dumps(NEWS[1][0], ensure_ascii=False)}"
    for path in ("/rules", "/rules/militia", f"/stories/{story}"):
        assert "<script>alert" not in board.get(path).text, path
    printed = board.desk.run("feedback", "--tests").stdout
    assert printed.splitlines() == record["tests"].splitlines()
    assert "rule militia: 7 d: 0 of 1 relevant" in board.desk.run("check").stderr
    assert board.api("/rules")["rules"][0]["precise"] == record["precise"]
    assert board.get("/rules/nobody").status == 404


def tried(board: Floor, form: dict[str, str], until: str = "") -> dict[str, Any]:
    """Send a trial, wait for its end, and return its record."""
    begun = board.post("/try", {"key": board.key("/try"), "rule": RULE, "how": "explain", **form})
    assert begun.status == 303, begun.text
    for _ in range(1800):
        record: dict[str, Any] = board.api(begun.headers["Location"])
        if record["trial"]["state"] != "running":
            page = board.get(begun.headers["Location"])
            assert page.status == 200
            assert "<script>alert" not in page.text
            assert [each.message for each in Draft202012Validator(closed(ANSWER)).iter_errors(record)] == []
            return record
        time.sleep(0.05)
    raise AssertionError(record)


def test_rule_is_explained_on_what_is_pasted(board: Floor) -> None:
    record = tried(board, {"article": f"A militia parades {HOSTILE}\nIn the street."})
    [made] = record["trial"]["result"]["explained"]
    assert (made["matches"], made["title"]) == ("routine", f"A militia parades {HOSTILE}")
    assert any('parades: "parades" in the title' in line for line in made["lines"])
    changed = record["trial"]["result"]["patch"].splitlines()
    assert [each for each in changed if each.startswith("+ ")] == ["+    match: [parades]", "+    severity: routine"]
    assert record["form"]["rule"].strip() == RULE.strip()
    phrase = quote('"moves on Balad"')
    [story] = board.api(f"/search?q={phrase}")["found"]
    stored = tried(board, {"id": story["id"]})["trial"]["result"]["explained"]
    assert [(each["matches"], each["title"]) for each in stored] == [(None, NEWS[0][0])]


def test_rule_is_matched_on_the_archive_beside_the_one_in_force(board: Floor) -> None:
    record = tried(board, {"how": "backtest", "span": "7d"})
    found = record["trial"]["result"]["backtest"]
    assert found["counts"]["changed"] == 1, found
    assert [(each["before"], each["after"]) for each in found["changed"]] == [("priority", "routine")]
    assert found["counts"]["lost"] >= 2
    assert found["articles"] == sum(board.api("/day")["arrivals"])
    assert record["trial"]["done"] == record["trial"]["whole"] == found["articles"]


def test_what_is_wrong_with_a_rule_is_said_with_its_line(board: Floor) -> None:
    for rule, said in (
        (RULE.replace("match:", "mach:"), "the rule, line 3: "),
        (RULE.replace("severity: routine", "severity: loud"), "the rule, line 4: "),
        ("- id: [x", "a list opened with [ goes wrong here"),
        (f"- id: militia\n  title: {HOSTILE}", "line 2"),
        ("title: none", "this is no rule"),
        (RULE.replace("\n  severity", "\n\tseverity"), "a tab"),
        (f"{RULE}{RULE}", "one rule at a time"),
    ):
        record = tried(board, {"rule": rule, "article": "x"})
        assert record["trial"]["state"] == "refused"
        assert any(said in each for each in record["trial"]["problems"]), record["trial"]["problems"]
    assert "no article or story a0 is stored" in tried(board, {"id": "a0"})["trial"]["problems"]


def test_the_rule_to_begin_with_is_right_and_one_that_notifies_nobody_is_tried(board: Floor) -> None:
    text = board.api("/try")["form"]["rule"]
    result = tried(board, {"rule": text, "article": "A militia parades"})["trial"]["result"]
    assert result["notifies"]
    unsent = {"rule": text.partition("  notify:")[0], "article": "A militia parades"}
    result = tried(board, unsent)["trial"]["result"]
    assert not result["notifies"]
    assert "shadow" not in result["patch"]
    counts = [
        tried(board, each | {"how": "backtest"})["trial"]["result"]["backtest"]["counts"]
        for each in ({"rule": text}, unsent)
    ]
    assert counts[0] == counts[1]
    assert counts[0]["gained"] + counts[0]["told"] > 0


def test_what_another_rule_told_is_no_gain(board: Floor) -> None:
    record = tried(
        board, {"rule": RULE.replace("militia", "again").replace("[parades]", "[militia]"), "how": "backtest"}
    )
    found = record["trial"]["result"]["backtest"]
    assert (found["counts"]["gained"], found["gained"]) == (0, []), found
    assert found["counts"]["told"] >= 2
    assert {tuple(each["by"]) for each in found["told"]} == {("militia",)}
    page = board.get(f"/try/{record['trial']['trial']}").text
    assert f"0 gained, {found['counts']['told']} told already by other rules" in page
    assert "; told by militia" in page


def test_trial_is_bounded_and_asks_for_a_page_of_ours(board: Floor) -> None:
    key = board.key("/try")
    assert board.post("/try", {"rule": RULE, "article": "x"}).status == 403
    assert (
        board.post("/try", {"key": key, "rule": RULE, "article": "x"}, {"Origin": "http://evil.example"}).status == 403
    )
    assert board.post("/try", {"key": key, "rule": "x" * 20_001, "article": "x"}).status == 400
    assert board.post("/try", {"key": key, "rule": RULE, "how": "save"}).status == 400
    assert board.post("/try", {"key": key, "rule": RULE, "url": "http://127.0.0.1/"}).status == 400  # not signed in
    assert board.get("/try/nothing").status == 404
    assert board.post("/try/nothing/stop", {"key": key}).status == 404
    noor = board.signed_in("Noor")
    begun = []
    for who, own in ((board, key), (board, key), (noor, noor.key()), (noor, noor.key())):
        begun.append(who.post("/try", {"key": own, "rule": RULE, "how": "backtest"}))
        stop_trials(board)
    assert [each.status for each in begun] == [303, 400, 303, 400], "one place is kept for who has signed in"
    assert "Other rules are being tried now" in begun[1].text
    for each in begun[::2]:
        stopped = board.post(f"{each.headers['Location']}/stop", {"key": key})
        assert stopped.status == 303
        assert board.api(each.headers["Location"])["trial"]["state"] == "stopped"


def stop_trials(board: Floor) -> None:
    """Let the trials that run stand still, as those of a large archive are not done yet."""
    [served] = board.running.boards()
    for each in served.children():
        if "alerts.run.trial" in each.cmdline():
            each.suspend()


def test_address_is_fetched_by_the_rules_of_the_watch(board: Floor) -> None:
    noor = board.signed_in("Noor")
    board.desk.outlet.serve("/robots.txt", b"", content_type="text/plain")
    board.desk.outlet.serve("/page", PAGE, content_type="text/html")
    [made] = tried(noor, {"url": f"{board.desk.outlet.base}/page"})["trial"]["result"]["explained"]
    assert (made["title"], made["matches"]) == ("A militia parades in Basra again", "routine")
    refused = tried(noor, {"url": "http://10.1.2.3/"})["trial"]
    assert refused["state"] == "refused"
    assert "no text to explain" in refused["problems"][0]
    assert tried(noor, {"url": "file:///etc/passwd"})["trial"]["state"] == "refused"


PAGE = (
    b"""<html lang=en><head><title>A militia parades in Basra again</title></head><body><article>
<h1>A militia parades in Basra again</h1>"""
    + b"<p>Fighters walked down the long street in Basra, a reporter said.</p>" * 9
    + b"""
</article></body></html>"""
)


def test_form_begins_with_a_rule_in_force(board: Floor) -> None:
    page = html.fromstring(board.get("/try?rule=militia").text)
    text = page.cssselect("textarea#rule-text")[0].text_content()
    assert re.match(r"\s*- \{?id: militia", text), text
    assert board.get("/try?rule=nobody").status == 404
    words = json.loads(board.get("/try/words.json").text)
    assert {"title", "match", "severity"} <= set(words["keys"])
    assert {"any", "near"} <= set(words["operators"])
