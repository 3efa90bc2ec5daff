"""Spanish: what people say of themselves, and the words around it; see `language` for the notation."""

from typing import Final

from memlane.derive.patterns.dates import Dates
from memlane.derive.patterns.language import Language, parts_of, relations_of, rules_of

_RULES: Final = r"""
name.is: mi nombre (?:completo )?es <person> => se llama {value}
name.called: (?:yo )?me llamo <person> => se llama {value}
name.am: (?:(?:hola|buenas|buenos días|buenas tardes)(?: a todos)?[,!]? )?soy <person>(?=, (?:mucho gusto
    |encantad[oa]|un placer|y |vivo|de )| y (?:vivo|trabajo|soy|tengo|me)\b|[.!]? *$) => se llama {value}
nickname.call: (?:ll[aá]mame|todos me llaman|mis amigos me llaman|me dicen
    |me puedes llamar) <person> => lo llaman {value}
age.years: (?:yo )?tengo <adverbs>(?P<value>[1-9]\d|1[01]\d) años(?! de\b) => tiene {value} años
age.turned: (?:acabo de cumplir|cumplí|he cumplido) (?P<value>[1-9]\d|1[01]\d)(?: años)? => tiene {value} años
age.close: <close> tiene (?P<value>\d{1,3}) años(?! de\b) => tiene {value} años
birthday.is: mi cumpleaños es (?:el )<date> => cumple años el {value}
birthday.born: nací el <date> => nació el {value}
birth_year.born: nací en(?: el)? <year> => nació en {value}
home.live: (?:yo )?(?:ahora )?(?:vivo|vivimos|resido|estoy viviendo
    |llevo \w+ años viviendo) <adverbs>en <place> => vive en {value}
home.moved: (?:me|nos) (?:acabo|acabamos) de mudar (?:de <_place> )?a <place> => vive en {value}
home.just: (?:acabo de mudarme|acabamos de mudarnos) (?:de <_place> )?a <place> => vive en {value}
home.have: (?:me mudé|nos mudamos|me he mudado|nos hemos mudado) <adverbs>(?:(?:de|desde) <_place> )?a <place>
    (?! (?:en|el próximo|la próxima)\b) => vive en {value}
home.from [ends]: (?:me mudé|nos mudamos|me he mudado) <adverbs>(?:de|desde) <place> => ya no vive en {value}
home.left [ends]: ya no (?:vivo|vivimos|resido) en <place> => ya no vive en {value}
home.used [ends]: (?:antes vivía|yo antes vivía) en <place> => ya no vive en {value}
home.but: ya no (?:vivo|vivimos) en <_place>,? sino en <place> => vive en {value}
home.close: <close> vive <adverbs>en <place> => vive en {value}
hometown.from: (?:yo )?(?:soy|vengo)(?: originari[oa])? (?:de|del) <place> => es de {value}
hometown.grew: (?:yo )?(?:crecí|me crié) en <place> => creció en {value}
birthplace.born: (?:yo )?nací en <place> => nació en {value}
work.am: (?:yo )?soy <adverbs>(?:un |una )?<oficio> => es {value}
work.as: (?:yo )?trabajo <adverbs>(?:(?:en|para) <_org> )?(?:como|de) <oficio> => trabaja como {value}
work.being [presupposed]: como <oficio>(?=, (?:yo |trabajo|tengo|me|necesito|suelo)) => es {value}
work.state: (?:yo )?(?:estoy|soy) (?P<value>jubilad[oa]|retirad[oa]|autónom[oa]) => es {value}
work.close: <close> (?:es|trabaja como|trabaja de) (?:un |una )?<oficio> => es {value}
employer.work: (?:yo )?trabajo <adverbs>(?:en|para) <org> => trabaja en {value}
employer.close: <close> trabaja (?:en|para) <org> => trabaja en {value}
employer.left [ends]: ya no trabajo (?:en|para) <org> => ya no trabaja en {value}
employer.quit [ends]: (?:renuncié a mi (?:trabajo|puesto) en|dejé mi (?:trabajo|empleo|puesto) en|me despidieron de
    |dejé de trabajar en) <org> => ya no trabaja en {value}
employer.gone [ends]: (?:dejé mi (?:trabajo|empleo)|renuncié a mi (?:trabajo|empleo)|perdí mi (?:trabajo|empleo))
    (?= *(?:$|[.,!;]| ayer| la sem| el mes| y)) => ya no tiene el trabajo
job_seeking.look: (?:yo )?(?:estoy buscando|busco) <adverbs>(?:un |una )?(?:nuevo )?(?P<value>trabajo|empleo)
    (?! (?:de investigación|práctico)) => busca {value}
job_seeking.state: (?:estoy|me he quedado) (?P<value>desemplead[oa]|en paro|sin trabajo) => está {value}
studies.study: (?:yo )?(?:estudio|estoy estudiando) (?!tu|tus|su|el|la|los|las|para|en|con|mucho|cómo|mi|a\b|una?\b
    |más)<role> => estudia {value}
studies.student: soy estudiante de (?P<value>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?) => estudia {value}
partner.called: mi <spouse> se llama <person> => es pareja de {value}
partner.my [anywhere presupposed]: mi <spouse>,? <who> => es pareja de {who} => {who}
partner.with: estoy (?:casad[oa]|comprometid[oa]) con <person> => es pareja de {value}
partner.state: (?:yo )?(?:estoy|soy) (?:felizmente |recién )?(?P<value>casad[oa]|comprometid[oa]|divorciad[oa]
    |solter[oa]|viud[oa]|separad[oa])(?! (?:con|de|a)\b) => está {value}
partner.ended [ends]: mi (?:<spouses>) y yo (?:nos separamos|terminamos|rompimos
    |nos divorciamos) => ya no está en pareja
family.called: mi <kin> se llama <person> => {relation}: {value}
family.have: tengo (?:un|una) (?:(?:herman[oa] )?(?:mayor|menor) )?<relation>,? (?:que se llama
    |llamad[oa]) <person> => {relation}: {value}
family.count: (?:tengo|tenemos) (?P<value>(?:un|una|<_count>) <relation>) => tiene {value}
family.also: (?:tengo|tenemos) (?:un|una|<_count>) (?:hij[oa]s?|herman[oa]s?) y (?P<value>(?:un|una|dos
    |tres) <relation>) => tiene {value}
family.my [anywhere presupposed]: mi <kin>(?: (?:mayor|menor))?,? <who> => {relation}: {who} => {who}
pet.died [ends]: (?:mi|nuestr[oa]) <animal> <who> (?:murió|falleció
    |ha muerto) => ya no tiene {animal} {who} => {animal} {who}
pet.have: (?:tengo|tenemos|adopté|adoptamos) (?:un|una) <animal>(?: \w+)?,? (?:que se llama
    |llamad[oa]) <person> => tiene {animal} {value} => {animal} {value}
pet.called: (?:mi|nuestr[oa]) <animal> se llama <person> => tiene {animal} {value} => {animal} {value}
pet.my [anywhere presupposed]: (?:mi|nuestr[oa]) <animal> <who>(?! (?:murió|falleció
    |ha muerto)) => tiene {animal} {who} => {animal} {who}
pet.count: (?:tengo|tenemos) (?P<value><_count> <animal>) => tiene {value}
owns.drive: (?:conduzco|manejo) (?:un|una) <org> => conduce {value}
owns.have: (?:tengo|tenemos|compré|compramos|me compré) (?:un|una) (?:nuev[oa] |pequeñ[oa] )?
    (?P<value><ownables>) => tiene {value}
owns.sold [ends]: (?:vendí|vendimos|he vendido|hemos vendido) (?:mi|nuestr[oa]|el|la) (?:viej[oa] )?
    (?P<value><ownables>) => ya no tiene {value}
language.speak [listed]: (?:yo )?hablo (?=(?:(?:un|poco|de|algo|también|bien|con|fluidez) ){0,4}
    (?:<tongues>)\b)<thing> => habla {value}
language.native: mi (?:lengua|idioma) (?:materna|materno|nativa|nativo) es (?:el )?
    (?P<value><tongues>) => habla {value}
learning.learn: (?:yo )?(?:estoy aprendiendo|aprendo) <adverbs>(?:a tocar (?:el |la ))?(?P<value>(?:<tongues>|piano
    |guitarra|violín|a nadar|a coser)) => aprende {value}
condition.have: (?:yo )?(?:tengo|padezco|padezco de|sufro de) (?P<value><conditions>) => tiene {value}
condition.am: (?:yo )?soy (?P<value>diabétic[oa]|asmátic[oa]|epiléptic[oa]|disléxic[oa]|daltónic[oa]|autista
    |celíac[oa]) => es {value}
plan.go [dated]: (?P<value>(?:vuelo|viajo|viajamos|voy|vamos|volamos|me mudo|nos mudamos) (?:a
    |para) <_place>) => {value}
plan.have [dated]: (?:tengo|tenemos) (?:un|una) (?P<value>(?:cita|entrevista|examen|boda|operación|concierto|vuelo
    |cirugía)(?: (?:con|de|para|médica)(?: [\w]+){0,3}?)?)(?= *(?:mañana|el|la|pasado|este|esta|en)\b) => {value}
plan.marry [dated]: (?P<value>nos casamos|me caso) => {value}
diet.am: (?:yo )?(?:soy|me volví|me hice) <adverbs><diet> => es {value}
diet.not [ends]: (?:ya no soy|dejé de ser) <diet> => ya no es {value}
diet.being [presupposed]: como (?:soy )?<diet>(?=, ) => es {value}
diet.close: <close> es <diet> => es {value}
avoids.eat [listed]: (?:yo )?(?:no|nunca) (?P<verb>como|bebo|tomo) (?!mucho|tanto|por|en|más|nada|bien|a\b|fuera
    |antes|después|lo|la|un\b|una\b|nota|ese|esa|este|ya|que)<thing> => no {verb} {value}
allergy.to [listed]: (?:yo )?soy (?:muy )?alérgic[oa] (?:a|al) <thing> => tiene alergia: {value}
allergy.close [listed]: <close> es (?:muy )?alérgic[oa] (?:a|al) <thing> => tiene alergia: {value}
allergy.have: tengo alergia (?:a|al) (?:la |los |las |el )?<mots> => tiene alergia: {value}
allergy.intolerant: soy intolerante (?:a la |al )(?P<value>lactosa|gluten|fructosa
    |histamina) => es intolerante: {value}
likes.love [listed]: (?:a mí )?me (?:encantan?|gustan?|fascinan?) <very><thing> => le gusta {value}
likes.adore [listed]: (?:yo )?adoro <thing> => le gusta {value}
likes.fan [listed]: soy (?:muy )?(?:un |una )?(?:gran )?(?:fan|fanátic[oa]|aficionad[oa]|amante) (?:de|a|del
    |al) <thing> => le gusta {value}
likes.close [listed]: a <close> le (?:encantan?|gustan?) <very><thing> => le gusta {value}
dislikes.hate [listed]: (?:yo )?(?:odio|detesto|no soporto|no aguanto) <thing> => no le gusta {value}
dislikes.not [listed]: (?:a mí )?no me gustan? (?:nada |para nada |mucho )?<thing> => no le gusta {value}
hobby.play: (?:yo )?(?P<what>toco (?:el |la )?(?:<instruments>)|juego (?:al |a la )?
    (?:<sports>))\b => {what} => {what}
hobby.is [listed]: mis? (?:pasatiempos?|aficiones|afición|hobby|hobbies) (?:favoritos? )?(?:es
    |son) <thing> => tiene la afición {value}
favourite.is: mi (?P<what>color|comida|plato|banda|canción|película|libro|autor|autora|cantante|artista|deporte
    |equipo|animal|estación|juego|bebida|fruta|ciudad|país|serie|actor|actriz|flor|postre|queso
    |compositor) (?:favorit[oa]|preferid[oa]) es <thing> => {what} favorito: {value}
wants.learn: (?:yo )?(?:quiero|me gustaría|quisiera|espero|planeo) <adverbs>(?P<value>
    (?:aprender (?:a tocar (?:el |la ))?(?:<tongues>|piano|guitarra|violín|a nadar|a coser)|dejar de fumar
    |perder peso|bajar de peso|(?:visitar|conocer) (?-i:[A-ZÁÉÍÓÚ]\w+))) => quiere {value}
"""

