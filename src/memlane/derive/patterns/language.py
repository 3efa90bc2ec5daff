"""What a language brings: its rules and its words, as data; and how a rule becomes a regular expression.

Owns the notation of rules. A rule's pattern is a regular expression, matched without regard to case where a clause
begins, in which names in angle brackets stand for shapes:

    <place> <person> <org>   names, with capitals; the value
    <thing>                  words up to the end of the clause; the value, made tidy (see `values`)
    <job>                    up to three words and an occupation; the value
    <number> <year> <date>   an age, a year, a day of a month; the value
    <close>                  somebody close: `my sister Anna`; sets the subject
    <relation> <who>         its parts
    <animal> <count>         a pet; how many of something
    <gap>                    up to three words of any kind

With an underscore (`<_place>`) the shape is matched and not the value. Any other name is one of the language's parts.
Rules and parts are written as tables of text: see `rules_of` and `parts_of`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import msgspec

from memlane.derive.patterns.dates import Dates

_UPPER: Final = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u024f"
_LETTER: Final = r"[^\W\d_]"
_CAPITAL: Final = rf"(?!I\b)[{_UPPER}]{_LETTER}*(?:-{_LETTER}+|['\u2019](?!s\b){_LETTER}+)*"
_BETWEEN: Final = (
    "de|del|della|di|da|do|dos|das|du|des|la|le|les|of|the|van|der|den|am|an|upon|im|ob|sur|y|&|for|und|et"
)
_NAMES: Final = rf"(?-i:(?:(?:St|Ste|Mt|Ft)\. )?(?:{_CAPITAL})(?:[ ](?:(?:{_BETWEEN})[ ]){{0,2}}(?:{_CAPITAL})){{0,4}})"
_PERSON: Final = rf"(?-i:(?:{_CAPITAL})(?:[ ](?:(?:de|van|der|von|la)[ ])?(?:{_CAPITAL})){{0,2}})"
_ORG: Final = rf"(?-i:(?:{_CAPITAL}|\d{_LETTER}[\w&]*)(?:[ ](?:(?:{_BETWEEN})[ ]){{0,2}}(?:{_CAPITAL}|\d+)){{0,4}})"
_SMALL_PLACE: Final = (
    r"(?:(?:new|san|santa|los|las|saint|st|el|la|rio|cape|hong|tel|kuala|buenos|costa|bad|le|den|são)[ ])?"
    rf"{_LETTER}{{3,20}}"
)
_SMALL_PERSON: Final = rf"{_LETTER}{{3,20}}"
_THING: Final = r"[^\s,;:.!?()\ufffc][^;:.!?()\n\ufffc]{0,120}"
_SHAPES: Final = {
    "place": _NAMES,
    "person": _PERSON,
    "org": _ORG,
    "thing": _THING,
    "number": r"\d{1,3}",
    "year": r"(?:19|20)\d\d",
    "gap": r"(?:[^\s,;.!?]+ ){0,3}?",
    "either": r"<_person>|<_number>\b",
    "new": r"(?P<new>[^\s,;:.!?()\ufffc][^,;:.!?()\n\ufffc]{0,60})",
    "old": r"(?P<old>[^\s,;:.!?()\ufffc][^,;:.!?()\n\ufffc]{0,60})",
}
_SMALL: Final = {"place": _SMALL_PLACE, "person": _SMALL_PERSON}
_PLACEHOLDER: Final = re.compile(r"(?<!\(\?)(?<!\(\?P)<(_?)([a-z]+)>")
_VALUES: Final = frozenset({"place", "person", "org", "thing", "job", "number", "year", "date"})


class Rule(NamedTuple):
    """A way of saying something of oneself.

    Attributes:
        name: The attribute it tells, a full stop, and what is unique in its language: `home.live`.
        pattern: See the module.
        text: The sentence without subject and full stop, from the groups of the pattern: `lives in {value}`.
        value: The value, from the groups of the pattern.
        ends: Whether it says that this no longer holds.
        listed: Whether the value may be several, joined by commas and `and`.
        dated: Whether it counts only with a date ahead in the same clause.
        anywhere: Whether it may stand anywhere in a clause, as `my sister Anna` does.
        presupposed: Whether it holds in a question too: `As a vegan, what …?`
    """

    name: str
    pattern: str
    text: str
    value: str = "{value}"
    ends: bool = False
    listed: bool = False
    dated: bool = False
    anywhere: bool = False
    presupposed: bool = False


class Compiled(NamedTuple):
    """A rule that can be matched, and the shape of its value."""

    rule: Rule
    regex: re.Pattern[str]
    shape: str


_FLAGS: Final = frozenset({"ends", "listed", "dated", "anywhere", "presupposed"})


def rules_of(table: str) -> tuple[Rule, ...]:
    """Read rules, one a line: `name [flags]: pattern => text => value`; flags and value may be missing.

    A line that is indented goes on with the one before, without a space between them.
    """
    rules: list[Rule] = []
    for head, line in _entries(table):
        pattern, text, *value = re.split(r"\s*=> ", line)
        name, _, flags = head.partition(" ")
        set_flags = {flag: flag in flags.strip("[]").split() for flag in _FLAGS}
        rules.append(Rule(name, pattern, text, value[0] if value else "{value}", **set_flags))
    return tuple(rules)


def parts_of(table: str) -> dict[str, str]:
    """Read parts, one a line: `name: pattern`; indented lines as in `rules_of`."""
    return dict(_entries(table))


def relations_of(table: str) -> dict[str, str]:
    """Read words for somebody close, one relation a line: `mother: mother|mom`; return word → relation."""
    return {word: relation for relation, words in _entries(table) for word in words.split("|")}


def _entries(table: str) -> Iterator[tuple[str, str]]:
    lines = re.sub(r"\n[ \t]+", "", table).splitlines()
    for line in lines:
        if line.strip():
            name, _, pattern = line.partition(": ")
            yield name, pattern


class Language(msgspec.Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """A language's rules and words.

    Attributes:
        code: As in BCP 47, e.g. `en`.
        words: Function words by which the language is told, separated by spaces, in small letters.
        rules: In order: of two that say the same, the first counts.
        parts: Pieces of patterns by name. These mean something to every language; all are alternatives (`a|b|c`):
            `jobs`: occupations, as the last word of their name; `not_jobs`: words that make something else of it
            before it, as `terrible` does of a cook.
            `animals`: kinds of pet; `counts`: numbers as words, from two on.
            `close`: how somebody close is named, with `<relation>` and `<who>`: `my <relation>(?: <who>)?`.
            `claims`: how a clause begins in which people speak of themselves: `i|my|as an?`; no rule matches elsewhere.
            `joints`: what begins a new clause: `and|but`; `openers`: what may stand before a clause proper: `well`.
            `speaker`: how a clause begins whose subject is the speaker, and `others`: subjects that are not; needed
            only where a verb does not tell whose it is, by rules with a group `bare`.
            `follow`: words that may stand right behind a name or an occupation.
            `cut`: words at which a thing ends; `trail`: words at its end, `articles` before it (with regard to
            case), that are no part of it; `vague`: beginnings of things that say nothing: `it|that|your`.
            `hollow`: words that a thing has not: `it|sounds`; `unfinished`: words at which it cannot end: `of|the`;
            `restricts`: words that begin what says which of all such things is meant: `that`.
            `both`: words that join the items of a list.
            `asks`: how a question begins within a sentence: `what|can you`.
            `doubt`: what before the words takes their truth: `if|said`; `unreal`: what does so anywhere in the
            sentence: `in the game`; `rest`: what does so for all that follows in the message: `translate`.
            `not_names`: capitalised words that are no names of persons, places or employers.
        relations: Words for somebody close, and what each is in English.
        corrections: Ways of taking back what was just said, with `<new>` and perhaps `<old>`.
        dates: Its words for times.
    """

    code: str
    words: str
    rules: tuple[Rule, ...]
    parts: Mapping[str, str]
    relations: Mapping[str, str]
    corrections: tuple[str, ...]
    dates: Dates

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The function words."""
        return frozenset(self.words.split())

    @cached_property
    def compiled(self) -> tuple[Compiled, ...]:
        """The rules, for text with capitals."""
        return tuple(self._compile(rule, small=False) for rule in self.rules)

    @cached_property
    def compiled_small(self) -> tuple[Compiled, ...]:
        """The rules, for text that is written in small letters throughout."""
        return tuple(self._compile(rule, small=True) for rule in self.rules)

    @cached_property
    def taken_back(self) -> tuple[re.Pattern[str], ...]:
        """The corrections."""
        return tuple(re.compile(rf"\s*{self.expand(one)}", re.IGNORECASE) for one in self.corrections)

    def expression(self, part: str, *, form: str = r"\b(?:{})\b") -> re.Pattern[str]:
        """Return a part as an expression, compiled once; nothing matches one that the language has not."""
        return _expression(self, part, form)

    def expand(self, pattern: str, *, small: bool = False) -> str:
        """Return a pattern with its shapes and parts written out."""
        return _PLACEHOLDER.sub(lambda found: self._shape(found[2], value=not found[1], small=small), pattern)

    def _compile(self, rule: Rule, *, small: bool) -> Compiled:
        shapes = [found[2] for found in _PLACEHOLDER.finditer(rule.pattern) if not found[1] and found[2] in _VALUES]
        return Compiled(rule, re.compile(self.expand(rule.pattern, small=small), re.IGNORECASE), (shapes or [""])[-1])

    def _shape(self, name: str, *, value: bool, small: bool) -> str:
        if name not in _VALUES:
            return self.expand(self._source(name, small=small), small=small)
        source = self._source(name, small=small)
        return rf"(?P<value>{source})" if value else source

    def _source(self, name: str, *, small: bool) -> str:
        if name in ("relation", "who", "animal", "count", "date", "job"):
            return self._made_of_words(name)
        if name in _SMALL and small:
            return _SMALL[name]
        return _SHAPES.get(name) or self.parts[name]

    def _made_of_words(self, name: str) -> str:
        parts = self.parts
        sources = {
            "job": rf"(?:(?!(?:{parts['not_jobs']})\b)[^\W\d_][\w-]*[ ]){{0,3}}?[\w-]*(?:{parts['jobs']})\b",
            "relation": rf"(?P<relation>{'|'.join(sorted(self.relations, key=len, reverse=True))})\b",
            "who": rf"(?P<who>(?-i:{_CAPITAL}))(?!\w)",
            "animal": rf"(?P<animal>(?-i:{parts['animals']}))\b",
            "count": rf"(?P<count>\d{{1,2}}|{parts['counts']})\b",
            "date": self.dates.day,
        }
        return sources[name]


@lru_cache(maxsize=1024)
def _expression(language: Language, part: str, form: str) -> re.Pattern[str]:
    pattern = language.parts.get(part) or _SHAPES.get(part, "(?!)")
    words = language.expand(pattern)
    return re.compile(form.replace("{}", words), re.IGNORECASE)
