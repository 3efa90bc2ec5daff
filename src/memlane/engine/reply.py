"""What a turn gives back: the whole reply, or its pieces as they come."""

from collections.abc import AsyncGenerator, Callable
from typing import Any, Self

import msgspec

from memlane.context.context import Context
from memlane.types.message import Message
from memlane.types.turn import Usage


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A model's reply, as it was stored.

    Attributes:
        text: What it says; empty when it only calls tools.
        message: The stored message; its `turn` says which message it answers, and why it ended. Its position is 0 when
            the session was erased or had expired by then, and it was not stored.
        context: What the model was sent.
        usage: Tokens it took.
    """

    text: str
    message: Message
    context: Context
    usage: Usage

    @property
    def tool_calls(self) -> list[dict[str, Any]]:
        """Calls the model wants made, OpenAI-shaped; add their results to the session and call `chat(None)`."""
        return self.message.tool_calls or []


class TokenCount(msgspec.Struct, frozen=True, kw_only=True):
    """What a context comes to.

    Attributes:
        tokens: How many.
        counter: Who counted: a model, a tokenizer, or an estimate.
        exact: Whether it is the model's own count.
    """

    tokens: int
    counter: str
    exact: bool


class ReplyStream:
    """The pieces of a reply as they come; iterate once, and aclose() it when you stop before the end.

    Attributes:
        reply: The whole, once all pieces have come; None before.
        usage: Tokens that the call of the model took, once it has ended, also when it was cut; None before, and where
            no model was called.
    """

    def __init__(self, pieces: "Callable[[ReplyStream], AsyncGenerator[str]]") -> None:
        """Take the pieces from a generator, which sets `reply` at its end; nothing happens before."""
        self.reply: Reply | None = None
        self.usage: Usage | None = None
        self._pieces = pieces(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        return await anext(self._pieces)

    async def aclose(self) -> None:
        """End the request; what has come is stored as cut. After the end it does nothing."""
        await self._pieces.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()
