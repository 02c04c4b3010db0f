"""Tables of what the rules of English spelling cannot know: irregular verbs and plurals, stress, verbs that are nouns.

A table is one text of words. "a/b/c" are principal parts, "x|y" are alternatives, and "_" is the space of a phrase.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


def _table(text: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return "a/b/c|d ..." as {a: ((b,), (c, d))}."""
    rows = (row.split("/") for row in text.split())
    return {row[0]: tuple(tuple(part.split("|")) for part in row[1:]) for row in rows}


# base/past, where the participle is spelt alike, or base/past/participle. Left out on purpose, because the form is a
# common other word: dive/dove, bear/born, lie/lay. `lie` is the regular verb of telling lies
IRREGULAR = _table("""
arise/arose/arisen awake/awoke/awoken bear/bore/borne beat/beat/beaten become/became/become befall/befell/befallen
beget/begot/begotten begin/began/begun behold/beheld bend/bent beset/beset bet/bet bid/bid bind/bound bite/bit/bitten
bleed/bled blow/blew/blown break/broke/broken breed/bred bring/brought broadcast/broadcast
browbeat/browbeat/browbeaten build/built burn/burned|burnt burst/burst bust/busted|bust buy/bought cast/cast
catch/caught choose/chose/chosen cling/clung come/came/come cost/cost creep/crept cut/cut deal/dealt dig/dug
draw/drew/drawn dream/dreamed|dreamt drink/drank/drunk drive/drove/driven dwell/dwelt|dwelled eat/ate/eaten
fall/fell/fallen feed/fed feel/felt fight/fought find/found flee/fled fling/flung fly/flew/flown
forbid/forbade/forbidden forecast/forecast|forecasted forego/forewent/foregone foresee/foresaw/foreseen
foretell/foretold forget/forgot/forgotten forgive/forgave/forgiven forgo/forwent/forgone forsake/forsook/forsaken
forswear/forswore/forsworn freeze/froze/frozen get/got/got|gotten give/gave/given grind/ground grow/grew/grown
hamstring/hamstrung hang/hung|hanged hear/heard hew/hewed/hewn|hewed hide/hid/hidden hit/hit hold/held hurt/hurt
input/input keep/kept kneel/knelt|kneeled know/knew/known lay/laid lead/led lean/leaned|leant leap/leaped|leapt
learn/learned|learnt leave/left lend/lent let/let light/lit|lighted lose/lost make/made mean/meant meet/met
mishear/misheard mislay/mislaid mislead/misled misread/misread misspend/misspent mistake/mistook/mistaken
misunderstand/misunderstood mow/mowed/mown|mowed offset/offset outbid/outbid outdo/outdid/outdone outfight/outfought
outgrow/outgrew/outgrown outrun/outran/outrun outsell/outsold outshine/outshone outspend/outspent
overcome/overcame/overcome overdo/overdid/overdone overfly/overflew/overflown overhang/overhung overhear/overheard
overlay/overlaid overpay/overpaid override/overrode/overridden overrun/overran/overrun oversee/oversaw/overseen
overshoot/overshot overspend/overspent overtake/overtook/overtaken overthrow/overthrew/overthrown
overwrite/overwrote/overwritten partake/partook/partaken pay/paid plead/pleaded|pled prepay/prepaid
prove/proved/proved|proven put/put quit/quit read/read rebuild/rebuilt recast/recast redo/redid/redone
redraw/redrew/redrawn remake/remade rend/rent repay/repaid rerun/reran/rerun resell/resold resend/resent reset/reset
retake/retook/retaken retell/retold rethink/rethought rewrite/rewrote/rewritten rid/rid ride/rode/ridden
ring/rang/rung rise/rose/risen run/ran/run saw/sawed/sawn|sawed say/said see/saw/seen seek/sought sell/sold send/sent
set/set sew/sewed/sewn|sewed shake/shook/shaken shear/sheared/shorn|sheared shed/shed shine/shone|shined shoot/shot
show/showed/shown|showed shrink/shrank/shrunk shut/shut sing/sang/sung sink/sank/sunk sit/sat slay/slew/slain
sleep/slept slide/slid sling/slung slit/slit smite/smote/smitten sow/sowed/sown|sowed speak/spoke/spoken
speed/sped|speeded spell/spelled|spelt spend/spent spill/spilled|spilt spin/spun spit/spat split/split
spoil/spoiled|spoilt spread/spread spring/sprang|sprung/sprung stand/stood steal/stole/stolen stick/stuck sting/stung
stink/stank/stunk stride/strode/stridden strike/struck/struck|stricken string/strung
strive/strove|strived/striven|strived swear/swore/sworn sweep/swept swell/swelled/swollen|swelled swim/swam/swum
swing/swung take/took/taken teach/taught tear/tore/torn tell/told think/thought throw/threw/thrown thrust/thrust
tread/trod/trodden undercut/undercut undergo/underwent/undergone underlie/underlay/underlain understand/understood
undertake/undertook/undertaken underwrite/underwrote/underwritten undo/undid/undone unwind/unwound uphold/upheld
upset/upset wake/woke/woken waylay/waylaid wear/wore/worn weave/wove/woven weep/wept win/won wind/wound
withdraw/withdrew/withdrawn withhold/withheld withstand/withstood wring/wrung write/wrote/written
""")

