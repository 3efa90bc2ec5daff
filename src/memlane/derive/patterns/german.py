"""German: what people say of themselves, and the words around it; see `language` for the notation."""

from typing import Final

from memlane.derive.patterns.dates import Dates
from memlane.derive.patterns.language import Language, parts_of, relations_of, rules_of

_RULES: Final = r"""
name.is: mein (?:voller |richtiger )?name ist <person> => heißt {value}
name.heisse: (?:ich )?hei(?:ß|ss)e <person> => heißt {value}
name.greeting: (?:hallo|hi|hey|guten (?:tag|morgen|abend)|servus|moin)[,!]? (?:ich bin
    |hier ist) (?:der |die )?<person> => heißt {value}
nickname.call: (?:nenn(?:t|en sie)? mich|man nennt mich
    |alle nennen mich) (?:bitte |einfach |aber )*<person> => wird {value} genannt
age.years: <ichbin> (?P<value>[1-9]\d|1[01]\d)(?: jahre(?: alt)?)? => ist {value} Jahre alt
age.turned: <ichbin> (?P<value>[1-9]\d|1[01]\d)(?: jahre alt)? geworden => ist {value} Jahre alt
age.close: <close> ist (?P<value>\d{1,3})(?: jahre(?: alt)?)? => ist {value} Jahre alt
birthday.is: mein geburtstag ist (?:am |der )<date> => hat am {value} Geburtstag
birthday.have: ich habe am <date> geburtstag => hat am {value} Geburtstag
birthday.born: ich (?:bin|wurde) am <date>(?: in <_place>)? geboren => ist am {value} geboren
birth_year.born: ich (?:bin|wurde)(?: im jahr)? <year> geboren => ist {value} geboren
home.live: <wohne> <adverbs>(?:seit (?:\S+ ){1,3}?)?(?:wieder )?in <place> => wohnt in {value}
home.since: (?:jetzt|nun|inzwischen|mittlerweile|seit(?: \S+){1,3}?) (?:wohnen?|leben?) (?:ich|wir) <adverbs>in <place>
    => wohnt in {value}
home.moved: <habe> <adverbs>(?:\S+ (?:monat|jahr|woche|sommer|winter|herbst|frühling) )?
    (?:von <_place> )?nach <place> (?:um)?gezogen => wohnt in {value}
home.from [ends]: <habe> <adverbs>(?:\S+ (?:monat|jahr|woche) )?(?:von|aus) <place> (?:nach <_place> (?:um)?gezogen
    |weggezogen) => wohnt nicht mehr in {value}
home.left [ends]: <wohne> <adverbs>nicht (?:mehr|länger) in <place> => wohnt nicht mehr in {value}
home.but: <wohne> <adverbs>nicht (?:mehr|länger) in <_place>,? sondern in <place> => wohnt in {value}
home.used [ends]: (?:früher (?:habe ich|wohnte ich|lebte ich)|ich habe früher|ich wohnte früher) in <place>
    (?: gewohnt| gelebt)? => wohnt nicht mehr in {value}
home.close: <close> (?:wohnt|lebt) <adverbs>in <place> => wohnt in {value}
hometown.from: (?:ich )?(?:komme|stamme)(?: ich)? <adverbs>aus <place> => kommt aus {value}
hometown.grew: (?:ich bin|bin) <adverbs>in <place> aufgewachsen => ist in {value} aufgewachsen
hometown.also: ich bin in <place> geboren und aufgewachsen => ist in {value} aufgewachsen
birthplace.born: ich (?:bin|wurde) (?:<_date> )?in <place> geboren => ist in {value} geboren
work.am: <ichbin> (?:von beruf |eine? )?<job> => ist {value} von Beruf
work.as: (?:ich )?arbeite <adverbs>(?:(?:in|bei) <_org> )?als (?!erste|letzte)<rolle> => arbeitet als {value}
work.being [presupposed]: als <job>(?=,? (?:arbeite|habe|bin|muss|kann|weiß) ich\b) => ist {value} von Beruf
work.state: <ichbin> (?:jetzt )?(?:in )?(?P<value>rentner(?:in)?|rente|selbst(?:st)?ändig|pensioniert|freiberuflich
    (?: tätig)?) => ist {value}
work.close: <close> (?:ist|arbeitet als) (?:eine? )?<job> => ist {value} von Beruf
employer.work: (?:ich )?arbeite(?: ich)? <adverbs>(?:bei|für)(?: der| dem)? <org> => arbeitet bei {value}
employer.since: (?:ich )?arbeite <adverbs>seit \S+(?: \S+)? (?:bei|für) <org> => arbeitet bei {value}
employer.close: <close> arbeitet (?:bei|für) <org> => arbeitet bei {value}
employer.left [ends]: (?:ich )?arbeite (?:jetzt )?nicht (?:mehr|länger) (?:bei
    |für) <org> => arbeitet nicht mehr bei {value}
employer.quit [ends]: ich (?:habe|wurde) <adverbs>bei <org> (?:gekündigt|aufgehört
    |entlassen) => arbeitet nicht mehr bei {value}
employer.gone [ends]: ich habe <adverbs>(?:meinen job|meine stelle|meine arbeit) (?:gekündigt|verloren
    |aufgegeben) => hat die Stelle nicht mehr
job_seeking.look: (?:ich )?suche(?: ich)? <adverbs>(?:nach )?(?:einen? |einem |eine[rn] )?(?P<value>(?:neue[nr]? )?
    (?:job|arbeit|stelle|arbeitsstelle|anstellung)) => sucht {value}
job_seeking.state: <ichbin> <adverbs>(?P<value>arbeitslos|arbeitssuchend|auf jobsuche) => ist {value}
studies.study: (?:ich )?studiere(?: ich)? <adverbs>(?!noch\b|hier\b|in\b|an\b|das\b|die\b|den\b|deine?n?\b|gern
    |im\b)<rolle> => studiert {value}
partner.called: meine? <spouse> heißt <person> => ist mit {value} zusammen
partner.my [anywhere presupposed]: meine[mnrs]? <spouse> <who> => ist mit {who} zusammen => {who}
partner.with: <ichbin> (?:glücklich |seit \S+ )?mit <person> (?:verheiratet|verlobt
    |zusammen) => ist mit {value} zusammen
partner.state: <ichbin> (?:glücklich |frisch |seit \S+ (?:\S+ )?)?(?P<value>verheiratet|verlobt|geschieden|single
    |verwitwet|getrennt lebend) => ist {value}
partner.got: (?:ich habe|wir haben|ich habe mich|wir haben uns) (?:gerade |vor kurzem )?(?:uns |mich )?
    (?P<value>geheiratet|verlobt|scheiden lassen) => hat {value}
partner.ended [ends]: meine? (?:<_spouses>) und ich haben uns (?:\S+ )?getrennt => ist nicht mehr zusammen
family.called: meine? (?:\w+ )?<kin> heißt <person> => {relation} heißt {value}
family.have: <ichhabe> eine? (?:\w+ )?<relation>,? (?:namens|der|die) <person> => {relation} heißt {value}
family.count: <ichhabe> (?P<value>(?:eine?n?|<_count>) (?:(?:ältere|jüngere|kleine|große
    |erwachsene)[nr]? )?<relation>) => hat {value}
family.also: <ichhabe> (?:eine?n?|<_count>) (?:\w+ )?(?:söhne?|töchter|tochter|brüder|bruder
    |schwestern?) und (?P<value>(?:eine?n?|zwei|drei) <relation>) => hat {value}
family.my [anywhere presupposed]: meine[mnrs]? (?:(?:ältere|jüngere|kleine
    |große)[mnrs]? )?<kin> <who> => {relation} heißt {who} => {who}
pet.died [ends]: (?:mein
    |unser)e? <animal> <who> ist (?:\S+ ){0,2}gestorben => hat {animal} {who} nicht mehr => {animal} {who}
pet.have: <ichhabe> eine?n? (?:\w+ )?<animal>,? (?:namens|der|die|mit dem namen) <person>
    (?: heißt)? => hat {animal} {value} => {animal} {value}
pet.called: (?:mein|unser)e? (?:\w+ )?<animal> heißt <person> => hat {animal} {value} => {animal} {value}
pet.my [anywhere presupposed]: (?:mein|unser)(?:e[mnrs]?)? <animal> <who>
    (?! ist (?:\S+ ){0,2}gestorben) => hat {animal} {who} => {animal} {who}
pet.count: <ichhabe> (?P<value><_count> (?:\w+ )?<animal>) => hat {value}
owns.drive: ich fahre eine?n? <org>(?-i: [A-Z]?\d+)? => fährt {value}
owns.have: <ichhabe> (?:mir )?<adverbs>eine?n? (?P<value>(?:\w+ )?(?:<ownables>))(?: gekauft)? => hat {value}
owns.sold [ends]: <habenwir> <adverbs>(?:mein|unser|das|den|die)(?:e[nrs]?)? (?:\w+ )?
    (?P<value><ownables>) verkauft => hat {value} nicht mehr
language.speak [listed]: (?:ich )?spreche(?: ich)? (?=(?:(?:fließend|gut|etwas|auch|ein|bisschen|wenig) ){0,3}
    (?:<tongues>)\b)<thing> => spricht {value}
language.native: meine mutters?prache ist (?P<value><tongues>) => spricht {value}
learning.learn: (?:ich )?lerne(?: ich)? <adverbs>(?:seit \S+(?: \S+)? )?(?P<value>(?:<tongues>|klavier|gitarre
    |geige|schwimmen|tanzen|nähen|programmieren|segeln|reiten)) => lernt {value}
condition.have: <ichhabe> <adverbs>(?P<value>(?:<conditions>)) => hat {value}
condition.am: <ichbin> (?P<value>diabetiker(?:in)?|asthmatiker(?:in)?|epileptiker(?:in)?|legastheniker(?:in)?
    |autist(?:in)?|farbenblind) => ist {value}
plan.go [dated]: (?:ich|wir) (?P<verb>fliegen?|fahren?|reisen?|ziehen?
    |gehen?) <gap>nach <place>=> {verb} nach {value} => {verb} nach {value}
plan.have [dated]: (?:ich habe|wir haben) <gap>(?:eine?n? )(?P<value>(?:\w+ )?\w*(?:termin|gespräch|prüfung
    |hochzeit|operation|konzert|flug|klausur)) => {value}
plan.marry [dated]: wir (?P<value>heiraten) => {value}
diet.am: <ichbin> (?:eine? )?<diet> => ist {value}
diet.became: <ichbin> <adverbs><diet> geworden => ist {value}
diet.eat: (?:ich )?(?:ernähre mich|esse)(?: ich mich)? <adverbs>(?:seit \S+
    (?: \S+)? )?<diet> => ernährt sich {value}
diet.not [ends]: <ichbin> nicht (?:mehr|länger) <diet> => ist nicht mehr {value}
diet.kein [ends]: <ichbin> kein(?:e)? <diet> mehr => ist nicht mehr {value}
diet.close: <close> ist (?:eine? )?<diet> => ist {value}
avoids.eat [listed]: ich (?P<verb>esse|trinke) (?:kein(?:e|en)?|nie|niemals) (?!zweite|weitere|mehr\b|wenn|vor\b
    |nach\b|im\b|in\b)<thing> => {verb} kein {value}
avoids.vertrage [listed]: ich vertrage kein(?:e|en)? <thing> => verträgt kein {value}
allergy.to [listed]: <ichbin> (?:\w+ )?allergisch (?:gegen|auf) <thing> => ist allergisch gegen {value}
allergy.close [listed]: <close> ist (?:\w+ )?allergisch (?:gegen|auf) <thing> => ist allergisch gegen {value}
allergy.have: <ichhabe> eine (?P<value>\w{3,20}?)(?:intoleranz|unverträglichkeit) => verträgt {value} nicht
allergy.allergy: <ichhabe> eine (?:starke |schwere |leichte )?
    (?P<value>\w{3,20}?)-?allergie => ist allergisch gegen {value}
allergy.intolerant: <ichbin> (?P<value>laktose|gluten|fruktose|histamin)-?intolerant => verträgt {value} nicht
likes.love [listed]: (?:ich )?(?:mag|liebe|genieße|bevorzuge)(?: ich)? <very>(?!kein|nicht)<thing> => mag {value}
likes.do: ich (?P<value>koche|backe|lese|wandere|tanze|singe|male|nähe|stricke|schwimme|reise|fotografiere|klettere
    |segle|jogge|gärtnere|schreibe|reite|angle) (?:sehr |wirklich |auch |total |am liebsten )*(?:gerne?
    |viel) => {value} gern
likes.eat [listed]: ich (?:esse|trinke|höre|schaue|lese) (?:sehr |wirklich |auch )*gerne? (?!was|mal|etwas|auch
    |mehr)<thing> => mag {value}
likes.fan [listed]: <ichbin> (?:ein )?(?:großer |riesiger |echter )*fan (?:von|des|der) <thing> => mag {value}
dislikes.hate [listed]: (?:ich )?(?:hasse|verabscheue)(?: ich)? <very><thing> => mag {value} nicht
dislikes.not [listed]: (?:ich )?mag(?: ich)? <very>kein(?:e|en)? <thing> => mag {value} nicht
dislikes.dont: ich mag <thing> (?:überhaupt |gar |wirklich )?nicht(?= *(?:$|[.,!])) => mag {value} nicht
hobby.play: (?:ich )?spiele(?: ich)? <adverbs>(?P<what><instruments>|<sports>)\b => spielt {what} => spiele {what}
hobby.is [listed]: meine? hobb(?:y|ys|ies) (?:ist|sind) <thing> => hat das Hobby {value}
favourite.is: meine? lieblings-?(?P<what>farbe|essen|gericht|band|lied|film|buch|autor|autorin|sänger|sängerin
    |sport|team|verein|tier|spiel|getränk|stadt|serie|land|jahreszeit|blume|komponist|obst|eis) (?:ist
    |sind) <thing> => Lieblings{what}: {value}
wants.learn: (?:ich )?(?:möchte|will|würde gerne?) (?:unbedingt |gerne? |irgendwann |mal |endlich )*(?P<value>(?:
    (?:<tongues>|klavier|gitarre|geige|schwimmen|tanzen|nähen|segeln) lernen|mit dem rauchen aufhören|abnehmen|
    (?-i:nach [A-ZÄÖÜ]\w+) reisen)) => möchte {value}
"""

