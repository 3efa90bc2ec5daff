"""Which language a text is in, as far as stemming needs to know, and the words that carry no meaning in it.

Only simple evidence is used: the script of a word and, for Latin letters, function words of the text. English is the
default, because a short question seldom says what language it is in.
"""

# ruff: noqa: RUF001 -- words of other scripts are meant

from collections.abc import Collection
from itertools import chain
from typing import Final

ENGLISH: Final = "english"

_STOP_TEXT: Final = {
    # without `may` and `will` (a month and a name); without `no` and `not`, which change what is said
    ENGLISH: (
        "a about above after again all also am an and any are as at be because been before being below "
        "between both but by can can't could did do does doing down during each few for from further had has "
        "have having he her here hers herself him himself his how i if in into is it its itself just let me "
        "more most my myself nor of off on once only or other our ours ourselves out over own same shan't she "
        "should so some such than that the their theirs them themselves then there these they this those "
        "through to too under until up us very was we were what when where which while who whom whose why "
        "with won't would you your yours yourself yourselves"
    ),
    "german": (
        "aber allem allen alles als am an ans auch auf aus bei beim bin bis bist da dann darf das dass davon "
        "dazu dein deine deinem deinen deiner dem den denn der deren des dessen dich die dies diese diesem "
        "diesen dieser dieses dir doch dort du durch eben eigentlich ein eine einem einen einer eines er es "
        "etwas euch euer eure für habe haben habt hat hatte hatten hier hin hätte hätten ich ihm ihn ihnen ihr "
        "ihre ihrem ihren ihrer ihres im in ins ist ja jede jedem jeden jeder jedes jener jetzt kann kannst "
        "können könnte könnten man manche mehr mein meine meinem meinen meiner meines mich mir mit muss musste "
        "müssen nach noch nur ob oder ohne schon sehr seid sein seine seinem seinen seiner seines selbst sich "
        "sie sind so soll sollen sollte sollten sondern um und uns unser unsere unserem unseren unserer viel vom "
        "von vor wann war waren warum was weil welche welchem welchen welcher welches wem wen wenn wer werden "
        "wessen wie wir wird wirst wo wobei wodurch wofür woher wohin wollen wollte wollten womit woran "
        "worauf worin worum worüber wurde wurden wäre wären würde würden zu zum zur zwischen über"
    ),
    "french": (
        "ai ainsi alors as au aussi aux avaient avait avec avez avions avoir avons ce cela celle celles celui "
        "ces cet cette ceux chaque chez combien comment dans de des dont du elle elles en est et eu eux faire "
        "fait fut ici il ils je la le les leur leurs lorsque lui ma mais me mes moi moins mon même ni nos notre "
        "nous nous-mêmes on ont ou où par parce pas pendant peu peut peuvent plus pour pourquoi puis qu quand "
        "que quel quelle quelles quelque quelques quels qui quoi sa sans se sera serait seront ses si soit "
        "sommes son sont sous suis sur ta te tes toi ton tous tout toute toutes très tu un une vers vont vos "
        "votre vous y à étaient étais était été êtes être"
    ),
    "spanish": (
        "a al algo algún ante antes aquel aquella aunque cada como con cual cuales cuanta cuanto cuyo cuál "
        "cuáles cuándo cuánta cuántas cuánto cuántos de del desde donde dónde el ella ellas ellos en era eran "
        "eras eres es esa esas ese eso esos esta estaba estaban estamos estar estas este esto estos estoy está "
        "están fue fueron ha había habían hace hacia han has hasta hay he hemos la las le les lo los me mi mis "
        "muy más nos nosotras nosotros nuestra nuestras nuestro nuestros o os otra otro para pero poco por "
        "porque pues que quienes quién quiénes qué se ser será sería si siempre sin sino sobre somos son soy su "
        "sus sí también tan tanto te tenemos tener tengo tenía tiene toda todas todo todos tu tus tuvo un una "
        "uno unos va vais vamos van vosotros voy y ya yo él"
    ),
    "italian": (
        "a abbiamo agli ai al alla alle anche avere avete aveva avevano che chi ci ciò col come con cosa cui da "
        "dal dalla degli dei del della delle dello dentro di dopo dove e ed era erano eravamo essere fra gli ha "
        "hai hanno ho i il in io la le lei lo loro lui ma mi mia mie miei mio negli nei nel nell nella noi "
        "nostra nostro o ogni per perché più poi prima qual quale quali quando quanta quante quanti quanto "
        "quegli quei quella quello questa questo sarà se sei senza si siamo siete sono sta stato sto su sua "
        "sugli sui sul sulla suo suoi ti tra tu tua tuo tutta tutti tutto un una uno vi voi vostra vostro è"
    ),
    "portuguese": (
        "a algo alguém ao aos aquela aquele aquilo as até cada com como cujo da das de dela delas dele deles "
        "depois disso disto do dos e ela ele em entre era eram essa esse esta estamos estava estavam este estou "
        "está estão eu foi foram fui havia houve há isso isto já lhe lhes mais mas me meu meus minha minhas "
        "muita muitas muito muitos na naquele nas nem nessa nesse nesta neste no nos nossa nossas nosso nossos "
        "num numa não nós o onde os ou para pela pelas pelo pelos por porque porquê pouco quais qual quando "
        "quanta quantas quanto quantos que quem quê se sem ser seria será seu seus sob sobre somos sua suas são "
        "também te tem temos tenho ter teu teus tinha tinham tive toda todas todo todos tu tua tuas um uma vai "
        "vais vamos você vocês vos vão à às é"
    ),
    "dutch": (
        "aan al alle als bent bij daar dan dat de deed der deze die dit doen door een en er haar had hadden heb "
        "hebben hebt heeft hem het hier hij hoe hoeveel hun iemand iets ik in is ja je jij jou jouw jullie kan "
        "kon konden kunnen maar me met mij mijn moest moet moeten na naar niet nog of om omdat ons onze ook op "
        "over te tot uit van veel voor waar waaraan waarmee waarom waarover waarvan wanneer waren was wat we wel "
        "welk welke werd werden wie wiens wij wil wilde willen worden wordt zal ze zich zij zijn zo zou zouden"
    ),
    "russian": (
        "а без будем будет будут бы был была были было быть в вам вас ваш ваша ваши ведь весь вот все всего всех "
        "всё вы где да даже для до его ее если есть еще ещё её же за зачем и из или им их к каждый как какая "
        "какие каким какими каких какова какого какой каком какую кем ко когда кого кому которая которого "
        "которое которой котором которую которые который которых кто куда ли лишь между меня мне много мной мог "
        "могу моего моей моем моему может можно мои моим моими моих мой мою моя моё моём мы на над нам нас наш "
        "наша наше нашего нашей нашем наши нашу не него нее ней нем нему нет нею ни ними ничего но ну нём о об "
        "однако он она они оно от откуда очень по под потом потому почему поэтому при про с сам сама сами своего "
        "своей своем своему свои своим своими своих свой своя своём себе себя сейчас сколько со собой так такая "
        "также такие такой там твои твой твоя твоё тебе тебя тем теперь тех то тобой тогда того тоже той только "
        "том тот ту ты у уже хоть чего чей чем чему через что чтобы чьего чьей чьему чьи чья чьё чём эта эти "
        "этим этими этих это этого этой этом этому этот эту я"
    ),
    "hindi": (
        "अगर अब अभी आप आपका आपकी आपके आपको इन इस इसका इसकी इसके इसको इसमें इसलिए इसे उन उनका उनकी उनके उनको "
        "उन्हें उन्होंने उस उसका उसकी उसके उसको उसने उसी उसे एक और कब कभी कर करते करना करने कहाँ का कि कितना "
        "कितनी कितने किस किसका किसकी किसके किसको किसने किसी किसे की कुछ के कैसा कैसी कैसे को कोई कौन कौनसा क्या "
        "क्यों गई गए गया चाहिए जब जो तक तथा तब तो था थी थीं थे दिया दी ने पर फिर बहुत भी मुझको मुझे में मेरा "
        "मेरी मेरे मैं मैंने यह यहाँ या ये रहा रही रहे लिए ले वह वहाँ वाला वाली वाले वे साथ से हम हमने हमारा "
        "हमारी हमारे हमें ही हुआ हुई हुए हूँ है हैं हो हों होगा होगी होता होती होते होना"
    ),
    "arabic": (
        "ألا أما أن أنا أو أي أية أيضا أيضاً أين إذ إذا إلى إن إنني إنه إنها التي الذي الى ان انا انه انها اين "
        "بأن بعد بعض بل بم بما بماذا به بها بهذا بهذه بين تكون تلك ثم حتى حيث ذلك سوف على علي عليه عليها عليّ عم "
        "عما عمّا عن عند عندما عنده عندها عندي عنه عنها غير فقط فهو فهي في فيه فيها قبل قد كان كانت كانوا كل كم "
        "كنا كنت كي كيف لأن لأنه لأنها لا لدى لدي لذلك لقد لك لكن لكنه لكي لم لماذا لمن لنا له لها لهم لي ليس "
        "ليست ما ماذا متى مع مما ممن من منذ منك منه منها مني نحن نعم هؤلاء هذا هذه هل هم هما هنا هناك هو هي و "
        "وأن وإن والتي والذي وعلى وفي وفيه وفيها وقد وكان وكانت ولا ولكن ولم وما ومن وهذا وهذه وهم وهو وهي يا "
        "يكون"
    ),
}

