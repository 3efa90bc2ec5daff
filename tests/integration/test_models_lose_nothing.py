"""Whatever a provider does wrong, over the wire: what was said stays, once, and the same call again is answered."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

import memlane
from memlane.adapters.models.anthropic import AnthropicModel, AnthropicServer
from memlane.adapters.models.openai import OpenAIModel, OpenAIServer, Patience
from memlane.adapters.models.openai_responses import OpenAIResponsesModel
from memlane.errors import MemlaneError
from memlane.protocols.chat_model import ChatModel
from memlane.testing.model_server import Misdeed, ModelServer, Trouble

PATIENCE = Patience(first_byte=timedelta(seconds=0.5), between=timedelta(seconds=0.5))
ATTEMPTS = 2


def chat_completions(server: ModelServer) -> ChatModel:
    access = OpenAIServer(api_key=server.key, base_url=server.base_url, max_retries=ATTEMPTS - 1)
    return OpenAIModel(access, model="m", patience=PATIENCE)


def responses(server: ModelServer) -> ChatModel:
    access = OpenAIServer(api_key=server.key, base_url=server.base_url, max_retries=ATTEMPTS - 1)
    return OpenAIResponsesModel(access, model="m", patience=PATIENCE)


def anthropic(server: ModelServer) -> ChatModel:
    access = AnthropicServer(api_key=server.key, base_url=server.address, max_retries=ATTEMPTS - 1)
    return AnthropicModel(access, model="m", patience=PATIENCE)


@pytest.fixture(params=[chat_completions, responses, anthropic], ids=lambda made: made.__name__)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[tuple[ModelServer, ChatModel]]:
    make: Callable[[ModelServer], ChatModel] = request.param
    with ModelServer(model="m") as server:
        model = make(server)
        yield server, model
        await model.aclose()


async def _say(session: memlane.AsyncSession, text: str, *, streams: bool) -> None:
    if streams:
        async for _ in session.stream(text):
            pass
    else:
        await session.chat(text)


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("after", [0, 2], ids=["at once", "in the midst"])
@pytest.mark.parametrize("misdeed", list(Misdeed), ids=lambda misdeed: misdeed.value)
async def test_a_failed_call_loses_nothing(
    provider: tuple[ModelServer, ChatModel], misdeed: Misdeed, after: int, *, streams: bool
) -> None:
    server, model = provider
    async with memlane.connect_async("sqlite://", embedder="none", model=model, work="off") as memory:
        session = memory.user("luke").session("trip")
        server.script.will(*[Trouble(trouble=misdeed, after=after if streams else 0)] * ATTEMPTS)
        with pytest.raises(MemlaneError) as failed:
            await _say(session, "Where shall we eat?", streams=streams)
        assert "Where shall" not in str(failed.value)
        assert [message.content for message in await session.unanswered()] == ["Where shall we eat?"]
        server.script.clear()
        await _say(session, "Where shall we eat?", streams=streams)
        messages = await session.messages()
        assert [message.content for message in messages if message.role == "user"] == ["Where shall we eat?"]
        whole = [message for message in messages if message.turn and message.turn.stop == "end"]
        assert [message.content for message in whole] == ["You said: Where shall we eat?"]
        assert await session.unanswered() == []
        remembered = [found.text for found in await memory.user("luke").memories() if found.role == "user"]
        assert remembered == ["Where shall we eat?"]