_SHAPES: Final = r"""
ichbin: (?:ich )?bin(?: ich)?(?: (?:jetzt|übrigens|auch|ja|seit kurzem|gerade|eigentlich|nun|mittlerweile
    |inzwischen))*
ichhabe: (?:(?:ich |wir )?(?:habe|haben)(?: ich| wir)?)(?: (?:auch|noch|jetzt|übrigens))*
habenwir: (?:ich habe|wir haben|habe ich|haben wir)
habe: (?:ich bin|wir sind|bin ich|sind wir)
wohne: (?:ich |wir )?(?:wohnen?|leben?)(?: ich| wir)?
adverbs: (?:(?:jetzt|aber|gerade|derzeit|momentan|zurzeit|aktuell|nun|auch|noch|übrigens|immer|schon|inzwischen
    |mittlerweile|kürzlich|neulich|vor kurzem|gestern|heute|leider|hauptberuflich|dringend|endlich|mit \S+ \S+
    |letzten monat|letztes jahr|letzte woche|selbst|hier|zusammen|ja) )*
slip: (?:(?:nein|nee|ach|halt|sorry|entschuldigung|moment|quatsch|korrektur)[,.!]? )*
very: (?:(?:wirklich|sehr|total|besonders|einfach|auch|vor allem|am liebsten|ja|absolut|gerne?) )*
rolle: (?P<value>[^\W\d_][\w-]*(?: (?!(?:in|im|an|am|bei|für|mit|auf|und|aber|von|aus|seit|zu|zum|zur|wo|weil|da
    |während|der|die|das|nicht|hier|dort|nachts|oft|viel|jetzt|gerade|den|dem|um)\b)[^\W\d_][\w-]*){0,3})
diet: (?P<value>vegan|veganer(?:in)?|vegetarisch|vegetarier(?:in)?|pescetarisch|pescetarier(?:in)?|flexitarier
    (?:in)?)
spouse: (?P<relation>frau|mann|ehemann|ehefrau|partner(?:in)?|freundin|freund|verlobter?|gatte|gattin)\b
spouses: frau|mann|ehemann|ehefrau|partner(?:in)?|freundin|freund
kin: (?P<relation>mutter|mama|vater|papa|schwester|bruder|sohn|tochter|oma|opa|großmutter|großvater|tante|onkel
    |cousine|cousin|nichte|neffe|schwiegermutter|schwiegervater|schwager|schwägerin|enkel|enkelin|mitbewohner
    (?:in)?)\b
"""

