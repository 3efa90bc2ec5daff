"""The languages that patterns are written for.

To add one: a module like `english` with a `LANGUAGE`, its entry here, and its labelled messages in
`tests/data/facts`; then `bench/facts.py` tells how well it does.
"""

from typing import Final

from memlane.derive.patterns.dutch import LANGUAGE as DUTCH
from memlane.derive.patterns.english import LANGUAGE as ENGLISH
from memlane.derive.patterns.french import LANGUAGE as FRENCH
from memlane.derive.patterns.german import LANGUAGE as GERMAN
from memlane.derive.patterns.italian import LANGUAGE as ITALIAN
from memlane.derive.patterns.portuguese import LANGUAGE as PORTUGUESE
from memlane.derive.patterns.spanish import LANGUAGE as SPANISH

LANGUAGES: Final = (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, PORTUGUESE, DUTCH)
