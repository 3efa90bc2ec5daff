"""Italian: what people say of themselves, and the words around it; see `language` for the notation."""

from typing import Final

from memlane.derive.patterns.dates import Dates
from memlane.derive.patterns.language import Language, parts_of, relations_of, rules_of

_RULES: Final = r"""
name.is: il mio nome (?:completo )?è <person> => si chiama {value}
name.called: (?:io )?mi chiamo <person> => si chiama {value}
name.greeting: (?:ciao|buongiorno|buonasera|salve)(?: a tutti)?[,!]? (?:sono|io sono) <person> => si chiama {value}
nickname.call: (?:chiamami|puoi chiamarmi|tutti mi chiamano
    |gli amici mi chiamano) (?:pure |semplicemente )?<person> => si fa chiamare {value}
age.years: (?:io )?ho <adverbs>(?P<value>[1-9]\d|1[01]\d) anni(?! di\b) => ha {value} anni
age.turned: (?:ho appena compiuto|ho compiuto) (?P<value>[1-9]\d|1[01]\d)(?: anni)? => ha {value} anni
age.close: <close> ha (?P<value>\d{1,3}) anni(?! di\b) => ha {value} anni
birthday.is: il mio compleanno è (?:il |l')<date> => compie gli anni il {value}
birthday.born: sono nat[oa] il <date> => è nato il {value}
birth_year.born: sono nat[oa] nel <year> => è nato nel {value}
home.live: (?:io )?(?:ora |adesso )?(?:vivo|viviamo|abito|abitiamo|risiedo
    |sto vivendo) <adverbs><prep> <place> => vive {prep} {value}
home.moved: (?:mi sono|ci siamo) <adverbs>(?:trasferit[oaie]
    |spostat[oaie]) (?:da <_place> )?<prep> <place> => vive {prep} {value}
home.just: (?:mi sono appena trasferit[oa]
    |ci siamo appena trasferit[ie]) (?:da <_place> )?<prep> <place> => vive {prep} {value}
home.from [ends]: (?:mi sono|ci siamo) <adverbs>trasferit[oaie] da <place> => non vive più a {value}
home.left [ends]: non (?:vivo|viviamo|abito|abitiamo) più <prep> <place> => non vive più {prep} {value}
home.but: non (?:vivo|abito) più (?:a|ad|in) <_place>,? ma <prep> <place> => vive {prep} {value}
home.close: <close> (?:vive|abita) <adverbs><prep> <place> => vive {prep} {value}
hometown.from: (?:io )?(?:sono|vengo) <adverbs>(?:originari[oa] )?(?:di|da|dalla|dal) <place>(?! (?:in
    |con)\b) => viene da {value}
hometown.grew: (?:io )?sono cresciut[oa] <prep> <place> => è cresciuto {prep} {value}
birthplace.born: (?:io )?sono nat[oa] <prep> <place> => è nato {prep} {value}
work.am: (?:io )?sono <adverbs>(?:un |una |un')?<mestiere> => è {value}
work.do: (?:io )?faccio (?:il |la |l'|lo )<mestiere> => fa {value}
work.as: (?:io )?lavoro <adverbs>(?:(?:per|da|presso) <_org> )?come <mestiere> => lavora come {value}
work.being [presupposed]: come <mestiere>(?=, (?:io |lavoro|ho|devo|mi)) => è {value}
work.state: (?:io )?sono (?:in )?(?P<value>pensione|pensionat[oa]|libero professionista
    |libera professionista) => è in {value}
work.close: <close> (?:è|lavora come) (?:un |una |un')?<mestiere> => è {value}
work.closedo: <close> fa (?:il |la |l'|lo )<mestiere> => fa {value}
employer.work: (?:io )?lavoro <adverbs>(?:per|da|presso|alla|all'|in) ?<org> => lavora per {value}
employer.close: <close> lavora (?:per|da|presso|alla) <org> => lavora per {value}
employer.left [ends]: non lavoro più (?:per|da|presso|alla|in) <org> => non lavora più per {value}
employer.quit [ends]: (?:mi sono licenziat[oa] da|ho lasciato (?:il lavoro|il posto) (?:da|presso|alla)
    |sono stat[oa] licenziat[oa] da) <org> => non lavora più per {value}
employer.gone [ends]: (?:mi sono licenziat[oa]|ho lasciato il lavoro|ho perso il lavoro)(?= *(?:$
    |[.,;!]| ieri| la sett| e)) => non ha più il lavoro
job_seeking.look: (?:io )?(?:sto cercando|cerco) <adverbs>(?:un |una )?(?:nuovo )?(?P<value>lavoro|impiego)
    (?! (?:di gruppo)) => cerca {value}
job_seeking.state: sono (?P<value>disoccupat[oa]|in cerca di lavoro|senza lavoro) => è {value}
studies.study: (?:io )?(?:studio|sto studiando) (?!la tua|il tuo|le tue|i tuoi|per|a\b|in\b|con|molto|come|il mio
    |la mia|tutt|di\b)<role> => studia {value}
studies.student: sono (?:uno |una )?student(?:e|essa) di (?P<value>[^\W\d_][\w-]*
    (?: [^\W\d_][\w-]*)?) => studia {value}
partner.called: <mio> <spouse> si chiama <person> => sta con {value}
partner.my [anywhere presupposed]: <mio> <spouse>,? <who> => sta con {who} => {who}
partner.with: sono (?:sposat[oa]|fidanzat[oa]) con <person> => sta con {value}
partner.state: (?:io )?sono (?:felicemente |appena )?(?P<value>sposat[oa]|fidanzat[oa]|divorziat[oa]|single
    |vedov[oa]|separat[oa])(?! (?:con|da|di)\b) => è {value}
partner.ended [ends]: <mio> (?:<spouses>) ed? io (?:ci siamo lasciati|ci siamo separati|abbiamo divorziato
    |abbiamo rotto) => non sta più insieme
family.called: <mio> <kin> si chiama <person> => {relation}: {value}
family.have: (?:io )?ho (?:un |una |un')<relation>,? (?:che si chiama|di nome) <person> => {relation}: {value}
family.count: (?:io )?(?:ho|abbiamo) (?P<value>(?:un |una |un'|<_count> )<relation>) => ha {value}
family.also: (?:ho|abbiamo) (?:un|una|<_count>) (?:figli[oae]?|fratell[oi]|sorell[ae]) e (?P<value>(?:un|una|due
    |tre) <relation>) => ha {value}
family.my [anywhere presupposed]: <mio> <kin>(?: (?:maggiore|minore))?,? <who> => {relation}: {who} => {who}
pet.died [ends]: <mio> <animal> <who> (?:è mort[oa]|è mancat[oa]) => non ha più {animal} {who} => {animal} {who}
pet.have: (?:ho|abbiamo|ho adottato|abbiamo adottato) (?:un |una |un')<animal>,? (?:che si chiama|di nome
    |chiamat[oa]) <person> => ha {animal} {value} => {animal} {value}
pet.called: <mio> <animal> si chiama <person> => ha {animal} {value} => {animal} {value}
pet.my [anywhere presupposed]: <mio> <animal> <who>(?! (?:è mort[oa]
    |è mancat[oa])) => ha {animal} {who} => {animal} {who}
pet.count: (?:ho|abbiamo) (?P<value><_count> <animal>) => ha {value}
owns.drive: guido (?:una |un )?<org> => guida {value}
owns.have: (?:ho|abbiamo|ho comprato|abbiamo comprato|possiedo) (?:un |una |un')(?:nuov[oa] |piccol[oa] )?
    (?P<value><ownables>) => ha {value}
owns.sold [ends]: (?:ho|abbiamo) venduto (?:la |il |l'|lo )(?:mi[oa] |nostr[oa] )?(?:vecchi[oa] )?
    (?P<value><ownables>) => non ha più {value}
language.speak [listed]: (?:io )?parlo (?=(?:(?:un|po'|di|anche|bene|fluentemente|il|l') ?){0,4}
    (?:<tongues>)\b)<thing> => parla {value}
language.native: la mia (?:lingua madre|madrelingua) è (?:il |l'|lo )?(?P<value><tongues>) => parla {value}
learning.learn: (?:io )?(?:sto imparando|imparo) <adverbs>(?:il |l'|lo |a suonare (?:il |la |l') ?)?(?P<value>
    (?:<tongues>|pianoforte|chitarra|violino|a nuotare|a cucire)) => impara {value}
condition.have: (?:io )?(?:ho|soffro di) (?:l'|il |la |lo |un' ?)?(?P<value><conditions>) => ha {value}
condition.am: (?:io )?sono (?P<value>diabetic[oa]|asmatic[oa]|epilettic[oa]|dislessic[oa]|daltonic[oa]|autistic[oa]
    |celiac[oa]) => è {value}
plan.go [dated]: (?P<value>(?:volo|parto|partiamo|vado|andiamo|viaggio|mi trasferisco|ci trasferiamo) (?:a|ad|in
    |per) <_place>) => {value}
plan.have [dated]: (?:ho|abbiamo) (?:un |una |un')(?P<value>(?:appuntamento|colloquio|esame|matrimonio|operazione
    |concerto|volo|visita medica)(?: (?:con|dal|di|dalla)(?: \w+){1,2}?)?)(?= *(?:domani|il|lunedì|martedì
    |mercoledì|giovedì|venerdì|sabato|domenica|dopodomani|a|la|tra|fra)\b) => {value}
plan.marry [dated]: (?P<value>ci sposiamo|mi sposo) => {value}
diet.am: (?:io )?(?:sono|sono diventat[oa]) <adverbs><diet> => è {value}
diet.not [ends]: non sono più <diet> => non è più {value}
diet.being [presupposed]: (?:da|essendo) <diet>(?=, ) => è {value}
diet.close: <close> è <diet> => è {value}
avoids.eat [listed]: (?:io )?non (?P<verb>mangio|bevo) (?:mai |più )?(?!molto|tanto|la mattina|a\b|al\b|alla\b|in\b
    |da\b|più\b|niente|nulla|bene|fuori|prima|dopo|mai\b|quando|se\b|e\b)<thing> => non {verb} {value}
allergy.to [listed]: (?:io )?sono (?:molto )?allergic[oa] (?:alle |alla |agli |allo |all'
    |al |ai |a )<thing> => è allergico: {value}
allergy.close [listed]: <close> è (?:molto )?allergic[oa] (?:alle |alla |agli |allo |all'
    |al |ai |a )<thing> => è allergico: {value}
allergy.intolerant: (?:io )?sono intollerante (?:al |alla |all' ?)(?P<value>lattosio|glutine|fruttosio
    |istamina) => è intollerante: {value}
likes.love [listed]: (?:io )?(?:adoro|amo) <very><thing> => ama {value}
likes.please [listed]: (?:a me )?mi (?:piace|piacciono) <very><thing> => gli piace {value}
likes.fan [listed]: sono (?:un |una )?(?:grande )?(?:fan|appassionat[oa]|amante) (?:di|del|della|dei
    |delle) <thing> => ama {value}
dislikes.hate [listed]: (?:io )?(?:odio|detesto|non sopporto) <thing> => non ama {value}
dislikes.not [listed]: (?:a me )?non mi (?:piace
    |piacciono) (?:per niente |molto |affatto )?<thing> => non ama {value}
hobby.play: (?:io )?(?P<what>suono (?:il |la |l'|lo ) ?(?:<instruments>)|gioco a (?:<sports>))\b => {what} => {what}
hobby.is [listed]: (?:il mio hobby è|i miei hobby sono) <thing> => ha l'hobby {value}
favourite.is: (?:il mio|la mia) (?P<what>colore|cibo|piatto|gruppo|canzone|film|libro|autore|autrice|cantante
    |artista|sport|squadra|animale|stagione|gioco|bevanda|frutto|città|paese|serie|attore|attrice|fiore|dolce
    |formaggio|compositore) (?:preferit[oa]) è <thing> => {what} preferito: {value}
wants.learn: (?:io )?(?:voglio|vorrei|mi piacerebbe|spero di) (?:tanto |davvero |un giorno )*(?P<value>
    (?:imparare (?:il |l'|lo |a suonare (?:il |la |l') ?)?(?:<tongues>|pianoforte|chitarra|violino|a nuotare)
    |smettere di fumare|perdere peso|dimagrire|visitare (?:la |il |l')?(?-i:[A-ZÈ]\w+))) => vuole {value}
"""

