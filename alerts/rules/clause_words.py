"""The small words by which a clause is read, folded: which side of a deed its doer, target and place stand on. Pure."""

from __future__ import annotations

import re

# singular nouns behind which "hits" is a verb: "drone hits near the base"
WEAPONS = {"strike", "airstrike", "missile", "rocket", "drone", "raid", "shell", "bomb", "mortar", "projectile", "jet"}
# begin another part of a clause: what stands behind them is no target of the deed before them
LINKS = {"as", "while", "after", "amid", "before", "with", "when", "since", "because", "despite", "without", "where"}
LINKS |= {"who", "which", "that", "says", "say", "if", "unless", "until", "hours", "days", "ahead", "following"}
LINKS |= {"دواي", "پيش", "پاش", "لهكاتيكدا"}
LINKS |= {"بعد", "قبل", "عقب", "إثر", "اثر", "بينما", "فيما", "خلال", "منذ", "مع", "وسط", "ردا", "با", "پس"}
# turn from a deed to something else: "closes Hormuz over ..."
TURN = {"as", "over", "after", "amid", "while", "because", "following", "despite", "before", "until", "for", "since"}
TURN |= {"if", "when", "in", "who", "that", "retaliation", "by", "from"}
TURN |= {"دواي", "پاش", "له"}
TURN |= {"بسبب", "بعد", "ردا", "اثر", "خلال", "في", "داخل", "قبل", "عقب", "منذ", "پس", "در"}
# put a deed behind them beside the news of a headline
ASIDE = {"as", "over", "after", "amid", "while", "because", "following", "despite", "since", "when", "before"}
ASIDE |= {"دواي", "پاش", "لهكاتيكدا", "هاوكات"}
ASIDE |= {
    "بعد",
    "بسبب",
    "عقب",
    "وسط",
    "ردا",
    "بينما",
    "فيما",
    "اثر",
    "منذ",
    "قبل",
    "پس",
    "همزمان",
    "تزامنا",
    "بالتزامن",
}
MEANWHILE = {"as", "while", "بينما", "فيما", "همزمان", "لهكاتيكدا", "هاوكات"}  # of those, before what goes on by itself
BUT = {"but", "لكن", "ولكن", "اما", "ولي", "بهلام"}  # before what is so all the same: "wants a deal but strikes"
CONCURRENT = MEANWHILE | {"amid", "despite", "when", "وسط", "رغم", "خلال"}  # ... and of what only goes on
# before what brought something about, and between a deed and what it brings about
CAUSE = {"due", "because", "caused", "بسبب", "نتيجه", "جراء", "اثر", "علت", "دليل", "بههوي"}
BEHIND = {"after", "following", "بعد", "عقب", "پس", "دواي"}  # before what went before it
CAUSING = {"causes", "causing", "sparks", "sparking", "triggers", "triggering", "ignites", "leads", "leading", "sets"}
CAUSING |= {"يتسبب", "تتسبب", "تسبب", "يسبب", "تسببت", "مسببا", "مسببه", "يودي", "تودي", "ادي", "ادت", "باعث", "منجر"}
CAUSING |= {"موجب"}
RELATIVES = {"who", "which", "that", "الذي", "التي", "الذين", "اللذين"}  # before a deed that is known already
# before who does a deed
DOING = {"by", "from", "من", "از", "توسط", "لهلايهن"}
# ... and before the doer of a noun
BY = DOING | {"of"}
# before the name of whose friend somebody is: "militias backed by Iran"
WHOSE_FRIEND = re.compile(
    r"\b(?:(?:backed|supported|funded|armed|sponsored|supplied|trained) by|(?:loyal|linked|tied|allied) to"
    r"|(?:aligned|allied|affiliated) with"
    r"|(?:ال)?(?:مدعوم|متحالف|مقرب|حليف|مرتبط)(?:ه|ين|ون|ات)? ?(?:من|مع)?(?: قبل)?|(?:ال)?موالي(?:ه|ن|ون)?"
    r"|(?:مورد|تحت) (?:حمايت|پشتيباني)|وابسته به|(?:همسو|مرتبط) با|طرفدار|حامي|متحد|هم ?پيمان|سهر به) $"
)
# before whom it is done to
UPON = {"on", "at", "against", "to", "toward", "towards", "علي", "ضد", "نحو", "باتجاه", "به", "عليه", "سهر", "دژي"}
UNDER = {"under", "تحت", "زير"}  # whoever is under an attack suffers it
# Arabic nouns behind which l- is before the doer alone; behind others, as "shelling", it may be before the target
BY_LAM = ("هجوم", "هجم", "غار", "توغل")
# ... and what may stand between the others and the doer, beside adjectives of origin: "heavy shelling by the PMF on"
OF_DEEDS = {"عنيف", "عنيفه", "مكثف", "مكثفه", "واسع", "واسعه", "جديد", "جديده", "متواصل", "متبادل", "عشوايي", "مركز"}
# ... and words with l- before the name of who does it: "attacks of the organisation Daesh"
LAM_NOUNS = {"لتنظيم", "لقوات", "للقوات", "لعناصر", "لمسلحي", "لمقاتلي", "لميليشيا", "لميليشيات", "لفصايل", "لفصيل"}
LAM_NOUNS |= {"لجماعه", "للجيش", "لجيش", "لطيران", "لطايرات", "لحركه", "لحزب", "لمقاتلات"}
# before who did it, behind the noun of a deed and whom it was done to: "killing of two soldiers by fire of Daesh"
AGENTS = {"بنيران", "برصاص", "بقصف", "بغاره", "بغارات", "بضربه", "بضربات", "بهجوم", "بهجمات", "بكمين", "بايدي", "بيد"}
AGENTS |= {"توسط", "لهلايهن", "بصاروخ", "بصواريخ", "بمسيره", "بمسيرات", "بقذايف", "بايادي"}
# ... of two words
AGENT_PAIRS = {
    ("علي", "يد"),
    ("علي", "ايدي"),
    ("من", "قبل"),
    ("من", "جانب"),
    ("من", "طرف"),
    ("به", "دست"),
    ("از", "سوي"),
}
AGENT_PAIRS |= {("به", "دهستي"), ("با", "شليك"), ("با", "آتش"), ("با", "اتش")}
# between those and the name: "by fire of the forces of"
TROOPS = {
    "قوات",
    "القوات",
    "طيران",
    "الطيران",
    "طايرات",
    "طايره",
    "تنظيم",
    "عناصر",
    "مسلحي",
    "مسلحين",
    "مقاتلي",
    "فصايل",
}
TROOPS |= {"جيش", "الجيش", "حرس", "جنود", "ميليشيا", "ميليشيات", "جماعه", "حركه", "سلاح", "نيروهاي", "ارتش", "گروه"}
# behind a name, and nobody's: when it was
TIMES = {"صباح", "مساء", "فجر", "ليله", "ليلا", "ليل", "اليوم", "امس", "مجددا", "مرتين", "ثانيه", "نهار", "ظهر", "خلال"}
TIMES |= {"عصر", "يوم", "ساعه", "قبيل", "مره", "ايضا", "امام", "تحت", "فوق", "حول", "ضمن", "رغم", "وسط"}
AND = {"and", "و"}
# deny a deed by themselves, so that who stands before them denies nothing
NEGATIONS = {"no", "not", "never", "none", "without", "nobody", "cannot", "لا", "لم", "لن", "دون", "بدون", "بلا"}
NEGATIONS |= {"didnt", "doesnt", "dont", "wont", "wasnt", "werent", "isnt", "arent", "hasnt", "havent", "cant"}
NEGATIONS |= {
    "wouldnt",
    "couldnt",
    "عدم",
    "هيچ",
    "نشد",
    "نكرد",
    "نشده",
    "نكرده",
    "نگرفت",
    "نداد",
    "نهكراوه",
    "نهبووه",
    "بهبي",
}
# before where it is done
INSIDE = {"in", "inside", "at", "near", "off", "across", "outside", "around", "into"}
# before what another place lies by: "north of Baghdad"
BEARINGS = {"north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest"}
BEARINGS |= {"شمال", "شمالي", "جنوب", "جنوبي", "غرب", "غربي", "شرق", "شرقي"}
INSIDE |= BEARINGS
INSIDE |= {"في", "داخل", "قرب", "در", "له", "نزيك"}
# the same for a map only: by these no names are told apart
BESIDE = INSIDE | {"over", "وسط", "محيط", "اطراف", "ضواحي", "نزديكي", "نزديك", "حومه", "مركز"}
# what is fired "at" somebody
FIRED = {"missile", "missiles", "rocket", "rockets", "drone", "drones", "mortars", "shells", "projectiles", "shots"}
FIRED |= {"fire", "fires", "fired"}
# what may be found, seized or made safe, and is named by the same word as its use: "bomb", "a launch of rockets"
ARMS = {"bomb", "bombs", "ied", "ieds", "mine", "mines", "missile", "missiles", "rocket", "rockets", "drone", "drones"}
ARMS |= {"mortar", "mortars", "shell", "shells", "explosives", "launcher", "launchers", "katyusha", "katyushas", "uav"}
ARMS |= {"warhead", "warheads", "device", "devices", "grenade", "grenades", "weapons", "arms", "ammunition", "uavs"}
ARMS |= {"صاروخ", "صواريخ", "صاروخا", "صاروخين", "عبوه", "عبوات", "ناسفه", "مفخخه", "قنبله", "قنابل", "قذيفه", "قذايف"}
ARMS |= {"منصه", "منصات", "مسيره", "مسيرات", "مسيرتين", "متفجرات", "اسلحه", "كاتيوشا", "هاون", "الغام", "لغم", "حزام"}
ARMS |= {"موشك", "موشكها", "موشكهاي", "راكت", "راكتها", "راكتهاي", "پهپاد", "پهپادها", "پهپادهاي", "بمب", "بمبها"}
ARMS |= {"مين", "سكوي", "خمپاره", "سلاح", "مهمات", "مووشهك", "درون", "بومب", "چهك", "سهكوي"}
# of those, what somebody must have fired where it falls; a drone may only crash
FALLING = {"rocket", "rockets", "missile", "missiles", "mortar", "mortars", "shell", "shells", "projectile", "bomb"}
FALLING |= {"projectiles", "bombs", "katyusha", "katyushas", "صاروخ", "صاروخا", "صاروخين", "صواريخ", "قذيفه", "قذايف"}
FALLING |= {"هاون", "كاتيوشا", "موشك", "موشكها", "موشكهاي", "راكت", "راكتها", "راكتهاي", "خمپاره", "مووشهك", "موشهك"}
# who is "in" a group, and does nothing there: "a commander in Hezbollah"
RANKS = {"commander", "commanders", "leader", "leaders", "member", "members", "official", "officials", "general"}
RANKS |= {"قيادي", "قياديا", "قياديين", "قياديان", "قايد", "قايدا", "قاده", "عضو", "عضوا", "اعضاء", "عنصر"}
RANKS |= {"عنصرا", "عنصرين", "عناصر", "مسوول", "مسوولا", "جنرال", "ضابط", "ضابطا", "ضباط", "جنديا", "مقاتل", "مقاتلين"}
RANKS |= {"بارز", "بارزا", "كبير", "كبيرا", "ميداني", "ميدانيا", "عسكري", "عسكريا"}
# between those and a place: "in the Strait of Hormuz"
OF_PLACES = {"the", "of", "strait", "gulf", "city", "town", "province", "port", "northern", "southern", "eastern"}
OF_PLACES |= {"western", "central"}
OF_PLACES |= {"مضيق", "محافظه", "مدينه", "قضاء", "ناحيه", "ميناء", "مطار", "تنگه", "استان", "شهر"}
# behind a form that may be a participle: "struck in"
PREPOSITIONS = {"in", "on", "at", "by", "near", "over", "off", "as", "after", "amid", "during", "from", "for", "with"}
PREPOSITIONS |= {"inside", "outside", "against", "and", "of", "when", "while", "before", "following"}
COMPASS = {"north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "outside", "inside"}
# behind the doer of an Arabic verb that has no object
ARABIC_PREPOSITIONS = {"في", "علي", "من", "الي", "عن", "قرب", "داخل", "شمال", "جنوب", "غرب", "شرق", "شمالي", "جنوبي"}
ARABIC_PREPOSITIONS |= {"غربي", "شرقي", "بعد", "قبل", "خلال", "عبر", "ضد", "وسط", "بين", "منذ"}
# places and gatherings by whose names deeds are remembered, and which may be struck; and words that say which of them
GATHERINGS = (
    "court",
    "funeral",
    "museum",
    "memorial",
    "vigil",
    "film",
    "محكم",
    "تشييع",
    "متحف",
    "تابين",
    "دادگاه",
    "دادگا",
    "پرسه",
    "تشييع",
)
DATED = ("on this", "years", "قبل", "في مثل", "در چنين")  # when it was, for all that follows
WHICH = {
    "in",
    "at",
    "near",
    "of",
    "for",
    "to",
    "the",
    "a",
    "building",
    "house",
    "procession",
    "complex",
    "compound",
    "hall",
}
WHICH |= {
    "tent",
    "crew",
    "site",
    "service",
    "ceremony",
    "dead",
    "victims",
    "fighters",
    "commander",
    "members",
    "general",
}
WHICH |= {"في", "قرب", "جنوب", "شمال", "شرق", "غرب", "قايد", "قيادي", "عناصر", "ضحايا", "مدينه", "در", "فرمانده", "شهر"}
# before a time at which something else goes on, and before what a deed is a part of
DURING = {"during", "amid", "خلال", "اثناء", "هنگام", "حين", "لهكاتي"}
WITHIN = {"in", "for", "of", "from", "part", "في", "ضمن", "من", "عن", "در", "براي", "از", "له"}
# before the means with which something is done: "uses missiles to attack"
USING = {"uses", "using", "fires", "fired", "launches", "launched"}
TO = "به"  # before what a Persian verb is done to, and before what is threatened
OBJECT = "را"  # Persian puts it after the object of a verb
SELF = {"it", "they", "its", "their", "he", "she"}  # whoever was named before
SAYS = {"says", "say", "said", "confirms", "confirm", "confirmed", "announces", "reports", "claims", "admits", "adds"}
# between a name and what somebody else did, which the name only says: "US says strike hit base"
SAYING = {"says", "say", "said", "saying", "confirms", "confirm", "confirmed", "reports", "report", "reported"}
SAYING |= {"announces"}
SAYING |= {"announced", "acknowledges", "admits", "investigates", "investigating", "probes", "condemns", "condemned"}
SAYING |= {"denounces", "blames", "slams", "decries", "mourns", "identifies", "names", "warns", "fears"}
SAYING |= {"reviews", "assesses"}
SAYING |= {"believes", "thinks", "sees", "told", "tells", "notes", "vows", "after", "officials", "official"}
SAYING |= {"casualties"}
# verbs behind a name that tells of what befell somebody else: "Trump says general killed in"
TELLING = SAYING - {"after", "officials", "official", "casualties"}
TELLING |= {"claims", "claimed", "denies", "denied", "salutes", "honors", "honours", "praises", "hails", "thanks"}
TELLING |= {"meets"}
TELLING |= {"visits", "attends", "hosts", "greets", "remembers", "remembered", "welcomes", "rejects", "orders", "wants"}
# behind a name: what it owns, which suffers a deed and does none ("US base attack")
SITES = {"base", "bases", "embassy", "consulate", "outpost", "garrison", "camp", "barracks", "mission"}
SITES |= {"facility", "convoy"}
# what forces share, in folded letters
BASES = {"base", "bases", "camp", "camps", "compound", "outpost", "garrison", "barracks", "airbase", "airfield"}
BASES |= {"airstrip", "installation", "قاعده", "القاعده", "قواعد", "معسكر", "المعسكر", "معسكرات", "ثكنه", "الثكنه"}
BASES |= {"مطار", "بقاعده", "بالقاعده", "پايگاه", "پايگاهي", "پايگاهها", "اردوگاه", "اردوگاهي", "پادگان", "پادگاني"}
BASES |= {"معسكرا", "مطارا"}
# who is side by side there
FORCES = {
    "troops",
    "forces",
    "soldiers",
    "fighters",
    "militia",
    "militias",
    "militiamen",
    "marines",
    "personnel",
    "men",
}
FORCES |= {"servicemen", "servicemembers", "gunmen", "brigade", "brigades", "units", "army", "paratroopers"}
FORCES |= {
    "قوات",
    "القوات",
    "جنود",
    "الجنود",
    "جنودا",
    "جيش",
    "الجيش",
    "مقاتلون",
    "مقاتلو",
    "مقاتلي",
    "عناصر",
    "مسلحون",
}
FORCES |= {"مسلحين", "فصايل", "الفصايل", "ميليشيات", "مليشيات", "المارينز", "نيروهاي", "نظاميان", "سربازان", "رزمندگان"}
FORCES |= {"شبهنظاميان", "شبه", "ارتش", "تفنگداران"}
# between "in" and a state, which does nothing there: "in western Iraq"
REGIONS = {
    "western",
    "eastern",
    "northern",
    "southern",
    "central",
    "west",
    "east",
    "north",
    "south",
    "غرب",
    "شرق",
    "شمال",
}
REGIONS |= {"جنوب", "غربي", "شرقي", "شمالي", "جنوبي"}
# verbs that have it as their object, by how they are written
SHARING = re.compile(r"^(?:shar|jointly)|^us\w+ jointly|قاسم|شارك|اشترا[كک]")
WITH = {"with", "alongside", "beside", "مع", "معا", "جانب", "بجانب", "برفقه", "با", "همراه", "كنار"}  # before with whom
# before the name of who is at a place, and does nothing there: "base used by US troops", "hotel housing Americans"
HELD = {"used", "occupied", "manned", "guarded", "staffed", "frequented", "shared"}
HOSTING = {"housing", "hosting", "sheltering", "houses", "hosts", "shelters"}
# ... and behind it: "base where US troops are stationed"
STAYING = {"stationed", "based", "housed", "deployed", "stay", "located", "quartered"}
# between a doer and the noun of a deed: "US drone strike"
MODIFIERS = {"air", "drone", "missile", "rocket", "artillery", "ground", "naval", "navy", "military", "army", "forces"}
MODIFIERS |= {"retaliatory", "new", "fresh", "more", "further", "latest", "deadly", "overnight", "precision", "s"}
MODIFIERS |= {"joint"}
MODIFIERS |= {"massive", "large", "heavy", "planned", "led", "second", "third", "aerial", "cruise", "ballistic"}
MODIFIERS |= {"special"}
MODIFIERS |= {"suicide", "cyber", "cross", "border", "first", "major", "surprise", "night", "mortar", "warplane"}
MODIFIERS |= {"shot"}
# behind a deed: what belongs to who was named before
OWN = {"its", "their", "our", "خود"}
OWN |= {"قاعدته", "قاعدتها", "قاعدتنا", "قواعده", "قواعدها", "قواعدنا", "سفارته", "سفارتها", "قنصليتها"}
OWN |= {"جنوده", "جنودها"}
OWN |= {"قواته", "قواتها", "مقره", "مقراته", "مقراتها", "مواقعه", "مواقعها", "پایگاهش", "پایگاههایش", "نیروهایش"}
# verbs whose subject does the deed named beside them: "began the attack on" (Persian), "announces targeting" (Arabic)
LIGHT = {"اغاز", "شروع", "انجام", "ادامه", "صورت", "دستور", "فرمان", "يامر", "تامر", "امر", "امرت", "يوجه", "وجه"}
LIGHT |= {"يعلن", "تعلن", "اعلن", "اعلنت", "يتبني", "تتبني", "تبني", "تبنت", "ينفذ", "تنفذ", "نفذ", "نفذت"}
LIGHT |= {"يعلنون", "يتبنون", "ينفذون", "يشنون", "يواصلون"}
LIGHT |= {"claim", "claims", "claimed", "launch", "launches", "launched", "begin", "begins", "began", "start", "starts"}
LIGHT |= {"resume", "resumes", "resumed", "continue", "continues", "conduct", "conducts", "conducted"}
LIGHT |= {"stage", "stages"}
LIGHT |= {"carry", "carries", "carried", "out", "mount", "mounts", "order", "orders", "ordered", "threaten"}
LIGHT |= {"threatens"}
LIGHT |= {"plan", "plans", "halt", "halts", "halted", "pause", "pauses", "suspend", "suspends", "stop", "stops", "end"}
LIGHT |= {"ends", "renew", "renews", "widen", "widens", "expand", "expands", "intensify", "intensifies", "to"}
LIGHT |= {"يشن", "تشن", "شن", "شنت", "يبدا", "تبدا", "بدا", "بدات", "يواصل", "تواصل", "واصل", "واصلت"}
TAKING = {"assassination", "arrest", "seizure", "capture", "murder"}  # nouns behind whose "of" stands who suffers it
DYING = {"die", "dies", "died", "dying"}  # who stands before them suffers it
DAYS = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
# behind "in" or a deed, and no place: a month, "at Least 38"; or so wide that it tells no attack from another
VAGUE = {"gulf", "gulf states", "gulf arab", "middle east", "west asia", "region", "least", "most", "response"}
VAGUE |= {"january", "february", "march", "april", "june", "july", "august", "september", "october", "november"}
VAGUE |= {"december", "spring", "summer", "autumn", "winter", "retaliation"}
