"""Dutch: what people say of themselves, and the words around it; see `language` for the notation."""

from typing import Final

from memlane.derive.patterns.dates import Dates
from memlane.derive.patterns.language import Language, parts_of, relations_of, rules_of

_RULES: Final = r"""
name.is: mijn (?:volledige |echte )?naam is <person> => heet {value}
name.called: (?:ik )?heet(?: ik)? <person> => heet {value}
name.greeting: (?:hoi|hallo|hey|hé|goedendag|goedemorgen|goedemiddag|goedenavond|dag)[,!]? (?:ik ben
    |dit is) <person> => heet {value}
nickname.call: (?:noem me|noem mij|iedereen noemt me|mijn vrienden noemen me|je mag me) (?:maar |gewoon )?<person>
    (?: noemen)? => wordt {value} genoemd
age.years: <ikben> (?P<value>[1-9]\d|1[01]\d)(?: jaar(?: oud)?)? => is {value} jaar
age.turned: <ikben> (?:net |pas )?(?P<value>[1-9]\d|1[01]\d)(?: jaar)? geworden => is {value} jaar
age.close: <close> is (?P<value>\d{1,3})(?: jaar(?: oud)?)? => is {value} jaar
birthday.is: mijn verjaardag is (?:op )?<date> => is jarig op {value}
birthday.am: ik ben (?:op )<date> jarig => is jarig op {value}
birthday.born: ik ben (?:op )?<date>(?: in <_place>)? geboren => is geboren op {value}
birth_year.born: ik ben in <year> geboren => is geboren in {value}
home.live: <woon> <adverbs>(?:al )?(?:sinds \S+ |al \S+ jaar )?in <place> => woont in {value}
home.moved: <ben> <adverbs>(?:\S+ (?:maand|jaar|week|zomer|winter) )?(?:(?:van
    |uit) <_place> )?naar <place> verhuisd => woont in {value}
home.from [ends]: <ben> <adverbs>(?:\S+ (?:maand|jaar|week) )?(?:van
    |uit) <place> (?:naar <_place> )?verhuisd => woont niet meer in {value}
home.left [ends]: <woon> <adverbs>niet (?:meer|langer) in <place> => woont niet meer in {value}
home.but: <woon> <adverbs>niet (?:meer|langer) in <_place>,? maar in <place> => woont in {value}
home.used [ends]: (?:vroeger woonde ik|ik woonde vroeger) in <place> => woont niet meer in {value}
home.close: <close> woont <adverbs>in <place> => woont in {value}
hometown.from: (?:ik )?kom(?: ik)? <adverbs>uit <place> => komt uit {value}
hometown.grew: (?:ik )?ben <adverbs>opgegroeid in <place> => is opgegroeid in {value}
hometown.in: (?:ik )?ben <adverbs>in <place> opgegroeid => is opgegroeid in {value}
birthplace.born: ik ben <adverbs>(?:geboren in <place>) => is geboren in {value}
birthplace.in: ik ben <adverbs>in <place> geboren => is geboren in {value}
work.am: <ikben> (?:een )?<job> => is {value} van beroep
work.as: (?:ik )?werk <adverbs>(?:bij <_org> )?als (?!een\b|eerste|laatste)<rol> => werkt als {value}
work.state: <ikben> (?:met )?(?P<value>pensioen|gepensioneerd|zzp'er|zelfstandige?|freelancer) => is {value}
work.close: <close> (?:is|werkt als) (?:een )?<job> => is {value} van beroep
employer.work: (?:ik )?werk(?: ik)? <adverbs>(?:sinds \S+ )?(?:bij|voor)(?: de)? <org> => werkt bij {value}
employer.close: <close> werkt (?:bij|voor) <org> => werkt bij {value}
employer.left [ends]: (?:ik )?werk <adverbs>niet (?:meer|langer) (?:bij|voor) <org> => werkt niet meer bij {value}
employer.quit [ends]: ik (?:heb|ben) <adverbs>(?:ontslag genomen bij|weggegaan bij
    |ontslagen bij) <org> => werkt niet meer bij {value}
employer.quitin [ends]: ik (?:heb|ben) <adverbs>bij <org> (?:ontslag genomen|gestopt
    |ontslagen) => werkt niet meer bij {value}
employer.gone [ends]: ik (?:heb <adverbs>ontslag genomen|ben <adverbs>(?:mijn baan kwijt|ontslagen)
    |heb mijn baan opgezegd) => heeft de baan niet meer
job_seeking.look: (?:ik )?(?:zoek|ben op zoek naar)(?: ik)? <adverbs>(?:naar )?(?:een )?(?P<value>(?:nieuwe )?
    (?:baan|werk|job)) => zoekt {value}
job_seeking.state: <ikben> (?P<value>werkloos|werkzoekend|tussen twee banen) => is {value}
studies.study: (?:ik )?studeer(?: ik)? <adverbs>(?!nog\b|hier\b|in\b|aan\b|de\b|het\b|voor\b|met\b|hard\b|op\b
    |je\b)<rol> => studeert {value}
partner.called: mijn <spouse> heet <person> => is samen met {value}
partner.my [anywhere presupposed]: mijn <spouse> <who> => is samen met {who} => {who}
partner.with: <ikben> (?:gelukkig |al \S+ jaar )?(?:getrouwd|verloofd|samen) met <person> => is samen met {value}
partner.state: <ikben> (?:gelukkig |pas |net )?(?P<value>getrouwd|verloofd|gescheiden|single|vrijgezel|weduwe
    |weduwnaar)(?! (?:met|van)\b) => is {value}
partner.ended [ends]: mijn (?:<spouses>) en ik zijn (?:\S+ )?uit elkaar => is niet meer samen
family.called: mijn (?:\w+ )?<kin> heet <person> => {relation}: {value}
family.have: <ikheb> een (?:\w+ )?<relation>,? (?:genaamd|die) <person>(?: heet)? => {relation}: {value}
family.count: <ikheb> (?P<value>(?:een|<_count>) (?:(?:oudere|jongere|kleine|grote
    |volwassen) )?<relation>) => heeft {value}
family.also: <ikheb> (?:een|<_count>) (?:\w+ )?(?:zoons?|zonen|dochters?|broers?|zussen|zus) en (?P<value>(?:een
    |twee|drie) <relation>) => heeft {value}
family.my [anywhere presupposed]: mijn (?:(?:oudere|jongere|kleine|grote|oudste
    |jongste) )?<kin> <who> => {relation}: {who} => {who}
pet.died [ends]: (?:mijn|onze?|ons) <animal> <who> is (?:\S+ ){0,2}(?:overleden|doodgegaan
    |gestorven) => heeft {animal} {who} niet meer => {animal} {who}
pet.have: <ikheb> een (?:\w+ )?<animal>,? (?:genaamd|die) <person>
    (?: heet)? => heeft {animal} {value} => {animal} {value}
pet.called: (?:mijn|onze?|ons) (?:\w+ )?<animal> heet <person> => heeft {animal} {value} => {animal} {value}
pet.my [anywhere presupposed]: (?:mijn|onze?|ons) <animal> <who>(?! is (?:\S+ ){0,2}(?:overleden|doodgegaan
    |gestorven)) => heeft {animal} {who} => {animal} {who}
pet.count: <ikheb> (?P<value><_count> (?:\w+ )?<animal>) => heeft {value}
owns.drive: ik rijd?(?: in)? een <org> => rijdt {value}
owns.have: <ikheb> <adverbs>een (?P<value>(?:nieuwe |oude |kleine )?(?:<ownables>))(?: gekocht)? => heeft {value}
owns.sold [ends]: <ikheb> <adverbs>(?:mijn|onze|ons|de|het) (?:oude )?
    (?P<value><ownables>) verkocht => heeft {value} niet meer
language.speak [listed]: (?:ik )?spreek(?: ik)? (?=(?:(?:vloeiend|goed|ook|een|beetje|wat) ){0,3}
    (?:<tongues>)\b)<thing> => spreekt {value}
language.native: mijn moedertaal is (?:het )?(?P<value><tongues>) => spreekt {value}
learning.learn: (?:ik )?leer(?: ik)? <adverbs>(?:sinds \S+ )?(?P<value>(?:<tongues>|piano|gitaar|viool|zwemmen
    |dansen|naaien|programmeren|zeilen))(?: spelen)? => leert {value}
condition.have: <ikheb> <adverbs>(?P<value><conditions>) => heeft {value}
condition.am: <ikben> (?P<value>diabeet|astmatisch|epileptisch|dyslectisch|kleurenblind|autistisch) => is {value}
plan.go [dated]: (?:ik|we|wij) (?P<verb>vlieg|vliegen|ga|gaan|reis|reizen|verhuis|verhuizen|vertrek
    |vertrekken) <gap>naar <place> => {verb} naar {value} => {verb} naar {value}
plan.have [dated]: (?:ik heb|we hebben) <gap>een (?P<value>(?:\w+ )?\w*(?:afspraak|gesprek|examen|bruiloft|operatie
    |concert|vlucht|tentamen)) => {value}
plan.marry [dated]: (?:wij|we) (?P<value>trouwen) => {value}
diet.am: <ikben> (?:een )?<diet> => is {value}
diet.became: <ikben> <adverbs><diet> geworden => is {value}
diet.eat: (?:ik )?eet(?: ik)? <adverbs>(?:sinds \S+ )?(?P<value>vegetarisch|veganistisch|vegan) => eet {value}
diet.not [ends]: <ikben> (?:niet (?:meer|langer) )<diet> => is niet meer {value}
diet.geen [ends]: <ikben> geen <diet> meer => is geen {value} meer
diet.close: <close> is (?:een )?<diet> => is {value}
avoids.eat [listed]: ik (?P<verb>eet|drink) (?:geen|nooit) (?!tweede|meer\b|als\b|voor\b|na\b|in\b
    |enkele)<thing> => {verb} geen {value}
allergy.to [listed]: <ikben> (?:\w+ )?allergisch voor <thing> => is allergisch voor {value}
allergy.close [listed]: <close> is (?:\w+ )?allergisch voor <thing> => is allergisch voor {value}
allergy.have: <ikheb> een (?:zware |lichte )?(?P<value>\w{3,20}?)-?allergie => is allergisch voor {value}
allergy.intolerant: <ikben> (?P<value>lactose|gluten|fructose|histamine)-?(?: )?intolerant => is {value}-intolerant
likes.love [listed]: (?:ik )?(?:hou|houd)(?: ik)? <very>van <thing> => houdt van {value}
likes.do [listed]: ik (?P<value>kook|bak|lees|wandel|dans|zing|teken|naai|brei|zwem|reis|fotografeer|klim|zeil
    |hardloop|tuinier|schrijf|fiets) (?:heel |erg |ook )*(?:graag|veel) => {value} graag
likes.fan [listed]: <ikben> (?:een )?(?:groot |grote |echte )*(?:fan|liefhebber) van <thing> => houdt van {value}
likes.crazy [listed]: <ikben> (?:dol|gek) op <thing> => houdt van {value}
dislikes.hate [listed]: (?:ik )?(?:haat|verafschuw)(?: ik)? <thing> => houdt niet van {value}
dislikes.not [listed]: (?:ik )?(?:hou|houd)
    (?: ik)? (?:echt |helemaal )?niet (?:zo |erg )?van <thing> => houdt niet van {value}
dislikes.lust [listed]: ik lust geen <thing> => lust geen {value}
hobby.play: (?:ik )?speel(?: ik)? <adverbs>(?P<what><instruments>|<sports>)\b => speelt {what} => speel {what}
hobby.is [listed]: mijn hobby(?:'s)? (?:is|zijn) <thing> => heeft als hobby {value}
favourite.is: mijn (?:lievelings|favoriete )-?(?P<what>kleur|eten|gerecht|band|liedje|nummer|film|boek|schrijver
    |auteur|zanger|zangeres|sport|team|club|dier|spel|drankje|stad|serie|land|seizoen|bloem|componist|fruit|toetje
    |kaas) is <thing> => lievelings{what}: {value}
wants.learn: (?:ik )?(?:wil|zou graag)(?: ik)? (?:heel |graag |ooit |echt )*(?P<value>(?:(?:<tongues>|piano|gitaar
    |viool|zwemmen|dansen|zeilen)(?: spelen)? leren|stoppen met roken|afvallen|
    (?-i:naar [A-Z]\w+) reizen)) => wil {value}
"""

