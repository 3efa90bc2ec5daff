"""Portuguese: what people say of themselves, and the words around it; see `language` for the notation."""

from typing import Final

from memlane.derive.patterns.dates import Dates
from memlane.derive.patterns.language import Language, parts_of, relations_of, rules_of

_RULES: Final = r"""
name.is: (?:o )?meu nome (?:completo )?é <person> => chama-se {value}
name.called: (?:eu )?(?:me chamo|chamo-me) <person> => chama-se {value}
name.greeting: (?:oi|olá|bom dia|boa tarde|boa noite)
    (?: a todos| pessoal)?[,!]? (?:eu )?sou (?:o |a )?<person> => chama-se {value}
nickname.call: (?:me chame de|pode me chamar de|todos me chamam de|podes chamar-me|chama-me
    |meus amigos me chamam de) <person> => é chamado {value}
age.years: (?:eu )?tenho <adverbs>(?P<value>[1-9]\d|1[01]\d) anos(?! de\b) => tem {value} anos
age.turned: (?:acabei de (?:fazer|completar)|fiz) (?P<value>[1-9]\d|1[01]\d)(?: anos)? => tem {value} anos
age.close: <close> tem (?P<value>\d{1,3}) anos(?! de\b) => tem {value} anos
birthday.is: (?:o )?meu aniversário é (?:no |em |a )?(?:dia )?<date> => faz anos em {value}
birthday.born: nasci (?:no dia|em|a) <date> => nasceu em {value}
birth_year.born: nasci em <year> => nasceu em {value}
home.live: (?:eu |nós )?(?:agora )?(?:moro|moramos|vivo|vivemos
    |resido) <adverbs><prep> <place> => mora {prep} {value}
home.just: (?:acabei|acabamos) de (?:me mudar|nos mudar|mudar) (?:(?:de|do
    |da) <_place> )?<para> <place> => mora em {value}
home.moved: (?:(?:me|nos) (?:mudei|mudamos)|(?:mudei|mudámo|mudamo)-(?:me|nos)|eu me mudei) <adverbs>(?:(?:de|do
    |da) <_place> )?<para> <place> => mora em {value}
home.from [ends]: (?:(?:me|nos) (?:mudei|mudamos)|(?:mudei|mudámo|mudamo)-(?:me|nos)) <adverbs>(?:de|do
    |da) <place> => não mora mais em {value}
home.left [ends]: (?:eu )?(?:não (?:moro|moramos|vivo|vivemos) mais|já não (?:moro|vivo
    |vivemos)) <prep> <place> => não mora mais {prep} {value}
home.but: (?:eu )?(?:não (?:moro|vivo) mais|já não (?:moro|vivo)) (?:em|no|na) <_place>,? mas
    (?: sim)? <prep> <place> => mora {prep} {value}
home.close: <close> (?:mora|vive) <adverbs><prep> <place> => mora {prep} {value}
hometown.from: (?:eu )?(?:sou|venho)(?: natural| originári[oa])? (?:de|do|da) <place> => é de {value}
hometown.grew: (?:eu )?cresci <prep> <place> => cresceu {prep} {value}
birthplace.born: (?:eu )?nasci <prep> <place> => nasceu {prep} {value}
work.am: (?:eu )?sou <adverbs>(?:um |uma )?<oficio> => é {value}
work.as: (?:eu )?trabalho <adverbs>(?:(?:na|no|em|para a) <_org> )?como <oficio> => trabalha como {value}
work.being [presupposed]: como <oficio>(?=, (?:eu |trabalho|tenho|preciso)) => é {value}
work.state: (?:eu )?(?:sou|estou) (?P<value>aposentad[oa]|reformad[oa]|autônom[oa]) => é {value}
work.close: <close> (?:é|trabalha como) (?:um |uma )?<oficio> => é {value}
employer.work: (?:eu )?trabalho <adverbs>(?:na|no|para a|para o|para|em) <org> => trabalha na {value}
employer.close: <close> trabalha (?:na|no|para a|para o) <org> => trabalha na {value}
employer.left [ends]: (?:eu )?(?:não trabalho mais|já não trabalho) (?:na|no|para a|para o
    |em) <org> => não trabalha mais na {value}
employer.quit [ends]: (?:pedi demissão da|fui demitid[oa] da|saí do emprego na
    |fui despedid[oa] da) <org> => não trabalha mais na {value}
employer.gone [ends]: (?:pedi demissão|perdi (?:o meu|meu|o) emprego|larguei meu emprego)(?= *(?:$
    |[.,;!]| ontem| na sem| e)) => não tem mais o emprego
job_seeking.look: (?:eu )?(?:estou procurando|estou à procura de|procuro) <adverbs>(?:um |uma )?(?:novo )?
    (?P<value>emprego|trabalho)(?! (?:de grupo)) => procura {value}
job_seeking.state: (?:eu )?estou (?P<value>desempregad[oa]|sem emprego) => está {value}
studies.study: (?:eu )?(?:estudo|estou estudando|estou a estudar) (?!a sua|o seu|as suas|os seus|para|em|com|muito
    |como|o meu|a tua|à|no|na|todos|de\b)<role> => estuda {value}
studies.student: (?:eu )?sou estudante de (?P<value>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?) => estuda {value}
partner.called: <meu> <spouse> (?:se chama|chama-se) <person> => é par de {value}
partner.my [anywhere presupposed]: <meu> <spouse>,? <who> => é par de {who} => {who}
partner.with: (?:eu )?(?:sou|estou) (?:casad[oa]|noiv[oa]) com (?:o |a )?<person> => é par de {value}
partner.state: (?:eu )?(?:sou|estou) (?:recém-|bem )?(?P<value>casad[oa]|noiv[oa]|divorciad[oa]|solteir[oa]
    |viúv[oa]|separad[oa])(?! (?:com|de|do|da)\b) => é {value}
partner.ended [ends]: <meu> (?:<spouses>) e eu (?:terminamos|nos separamos|nos divorciamos) => não está mais junto
family.called: <meu> <kin> (?:se chama|chama-se) <person> => {relation}: {value}
family.have: tenho (?:um|uma) <relation>,? (?:que se chama|chamad[oa]) <person> => {relation}: {value}
family.count: (?:eu )?(?:tenho|temos) (?P<value>(?:um|uma|<_count>) <relation>) => tem {value}
family.also: (?:tenho|temos) (?:um|uma|<_count>) (?:filh[oa]s?|irmãos?|irmãs?) e (?P<value>(?:um|uma|dois|duas
    |três) <relation>) => tem {value}
family.my [anywhere presupposed]: <meu> <kin>(?: (?:mais velh[oa]
    |mais nov[oa]))?,? <who> => {relation}: {who} => {who}
pet.died [ends]: <meu> <animal> <who> (?:morreu|faleceu) => não tem mais {animal} {who} => {animal} {who}
pet.have: (?:tenho|temos|adotei|adotamos) (?:um|uma) <animal>,? (?:que se chama
    |chamad[oa]) <person> => tem {animal} {value} => {animal} {value}
pet.called: <meu> <animal> (?:se chama|chama-se) <person> => tem {animal} {value} => {animal} {value}
pet.my [anywhere presupposed]: <meu> <animal> <who>(?! (?:morreu|faleceu)) => tem {animal} {who} => {animal} {who}
pet.count: (?:tenho|temos) (?P<value><_count> <animal>) => tem {value}
owns.drive: dirijo (?:um|uma) <org> => dirige {value}
owns.have: (?:eu )?(?:tenho|temos|comprei|compramos) (?:um|uma) (?:nov[oa] |pequen[oa] )?
    (?P<value><ownables>) => tem {value}
owns.sold [ends]: (?:eu )?(?:vendi|vendemos) (?:o |a )?(?:meu|minha|nosso|nossa)? ?(?:velh[oa] )?
    (?P<value><ownables>) => não tem mais {value}
language.speak [listed]: (?:eu )?falo (?=(?:(?:um|pouco|de|também|bem|fluentemente) ){0,4}
    (?:<tongues>)\b)<thing> => fala {value}
language.native: (?:a )?minha língua (?:materna|nativa) é (?:o )?(?P<value><tongues>) => fala {value}
learning.learn: (?:eu )?(?:estou aprendendo|estou a aprender|aprendo) <adverbs>(?:a tocar )?(?P<value>(?:<tongues>
    |piano|violão|guitarra|violino|a nadar|a costurar)) => aprende {value}
condition.have: (?:eu )?(?:tenho|sofro de) (?P<value><conditions>) => tem {value}
condition.am: (?:eu )?sou (?P<value>diabétic[oa]|asmátic[oa]|epilétic[oa]|disléxic[oa]|daltônic[oa]|autista
    |celíac[oa]) => é {value}
plan.go [dated]: (?P<value>(?:voo|viajo|viajamos|vou|vamos|me mudo|mudo-me|parto) (?:para|pra
    |a) (?:o |a )?<_place>) => {value}
plan.have [dated]: (?:tenho|temos) (?:um |uma )?(?P<value>(?:consulta|entrevista|prova|exame|casamento|cirurgia
    |show|voo)(?: (?:com|de|no|médica)(?: \w+){0,2}?)?)(?= *(?:amanhã|no|na|em|dia|depois|daqui)\b) => {value}
plan.marry [dated]: (?P<value>nos casamos|vamos nos casar|vou me casar|caso-me) => {value}
diet.am: (?:eu )?(?:sou|virei|me tornei|tornei-me) <adverbs><diet> => é {value}
diet.not [ends]: (?:eu )?(?:não sou mais|já não sou|deixei de ser) <diet> => não é mais {value}
diet.being [presupposed]: (?:como|sendo) <diet>(?=, ) => é {value}
diet.close: <close> é <diet> => é {value}
avoids.eat [listed]: (?:eu )?(?:não|nunca) (?P<verb>como|bebo) (?!muito|tanto|de manhã|à\b|em\b|no\b|na\b|mais\b
    |nada|bem|fora|antes|depois|quando|se\b|e\b|há\b|desde|o seu|isso|assim)<thing> => não {verb} {value}
allergy.to [listed]: (?:eu )?sou (?:muito )?alérgic[oa] (?:a|ao|à|aos|às) <thing> => tem alergia: {value}
allergy.close [listed]: <close> é (?:muito )?alérgic[oa] (?:a|ao|à|aos|às) <thing> => tem alergia: {value}
allergy.have [listed]: (?:eu )?tenho alergia (?:a|ao|à|aos|às) <thing> => tem alergia: {value}
allergy.intolerant: (?:eu )?sou intolerante (?:à |ao )(?P<value>lactose|glúten|frutose
    |histamina) => é intolerante: {value}
likes.love [listed]: (?:eu )?(?:adoro|amo) <very><thing> => adora {value}
likes.like [listed]: (?:eu )?gosto <very>(?:de |do |da |dos |das )<thing> => gosta de {value}
likes.fan [listed]: (?:eu )?sou (?:um |uma )?(?:grande )?(?:fã|apaixonad[oa]|amante) (?:de|do|da|por|pelo
    |pela) <thing> => gosta de {value}
dislikes.hate [listed]: (?:eu )?(?:odeio|detesto|não suporto) <thing> => não gosta de {value}
dislikes.not [listed]: (?:eu )?não gosto (?:nada |muito )?(?:de |do |da |dos |das )<thing> => não gosta de {value}
hobby.play: (?:eu )?(?P<what>toco (?:o |a )?(?:<instruments>)|jogo (?:<sports>))\b => {what} => {what}
hobby.is [listed]: (?:o )?meus? (?:hobby|hobbies|passatempos?) (?:é|são) <thing> => tem o hobby {value}
favourite.is: (?:o |a )?(?:meu|minha) (?P<what>cor|comida|prato|banda|música|filme|livro|autor|autora|cantor
    |cantora|artista|esporte|time|animal|estação|jogo|bebida|fruta|cidade|país|série|ator|atriz|flor|sobremesa
    |queijo|compositor) (?:favorit[oa]|preferid[oa]) é <thing> => {what} favorito: {value}
wants.learn: (?:eu )?(?:quero|gostaria de|pretendo|espero) <adverbs>(?P<value>(?:aprender (?:a tocar )?(?:<tongues>
    |piano|violão|guitarra|violino|a nadar)|parar de fumar|perder peso|emagrecer|(?:visitar|conhecer) (?:o |a )?
    (?-i:[A-ZÁÉÍÓÚÂÊ]\w+))) => quer {value}
"""