# verbs of more than one syllable that double their last consonant: the stress is on the end, or the end is a word
DOUBLED = _words("""
abet abhor acquit admit airdrop allot annul appal aver backstop befit beget begin beset commit compel concur confer
control corral debar defer demur deter disbar disinter dispel distil eavesdrop embed emit enrol enthral entrap equip
excel expel extol forbid forget format fulfil handicap hobnob humbug impel incur infer input instil inter kneecap
leapfrog occur offset omit outbid outfit outgun output outrun outstrip outwit overlap overrun overstep patrol permit
prefer program propel rappel readmit rebel rebut recap recommit recur refer refit regret remit repel rerun reset
resubmit retrofit sandbag sidestep submit transfer transmit undercut underpin unpin unplug unwrap upset wiretap zigzag
""")
BOTH = _words("benefit bias combat dial duel focus fuel initial kidnap refuel worship")  # either way
SINGLE = frozenset({"parallel"})  # does not double, though other verbs in -el may
KEEPS_E = _words("singe tinge binge swinge")  # before -ing: singeing, not singing
KEEPS_OR_DROPS_E = frozenset({"age", "queue"})

# verbs in -ise that have no spelling in -ize, and in -ize that have none in -ise
ALWAYS_S = _words("""
advertise advise apprise arise braise bruise chastise circumcise comprise compromise cruise despise devise
disenfranchise disguise enfranchise excise exercise franchise improvise incise merchandise poise practise praise
premise promise raise revise rise supervise surmise surprise televise
""")
ALWAYS_Z = _words("capsize downsize prize resize seize size")

