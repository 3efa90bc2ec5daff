"""What a conversation's window and the provider's prompt cache saved, in tokens and in money.

Without a window, each reply would be made from the instructions and the whole log before it. For one reply:

    whole = instructions + messages + left out
    saved = whole - sent

`sent` is what was sent, as it was counted then: instructions, summary, recalled memories and the newest messages.
`left out` are the messages of the log before these; their tokens are estimated from their characters, with as many
characters to a token as the messages had that were sent. A reply that left nothing out saved nothing; its memories and
its summary cost. Money is tokens at the price per million of their kind; what a cache would have served of the whole
log is not taken off, so what the window saved is an upper bound.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from math import floor, log10
from typing import Any, Final

import msgspec

from memlane.types.message import Message
from memlane.types.turn import QUOTED, Sent, SentPart, Usage
from memlane.web.views.conversation import blocks_of

NEWEST: Final = 500
"""How many messages of a conversation are looked at."""
_CHARACTERS_OF_TOKEN: Final = 4.0
"""Where a reply was sent no messages to learn it from."""
_MILLION: Final = 1_000_000
_TENTH: Final = 0.1
_MOST_DECIMALS: Final = 8


class ReplyCost(msgspec.Struct, frozen=True):
    """What one reply took.

    Attributes:
        at: When it came; aware UTC.
        position: Its place in the conversation.
        messages: How many messages of the log were sent.
        left_out: How many were not.
        whole: Tokens of the instructions and the whole log before it, in part estimated.
        sent: Tokens that were sent instead, as counted before.
        usage: What the provider counted.
    """

    at: datetime
    position: int
    messages: int
    left_out: int
    whole: int
    sent: int
    usage: Usage

    @property
    def saved(self) -> int:
        """Tokens that the window saved; below 0 where memories and summary took more than was left out."""
        return self.whole - self.sent


class _Log(msgspec.Struct, frozen=True):
    """A log before a reply.

    Attributes:
        ends: Its characters up to each message that was read, from 0.
        older: How many messages are before those.
        unread: Their characters, as estimated.
    """

    ends: list[int]
    older: int
    unread: float

    @property
    def messages(self) -> int:
        """How many were read."""
        return len(self.ends) - 1


class Savings(msgspec.Struct, frozen=True):
    """What several replies took, together.

    Attributes:
        replies: How many.
        whole: As of `ReplyCost`.
        sent: As of `ReplyCost`.
        input_tokens: Sent, as the provider counted.
        cached_tokens: Of these, read from its prompt cache.
        output_tokens: Came back.
    """

    replies: int
    whole: int
    sent: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int

    @property
    def saved(self) -> int:
        """Tokens that the window saved."""
        return self.whole - self.sent

    @property
    def saved_share(self) -> float:
        """Of what the whole log would have taken, the part that was saved; at most 1, and below 0 for a loss."""
        return self.saved / self.whole if self.whole else 0.0

    @property
    def cached_share(self) -> float:
        """Of what was sent, the part that the cache served, 0-1."""
        return self.cached_tokens / self.input_tokens if self.input_tokens else 0.0


class Prices(msgspec.Struct, frozen=True):
    """Prices of a million tokens, in any currency: sent, sent and served by the cache, come back."""

    fresh: float
    cached: float
    out: float


class Money(msgspec.Struct, frozen=True):
    """What it comes to, in the currency of the prices.

    Attributes:
        spent: On what was sent and came back.
        by_window: Saved by the window, at most.
        by_cache: Saved by the cache.
    """

    spent: float
    by_window: float
    by_cache: float


def reply_costs(messages: Sequence[Message], *, older: int = 0) -> list[ReplyCost]:
    """Return what each reply of a model took, of which it is known.

    Args:
        messages: The newest of a conversation, oldest first.
        older: How many there are before these; each is taken for as long as these are on average.
    """
    ends = [0, *accumulate(_characters(message) for message in messages)]
    unread = older * ends[-1] / len(messages) if messages else 0.0
    found: list[ReplyCost] = []
    for place, message in enumerate(messages):
        turn = message.turn
        if turn is not None and turn.sent is not None and turn.usage is not None and turn.model != QUOTED:
            log = _Log(ends[: place + 1], older, unread)
            count, left, whole = _whole(turn.sent, log)
            found.append(
                ReplyCost(message.created_at, message.position, count, left, whole, turn.sent.tokens, turn.usage)
            )
    return found


def savings_of(costs: Sequence[ReplyCost]) -> Savings:
    """Return what replies took together."""
    return Savings(
        replies=len(costs),
        whole=sum(cost.whole for cost in costs),
        sent=sum(cost.sent for cost in costs),
        input_tokens=sum(cost.usage.input_tokens for cost in costs),
        cached_tokens=sum(cost.usage.cached_tokens for cost in costs),
        output_tokens=sum(cost.usage.output_tokens for cost in costs),
    )


def money_of(found: Savings, prices: Prices) -> Money:
    """Return what replies cost, and what was saved."""
    fresh = max(0, found.input_tokens - found.cached_tokens)
    spent = fresh * prices.fresh + found.cached_tokens * prices.cached + found.output_tokens * prices.out
    return Money(
        spent=spent / _MILLION,
        by_window=found.saved * prices.fresh / _MILLION,
        by_cache=found.cached_tokens * (prices.fresh - prices.cached) / _MILLION,
    )


def chart_rows(costs: Sequence[ReplyCost]) -> list[dict[str, Any]]:
    """Return rows of a chart: `reply` (from 1), `whole`, `sent`, `saved`."""
    return [
        {"reply": number, "whole": cost.whole, "sent": cost.sent, "saved": cost.saved}
        for number, cost in enumerate(costs, 1)
    ]


def table_rows(costs: Sequence[ReplyCost]) -> list[dict[str, Any]]:
    """Return the rows of a table, the newest reply first, with all numbers of the formula."""
    return [
        {
            "Reply": number,
            "At": cost.at,
            "Messages sent": cost.messages,
            "Left out": cost.left_out,
            "Whole log": cost.whole,
            "Sent": cost.sent,
            "Saved": cost.saved,
            "In, by provider": cost.usage.input_tokens,
            "Cached": cost.usage.cached_tokens,
            "Out": cost.usage.output_tokens,
        }
        for number, cost in reversed(list(enumerate(costs, 1)))
    ]


def amount(value: float) -> str:
    """Return money as text: to the cent, and what is less than a tenth to two digits."""
    sign, size = "\u2212" if value < 0 else "", abs(value)
    return sign + (f"{size:,.2f}" if size >= _TENTH or not size else f"{size:.{_digits(size)}f}")


def _digits(size: float) -> int:
    """Return how many decimals hold two digits of a number below 1."""
    return min(_MOST_DECIMALS, 1 - floor(log10(size)))


def _whole(sent: Sent, log: _Log) -> tuple[int, int, int]:
    """Return how many messages were sent, how many were left out, and the tokens of the whole log."""
    by_name = {part.name: part for part in sent.parts}
    shown, instructions = (by_name.get(name, SentPart(name=name)) for name in ("messages", "instructions"))
    count = min(shown.count, log.messages)
    left = log.ends[log.messages - count]
    characters = log.ends[-1] - left
    of_a_token = characters / shown.tokens if characters and shown.tokens else _CHARACTERS_OF_TOKEN
    tokens = instructions.tokens + shown.tokens + round((left + log.unread) / of_a_token)
    return count, log.messages - count + log.older, tokens


def _characters(message: Message) -> int:
    return sum(len(block.text) for block in blocks_of(message))
