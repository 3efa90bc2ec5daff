"""Which language a text is in, as far as stemming needs to know, and the words that carry no meaning in it.

Only simple evidence is used: the script of a word and, for Latin letters, function words of the text. English is the
default, because a short question seldom says what language it is in.
"""

# ruff: noqa: RUF001 -- words of other scripts are meant

from collections.abc import Collection
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
        "aber als am an auch auf aus bei bin bis da dann das dass dein deine dem den der des die dies diese "
        "dir doch du durch ein eine einem einen einer eines er es für habe haben hat hatte ich ihr im in ist "
        "ja kann mein meine meinem meinen meiner mich mir mit nach noch oder schon sehr sein seine sich sie "
        "sind so über um und uns unser unsere vom von vor wann war waren warum was weil wenn wer werden wie "
        "wir wird wo wurde zu zum zur"
    ),
    "french": (
        "ai au aux avec ce ces cet cette comment dans de des du elle elles en est et étaient était eu il ils "
        "je la le les leur leurs lui ma mais me mes moi mon nos notre nous on ont où ou par pas pour pourquoi "
        "qu quand que quel quelle qui sa se ses son sont suis sur ta te tes toi ton tu un une vos votre vous "
        "y à été être"
    ),
    "spanish": (
        "a al como con cuál cuándo de del desde donde dónde el él ella ellas ellos en era es esa ese eso esta "
        "está este esto estoy fue ha han hasta he la las le les lo los me mi mis muy más nos nosotros o para "
        "pero por porque que qué quién se ser si sí sin sobre son soy su sus también te tengo tiene tu tus un "
        "una uno unos y ya yo"
    ),
    "italian": (
        "a ai al alla alle anche che chi ci come con cosa cui da dal dalla dei del della delle di dove e è ed "
        "era gli ha hanno ho i il in io la le lei lo loro lui ma mi mia mie miei mio nel nella noi o per "
        "perché più quando quella quello questa questo se sei si sono su sua suo ti tra tu tua tuo un una uno "
        "vi voi"
    ),
    "portuguese": (
        "a ao aos as até com como da das de dela dele do dos e é ela ele em entre era essa esse esta está "
        "este estou eu foi isso isto já lhe mais mas me meu meus minha minhas muito na nas nem no nos nós o "
        "onde os ou para pela pelo por porque qual quando que quem se sem ser seu seus sua suas são também te "
        "tem tenho um uma você vocês à não"
    ),
    "dutch": (
        "aan al als bij dan dat de der deze die dit door een en er haar had heb hebben heeft hem het hij hoe "
        "hun ik in is ja je kan maar me met mij mijn na naar nog of om omdat ons onze ook op over te tot uit "
        "van veel voor waar waarom wanneer waren was wat we wel werd wie wij wil worden zal ze zich zij zijn "
        "zo zou"
    ),
    "russian": (
        "а без бы был была были было быть в вас вам вы где да для до его ее если есть еще же за и из или им "
        "их к как ко когда который кто ли мне меня мой моя мои мы на над нас нам наш не него нее нет ни но ну "
        "о об он она они оно от по под при про с свой себя со так также там то тоже только ты у уже чем что "
        "чтобы эта эти это этот я"
    ),
    "arabic": (
        "في من على إلى الى عن مع هذا هذه ذلك التي الذي ما هل أن ان إن كان كانت هو هي هم أنا انا نحن و أو ثم "
        "لا لم قد كل بعد قبل متى أين اين كيف لماذا"
    ),
}

STOP_WORDS: Final = {language: frozenset(text.split()) for language, text in _STOP_TEXT.items()}
"""Words that carry no meaning, by language; casefolded."""

# Words of other languages' lists that English text contains too: as they stand, and as parts of names.
_ALSO_ENGLISH_TEXT: Final = (
    "ai come con dal dare das de dem den der des die do dos du e el en era es eu hat he i ii il io is ma me mes met mi "
    "mis na no non o of on ons os par per pour sa san se ses sin so son su sur tan te tot tu un van vi via was we wie "
    "y ya zo war"
)
_PARTS_OF_NAMES_TEXT: Final = "al da dal de del dem den der des di do dos du el la las le les lo los van vom von"
_ALSO_ENGLISH: Final = frozenset(_ALSO_ENGLISH_TEXT.split())
_PARTS_OF_NAMES: Final = frozenset(_PARTS_OF_NAMES_TEXT.split())
_LATIN: Final = ("german", "french", "spanish", "italian", "portuguese", "dutch")


def _evidence() -> dict[str, tuple[str, ...]]:
    """Return the languages each word speaks for, as it stands in running text and at the start of a sentence."""
    found: dict[str, tuple[str, ...]] = {}
    for language in _LATIN:
        for word in STOP_WORDS[language] - STOP_WORDS[ENGLISH] - _ALSO_ENGLISH:
            capital = () if word in _PARTS_OF_NAMES else (word.capitalize(), f"¿{word.capitalize()}")
            for form in (word, *capital):
                found[form] = (*found.get(form, ()), language)
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
    """Return the language of a text's Latin words: English unless at least two others speak for another.

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
    return winner if votes[winner] >= max(_ENOUGH_EVIDENCE, english) else ENGLISH


def script_language(word: str) -> str | None:
    """Return the language whose stemmer serves the script of `word`; None for Latin and for scripts without one."""
    if word.isascii():
        return None
    point = ord(word[0])
    for first, last, language in _SCRIPTS:
        if first <= point <= last:
            return language
    return None
