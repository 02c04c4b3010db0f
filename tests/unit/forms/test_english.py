"""Full tables of English verbs and nouns, written by hand, against the generated forms; and the spelling of the rest."""

from __future__ import annotations

import pytest

from alerts.rules.automaton import spelling
from alerts.rules.forms import Form, FormError
from alerts.rules.forms.english import forms, noun_forms
from alerts.rules.forms.english_words import (
    ALWAYS_S,
    ALWAYS_Z,
    BOTH,
    COUNTED,
    DOUBLED,
    INTRANSITIVE,
    IRREGULAR,
    LEFT_OUT,
    NOUN_PHRASES,
    NOUNS,
    PLURALS,
    UNCOUNTED,
)

LETTERS = {"a": "active", "p": "passive", "e": "either", "n": "noun"}
# what is written before "~" -> every form, by kind: a active, p passive, e either, n noun
VERBS = {
    "strike": "e: strike, strikes, struck; p: stricken; a: striking",
    "hit": "e: hit, hits; a: hitting",
    "attack": "e: attack, attacks, attacked; a: attacking",
    "bomb": "e: bomb, bombs, bombed, bombing; n: bombings",
    "shell": "e: shell, shells, shelled, shelling; n: shellings",
    "target": "e: target, targets, targeted; a: targeting",
    "kill": "a: kill, kills; e: killed, killing; n: killings",
    "shoot": "a: shoot, shoots; e: shot, shooting; n: shootings",
    "wound": "e: wound, wounds, wounded; a: wounding",
    "seize": "a: seize, seizes, seizing; e: seized",
    "arrest": "e: arrest, arrests, arrested; a: arresting",
    "detain": "a: detain, detains, detaining; e: detained",
    "kidnap": "a: kidnap, kidnaps; e: kidnapped, kidnaped, kidnapping, kidnaping; n: kidnappings, kidnapings",
    "deploy": "a: deploy, deploys, deploying; e: deployed",
    "withdraw": "a: withdraw, withdraws, withdrew, withdrawing; p: withdrawn",
    "evacuate": "a: evacuate, evacuates, evacuating; e: evacuated",
    "hand over": "e: hand over, handed over; a: hands over, handing over",
    "threaten": "a: threaten, threatens, threatening; e: threatened",
    "warn": "a: warn, warns; e: warned, warning; n: warnings",
    "claim": "e: claim, claims, claimed; a: claiming",
    "deny": "a: deny, denies, denying; e: denied",
    "agree": "a: agree, agrees, agreeing; e: agreed",
    "negotiate": "a: negotiate, negotiates, negotiating; e: negotiated",
    "sanction": "e: sanction, sanctions, sanctioned; a: sanctioning",
    "storm": "e: storm, storms, stormed; a: storming",
    "raid": "e: raid, raids, raided; a: raiding",
    "intercept": "a: intercept, intercepts, intercepting; e: intercepted",
    "shoot down": "a: shoot down, shoots down, shooting down; e: shot down",
    "launch": "e: launch, launches, launched; a: launching",
    "fire": "e: fire, fires, fired, firing; n: firings",
    "destroy": "a: destroy, destroys, destroying; e: destroyed",
    "close": "a: close, closes, closing; e: closed",
    "reopen": "a: reopen, reopens, reopening; e: reopened",
    "disarm": "a: disarm, disarms, disarming; e: disarmed",
    "dissolve": "a: dissolve, dissolves, dissolving; e: dissolved",
    "lay": "a: lay, lays, laying; e: laid",
    "fight": "e: fight, fights, fought, fighting",
    "hold": "e: hold, holds, held; a: holding",
    "kneel": "a: kneel, kneels, knelt, kneeled, kneeling",
    "flee": "a: flee, flees, fled, fleeing",
    "overthrow": "a: overthrow, overthrows, overthrew, overthrowing; p: overthrown",
    "blow up": "a: blow up, blows up, blew up, blowing up; p: blown up",
    "break out": "a: break out, breaks out, broke out, broken out, breaking out",
    "take over": "e: take over; a: takes over, took over, taking over; p: taken over",
    "admit": "a: admit, admits, admitting; e: admitted",
    "deter": "a: deter, deters, deterring; e: deterred",
    "travel": "e: travel, travels, travelled, traveled; a: travelling, traveling",
    "mobilise": "a: mobilise, mobilises, mobilising, mobilize, mobilizes, mobilizing; e: mobilised, mobilized",
    "quit": "a: quit, quits, quitting; e: quit",
    "gas": "a: gas, gasses, gassing; e: gassed",
    "die": "a: die, dies, died, dying",
    "veto": "e: veto, vetoes, vetoed; a: vetoing",
    "traffic": "a: traffic, traffics; e: trafficked, trafficking",
    "rise": "e: rise, rises; a: rose, risen, rising",
    "re-arrest": "e: re-arrest, re-arrests, re-arrested; a: re-arresting",
    # principal parts, as the rule gives them
    "strike/struck/stricken": "e: strike, strikes; a: struck, striking; p: stricken",
    "light up/lit up": "a: light up, lights up, lighting up; e: lit up",
    "lie/lay/lain": "e: lie, lies; a: lay, lying; p: lain",
    "zigdet/zigdetted": "a: zigdet, zigdets, zigdetting; e: zigdetted",
    "hang/hung|hanged": "a: hang, hangs; e: hung, hanged, hanging; n: hangings",
    # without what is usually another word
    "build": "a: build, builds; e: built",
    "down": "a: downs; e: downed",
    "wind": "a: wind, winds, winding",
    "follow": "a: follow, follows; e: followed",
}
# one word for each rule of spelling: verb -> third person, past, participle in -ing
SPELT = {
    "embargo": "embargoes embargoed embargoing",
    "carry": "carries carried carrying",
    "stay": "stays stayed staying",
    "clash": "clashes clashed clashing",
    "box": "boxes boxed boxing",
    "blitz": "blitzes blitzed blitzing",
    "stop": "stops stopped stopping",
    "equip": "equips equipped equipping",
    "offer": "offers offered offering",
    "transfer": "transfers transferred transferring",
    "limit": "limits limited limiting",
    "permit": "permits permitted permitting",
    "develop": "develops developed developing",
    "patrol": "patrols patrolled patrolling",
    "parallel": "parallels paralleled paralleling",
    "appeal": "appeals appealed appealing",
    "raid": "raids raided raiding",
    "torpedo": "torpedoes torpedoed torpedoing",
    "singe": "singes singed singeing",
    "dye": "dyes dyed dyeing",
    "vie": "vies vied vying",
    "free": "frees freed freeing",
    "sue": "sues sued suing",
    "panic": "panics panicked panicking",
    "focus": "focuses focused|focussed focusing|focussing",
    "cancel": "cancels cancelled|canceled cancelling|canceling",
    "fuel": "fuels fuelled|fueled fuelling|fueling",
    "age": "ages aged aging|ageing",
    "layer": "layers layered layering",
    "resubmit": "resubmits resubmitted resubmitting",
    "beget": "begets begot begotten begetting",
    "hamstring": "hamstrings hamstrung hamstringing",
    "bow": "bows bowed bowing",
    "analyse": "analyses|analyzes analysed|analyzed analysing|analyzing",
    "advise": "advises advised advising",
    "capsize": "capsizes capsized capsizing",
    "embed": "embeds embedded embedding",
    "proceed": "proceeds proceeded proceeding",
    "rent": "rents rented renting",
    "found": "founds founded founding",
}
NOUN_TABLE = {
    "drone": "drone, drones",
    "militia": "militia, militias",
    "man": "man, men",
    "specimen": "specimen, specimens",
    "gunman": "gunman, gunmen",
    "human": "human, humans",
    "woman": "woman, women",
    "wife": "wife, wives",
    "housewife": "housewife, housewives",
    "child": "child, children",
    "schoolchild": "schoolchild, schoolchildren",
    "spokesperson": "spokesperson, spokespeople, spokespersons",
    "crisis": "crisis, crises",
    "hypothesis": "hypothesis, hypotheses",
    "aircraft": "aircraft",
    "chief": "chief, chiefs",
    "thief": "thief, thieves",
    "country": "country, countries",
    "convoy": "convoy, convoys",
    "virus": "virus, viruses",
    "gas": "gas, gases",
    "clash": "clash, clashes",
    "embassy": "embassy, embassies",
    "salvo": "salvo, salvos, salvoes",
    "summons": "summons, summonses",
    "photo": "photo, photos",
    "embargo": "embargo, embargoes",
    "monarch": "monarch, monarchs",
    "air strike": "air strike, air strikes",
    "prime minister": "prime minister, prime ministers",
    "chief of staff": "chief of staff, chiefs of staff",
    "commander-in-chief": "commander-in-chief, commanders-in-chief",
    "secretary-general": "secretary-general, secretaries-general",
    "brigadier general": "brigadier general, brigadier generals",
    "passer-by": "passer-by, passers-by",
    "coup d'etat": "coup d'etat, coups d'etat",
}