_SHAPES: Final = r"""
adverbs: (?:(?:ahora|actualmente|también|todavía|aún|siempre|ya|recientemente|hace poco|solo|por ahora
    |desde hace \w+ \w+|realmente|activamente|un poco de|algún día|mucho) )*
very: (?:(?:mucho|muchísimo|también|realmente|bastante|sobre todo) )*
role: (?P<value>[^\W\d_][\w-]*(?: (?!(?:en|a|al|con|y|pero|desde|por|para|porque|que|donde|el|la|los|las|aquí|ahora
    |como|de noche)\b)[^\W\d_][\w-]*){0,3})
oficio: (?P<value>(?:(?:<jobs>)(?: (?:de|en|del) (?!noche|día|profesión)[^\W\d_][\w-]+)?(?: (?:independiente
    |autónom[oa]|jubilad[oa]|freelance|civil|industrial|social|escolar|gráfic[oa]|infantil|web|mecánic[oa]))?))
    (?![\w-])
mots: (?P<value>[^\W\d_][\w-]*(?: de [^\W\d_][\w-]*)?)
diet: (?P<value>vegetarian[oa]|vegan[oa]|pescetarian[oa]|flexitarian[oa])
spouse: (?P<relation>esposa|esposo|mujer|marido|novia|novio|pareja|prometid[oa])\b
spouses: esposa|esposo|mujer|marido|novia|novio|pareja
kin: (?P<relation>madre|mamá|padre|papá|hermana|hermano|hijo|hija|abuela|abuelo|tía|tío|prima|primo|sobrina|sobrino
    |suegra|suegro|cuñada|cuñado|nieta|nieto|mejor amiga|mejor amigo|compañer[oa] de piso)\b
"""

