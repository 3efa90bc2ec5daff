"""What the suite needs to know of a chat model: how to make one, and who plays its provider.

A model's test file builds a `ModelBackend` in its `backend` fixture; `ServedProvider` plays the provider of a model
behind HTTP.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from memlane.protocols.chat_model import ChatModel, Completion, Prompt
from memlane.testing.model_script import Asked, Reply
from memlane.testing.model_server import ModelServer
from memlane.types.message import Message, message_from_mapping

PATIENT_S = 10.0
IMPATIENT_S = 0.4
SOON_S = 5.0
"""Within this what is to end at once has ended."""
_NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Provider(Protocol):
    """Plays the provider; told nothing, it says `You said: ` and the newest question."""

    def will(self, *replies: Reply) -> None:
        """Answer the next requests so, one each."""
        ...

    def asked(self) -> list[Asked]:
        """Return what was asked so far; each attempt counts."""
        ...

    def hung_up(self) -> int:
        """Return how many requests were given up while the provider was not done."""
        ...


@dataclass
class ServedProvider:
    """A provider behind HTTP."""

    server: ModelServer

    def will(self, *replies: Reply) -> None:
        """Answer the next requests so, one each."""
        self.server.script.will(*replies)

    def asked(self) -> list[Asked]:
        """Return what was asked so far; each attempt counts."""
        return list(self.server.asked)

    def hung_up(self) -> int:
        """Return how many requests were given up while the provider was not done."""
        return self.server.hung_up


@dataclass(kw_only=True)
class ModelBackend:
    """A model and its provider.

    Attributes:
        make: Makes a model that waits so many seconds for an answer, and for more of one, before it gives up.
        unreachable: Makes a model whose provider is not there.
        provider: Who plays the provider of what `make` makes.
        attempts: How often the models ask altogether where a failure may pass; 1: they try nothing again.
        secrets: What must never be shown.
    """

    make: Callable[[float], ChatModel]
    unreachable: Callable[[], ChatModel]
    provider: Provider
    attempts: int = 1
    secrets: tuple[str, ...] = ()
    _made: list[ChatModel] = field(default_factory=list[ChatModel])

    @property
    def model(self) -> ChatModel:
        """The model to try, made on first use."""
        if not self._made:
            self._made.append(self.make(PATIENT_S))
        return self._made[0]

    def other(self, patience_s: float | None = None) -> ChatModel:
        """Return another model: one that waits so long, or else whose provider is not there; closed in the end."""
        made = self.unreachable() if patience_s is None else self.make(patience_s)
        self._made = [self.model, *self._made[1:], made]
        return made

    async def aclose(self) -> None:
        """Close the models."""
        for made in self._made:
            await made.aclose()


def messages(*mappings: dict[str, Any]) -> list[Message]:
    """Return messages of a session."""
    return [message_from_mapping(mapping, id=str(at), created_at=_NOON) for at, mapping in enumerate(mappings)]


def ask(question: str = "What is the capital of Norway?", **parts: Any) -> Prompt:
    """Return a prompt with one question."""
    return Prompt(messages=messages({"role": "user", "content": question}), **parts)


def tool_call(call_id: str = "call_1", arguments: str = '{"city": "Oslo"}') -> dict[str, Any]:
    """Return a call as a model makes it."""
    return {"id": call_id, "type": "function", "function": {"name": "weather", "arguments": arguments}}


async def streamed(model: ChatModel, prompt: Prompt) -> tuple[list[str], Completion]:
    """Return the pieces and the whole of a streamed answer, which must come in this order."""
    came = [piece async for piece in model.stream(prompt)]
    *pieces, whole = came
    assert isinstance(whole, Completion), "a stream ends with a Completion"
    texts = [piece for piece in pieces if isinstance(piece, str)]
    assert len(texts) == len(pieces), "a Completion comes once and last"
    return texts, whole


async def collect(stream: AsyncIterator[str | Completion], pieces: list[object]) -> None:
    """Read a stream to its end, which may be an error: what came before it is in `pieces`."""
    async for piece in stream:
        pieces.append(piece)  # noqa: PERF401 - a comprehension would lose them


async def both(model: ChatModel, prompt: Prompt) -> tuple[Completion, Completion]:
    """Return the answers of complete() and of stream()."""
    return await model.complete(prompt), (await streamed(model, prompt))[1]


async def until(holds: Callable[[], bool], patience_s: float | None = None) -> bool:
    """Wait until something holds, by default for `SOON_S`; say whether it does."""
    end = time.monotonic() + (SOON_S if patience_s is None else patience_s)
    while not holds() and time.monotonic() < end:  # noqa: ASYNC110 - the provider is in another thread
        await asyncio.sleep(0.01)
    return holds()
