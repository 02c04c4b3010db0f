"""A rule is tried before it is saved: on one article, or on a week of the archive beside the rule in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alerts.board.orders import signed
from alerts.board.page import Asked, BadQuery, Document, NotFound, Order, Page, Query, Record, Tool
from alerts.board.shapes import FLAG, NAMED, SEVERITY, TEXT, TEXTS, TIME, WHOLE, by_name, each, keys, none_or
from alerts.board.trials import Busy, Trials
from alerts.rule import Config
from alerts.rules.drafts import LONGEST, NoDraft, taken_out
from alerts.rules.operators import OPERATORS, WRITABLE
from alerts.rules.schema import included_schema

TRIALS = Trials()
DAYS = {"7d": 7, "1d": 1, "30d": 30}
HOWS = ("explain", "backtest")


def read(asked: Asked) -> Record:
    """Return an empty form, or one with a rule in force or an article to begin with."""
    name, article = asked.query.one("rule"), asked.query.one("article")
    form = {"rule": _text_of(asked, name) if name else example(asked.config), "article": "", "id": article, "url": ""}
    return _page(asked, form, None)


def read_trial(asked: Asked) -> Record:
    """Return the form as it was sent, and what came of it so far."""
    trial = TRIALS.get(asked.parts["trial"])
    if trial is None:
        raise NotFound("This trial is not known here; the board was started anew since, or others came after it.")
    return _page(asked, trial.asked, trial.record)


def _page(asked: Asked, form: Mapping[str, Any], trial: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "form": dict(form),
        "trial": trial,
        "rules": [{"id": each.id, "title": each.title} for each in asked.config.rules],
        "keys": {name: each["description"] for name, each in _rule_keys().items()},
        "operators": {name: OPERATORS[name].doc for name in WRITABLE},
        "spans": list(DAYS),
        "saves": asked.config.board.saves,
        "saved": _is_saved(asked, form, trial),
    }


def _is_saved(asked: Asked, form: Mapping[str, Any], trial: Mapping[str, Any] | None) -> bool:
    """Return whether the rule of a trial stands in its file as it was tried: it was saved since, from here or by hand.

    The file is read, as the board takes rules up a moment after the daemon.
    """
    if not trial or not trial["result"]:
        return False
    tried = str(form["rule"]).strip()
    first = tried.partition("\n")[0].strip()
    try:
        text = (Path(asked.config.path).parent / trial["result"]["file"]).read_text(encoding="utf-8")
        begins = (at for at, each in enumerate(text.splitlines(), 1) if each.strip() == first)
        return any(taken_out(text, at).strip() == tried for at in begins)
    except (OSError, NoDraft):  # it is gone, or laid out otherwise: then it is not as it was tried
        return False


def _text_of(asked: Asked, name: str) -> str:
    rule = next((each for each in asked.config.rules if each.id == name), None)
    if rule is None:
        raise NotFound(f"There is no rule {name} in rules.yaml.")
    try:
        return taken_out(Path(rule.place.file).read_text(encoding="utf-8"), rule.place.line)
    except (OSError, NoDraft) as error:
        raise NotFound(f"The text of {name} could not be taken out of {Path(rule.place.file).name}: {error}") from error


def example(config: Config) -> str:
    """Return a rule to begin with that is right as it stands: it names what there is in a config."""
    kind = next((f"${each}" for each in config.lists), "militia")
    kind = "$iraqi-militia" if any("iraqi-militia" in each.is_a for each in config.entities.values()) else kind
    notify = ", ".join(config.rules[-1].notify if config.rules else ())
    lines = ["- id: my-rule", "  title: What it watches for", "  severity: routine", "  match:", f"    any: [{kind}]"]
    return "\n".join([*lines, *([f"  notify: [{notify}]"] if notify else []), ""])


def _rule_keys() -> dict[str, Any]:
    keys: dict[str, Any] = included_schema()["properties"]["rules"]["items"]["properties"]
    return keys


def words(asked: Asked) -> str:
    """Return as JSON what may be written in a rule: its keys, the operators, and the names of this desk."""
    names = [f"${each}" for each in (*asked.config.lists, *asked.config.entities)]
    kinds = {f"${kind}" for each in asked.config.entities.values() for kind in each.is_a}
    return json.dumps({"keys": list(_rule_keys()), "operators": list(WRITABLE), "names": sorted({*names, *kinds})})


def begin(asked: Asked, form: Query) -> str:
    """Begin a trial, and return the address of its page. Raises BadQuery."""
    how = form.choice("how", HOWS, HOWS[0])
    # as it was written: the query's own reading would take away the spaces before the first line
    text = "".join(form.values.get("rule", ())[-1:]).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST:
        raise BadQuery(f"A rule has at most {LONGEST:,} characters; this one has {len(text):,}.")
    article = "".join(form.values.get("article", ())[-1:]).replace("\r\n", "\n")
    shown = {"rule": text, "article": article, "id": form.one("id"), "url": form.one("url")}
    request: dict[str, Any] = {"rules": asked.config.path, "state": str(asked.state_dir), "text": text}
    if how == "backtest":
        request["seconds"] = DAYS[form.choice("span", tuple(DAYS), "7d")] * 86_400
    else:
        request |= {"article": article, "id": shown["id"], "url": shown["url"]}
        if shown["url"] and not asked.reader.writes:
            raise BadQuery("An address is fetched for those who have signed in only; paste the article instead.")
    try:
        return f"/try/{TRIALS.begin(request, shown, signed=asked.reader.writes).id}"
    except Busy as error:
        raise BadQuery(str(error)) from error


def stop(asked: Asked, form: Query) -> str:
    """Stop a trial, and return the address of its page. Raises NotFound."""
    name = asked.parts["trial"]
    del form  # it says nothing
    if TRIALS.get(name) is None:
        raise NotFound("This trial is not known here.")
    TRIALS.stop(name)
    return f"/try/{name}"


def _save(parts: Mapping[str, str], _: Query, name: str) -> Mapping[str, Any]:
    """Return the order to save the rule of a trial: the text that was tried, for the files that it was tried on."""
    trial = TRIALS.get(parts["trial"])
    if trial is None:
        raise NotFound("This trial is not known here; try the rule again.")
    if trial.result is None:
        raise BadQuery("Only a rule whose trial has ended well can be saved.")
    rule = {"text": trial.asked["rule"], "seal": trial.result["seal"]}
    return {"command": "save-rule", **rule, "by": signed(name)}


def _saved(answer: Mapping[str, Any]) -> str:
    now = f"rules {answer['was']} -> {answer['version']}"
    before = f" Before is in {answer['kept']}." if answer["kept"] else ""
    return f"Rule {answer['rule']} is saved in {answer['file']} and in force: {now}.{before}"


DIFFERENCE = keys(
    "Article of a backtest",
    story=TEXT, title=TEXT, outlet=TEXT, before=none_or(SEVERITY), after=none_or(SEVERITY), seen=TIME,
    by=TEXTS,
)  # fmt: skip
BACKTEST = keys(
    "Backtest",
    articles=WHOLE, since=TIME, counts=keys(gained=WHOLE, told=WHOLE, lost=WHOLE, changed=WHOLE, same=WHOLE),
    gained=each(DIFFERENCE), told=each(DIFFERENCE), lost=each(DIFFERENCE), changed=each(DIFFERENCE),
)  # fmt: skip
EXPLAINED = keys("Article explained", title=TEXT, matches=none_or(SEVERITY), lines=TEXTS)
TRIED = {
    "rule": TEXT, "new": FLAG, "file": TEXT, "creates": FLAG, "seal": TEXT, "patch": TEXT, "version": TEXT,
    "notifies": FLAG, "failed": TEXTS, "warnings": TEXTS,
}  # fmt: skip
TRIAL = keys(
    "Trial", trial=TEXT, state=TEXT, done=WHOLE, whole=WHOLE, problems=TEXTS,
    result={
        "anyOf": [keys(**TRIED, backtest=BACKTEST), keys(**TRIED, explained=each(EXPLAINED)), {"type": "null"}]
    },
)  # fmt: skip
ANSWER = keys(
    form=keys(rule=TEXT, article=TEXT, id=TEXT, url=TEXT), trial=none_or(TRIAL), rules=each(NAMED), keys=by_name(TEXT),
    operators=by_name(TEXT), spans=TEXTS, saves=FLAG, saved=FLAG,
)  # fmt: skip
FIELDS = {
    "rule": "the text of one rule",
    "how": f"one of {', '.join(HOWS)}",
    "article": "to explain: a headline, and its text below it",
    "id": "to explain: the id of a stored article or story",
    "url": "to explain: the address of an article; fetched for those who have signed in",
    "span": f"of the backtest: {', '.join(DAYS)}",
}
PAGE = Page(
    "trying", "/try", "Try a rule", read, ANSWER, menu="Try", key="t",
    filters={"rule": "the id of a rule in force to begin with", "article": "the id of a stored article"},
)  # fmt: skip
PAGES = (Page("trial", "/try/{trial}", "Try a rule", read_trial, ANSWER),)
DOCUMENTS = (Document("/try/words.json", "What may be written in a rule", "application/json", words),)
SAVE = Order(
    "/try/{trial}/save", "Save a rule that was tried (settings.board_saves)", _save, _saved,
    keys(rule=TEXT, file=TEXT, kept=TEXT, was=TEXT, version=TEXT), within=60.0,
)  # fmt: skip
ORDERS = (SAVE,)
TOOLS = (
    Tool("/try", "Try a rule", begin, FIELDS),
    Tool("/try/{trial}/stop", "Stop a trial", stop),
)
