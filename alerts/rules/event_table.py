"""The keys of `settings.events`, for `tables`. Pure."""

from __future__ import annotations

from crawler.config.keys import Key, ListOf, MapOf, Placed, Table
from crawler.config.values import IDENT

EVENTS = Table(
    (
        Key(
            "alike",
            ListOf(ListOf(Placed(IDENT), "a list of deeds", least=2), "a list of lists of deeds"),
            (),
            "deeds that reports of one event use for each other",
        ),
        Key(
            "developments",
            ListOf(Placed(IDENT), "a list of deeds"),
            (),
            "deeds of which a further one in a known event interrupts again",
        ),
        Key(
            "by_target",
            ListOf(Placed(IDENT), "a list of deeds"),
            (),
            "of the developments those of which each further target is one; the others are told once",
        ),
        Key(
            "lasting",
            MapOf(ListOf(Placed(IDENT), "a list of deeds", least=0), "the deeds that end it, by a deed"),
            None,
            "deeds that are told once in three days, in whatever words, until one that ends them was told",
        ),
        Key(
            "defences",
            ListOf(Placed(IDENT), "a list of deeds"),
            (),
            "deeds that answer an attack, which is somebody else's: drones are shot down",
        ),
        Key(
            "persons",
            ListOf(Placed(IDENT), "a list of kinds of entities"),
            (),
            "kinds of people: one whom no report of an event named before is news",
        ),
        Key(
            "opposed",
            ListOf(ListOf(Placed(IDENT), "a list of entities, kinds and parties"), "a list of sides", least=2),
            (),
            "sides of a conflict: an attack on one is never that on another",
        ),
        Key(
            "bodies",
            MapOf(ListOf(Placed(IDENT), "a list of entities and kinds"), "bodies of a state, by its party"),
            None,
            "forces, ministries and officials of a state: beside one of them the state is not printed",
        ),
        Key(
            "homes",
            MapOf(ListOf(Placed(IDENT), "a list of entities, kinds and parties"), "groups, by the party they live in"),
            None,
            "groups that no state commands: its name within theirs, or beside it, says whence they are",
        ),
        Key("again", Placed(IDENT), None, "the list of words that make a deed another one of its series"),
        Key("everyday", Placed(IDENT), None, "the list of phrases in which a deed's word is none: a deal is close"),
        Key(
            "nobodys",
            Placed(IDENT),
            None,
            "the list of what no war is made on: a deed done to it is a figure of speech",
        ),
        Key(
            "things",
            ListOf(Placed(IDENT), "a list of lists"),
            (),
            "lists whose words stand for one thing in every language",
        ),
        Key(
            "within",
            MapOf(ListOf(Placed(IDENT), "a list of kinds of entities"), "kinds of places by the party they lie in"),
            None,
            "which places lie in whose country: by NAME of a list party-NAME",
        ),
    ),
    "settings.events",
)
