"""A context: what is sent to the model, within a budget, and why it is what it is.

Owns the value and how it is put together. What fits is decided by `budget`, what repeats by `repetition`, the quoting
by `remembered`, the providers' shapes by `shapes`.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from memlane.context.budget import MEMORY_SHARE, Demand, Division, Room
from memlane.context.costs import Tally, placed_cost, window_cost
from memlane.context.explanation import LeftOut, Part, explain, left_out_messages, left_out_others
from memlane.context.groups import Group, find_groups, in_order
from memlane.context.placement import Host, host_in
from memlane.context.remembered import memories_block, summary_block, system_text
from memlane.context.rendering import is_textual
from memlane.context.shapes import as_anthropic, as_openai
from memlane.context.window import count_within
from memlane.errors import UsageError
from memlane.protocols.counter import TokenCounter
from memlane.types.memory import Recalled
from memlane.types.message import Message
from memlane.types.summary import Summary

_UNLIMITED: Final = 2**62
_BEFORE: Final = "before the newest user message"


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to the model.

    Attributes:
        system: Instructions, then the quoted summary; empty text when there is neither. The same from turn to turn.
        instructions: The instructions as they were given.
        messages: The messages shown, oldest first, as they are stored.
        remembered: The quoted memories, empty text for none; sent before the words of the newest user message while
            that is unanswered, else at the end of the system text.
        memories: The memories quoted in `remembered`, best first.
        summary: The summary quoted in `system`.
        tokens: What all of it comes to, by the rule of `memlane.context.costs`.
        stable_tokens: How many of them stand before the first thing that depends on the question: system text and
            messages before what is remembered, everything when nothing is. So much begins the next prompt too, as long
            as instructions, summary and the window's start stay.
        counter: Which tokenizer or estimate counted.
        exact: Whether the counter is the model's own and everything that was counted is text.
        max_tokens: The budget; None for none.
        parts: What took how many tokens; they add up to `tokens`.
        left_out: What is not shown, and why.
    """

    system: str
    instructions: str | None
    messages: list[Message]
    remembered: str
    memories: list[Recalled]
    summary: Summary | None
    tokens: int
    stable_tokens: int
    counter: str
    exact: bool
    max_tokens: int | None
    parts: list[Part]
    left_out: list[LeftOut]

    def as_openai(self) -> list[dict[str, Any]]:
        """Return the `messages` of an OpenAI chat completion; a fresh copy each time."""
        return as_openai(self.messages, self.system, self.remembered)

    def as_anthropic(self) -> dict[str, Any]:
        """Return `messages`, and `system` unless it is empty, of an Anthropic request; a fresh copy each time."""
        return as_anthropic(self.messages, self.system, self.remembered)

    def explain(self) -> str:
        """Return, for a person to read, what took how many tokens and what was left out; quotes nothing."""
        how = self.counter if self.exact else f"{self.counter}, not exact"
        limit = "" if self.max_tokens is None else f" of {self.max_tokens:,}"
        return explain(f"{self.tokens:,}{limit} tokens ({how})", self.parts, self.stable_tokens, self.left_out)


class Log(msgspec.Struct, frozen=True):
    """The messages of a session, grouped, for any number of contexts; made by `read_log`.

    Attributes:
        covered: Ids of the messages that the summary covers.
        live: The others, oldest first.
        groups: These, ordered as `find_groups` does.
    """

    covered: list[str]
    live: list[Message]
    groups: list[Group]


def read_log(messages: Sequence[Message], summary: Summary | None) -> Log:
    """Return the log of a session whose messages these are, oldest first."""
    covered = [message.id for message in messages if _is_covered(message, summary)]
    live = [message for message in messages if not _is_covered(message, summary)] if covered else list(messages)
    return Log(covered, live, find_groups(live))


def build_context(
    *,
    messages: Sequence[Message] | Log,
    counter: TokenCounter,
    instructions: str | None = None,
    summary: Summary | None = None,
    recalled: Sequence[Recalled] = (),
    max_tokens: int | None = None,
    last: int | None = None,
    session_id: str | None = None,
    memory_share: float = MEMORY_SHARE,
    steady: bool = False,
) -> Context:
    """Put a context together.

    Args:
        messages: The session's messages, oldest first, or what `read_log` made of them and of `summary`; those that
            `summary` covers are not shown.
        counter: What counts tokens; a `Tally` remembers what it counted for the next context.
        instructions: The system prompt; always shown, unaltered.
        summary: What was said before.
        recalled: What was found for the question, from any session.
        max_tokens: The budget; None for none.
        last: At most this many of the newest messages, never parting a group.
        session_id: The session of `messages`, so that what they say is not quoted as a memory too.
        memory_share: The share of what remains behind the newest messages that is kept for memories, 0-1.
        steady: Let the window's start stay for many turns and then move by a third of the window at once, so that
            providers' prompt caches hit. It then shows fewer messages than would fit, a larger budget may show fewer,
            and `memory_share` of what instructions and summary leave, at most 4,000 tokens, is kept for memories
            whether or not they need it. `messages` must be the whole log or its newest `max_tokens` / 4, and know
            their positions.

    Raises:
        BudgetExceededError: instructions and the newest group do not fit; `needed_tokens` would be just enough.
        UsageError: `last` or `memory_share` is out of range.
    """
    draft = Draft(
        messages=messages,
        counter=counter,
        instructions=instructions,
        summary=summary,
        max_tokens=max_tokens,
        last=last,
        session_id=session_id,
        memory_share=memory_share,
        steady=steady,
    )
    return draft.context(recalled)


