"""What a message says of its speaker, found by patterns: precise rather than complete.

Owns the matching of rules, the same for every language; what was said and not meant is kept out by `prose` and
`sentences`, and here by what stands before the words.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from memlane.derive.patterns.confidence import confidence_of
from memlane.derive.patterns.corrections import corrected
from memlane.derive.patterns.dates import Named, named_times
from memlane.derive.patterns.language import Compiled, Language, Rule
from memlane.derive.patterns.languages import LANGUAGES
from memlane.derive.patterns.prose import both_ends, own_words
from memlane.derive.patterns.sentences import Sentence, clause_starts, follows, sentences, without_rest
from memlane.derive.patterns.values import values_of
from memlane.derive.said import USER, Said, is_single, kind_of
from memlane.types.times import to_ms

_WORD: Final = re.compile(r"[^\W\d_]+")
_NAMES: Final = frozenset({"place", "person", "org"})
_COMPLETE: Final = frozenset({"thing", "date", "year"})
"""Shapes that end by themselves; behind any other only certain words may follow."""
_MANY: Final = frozenset({"friend", "colleague", "neighbour", "boss", "roommate", "cousin", "aunt", "uncle"})
"""Of whom people have several, or one after another: without a name nobody knows who is meant."""
_PARTED: Final = frozenset({"family", "favourite"})
_TOLD_BY: Final = 1_000
_CLEARLY: Final = 0.75
_SPACES: Final = re.compile(r"\s+")


class _Place(NamedTuple):
    """Where a rule matched."""

    sentence: Sentence
    match: re.Match[str]
    rule: Rule
    shape: str


def said_in(
    text: str, *, said_at: datetime, languages: Sequence[str] | None = None, before: Sequence[Said] = ()
) -> list[Said]:
    """Return what a message says of its speaker and of those close to them, in the order of its words.

    Questions, suppositions, wishes, denials, quotations, irony, code, roleplay and pasted text say nothing. Of a
    text of more than 8,000 characters only the first and last 4,000 are read.

    Args:
        text: The words of one message, of one who speaks for themselves.
        said_at: When; aware. `since May` and `next Friday` are seen from then.
        languages: Codes of the languages to look for, e.g. `("en", "de")`; all when None. Those without rules of
            their own find nothing.
        before: What the same speaker said just before, oldest first: to what `No, I meant Bergen` may refer. What it
            corrects must have been said last, or be named: `Bergen, not Oslo`.
    """
    read = both_ends(text)
    prose = own_words(read.text).replace("\u2019", "'")
    wanted = [language for language in LANGUAGES if languages is None or language.code in languages]
    found = [one for language in _spoken(prose, wanted) for one in _said_in_language(prose, language, said_at, before)]
    placed = [replace(one, start=read.place(one.start), end=read.place(one.end)) for one in _each_once(found)]
    return sorted(placed, key=lambda one: (one.start, one.end))


def _spoken(prose: str, wanted: Sequence[Language]) -> list[Language]:
    """Return the languages whose function words the text uses most, of near ties all."""
    words = [word.lower() for word in _WORD.findall(prose[:_TOLD_BY])]
    votes = [sum(word in language.vocabulary for word in words) for language in wanted]
    most = max(votes, default=0)
    return [language for language, vote in zip(wanted, votes, strict=True) if vote and vote >= _CLEARLY * most]


def _said_in_language(prose: str, language: Language, said_at: datetime, before: Sequence[Said]) -> list[Said]:
    rules = language.compiled_small if prose == prose.lower() else language.compiled
    found: list[Said] = []
    for sentence in sentences(prose, language):
        said = list(_said_in_sentence(sentence, language, rules, said_at))
        found = corrected(found, said, sentence, language, before)
    # Looking for what takes the truth of all that follows is dear, and mostly there is nothing to take it from.
    kept = without_rest(prose, language) if found else prose
    return found if kept == prose else _said_in_language(kept, language, said_at, before)


def _said_in_sentence(
    sentence: Sentence, language: Language, rules: Sequence[Compiled], said_at: datetime
) -> Iterator[Said]:
    taken: list[tuple[str, int, int]] = []
    for place in _places(sentence, language, rules):
        for one in _said_at(place, language, said_at):
            key = one.attribute if one.single else f"{one.attribute}={one.value.casefold()}"
            claim, start, end = f"{one.subject}/{key}/{one.ends}", place.match.start(), place.match.end()
            if all(claim != other or until <= start or end <= since for other, since, until in taken):
                taken.append((claim, start, end))
                yield one


def _places(sentence: Sentence, language: Language, rules: Sequence[Compiled]) -> Iterator[_Place]:
    """Yield where rules match, unless something in the sentence takes the truth of the words."""
    text = sentence.text
    claims = language.expression("claims")
    if not claims.search(text):
        return
    starts = clause_starts(text, language)
    begun = [at for at in starts if claims.match(text, at)]
    somewhere = [claim.start() for claim in claims.finditer(text)]
    found = [
        _Place(sentence, match, compiled.rule, compiled.shape)
        for compiled in rules
        if compiled.rule.presupposed or not sentence.asked
        for at in (somewhere if compiled.rule.anywhere else begun)
        if (match := compiled.regex.match(text, at))
        and (match.groupdict().get("bare") is None or _speaks_on(text, at, starts, language))
    ]
    if not found or language.expression("unreal", form=r"(?:{})").search(text):
        return
    doubt = language.expression("doubt").search(text)
    yield from (place for place in found if doubt is None or place.match.end() <= doubt.start())


def _speaks_on(text: str, start: int, starts: Sequence[int], language: Language) -> bool:
    """Return whether a clause without subject has the speaker's: all before it do or have none."""
    subject = language.expression("speaker", form=r"(?:{})\b")
    spoken = any(subject.match(text, earlier) for earlier in starts if earlier < start)
    return spoken and not language.expression("others").search(text[:start])


