"""The desk's militias, people and Kurds: brigades by number, speakers, officials, and who is not meant by a name."""

from __future__ import annotations

import pytest

from tests.unit.shipped import fired, named_in

# Attached wa-, fa-, bi-, li-, ka- and al-, Persian and Sorani letters, ezafe, marks, tatweel, other transliterations.
FORMS = [
    ("اللواء 45 في الحشد الشعبي", "pmf-brigade-45"),
    ("واللواء 12 للحشد", "pmf-brigade-12"),
    ("باللواء ٤٧ التابع للحشد", "pmf-brigade-47"),
    ("لواء ۱۴ حشد شعبی", "pmf-brigade-14"),
    ("تیپ ۴۵ حشد شعبی", "pmf-brigade-45"),
    ("اللواء السادس والاربعين لكتائب حزب الله واللواء السادس والأربعون", "pmf-brigade-46"),
    ("The 43rd Brigade of the Hashd al-Shaabi", "pmf-brigade-43"),
    ("PMF Brigade 50 in Tal Kayf", "pmf-brigade-50"),
    ("وثأر المهندس يتبنى", "thar-al-muhandis"),
    ("لتشكيل الوارثين", "tashkil-al-waritheen"),
    ("وللواء المنتظر مقر جديد", "liwa-al-muntadhar"),
    ("بحركة الأبدال", "harakat-al-abdal"),
    ("ولكتلة صادقون موقف", "sadiqoun"),
    ("بكتلة حقوق", "huquq-movement"),
    ("وحزب الدعوة", "dawa-party"),
    ("وبالإعمار والتنمية، ائتلاف السوداني", "reconstruction-and-development"),
    ("لأبي علي العسكري وأبو علي العسكري", "abu-ali-al-askari"),
    ("ابوعلی العسکری", "abu-ali-al-askari"),
    ("ونصر الشمري", "nasr-al-shammari"),
    ("لكاظم الفرطوسي", "kadhim-al-fartousi"),
    ("وحسين مؤنس من حركة حقوق", "hussein-mouanes"),
    ("حيدر الغرّاوي", "haydar-al-gharawi"),
    ("وأحمد الأسدي", "ahmed-al-asadi"),
    ("لاحمد الاسدي", "ahmed-al-asadi"),
    ("بوعد القدو", "waad-qado"),
    ("وعدنان فيحان", "adnan-fayhan"),
    ("ونعيم العبّودي", "naim-al-aboudi"),
    ("لجواد الطليباوي", "jawad-al-talibawi"),
    ("تحسـين الحميداوي", "tahseen-al-hamidawi"),
    ("وقاسم مصلح", "qasim-muslih"),
    ("ولهيبت الحلبوسي", "haibat-al-halbousi"),
    ("والمندلاوي", "mohsen-al-mandalawi"),
    ("ولئاميدي", "nizar-amedi"),
    ("لعبد الوهاب الساعدي", "abdul-wahab-al-saadi"),
    ("وصباح النعمان", "sabah-al-numan"),
    ("ويحيى رسول", "yahya-rasool"),
    ("عبد الامير يارالله وعبد الأمير يار الله", "abdul-amir-yarallah"),
    ("سردار احمد وحیدی", "ahmad-vahidi"),
    ("لأحمد وحيدي", "ahmad-vahidi"),
    ("غلامرضا سليماني فرمانده بسيج", "gholamreza-soleimani"),
    ("وذو القدر أمين مجلس الأمن القومي", "mohammad-bagher-zolghadr"),
    ("لذوالقدر", "mohammad-bagher-zolghadr"),
    ("ومحسن رضائي", "mohsen-rezaei"),
    ("محسن رضاییِ سپاه", "mohsen-rezaei"),
    ("وبقائي: طهران لن تتراجع", "esmail-baghaei"),
    ("احمدی نژاد", "mahmoud-ahmadinejad"),
    ("أحمدي‌نجاد", "mahmoud-ahmadinejad"),
    ("غریب آبادی", "kazem-gharibabadi"),
    ("وروبيو", "marco-rubio"),
    ("لويتكوف", "steve-witkoff"),
    ("وبارزاني يستقبل وفدا", "masoud-barzani"),
    ("للبارزاني", "masoud-barzani"),
    ("وبافل طالباني", "bafel-talabani"),
    ("لطالباني وعراقجي", "bafel-talabani"),
    ("بلاهور شيخ جنكي", "lahur-sheikh-jangi"),
    ("وريبر أحمد", "rebar-ahmed"),
    ("والبيشمرگة", "peshmerga"),
    ("بوزارة البيشمركة", "peshmerga-ministry"),
    ("لأوجلان", "abdullah-ocalan"),
    ("ومظلوم عبدي", "mazloum-abdi"),
    ("لأسايش السليمانية", "asayish"),
    ("ارتفاعات قندیل", "qandil"),
    ("Hizbullah Brigades", "kataib-hezbollah"),
]