_WORDS: Final = r"""
close: meine?[rmn]? (?:(?:ältere|jüngere|kleine|große|ältester?|jüngster?)r? )?<relation>(?: <who>)?
animals: Hund|Hündin|Hunde|Katze|Katzen|Kater|Welpe|Kätzchen|Hamster|Kaninchen|Hase|Hasen|Papagei|Wellensittich
    |Wellensittiche|Pferd|Pferde|Pony|Schildkröte|Schildkröten|Meerschweinchen|Goldfisch|Goldfische|Hühner|Ziegen
    |Dackel|Labrador|Pudel
counts: zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn
jobs: lehrer(?:in)?|arzt|ärztin|krankenschwester|krankenpfleger(?:in)?|pfleger(?:in)?|zahnarzt|zahnärztin|apotheker
    (?:in)?|sanitäter(?:in)?|therapeut(?:in)?|psycholog(?:e|in)|anwalt|anwältin|jurist(?:in)?|richter(?:in)?
    |buchhalter(?:in)?|ingenieur(?:in)?|entwickler(?:in)?|programmierer(?:in)?|informatiker(?:in)?|architekt(?:in)?
    |designer(?:in)?|grafiker(?:in)?|fotograf(?:in)?|journalist(?:in)?|redakteur(?:in)?|schriftsteller(?:in)?|autor
    (?:in)?|übersetzer(?:in)?|dolmetscher(?:in)?|bibliothekar(?:in)?|wissenschaftler(?:in)?|forscher(?:in)?|biolog
    (?:e|in)|chemiker(?:in)?|physiker(?:in)?|mathematiker(?:in)?|berater(?:in)?|manager(?:in)?|sekretär(?:in)?
    |verkäufer(?:in)?|makler(?:in)?|kellner(?:in)?|koch|köchin|bäcker(?:in)?|metzger(?:in)?|landwirt(?:in)?|gärtner
    (?:in)?|florist(?:in)?|tischler(?:in)?|schreiner(?:in)?|elektriker(?:in)?|klempner(?:in)?|mechaniker(?:in)?
    |mechatroniker(?:in)?|hausmeister(?:in)?|pilot(?:in)?|busfahrer(?:in)?|lkw-fahrer(?:in)?|taxifahrer(?:in)?
    |polizist(?:in)?|feuerwehrmann|soldat(?:in)?|schauspieler(?:in)?|musiker(?:in)?|komponist(?:in)?|friseur(?:in)?
    |friseuse|schneider(?:in)?|sozialarbeiter(?:in)?|professor(?:in)?|dozent(?:in)?|erzieher(?:in)?|trainer(?:in)?
    |hebamme|physiotherapeut(?:in)?|tierarzt|tierärztin|steuerberater(?:in)?|schlosser(?:in)?|maurer(?:in)?|maler
    (?:in)?
not_jobs: kein|keine|nicht|schlechter?|guter?|gute|miserabler?|toller?|ehemaliger?|ehemalige|angehender?|künftiger?
    |der|die|das|ein|eine|mein|meine|dein|sein|ihr|wie|als|kein|in|im|bei|so|zu|von|mit|und|oder|früher|beim|zum
    |fan|um
ownables: haus|wohnung|auto|wagen|motorrad|fahrrad|e-bike|boot|segelboot|wohnmobil|klavier|gitarre|geige|kamera
    |laptop|garten|ferienhaus|roller
tongues: deutsch|englisch|französisch|spanisch|italienisch|portugiesisch|niederländisch|dänisch|schwedisch
    |norwegisch|finnisch|isländisch|polnisch|tschechisch|slowakisch|ungarisch|rumänisch|bulgarisch|griechisch
    |türkisch|russisch|ukrainisch|arabisch|hebräisch|persisch|hindi|chinesisch|mandarin|japanisch|koreanisch
    |vietnamesisch|thai|kroatisch|serbisch|slowenisch|sorbisch|latein|gebärdensprache|katalanisch|suaheli
conditions: asthma|diabetes(?: typ [12])?|epilepsie|zöliakie|morbus crohn|arthritis|rheuma|adhs|legasthenie|migräne
    |bluthochdruck|neurodermitis|schuppenflechte|tinnitus|depressionen|multiple sklerose
instruments: klavier|gitarre|bass|geige|bratsche|cello|flöte|querflöte|klarinette|saxophon|saxofon|trompete|posaune
    |schlagzeug|akkordeon|harfe|ukulele|orgel|blockflöte
sports: fußball|basketball|volleyball|tennis|badminton|tischtennis|handball|hockey|eishockey|golf|schach|squash
    |rugby
joints: und|aber|denn|weil|da|doch|sondern
openers: hallo|hi|hey|also|ja|nein|nee|übrigens|naja|na ja|ach|oh|ok|okay|danke|ehrlich gesagt|eigentlich|zur info
    |kurz zu mir|zu mir|außerdem|apropos|gut|nun|stimmt|genau|leider|korrektur|ich glaube|und|aber|auch|wie gesagt
follow: und|aber|mit|seit|bei|in|im|an|am|auf|weil|da|jetzt|zurzeit|gerade|momentan|oder|wo|der|die|das|als|bis|von
    |aus|für|um|nach|ist|arbeite|bin|habe|also|nicht|auch|noch|schon|wieder|geworden|sowie|nachts|dort|hier
    |nächste[nrsm]?|morgen|heute|übermorgen|verkauft|gekauft|arbeitet|heißt
cut: weil|aber|seit|wenn|während|obwohl|da|denn|und (?:ich|meine?|wir|es|das|er|sie|bin|habe|möchte|will|kann|würde
    |hätte|arbeite|wohne|lebe)|besonders|vor allem|als|außer|wie|bei|damit|sodass|sehr(?: gern)?|lieber|nicht
    |deshalb|daher|für meine?n?|von meine[rmn]
trail: sehr|auch|total|so sehr|wirklich|nicht|gar nicht|überhaupt nicht|mehr|jetzt|zurzeit|zum beispiel|und so|usw
    |am liebsten|gerne?|immer|übrigens
articles: (?:etwas|ein bisschen|ein wenig|ein|eine|einen|der|die|das|den|dem|fließend|gutes|alle)\s+
vague: es|das(?!\s[A-ZÄÖÜ])|dies|diese[nrsm]?|dein|deine[nrsm]?|ihre?[nrsm]?|euch|dich|dir|sie|ihn|ihm|wie|wenn
    |dass|was|wo|mich|mir|uns|zu|nicht|nichts|alles|etwas(?!\s(?-i:[A-ZÄÖÜ]))|jemand|niemand|viele?|mein
    |meine[nrsm]?|die idee|den gedanken|die art|so|sehr|mal|an|auf|aus|von|ob|man|kein|keine|keinen|einen moment
    |beide
hollow: idee|ideen|vorschlag|vorschläge|option|optionen|version|variante|ist|sind|wird|dich|dir|dein|deine|es
unfinished: der|die|das|den|dem|und|oder|von|mit|zu|in|im|an|am|für|auf|ein|eine
claims: ich|wir|mein|meine|meinen|meinem|meiner|unser|unsere|unserem|unseren|bin|habe|wohne|lebe|arbeite|heiße
    |heisse|komme|mag|liebe|hasse|spreche|lerne|spiele|studiere|suche|möchte|esse|trinke|als|nenn|nennt|alle nennen
    |man nennt|hallo|hi|hey|guten|servus|moin|früher|seit|jetzt|nun|inzwischen|mittlerweile
both: und|oder|sowie|aber
asks: was|wer|wem|wen|wie|wo|woher|wohin|wann|warum|wieso|weshalb|welche[nrsm]?|kannst|kann|könntest|können|könnte
    |soll|sollte|darf|gibt|hast|habt|haben sie|ist|sind|muss|weißt|wissen
doubt: wenn|falls|ob|wünschte|wünsche|hätte|stell dir vor|angenommen|nehmen wir an|vorausgesetzt|sagte|sagt|sagen
    |meinte (?!ich)|meint|fragte|fragt|behauptet|behauptete|schrieb|laut|würde|vielleicht|eventuell|überlege
    |träum\w*|fast|beinahe|wäre|als ob|niemand|denkt|denken|glaubt|glauben|titel|zitat|solange
unreal: 🙄|(?<!\w)/s\b|\b(?:im spiel|in (?:einem|meinem|dem|diesem) (?:spiel|roman|traum|film|buch|szenario|lied)
    |im (?:film|roman|traum|lied)|in (?:der|meiner|einer) (?:geschichte|fantasie|rolle|serie)|theoretisch|haha
    |scherz|spaß|ironie|war nur spaß|sozusagen|quasi|gewissermaßen)\b
rest: \b(?:tu so|tue so|spiel(?:e)? (?:einen?|die rolle)|rollenspiel|stell dir vor,? du|du bist (?:jetzt )?(?:ein
    |eine|der|die)\b|schreib(?:e|en sie)?(?: mir| uns)? (?:bitte )?(?:eine?n?|das|die) (?:\w+ ){0,3}(?:geschichte
    |gedicht|lied|dialog|drehbuch|szene|monolog|brief|rede|text|märchen|aufsatz|bewerbung|witz)|übersetz(?:e|en)?
    |korrigier(?:e|en)?|umformulier\w*|formulier(?:e|en)?|fass(?:e|en)?|zusammenfass\w*|verbesser(?:e|n)? (?:den
    |diesen|meinen|die|das)|was (?:heißt|bedeutet)|wie sagt man|folgende[nrsm]? (?:text|artikel|brief|satz
    |geschichte|absatz|e-?mail))|(?:^|\n)(?:sehr geehrte|liebe[rs]? (?-i:[A-ZÄÖÜ])\w+,\s*\n)
not_names: montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|januar|februar|märz|april|mai|juni|juli
    |august|september|oktober|november|dezember|ich|du|er|sie|es|wir|ihr|angst|frieden|freiheit|regen|nacht|sonne
    |wind|bedarf|gelegenheit|hause|zuhause|miete|untermiete|trennung|scheidung|armut|wohlstand|gefahr|sorge|not
    |liebe|stress|eile|rente|urlaub|arbeit|schule|ordnung|spannung|bewegung|bett|haus|wohnung|stadt|land|deutsch
    |englisch|vegetarier\w*|veganer\w*|herr|frau|dr|bitte|kunden|freunden|eltern|familie|männer|frauen|kinder|leute
    |teilzeit|vollzeit|tageslicht|kälte|hitze|interesse|zweifel|dusche|versehen|neugier|überzeugung|zeit|lust|liste
    |team|und
"""

