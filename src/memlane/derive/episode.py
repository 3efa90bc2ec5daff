"""What a session was about, without a model: its title, its most telling sentences, and what it left open.

Owns the form of an episode and what counts as left open. What tells most is for `salience`.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from memlane.derive import cue_words as cue
from memlane.derive.cues import asks
from memlane.derive.salience import Sentence, weigh
from memlane.derive.sentences import has_unspaced, words
from memlane.derive.summary import entry_of, shown_speaker, telling
from memlane.errors import UsageError
from memlane.types.line import Line

METHOD: Final = "episode-1"
"""Changes when the same messages give another episode."""

LONGEST_TITLE: Final = 80
MOST_OPEN_ENDS: Final = 8
_UNTITLED: Final = "Conversation"
_SHORTEST_QUESTION: Final = 3
_SHORTEST_SHARED_WORD: Final = 4
_SILENT_ROLES: Final = frozenset({"system", "developer", "tool", "function"})


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A session in brief.

    Attributes:
        title: What it was about, on one line, at most `LONGEST_TITLE` characters.
        summary: What was said, in brief.
        started_at: When the first message was said; aware UTC.
        ended_at: When the last was.
        participants: Who spoke, in the order in which they first did; instructions and tools are nobody.
        open_ends: Questions nobody answered, promises and plans, as `speaker: sentence`, in order; the last few.
    """

    title: str
    summary: str
    started_at: datetime
    ended_at: datetime
    participants: list[str]
    open_ends: list[str]


def make_episode(lines: Sequence[Line], *, max_tokens: int, count: Callable[[str], int]) -> Episode:
    """Return the episode of a session.

    Args:
        lines: Its messages, oldest first.
        max_tokens: What the summary may come to, by `count`.
        count: What counts tokens.

    Raises:
        UsageError: there are no messages.
    """
    if not lines:
        raise UsageError("an episode needs at least one message")
    weighed = [one for one in weigh(lines) if _role(lines[one.place[0]]) not in _SILENT_ROLES]
    ends = _OpenEnds(lines, weighed)
    open_ends = [one for one in weighed if ends.holds(one)][-MOST_OPEN_ENDS:]
    return Episode(
        title=_title(weighed),
        summary=telling(weighed, max_tokens=max_tokens, count=count),
        started_at=min(line.at for line in lines),
        ended_at=max(line.at for line in lines),
        participants=participants(lines),
        open_ends=[entry_of(one).said for one in open_ends],
    )


def participants(lines: Sequence[Line]) -> list[str]:
    """Return who spoke, in the order in which they first did."""
    return list(dict.fromkeys(shown_speaker(line.speaker) for line in lines if _role(line) not in _SILENT_ROLES))


def episode_text(episode: Episode) -> str:
    """Return an episode as text to embed and to show: title, who and when, what was said, what is open."""
    first, last = episode.started_at.date().isoformat(), episode.ended_at.date().isoformat()
    when = first if first == last else f"{first} to {last}"
    parts = [episode.title, ", ".join([*episode.participants, when]), episode.summary]
    if episode.open_ends:
        parts += ["Left open:", *episode.open_ends]
    return "\n".join(part for part in parts if part)


def _role(line: Line) -> str:
    return line.role or line.speaker


def _title(weighed: Sequence[Sentence]) -> str:
    """Return the first thing that a model was asked for; where there is none, the weightiest sentence of a person."""
    has_model = any(not one.by_person for one in weighed)
    asked = (one for one in weighed if has_model and one.by_person and _asks_for(one))
    best = next(asked, None) or max(weighed, key=lambda one: (one.by_person, one.value), default=None)
    return _clipped(best.text) if best else _UNTITLED


def _asks_for(one: Sentence) -> bool:
    return _is_whole(one.text) and cue.OFFER not in one.does and (cue.REQUEST in one.does or asks(one.text))


def _is_whole(text: str) -> bool:
    """Return whether a text is more than a word or two, such as `Really?`."""
    return has_unspaced(text) is not None or len(words(text)) >= _SHORTEST_QUESTION


def _clipped(text: str) -> str:
    if len(text) <= LONGEST_TITLE:
        return text
    at = text.rfind(" ", LONGEST_TITLE // 2, LONGEST_TITLE - 1)
    return text[: at if at > 0 else LONGEST_TITLE - 1].rstrip() + "\u2026"


class _OpenEnds:
    """Finds what a session leaves open, by what is done in its later lines."""

    def __init__(self, lines: Sequence[Line], weighed: Sequence[Sentence]) -> None:
        self._lines = lines
        self._does = [set[str]() for _ in lines]
        self._ends = {one.speaker: one.place for one in weighed}
        for one in weighed:
            self._does[one.place[0]] |= one.does
        self._done: defaultdict[str, list[tuple[int, set[str]]]] = defaultdict(list)
        for place, (line, does) in enumerate(zip(lines, self._does, strict=True)):
            if cue.DONE in does:
                self._done[line.speaker].append((place, _telling_words(line.text)))

    def holds(self, one: Sentence) -> bool:
        """Return whether a sentence leaves something open."""
        if asks(one.text):
            if not _is_whole(one.text) or cue.OFFER in one.does:
                return False
            return one.is_open or self._is_put_off(one) if one.by_person else one.is_open and self._is_last(one)
        if cue.PROMISE in one.does and (one.by_person or cue.TIME in one.does):
            return not self._is_kept(one)
        return one.by_person and {cue.PLAN, cue.TIME} <= one.does

    def _is_last(self, one: Sentence) -> bool:
        """Return whether its speaker ends with it: models ask much that they do not wait for."""
        return one.place == self._ends[one.speaker]

    def _is_put_off(self, one: Sentence) -> bool:
        """Return whether the first other speaker after a question does not know."""
        later = range(one.place[0] + 1, len(self._lines))
        answers = (place for place in later if self._is_answer(self._lines[place], one))
        answer = next(answers, None)
        return answer is not None and cue.DEFERRAL in self._does[answer]

    def _is_answer(self, line: Line, one: Sentence) -> bool:
        return line.speaker != one.speaker and bool(line.text.strip())

    def _is_kept(self, one: Sentence) -> bool:
        """Return whether the speaker later says that something is done, in words that the promise has too."""
        promised = _telling_words(one.text)
        return any(place > one.place[0] and promised & words for place, words in self._done[one.speaker])


def _telling_words(text: str) -> set[str]:
    return {word.casefold() for word in words(text) if len(word) >= _SHORTEST_SHARED_WORD or has_unspaced(word)}
