"""Chat models that each break one promise, named for what they do wrong; the suite must fail on every one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec

from memlane.adapters.models.openai import OpenAIModel, Patience
from memlane.errors import MalformedOutputError, ModelError, ModelRateLimitError, ModelRefusedError, SettingError
from memlane.protocols.chat_model import Completion, Prompt
from memlane.types.turn import Usage


class _Distorts(OpenAIModel):
    """Changes whole answers, both ways."""

    def distort(self, completion: Completion) -> Completion:
        return completion

    async def complete(self, prompt: Prompt) -> Completion:
        return self.distort(await super().complete(prompt))

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion]:
        async for piece in super().stream(prompt):
            yield self.distort(piece) if isinstance(piece, Completion) else piece


class _Streams(OpenAIModel):
    """Changes the pieces of a stream."""

    def told(self, pieces: list[str | Completion]) -> list[str | Completion]:
        return pieces

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion]:
        for piece in self.told([piece async for piece in super().stream(prompt)]):
            yield piece


class StripsTheAnswer(_Distorts):
    """C1."""

    def distort(self, completion: Completion) -> Completion:
        return msgspec.structs.replace(completion, text=completion.text.strip())


class KnowsOneWayToEnd(_Distorts):
    """C1."""

    def distort(self, completion: Completion) -> Completion:
        return msgspec.structs.replace(completion, stop="end")


class YieldsEmptyPieces(_Streams):
    """C1."""

    def told(self, pieces: list[str | Completion]) -> list[str | Completion]:
        return ["", *pieces]


class ForgetsTheCompletion(_Streams):
    """C1."""

    def told(self, pieces: list[str | Completion]) -> list[str | Completion]:
        return pieces[:-1]


class SaysTheCompletionTwice(_Streams):
    """C1."""

    def told(self, pieces: list[str | Completion]) -> list[str | Completion]:
        return [*pieces, pieces[-1]]


class LosesThePieceBeforeTheLast(_Streams):
    """C1."""

    def told(self, pieces: list[str | Completion]) -> list[str | Completion]:
        return [*pieces[:-2], pieces[-1]]


class SaysItAllAtOnce(_Streams):
    """C1."""

    def told(self, pieces: list[str | Completion]) -> list[str | Completion]:
        return ["".join(piece for piece in pieces if isinstance(piece, str)), pieces[-1]]


class ForgetsWhatIsRemembered(OpenAIModel):
    """C1."""

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        return super()._request(msgspec.structs.replace(prompt, remembered=""), without)


class ForgetsTheSystem(OpenAIModel):
    """C1."""

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        return super()._request(msgspec.structs.replace(prompt, system=""), without)


class ChangesItsIdentityOnUse(_Distorts):
    """C1."""

    def distort(self, completion: Completion) -> Completion:
        self._identity = f"openai:{completion.model}-2026"
        return completion


class KnowsOneCallOnly(_Distorts):
    """C2."""

    def distort(self, completion: Completion) -> Completion:
        return msgspec.structs.replace(completion, tool_calls=completion.tool_calls[:1])


class ReadsTheArguments(_Distorts):
    """C2."""

    def distort(self, completion: Completion) -> Completion:
        calls = [
            {**call, "function": {**call["function"], "arguments": msgspec.json.decode(call["function"]["arguments"])}}
            for call in completion.tool_calls
        ]
        return msgspec.structs.replace(completion, tool_calls=calls)


class MakesIdsOfItsOwn(_Distorts):
    """C2."""

    def distort(self, completion: Completion) -> Completion:
        calls = [{**call, "id": f"own_{number}"} for number, call in enumerate(completion.tool_calls)]
        return msgspec.structs.replace(completion, tool_calls=calls)


class StreamsNoCalls(_Streams):
    """C2."""

    def told(self, pieces: list[str | Completion]) -> list[str | Completion]:
        return [*pieces[:-1], msgspec.structs.replace(pieces[-1], tool_calls=[])]


class ForgetsTheTools(OpenAIModel):
    """C2."""

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        return super()._request(msgspec.structs.replace(prompt, tools=[]), without)


class StripsResults(OpenAIModel):
    """C2."""

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        request = super()._request(prompt, without)
        said = [{**held, "content": str(held["content"]).strip()} for held in request["messages"]]
        return {**request, "messages": said}


class InventsUsage(_Distorts):
    """C3."""

    def distort(self, completion: Completion) -> Completion:
        usage = completion.usage or Usage(output_tokens=len(completion.text) // 4)
        return msgspec.structs.replace(completion, usage=usage)


class ForgetsWhatWasCached(_Distorts):
    """C3."""

    def distort(self, completion: Completion) -> Completion:
        usage = completion.usage and msgspec.structs.replace(completion.usage, cached_tokens=0)
        return msgspec.structs.replace(completion, usage=usage)


class AsksForNoUsageOfStreams(OpenAIModel):
    """C3."""

    async def _begin(self, client: Any, request: dict[str, Any]) -> Any:
        stream = await super()._begin(client, request)
        return _WithoutUsage(stream)


class _WithoutUsage:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncGenerator[Any]:
        async for event in self._stream:
            event.usage = None
            yield event

    async def close(self) -> None:
        await self._stream.close()


class QuotesTheProvider(OpenAIModel):
    """C4."""

    def _errors(self) -> Any:
        return _quoting(super()._errors())


@contextmanager
def _quoting(errors: Any) -> Any:
    try:
        with errors:
            yield
    except ModelError as exc:
        exc.args = (f"{exc}: {exc.__cause__}",)
        raise


class SaysLimitsAreOutages(OpenAIModel):
    """C4."""

    def _errors(self) -> Any:
        return _unlimited(super()._errors())


@contextmanager
def _unlimited(errors: Any) -> Any:
    try:
        with errors:
            yield
    except ModelRateLimitError as exc:
        raise ModelRefusedError(str(exc)) from exc


class ForgetsHowLongToWait(OpenAIModel):
    """C4."""

    def _errors(self) -> Any:
        return _forgetful(super()._errors())


@contextmanager
def _forgetful(errors: Any) -> Any:
    try:
        with errors:
            yield
    except ModelRateLimitError as exc:
        exc.retry_after = None
        raise


class TakesAnyAnswer(OpenAIModel):
    """C4."""

    async def complete(self, prompt: Prompt) -> Completion:
        try:
            return await super().complete(prompt)
        except MalformedOutputError:
            return Completion(text="")


class TakesAStreamThatStoppedForWhole(OpenAIModel):
    """C4."""

    def _collector(self) -> Any:
        collector = super()._collector()
        collector._finish = "stop"
        return collector


class LetsForeignErrorsThrough(OpenAIModel):
    """C4."""

    async def complete(self, prompt: Prompt) -> Completion:
        try:
            return await super().complete(prompt)
        except (ModelError, SettingError) as exc:
            raise (exc.__cause__ or exc) from None


class NeverTriesAgain(OpenAIModel):
    """C5."""

    def __init__(self, access: Any, **given: Any) -> None:
        super().__init__(replace(access, max_retries=0), **given)


class TriesAgainAtOnce(OpenAIModel):
    """C5."""

    async def complete(self, prompt: Prompt) -> Completion:
        (await self._opening.client())._calculate_retry_timeout = lambda *_, **__: 0.0
        return await super().complete(prompt)


class SitsOutAnyWait(OpenAIModel):
    """C5."""

    def __init__(self, access: Any, *, patience: Patience, **given: Any) -> None:
        longer = replace(patience, longest_wait=patience.longest_wait * 1_000)
        super().__init__(access, patience=longer, **given)


class BeginsAStreamAgain(OpenAIModel):
    """C5."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion]:
        try:
            async for piece in super().stream(prompt):
                yield piece
        except ModelError:
            async for piece in super().stream(prompt):
                yield piece


