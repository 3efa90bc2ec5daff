"""French: what people say of themselves, and the words around it; see `language` for the notation."""

from typing import Final

from memlane.derive.patterns.dates import Dates
from memlane.derive.patterns.language import Language, parts_of, relations_of, rules_of

_RULES: Final = r"""
name.is: mon (?:nom(?: complet)?|prénom) (?:est|c'est) <person> => s'appelle {value}
name.called: je m'appelle <person> => s'appelle {value}
name.me: moi,? c'est <person> => s'appelle {value}
name.greeting: (?:bonjour|salut|bonsoir|coucou)(?: à tous)?[,!]? (?:je suis|c'est|ici) <person> => s'appelle {value}
nickname.call: (?:appelle(?:z)?-moi|(?:tout le monde|on|mes amis) m'appelle
    (?:nt)?) (?:simplement )?<person> => se fait appeler {value}
age.years: (?:j'ai|moi j'ai) <adverbs>(?P<value>[1-9]\d|1[01]\d) ans(?! (?:de|d'|pour)\b) => a {value} ans
age.turned: je viens d'avoir (?P<value>[1-9]\d|1[01]\d) ans => a {value} ans
age.close: <close> a (?P<value>\d{1,3}) ans(?! de\b) => a {value} ans
birthday.is: mon anniversaire (?:est|c'est|tombe) le <date> => fête son anniversaire le {value}
birthday.born: je suis née? le <date> => est né le {value}
birth_year.born: je suis née? en <year> => est né en {value}
home.live: <jenous><adverbs>(?:habite|vis|vit|habitons|vivons|réside
    |loge) <adverbs><prep> <place> => vit {prep} {value}
home.moved: (?:je viens|nous venons|on vient) (?:juste )?de (?:déménager|m'installer|nous installer) (?:(?:de
    |d')\s?<_place> )?<prep> <place> => vit {prep} {value}
home.have: (?:j'ai|nous avons|on a) <adverbs>(?:déménagé|emménagé) (?:
    (?:de |d')<_place> )?<prep> <place> => vit {prep} {value}
home.settled: (?:je me suis installée?|nous nous sommes installés) <adverbs><prep> <place> => vit {prep} {value}
home.from [ends]: (?:j'ai|nous avons|on a) <adverbs>(?:déménagé|quitté) (?:(?:de |d')(?=<_place>))<place>
    (?= (?:<prep>|$)) => ne vit plus à {value}
home.left [ends]: je n'habite plus <prep> <place> => n'habite plus {prep} {value}
home.leftvis [ends]: je ne (?:vis|réside) plus <prep> <place> => ne vit plus {prep} {value}
home.but: je (?:n'habite|ne vis) plus <_prepx> <_place>,? mais <prep> <place> => vit {prep} {value}
home.used [ends]: (?:avant,? )?j'(?:habitais|ai habité) avant <prep> <place> => ne vit plus {prep} {value}
home.close: <close> (?:habite|vit) <adverbs><prep> <place> => vit {prep} {value}
hometown.from: je (?:viens|suis originaire) (?:de la|du|des|de|d')\s?<place>(?! (?:en|par
    |avec)\b) => vient de {value}
hometown.grew: j'ai grandi <prep> <place> => a grandi {prep} {value}
birthplace.born: je suis née? (?:le <_date> )?<prep> <place> => est né {prep} {value}
work.am: <jesuis> (?:une? )?<metier> => est {value}
work.as: (?:je )?travaille <adverbs>(?:chez <_org> )?(?:comme|en tant que|en tant qu') ?(?!une?\b|l[ea]s?\b|ça\b
    |d'\w+)<metier> => travaille comme {value}
work.being [presupposed]: en tant que <metier>(?=,? (?:je|j')) => est {value}
work.state: <jesuis> (?:à la |en )?(?P<value>retraitée?|retraite|auto-entrepreneuse?|auto-entrepreneur|à mon compte
    |indépendante?) => est {value}
work.close: <close> (?:est|travaille comme) (?:une? )?<metier> => est {value}
employer.work: (?:je )?travaille <adverbs>(?:chez|pour) <org> => travaille chez {value}
employer.close: <close> travaille (?:chez|pour) <org> => travaille chez {value}
employer.left [ends]: je ne travaille plus (?:chez|pour) <org> => ne travaille plus chez {value}
employer.quit [ends]: j'ai <adverbs>(?:démissionné de|quitté mon (?:emploi|poste|travail) chez|été licenciée? (?:de
    |par)) (?:chez )?<org> => ne travaille plus chez {value}
employer.gone [ends]: j'ai <adverbs>(?:démissionné|perdu mon (?:emploi|travail|poste)|quitté mon (?:emploi|travail
    |poste))(?= *(?:$|[.,!;]| hier| et| la sem| le mois)) => n'a plus son emploi
job_seeking.look: (?:je )?(?:cherche|recherche) <adverbs>(?:un |du |une )?(?:nouvel |nouveau )?(?P<value>emploi
    |travail|boulot|job|poste)(?! (?:d'équipe|de groupe)) => cherche un {value}
job_seeking.state: <jesuis> (?:au |en recherche d')(?P<value>chômage|emploi) => est au {value}
studies.study: (?:j'étudie|j'ai étudié jusqu'ici) (?!ta|ton|tes|votre|vos|cette?|ces|ça|comment|pour|à|en|dans
    |toujours|beaucoup)(?:l'|la |le |les )?<role> => étudie {value}
studies.student: <jesuis> étudiante? en (?P<value>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?) => étudie {value}
partner.called: <mon> <spouse> s'appelle <person> => est en couple avec {value}
partner.my [anywhere presupposed]: <mon> <spouse>,? <who> => est en couple avec {who} => {who}
partner.with: <jesuis> (?:mariée?|fiancée?|en couple) (?:avec|à) <person> => est en couple avec {value}
partner.state: <jesuis> (?:heureusement |récemment )?(?P<value>mariée?|fiancée?|divorcée?|célibataire|veuve?
    |pacsée?|séparée?)(?! (?:à|avec|de|du|par)\b) => est {value}
partner.ended [ends]: <mon> (?:<spouses>) et moi (?:nous sommes|on s'est|avons) (?:séparés|quittés|rompu
    |divorcé) => n'est plus en couple
family.called: <mon> <kin> s'appelle <person> => {relation} : {value}
family.have: <jaiun> (?:une? )(?:(?:grande?|petite?) )?<relation>,? (?:qui s'appelle|nommée?
    |appelée?) <person> => {relation} : {value}
family.count: <jaiun> (?P<value>(?:une?|<_count>) (?:(?:grande?s?|petite?s?|jeunes) )?<relation>) => a {value}
family.also: <jaiun> (?:une?|<_count>) (?:fils|filles?|frères?|sœurs?|soeurs?|enfants?) et (?P<value>(?:une?|deux
    |trois) <relation>) => a {value}
family.my [anywhere presupposed]: <mon> (?:(?:grande?|petite?) )?<kin>,? <who> => {relation} : {who} => {who}
pet.died [ends]: (?:mon|ma|notre) <animal> <who> (?:est|vient de) (?:morte?|mourir
    |décédée?) => n'a plus {animal} {who} => {animal} {who}
pet.have: <jaiun> une? (?:\w+ )?<animal>,? (?:qui s'appelle|nommée?
    |appelée?) <person> => a {animal} {value} => {animal} {value}
pet.called: (?:mon|ma|notre) <animal> s'appelle <person> => a {animal} {value} => {animal} {value}
pet.my [anywhere presupposed]: (?:mon|ma|notre) <animal> <who>(?! (?:est|vient de) (?:morte?|mourir
    |décédée?)) => a {animal} {who} => {animal} {who}
pet.count: <jaiun> (?P<value><_count> <animal>) => a {value}
owns.drive: je (?:conduis|roule en) (?:une? )?<org> => conduit {value}
owns.have: (?:<jaiun>|j'ai <adverbs>acheté|nous avons <adverbs>acheté
    |je possède) une? (?:nouvelle |petite |vieille |nouveau |petit |vieux )?(?P<value><ownables>) => a {value}
owns.sold [ends]: (?:j'ai|nous avons|on a) <adverbs>vendu (?:ma|mon|notre|la|le|l')\s?
    (?:vieille |ancienne |vieux )?(?P<value><ownables>) => n'a plus {value}
language.speak [listed]: (?:je )?parle <adverbs>(?=(?:(?:couramment|aussi|bien|un|peu|le|l') ?){0,3}
    (?:<tongues>)\b)<thing> => parle {value}
language.native: ma langue (?:maternelle|natale) est (?:le |l')\s?(?P<value><tongues>) => parle {value}
learning.learn: (?:j'apprends|je suis en train d'apprendre) <adverbs>(?:le |l'|la |à jouer (?:du |de la ) ?)?
    (?P<value>(?:<tongues>|piano|guitare|violon|natation|couture)) => apprend {value}
condition.have: j'ai (?:de l'|du |de la |des |un |une |la )?(?P<value><conditions>) => a {value}
condition.am: <jesuis> (?P<value>diabétique|asthmatique|épileptique|dyslexique|daltonienn?e?|autiste|cœliaque
    |coeliaque) => est {value}
plan.go [dated]: (?:je|nous|on) (?P<value>(?:pars?|partons|vais|allons|va|voyage|déménage|m'envole|retourne) (?:à
    |en|au|aux|pour|vers) <_place>) => {value}
plan.have [dated]: j'ai (?:une? )(?P<value>(?:rendez-vous|entretien|examen|mariage|opération|concert|vol|concours)
    (?: (?:chez|de|d'|avec) ?[\w' ]{2,20}?)?)(?= *(?:demain|le|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
    |la|en|après-demain|dans)\b) => {value}
plan.marry [dated]: (?:nous nous|on se) (?P<value>marions|marie) => {value}
diet.am: <jesuis> (?:une? )?<diet> => est {value}
diet.became: je suis <adverbs>devenue? <diet> => est {value}
diet.not [ends]: je ne suis plus <diet> => n'est plus {value}
diet.being [presupposed]: en tant que <diet>(?=,? (?:je|j')) => est {value}
diet.close: <close> est <diet> => est {value}
avoids.eat [listed]: je ne (?P<verb>mange|bois) (?:pas|plus|jamais) (?:de |d')(?!plus\b
    |trop\b)<thing> => ne {verb} pas de {value}
allergy.to [listed]: <jesuis> (?:\w+ment )?allergique (?:à|au|aux) <thing> => est allergique : {value}
allergy.close [listed]: <close> est (?:\w+ment )?allergique (?:à|au|aux) <thing> => est allergique : {value}
allergy.have: j'ai une allergie (?:à|au|aux) (?:l'|la |le |les )?<mots> => est allergique : {value}
allergy.intolerant: <jesuis> intolérante? (?:au|à la|à l'|aux) ?(?P<value>lactose|gluten|fructose
    |histamine) => est intolérant : {value}
likes.love [listed]: (?:j'adore\b|j'aime\b|je raffole (?:de |du |des |de la )) ?<very>(?!pas)<thing> => aime {value}
likes.fan [listed]: <jesuis> (?:une? )?(?:grande? |gros(?:se)? )?(?:fan|passionnée?) (?:de |du |des |d'
    |par )<thing> => aime {value}
likes.close [listed]: <close> (?:adore|aime) <very><thing> => aime {value}
dislikes.hate [listed]: je (?:déteste|hais) <very><thing> => déteste {value}
dislikes.cannot [listed]: je ne supporte pas <thing> => ne supporte pas {value}
dislikes.not [listed]: je n'aime (?:vraiment |absolument )?pas (?:du tout |trop |beaucoup |vraiment )?<thing> => n'a
    ime pas {value}
hobby.play: (?:je )?joue <adverbs>(?P<what>(?:du |de la |de l'|au |à la |aux )(?:<instruments>
    |<sports>)) => joue {what} => joue {what}
hobby.is [listed]: (?:mon|mes) (?:passe-temps|loisirs?|hobbys?|hobbies) (?:préférés? )?(?:est
    |sont) <thing> => a pour loisir {value}
favourite.is: <mon> (?P<what>couleur|plat|groupe|chanson|film|livre|auteur|autrice|chanteur|chanteuse|artiste|sport
    |équipe|animal|saison|jeu|boisson|fruit|ville|pays|série|acteur|actrice|cuisine|fleur|dessert|fromage
    |compositeur) (?:préférée?|favorite?) (?:est|c'est) <thing> => {what} préféré : {value}
wants.learn: (?:je (?:veux|voudrais|souhaite|compte)|j'aimerais) (?:vraiment |bien |un jour )*(?P<value>
    (?:apprendre (?:le |l'|la |à jouer (?:du |de la ) ?)?(?:<tongues>|piano|guitare|violon|nager|coudre|couture)
    |arrêter de fumer|perdre du poids|visiter (?:le |la |l'|les )?(?-i:[A-ZÉ]\w+))) => veut {value}
"""

