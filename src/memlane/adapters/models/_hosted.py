"""A model behind HTTP: asking, streaming, closing, and giving up parts of a request that its server does not take.

Owns the order of things; what is sent and how answers read belongs to each API's module.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, Final, Generic, Protocol, TypeVar, cast

import msgspec

from memlane.adapters._drivers._opening import Client, Opening
from memlane.adapters.models._answers import checked, understood, without_fence
from memlane.context.sizes import context_size
from memlane.errors import MalformedOutputError, MemlaneError, ModelRefusedError, SettingError
from memlane.protocols.chat_model import Completion, Prompt

SCHEMA: Final = "schema"
_LONGEST_IDENTITY: Final = 128
# Of the prompt itself: it would be refused without a schema too, or pass by luck.
_OTHER_REASONS: Final = re.compile(r"content.?(filter|policy|management)|context.?(length|window)|too (long|many)")
_Result = TypeVar("_Result")


class EventStream(Protocol):
    """A streamed answer of a provider's package."""

    def __aiter__(self) -> AsyncIterator[Any]:
        """Return the events."""
        ...

    async def close(self) -> None:
        """Release the connection."""
        ...


class Collector(Protocol):
    """Puts a streamed answer together."""

    def add(self, event: dict[str, Any]) -> str:
        """Take an event; return the text it brings, empty for none."""
        ...

    def completion(self) -> Completion:
        """Return the whole; raises `ModelUnavailableError` when the stream ended too soon."""
        ...


class HostedModel(ABC, Generic[Client]):
    """What the models behind HTTP have in common.

    A server that does not take an optional part of a request (a schema, a temperature, …) and says so with 400 is
    asked again without it, and is not sent that part any more.
    """

    def __init__(
        self, open_: Callable[[], Client], *, provider: str, model: str, context_tokens: int | None = None
    ) -> None:
        """Open the client by `open_` on first use.

        Raises:
            SettingError: no name of a model, or one that is too long.
        """
        self._identity = f"{provider}:{model}"
        if not model or len(self._identity) > _LONGEST_IDENTITY:
            raise SettingError(f"the name of a chat model must be 1-{_LONGEST_IDENTITY} characters, with its provider")
        self._model = model
        self._what = f"the model {self._identity}"
        self._context_tokens = context_size(model) if context_tokens is None else context_tokens
        self._opening = Opening(open_, self._what)
        self._given_up: frozenset[str] = frozenset()

    @property
    def identity(self) -> str:
        """Provider and model."""
        return self._identity

    @property
    def context_tokens(self) -> int | None:
        """How many tokens prompt and answer may come to together; None when that is not known."""
        return self._context_tokens

    async def complete(self, prompt: Prompt) -> Completion:
        """Return the model's answer; errors as `ChatModel.complete`."""
        client = await self._opening.client()
        content, without = await self._send(prompt, lambda request: self._ask(client, request))
        with understood(self._what):
            completion = self._read(content)
        if _asks_in_words(prompt, without):
            completion = msgspec.structs.replace(completion, text=without_fence(completion.text))
        return checked(completion, prompt, self._what)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion]:
        """Return the answer in pieces of text as they come and, last, the whole; errors as `ChatModel.complete`.

        A schema that has to be asked for in words is answered in one piece, freed from what surrounds it.
        """
        client = await self._opening.client()
        events, without = await self._send(prompt, lambda request: self._begin(client, request))
        collector = self._collector()
        waits = _asks_in_words(prompt, without)
        try:
            iterator = aiter(events)
            while (event := await self._next(iterator)) is not None:
                with understood(self._what):
                    piece = collector.add(event)
                if piece and not waits:
                    yield piece
        finally:
            await events.close()
        with understood(self._what):
            completion = collector.completion()
        if waits:
            completion = msgspec.structs.replace(completion, text=without_fence(completion.text))
        checked(completion, prompt, self._what)
        if waits and completion.text:
            yield completion.text
        yield completion

    async def aclose(self) -> None:
        """Close the client."""
        await self._opening.aclose()

    @abstractmethod
    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        """Return the arguments of a request, without the parts given up."""

    @abstractmethod
    def _optional(self, prompt: Prompt) -> dict[str, tuple[str, ...]]:
        """Return the parts of this prompt's request that can be given up, each with the names a refusal may use."""

    def _impossible(self, prompt: Prompt) -> frozenset[str]:  # noqa: ARG002 - for those that know such prompts
        """Return the parts that this prompt's request cannot have."""
        return frozenset()

    @abstractmethod
    async def _ask(self, client: Client, request: dict[str, Any]) -> bytes:
        """Return the body of the answer to a request."""

    @abstractmethod
    async def _begin(self, client: Client, request: dict[str, Any]) -> EventStream:
        """Return the answer to a request as a stream."""

    @abstractmethod
    def _read(self, content: bytes) -> Completion:
        """Return what the body of an answer says."""

    @abstractmethod
    def _collector(self) -> Collector:
        """Return what puts a stream together."""

    @abstractmethod
    def _errors(self) -> AbstractContextManager[None]:
        """Raise errors of the provider's package as ours."""

    @abstractmethod
    def _refusal_text(self, error: MemlaneError) -> str:
        """Return what the server said in refusing the input, in lower case; empty when it refused something else."""

    async def _send(
        self, prompt: Prompt, send: Callable[[dict[str, Any]], Awaitable[_Result]]
    ) -> tuple[_Result, frozenset[str]]:
        """Return the result of sending, and what was left out for it to be taken."""
        impossible = self._impossible(prompt)
        without = self._given_up | impossible
        while True:
            try:
                with self._errors():
                    result = await send(self._request(prompt, without))
            except ModelRefusedError as exc:
                part = self._blamed(exc, prompt, without)
                if part is None:
                    raise
                without |= {part}
            else:
                self._given_up |= without - impossible
                return result, without

    def _blamed(self, error: MemlaneError, prompt: Prompt, without: frozenset[str]) -> str | None:
        """Return which part that was sent the server did not take; a schema where it does not tell."""
        said = self._refusal_text(error)
        sent = {part: names for part, names in self._optional(prompt).items() if part not in without}
        named = next((part for part, names in sent.items() if any(name in said for name in names)), None)
        blames_nothing_else = bool(said) and not _OTHER_REASONS.search(said)
        return named or (SCHEMA if blames_nothing_else and SCHEMA in sent else None)

    async def _next(self, events: AsyncIterator[Any]) -> dict[str, Any] | None:
        """Return the next event; None at the end."""
        with self._errors(), understood(self._what):
            try:
                event = await anext(events)
            except StopAsyncIteration:
                return None
            return _as_mapping(event, self._what)


def _as_mapping(event: Any, what: str) -> dict[str, Any]:
    if not hasattr(event, "to_dict"):
        raise MalformedOutputError(f"{what} gave an answer that is not understood")
    return cast("dict[str, Any]", event.to_dict(warnings=False))


def _asks_in_words(prompt: Prompt, without: frozenset[str]) -> bool:
    return prompt.schema is not None and SCHEMA in without