_SHAPES: Final = r"""
mio: (?:(?:il |la )?(?:mio|mia|nostro|nostra))
prep: (?P<prep>a|ad|in|nel|nella|nei|negli|vicino a)
adverbs: (?:(?:ora|adesso|attualmente|anche|ancora|sempre|appena|da poco|ormai|originariamente|già|solo|davvero
    |molto|recentemente|disperatamente|un po') )*
very: (?:(?:molto|tanto|tantissimo|anche|davvero|proprio|soprattutto) )*
role: (?P<value>[^\W\d_][\w-]*(?: (?!(?:a|ad|in|con|per|e|ma|da|dal|dalla|perché|che|dove|il|la|le|i|al|alla|qui
    |ora|presso|su)\b)[^\W\d_][\w-]*){0,3})
mestiere: (?P<value>(?:<jobs>)(?: (?:di|del|in) (?!notte|giorno)[^\W\d_][\w-]+)?(?: (?:freelance|indipendente
    |civile|informatic[oa]|sociale|grafic[oa]|meccanic[oa]))?)(?![\w-])
diet: (?P<value>vegetarian[oa]|vegan[oa]|pescetarian[oa]|flexitarian[oa])
spouse: (?P<relation>moglie|marito|fidanzat[oa]|ragazza|ragazzo|compagn[oa]|partner)\b
spouses: moglie|marito|fidanzat[oa]|ragazza|ragazzo|compagn[oa]|partner
kin: (?P<relation>madre|mamma|padre|papà|sorella|fratello|figlio|figlia|nonna|nonno|zia|zio|cugina|cugino|nipote
    |suocera|suocero|cognata|cognato|migliore amica|migliore amico|coinquilin[oa])\b
slip: (?:(?:no|scusa|scusate|aspetta|ops|anzi|correzione)[,.!]? )*
"""

