"""What `No, I meant Bergen` takes back: the value that was said last, or the one that it names.

Owns finding what a correction refers to. It must be of the same kind: a name for a name, a number for a number.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from memlane.derive.patterns.language import Language
from memlane.derive.patterns.sentences import Sentence, follows
from memlane.derive.said import Said

_NAME: Final = re.compile(r"[^\W\d_]\S*(?: [^\W\d_]\S*)*$")
_NEAR: Final = 200
_NAMED_BY: Final = frozenset(
    {"name", "nickname", "home", "hometown", "birthplace", "employer", "partner", "age", "pet"}
)
"""What a bare name or number can correct; of anything else it would be a guess."""


def corrected(
    found: Sequence[Said], said: Sequence[Said], sentence: Sentence, language: Language, before: Sequence[Said]
) -> list[Said]:
    """Return `found` and `said`, with what the sentence takes back put right.

    A slip within the message leaves no trace; what was said before is corrected by a further one.

    Args:
        found: What the sentences before it say.
        said: What the sentence says by itself; when anything, it is no bare correction.
        sentence: The sentence.
        language: Its language.
        before: What the speaker said in the message before.
    """
    if said or sentence.asked or not (found or before):
        return [*found, *said]
    for regex in language.taken_back:
        if match := regex.match(sentence.text):
            return _put_right(match, found, sentence, language, before)
    return list(found)


def _put_right(
    match: re.Match[str], found: Sequence[Said], sentence: Sentence, language: Language, before: Sequence[Said]
) -> list[Said]:
    new, old = match["new"], match.groupdict().get("old")
    if name := _name_or_number(language).match(new):
        new = name[0]
    if not follows(language).match(sentence.text, match.start("new") + len(new)):
        return list(found)
    start, end = sentence.offset + match.start(), sentence.offset + match.end()
    for near, sides in ((True, found), (False, before)):
        meant = _meant(sides, old, new, language)
        if meant and (not near or start - meant.end <= _NEAR):
            fresh = msgspec.structs.replace(
                _with_value(meant, new), start=start, end=end, valid_from=None, confidence=meant.confidence * 0.9
            )
            kept = [one for one in found if one is not meant]
            return [*kept, *([] if near else _ended(meant, start, end)), fresh]
    return list(found)


def _name_or_number(language: Language) -> re.Pattern[str]:
    return language.expression("either", form=r"(?:{})")


def _meant(sides: Sequence[Said], old: str | None, new: str, language: Language) -> Said | None:
    """Return what is corrected: of what was said last, what has the old value, or is of the kind of the new one."""
    fitting = [one for one in sides if not one.ends and _fits(_core(one.value), new, language)]
    if old:
        return next((one for one in reversed(fitting) if old.casefold() in one.value.casefold()), None)
    if not sides or sides[-1] not in fitting or sides[-1].attribute not in _NAMED_BY:
        return None
    return sides[-1]


def _fits(core: str, new: str, language: Language) -> bool:
    if language.expression("not_names", form=r"(?:{})\b").match(new):
        return False
    if core[:1].isdigit() or new[:1].isdigit():
        return core.isdigit() and new.isdigit()
    return core[:1].isupper() == new[:1].isupper() and bool(_NAME.match(new))


def _core(value: str) -> str:
    """Return the name in a value: `Max` of `dog Max`; the whole where there is none."""
    words = value.split()
    first = next((place for place, word in enumerate(words) if word[:1].isupper()), 0)
    return " ".join(words[first:])


def _with_value(said: Said, new: str) -> Said:
    core = _core(said.value)
    return msgspec.structs.replace(said, value=said.value.replace(core, new), text=said.text.replace(core, new, 1))


def _ended(said: Said, start: int, end: int) -> list[Said]:
    """Return that the old value no longer holds, for what can hold several."""
    return [] if said.single else [msgspec.structs.replace(said, ends=True, start=start, end=end)]