_SHAPES: Final = r"""
meu: (?:(?:o |a )?(?:meu|minha|nosso|nossa))
para: (?:para(?: o| a)?|pra|pro)
prep: (?P<prep>em|no|na|nos|nas|perto de)
adverbs: (?:(?:agora|atualmente|também|ainda|sempre|já|recentemente|há pouco|só|mesmo|por enquanto|realmente
    |ativamente|muito|um dia) )*
very: (?:(?:muito|também|realmente|bastante|mesmo|demais|sobretudo) )*
role: (?P<value>[^\W\d_][\w-]*(?: (?!(?:em|no|na|a|à|com|e|mas|desde|por|para|porque|que|onde|o|os|as|aqui|agora
    |como)\b)[^\W\d_][\w-]*){0,3})
oficio: (?P<value>(?:<jobs>)(?: (?:de|em|do|da) (?!noite|dia|profissão)[^\W\d_][\w-]+)?(?: (?:autônom[oa]
    |aposentad[oa]|freelance|civil|social|gráfic[oa]|infantil|mecânic[oa]))?)(?![\w-])
diet: (?P<value>vegetarian[oa]|vegan[oa]|pescetarian[oa]|flexitarian[oa])
spouse: (?P<relation>esposa|esposo|mulher|marido|namorada|namorado|companheir[oa]|parceir[oa]|noiv[oa])\b
spouses: esposa|esposo|mulher|marido|namorada|namorado|companheir[oa]|parceir[oa]
kin: (?P<relation>mãe|pai|irmã|irmão|filho|filha|avó|avô|tia|tio|prima|primo|sobrinha|sobrinho|sogra|sogro|cunhada
    |cunhado|neta|neto|melhor amiga|melhor amigo|colega de quarto)\b
slip: (?:(?:não|desculpa|desculpe|espera|ops|aliás|correção)[,.!]? )*
"""