_SHAPES: Final = r"""
jesuis: (?:moi,? )?(?:je )?suis(?: (?:aussi|actuellement|maintenant|désormais|toujours|moi-même|en fait|plutôt))*
jaiun: (?:j'ai|nous avons|on a)(?: (?:aussi|également|maintenant))*
jenous: (?:je |j'|nous |on |(?=vis |habite ))
adverbs: (?:(?:maintenant|actuellement|aussi|désormais|toujours|juste|récemment|vraiment|encore|enfin|bien
    |depuis \S+|à présent|déjà|en ce moment|hier|couramment|activement) )*
very: (?:(?:bien|beaucoup|vraiment|aussi|trop|énormément|tellement|surtout) )*
prep: (?P<prep>à|en|au|aux|à la|dans le|près de|sur)
prepx: (?:à|en|au|aux)
mon: (?:mon|ma|mes|nos|notre)
role: (?P<value>[^\W\d_][\w'-]*(?: (?!(?:à|au|aux|en|chez|pour|avec|et|mais|depuis|dans|sur|car|parce|qui|que|où|le
    |la|les|ici|avant|après|pendant|par)\b)[^\W\d_][\w'-]*){0,3})
metier: (?P<value>(?:(?:<jobs>)(?: (?:de|d'|en|des) ?[^\W\d_][\w-]+)?(?: (?:libérale?|indépendante?|freelance
    |scolaire|social|sociale|mécanique|civile?|informatique|web|sportif|sportive))?))(?![\w-])
mots: (?P<value>[^\W\d_][\w'-]*(?: (?:de |d')?[^\W\d_][\w'-]*)?)
diet: (?P<value>végétarienn?e?s?|végane?|vegane?|végétalienn?e?|pescétarienn?e?|flexitarienn?e?)
spouse: (?P<relation>femme|mari|épouse|époux|compagne|compagnon|conjointe?|copine|copain|petite amie|petit ami
    |fiancée?|partenaire)\b
spouses: femme|mari|épouse|époux|compagne|compagnon|conjointe?|copine|copain|petite amie|petit ami
kin: (?P<relation>mère|maman|père|papa|sœur|soeur|frère|fils|fille|grand-mère|grand-père|mamie|papi|tante|oncle
    |cousine|cousin|nièce|neveu|belle-mère|beau-père|belle-sœur|beau-frère|colocataire|coloc)\b
"""