def _said_at(place: _Place, language: Language, said_at: datetime) -> Iterator[Said]:
    words = place.sentence.text[place.match.start() :]
    behind = language.expression("both", form=r"[,;]|\s(?:{})\s").search(words, place.match.end() - place.match.start())
    times = named_times(
        words[: behind.start() if behind else len(words)], said_at, language.dates, ahead=place.rule.dated
    )
    if place.rule.dated and not any(one.way == "at" and _is_ahead(one, said_at) for one in times):
        return
    for value in _values(place, language, times):
        yield _made(place, value, times, language, said_at)


def _is_ahead(time: Named, said_at: datetime) -> bool:
    return to_ms(time.stretch.end) > to_ms(said_at)


def _values(place: _Place, language: Language, times: Sequence[Named]) -> list[str]:
    """Return the values of a match: none where its words cannot be what the rule takes them for."""
    raw, who = (place.match.groupdict().get(name) for name in ("value", "who"))
    not_a_name = language.expression("not_names", form=r"(?:{})\b")
    if (who and not_a_name.match(who)) or (not who and _whose(place, language) in _MANY):
        return []
    if raw is None:
        return [""]
    if place.shape == "thing":
        start = place.match.start("value") - place.match.start()
        early = min((time.start for time in times if time.start > start), default=None)
        raw = raw if early is None else raw[: early - start]
        return values_of(raw, language, listed=place.rule.listed)
    if place.shape in _NAMES and not_a_name.match(raw):
        return []
    if place.shape not in _COMPLETE and not follows(language).match(place.sentence.text, place.match.end()):
        return []
    return [_SPACES.sub(" ", raw)]


def _whose(place: _Place, language: Language) -> str:
    """Return the relation that a match speaks of, in English; nothing where it speaks of the user."""
    if place.rule.name.startswith(("family.", "partner.", "pet.")):
        return ""
    return language.relations.get((place.match.groupdict().get("relation") or "").lower(), "")


def _made(place: _Place, value: str, times: Sequence[Named], language: Language, said_at: datetime) -> Said:
    rule, groups = place.rule, {name: text or "" for name, text in place.match.groupdict().items()}
    relation, who, whose = groups.get("relation", ""), groups.get("who", ""), _whose(place, language)
    attribute = rule.name.partition(".")[0]
    if attribute in _PARTED:
        attribute += ":" + (language.relations.get(relation.lower()) or groups["what"].lower())
    fill = groups | {"value": value}
    worded = _SPACES.sub(" ", rule.text.format_map(fill)).strip()
    sentence = f"{relation} {who} {worded}".replace("  ", " ") if whose else worded
    day = next((one.stretch.start for one in times if rule.dated and one.way == "at"), None)
    since, until = _validity(rule, times, said_at)
    offset = place.sentence.offset
    return Said(
        kind=kind_of(attribute),
        subject=f"{whose} {who}".strip() if whose else USER,
        attribute=attribute,
        value=_SPACES.sub(" ", rule.value.format_map(fill)).strip(),
        text=sentence[:1].upper() + sentence[1:] + (f" ({day.date().isoformat()})." if day else "."),
        single=is_single(attribute),
        ends=rule.ends,
        valid_from=since,
        valid_to=until,
        confidence=confidence_of(attribute),
        start=offset + place.match.start(),
        end=offset + place.match.end(),
    )


def _validity(rule: Rule, times: Sequence[Named], said_at: datetime) -> tuple[datetime | None, datetime | None]:
    """Return from when and until when it holds, as far as it was said.

    A plan holds from when it is said until its time is over: it is asked for before. What ended did so on the day
    named, else when it was said.
    """
    ways = {one.way: one.stretch for one in reversed(times)}
    if rule.dated:
        return None, ways["at"].end
    if rule.ends:
        past = ways.get("at") or ways.get("since")
        return None, min(past.start, said_at.astimezone(UTC)) if past else said_at.astimezone(UTC)
    since, until = ways.get("since"), ways.get("until")
    return since.start if since else None, until.end if until else None


def _each_once(found: Sequence[Said]) -> list[Said]:
    """Return what was found without what several sentences or languages say alike."""
    kept: dict[tuple[str, str, str, bool], Said] = {}
    for one in found:
        kept.setdefault((one.subject, one.attribute, one.value.casefold(), one.ends), one)
    return list(kept.values())