_WORDS: Final = r"""
close: (?:a |o )?(?:minha|meu) <relation>(?: (?:mais velh[oa]|mais nov[oa]))?(?:,? <who>,?)?
animals: cachorros?|cachorras?|cães|cão|cadela|gatos?|gatas?|filhote|gatinhos?|hamsters?|coelhos?|papagaios?
    |periquitos?|cavalos?|tartarugas?|peixes?|galinhas|cabras|furão
counts: dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez
jobs: enfermeir[oa]|médic[oa]|doutora?|cirurgiã|cirurgião|dentista|farmacêutic[oa]|fisioterapeuta|psicólog[oa]
    |psiquiatra|parteira|veterinári[oa]|advogad[oa]|juiz|juíza|contador|contadora|contabilista|engenheir[oa]
    |desenvolvedora?|programadora?|arquitet[oa]|designer|ilustradora?|fotógraf[oa]|jornalista|escritora?|tradutora?
    |intérprete|bibliotecári[oa]|pesquisadora?|investigadora?|cientista|biólog[oa]|químic[oa]|físic[oa]|economista
    |consultora?|gerente|diretora?|secretári[oa]|vendedora?|caixa|garçom|garçonete|cozinheir[oa]|padeir[oa]
    |confeiteir[oa]|açougueiro|agricultora?|jardineir[oa]|florista|carpinteiro|marceneir[oa]|eletricista|encanador
    |canalizador|mecânico|piloto|motorista|taxista|policial|bombeir[oa]|soldado|ator|atriz|músic[oa]|compositora?
    |cabeleireir[oa]|costureira|alfaiate|professora?|educadora?|assistente social|corretora? de imóveis|treinadora?
    |funcionári[oa] públic[oa]|artesã|artesão|pedreiro
not_jobs: mau|bom
ownables: casa|apartamento|carro|moto|bicicleta|bike|barco|veleiro|motorhome|piano|violão|guitarra|violino|câmera
    |notebook|portátil|computador|sítio|patinete
tongues: português|espanhol|inglês|francês|alemão|italiano|holandês|neerlandês|dinamarquês|sueco|norueguês
    |finlandês|islandês|polonês|polaco|tcheco|húngaro|romeno|búlgaro|grego|turco|russo|ucraniano|árabe|hebraico
    |persa|hindi|chinês|mandarim|japonês|coreano|vietnamita|tailandês|croata|sérvio|catalão|galego|guarani|tupi
    |latim|libras|língua de sinais|crioulo|suaíli
conditions: asma|diabetes(?: tipo [12])?|epilepsia|doença celíaca|doença de Crohn|artrite|artrose|TDAH|dislexia
    |enxaqueca|hipertensão|pressão alta|eczema|psoríase|zumbido|esclerose múltipla|endometriose|fibromialgia
    |hipotireoidismo
instruments: piano|guitarra|violão|baixo|violino|viola|violoncelo|flauta|clarinete|saxofone|trompete|trombone
    |bateria|acordeão|sanfona|harpa|ukulele|cavaquinho|órgão
sports: futebol|basquete|vôlei|voleibol|tênis|ténis|badminton|pingue-pongue|handebol|hóquei|golfe|xadrez|rugby
    |futsal|padel
joints: e|mas|porque|pois|então|embora|como|já que
openers: como(?= (?:sou|eu sou|moro|vivo|tenho)\b)|já que|visto que|oi|olá|bom dia|boa tarde|boa noite|sim|não
    (?=[,.!])|bom|bem|então|aliás|na verdade|a propósito|por falar nisso|obrigad[oa]|ok|ah|oh|para contexto
    |contexto|além disso|também|e|mas|pessoalmente|sinceramente|infelizmente|acho que|correção|como eu disse
    |desculpa|desculpe|atualmente|agora(?= ?,)|eu
follow: e|com|mas|desde|em|no|na|porque|agora|atualmente|onde|que|como|perto|ou|então|até|por|para|à noite|de noite
    |de dia|há|a semana|semana|mês|ano|ontem|amanhã|também|moro|vivo|trabalho|tenho|sou|me|mora|próximo|próxima|dia
    |depois|daqui|há pouco|pois|o|a|é|neste|nesta|de|do|da|mais
cut: porque|mas|desde|quando|enquanto|embora|e (?:eu|minha|meu|me|não|é|sou|moro|vivo|trabalho|quero|tenho|também
    |nós|que|odeio|estou|preciso)|principalmente|sobretudo|exceto|como|mais que|já que|que|onde|se|para|pela
    |nos fins de semana|às (?:segundas|terças|quartas|quintas|sextas)|aos (?:sábados|domingos)|então|pois
trail: muito|também|realmente|agora|demais|mesmo|por exemplo|etc|bastante|um dia|sobretudo|fluentemente|em geral
articles: (?:um pouco de|um|uma|uns|umas|o|a|os|as|também|bem)\s+
vague: isto|isso|esta|este|estas|estes|essa|esse|essas|esses|aquilo|desta|deste|disso|disto|nisso|seu|sua|seus|suas
    |a sua|o seu|as suas|os seus|teu|tua|o teu|a tua|te|você|vocês|ti|quando|como|que|o que|quem|a ideia|a forma
    |o jeito|o fato|a maneira|meu|minha|o meu|a minha|ele|ela|nada|tudo|todos|todas|algo|alguém|ser|estar|ter|fazer
    |dizer|ver|saber|pensar|mais|muito|tanto|se|quanto|aqui|ali|por|em|a trabalho|ao trabalho|outro|outra|conversar
    |esperar|fila|de|a vida
hollow: ideia|ideias|sugestão|sugestões|opção|opções|versão|versões|proposta|propostas|é|são|está|isso|você|te|isto
unfinished: o|a|os|as|de|do|da|um|uma|e|ou|ao|à|em|no|na|para|por|com
restricts: que|onde|cujo|cuja
claims: eu|nós|sou|moro|moramos|vivo|vivemos|tenho|temos|trabalho|me|nos|meu|minha|meus|minhas|nosso|nossa|o meu
    |a minha|os meus|as minhas|nasci|cresci|estou|estudo|falo|aprendo|toco|jogo|odeio|detesto|adoro|amo|gosto|não
    |nunca|já|acabei|acabamos|fiz|mudei|mudamo|mudámo|venho|voo|viajo|viajamos|vou|vamos|parto|quero|gostaria
    |pretendo|espero|dirijo|comprei|compramos|vendi|vendemos|procuro|resido|pedi|perdi|fui|saí|sofro|adotei
    |adotamos|virei|tornei|chamo|chama|podes|pode me|todos me|como|sendo|oi|olá|bom dia|boa|agora|deixei|larguei
both: e|ou|mas
asks: que|o que|qual|quais|quem|onde|quando|como|por que|por quê|quanto|quanta|quantos|quantas|você pode|pode
    |poderia|posso|devo|deveria|há|tem|tens|é|são|sabe|conhece|me recomenda|pago|existe
doubt: se|imagine|imagina|vamos supor|suponha|supondo|digamos|disse|diz|dizem|dizia|perguntou|pergunta|respondeu
    |segundo|escreveu|afirma|tomara|quem me dera|talvez|sonho|sonhei|sonhava|quase|como se|ninguém|acha que|acham
    |pensam|título|citação|moraria|seria|até que
unreal: 🙄|(?<!\w)/s\b|\b(?:no (?:jogo|meu sonho|sonho|livro|filme|conto|romance|meu romance)|num (?:jogo|sonho
    |filme|livro)|na (?:história|música|minha fantasia|partida|série|novela)|em teoria|tecnicamente|brincadeira
    |brincando|kkk\w*|haha\w*|praticamente|quando criança)\b
rest: \b(?:finja|faz de conta|faça de conta|jogo de rol|interprete|aja como|imagine que você é|você é (?:agora )?
    (?:um|uma|o|a)\b|(?:escreva|escreve|redija|componha|invente|conte|crie)(?:-me)? (?:um|uma|o|a) (?:\w+ ){0,3}
    (?:história|poema|canção|diálogo|roteiro|cena|monólogo|conto|carta|discurso|redação|texto|piada|música)|traduz
    (?:a|ir)?|corrija|corrige|corrigir|reformule|resuma|resumir|reescreva|melhore (?:o|este|esta|a)|como se diz
    |o que significa|o que quer dizer|(?:o )?seguinte (?:texto|artigo|parágrafo|trecho))|(?:^|\n)(?:prezad[oa]
    |car[oa]|querid[oa])(?: \w+){1,3}[:,]\s*\n
not_names: segunda|terça|quarta|quinta|sexta|sábado|domingo|janeiro|fevereiro|março|abril|maio|junho|julho|agosto
    |setembro|outubro|novembro|dezembro|eu|tu|ele|ela|nós|vocês|o|a|os|as|um|uma|isto|deus|natal(?= (?:e|é))
    |brasileir[oa]|português|portuguesa|vegetarian[oa]|vegan[oa]|senhor|senhora|não|sim|obrigad[oa]|casa|todos?
    |muito
"""