class InsistsOnWhatIsRefused(OpenAIModel):
    """C5."""

    async def complete(self, prompt: Prompt) -> Completion:
        try:
            return await super().complete(prompt)
        except SettingError:
            return await super().complete(prompt)


class GoesOnWhenCancelled(OpenAIModel):
    """C6."""

    async def complete(self, prompt: Prompt) -> Completion:
        return await asyncio.shield(asyncio.ensure_future(super().complete(prompt)))


class LeavesStreamsOpen(OpenAIModel):
    """C6."""

    async def _begin(self, client: Any, request: dict[str, Any]) -> Any:
        return _Kept(await super()._begin(client, request))


class _Kept:
    """A stream that is read on after its reader has gone."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._events: asyncio.Queue[Any] = asyncio.Queue()
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        async for event in self._stream:
            self._events.put_nowait(event)
        self._events.put_nowait(None)

    async def __aiter__(self) -> AsyncGenerator[Any]:
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        return


class WorksAfterClose(OpenAIModel):
    """C6."""

    async def aclose(self) -> None:
        await super().aclose()
        self._opening._closed = False


class KeepsThePromptOnItself(OpenAIModel):
    """C7."""

    async def complete(self, prompt: Prompt) -> Completion:
        self._prompt = prompt
        await asyncio.sleep(0)
        return await super().complete(self._prompt)


class KeepsTheStreamOnItself(OpenAIModel):
    """C7."""

    def _collector(self) -> Any:
        if not hasattr(self, "_collecting"):
            self._collecting = super()._collector()
        return self._collecting


class WaitsForever(OpenAIModel):
    """C8."""

    def __init__(self, access: Any, *, patience: Patience, **given: Any) -> None:
        longer = replace(patience, first_byte=patience.first_byte * 100)
        super().__init__(access, patience=longer, **given)


class WaitsForeverForMore(OpenAIModel):
    """C8."""

    def __init__(self, access: Any, *, patience: Patience, **given: Any) -> None:
        super().__init__(access, patience=replace(patience, between=patience.between * 100), **given)


class CountsTheWholeAnswer(OpenAIModel):
    """C8."""

    def __init__(self, access: Any, *, patience: Patience, **given: Any) -> None:
        super().__init__(access, patience=patience, **given)
        self._whole_s = patience.between.total_seconds()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion]:
        pieces: list[str | Completion] = []
        async with asyncio.timeout(self._whole_s):
            pieces += [piece async for piece in super().stream(prompt)]
        for piece in pieces:
            yield piece


class AddsToTheMessages(OpenAIModel):
    """C9."""

    async def complete(self, prompt: Prompt) -> Completion:
        completion = await super().complete(prompt)
        prompt.messages.append(prompt.messages[-1])
        return completion


class TidiesTheTools(OpenAIModel):
    """C9."""

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        for tool in prompt.tools:
            tool["function"]["strict"] = False
        return super()._request(prompt, without)


class TightensTheSchema(OpenAIModel):
    """C9."""

    def _request(self, prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
        if prompt.schema is not None:
            prompt.schema["additionalProperties"] = False
        return super()._request(prompt, without)


class AnswersFromOneList(OpenAIModel):
    """C9."""

    calls: list[dict[str, Any]] | None = None

    async def complete(self, prompt: Prompt) -> Completion:
        completion = await super().complete(prompt)
        if self.calls is None:
            self.calls = completion.tool_calls
        return msgspec.structs.replace(completion, tool_calls=self.calls)


MUTANTS: tuple[type[OpenAIModel], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