_WORDS: Final = r"""
close: mi <relation>(?: (?:mayor|menor))?(?:,? <who>,?)?
animals: perros?|perras?|gatos?|gatas?|cachorros?|gatitos?|hámsters?|hámster|conejos?|loros?|periquitos?|caballos?
    |yeguas?|tortugas?|cobayas?|peces|gallinas|cabras|hurón|labrador|caniche
counts: dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez
jobs: enfermer[oa]|médic[oa]|doctora?|cirujan[oa]|dentista|farmacéutic[oa]|fisioterapeuta|psicólog[oa]|psiquiatra
    |partera|veterinari[oa]|abogad[oa]|juez|jueza|notari[oa]|contador|contadora|contable|ingenier[oa]|desarrollador
    |desarrolladora|programador|programadora|informátic[oa]|arquitect[oa]|diseñador|diseñadora|ilustrador
    |ilustradora|fotógraf[oa]|periodista|escritora?|autora?|traductora?|intérprete|bibliotecari[oa]|investigadora?
    |científic[oa]|biólog[oa]|químic[oa]|físic[oa]|economista|consultora?|gerente|directora?|secretari[oa]
    |vendedora?|cajer[oa]|camarer[oa]|meser[oa]|cociner[oa]|panader[oa]|pasteler[oa]|carnicer[oa]|agricultora?
    |jardiner[oa]|florista|carpinter[oa]|electricista|fontaner[oa]|plomer[oa]|mecánic[oa]|piloto|conductora?
    |taxista|policía|bomber[oa]|soldado|actor|actriz|músic[oa]|compositora?|peluquer[oa]|costurera|sastre
    |profesora?|maestr[oa]|docente|educadora?|trabajadora? social|agente inmobiliari[oa]|entrenadora?
    |funcionari[oa]|freelance|artesan[oa]|albañil|pintora?|auxiliar
not_jobs: mal|buen
ownables: casa|piso|apartamento|departamento|coche|carro|auto|moto|motocicleta|bicicleta|bici|barco|velero
    |autocaravana|piano|guitarra|violín|cámara|portátil|ordenador|computadora|patinete|finca
tongues: español|castellano|inglés|francés|alemán|italiano|portugués|neerlandés|holandés|danés|sueco|noruego|finés
    |islandés|polaco|checo|húngaro|rumano|búlgaro|griego|turco|ruso|ucraniano|árabe|hebreo|persa|hindi|chino
    |mandarín|japonés|coreano|vietnamita|tailandés|croata|serbio|catalán|gallego|euskera|vasco|quechua|guaraní
    |aimara|náhuatl|suajili|latín|lengua de signos|lengua de señas
conditions: asma|diabetes(?: tipo [12])?|epilepsia|celiaquía|enfermedad de Crohn|artritis|artrosis|TDAH|dislexia
    |migrañas|hipertensión|eccema|psoriasis|acúfenos|esclerosis múltiple|endometriosis|fibromialgia|hipotiroidismo
instruments: piano|guitarra|bajo|violín|viola|violonchelo|chelo|flauta|clarinete|saxofón|trompeta|trombón|batería
    |acordeón|arpa|ukelele|órgano
sports: fútbol|baloncesto|voleibol|tenis|bádminton|ping-pong|balonmano|hockey|golf|ajedrez|rugby|pádel|béisbol
joints: y(?: que)?|e|pero|porque|ya que|pues|así que|aunque|sino|como
openers: como(?= (?:soy|vivo|tengo|trabajo)\b)|ya que|dado que|hola|buenas|buenos días|buenas tardes|sí|no(?=[,.!])
    |bueno|pues|por cierto|en realidad|de hecho|la verdad|gracias|ok|vale|ah|oh|para contexto|contexto|además
    |también|y|pero|personalmente|sinceramente|desgraciadamente|creo que|corrección|como dije|perdón|perdona|claro
    |actualmente|ahora(?= ?,)|a ver|resulta que|yo
follow: y|con|pero|desde|en|porque|ahora|actualmente|donde|que|como|cerca|o|así|hasta|por|para|de noche|de día
    |a tiempo|la semana|el mes|el año|ayer|mañana|mucho gusto|encantad[oa]|también|hace|sino|próximo|el|la|este
    |esta|a|al|de|del|ya|tengo|vivo|trabajo|me|soy|es|pasado
cut: porque|pero|desde|cuando|mientras|aunque|y (?:yo|mi|mis|me|no|la verdad|es|soy|vivo|trabajo|quiero|tengo
    |también|nos|que|odio|estoy|necesito|busco)|sobre todo|especialmente|excepto|como|más que|ya que|que|donde|si
    |para|por la|por las|los (?:lunes|martes|miércoles|jueves|viernes|sábados|domingos|fines de semana)|así que|pues
trail: mucho|muchísimo|también|realmente|ahora|para nada|nada|por ejemplo|etc|y eso|demasiado|bastante|algún día
    |sobre todo|con fluidez|en general
articles: (?:un poco de|algo de|unos|unas|un|una|el|la|los|las|al|a\s(?:la|los|las|el)|a|también|bien)\s+
vague: esto|eso|esta|este|estas|estos|esa|ese|esas|esos|aquello|tu|tus|su|sus|te|usted|ti|cuando|cómo|como|que|qué
    |lo|la (?:idea|forma|manera|verdad|vida|respuesta)|el hecho|mi|mis|nuestr[oa]|él|ella|nada|todo|todos|todas
    |algo|alguien|ser|estar|tener|hacer|decir|decirlo|ver|saber|pensar|más|muy|mucho|tanto|si|cuánto|aquí|allí|por
    |en|al trabajo|otro|otra|hablar contigo|esperar
hollow: idea|ideas|sugerencia|sugerencias|opción|opciones|versión|versiones|propuesta|propuestas|es|son|está|eso|tu
    |tus|te|esto
unfinished: el|la|los|las|de|del|un|una|y|o|a|al|en|para|por|con
claims: yo|soy|vivo|vivimos|tengo|tenemos|trabajo|me|mi|mis|nos|nuestr[oa]|nací|crecí|estoy|estudio|hablo|aprendo
    |toco|juego|odio|detesto|adoro|no|nunca|ya|acabo|acabamos|cumplí|he|hemos|vengo|vuelo|viajo|viajamos|voy|vamos
    |volamos|quiero|quisiera|espero|planeo|conduzco|manejo|compré|compramos|vendí|vendimos|busco|llevo|resido
    |renuncié|dejé|perdí|padezco|sufro|adopté|adoptamos|como|a mí|a mi|ll[aá]mame|todos me|antes|ahora|hola|buenas
    |buenos
restricts: que|donde|cuyo|cuya
both: y|e|o|pero
asks: qué|cuál|cuáles|quién|dónde|cuándo|cómo|por qué|cuánto|cuánta|cuántos|puedes|puede|podrías|podría|puedo|debo
    |debería|hay|tienes|tiene|es|son|sabes|conoces|me puedes|me recomiendas|me podrías|pago|existe
doubt: si|imagina|imaginemos|supón|supongamos|suponiendo|digamos|dijo|dice|dicen|decía|dijeron|preguntó|pregunta
    |respondió|según|escribió|afirma|ojalá|quizás?|tal vez|a lo mejor|sueño|soñé|soñaba|casi|como si|nadie|cree que
    |creen|piensan|piensa que|título|cita|viviría|sería|hasta que
unreal: 🙄|(?<!\w)/s\b|\b(?:en (?:el|un|mi|este) (?:juego|sueño|libro|cuento|guion|videojuego|poema)|en (?:la|una|mi
    |esta) (?:novela|película|historia|canción|serie|partida)|en mis sueños|en teoría|técnicamente|jaja\w*|es broma
    |bromeo|broma|prácticamente)\b
rest: \b(?:haz como si|hagamos como si|finge|juego de rol|haz de|actúa como|imagina que eres|eres (?:ahora )?(?:un
    |una|el|la)\b|(?:escribe|escríbeme|redacta|compón|inventa|cuéntame|crea)(?:me)? (?:un|una|el|la) (?:\w+ ){0,3}
    (?:cuento|poema|canción|diálogo|guion|escena|monólogo|historia|carta|discurso|ensayo|relato|texto|chiste)
    |traduce|traducir|tradúceme|corrige|corregir|reformula|resume|resumir|reescribe|mejora (?:el|este|mi|la)
    |cómo se dice|qué significa|qué quiere decir|(?:el )?siguiente (?:texto|artículo|correo|párrafo|cuento))|(?:^
    |\n)(?:estimad[oa]|querid[oa])(?: \w+){1,3}[:,]\s*\n
not_names: lunes|martes|miércoles|jueves|viernes|sábado|domingo|enero|febrero|marzo|abril|mayo|junio|julio|agosto
    |septiembre|octubre|noviembre|diciembre|yo|tú|él|ella|nosotros|ustedes|el|la|los|las|un|una|esto|dios|navidad
    |español|española|mexican[oa]|argentin[oa]|colombian[oa]|vegetarian[oa]|vegan[oa]|señor|señora|no|sí|gracias
    |casa|consciente|tod[oa]s?|muy|médic[oa]|fan
"""