_RELATIONS: Final = r"""
mother: mãe
father: pai
sister: irmã|irmãs
brother: irmão|irmãos
son: filho|filhos
daughter: filha|filhas
grandmother: avó
grandfather: avô
grandchild: neta|neto|netos|netas
aunt: tia
uncle: tio
cousin: prima|primo|primos|primas
niece: sobrinha|sobrinhas
nephew: sobrinho|sobrinhos
mother-in-law: sogra
father-in-law: sogro
brother-in-law: cunhado
sister-in-law: cunhada
friend: melhor amiga|melhor amigo
roommate: colega de quarto
wife: esposa|mulher
husband: esposo|marido
partner: companheira|companheiro|parceira|parceiro
girlfriend: namorada
boyfriend: namorado
fiancé: noiva|noivo
"""

_CORRECTIONS: Final = (
    r"<slip>(?:quis|queria) dizer <new>(?:, não <old>)?",
    r"(?:(?:não|na verdade|desculpa|correção)[,.]? )*é (?:agora )?<new>, não <old>",
    r"não <old>,? mas(?: sim)? <new>",
)

_DATES: Final = Dates(
    months="janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    weekdays="segunda/segunda-feira terça/terça-feira quarta/quarta-feira quinta/quinta-feira sexta/sexta-feira sábado "
    "domingo",
    units="dia/dias semana/semanas mês/meses ano/anos",
    numbers="um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze",
    forms=(
        ("day", r"(?:dia )?<day> de <month>(?: de <year>)?"),
        ("month", r"<month> de <year>"),
        ("ahead", r"(?:daqui a|em|dentro de) <count> <unit>"),
        ("ago", r"há <count> <unit>"),
        ("next", r"próxim[oa] (?:<weekday>|<month>)"),
        ("next", r"próxim[oa] <unit>"),
        ("next", r"<weekday> que vem"),
        ("next", r"<unit> que vem"),
        ("last", r"<weekday> passad[oa]"),
        ("last", r"<unit> passad[oa]"),
        ("this", r"nest[ea] <unit>"),
        ("+2", "depois de amanhã"),
        ("+1", "amanhã"),
        ("+0", "hoje"),
        ("-1", "ontem"),
        ("weekday", "<weekday>"),
        ("month", "<month>"),
        ("year", "<year>"),
    ),
    day_form=r"<day> de <month>(?: de <year>)?",
    since="desde(?: o| a)?",
    until="até(?: o| a| à)?",
    at="o|a|em|no|na|a partir de|para o|para a",
)

LANGUAGE: Final = Language(
    code="pt",
    words="odeio eu sou moro vivo tenho trabalho me meu minha meus o a os as um uma de do da dos das em no na num "
    "numa e é que não mais já com por para mas se está estou são como muito você te seu sua ele ela oi "
    "olá obrigado desde há este esta isso quando porque agora gosto adoro quero também anos foi ao à",
    rules=rules_of(_RULES),
    parts=parts_of(_SHAPES) | parts_of(_WORDS),
    relations=relations_of(_RELATIONS),
    corrections=_CORRECTIONS,
    dates=_DATES,
)