_WORDS: Final = r"""
close: (?:mon|ma) (?:(?:grande?|petite?) )?<relation>(?:,? <who>,?)?
animals: chiens?|chienne|chats?|chatte|chiots?|chatons?|hamsters?|lapins?|perroquets?|perruches?|chevaux|cheval
    |poneys?|tortues?|cochons d'Inde|cochon d'Inde|poissons? rouges?|poules|chèvres|furets?|labrador|caniche|teckel
counts: deux|trois|quatre|cinq|six|sept|huit|neuf|dix
jobs: infirmière?|infirmier|médecin|docteur|chirurgienn?e?|dentiste|pharmacienn?e?|kinésithérapeute|kiné
    |psychologue|psychiatre|sage-femme|vétérinaire|avocate?|juge|notaire|comptable|ingénieure?|développeu(?:r|se)
    |programmeu(?:r|se)|informaticienn?e?|architecte|graphiste|designer|illustrat(?:eur|rice)|photographe
    |journaliste|écrivaine?|auteure?|autrice|traduct(?:eur|rice)|interprète|bibliothécaire|chercheu(?:r|se)
    |scientifique|biologiste|chimiste|physicienn?e?|économiste|consultante?|gérante?|direct(?:eur|rice)|secrétaire
    |vendeu(?:r|se)|caissière?|caissier|serveu(?:r|se)|cuisinière?|cuisinier|boulangère?|boulanger|pâtissière?
    |pâtissier|boucher|bouchère|agricult(?:eur|rice)|jardinière?|jardinier|fleuriste|menuisière?|menuisier
    |électricienn?e?|plombière?|plombier|mécanicienn?e?|pilote|chauffeu(?:r|se)|conduct(?:eur|rice)|policière?
    |policier|pompier|soldat|militaire|act(?:eur|rice)|comédienn?e?|musicienn?e?|composit(?:eur|rice)|coiffeu(?:r
    |se)|coutur(?:ière|ier)|professeure?|prof|enseignante?|instituteur|institutrice|éducat(?:eur|rice)
    |assistante? sociale?|agente? immobili(?:er|ère)|aide-soignante?|ambulanci(?:er|ère)|entraîneu(?:r|se)
    |fonctionnaire|freelance|artisane?
not_jobs: mauvais|bon|pas
ownables: maison|appartement|voiture|moto|vélo|bateau|voilier|camping-car|piano|guitare|violon|appareil photo
    |ordinateur(?: portable)?|scooter|chalet|ferme|studio|trottinette|tablette
tongues: français|anglais|allemand|espagnol|italien|portugais|néerlandais|flamand|danois|suédois|norvégien|finnois
    |islandais|polonais|tchèque|hongrois|roumain|bulgare|grec|turc|russe|ukrainien|arabe|hébreu|persan|hindi
    |chinois|mandarin|japonais|coréen|vietnamien|thaï|croate|serbe|breton|occitan|basque|catalan|corse|alsacien
    |swahili|wolof|créole|latin|la langue des signes|berbère|kabyle
conditions: diabète(?: de type [12])?|asthme|épilepsie|maladie cœliaque|maladie coeliaque|maladie de Crohn|arthrose
    |arthrite|TDAH|dyslexie|migraines|hypertension|eczéma|psoriasis|acouphènes|sclérose en plaques|endométriose
    |fibromyalgie
instruments: piano|guitare|basse|violon|alto|violoncelle|flûte|clarinette|saxophone|trompette|trombone|batterie
    |accordéon|harpe|ukulélé|orgue
sports: football|foot|basket|volley|tennis|badminton|ping-pong|handball|hockey|golf|échecs|rugby|pétanque|squash
    |padel
joints: et(?: que)?|mais|car|parce que|puisque|donc|alors|comme
openers: comme(?= (?:je|j')\b)|puisque|vu que|étant donné que|bonjour|salut|bonsoir|coucou|oui|non|bon|eh bien
    |alors|au fait|d'ailleurs|en fait|en réalité|merci|ok|d'accord|ah|oh|pour info|pour information
    |pour le contexte|sinon|aussi|et|mais|personnellement|moi|franchement|honnêtement|malheureusement|je crois que
    |correction|comme je l'ai dit|désolée?|pardon|petite présentation|enfin|maintenant|actuellement
follow: et|avec|mais|depuis|en|au|à|dans|car|parce|maintenant|actuellement|où|qui|comme|chez|pour|près|donc|alors
    |ou|que|jusqu'(?:en|à|au)|pendant|la semaine|le mois|l'an|le week|hier|demain|après|avant|aussi|enchantée?|et
    |sur|vendredi|lundi|mardi|mercredi|jeudi|samedi|dimanche|du|de|le|cette|ce|cet|à temps|de nuit|déjà|toujours
    |plus|cuisinier|moi|je|j
cut: parce que|car|mais|depuis|quand|lorsque|pendant|même si|et (?:je|j'|ma|mon|mes|nous|il|elle|ça|c'est|on|que
    |suis|ai|travaille|vis|habite|veux)|surtout|sauf|comme|plus que|puisque|qui|que|où|si|dans|chez|le (?:lundi
    |mardi|mercredi|jeudi|vendredi|samedi|dimanche|matin|soir|week-end)|ça|donc|alors
trail: beaucoup|trop|aussi|vraiment|énormément|maintenant|en ce moment|du tout|par exemple|etc|et tout|bien|surtout
    |tellement|un jour|plus que tout|couramment|en général
articles: (?:un peu (?:de |d'|le |l')?|une?\s|la\s|le\s|les\s|l'|du\s|des\s|de\s|d'|aussi\s|couramment\s|à\s(?:la\s
    |l')?|au\s|aux\s)\s*
vague: ça|cela|ce|c'|cette|cet|ces|celui|celle|ceux|ton|ta|tes|votre|vos|te|vous|toi|tu|quand|comment|que|qu'
    |lorsque|si|la façon|la manière|l'idée|le fait|mon|ma|mes|son|sa|ses|leur|leurs|notre|nos|il|elle|lui|rien|tout
    |tous|toutes|quelque chose|quelqu'un|être|avoir|faire|dire|voir|savoir|penser|pas|plus|bien\s(?:ça|cette|ton|ta
    |l'idée)|y|en|le matin|le soir|ici|là|beaucoup|trop|la vie|le travail|(?:au|aux)\s(?:travail|autres)|moi
hollow: idée|idées|suggestion|suggestions|option|options|version|versions|proposition|propositions|est|sont|ça|tu
    |te|vous|ton|ta|tes|votre|vos|ce|cette|ces
unfinished: le|la|les|de|des|du|un|une|et|ou|à|au|aux|en|pour|par|avec|dans
claims: j'|je|moi|mon|ma|mes|nous|notre|nos|on|suis|vis|habite|travaille|parle|joue|cherche|recherche|appelle
    |appelez|en tant que|tout le monde|bonjour|salut|bonsoir|coucou|avant
restricts: qui|que|dont|où
both: et|ou|mais
asks: que|qu'|qu'est-ce|quel|quelle|quels|quelles|qui|où|quand|comment|pourquoi|combien|peux-tu|pouvez-vous
    |pourrais-tu|pourriez-vous|est-ce|as-tu|avez-vous|dois-je|puis-je|peut-on|faut-il|y a-t-il|sais-tu|connais-tu
    |connaissez-vous|tu peux|vous pouvez
doubt: si|s'il|imagine|imaginez|imaginons|supposons|suppose|supposez|mettons|admettons|disons|dit|disait|disent|dis
    |demande|demandé|affirme|prétend|selon|d'après|écrit|répond|répondu|voudrais habiter|rêve|rêvé|peut-être|failli
    |presque|comme si|personne|pense que tu|pensent|croient|croit|titre|citation|aurais|serais|tant que
unreal: 🙄|(?<!\w)/s\b|\b(?:dans (?:le|un|mon|ce) (?:jeu|rêve|roman|film|livre|scénario|poème|conte)|dans (?:la|une
    |ma|cette) (?:chanson|histoire|fiction|série|partie)|en théorie|théoriquement|mdr|lol|ptdr|je plaisante
    |je rigole|pour de rire|techniquement|pratiquement|bien sûr, j'adore)\b
rest: \b(?:fais comme si|faites comme si|fais semblant|jeu de rôle|joue(?:z)? le rôle|imagine que tu
    |tu es (?:maintenant )?(?:une?|le|la)\b|(?:écris|écrivez|rédige|rédigez|compose|invente|raconte|crée)
    (?:-moi)? (?:une?|le|la|l') ?(?:\w+ ){0,3}(?:histoire|poème|chanson|dialogue|script|scène|monologue|conte
    |nouvelle|lettre|discours|essai|texte|blague)|tradui[st]|traduire|traduisez|corrige[rz]?|reformule[rz]?
    |résume[rz]?|réécri[st]|améliore[rz]?|relis|comment dit-on|comment dire|que veut dire|que signifie|
    (?:le |ce )?texte suivant|l'article suivant)|(?:^|\n)(?:madame|monsieur|cher|chère)(?: (?-i:[A-Z])\w+)?,\s*\n
not_names: lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|février|mars|avril|mai|juin|juillet|août
    |septembre|octobre|novembre|décembre|je|tu|il|elle|nous|vous|on|le|la|les|un|une|ce|cette|dieu|noël|pâques
    |français|française|anglais|anglaise|allemand|allemande|belge|suisse(?! )|végétarien|végan|monsieur|madame|moi
    |toi|non|oui|merci|vous|désolée?|enchantée?|et|mais|qui|que
"""