STOP_WORDS: Final = {language: frozenset(text.split()) for language, text in _STOP_TEXT.items()}
"""Words that carry no meaning, by language; casefolded."""

# Words of other languages' lists that English text contains too: as they stand, and as parts of names.
_ALSO_ENGLISH_TEXT: Final = (
    "ai come con dal dare das de dem den der des die do dos du e el en era es eu hat he i ii il io is ma me mes met mi "
    "mis na no non o of on ons os par per pour sa san se ses sin so son su sur tan te tot tu un van vi via was we wie "
    "y ya zo war alle ans ante bent comment deed door fait fra hay hier hin hoe hun ins kan kon man nos num nur ob per "
    "plus poi sous todo vers wel wilde"
)
_PARTS_OF_NAMES_TEXT: Final = "al da dal de del dem den der des di do dos du el la las le les lo los van vom von"
_ALSO_ENGLISH: Final = frozenset(_ALSO_ENGLISH_TEXT.split())
_PARTS_OF_NAMES: Final = frozenset(_PARTS_OF_NAMES_TEXT.split())
_ELIDED_FRENCH_TEXT: Final = (
    "c'est c'était d'un d'une j'ai j'avais j'en l'on m'a n'a n'ai n'est qu'elle qu'il qu'on s'est s'il t'a t'as"
)
_LATIN: Final = ("german", "french", "spanish", "italian", "portuguese", "dutch")