_RELATIONS: Final = r"""
mother: mutter|mama
father: vater|papa
sister: schwester|schwestern
brother: bruder|brüder
son: sohn|söhne
daughter: tochter|töchter
child: kind|kinder
grandmother: großmutter|oma
grandfather: großvater|opa
grandchild: enkel|enkelin
aunt: tante
uncle: onkel
cousin: cousine|cousin
niece: nichte
nephew: neffe
mother-in-law: schwiegermutter
father-in-law: schwiegervater
brother-in-law: schwager
sister-in-law: schwägerin
roommate: mitbewohner|mitbewohnerin
wife: frau|ehefrau|gattin
husband: mann|ehemann|gatte
partner: partner|partnerin
girlfriend: freundin
boyfriend: freund
fiancé: verlobte|verlobter
"""

_CORRECTIONS: Final = (
    r"<slip>ich meinte (?:natürlich |eigentlich )?<new>(?:, nicht <old>)?",
    r"(?:(?:nein|eigentlich|sorry|korrektur)[,.]? )*(?:es ist|das ist) (?:jetzt )?<new>, nicht <old>",
    r"nicht <old>,? sondern <new>",
)

_DATES: Final = Dates(
    months="januar/jänner februar/feber märz april mai juni juli august september oktober november dezember",
    weekdays="montag dienstag mittwoch donnerstag freitag samstag/sonnabend sonntag",
    units="tag/tagen/tage woche/wochen monat/monaten/monate jahr/jahren/jahre",
    numbers="einem/einer/ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    forms=(
        ("day", r"<day>\. <month>(?: <year>)?"),
        ("month", r"(?:anfang |ende |mitte )?<month> <year>"),
        ("ahead", r"in <count> <unit>"),
        ("ago", r"vor <count> <unit>"),
        ("next", r"(?:nächste[nsrm]?|kommende[nsrm]?) (?:<weekday>|<month>)"),
        ("next", r"(?:nächste[nsrm]?|kommende[nsrm]?) <unit>"),
        ("last", r"(?:letzte[nsrm]?|vorige[nsrm]?) (?:<weekday>|<month>)"),
        ("last", r"(?:letzte[nsrm]?|vorige[nsrm]?) <unit>"),
        ("this", r"diese[nsrm]? (?:<weekday>|<month>)"),
        ("this", r"diese[nsrm]? <unit>"),
        ("+2", "übermorgen"),
        ("+1", "morgen"),
        ("+0", "heute"),
        ("-1", "gestern"),
        ("weekday", "<weekday>"),
        ("month", r"(?:anfang |ende |mitte )?<month>"),
        ("year", "<year>"),
    ),
    day_form=r"<day>\. ?<month>(?: <year>)?",
    since="seit",
    until="bis(?: zum)?",
    at="am|im|um|gegen|ab|den|zum",
)

LANGUAGE: Final = Language(
    code="de",
    words="aber als am auch auf aus bei bin das dass dein der die den dem du ein eine einen er es für gern "
    "gerne habe hat hallo heißt ich im in ist ja jetzt kann kein keine man mein meine mich mir mit nach "
    "nicht noch oder schon sehr sich sie sind und unser uns von war was wenn wie wir zu zum zur über nein "
    "seit möchte",
    rules=rules_of(_RULES),
    parts=parts_of(_SHAPES) | parts_of(_WORDS),
    relations=relations_of(_RELATIONS),
    corrections=_CORRECTIONS,
    dates=_DATES,
)