_RELATIONS: Final = r"""
mother: madre|mamá
father: padre|papá
sister: hermana|hermanas
brother: hermano|hermanos
son: hijo|hijos
daughter: hija|hijas
grandmother: abuela
grandfather: abuelo
grandchild: nieta|nieto|nietos|nietas
aunt: tía
uncle: tío
cousin: prima|primo|primos|primas
niece: sobrina|sobrinas
nephew: sobrino|sobrinos
mother-in-law: suegra
father-in-law: suegro
brother-in-law: cuñado
sister-in-law: cuñada
friend: mejor amiga|mejor amigo
roommate: compañero de piso|compañera de piso
wife: esposa|mujer
husband: esposo|marido
partner: pareja
girlfriend: novia
boyfriend: novio
fiancé: prometida|prometido
"""

_CORRECTIONS: Final = (
    r"(?:(?:no|perdón|perdona|espera|ups|corrección|digo)[,.!]? )*(?:quise|quería) decir <new>(?:, no <old>)?",
    r"(?:(?:no|en realidad|perdón|corrección)[,.]? )*es (?:ahora )?<new>,? (?:y )?no <old>",
    r"no <old>,? sino <new>",
)

_DATES: Final = Dates(
    months="enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre",
    weekdays="lunes martes miércoles/miercoles jueves viernes sábado/sabado domingo",
    units="día/días semana/semanas mes/meses año/años",
    numbers="un/una dos tres cuatro cinco seis siete ocho nueve diez once doce",
    forms=(
        ("day", r"<day> de <month>(?: (?:de|del) <year>)?"),
        ("month", r"<month> (?:de|del) <year>"),
        ("ahead", r"(?:en|dentro de) <count> <unit>"),
        ("ago", r"hace <count> <unit>"),
        ("next", r"(?:próxim[oa] (?:<weekday>|<month>))"),
        ("next", r"próxim[oa] <unit>"),
        ("next", r"<weekday> que viene"),
        ("next", r"<unit> que viene"),
        ("last", r"<weekday> pasado"),
        ("last", r"<unit> pasad[oa]"),
        ("this", r"este <weekday>"),
        ("this", r"esta <unit>"),
        ("+2", "pasado mañana"),
        ("+1", "mañana"),
        ("+0", "hoy|esta noche"),
        ("-1", "ayer|anoche"),
        ("weekday", "<weekday>"),
        ("month", "<month>"),
        ("year", "<year>"),
    ),
    day_form=r"<day> de <month>(?: (?:de|del) <year>)?",
    since="desde(?: el)?",
    until="hasta(?: el)?",
    at="el|la|en|a partir de|para el",
)

LANGUAGE: Final = Language(
    code="es",
    words="odio adoro yo soy vivo tengo trabajo me mi mis te tu el la los las un una de del en y a al que qué "
    "no ya con por para pero es está estoy son como más muy se su lo le les nos hola gracias desde hay "
    "este esta eso si sí cuando porque ahora gusta encanta quiero también años ha he o",
    rules=rules_of(_RULES),
    parts=parts_of(_SHAPES) | parts_of(_WORDS),
    relations=relations_of(_RELATIONS),
    corrections=_CORRECTIONS,
    dates=_DATES,
)