_WORDS: Final = r"""
close: (?:mia|mio) <relation>(?: (?:maggiore|minore))?(?:,? <who>,?)?
animals: cane|cani|cagna|gatto|gatta|gatti|gatte|cucciolo|gattino|gattini|criceto|criceti|coniglio|conigli
    |pappagallo|pappagalli|cavallo|cavalli|tartaruga|tartarughe|pesce rosso|pesci|galline|capre|furetto
counts: due|tre|quattro|cinque|sei|sette|otto|nove|dieci
jobs: infermier[ea]|medico|dottoressa|dottore|chirurg[oa]|dentista|farmacista|fisioterapista|psicolog[oa]
    |psichiatra|ostetrica|veterinari[oa]|avvocat[oa]|giudice|notaio|contabile|commercialista|ingegnere|sviluppat
    (?:ore|rice)|programmat(?:ore|rice)|informatic[oa]|architett[oa]|designer|grafic[oa]|illustrat(?:ore|rice)
    |fotograf[oa]|giornalista|scrittore|scrittrice|traduttore|traduttrice|interprete|bibliotecari[oa]|ricercat
    (?:ore|rice)|scienziat[oa]|biolog[oa]|chimic[oa]|fisic[oa]|economista|consulente|manager|direttore|direttrice
    |segretari[oa]|commess[oa]|cassier[ea]|camerier[ea]|cuoc[oa]|panettiere|pasticcer[ea]|macellaio|agricoltore
    |contadin[oa]|giardinier[ea]|fiorista|falegname|elettricista|idraulico|meccanico|pilota|autista|camionista
    |tassista|poliziott[oa]|pompiere|soldato|attore|attrice|musicista|compositore|compositrice|parrucchier[ea]
    |sart[oa]|professore|professoressa|insegnante|maestr[oa]|educat(?:ore|rice)|assistente sociale
    |agente immobiliare|allenat(?:ore|rice)|impiegat[oa]|artigian[oa]|muratore|operai[oa]
not_jobs: cattivo|buon|bravo
ownables: casa|appartamento|macchina|auto|moto|motorino|bicicletta|bici|barca|camper|pianoforte|chitarra|violino
    |macchina fotografica|portatile|computer|monopattino
tongues: italiano|inglese|francese|tedesco|spagnolo|portoghese|olandese|danese|svedese|norvegese|finlandese
    |islandese|polacco|ceco|ungherese|rumeno|bulgaro|greco|turco|russo|ucraino|arabo|ebraico|persiano|hindi|cinese
    |mandarino|giapponese|coreano|vietnamita|thailandese|croato|serbo|sloveno|catalano|sardo|friulano|ladino|latino
    |lingua dei segni|albanese|swahili
conditions: asma|diabete(?: di tipo [12])?|epilessia|celiachia|morbo di Crohn|artrite|artrosi|ADHD|dislessia
    |emicrania|ipertensione|eczema|psoriasi|acufene|sclerosi multipla|endometriosi|fibromialgia
instruments: pianoforte|piano|chitarra|basso|violino|viola|violoncello|flauto|clarinetto|sassofono|tromba|trombone
    |batteria|fisarmonica|arpa|ukulele|organo
sports: calcio|calcetto|basket|pallavolo|tennis|badminton|ping-pong|pallamano|hockey|golf|scacchi|rugby|padel
joints: e|ed|ma|perché|però|quindi|così|siccome|poiché|anche se
openers: siccome|dato che|visto che|poiché|ciao|salve|buongiorno|buonasera|sì|no(?=[,.!])|beh|allora|comunque
    |in realtà|a proposito|grazie|ok|va bene|ah|oh|per contesto|inoltre|e|ma|personalmente|onestamente|purtroppo
    |credo che|correzione|come dicevo|scusa|scusate|tra l'altro|io|attualmente
follow: e|ed|con|ma|dal|da|in|a|perché|ora|adesso|dove|che|come|vicino|o|così|fino|per|di notte|la settimana
    |il mese|l'anno|ieri|domani|anche|presso|al|lo scorso|il|lavoro|mi|sono|ho|vivo|venerdì|lunedì|martedì
    |mercoledì|giovedì|sabato|domenica|tra|fra|dopodomani|del|della|di|questa|questo|però
cut: perché|ma|però|quando|mentre|anche se|ed? (?:io|la mia|il mio|mi|non|è|sono|vivo|lavoro|voglio|ho|anche|noi
    |che|odio|sto)|soprattutto|tranne|come|più che|dato che|che|dove|se|per (?:il|la|le)|il (?:lunedì|martedì
    |mercoledì|giovedì|venerdì|sabato)|la domenica|nel fine settimana|quindi|da quando
trail: molto|tanto|tantissimo|anche|davvero|adesso|ora|per niente|affatto|ad esempio|ecc|troppo|un giorno
    |soprattutto|bene|in generale
articles: (?:un po' di\s|alle\s|alla\s|agli\s|allo\s|all'|al\s|ai\s|un\s|una\s|un'|il\s|lo\s|la\s|i\s|gli\s|le\s|l'
    |dei\s|delle\s|degli\s|anche\s)\s*
vague: questo|questa|questi|queste|quello|quella|quelli|quelle|ciò|tuo|tua|tuoi|tue|il tuo|la tua|i tuoi|le tue|suo
    |sua|il suo|la sua|te|ti|lei|lui|voi|quando|come|che|se|l'idea|il modo|il fatto|il mio|la mia|i miei|le mie|mio
    |mia|nostr[oa]|tutto|tutti|tutte|niente|nulla|qualcosa|qualcuno|essere|stare|avere|fare|dire|dirlo|vedere
    |sapere|pensare|più|molto|tanto|quanto|qui|lì|in|da|dover|aspettare|fare la fila|al lavoro|la vita|altr[oa]
    |di più|così
hollow: idea|idee|suggerimento|suggerimenti|opzione|opzioni|versione|versioni|proposta|proposte|è|sono|ti|te|questo
    |questa|quello
unfinished: il|lo|la|i|gli|le|di|del|della|un|una|e|o|a|al|in|per|con|da
restricts: che|dove|cui
claims: io|sono|vivo|viviamo|abito|abitiamo|ho|abbiamo|lavoro|faccio|mi|ci|il mio|la mia|i miei|le mie|mio|mia
    |nostro|nostra|non|vengo|studio|sto|cerco|parlo|imparo|suono|gioco|odio|detesto|adoro|amo|volo|parto|partiamo
    |vado|andiamo|viaggio|voglio|vorrei|spero|guido|possiedo|risiedo|soffro|come|da|essendo|chiamami|puoi|tutti mi
    |gli amici|ciao|buongiorno|buonasera|salve|ora|adesso|a me
both: e|ed|o|ma
asks: che|cosa|quale|quali|chi|dove|quando|come|perché|quanto|quanta|quanti|quante|puoi|può|potresti|potrebbe|posso
    |devo|dovrei|c'è|ci sono|hai|ha|è|sono|sai|conosci|mi consigli|mi puoi|pago|esiste
doubt: se|immagina|immaginiamo|supponi|supponiamo|mettiamo|diciamo|ha detto|dice|dicono|disse|chiese|chiede|secondo
    |scrive|scrisse|sostiene|magari|forse|sogno|sognato|quasi|come se|nessuno|credono|crede che|pensano|pensa che
    |titolo|citazione|vorrei vivere|sarei|finché
unreal: 🙄|(?<!\w)/s\b|\b(?:nel (?:gioco|mio sogno|sogno|romanzo|mio romanzo|film|libro|racconto|videogioco)
    |in (?:un|questo) (?:gioco|sogno|film|romanzo|libro)|nella (?:storia|canzone|mia fantasia|partita|serie)
    |in teoria|tecnicamente|scherzo|scherzavo|ahah\w*|praticamente|da bambin[oa])\b
rest: \b(?:fai finta|fate finta|fingi|gioco di ruolo|fai la parte|recita|immagina di essere|tu sei (?:ora )?(?:un
    |una|il|la)\b|(?:scrivi|scrivimi|componi|inventa|raccontami|crea)(?:mi)? (?:un|una|il|la|uno) ?(?:\w+ ){0,3}
    (?:storia|poesia|canzone|dialogo|copione|scena|monologo|racconto|lettera|discorso|saggio|testo|fiaba
    |barzelletta)|traduci|tradurre|correggi|correggere|riformula|riassumi|riassumere|riscrivi|migliora (?:il|questo
    |la)|come si dice|cosa significa|che significa|cosa vuol dire|(?:il )?seguente (?:testo|articolo|brano
    |messaggio))|(?:^|\n)(?:gentile|egregi[oa]|car[oa])(?: \w+){1,3}[:,]\s*\n
not_names: lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|gennaio|febbraio|marzo|aprile|maggio|giugno
    |luglio|agosto|settembre|ottobre|novembre|dicembre|io|tu|lui|lei|noi|voi|il|la|lo|i|gli|le|un|una|questo|dio
    |natale|pasqua|italian[oa]|vegetarian[oa]|vegan[oa]|signore|signora|no|sì|grazie|casa|stanc[oa]|d'accordo
"""

