"""Which kind of language a text is in, as far as that decides how many tokens its words come to.

Owns the words and letters that tell. Tokenizers know the words of some languages whole and cut those of others into
pieces; what is told apart is how finely, not which language it is. It must not count anything.
"""

import re
from itertools import chain
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["english", "romance", "germanic", "nordic", "eastern", "vietnamese"]

# The commonest words of each language that are no words of English, from its grammar: articles, pronouns, particles.
_WORDS: Final[dict[Kind, tuple[str, ...]]] = {
    "english": ("the and of is you that it for with was this have are be not what there they your from but can if to",),
    "romance": (
        "le les des et est une que pour dans pas vous je ce il ne sur avec la du nous mon au",
        "el los las una por con para es del se lo como está más pero la y que mi su le",
        "não um uma os com ao seu foi mais você isso eu também da em que na meu por era",
    ),
    "germanic": (
        "der und ist nicht ein eine zu mit auf für von dem das ich auch sich wir es",
        "het een niet ik dat voor op zijn met ze je naar ook maar aan",
        "di che il non è una sono della gli nel più con anche alla ogni mio la del da un si ha",
        "yang dan di untuk dengan ini itu tidak saya ada akan ke pada dari kami dia juga bisa",
    ),
    "nordic": (
        "och att det är jag på av för inte med har ett men",
        "og er det på ikke jeg til av har med vi af men",
        "și nu este în să pe cu mai sunt din ca fost pentru",
        "els amb una és del que les ha també més dels però aquest la el",
    ),
    "eastern": (
        "nie się że jest jak ale czy już tylko jego oraz przez dla",
        "se že je jsem jsou ale aby jako není ve podle nebo",
        "sa že je som sú ale aby ako nie vo podľa alebo",
        "je da se ne sam su što bi za ali kao koji",
        "je da se ne sem ki bi za pa tudi ali kot",
        "az és hogy nem egy ez meg csak volt mint már",
        "ja ei että se oli hän mutta niin mitä olen ovat",
        "ja ei et see ta oli kui aga ka ma seda mis",
        "ir yra kad su į iš tai kaip buvo už jis",
        "un ir ka ar uz kā es bija lai arī",
        "të dhe në një që për nuk është nga si",
        "ya na wa kwa ni la katika za cha hii kuwa",
        "eta da ez du dira hau izan dut zen baina",
        "bir ve bu için ile çok ne ben olarak daha değil",
        "və bir bu ki üçün ilə mən çox idi",
    ),
    "vietnamese": ("và của là có không được cho tôi một những với này người trong đã thì",),
}
_LANGUAGES: Final[tuple[Kind, ...]] = tuple(kind for kind, languages in _WORDS.items() for _ in languages)
_LEAST_SHARE: Final = 0.06
_PROSE_SHARE: Final = 0.75
_FEW_WORDS: Final = 5
_SAMPLE_CHARACTERS: Final = 2_000
_WORD: Final = re.compile(r"[^\W\d_]+")
_ACCENTED: Final = re.compile(r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0259\u0300-\u036f\u1e00-\u1eff]")
_ACCENTED_SHARE: Final = 0.005
# Letters of Cyrillic that Russian does not have, and the commonest of those that only Russian and Belarusian have.
_NOT_RUSSIAN: Final = re.compile("[іїєґўјљњђћџәөүұңқғһӣӯҷ]", re.IGNORECASE)
_RUSSIAN: Final = re.compile("[ыэ]", re.IGNORECASE)
_CYRILLIC_SURE: Final = 100
_NOT_ARABIC: Final = re.compile("[پچژگکیہےٹڈڑںې]")


def _votes() -> dict[str, tuple[int, ...]]:
    """Return for each word the languages it is common in, by their numbers in `_LANGUAGES`."""
    found: dict[str, tuple[int, ...]] = {}
    for number, words in enumerate(chain.from_iterable(_WORDS.values())):
        for word in dict.fromkeys(words.split()):
            found[word] = (*found.get(word, ()), number)
    return found


_VOTES: Final = _votes()


def kind_of(text: str) -> Kind:
    """Return the kind of language that the Latin letters of a text are in.

    The language most of whose common words are found among the first 2,000 characters, when they are more than a few
    in a hundred words; of two, the one that takes more tokens. Otherwise, with accents, the kind that takes the most;
    without, English, which is what code and data are made of, unless it is words and little else.
    """
    sample = text[:_SAMPLE_CHARACTERS]
    words = _WORD.findall(sample.lower())
    votes = [0] * len(_LANGUAGES)
    for word in words:
        for language in _VOTES.get(word, ()):
            votes[language] += 1
    most = max(range(len(votes)), key=lambda language: (votes[language], language))
    if votes[most] > _LEAST_SHARE * len(words):
        return _LANGUAGES[most]
    if len(_ACCENTED.findall(sample)) > _ACCENTED_SHARE * len(sample):
        return "eastern"
    is_prose = sum(map(len, words)) > _PROSE_SHARE * len(sample) and len(words) > _FEW_WORDS
    return "germanic" if is_prose else "english"


def is_russian(text: str) -> bool:
    """Whether the Cyrillic letters of a text are Russian, whose words tokenizers know best."""
    sample = text[:_SAMPLE_CHARACTERS]
    return not _NOT_RUSSIAN.search(sample) and (len(sample) < _CYRILLIC_SURE or bool(_RUSSIAN.search(sample)))


def is_arabic(text: str) -> bool:
    """Whether the Arabic letters of a text are Arabic, and not Persian or Urdu."""
    return not _NOT_ARABIC.search(text[:_SAMPLE_CHARACTERS])
