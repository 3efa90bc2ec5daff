"""The shipped suite on models behind OpenAI's protocols: OpenAI's own, Azure's and a compatible server's."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from memlane.adapters.models.openai import AzureOpenAIServer, OpenAIModel, OpenAIServer, Patience
from memlane.adapters.models.openai_responses import OpenAIResponsesModel
from memlane.protocols.chat_model import ChatModel
from memlane.testing.model_backend import ModelBackend, ServedProvider
from memlane.testing.model_server import ModelServer, Quirk
from memlane.testing.models import ModelSuite

NOBODY = OpenAIServer(base_url="http://127.0.0.1:1/v1", max_retries=0)
COMPATIBLE = frozenset({Quirk.NO_RESPONSE_FORMAT, Quirk.NO_MAX_COMPLETION_TOKENS, Quirk.STOPS_FOR_TOOLS})


@asynccontextmanager
async def backend_of(
    server: ModelServer,
    access: Callable[[], OpenAIServer | AzureOpenAIServer],
    model: type[OpenAIModel | OpenAIResponsesModel] = OpenAIModel,
) -> AsyncIterator[ModelBackend]:
    def make(seconds: float) -> ChatModel:
        patience = Patience(first_byte=timedelta(seconds=seconds), between=timedelta(seconds=seconds))
        return model(access(), model="m", patience=patience)

    with server:
        backend = ModelBackend(
            make=make,
            unreachable=lambda: model(NOBODY, model="m"),
            provider=ServedProvider(server),
            attempts=2,
            secrets=(str(server.key),),
        )
        yield backend
        await backend.aclose()


class TestChatCompletions(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        server = ModelServer(model="m")
        access = lambda: OpenAIServer(api_key=server.key, base_url=server.base_url, max_retries=1)  # noqa: E731
        async with backend_of(server, access) as backend:
            yield backend


class TestCompatibleServer(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        server = ModelServer(key=None, quirks=COMPATIBLE)
        async with backend_of(server, lambda: OpenAIServer(base_url=server.base_url, max_retries=1)) as backend:
            yield backend


class TestResponses(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        server = ModelServer(model="m")
        access = lambda: OpenAIServer(api_key=server.key, base_url=server.base_url, max_retries=1)  # noqa: E731
        async with backend_of(server, access, OpenAIResponsesModel) as backend:
            yield backend


class TestAzureWithAKey(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        server = ModelServer(model="m", quirks=frozenset({Quirk.NO_MAX_TOKENS}))

        def access() -> AzureOpenAIServer:
            return AzureOpenAIServer(endpoint=server.address, deployment="m", api_key=server.key, max_retries=1)

        async with backend_of(server, access) as backend:
            yield backend


class TestAzureWithEntraId(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        server = ModelServer(key="entra-token", model="m")

        async def token() -> str:
            return "entra-token"

        def access() -> AzureOpenAIServer:
            return AzureOpenAIServer(endpoint=server.address, deployment="m", token_provider=token, max_retries=1)

        async with backend_of(server, access) as backend:
            yield backend