_RELATIONS: Final = r"""
mother: madre|mamma
father: padre|papà
sister: sorella|sorelle
brother: fratello|fratelli
son: figlio|figli
daughter: figlia|figlie
grandmother: nonna
grandfather: nonno
aunt: zia
uncle: zio
cousin: cugina|cugino|cugini|cugine
nephew: nipote|nipoti
mother-in-law: suocera
father-in-law: suocero
brother-in-law: cognato
sister-in-law: cognata
friend: migliore amica|migliore amico
roommate: coinquilino|coinquilina
wife: moglie
husband: marito
partner: compagna|compagno|partner
girlfriend: ragazza|fidanzata
boyfriend: ragazzo|fidanzato
"""

_CORRECTIONS: Final = (
    r"<slip>(?:volevo dire|intendevo) <new>(?:, non <old>)?",
    r"(?:(?:no|in realtà|scusa|correzione)[,.]? )*è (?:ora )?<new>, non <old>",
    r"non <old>,? ma <new>",
)

_DATES: Final = Dates(
    months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    weekdays="lunedì martedì mercoledì giovedì venerdì sabato domenica",
    units="giorno/giorni settimana/settimane mese/mesi anno/anni",
    numbers="un/una due tre quattro cinque sei sette otto nove dieci undici dodici",
    forms=(
        ("day", r"<day> <month>(?: <year>)?"),
        ("month", r"(?:inizio |fine |metà )?<month> <year>"),
        ("ahead", r"(?:tra|fra) <count> <unit>"),
        ("ago", r"<count> <unit> fa"),
        ("next", r"<weekday> prossim[oa]"),
        ("next", r"prossim[oa] (?:<weekday>|<month>)"),
        ("next", r"prossim[oa] <unit>"),
        ("next", r"<unit> prossim[oa]"),
        ("last", r"<weekday> scors[oa]"),
        ("last", r"<unit> scors[oa]"),
        ("last", r"scors[oa] <unit>"),
        ("this", r"quest[oa] <unit>"),
        ("+2", "dopodomani"),
        ("+1", "domani"),
        ("+0", "oggi|stasera"),
        ("-1", "ieri"),
        ("weekday", "<weekday>"),
        ("month", r"(?:inizio |fine |metà )?<month>"),
        ("year", "<year>"),
    ),
    day_form=r"<day> <month>(?: <year>)?",
    since="dal|dall'|da",
    until="fino a|fino al|fino all'",
    at="il|la|lo|l'|a|ad|in|nel",
)

LANGUAGE: Final = Language(
    code="it",
    words="adoro odio amo io sono ho mi mio mia il lo la i gli le un una di del della da dal in nel nella e è a "
    "al ad che non più per con ma se si ci ti tu come perché ciao vivo abito lavoro anche molto questo "
    "questa quello hai ha grazie quando adesso ora piace voglio sto anni alla o",
    rules=rules_of(_RULES),
    parts=parts_of(_SHAPES) | parts_of(_WORDS),
    relations=relations_of(_RELATIONS),
    corrections=_CORRECTIONS,
    dates=_DATES,
)