# the base is a noun too: "strikes" is then the deed, or what somebody does
NOUNS = _words("""
abuse address advance aid alarm ambush answer appeal approach arrest assault attack attempt award ban barrage battle
bid blame blast block blockade blow bomb boost boycott breach break bribe burn call capture cause challenge change
charge chase check claim clash collapse combat comment compromise conflict contact contest contract control
counterattack cover crash curb cut damage deal debate decline decree defeat delay demand deposit dispute doubt draft
drill drive drone drop embargo end escape estimate exchange exercise exile exit export fall favour fear feud fight
fine fire flow focus force freeze fuel gain grant guarantee guard guide hack halt harm help hit hold hope host hunt
hurt impact import increase influence insult interview issue jail judge jump kick label lack land launch lead leak
leave lie lift limit link list load lock look loot maneuver manoeuvre march massacre mine mortar move murder need
notice offer order pardon patrol pause pay permit picket plan pledge plot post praise press probe profit progress
promise protest purchase purge push quarrel question race raid rally ransom rebel rebuke record reform regret release
remark repair reply report request rescue resort respect result retreat return review revolt reward ride riot rise
risk rocket rout rule run rush sabotage sail salute sanction scheme search sentence set shell shield shift shock show
sign signal slaughter snub spark speed spike split spread spy stab stage stand start stay step stop storm strike
struggle study supply support surge surprise surrender survey suspect swap sweep swing talk target tax test thrust tie
torpedo torture total tour trade train transfer transport trap travel trigger triumph trust try turn upgrade use veto
view visit volley vote vow wait walk warrant watch win wish work worry wound wreck yield
""")
# the base of a phrase that is written with a hyphen as a noun, which the search does not see: "cover-up", "pull-out"
NOUN_PHRASES = _words("""
break_up build_up call_up carve_up clean_up cover_up crack_down cut_off follow_up hand_over hold_up line_up lock_down
pull_back pull_out round_up run_off shake_up shoot_out sit_in stand_by stand_off start_up take_over tip_off walk_out
""")
# verbs whose -ing names a deed that is counted: "two bombings"; and those whose -ing names one that is not: "fighting"
COUNTED = _words("""
beat behead board bomb brief burn carjack cross drown find fire gather ground hang hear hijack kidnap kill land lynch
meet open poison post ram record rule sack screen sentence shell shoot sight sink stab stone suffer train warn wed
whip
""")
UNCOUNTED = _words("back fight fund hack jam lobby loot mine plan riot smuggle spend spy tamper traffic")
# nothing suffers these, so their participle is the subject's own deed: "has risen"
INTRANSITIVE = _words("""
appear arise arrive awake become break_out come crop_up deteriorate die disappear elapse emerge erupt exist expire
fall flare_up flee give_in happen kneel occur persist rise sleep stand_by stand_down step_down vanish weep
""")
# (verb, form) that is left out because news uses the form as another word far more often. Not in phrases
LEFT_OUT = frozenset({
    ("accord", "according"), ("concern", "concerning"), ("follow", "following"), ("include", "including"),
    ("regard", "regarding"),  # prepositions
    ("back", "back"), ("down", "down"), ("even", "even"), ("last", "last"), ("like", "like"), ("own", "own"),  # adverbs
    ("fell", "fell"), ("found", "found"), ("saw", "saw"),  # the past of fall, find, see
    ("ground", "ground"), ("man", "man"), ("police", "police"),  # nouns whose verb is rare
    ("bind", "bound"),  # bound for a port
    ("bite", "bit"),  # a bit
    ("build", "building"),  # what is bombed
    ("down", "downing"),  # Downing Street
    ("even", "evening"),  # of the day
    ("feed", "fed"),  # the Fed, a central bank
    ("grind", "ground"),  # ground forces
    ("rend", "rent"),  # of a house
    ("resend", "resent"),  # to dislike
    ("slay", "slew"),  # a slew of attacks
    ("wake", "woke"),  # of politics
    ("wind", "wound"),  # an injury
})  # fmt: skip
ALSO_BASES = _words("bore bound fell found ground rent resent")  # of verbs, though a past of others too
UNINFLECTED = _words("are can could had has have may might must shall should was were will would")

# singular/plural; alternatives as above. A plural like its singular is written once more
PLURALS = _table("""
aircraft/aircraft alias/aliases alumnus/alumni analysis/analyses appendix/appendices|appendixes atlas/atlases
axis/axes bacterium/bacteria barracks/barracks basis/bases bias/biases bus/buses calf/calves canvas/canvases
cargo/cargoes|cargos cattle/cattle chassis/chassis commando/commandos|commandoes consortium/consortiums|consortia
corps/corps crisis/crises criterion/criteria crossroads/crossroads debris/debris deer/deer echo/echoes
embargo/embargoes epoch/epochs eunuch/eunuchs fish/fish foot/feet formula/formulas|formulae gas/gases goose/geese
half/halves headquarters/headquarters hero/heroes hovercraft/hovercraft index/indexes|indices leaf/leaves lens/lenses
life/lives loaf/loaves means/means memorandum/memorandums|memoranda monarch/monarchs mouse/mice news/news
nucleus/nuclei offspring/offspring oligarch/oligarchs patriarch/patriarchs personnel/personnel phenomenon/phenomena
politics/politics potato/potatoes quiz/quizzes referendum/referendums|referenda rotorcraft/rotorcraft
salvo/salvos|salvoes scarf/scarves self/selves series/series sheep/sheep shelf/shelves spacecraft/spacecraft
species/species spectrum/spectrums|spectra standby/standbys stimulus/stimuli stomach/stomachs summons/summonses
thief/thieves tomato/tomatoes tooth/teeth tornado/tornadoes|tornados torpedo/torpedoes veto/vetoes
volcano/volcanoes|volcanos watercraft/watercraft wharf/wharves|wharfs wolf/wolves
""")
# the end of a word -> the end of its plural
PLURAL_ENDS = {"man": "men", "child": "children", "wife": "wives", "knife": "knives", "person": "people|persons"}
# words in -man and -men that are no compounds of man
NOT_MEN = _words(
    "abdomen omen regimen semen specimen turkmen yemen caiman german human ottoman roman shaman talisman turkoman"
)
HEADED = _words("attorney consul director governor secretary")  # "secretaries general"
