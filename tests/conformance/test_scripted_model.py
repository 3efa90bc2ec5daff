"""The shipped suite on the scripted model, whose provider stands in the process."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from memlane.context.shapes import as_openai
from memlane.errors import MalformedOutputError, ModelRateLimitError, ModelUnavailableError, SettingError
from memlane.protocols.chat_model import ChatModel, Completion, Prompt
from memlane.testing.loopback import SeenRequest
from memlane.testing.model_backend import ModelBackend
from memlane.testing.model_protocols.chat import ChatProtocol
from memlane.testing.model_script import Answer, Asked, Misdeed, Reply, Script, Trouble, pieces_of, usage_of
from memlane.testing.models import ModelSuite
from memlane.testing.scripted_model import ScriptedModel

ERRORS = {
    Misdeed.FAILING: ModelUnavailableError("down"),
    Misdeed.OVERLOADED: ModelUnavailableError("overloaded"),
    Misdeed.FORBIDDEN: SettingError("no such key"),
    Misdeed.CUT: ModelUnavailableError("broke off"),
    Misdeed.UNFINISHED: ModelUnavailableError("broke off"),
    Misdeed.ERROR_IN_STREAM: ModelUnavailableError("broke off"),
    Misdeed.NOT_JSON: MalformedOutputError("not understood"),
    Misdeed.OTHER_JSON: MalformedOutputError("not understood"),
}


class ScriptedProvider:
    """Turns what a provider does into what a script says."""

    def __init__(self) -> None:
        self._script = Script()
        self._asked: list[Asked] = []
        self._hung_up = 0

    def will(self, *replies: Reply) -> None:
        self._script.will(*replies)

    def asked(self) -> list[Asked]:
        return self._asked

    def hung_up(self) -> int:
        return self._hung_up

    async def answer(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        asked = neutral(prompt)
        self._asked.append(asked)
        reply = self._script.reply(asked)
        try:
            async for piece in self._trouble(reply) if isinstance(reply, Trouble) else said(asked, reply):
                yield piece
        except (asyncio.CancelledError, GeneratorExit):
            self._hung_up += 1
            raise

    async def _trouble(self, trouble: Trouble) -> AsyncIterator[str]:
        for piece in pieces_of(trouble.text)[: trouble.after]:
            yield piece
        if trouble.trouble is Misdeed.SLOW:
            await asyncio.sleep(60)
        if trouble.trouble is Misdeed.RATE_LIMITED:
            raise ModelRateLimitError("limited", float(trouble.retry_after) if trouble.retry_after else None)
        raise ERRORS[trouble.trouble]


async def said(asked: Asked, answer: Answer) -> AsyncIterator[str | Completion]:
    for piece in pieces_of(answer.text):
        await asyncio.sleep(answer.pause_s)
        yield piece
    usage = usage_of(asked, answer) if answer.counts else None
    calls = list(answer.tool_calls)
    yield Completion(text=answer.text, tool_calls=calls, stop=answer.stop, usage=usage, model="scripted")


def neutral(prompt: Prompt) -> Asked:
    body = {"model": "m", "messages": as_openai(prompt.messages, prompt.system, prompt.remembered)}
    if prompt.tools:
        body["tools"] = prompt.tools
    if prompt.max_output_tokens:
        body["max_tokens"] = prompt.max_output_tokens
    return ChatProtocol().asked(SeenRequest("/v1/chat/completions", {}, body))


class TestScriptedModel(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        provider = ScriptedProvider()

        def make(seconds: float) -> ChatModel:
            return ScriptedModel(provider.answer, timeout=timedelta(seconds=seconds))

        def down(_: Prompt) -> Exception:
            return ModelUnavailableError("there is nobody")

        backend = ModelBackend(make=make, unreachable=lambda: ScriptedModel(down), provider=provider)
        yield backend
        await backend.aclose()
