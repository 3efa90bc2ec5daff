"""The words by which names are told: those before and after people and places, and what is no name."""

from typing import Final

_NO_NAMES_TEXT: Final = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january "
    "february march april may june july august september october november december i im ive id ill ok okay oh wow hey "
    "hi hello thanks thank yes no yeah please sorry bye congrats congratulations mom mum dad mommy daddy grandma "
    "grandpa god lol omg btw fyi tv pm am asap mr mrs ms dr sir madam christmas easter dear woohoo yay haha english "
    "spanish french german italian dutch portuguese"
)
_LINKS_TEXT: Final = "of de la van von da di del der du le"
_BEFORE_PLACES_TEXT: Final = "in near visit visiting visited across leaving around nach aus \u00e0 em uit"
_MAYBE_BEFORE_PLACES_TEXT: Final = "to from at en na no naar through"
_BEFORE_PEOPLE_TEXT: Final = (
    "sister brother mother father mom mum dad friend wife husband partner girlfriend boyfriend son daughter aunt uncle "
    "cousin niece nephew colleague coworker boss neighbour neighbor met meet named mr mrs ms hi hey hello dear "
    "schwester bruder mutter vater freund freundin frau herr s\u0153ur fr\u00e8re m\u00e8re p\u00e8re ami amie hermana "
    "hermano madre padre amigo amiga sorella fratello amico amica irm\u00e3 irm\u00e3o zus broer moeder vader vriend "
    "vriendin"
)
_MAYBE_BEFORE_PEOPLE_TEXT: Final = "with mit avec con com met for from dr"
_AFTER_PEOPLE_TEXT: Final = "said says told tells asked asks thinks thought loves wants wanted feels laughed smiled"

NO_NAMES: Final = frozenset(_NO_NAMES_TEXT.split())
"""Written with a capital, and no name that ties conversations together; casefolded, as all of these."""
LINKS: Final = frozenset(_LINKS_TEXT.split())
"""Stand within a name."""
BEFORE_PLACES: Final = frozenset(_BEFORE_PLACES_TEXT.split())
MAYBE_BEFORE_PLACES: Final = frozenset(_MAYBE_BEFORE_PLACES_TEXT.split())
BEFORE_PEOPLE: Final = frozenset(_BEFORE_PEOPLE_TEXT.split())
MAYBE_BEFORE_PEOPLE: Final = frozenset(_MAYBE_BEFORE_PEOPLE_TEXT.split())
AFTER_PEOPLE: Final = frozenset(_AFTER_PEOPLE_TEXT.split())
