"""The words by which promises, decisions and the like are known, by language.

Owns the tables. A language is added by adding its phrases. A phrase of a script with spaces is whole words, in any
case; of one without it is a piece of text. Phrases are chosen so that they mean this in one language and little in
others.
"""

# ruff: noqa: RUF001 -- letters of other scripts are meant

from typing import Final

DECISION: Final = "decision"
PROMISE: Final = "promise"
PLAN: Final = "plan"
CORRECTION: Final = "correction"
SELF: Final = "self"
TIME: Final = "time"
REQUEST: Final = "request"
DEFERRAL: Final = "deferral"
OFFER: Final = "offer"
DONE: Final = "done"

SPACED: Final[dict[str, dict[str, str]]] = {
    "english": {
        DECISION: "decided|we decided|i've decided|have decided|decision|agreed|we agreed|agreed on|settled on|"
        "let's go with|going with|go with|went with|i'll take|we'll take|we'll use|chose|chosen|picked|i pick|"
        "final answer|it's settled|confirmed|booked|signed|approved|made up my mind|we'll go with|i'll go with|"
        "ruled out|opted for",
        PROMISE: "i promise|i'll send|i'll bring|i'll call|i'll let you know|i'll get back|i'll check|i'll do|"
        "i'll finish|i'll write|i'll pay|i'll be there|i'll make sure|i'll take care|i will|we will|i'll have|"
        "i'll email|i'll text|i'll ask|i'll talk|i'll look|i'll try|i'll pick|i'll forward|i'll share|i'll prepare|"
        "i'll review|you can count on me|promised|i owe|we'll send|i'll book|i'll tell|i'll give|i'll help|"
        "i'll remind|i'll report|we'll",
        PLAN: "i'm going to|we're going to|going to|planning to|i plan|we plan|i'm planning|we're planning|my plan|"
        "the plan|i intend|i hope to|i'd like to|i want to|we want to|thinking of|looking forward to|scheduled|"
        "appointment|deadline|moving to|i'm moving|we're moving|flying to|starting|i start|due on|due by|remind me",
        CORRECTION: "actually|correction|i meant|i was wrong|my mistake|no longer|not anymore|any more|anymore|"
        "instead of|rather than|changed my mind|it turns out|turns out|that's wrong|not true|scratch that|"
        "to correct|used to|changed to|moved to|postponed|cancelled|canceled|rescheduled|in fact",
        SELF: "i|i'm|i've|i'd|i'll|my|mine|me|we|we're|we've|our|us",
        TIME: "monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|"
        "august|september|october|november|december|tomorrow|tonight|yesterday|next week|next month|next year|"
        "last week|last month|last year|weekend|noon|midnight|since|until|spring|summer|autumn|winter|birthday|"
        "anniversary",
        REQUEST: "please|can you|could you|would you|help me|i need|how do i|how can i|what should|tell me|show me|"
        "recommend|suggest|explain|write me|find me|i'm looking for|i am looking for|any ideas|any tips",
        DEFERRAL: "i don't know|not sure|no idea|let me check|i'll check|get back to you|i'll find out|"
        "let me think|i'll ask|hard to say|can't say|will see|we'll see|let me look|haven't decided",
        OFFER: "anything else|would you like|do you want me|let me know if|shall i|should i go|does that help|"
        "happy to help|feel free|how can i help|how are you|how have you been|what's up|how about you|"
        "what do you think|is there anything|how's it going|hope that helps|can i help|how may i|need any help|"
        "how was your day",
        DONE: "i sent|i've sent|just sent|sent it|done|here it is|here they are|i called|i've called|i paid|"
        "i've paid|finished|i booked|i've booked|i brought|i asked|i checked|i did|i wrote|i've written|i told|"
        "as promised",
    },
    "german": {
        DECISION: "entschieden|beschlossen|entscheidung|beschluss|geeinigt|einigen uns|wir nehmen|ich nehme|"
        "ausgewählt|festgelegt|abgemacht|vereinbart|bestätigt|gebucht|unterschrieben|genehmigt|entscheide mich|"
        "bleibt dabei",
        PROMISE: "ich verspreche|versprochen|ich schicke|ich sende|ich bringe|ich rufe|ich melde|ich kümmere|"
        "ich werde|wir werden|ich gebe dir|ich sage dir|ich prüfe|ich erledige|ich mache das|ich zahle|ich frage|"
        "ich schreibe dir|ich schaue|kannst dich darauf verlassen|ich schicke dir|ich besorge|ich hole",
        PLAN: "ich plane|wir planen|geplant|ich habe vor|wir haben vor|mein plan|der plan|ich möchte|wir möchten|"
        "ich will|wir wollen|ich ziehe|wir ziehen|termin|frist|ich fliege|wir fliegen|ich fange|freue mich auf|"
        "erinnere mich|fällig",
        CORRECTION: "eigentlich|korrektur|ich meinte|ich habe mich geirrt|mein fehler|nicht mehr|stattdessen|"
        "sondern|doch nicht|anders überlegt|stimmt nicht|verschoben|abgesagt|früher|statt|umgezogen|tatsächlich",
        SELF: "ich|mein|meine|meinen|meinem|meiner|mir|mich|wir|unser|unsere|unseren|unserem|uns",
        TIME: "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|januar|februar|märz|mai|juni|juli|"
        "oktober|dezember|morgen|heute abend|gestern|nächste woche|nächsten monat|nächstes jahr|letzte woche|"
        "letztes jahr|wochenende|mittag|seit|bis|frühling|sommer|herbst|geburtstag|uhr",
        REQUEST: "bitte|kannst du|könntest du|können sie|könnten sie|hilf mir|ich brauche|wie kann ich|"
        "was soll ich|zeig mir|empfiehl|erkläre|ich suche|hast du tipps|haben sie tipps",
        DEFERRAL: "weiß ich nicht|weiß nicht|keine ahnung|nicht sicher|muss ich nachsehen|ich frage nach|"
        "melde mich|mal sehen|schwer zu sagen|überlege noch",
        OFFER: "kann ich sonst|noch etwas|soll ich|möchtest du|möchten sie|sag bescheid|gerne helfe|wie geht's|"
        "wie geht es|kann ich helfen|und dir|und dir selbst|und ihnen",
        DONE: "habe ich geschickt|habe ich gesendet|geschickt|erledigt|fertig|hier ist|habe angerufen|habe bezahlt|"
        "wie versprochen",
    },
    "french": {
        DECISION: "décidé|j'ai décidé|on a décidé|nous avons décidé|décision|d'accord sur|convenu|choisi|on prend|"
        "je prends|nous prenons|confirmé|réservé|signé|approuvé|c'est décidé|on part sur|retenu|opté pour",
        PROMISE: "je promets|je te promets|promis|je t'enverrai|je vous enverrai|j'enverrai|je t'envoie|"
        "je vous envoie|je m'en occupe|je t'appelle|je t'appellerai|je vous appelle|je te dirai|je vérifierai|"
        "je vérifie|je paierai|je te rappelle|je vous rappelle|je ferai|nous ferons|j'apporterai|j'apporte|"
        "je demanderai|on s'en charge",
        PLAN: "je vais|nous allons|on va|je compte|je prévois|nous prévoyons|prévu|mon plan|j'aimerais|je voudrais|"
        "je veux|nous voulons|je déménage|rendez-vous|échéance|délai|je pars|on part|je commence|rappelle-moi|"
        "j'ai l'intention",
        CORRECTION: "en fait|correction|je voulais dire|je me suis trompé|je me suis trompée|mon erreur|ne plus|"
        "au lieu de|plutôt que|changé d'avis|c'est faux|pas vrai|reporté|annulé|finalement|en réalité|déplacé|"
        "autrefois",
        SELF: "je|j'ai|j'habite|j'aime|mon|mes|moi|nous|notre|nos|m'appelle|je suis",
        TIME: "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|février|mars|avril|mai|juin|juillet|"
        "août|septembre|octobre|novembre|décembre|demain|ce soir|hier|semaine prochaine|mois prochain|"
        "année prochaine|semaine dernière|week-end|midi|minuit|depuis|jusqu'à|jusqu'au|printemps|été|automne|hiver|"
        "anniversaire",
        REQUEST: "s'il te plaît|s'il vous plaît|peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|aide-moi|aidez-moi|"
        "j'ai besoin|comment puis-je|que dois-je|montre-moi|recommande|explique|je cherche|des idées|des conseils",
        DEFERRAL: "je ne sais pas|je sais pas|aucune idée|pas sûr|pas sûre|je vais vérifier|je te dirai|on verra|"
        "difficile à dire",
        OFFER: "autre chose|veux-tu que|voulez-vous que|n'hésite pas|n'hésitez pas|puis-je vous|comment ça va|"
        "ça va|et toi|et vous|comment vas-tu|comment allez-vous",
        DONE: "j'ai envoyé|c'est fait|c'est envoyé|terminé|voici|j'ai appelé|j'ai payé|comme promis|j'ai fini",
    },
    "spanish": {
        DECISION: "decidido|he decidido|hemos decidido|decidí|decidimos|decisión|acordado|acordamos|quedamos en|"
        "elegido|elegí|elegimos|nos quedamos con|me quedo con|confirmado|reservado|reservé|firmado|aprobado|"
        "optamos por|al final vamos con",
        PROMISE: "prometo|te prometo|prometido|te enviaré|le enviaré|te mando|te mandaré|te envío|te llamo|"
        "te llamaré|te aviso|te avisaré|me encargo|me encargaré|lo haré|lo haremos|te digo|te diré|traeré|pagaré|"
        "revisaré|preguntaré|te traigo|nos encargamos|cuenta conmigo|le mando|les mando",
        PLAN: "voy a|vamos a|pienso|planeo|planeamos|tengo pensado|mi plan|el plan|quiero|queremos|me gustaría|"
        "me mudo|nos mudamos|cita|plazo|fecha límite|vuelo a|empiezo|empezamos|recuérdame|tengo previsto",
        CORRECTION: "en realidad|corrección|quise decir|quería decir|me equivoqué|mi error|ya no|en vez de|"
        "en lugar de|cambié de opinión|he cambiado de opinión|resulta que|no es cierto|aplazado|aplazada|cancelado|"
        "cancelada|de hecho|mejor dicho|antes vivía|pospuesto",
        SELF: "yo|mi|mis|mío|mía|me|conmigo|nosotros|nosotras|nuestro|nuestra|nuestros|nuestras|soy|tengo|vivo|trabajo",
        TIME: "lunes|martes|miércoles|jueves|viernes|sábado|domingo|enero|febrero|marzo|abril|mayo|junio|julio|"
        "agosto|septiembre|octubre|noviembre|diciembre|mañana|esta noche|ayer|próxima semana|semana que viene|"
        "próximo mes|mes que viene|próximo año|semana pasada|fin de semana|mediodía|medianoche|desde|hasta|"
        "primavera|verano|otoño|invierno|cumpleaños",
        REQUEST: "por favor|puedes|podrías|puede usted|ayúdame|necesito|cómo puedo|qué debo|enséñame|recomienda|"
        "recomiéndame|explica|explícame|busco|estoy buscando|alguna idea|algún consejo",
        DEFERRAL: "no lo sé|no sé|ni idea|no estoy seguro|no estoy segura|déjame ver|ya veremos|lo consulto|"
        "difícil decir",
        OFFER: "algo más|quieres que|quiere que|no dudes|avísame si|puedo ayudarte|cómo estás|qué tal|y tú|y usted",
        DONE: "ya lo envié|he enviado|lo envié|ya está|hecho|terminado|aquí está|he llamado|ya pagué|he pagado|"
        "como prometí",
    },
    "italian": {
        DECISION: "deciso|ho deciso|abbiamo deciso|decisione|concordato|scelto|prendiamo|confermato|prenotato|"
        "firmato|approvato",
        PROMISE: "prometto|ti prometto|te lo mando|ti mando|ti manderò|le manderò|invierò|ti chiamo|ti chiamerò|"
        "ci penso io|me ne occupo|ti faccio sapere|porterò|pagherò|controllerò|lo farò",
        PLAN: "ho intenzione|sto pensando|progetto di|vorrei|voglio|vogliamo|mi trasferisco|ci trasferiamo|"
        "appuntamento|scadenza|volo a|inizio|ricordami|in programma|ho in programma",
        CORRECTION: "in realtà|correzione|volevo dire|mi sono sbagliato|mi sono sbagliata|errore mio|non più|"
        "invece di|anziché|cambiato idea|non è vero|rimandato|annullato|di fatto",
        SELF: "io|mio|mia|miei|mie|mi|noi|nostro|nostra|sono|vivo|lavoro|abito",
        TIME: "lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|gennaio|febbraio|marzo|aprile|maggio|"
        "giugno|luglio|settembre|ottobre|dicembre|domani|stasera|ieri|prossima settimana|settimana prossima|"
        "mese prossimo|fine settimana|mezzogiorno|estate|autunno|inverno|compleanno",
        REQUEST: "per favore|puoi|potresti|può|aiutami|ho bisogno|come posso|cosa devo|consigli|spiega|spiegami|"
        "sto cercando",
        DEFERRAL: "non lo so|non so|nessuna idea|non sono sicuro|non sono sicura|vedremo|fammi controllare",
        OFFER: "altro|vuoi che|vuole che|fammi sapere se|come stai|e tu|posso aiutarti",
        DONE: "ho mandato|ho inviato|fatto|finito|ecco|ho chiamato|ho pagato|come promesso",
    },
    "portuguese": {
        DECISION: "decidido|decidi|decidimos|decisão|combinado|combinamos|escolhi|escolhemos|escolhido|ficamos com|"
        "confirmado|reservado|reservei|assinado|aprovado|optamos por",
        PROMISE: "prometo|te prometo|prometido|vou enviar|vou mandar|te envio|te mando|envio-te|eu ligo|vou ligar|"
        "te aviso|aviso-te|cuido disso|trato disso|vou trazer|vou pagar|vou verificar|farei|enviarei",
        PLAN: "vou|vamos|pretendo|planejo|estou planejando|estou a planear|meu plan|quero|queremos|gostaria|"
        "vou me mudar|consulta|prazo|começo|lembra-me|me lembre",
        CORRECTION: "na verdade|correção|quis dizer|queria dizer|me enganei|enganei-me|erro meu|já não|não mais|"
        "em vez de|mudei de ideia|não é verdade|adiado|adiada|cancelado|cancelada|aliás",
        SELF: "eu|meu|minha|meus|minhas|mim|nós|nosso|nossa|sou|tenho|moro|vivo|trabalho",
        TIME: "segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado|domingo|janeiro|fevereiro|"
        "março|abril|maio|junho|julho|setembro|outubro|dezembro|amanhã|hoje à noite|ontem|próxima semana|"
        "semana que vem|mês que vem|fim de semana|meio-dia|verão|outono|inverno|aniversário",
        REQUEST: "por favor|você pode|podes|poderia|podias|me ajude|ajuda-me|preciso|como posso|o que devo|"
        "recomende|explique|procuro",
        DEFERRAL: "não sei|não faço ideia|não tenho certeza|não tenho a certeza|vou ver|veremos",
        OFFER: "mais alguma coisa|quer que|queres que|tudo bem|como vai|e você|e tu|posso ajudar",
        DONE: "já enviei|enviei|feito|pronto|aqui está|já liguei|já paguei|como prometido",
    },
    "dutch": {
        DECISION: "besloten|besluit|beslissing|afgesproken|gekozen|we nemen|ik neem|bevestigd|geboekt|getekend|"
        "goedgekeurd",
        PROMISE: "ik beloof|beloofd|ik stuur|ik zal|we zullen|ik bel|ik breng|ik regel|ik laat het|ik betaal|"
        "ik vraag|ik zorg",
        PLAN: "ik ga|we gaan|van plan|mijn plan|ik wil|we willen|ik zou graag|ik verhuis|we verhuizen|afspraak|"
        "ik begin|herinner me",
        CORRECTION: "eigenlijk|correctie|ik bedoelde|ik had het mis|mijn fout|niet meer|in plaats van|"
        "van gedachten|klopt niet|verplaatst|uitgesteld|afgezegd|geannuleerd",
        SELF: "ik|mijn|mij|wij|ons|onze",
        TIME: "maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|januari|februari|maart|mei|juni|juli|"
        "augustus|oktober|morgen|vanavond|gisteren|volgende week|volgende maand|volgend jaar|vorige week|weekend|"
        "sinds|zomer|herfst|verjaardag",
        REQUEST: "alsjeblieft|alstublieft|kun je|kan je|kunt u|help me|ik heb nodig|hoe kan ik|wat moet ik|ik zoek",
        DEFERRAL: "weet ik niet|weet niet|geen idee|niet zeker|dat zoek ik uit|we zien wel",
        OFFER: "verder nog|wil je dat|zal ik|laat het weten|hoe gaat het|en jij|en u",
        DONE: "heb ik gestuurd|gestuurd|gedaan|klaar|hier is|heb gebeld|heb betaald|zoals beloofd",
    },
    "russian": {
        DECISION: "решил|решила|решили|решение|договорились|выбрал|выбрала|выбрали|берём|берем|подтвердили|"
        "подтверждено|забронировал|забронировала|подписали|одобрили",
        PROMISE: "обещаю|обещал|обещала|пришлю|отправлю|позвоню|принесу|сделаю|напишу|проверю|заплачу|спрошу|"
        "сообщу|постараюсь",
        PLAN: "собираюсь|собираемся|планирую|планируем|хочу|хотим|хотел бы|хотела бы|переезжаю|переезжаем|встреча|"
        "срок|лечу|начинаю|напомни",
        CORRECTION: "на самом деле|вернее|я имел в виду|я имела в виду|ошибся|ошиблась|больше не|уже не|вместо|"
        "передумал|передумала|неправда|перенесли|отменили|точнее",
        SELF: "я|мой|моя|моё|мое|мои|меня|мне|мы|наш|наша|наши|нас|нам",
        TIME: "понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье|января|февраля|марта|апреля|мая|июня|"
        "июля|августа|сентября|октября|ноября|декабря|завтра|сегодня вечером|вчера|на следующей неделе|"
        "в следующем месяце|в выходные|летом|осенью|зимой|весной|день рождения",
        REQUEST: "пожалуйста|можешь|можете|помоги|помогите|мне нужно|мне нужен|как мне|посоветуй|посоветуйте|"
        "объясни|ищу",
        DEFERRAL: "не знаю|понятия не имею|не уверен|не уверена|посмотрим|надо проверить|узнаю",
        OFFER: "что-нибудь ещё|хотите|хочешь|как дела|а ты|а вы|чем помочь|могу помочь",
        DONE: "отправил|отправила|готово|сделал|сделала|вот оно|позвонил|позвонила|заплатил|заплатила|как обещал|"
        "как обещала",
    },
}

