"""How calls end before their time, and that they do not get into each other's way."""

import asyncio
from collections.abc import AsyncGenerator
from typing import cast

import pytest

from memlane.errors import ClosedError, ModelUnavailableError
from memlane.protocols.chat_model import ChatModel, Completion
from memlane.testing import model_backend
from memlane.testing.model_backend import IMPATIENT_S, ModelBackend, ask, collect, streamed, until
from memlane.testing.model_script import Answer, Misdeed, Trouble

_SLOW = Trouble(trouble=Misdeed.SLOW)
_SLOW_BETWEEN = Trouble(trouble=Misdeed.SLOW, after=2)


class Releasing:
    """C6: what is cancelled or closed ends at the provider too."""

    async def test_a_cancelled_call_ends_its_request(self, backend: ModelBackend) -> None:
        backend.provider.will(_SLOW)
        await _cancelled(backend, asyncio.create_task(_complete(backend.model)))
        assert await until(lambda: backend.provider.hung_up() == 1)
        assert (await backend.model.complete(ask())).text

    @pytest.mark.parametrize("slow", [_SLOW, _SLOW_BETWEEN])
    async def test_a_cancelled_stream_ends_its_request(self, backend: ModelBackend, slow: Trouble) -> None:
        backend.provider.will(slow)
        await _cancelled(backend, asyncio.create_task(_stream(backend.model)))
        assert await until(lambda: backend.provider.hung_up() == 1)
        assert (await backend.model.complete(ask())).text

    async def test_a_closed_stream_ends_its_request(self, backend: ModelBackend) -> None:
        backend.provider.will(Answer(text="one two three four five six", pause_s=0.2))
        stream = cast("AsyncGenerator[str | Completion]", backend.model.stream(ask()))
        assert await anext(stream) == "one"
        await stream.aclose()
        assert await until(lambda: backend.provider.hung_up() == 1)
        assert (await backend.model.complete(ask())).text

    async def test_many_closed_streams_leave_room_for_others(self, backend: ModelBackend) -> None:
        for _ in range(20):
            backend.provider.will("one two three four")
            stream = cast("AsyncGenerator[str | Completion]", backend.model.stream(ask()))
            assert await anext(stream)
            await stream.aclose()
        assert (await backend.model.complete(ask())).text

    async def test_a_stream_that_nobody_reads_asks_nothing(self, backend: ModelBackend) -> None:
        stream = cast("AsyncGenerator[str | Completion]", backend.model.stream(ask()))
        await stream.aclose()
        assert backend.provider.asked() == []

    async def test_closing_twice_or_unused_is_harmless_and_final(self, backend: ModelBackend) -> None:
        await backend.model.aclose()
        await backend.model.aclose()
        with pytest.raises(ClosedError):
            await backend.model.complete(ask())
        with pytest.raises(ClosedError):
            await streamed(backend.model, ask())


class Concurrency:
    """C7: concurrent calls do not mix."""

    async def test_everyone_gets_the_answer_to_their_own_question(self, backend: ModelBackend) -> None:
        questions = [f"question number {number}" for number in range(12)]
        wholes = [backend.model.complete(ask(question)) for question in questions]
        streams = [streamed(backend.model, ask(question)) for question in questions]
        told, came = await asyncio.gather(asyncio.gather(*wholes), asyncio.gather(*streams))
        for question, whole, (pieces, of_stream) in zip(questions, told, came, strict=True):
            assert whole.text == of_stream.text == "".join(pieces) == f"You said: {question}"

    async def test_a_failure_is_of_one_call_only(self, backend: ModelBackend) -> None:
        backend.provider.will(Trouble(trouble=Misdeed.FORBIDDEN))
        calls = [backend.model.complete(ask()) for _ in range(5)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(result, Completion) for result in results) == 4


class GivingUp:
    """C8: nothing within the time-out is unavailable."""

    async def test_an_answer_that_does_not_begin_is_given_up(self, backend: ModelBackend) -> None:
        model = await _impatient(backend)
        for call in (_complete, _stream):
            backend.provider.will(*[_SLOW] * backend.attempts)
            async with asyncio.timeout(model_backend.SOON_S):
                with pytest.raises(ModelUnavailableError):
                    await call(model)

    async def test_an_answer_that_does_not_go_on_is_given_up(self, backend: ModelBackend) -> None:
        model = await _impatient(backend)
        backend.provider.will(_SLOW_BETWEEN)
        pieces: list[object] = []
        async with asyncio.timeout(model_backend.SOON_S):
            with pytest.raises(ModelUnavailableError):
                await collect(model.stream(ask()), pieces)
        assert pieces == ["one", " two"]

    async def test_an_answer_that_takes_long_but_goes_on_is_waited_for(self, backend: ModelBackend) -> None:
        backend.provider.will(Answer(text="one two three four five six", pause_s=IMPATIENT_S / 4))
        pieces, _ = await streamed(backend.other(IMPATIENT_S), ask())
        assert len(pieces) == 6


async def _impatient(backend: ModelBackend) -> ChatModel:
    """Return a model that waits for little; what has to be loaded first may take its time."""
    await backend.model.complete(ask())
    return backend.other(IMPATIENT_S)


async def _complete(model: ChatModel) -> None:
    await model.complete(ask())


async def _stream(model: ChatModel) -> None:
    await streamed(model, ask())


async def _cancelled(backend: ModelBackend, call: "asyncio.Task[None]") -> None:
    """Cancel a call once the provider has been asked."""
    assert await until(lambda: len(backend.provider.asked()) == 1, patience_s=60)
    await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
