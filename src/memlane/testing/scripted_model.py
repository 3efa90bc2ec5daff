"""A chat model that answers from a script, for tests of what uses one.

model = ScriptedModel("Hello!", ModelUnavailableError("down"), lambda prompt: prompt.messages[-1].content)
memory = memlane.connect(model=model)
"""

import asyncio
import copy
import inspect
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeAlias, cast

import msgspec

from memlane.errors import ClosedError, MalformedOutputError, ModelUnavailableError
from memlane.protocols.chat_model import Completion, Prompt
from memlane.testing.model_script import pieces_of

Told: TypeAlias = str | Completion | BaseException
Function: TypeAlias = Callable[[Prompt], Told | Awaitable[Told] | AsyncIterator[str | Completion]]
Scripted: TypeAlias = Told | Function


class ScriptedModel:
    """Answers one prompt after another from a script; when that has run out, by its last entry if it is a function.

    An entry is a text, a whole `Completion`, an exception to raise, or a function of the prompt that returns one of
    these, waits for one, or yields pieces of text and, if it likes, a `Completion` last.

    Promises: those of `ChatModel`; it tries nothing again.

    Attributes:
        prompts: What it was asked so far; copies.
        closed: Whether aclose() was called.
    """

    def __init__(
        self,
        *script: Scripted,
        identity: str = "scripted:model",
        context_tokens: int | None = None,
        timeout: timedelta = timedelta(seconds=30),
    ) -> None:
        """Answer by `script`.

        Args:
            script: The answers, one a prompt.
            identity: Provider and model.
            context_tokens: How many tokens prompt and answer may come to.
            timeout: How long a function may take for an answer, or for the next piece of it.
        """
        self.prompts: list[Prompt] = []
        self.closed = False
        self._script = deque(script)
        self._identity = identity
        self._context_tokens = context_tokens
        self._timeout_s = timeout.total_seconds()

    @property
    def identity(self) -> str:
        """Provider and model."""
        return self._identity

    @property
    def context_tokens(self) -> int | None:
        """How many tokens prompt and answer may come to together; None when that is not known."""
        return self._context_tokens

    def will(self, *script: Scripted) -> None:
        """Add to the script."""
        self._script.extend(script)

    async def complete(self, prompt: Prompt) -> Completion:
        """Return the next answer; errors as `ChatModel.complete`, and whatever the script raises."""
        last: str | Completion = ""
        async for piece in self.stream(prompt):
            last = piece
        return cast("Completion", last)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion]:
        """Return the next answer in pieces of one word, or as its function yields them; errors as `complete`."""
        answer = self._next(prompt)
        said: list[str] = []
        whole: Completion | None = None
        try:
            while (piece := await self._in_time(anext(answer, None))) is not None:
                if isinstance(piece, Completion):
                    whole = piece
                    break
                if piece:
                    said.append(piece)
                    yield piece
        finally:
            await answer.aclose()
        text = "".join(said)
        yield _checked(whole or Completion(text=text, model=self._identity), prompt)

    async def aclose(self) -> None:
        """Answer no more."""
        self.closed = True

    async def _next(self, prompt: Prompt) -> AsyncGenerator[str | Completion]:
        """Yield the pieces of the next entry."""
        if self.closed:
            raise ClosedError("the scripted model was used after close")
        self.prompts.append(copy.deepcopy(prompt))
        told: Any = self._take()
        if callable(told):
            told = told(copy.deepcopy(prompt))
        if inspect.isawaitable(told):
            told = await told
        if isinstance(told, AsyncIterator):
            async for piece in cast("AsyncIterator[str | Completion]", told):
                yield piece
            return
        for piece in _pieces(told):
            yield piece

    def _take(self) -> Scripted:
        if not self._script:
            raise AssertionError("the scripted model was asked more than its script has answers for")
        is_last = len(self._script) == 1
        return self._script[0] if is_last and callable(self._script[0]) else self._script.popleft()

    async def _in_time(self, step: Awaitable[str | Completion | None]) -> str | Completion | None:
        deadline = asyncio.timeout(self._timeout_s)
        try:
            async with deadline:
                return await step
        except TimeoutError as exc:
            if not deadline.expired():
                raise
            raise ModelUnavailableError(f"the model {self._identity} did not answer in time") from exc


def _pieces(told: Told) -> list[str | Completion]:
    if isinstance(told, BaseException):
        raise told
    if isinstance(told, str):
        return list(pieces_of(told))
    return [*pieces_of(told.text), told]


def _checked(completion: Completion, prompt: Prompt) -> Completion:
    """Return the answer if it is one, as the models behind HTTP do."""
    if completion.stop == "refused" or completion.tool_calls:
        return completion
    if prompt.schema is not None:
        try:
            msgspec.json.decode(completion.text, type=dict[str, Any])
        except msgspec.DecodeError as exc:
            raise MalformedOutputError("the answer of the scripted model is not a JSON object") from exc
    elif not completion.text and completion.stop == "end":
        raise MalformedOutputError("the scripted model gave an empty answer")
    return completion