UNSPACED_CUES: Final[dict[str, dict[str, str]]] = {
    "japanese": {
        DECISION: "決めました|決めた|決定|決まりました|決まった|に決|ことにした|ことにしました|にします|合意|"
        "予約しました|予約した|選びました|選んだ",
        PROMISE: "約束|送ります|送るね|連絡します|電話します|持っていきます|確認します|お渡しします|やっておきます|"
        "返します|お送り|しておきます",
        PLAN: "つもり|予定|計画|したいと思|行きたい|引っ越します|引っ越す|締め切り|締切|始めます|楽しみに",
        CORRECTION: "実は|訂正|間違え|ではなく|じゃなくて|もう.*ない|変更|延期|中止|キャンセル|やっぱり|正しくは",
        SELF: "私|僕|俺|うち|わたし|ぼく",
        TIME: "月曜|火曜|水曜|木曜|金曜|土曜|日曜|明日|あした|昨日|今夜|来週|来月|来年|先週|先月|週末|誕生日|午前|"
        "午後|から|まで|夏|冬",
        REQUEST: "ください|お願い|教えて|手伝って|してほしい|探してい|おすすめ|どうすれば|どうやって",
        DEFERRAL: "分かりません|わかりません|わからない|知らない|確認してから|調べて",
        OFFER: "他に|ほかに|お手伝いでき|お元気|元気ですか|何かあれば",
        DONE: "送りました|送った|終わりました|できました|完了|電話しました|支払いました|済みました",
    },
    "chinese": {
        DECISION: "决定|決定|商定|说好|說好|选了|選了|选择了|就选|定了|确认了|確認了|预订了|訂了|签了|批准",
        PROMISE: "我保证|我保證|答应|答應|我会发|我會發|发给你|發給你|打电话给你|给你打电话|我来负责|我会|我會|"
        "我带|告诉你|寄给你",
        PLAN: "打算|计划|計劃|准备去|準備去|我想|我们想|搬到|要搬|截止|预约|预定|期待|提醒我|要去",
        CORRECTION: "其实|其實|更正|我是说|我是說|我说错|不是.*而是|不再|改成|改到|改为|推迟|取消|弄错|换成",
        SELF: "我",
        TIME: "星期|周一|周二|周三|周四|周五|周六|周日|明天|昨天|今晚|下周|下个月|明年|上周|周末|生日|上午|下午|"
        "月底|年底|夏天|冬天",
        REQUEST: "请|請|帮我|幫我|能不能|可以.*吗|怎么|怎麼|如何|推荐|推薦|我需要|解释",
        DEFERRAL: "不知道|不清楚|不确定|不確定|我查一下|再说|到时候",
        OFFER: "还有什么|還有什麼|需要我|你好吗|你呢|有什么可以",
        DONE: "发了|發了|完成了|做完|打过电话|付了|已经发|寄出",
    },
    "thai": {
        DECISION: "ตัดสินใจ|ตกลง|เลือก|ยืนยัน|จองแล้ว",
        PROMISE: "สัญญา|จะส่ง|จะโทร|จะเอา|จะบอก",
        PLAN: "วางแผน|ตั้งใจ|อยาก|จะไป|จะย้าย|นัด",
        CORRECTION: "จริงๆ แล้ว|จริงๆแล้ว|แก้ไข|ไม่ใช่|ไม่แล้ว|เลื่อน|ยกเลิก|เปลี่ยนเป็น",
        SELF: "ผม|ฉัน|เรา|ดิฉัน",
        TIME: "วันจันทร์|วันอังคาร|วันพุธ|วันพฤหัส|วันศุกร์|วันเสาร์|วันอาทิตย์|พรุ่งนี้|เมื่อวาน|สัปดาห์หน้า|เดือนหน้า|วันเกิด",
        REQUEST: "กรุณา|ช่วย|ขอ|แนะนำ|ต้องการ|อย่างไร|ยังไง",
        DEFERRAL: "ไม่รู้|ไม่ทราบ|ไม่แน่ใจ",
        OFFER: "มีอะไรอีก|สบายดีไหม|ให้ช่วย",
        DONE: "ส่งแล้ว|เสร็จแล้ว|โทรแล้ว|จ่ายแล้ว",
    },
}
