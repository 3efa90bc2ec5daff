"""Stores, embedders and models whose calls are told to an observer: the same Protocol in, the same Protocol out.

What is wrapped keeps every property and every optional power that it has, and gains none.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Final, TypeVar, cast

from memlane.protocols.chat_model import ChatModel, Completion, Prompt
from memlane.protocols.observer import Observer

_Wrapped = TypeVar("_Wrapped")
_UNTIMED: Final = frozenset({"aclose", "ping"})


class _Metered:
    """Stands for what it wraps; the calls that are timed are attributes of its own."""

    def __init__(self, inner: Any, timed: dict[str, Callable[..., Any]]) -> None:
        self.__dict__.update(timed)
        self.__dict__["_inner"] = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_inner"], name)


def metered(inner: _Wrapped, observer: Observer, role: str, backend: str) -> _Wrapped:
    """Return `inner` with each of its asynchronous calls in a span `<role>.<call>`, labelled with its backend.

    Args:
        inner: A store, ledger, embedder or re-ranker.
        observer: Is told.
        role: What it is: `sessions`, `memories`, `work`, `usage`, `records`, `embedder`, `reranker`.
        backend: What it is made on: `sqlite`, `redis`, `local`.
    """
    return cast("_Wrapped", _Metered(inner, _timed_calls(inner, observer, role, backend)))


def metered_model(model: ChatModel, observer: Observer, backend: str) -> ChatModel:
    """Return `model` with its calls in spans, from the question to the last piece, and its tokens counted."""
    timed = _timed_calls(model, observer, "model", backend)
    timed["complete"] = _counted(timed["complete"], observer)
    timed["stream"] = _streamed(model, observer, backend)
    return cast("ChatModel", _Metered(model, timed))


def _timed_calls(inner: object, observer: Observer, role: str, backend: str) -> dict[str, Callable[..., Any]]:
    names = [name for name in dir(inner) if not name.startswith("_") and name not in _UNTIMED]
    calls = {name: inspect.getattr_static(inner, name) for name in names}
    return {
        name: _timed(getattr(inner, name), observer, f"{role}.{name}", backend)
        for name, call in calls.items()
        if inspect.iscoroutinefunction(call)
    }


def _timed(
    call: Callable[..., Awaitable[Any]], observer: Observer, name: str, backend: str
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(call)
    async def timed(*given: Any, **named: Any) -> Any:
        with observer.span(name, backend=backend):
            return await call(*given, **named)

    return timed


def _counted(complete: Callable[..., Awaitable[Completion]], observer: Observer) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(complete)
    async def counted(prompt: Prompt) -> Completion:
        completion = await complete(prompt)
        _count_tokens(completion, observer)
        return completion

    return counted


def _streamed(model: ChatModel, observer: Observer, backend: str) -> Callable[[Prompt], AsyncGenerator[Any]]:
    @functools.wraps(model.stream)
    async def streamed(prompt: Prompt) -> AsyncGenerator[str | Completion]:
        pieces = model.stream(prompt)
        with observer.span("model.stream", backend=backend):
            try:
                async for piece in pieces:
                    if isinstance(piece, Completion):
                        _count_tokens(piece, observer)
                    yield piece
            finally:
                if isinstance(pieces, AsyncGenerator):
                    await pieces.aclose()

    return streamed


def _count_tokens(completion: Completion, observer: Observer) -> None:
    used = completion.usage
    if used is not None:
        observer.count("tokens", used.input_tokens, direction="input")
        observer.count("tokens", used.output_tokens, direction="output")