@pytest.mark.parametrize(("text", "entity"), FORMS)
def test_names_are_found_as_they_are_written(text: str, entity: str) -> None:
    assert entity in named_in(text)


NAMESAKES = [
    ("Hezbollah battles Israeli troops", "kataib-hezbollah"),
    ("Hezbollah battled on two fronts", "kataib-hezbollah"),
    ("Ukraine's 47th Brigade holds the line", "pmf-brigade-47"),
    ("اللواء 45 مشاة في مصر", "pmf-brigade-45"),
    ("کاربرد تیپ ۱۲ در ارتش", "pmf-brigade-12"),
    ("Gholamreza Soleimani led the Basij", "qassem-soleimani"),
    ("غلامرضا سلیمانی", "qassem-soleimani"),
    ("Sadeq Larijani speaks in Qom", "ali-larijani"),
    ("Tankers of Mohammad Hossein Shamkhani", "ali-shamkhani"),
    ("تحسين الحميداوي من سرايا السلام والمقاومة", "ahmad-al-hamidawi"),
    ("هيبت الحلبوسي يفتتح الجلسة", "mohammed-al-halbousi"),
    ("ميثم الزيدي في العراق", "ali-al-zaidi"),
    ("Zaidi Shias of Yemen and Iraq compared", "ali-al-zaidi"),
    ("رياض المالكي ورئيس الوزراء الفلسطيني", "nouri-al-maliki"),
    ("المؤرخ المصري حسين مؤنس", "hussein-mouanes"),
    ("المغني جعفر الحسيني يحيي حفلا", "jaafar-al-husseini"),
    ("اغتيال المهندس يحيى عياش", "abu-mahdi-al-muhandis"),
    ("لواء ثأر المهندس", "abu-mahdi-al-muhandis"),
    ("العامري يدير المباراة وبدر يسجل", "hadi-al-amiri"),
    ("محمد الصدر مدرب المنتخب زعيم الدوري", "muqtada-al-sadr"),
    ("رجل ذو القدر الرفيع", "mohammad-bagher-zolghadr"),
    ("بقائي في النادي مستحيل", "esmail-baghaei"),
    ("ولايتي الأولى رئيسا للنادي", "ali-akbar-velayati"),
    ("صادقون في وعدهم", "sadiqoun"),
    ("حركة حقوق المرأة في تونس", "huquq-movement"),
    ("تحالف تقدم السوداني", "taqaddum-party"),
    ("Taqaddum Party wins seats", "taqaddum"),
    ("المجلس الإسلامي الشيعي الأعلى في لبنان", "islamic-supreme-council"),
    ("أسد الله الغالب علي", "liwa-asad-allah"),
    ("گردان‌های امام علی در خیابان‌های تهران", "kataib-al-imam-ali"),
    ("Peace Brigades International leaves Najaf, Iraq", "saraya-al-salam"),
    ("Fraser-McGurk hits a six", "brett-mcgurk"),
    ("آسایش شهروندان تهران", "asayish"),
    ("قنديل البحر يغزو الشواطئ", "qandil"),
    ("هشام قنديل في القاهرة", "qandil"),
    ("Gorran Haven beach", "gorran"),
    ("حركة التغيير في مصر", "gorran"),
    ("Komala restaurant opens in Chennai", "komala"),
    ("نيجيرفان بارزاني يستقبل وفدا", "masoud-barzani"),
    ("حكم طالباني في كابل", "bafel-talabani"),
    ("العمارة الإسلامية في الأندلس", "maysan"),
    ("أيمن حسين وعلي الحمادي وبدر في تشكيلة الزوراء", "badr-organization"),
]


@pytest.mark.parametrize(("text", "entity"), NAMESAKES)
def test_namesakes_are_not_taken_for_it(text: str, entity: str) -> None:
    assert entity not in named_in(text)


STORIES = [
    ("Spokesman of Nujaba, Nasr al-Shammari, killed in Baghdad drone strike", "commanders"),
    ("اعتقال أحمد الأسدي في بغداد", "commanders"),
    ("أبو علي العسكري يهدد القوات الأميركية", "militia-threats"),
    ("Drone strike hits headquarters of the 45th Brigade of Iraq's Hashd", "strikes-on-militias"),
    ("Abdullah Mohtadi's camp shelled near Sulaymaniyah", "iran-border-and-kurdish-groups"),
]


@pytest.mark.parametrize(("title", "rule"), STORIES)
def test_rules_know_the_names(title: str, rule: str) -> None:
    assert rule in fired(title)