_SHAPES: Final = r"""
ikben: (?:ik )?ben(?: ik)?(?: (?:nu|ook|zelf|inmiddels|eigenlijk|trouwens|sinds kort|al))*
ikheb: (?:(?:ik |wij |we )?(?:heb|hebben)(?: ik| we)?)(?: (?:ook|nog|nu|trouwens|al))*
ben: (?:ik ben|we zijn|wij zijn|ben ik|zijn we)
woon: (?:nu )?(?:ik |we |wij )?(?:woon|wonen|woonachtig)(?: ik| we)?
adverbs: (?:(?:nu|momenteel|op dit moment|ook|nog|trouwens|altijd|al|inmiddels|onlangs|pas|net|gisteren|vandaag
    |helaas|dringend|eindelijk|samen met \S+|vorige maand|vorig jaar|vorige week|zelf|hier|gewoon|weer
    |oorspronkelijk|toch) )*
very: (?:(?:echt|heel erg|heel veel|erg|ook|vooral|enorm|veel) )*
rol: (?P<value>[^\W\d_][\w-]*(?: (?!(?:in|aan|bij|voor|met|op|en|maar|van|uit|sinds|naar|waar|omdat|want|terwijl|de
    |het|niet|hier|daar|'s|vaak|veel|nu)\b)[^\W\d_][\w-]*){0,3})
diet: (?P<value>vegetariër|vegetarisch|veganist|veganistisch|vegan|pescotariër|flexitariër)
spouse: (?P<relation>vrouw|man|echtgenote|echtgenoot|partner|vriendin|vriend|verloofde)\b
spouses: vrouw|man|echtgenote|echtgenoot|partner|vriendin|vriend
kin: (?P<relation>moeder|mama|vader|papa|zus|zusje|broer|broertje|zoon|dochter|oma|opa|grootmoeder|grootvader|tante
    |oom|nicht|nichtje|neef|neefje|schoonmoeder|schoonvader|zwager|schoonzus|huisgenoot|collega|buurman|buurvrouw)\b
slip: (?:(?:nee|sorry|ach|wacht|oeps|correctie|pardon)[,.!]? )*
"""

