"""The shipped suite on models behind Anthropic's protocol: Anthropic's own, and a compatible server's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from memlane.adapters.models.anthropic import AnthropicModel, AnthropicServer, Patience
from memlane.protocols.chat_model import ChatModel
from memlane.testing.model_backend import ModelBackend, ServedProvider
from memlane.testing.model_server import ModelServer
from memlane.testing.models import ModelSuite


@asynccontextmanager
async def backend_of(server: ModelServer) -> AsyncIterator[ModelBackend]:
    def make(seconds: float) -> ChatModel:
        patience = Patience(first_byte=timedelta(seconds=seconds), between=timedelta(seconds=seconds))
        access = AnthropicServer(api_key=server.key, base_url=server.address, max_retries=1)
        return AnthropicModel(access, model="m", patience=patience)

    def unreachable() -> ChatModel:
        return AnthropicModel(AnthropicServer(base_url="http://127.0.0.1:1", max_retries=0), model="m")

    with server:
        backend = ModelBackend(
            make=make,
            unreachable=unreachable,
            provider=ServedProvider(server),
            attempts=2,
            secrets=(str(server.key),),
        )
        yield backend
        await backend.aclose()


class TestAnthropic(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        async with backend_of(ModelServer(model="m")) as backend:
            yield backend


class TestCompatibleServer(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        async with backend_of(ModelServer(is_anthropic=False)) as backend:
            yield backend
