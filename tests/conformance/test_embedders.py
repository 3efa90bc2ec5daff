"""Every embedder passes the suite."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from memlane.adapters._drivers.openai import OpenAIServer
from memlane.adapters.embedders.hashing import HashingEmbedder
from memlane.adapters.embedders.local import OnnxEmbedder
from memlane.adapters.embedders.openai import OpenAIEmbedder
from memlane.errors import UnsupportedError
from memlane.testing.embedders import EmbedderSuite
from memlane.testing.openai_server import OpenAIEmbeddingServer


class TestOnnxEmbedder(EmbedderSuite):
    @pytest.fixture
    async def embedder(self) -> AsyncIterator[OnnxEmbedder]:
        embedder = OnnxEmbedder()
        yield embedder
        await embedder.aclose()

    def make_unreachable(self) -> OnnxEmbedder:
        return OnnxEmbedder(model_dir=Path("there-is-no-such-directory"))


class TestHashingEmbedder(EmbedderSuite):
    @pytest.fixture
    async def embedder(self) -> HashingEmbedder:
        return HashingEmbedder()

    def make_unreachable(self) -> HashingEmbedder:
        raise UnsupportedError("hashing needs neither a model nor a server")


class TestOpenAIEmbedder(EmbedderSuite):
    @pytest.fixture
    async def embedder(self) -> AsyncIterator[OpenAIEmbedder]:
        with OpenAIEmbeddingServer() as server:
            embedder = OpenAIEmbedder(OpenAIServer(api_key=server.key, base_url=server.base_url))
            yield embedder
            await embedder.aclose()

    def make_unreachable(self) -> OpenAIEmbedder:
        server = OpenAIServer(
            api_key="none", base_url="http://127.0.0.1:1/v1", timeout=timedelta(seconds=2), max_retries=0
        )
        return OpenAIEmbedder(server)