_WORDS: Final = r"""
close: mijn (?:(?:oudere|jongere|kleine|grote|oudste|jongste) )?<relation>(?: <who>)?
animals: hond|honden|hondje|kat|katten|poes|poezen|kater|puppy|kitten|hamster|hamsters|konijn|konijnen|papegaai
    |papegaaien|parkiet|parkieten|paard|paarden|pony|schildpad|schildpadden|cavia|cavia's|goudvis|goudvissen|kippen
    |geiten|teckel|labrador|poedel
counts: twee|drie|vier|vijf|zes|zeven|acht|negen|tien
jobs: leraar|lerares|docent|docente|juf|arts|dokter|verpleegkundige|verpleger|verzorgende|tandarts|apotheker
    |ambulanceverpleegkundige|therapeut|psycholoog|psychiater|advocaat|jurist|rechter|boekhouder|accountant
    |ingenieur|ontwikkelaar|programmeur|informaticus|architect|ontwerper|vormgever|illustrator|fotograaf|journalist
    |redacteur|schrijver|schrijfster|vertaler|vertaalster|tolk|bibliothecaris|wetenschapper|onderzoeker|bioloog
    |chemicus|natuurkundige|econoom|adviseur|consultant|manager|directeur|secretaresse|verkoper|verkoopster
    |makelaar|ober|serveerster|kok|bakker|slager|boer|boerin|tuinman|hovenier|bloemist|timmerman|elektricien
    |loodgieter|monteur|conciërge|piloot|chauffeur|buschauffeur|vrachtwagenchauffeur|taxichauffeur|agent
    |politieagent|brandweerman|soldaat|militair|acteur|actrice|muzikant|componist|kapper|kapster|kleermaker
    |maatschappelijk werker|hoogleraar|pedagoog|trainer|verloskundige|fysiotherapeut|dierenarts|metselaar|schilder
    |lasser
not_jobs: geen|niet|slechte|goede|beroerde|voormalig|voormalige|toekomstig|aankomend|de|het|een|mijn|jouw|je|zijn
    |haar|hun|zo|als|in|op|bij|te|van|met|en|of|fan|vroeger|er|soort
ownables: huis|appartement|auto|motor|fiets|e-bike|bakfiets|boot|zeilboot|camper|caravan|piano|gitaar|viool|camera
    |laptop|scooter|vakantiehuis
tongues: Nederlands|Vlaams|Fries|Engels|Duits|Frans|Spaans|Italiaans|Portugees|Deens|Zweeds|Noors|Fins|IJslands
    |Pools|Tsjechisch|Hongaars|Roemeens|Bulgaars|Grieks|Turks|Russisch|Oekraïens|Arabisch|Hebreeuws|Perzisch|Hindi
    |Chinees|Mandarijn|Japans|Koreaans|Vietnamees|Thais|Kroatisch|Servisch|Sloveens|Latijn|gebarentaal|Catalaans
    |Afrikaans|Papiaments|Swahili|Indonesisch|Limburgs
conditions: astma|diabetes(?: type [12])?|suikerziekte|epilepsie|coeliakie|de ziekte van Crohn|artritis|reuma|ADHD
    |dyslexie|migraine|hoge bloeddruk|eczeem|psoriasis|tinnitus|multiple sclerose|fibromyalgie
instruments: piano|gitaar|bas|viool|altviool|cello|fluit|dwarsfluit|klarinet|saxofoon|trompet|trombone|drums
    |accordeon|harp|ukelele|orgel|blokfluit
sports: voetbal|basketbal|volleybal|tennis|badminton|tafeltennis|handbal|hockey|ijshockey|golf|schaak|squash|rugby
    |padel|korfbal
joints: en|maar|want|omdat|dus|hoewel|aangezien
openers: hoi|hallo|hey|hé|dus|ja|nee(?=[,.!])|trouwens|overigens|nou|ach|oh|oké|ok|dank je|bedankt|eerlijk gezegd
    |eigenlijk|ter info|even over mij|daarnaast|goed|klopt|helaas|correctie|ik denk dat|ik geloof dat|en|maar|ook
    |zoals gezegd|sorry|nu(?= ?,)
follow: en|maar|met|sinds|bij|in|op|want|omdat|nu|momenteel|of|waar|die|dat|als|tot|van|uit|voor|om|naar|is|werk
    |ben|heb|dus|niet|ook|nog|al|weer|geworden|'s|daar|hier|volgende|volgend|morgen|vandaag|overmorgen|verkocht
    |gekocht|werkt|heet|woon|verhuisd|vorige|opgegroeid|sollicitatie
cut: omdat|maar|sinds|als|wanneer|terwijl|hoewel|want|en (?:ik|mijn|we|het|dat|hij|zij|ze|ben|heb|wil|kan|zou|werk
    |woon)|vooral|behalve|zoals|bij|zodat|liever|niet|daarom|dus|voor mijn|van mijn|dan|in het weekend
    |op (?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)
trail: heel erg|ook|erg|zo|echt|niet|helemaal niet|meer|nu|bijvoorbeeld|enzo|enz|het meest|graag|altijd|trouwens
    |veel
articles: (?:een beetje|wat|een|de|het|alle|vloeiend|goed|ook)\s+
vague: het\b(?! [a-z]+en\b)|dat|dit|deze|die|je|jouw|jou|jullie|u|uw|hem|haar|hen|hoe|als|wat|waar|me|mij|ons|te
    |niet|niets|alles|iets|iemand|niemand|veel|mijn|onze|het idee|de manier|zo|erg|er|aan|op|van|of|men|geen|meer
    |wachten|beide|allebei|elkaar|leven|een
hollow: idee|ideeën|voorstel|voorstellen|optie|opties|versie|versies|suggestie|suggesties|is|zijn|je|jou|jouw|dat
    |dit
unfinished: de|het|een|en|of|van|met|te|in|op|aan|voor|naar|uit
restricts: dat|die|waar|wie
claims: ik|nu|we|wij|mijn|onze|ons|ben|heb|woon|werk|heet|kom|hou|houd|haat|spreek|leer|speel|studeer|zoek|wil|eet
    |drink|noem|iedereen noemt|je mag|hoi|hallo|hey|hé|goede|dag|vroeger
both: en|of|maar
asks: wat|wie|hoe|waar|wanneer|waarom|welke?|kun|kan|kunt|zou|zal|mag|moet|is er|zijn er|heb je|hebben jullie|is
    |zijn|weet|ken|heb ik|wil je
doubt: als|indien|of|wou|wens|stel|stel je voor|veronderstel|aangenomen|zei|zegt|zeggen|zeiden|vroeg|vraagt|beweert
    |schreef|volgens|zou|misschien|wellicht|overweeg|droom|droomde|bijna|alsof|niemand|denkt|denken|gelooft|geloven
    |titel|citaat|zolang
unreal: 🙄|(?<!\w)/s\b|\b(?:in (?:het|een|mijn|dit) (?:spel|verhaal|boek|scenario|liedje|gedicht)|in (?:de|een
    |mijn) (?:droom|roman|film|serie|fantasie|rol)|in theorie|theoretisch|grapje|haha\w*|technisch gezien|praktisch
    |zogezegd|tuurlijk, ik)\b
rest: \b(?:doe alsof|doe net alsof|rollenspel|speel (?:een|de rol)|stel je voor dat je|je bent (?:nu )?(?:een|de)\b
    |jij bent (?:nu )?(?:een|de)\b|(?:schrijf|maak|verzin|vertel)(?: me| mij)? (?:een|het|de) (?:\w+ ){0,3}
    (?:verhaal|gedicht|lied|dialoog|script|scène|monoloog|brief|toespraak|tekst|sprookje|opstel|mop|grap)|vertaal
    |vertalen|corrigeer|verbeter (?:de|deze|dit|mijn|het)|herformuleer|herschrijf|vat|samenvatten|hoe zeg je
    |wat betekent|volgende (?:tekst|artikel|brief|zin|verhaal|alinea))|(?:^|\n)(?:geachte|beste)(?: (?:heer
    |mevrouw))? (?-i:[A-Z])\w+,\s*\n
not_names: maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|januari|februari|maart|april|mei|juni|juli
    |augustus|september|oktober|november|december|ik|jij|je|hij|zij|ze|we|wij|de|het|een|dit|dat|god|kerst|pasen
    |nederlander|nederlands|belg|vegetariër|veganist|meneer|mevrouw|dr|ja|nee|bedankt|iedereen|allemaal|huis|angst
"""