def hand_written(table: str) -> dict[str, str]:
    """Return "e: hit, hits; a: hitting" as {form: kind}. Written twice, a form is of either kind."""
    found: dict[str, str] = {}
    for group in table.split("; "):
        letter, texts = group.split(": ")
        for text in texts.split(", "):
            found[text] = "either" if text in found else LETTERS[letter]
    return found


def generated(found: tuple[Form, ...]) -> dict[str, str]:
    kinds = {form.text: form.kind for form in found}
    assert len(kinds) == len(found), "a form is given twice"
    return {text: str(kind) for text, kind in kinds.items()}


@pytest.mark.parametrize("written", VERBS)
def test_verb_has_every_form_of_the_table_and_no_other(written: str) -> None:
    assert generated(forms(*written.split("/"))) == hand_written(VERBS[written])


@pytest.mark.parametrize("verb", SPELT)
def test_verb_is_spelt_as_news_spells_it(verb: str) -> None:
    expected = {form for part in SPELT[verb].split() for form in part.split("|")}
    others = {"analyse": {"analyse", "analyze"}, "found": set[str]()}.get(verb, {verb})
    assert {form.text for form in forms(verb) if form.kind != "noun"} == expected | others


@pytest.mark.parametrize("noun", NOUN_TABLE)
def test_noun_has_its_singular_first_and_its_plurals(noun: str) -> None:
    assert [(form.text, form.kind) for form in noun_forms(noun)] == [
        (text, "noun") for text in NOUN_TABLE[noun].split(", ")
    ]