def _evidence() -> dict[str, tuple[str, ...]]:
    """Return the languages each word speaks for, as it stands in running text and at the start of a sentence."""
    found: dict[str, tuple[str, ...]] = {}
    for language in _LATIN:
        for word in STOP_WORDS[language] - STOP_WORDS[ENGLISH] - _ALSO_ENGLISH:
            capital = () if word in _PARTS_OF_NAMES else (word.capitalize(), f"¿{word.capitalize()}")
            for form in (word, *capital):
                found[form] = (*found.get(form, ()), language)
    for form in chain.from_iterable((word, word.capitalize()) for word in _ELIDED_FRENCH_TEXT.split()):
        found[form] = found[form.replace("'", "\u2019")] = ("french",)
    return found


_EVIDENCE: Final = _evidence()
_EVIDENCE_WORDS: Final = frozenset(_EVIDENCE)
_ENOUGH_EVIDENCE: Final = 2

# First and last code point of scripts that have a stemmer of their own.
_SCRIPTS: Final = (
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "russian"),
    (0x0530, 0x058F, "armenian"),
    (0x0600, 0x06FF, "arabic"),
    (0x0900, 0x097F, "hindi"),
    (0x0B80, 0x0BFF, "tamil"),
    (0x1F00, 0x1FFF, "greek"),
)


def latin_language(words: Collection[str]) -> str:
    """Return the language of a text's Latin words: English unless others speak for another.

    One word is enough where none is English; where some are, there must be two and at least as many.

    Args:
        words: The words of the text as they stand, function words included.
    """
    if _EVIDENCE_WORDS.isdisjoint(words):
        return ENGLISH
    words = set(words)
    votes: dict[str, int] = dict.fromkeys(_LATIN, 0)
    for word in _EVIDENCE_WORDS & words:
        for language in _EVIDENCE[word]:
            votes[language] += 1
    winner = max(_LATIN, key=votes.__getitem__)
    english = len(STOP_WORDS[ENGLISH] & words)
    enough = max(_ENOUGH_EVIDENCE, english) if english else 1
    return winner if votes[winner] >= enough else ENGLISH


def script_language(word: str) -> str | None:
    """Return the language whose stemmer serves the script of `word`; None for Latin and for scripts without one."""
    if word.isascii():
        return None
    point = ord(word[0])
    for first, last, language in _SCRIPTS:
        if first <= point <= last:
            return language
    return None
