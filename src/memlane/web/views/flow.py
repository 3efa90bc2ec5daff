"""The flow of one conversation: who said how much, what was recalled into which reply, and where the window begins."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import sqrt
from typing import Final

import msgspec

from memlane.types.message import Message
from memlane.types.summary import Summary
from memlane.types.turn import Shown
from memlane.types.visible import one_line
from memlane.web.views.conversation import text_of

PAGE: Final = 100
"""Messages of a page."""
MOST_SOURCES: Final = 8
"""Of more conversations that were recalled from, those recalled from most are shown."""

YOU_LANE: Final = "You"
REPLY_LANE: Final = "Replies"
TOOL_LANE: Final = "Tools"
_MOST_PEOPLE: Final = 4
_LONGEST_LANE: Final = 24
_CHARACTERS_OF_TOKEN: Final = 4
_LEAST_WIDTH: Final = 1.2
_LONGEST_SNIPPET: Final = 80


class Block(msgspec.Struct, frozen=True):
    """A message in the picture.

    Attributes:
        position: Its position in the session.
        lane: `REPLY_LANE`, `TOOL_LANE`, `YOU_LANE` or, where several people speak, a person's name.
        begin: Where it begins, from the left.
        end: Where it ends; the width is the square root of its tokens, so that short messages stay visible.
        tokens: What it comes to, about (four characters each), or as the model counted.
        speaker: The speaker's name, or the role.
        snippet: How it begins, on one line.
        at: When it was said; aware UTC.
        recalled: How many memories were shown to the model for it.
    """

    position: int
    lane: str
    begin: float
    end: float
    tokens: int
    speaker: str
    snippet: str
    at: datetime
    recalled: int = 0

    @property
    def middle(self) -> float:
        """Half-way between its ends."""
        return (self.begin + self.end) / 2


class Source(msgspec.Struct, frozen=True):
    """A conversation that replies were helped by.

    Attributes:
        session_id: The session; None for what was remembered by hand.
        memories: The memories of it that were recalled, each once.
        place: Where it stands from the left, in the unit of blocks.
    """

    session_id: str | None
    memories: list[str]
    place: float


class Link(msgspec.Struct, frozen=True):
    """That a reply was shown memories of a conversation.

    Attributes:
        position: The reply's.
        source: Which source, by its number.
        count: How many memories.
    """

    position: int
    source: int
    count: int


class Flow(msgspec.Struct, frozen=True):
    """A page of a conversation as a picture.

    Attributes:
        blocks: The messages, in order.
        sources: What was recalled from, in the order in which it first was.
        links: What was recalled into which reply.
        summary_at: Up to where messages are summarised, from the left; None when that is not on this page.
        window_at: Where the messages begin that the last reply was made from; likewise.
        width: Where the last block ends.
    """

    blocks: list[Block]
    sources: list[Source]
    links: list[Link]
    summary_at: float | None
    window_at: float | None
    width: float


def recalled_ids(messages: Iterable[Message]) -> list[str]:
    """Return the memories that were shown for these messages, each once, in order."""
    return list(dict.fromkeys(one.id for message in messages for one in _recalled(message)))


def make_flow(
    messages: Sequence[Message],
    homes: Mapping[str, str | None],
    *,
    summary: Summary | None = None,
    window_from: int | None = None,
) -> Flow:
    """Return the picture of a page.

    Args:
        messages: The messages of the page, oldest first.
        homes: The session of each recalled memory that is still there; None for one that was remembered by hand.
        summary: The session's summary.
        window_from: The first position that the last reply was made from; as `window_begins`.
    """
    blocks = _blocks(messages)
    width = blocks[-1].end if blocks else 0.0
    counts = [(message.position, _homes_of(message, homes)) for message in messages]
    kept = _most_recalled([held for _, held in counts])
    sources = [
        Source(session, memories, width * (number + 0.5) / len(kept))
        for number, (session, memories) in enumerate(kept.items())
    ]
    order = {source.session_id: number for number, source in enumerate(sources)}
    links = [
        Link(position, order[session], len(memories))
        for position, held in counts
        for session, memories in held.items()
        if session in order
    ]
    cut = None if summary is None else _edge_behind(blocks, summary.upto)
    window = None if window_from is None or window_from <= 1 else _edge_before(blocks, window_from)
    return Flow(blocks, sources, links, cut, window, width)


def window_begins(messages: Sequence[Message]) -> int | None:
    """Return from which position on the last reply with a known context was made; None when none is known.

    Args:
        messages: The newest messages, oldest first.
    """
    for message in reversed(messages):
        if message.turn is not None and message.turn.sent is not None:
            sent = sum(part.count for part in message.turn.sent.parts if part.name == "messages")
            before = [one.position for one in messages if one.position < message.position]
            return before[-sent] if 0 < sent <= len(before) else None
    return None


def pages(count: int) -> int:
    """Return how many pages so many messages fill; at least one."""
    return max(1, -(-count // PAGE))


def _blocks(messages: Sequence[Message]) -> list[Block]:
    found: list[Block] = []
    named = _people(messages)
    at = 0.0
    for message in messages:
        text = text_of(message)
        tokens = _tokens(message, text)
        end = at + max(_LEAST_WIDTH, sqrt(tokens))
        found.append(
            Block(
                position=message.position,
                lane=named.get(message.name or "", YOU_LANE) if message.role == "user" else _lane(message),
                begin=at,
                end=end,
                tokens=tokens,
                speaker=one_line(message.name or message.role, _LONGEST_SNIPPET),
                snippet=one_line(text, _LONGEST_SNIPPET),
                at=message.created_at,
                recalled=len(_recalled(message)),
            )
        )
        at = end
    return found


def _people(messages: Sequence[Message]) -> dict[str, str]:
    """Return the lanes of people by their names; none where only one speaks, or too many for a lane each."""
    names = dict.fromkeys(message.name or "" for message in messages if message.role == "user")
    if not 1 < len(names) <= _MOST_PEOPLE:
        return {}
    return {name: one_line(name, _LONGEST_LANE) or YOU_LANE for name in names}


def _lane(message: Message) -> str:
    return REPLY_LANE if message.role == "assistant" else TOOL_LANE


def _tokens(message: Message, text: str) -> int:
    usage = message.turn.usage if message.turn else None
    return usage.output_tokens if usage and usage.output_tokens else max(1, len(text) // _CHARACTERS_OF_TOKEN)


def _recalled(message: Message) -> Sequence[Shown]:
    return message.turn.sent.recalled if message.turn and message.turn.sent else []


def _homes_of(message: Message, homes: Mapping[str, str | None]) -> dict[str | None, list[str]]:
    held: dict[str | None, list[str]] = {}
    for one in _recalled(message):
        if one.id in homes:
            held.setdefault(homes[one.id], []).append(one.id)
    return held


def _most_recalled(counts: Iterable[Mapping[str | None, list[str]]]) -> dict[str | None, list[str]]:
    """Return the conversations most was recalled from, in the order in which they first were, with the memories."""
    found: dict[str | None, dict[str, None]] = {}
    times: Counter[str | None] = Counter()
    for held in counts:
        for session, memories in held.items():
            found.setdefault(session, {}).update(dict.fromkeys(memories))
            times[session] += len(memories)
    kept = {session for session, _ in times.most_common(MOST_SOURCES)}
    return {session: list(memories) for session, memories in found.items() if session in kept}


def _edge_behind(blocks: Sequence[Block], position: int) -> float | None:
    """Return where the last block up to a position ends; None when that, or what follows it, is on another page."""
    if not blocks or not blocks[0].position <= position < blocks[-1].position:
        return None
    return max(block.end for block in blocks if block.position <= position)


def _edge_before(blocks: Sequence[Block], position: int) -> float | None:
    return next((block.begin for block in blocks if block.position == position), None)