def test_citation_form_comes_first() -> None:
    assert [forms(verb)[0].text for verb in ("strike", "shoot down", "Deny")] == ["strike", "shoot down", "deny"]


def test_rule_that_gives_the_parts_gets_the_form_that_is_left_out_else() -> None:
    assert "wound" not in {form.text for form in forms("wind")}
    assert "wound" in {form.text for form in forms("wind", "wound")}
    assert "wound down" in {form.text for form in forms("wind down")}


VERB_WORDS = sorted(
    IRREGULAR.keys() | DOUBLED | BOTH | NOUNS | COUNTED | UNCOUNTED | ALWAYS_S | ALWAYS_Z | NOUN_PHRASES | INTRANSITIVE
)


def test_each_form_of_each_verb_in_the_tables_can_be_searched() -> None:
    assert len(VERB_WORDS) > 600
    for verb in VERB_WORDS:
        texts = [form.text for form in forms(verb)]
        assert len(texts) >= 3, verb
        assert all(spelling(text) is not None for text in texts), verb
        assert len({made.needle for text in texts if (made := spelling(text))}) == len(texts), f"two of {verb} are one"


def test_each_plural_in_the_table_can_be_searched_and_is_refused_as_a_singular() -> None:
    assert len(PLURALS) > 80
    for noun in PLURALS:
        singular, *plurals = [form.text for form in noun_forms(noun)]
        assert singular == noun
        assert all(spelling(text) is not None for text in plurals), noun
        for plural in plurals:
            with pytest.raises(FormError, match=f'"{noun}~"'):
                noun_forms(plural)


def test_what_is_left_out_would_be_generated_else() -> None:
    for verb, form in LEFT_OUT:
        pasts = [past for part in IRREGULAR.get(verb, ()) for past in part]
        assert form in {verb, *pasts} or form.endswith("ing"), f"{form} is no form of {verb}"
        assert form not in {each.text for each in forms(verb)}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("struck",), '"struck" is a form of "strike"; write "strike~"'),
        (("stricken",), '"stricken" is a form of "strike"; write "strike~"'),
        (("bombing",), 'write it as after "to"'),
        (("attacked",), 'write it as after "to"'),
        (("seizes",), 'write it as after "to"'),
        (("go",), "too short and too common"),
        (("be",), "too short and too common"),
        (("will",), "in every text"),
        (("have",), "in every text"),
        (("",), "no English word"),
        (("milit*",), "no English word"),
        (("=US",), "no English word"),
        (("strike *",), "without wildcards"),
        (("ضرب",), "no English word"),
        (("strike|hit",), "names several verbs"),
        (("a", "b", "c"), "too short"),
        (("strike", "struck", "struck", "striking"), "up to three parts"),
        ((), "up to three parts"),
        (("shoot down", "shot"), 'as in "shoot down/shot down~"'),
        (("shoot", "shot down"), 'as in "shoot down/shot down~"'),
    ],
)
def test_word_without_forms_is_refused_with_the_remedy(parts: tuple[str, ...], message: str) -> None:
    with pytest.raises(FormError) as caught:
        forms(*parts)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("noun", "message"),
    [
        ("drones", "write its singular"),
        ("troops", 'leave out "~"'),
        ("gunmen", '"gunman~"'),
        ("men", '"man~"'),
        ("schoolchildren", '"schoolchild~"'),
        ("crises", '"crisis~"'),
        ("people", '"person~"'),
        ("us", "three letters or more"),
        ("milit*", "no wildcards"),
        ("طائرة", "no English noun"),
        ("", "no English noun"),
    ],
)
def test_noun_without_forms_is_refused_with_the_remedy(noun: str, message: str) -> None:
    with pytest.raises(FormError) as caught:
        noun_forms(noun)
    assert message in str(caught.value)