_RELATIONS: Final = r"""
mother: mère|maman
father: père|papa
sister: sœur|sœurs|soeur|soeurs
brother: frère|frères
son: fils
daughter: fille|filles
child: enfant|enfants
grandmother: grand-mère|mamie
grandfather: grand-père|papi
aunt: tante
uncle: oncle
cousin: cousine|cousin|cousins|cousines
niece: nièce|nièces
nephew: neveu|neveux
mother-in-law: belle-mère
father-in-law: beau-père
brother-in-law: beau-frère
sister-in-law: belle-sœur
roommate: colocataire|coloc
wife: femme|épouse
husband: mari|époux
partner: compagne|compagnon|conjoint|conjointe|partenaire
girlfriend: copine|petite amie
boyfriend: copain|petit ami
fiancé: fiancé|fiancée
"""

_CORRECTIONS: Final = (
    r"(?:(?:non|pardon|désolée?|oups|attends|enfin|correction)[,.!]? )*je (?:voulais|veux) dire <new>(?:, pas <old>)?",
    r"(?:(?:non|en fait|pardon|correction)[,.]? )*c'est (?:maintenant )?<new>,? (?:et )?(?:pas|non) <old>",
    r"(?:pas|non) <old>,? mais <new>",
)

_DATES: Final = Dates(
    months="janvier février/fevrier mars avril mai juin juillet août/aout septembre octobre novembre décembre/decembre",
    weekdays="lundi mardi mercredi jeudi vendredi samedi dimanche",
    units="jour/jours semaine/semaines mois an/ans/année/années",
    numbers="un/une deux trois quatre cinq six sept huit neuf dix onze douze",
    forms=(
        ("day", r"(?:<weekday> )?<day>(?:er)? <month>(?: <year>)?"),
        ("month", r"(?:début |fin |mi-)?<month> <year>"),
        ("ahead", r"dans <count> <unit>"),
        ("ago", r"il y a <count> <unit>"),
        ("next", r"(?:<weekday>|<month>) prochaine?"),
        ("next", r"<unit> prochaine?"),
        ("last", r"(?:<weekday>|<month>) derni(?:er|ère)"),
        ("last", r"<unit> derni(?:er|ère)"),
        ("this", r"ce <weekday>"),
        ("this", r"cette <unit>"),
        ("+2", "après-demain"),
        ("+1", "demain"),
        ("+0", "aujourd'hui|ce soir"),
        ("-1", "hier"),
        ("weekday", "<weekday>"),
        ("month", r"(?:début |fin |mi-)?<month>"),
        ("year", "<year>"),
    ),
    day_form=r"<day>(?:er)? <month>(?: <year>)?",
    since="depuis(?: le)?",
    until="jusqu'(?:en|à|au)",
    at="le|la|l'|en|au|à partir de",
)

LANGUAGE: Final = Language(
    code="fr",
    words="je j ai suis c est le la les un une des du de d et en à au aux mon ma mes ne n pas plus que qu qui "
    "pour dans avec sur ce cette nous vous tu il elle on mais ou où si sont être avoir fait moi bonjour "
    "merci très m s l depuis notre ans veux",
    rules=rules_of(_RULES),
    parts=parts_of(_SHAPES) | parts_of(_WORDS),
    relations=relations_of(_RELATIONS),
    corrections=_CORRECTIONS,
    dates=_DATES,
)