class Draft:
    """A context but for what is recalled: reads and counts its messages once, whatever they are put together with."""

    def __init__(
        self,
        *,
        messages: Sequence[Message] | Log,
        counter: TokenCounter,
        instructions: str | None = None,
        summary: Summary | None = None,
        max_tokens: int | None = None,
        last: int | None = None,
        session_id: str | None = None,
        memory_share: float = MEMORY_SHARE,
        steady: bool = False,
    ) -> None:
        """Divide the budget as far as that does not depend on what is recalled; arguments and errors as there."""
        if not 0 <= memory_share <= 1:
            raise UsageError(f"memory_share must be between 0 and 1, not {memory_share}")
        self._counter = counter if isinstance(counter, Tally) else Tally(counter)
        self._log = messages if isinstance(messages, Log) else read_log(messages, summary)
        self._instructions = instructions
        self._max_tokens = max_tokens
        self._demand = Demand(
            fixed_tokens=self._counter.count(instructions or ""),
            groups=self._log.groups,
            most_groups=count_within(self._log.groups, last),
            summary=summary if summary_block(summary) else None,
            memory_share=memory_share,
            session_id=session_id,
            last=last,
            steady=steady,
        )
        self._room = Room(self._demand, _UNLIMITED if max_tokens is None else max_tokens, self._counter)

    def messages(self, recalled: Sequence[Recalled] = ()) -> list[Message]:
        """Return the messages that the context with these memories shows, oldest first."""
        return in_order(self._room.groups(recalled))

    def context(self, recalled: Sequence[Recalled] = ()) -> Context:
        """Return the context with these memories."""
        division, sent = self._within(self._room.divide(recalled))
        messages = in_order(division.groups)
        left_out = left_out_messages(self._demand, division, self._log.covered, self._log.live)
        return Context(
            system=sent.system,
            instructions=self._instructions,
            messages=messages,
            remembered=sent.remembered,
            memories=sorted(division.memories, key=lambda found: -found.score),
            summary=division.summary,
            tokens=sent.tokens,
            stable_tokens=sent.stable_tokens(division, self._counter),
            counter=self._counter.name,
            exact=self._counter.exact and all(is_textual(message) for message in messages),
            max_tokens=self._max_tokens,
            parts=[part for part in sent.parts if part.count],
            left_out=left_out + left_out_others(self._demand, division),
        )

    def _within(self, division: Division) -> "tuple[Division, _Sent]":
        """Return the division, less what is too much when texts are counted as they are sent, and what is sent of it.

        Room is given by counting piece by piece; with a counter that rounds down, the whole may come to more.
        """
        sent = _sent(division, self._instructions, self._counter)
        while (division.memories or division.summary) and self._is_too_much(sent):
            division = _less(division)
            sent = _sent(division, self._instructions, self._counter)
        return division, sent

    def _is_too_much(self, sent: "_Sent") -> bool:
        return self._max_tokens is not None and sent.tokens > self._max_tokens


class _Sent(msgspec.Struct, frozen=True):
    """What is sent of a division besides its messages, and what all of it comes to.

    Attributes:
        system: The system text.
        remembered: The quoted memories.
        host: Before whose words they stand; None where they end the system text.
        parts: What took how many tokens; what is sent as one text is counted as one, so that they add up.
    """

    system: str
    remembered: str
    host: Host | None
    parts: list[Part]

    @property
    def tokens(self) -> int:
        """Tokens of all of it."""
        return sum(part.tokens for part in self.parts)

    def stable_tokens(self, division: Division, counter: TokenCounter) -> int:
        """Return the tokens before what is remembered; of groups that reach beyond it, none."""
        if not division.memories:
            return self.tokens
        system = sum(part.tokens for part in self.parts if part.name in ("instructions", "summary"))
        host = self.host
        before = [group for group in division.groups if host is not None and group.places[-1] < host.place]
        return system + window_cost(before, counter)


def _is_covered(message: Message, summary: Summary | None) -> bool:
    return summary is not None and 0 < message.position <= summary.upto


def _less(division: Division) -> Division:
    """Return a division without the memory that got room last, or else without its summary."""
    if not division.memories:
        return msgspec.structs.replace(division, summary=None)
    *kept, last = division.memories
    return msgspec.structs.replace(division, memories=kept, no_room=[*division.no_room, last])


def _sent(division: Division, instructions: str | None, counter: TokenCounter) -> _Sent:
    system, remembered = system_text(instructions, division.summary), memories_block(division.memories)
    host = host_in(division.groups)
    alone = counter.count(instructions or "")
    placed = placed_cost(remembered, host, system, counter)
    place = "at the end of the system text" if host is None else _BEFORE
    parts = [
        Part("instructions", 1 if instructions else 0, alone),
        Part("summary", 1 if division.summary else 0, counter.count(system) - alone),
        Part("messages", sum(len(group.turns) for group in division.groups), division.groups_tokens),
        Part("memories", len(division.memories), placed, place),
    ]
    return _Sent(system, remembered, host, parts)
