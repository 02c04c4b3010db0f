"""The keys of rules.yaml: one table for each section. `check`, hints, schema and reference are made from them. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from alerts.alert import Severity
from alerts.rule import LEAD_WORDS
from alerts.rules.event_table import EVENTS
from crawler.config.keys import Key, ListOf, MapOf, Placed, Raw, Table, Written
from crawler.config.mapkeys import Degrees, MapLink
from crawler.config.outlets import OUTLETS
from crawler.config.served import BOARD_KEYS, METRICS_KEY
from crawler.config.sources import ALLOW_PRIVATE, SOURCES
from crawler.config.upkeep import BACKUP, RETENTION
from crawler.config.values import IDENT, Choice, ClockSpan, ClockTime, Duration, Number, Reader, Text, Url
from crawler.text.scripts import SCRIPTS

# `Raw` keys are read by alerts/rules once all names are known; their shape stands here, for the schema.
TERMS: dict[str, Any] = {"type": "array", "items": {"type": "string", "pattern": r"^[^$]"}, "minItems": 1}
SEVERITIES = tuple(severity.word for severity in Severity)
IS_A = Raw({"anyOf": [IDENT.schema(), {"type": "array", "items": IDENT.schema()}]})
FUZZY = Raw({"anyOf": [{"enum": ["off", "auto"]}, {"type": "number", "minimum": 60, "maximum": 100}]})
REQUIRES = Raw({"anyOf": [TERMS, {"type": "object", "additionalProperties": TERMS}]})
CONDITION = Raw({"$ref": "#/definitions/condition"})
BY_SCALE = "by-scale"
SEVERITY_SCHEMA = {
    "oneOf": [
        {"enum": [*SEVERITIES, BY_SCALE]},
        {
            "type": "object",
            "properties": {word: {"type": "number"} for word in SEVERITIES},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
# of a faulty one, which is reported, no rule is told besides that it notifies nobody
NOTIFY = Written(ListOf(Placed(IDENT), "a list of receivers"), ())
LINES = ListOf(Placed(Text(what="a headline")), "a list of headlines", least=0)
TRANSLATE = Table(
    (
        Key("url", Placed(Url()), doc="the address of the service, as http://127.0.0.1:5000"),
        Key("key", Placed(Text(what="an API key")), ("", None), "what it asks for as api_key; the secret as ${NAME}"),
    ),
    "settings.translate",
)
SETTINGS = Table(
    (
        Key("timezone", Placed(Text(what="a time zone")), ("UTC", None), "times in alerts, as Asia/Baghdad"),
        Key("freshness", Duration(), timedelta(hours=48), "older news goes to a digest instead of interrupting"),
        Key("backfill", Duration(), timedelta(0), "how far back the first poll of a source may alert; 0 never"),
        # `Placed` where the value is checked later, against another section, so that the error can name line and column
        Key("admin", Placed(IDENT), ("console", None), "the receiver of what the system says about itself"),
        Key(
            "heartbeat",
            Placed(Text(what="an address")),
            ("", None),
            "an http(s) URL called every minute while the daemon watches; silence there is the alarm",
        ),
        Key(
            "canary",
            Placed(Duration()),
            (timedelta(hours=1), None),
            "how often a story of our own goes through the whole line; that it does not arrive is told; 0 never",
        ),
        Key(
            "alive",
            ListOf(ClockTime(), "a list of times"),
            (),
            "when the admin is told that the watch runs, as 07:00; digests with times of their own say it as well",
        ),
        METRICS_KEY,
        *BOARD_KEYS,
        Key(
            "store",
            Placed(Text(what="the URL of a database")),
            ("", None),
            "a database of PostgreSQL, as postgresql://user@host/name; without it a SQLite file in the state directory",
        ),
        Key(
            "notify",
            NOTIFY,
            None,
            "who is told by rules that name nobody themselves",
        ),
        Key("contact", Text(what="an address", empty=True), "", "told to the outlets in the User-Agent of every poll"),
        Key("allow_private", ALLOW_PRIVATE, (), "hosts and networks that may be polled though they are not public"),
        Key("host_at_once", Number(1, 64, whole=True), 4, "how many requests one host is sent at the same time"),
        Key(
            "host_apart",
            Duration(),
            None,
            "the time between two requests to one host; 1s where it is left out, 0 for hosts in allow_private",
        ),
        Key(
            "places",
            ListOf(Placed(IDENT), "a list of kinds of entities"),
            (),
            "entities of these kinds are places; an alert's title names one where its headline names none",
        ),
        Key(
            "map_link",
            MapLink(),
            "",
            "the address of a map with {lat} and {lon}, to which the place of an alert links; else a geo: URI",
        ),
        Key(
            "language",
            Choice(tuple(SCRIPTS)),
            "en",
            "what the readers read; a title begins in it where the headline is in another script",
        ),
        Key("translate", TRANSLATE, None, "a LibreTranslate service that is asked for headlines in another script"),
        Key(
            "languages",
            Placed(Choice(("core", "model"))),
            ("core", None),
            "how reports in two languages are compared: by names and deeds, or by a language model (an extra) as well",
        ),
        Key("events", EVENTS, None, "how reports of one event are found, and what of them interrupts again"),
        Key("backup", BACKUP, None, "how often the daemon copies its store, and where"),
        Key("retention", RETENTION, None, "how long articles, alerts and evidence are kept"),
    ),
    "settings",
)
ESCALATE = Table(
    (
        Key("after", Duration(timedelta(minutes=1)), doc="how long an acknowledgement may take"),
        Key("to", Placed(IDENT), doc="the receiver that is told then"),
    ),
    "escalate",
)
RECEIVER = Table(
    (
        Key(
            "urls",
            ListOf(Placed(Text(what="an Apprise URL")), "a list of Apprise URLs"),
            doc="one address each",
        ),
        Key("min_severity", Choice(SEVERITIES), "routine", "what is below it is not sent here"),
        Key(
            "timezone", Placed(Text(what="a time zone")), None, "of its quiet hours and digests; else that of settings"
        ),
        Key("quiet_hours", ClockSpan(), None, "hours in which messages are held, then told in one digest"),
        Key("breach", Choice(SEVERITIES), "flash", "from which severity on a message breaks the quiet hours"),
        Key(
            "digest",
            ListOf(ClockTime(), "a list of times"),
            (),
            "when routine stories are told, and that there were none; each full hour where it is left out",
        ),
        # At least 4: three quarters of the rate go at once, and a burst under one message would never send any.
        Key("rate", Number(4, 600, whole=True), 24, "the most messages of one minute; what is over goes to a digest"),
        Key("group_wait", Duration(), timedelta(0), "how long a priority message waits for more of its event"),
        Key("standby", Placed(IDENT), None, "the receiver of flash messages while this one cannot be reached"),
        Key("escalate", ESCALATE, None, "whom to tell where nobody acknowledges an alert in time"),
    ),
    "a receiver",
)
ENTITY = Table(
    (
        Key("aliases", Raw(TERMS), doc="its spellings, in any script"),
        Key("is_a", IS_A, None, "the entities or kinds it belongs to"),
        Key("label", Text(what="a name"), "", "its name as alerts print it"),
        Key("at", Degrees(), None, "where a place lies: [latitude, longitude] in degrees"),
        Key("reach", Number(0, 1000), 0.0, "how many km a place extends around that point"),
        Key("gloss", Text(what="a line of text"), "", "one line that says who or what it is"),
        Key("fuzzy", FUZZY, None, "transliterations: off, auto, or a ratio from 60 to 100"),
        Key("not_like", Raw(TERMS), None, "look-alikes: where one stands, this entity does not"),
        Key("requires", REQUIRES, None, "words of which one must stand in the article too"),
    ),
    "an entity",
)
TESTS = Table(
    (
        Key("match", LINES, (), "headlines the rule must match"),
        Key("no_match", LINES, (), "headlines the rule must not match"),
    ),
    "tests",
)
BOOST = Table(
    (
        Key("if", CONDITION, doc="where this holds ..."),
        Key("add", Number(-1000, 1000), doc="... this is added to the score"),
    ),
    "a boost",
)
LEAD = Table((Key("words", Number(1, 1000, whole=True), LEAD_WORDS), Key("weight", Number(-1000, 1000))), "lead")
SCORE = Table(
    (
        Key("title", Number(-1000, 1000), 1.0, "a mention in the headline"),
        Key("lead", LEAD, None, "a mention among the first words of the text"),
        Key("body", Number(-1000, 1000), 1.0, "a mention in the text"),
        Key("boosts", ListOf(BOOST, "a list of boosts"), (), "what else raises or lowers the score"),
    ),
    "score",
)
WHEN = Table(
    (
        Key("origins", Number(1, 20, whole=True), 1, "from how many origins the thread is reported; reprints are one"),
        Key(
            "reliability", Choice(tuple("ABCDE")), "", "the Admiralty letter that its best source has, or a better one"
        ),
    ),
    "when",
)
ROW = Table(
    (
        Key("severity", Choice(SEVERITIES), doc="what a match has where this is the first row to hold"),
        Key("why", Text(what="a reason"), doc="the row in words, as alerts print it"),
        Key("if", CONDITION, doc="its condition, looked for where the rule's words were found"),
    ),
    "a row of the scale",
    partial=True,
)
RULE = Table(
    (
        Key("id", Placed(IDENT), doc="its name in alerts, logs and counts"),
        Key("title", Text(what="a title"), doc="what it watches for, as alerts print it"),
        Key("match", CONDITION, doc="the condition an article must meet"),
        Key("severity", Raw(SEVERITY_SCHEMA), doc="how urgent a match is: one word, by-scale, or steps of the score"),
        Key("least", Choice(SEVERITIES), "", "by the scale: the severity where no row holds, or a lower one"),
        Key("most", Choice(SEVERITIES), "", "by the scale: the highest severity of this rule"),
        Key("notify", NOTIFY, None, "who is told, instead of settings.notify"),
        Key("except", CONDITION, None, "what masks the mentions it overlaps, not the article"),
        Key("filters", ListOf(Placed(IDENT), "a list of filters"), (), "named filters that must hold too"),
        Key("score", SCORE, None, "what each mention weighs by where it stands"),
        Key(
            "lang",
            ListOf(Text(r"[a-z]{2,3}", "a language such as en, ar, fa"), "a list of languages"),
            (),
            "only these",
        ),
        Key("tags", ListOf(Text(what="a tag"), "a list of tags"), (), "for filtering what is shown"),
        Key("when", WHEN, None, "conditions on the thread; the match waits until they hold"),
        Key("mode", Choice(("live", "shadow", "off")), "live", "shadow counts and shows, and sends nothing"),
        Key("pir", Text(what="a purpose"), "", "the intelligence requirement it serves"),
        Key("contact", Text(what="a contact"), "", "whom to ask about it"),
        Key("notes", Text(what="a note"), "", "for the next admin"),
        Key("tests", TESTS, None, "headlines that `check` tries on it"),
    ),
    "a rule",
    partial=True,  # the keys that can be read are checked all the same: all errors of a rule are told at once
)
ENTITIES: Reader = MapOf(ENTITY, "entities by id")
RECEIVERS: Reader = MapOf(RECEIVER, "receivers by name")
FILTERS: Reader = MapOf(CONDITION, "filters by name")
LISTS: Reader = MapOf(Raw(TERMS), "lists by name")
# Not receivers, settings and version: who is told, and what may be polled, is seen in one place (decision 18).
SECTIONS = ("sources", "outlets", "entities", "lists", "filters", "scale", "rules")  # what an included file may have
_KEYS = (
    Key("sources", SOURCES, None, "what is polled"),
    Key("outlets", OUTLETS, None, "who publishes what aggregators carry, by host"),
    Key("entities", ENTITIES, None, "actors and places with their spellings"),
    Key("lists", LISTS, None, "named sets of terms"),
    Key("filters", FILTERS, None, "named conditions that several rules share"),
    Key("scale", ListOf(ROW, "a list of rows"), None, "how urgent a match is, for rules with severity: by-scale"),
    Key("rules", ListOf(RULE, "a list of rules"), None, "what to be told about"),
)
FILE = Table(
    (
        Key("version", Number(1, 1, whole=True), doc="the version of this format: 1"),
        Key("settings", SETTINGS, None, "what holds for everything"),
        Key(
            "include",
            Raw(TERMS),
            None,
            "further files of this folder; * for all that fit",
        ),
        Key("receivers", RECEIVERS, doc="who can be told, and how"),
        *_KEYS,
    ),
    "rules.yaml",
    partial=True,  # as of a rule: an error in one section must not hide those in another
)
INCLUDED = Table(_KEYS, "an included file", partial=True)