_RELATIONS: Final = r"""
mother: moeder|mama
father: vader|papa
sister: zus|zusje|zussen
brother: broer|broertje|broers
son: zoon|zoons|zonen
daughter: dochter|dochters
child: kind|kinderen
grandmother: oma|grootmoeder
grandfather: opa|grootvader
grandchild: kleinkind|kleinkinderen
aunt: tante
uncle: oom
niece: nichtje
nephew: neefje
cousin: nicht|neef
mother-in-law: schoonmoeder
father-in-law: schoonvader
brother-in-law: zwager
sister-in-law: schoonzus
roommate: huisgenoot
colleague: collega
neighbour: buurman|buurvrouw
wife: vrouw|echtgenote
husband: man|echtgenoot
partner: partner
girlfriend: vriendin
boyfriend: vriend
fiancé: verloofde
"""

_CORRECTIONS: Final = (
    r"<slip>ik bedoelde (?:natuurlijk |eigenlijk )?<new>(?:, niet <old>)?",
    r"(?:(?:nee|eigenlijk|sorry|correctie)[,.]? )*het is (?:nu )?<new>, niet <old>",
    r"niet <old>,? maar <new>",
)

_DATES: Final = Dates(
    months="januari februari maart april mei juni juli augustus september oktober november december",
    weekdays="maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    units="dag/dagen week/weken maand/maanden jaar/jaren",
    numbers="een/één twee drie vier vijf zes zeven acht negen tien elf twaalf",
    forms=(
        ("day", r"<day> <month>(?: <year>)?"),
        ("month", r"(?:begin |eind |midden )?<month> <year>"),
        ("ahead", r"over <count> <unit>"),
        ("ago", r"<count> <unit> geleden"),
        ("next", r"(?:volgende?|komende) (?:<weekday>|<month>)"),
        ("next", r"(?:volgende?|komende?) <unit>"),
        ("last", r"(?:vorige?|afgelopen) (?:<weekday>|<month>)"),
        ("last", r"(?:vorige?|afgelopen) <unit>"),
        ("this", r"(?:deze|dit) <unit>"),
        ("+2", "overmorgen"),
        ("+1", "morgen"),
        ("+0", "vandaag|vanavond"),
        ("-1", "gisteren"),
        ("weekday", "<weekday>"),
        ("month", r"(?:begin |eind |midden )?<month>"),
        ("year", "<year>"),
    ),
    day_form=r"<day> <month>(?: <year>)?",
    since="sinds",
    until="tot(?: en met)?",
    at="op|in|om|per|vanaf",
)

LANGUAGE: Final = Language(
    code="nl",
    words="ik ben heb het een de en van in is dat die niet mijn me mij je jij jouw we wij ons onze voor met op "
    "aan bij naar uit maar ook nog al als of wat waar hoe er dit deze te om nu geen zijn was heeft hebben "
    "woon werk hou wil graag hoi ja nee sinds heet want dus veel jaar zo",
    rules=rules_of(_RULES),
    parts=parts_of(_SHAPES) | parts_of(_WORDS),
    relations=relations_of(_RELATIONS),
    corrections=_CORRECTIONS,
    dates=_DATES,
)
