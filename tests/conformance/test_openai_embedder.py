"""The shipped suite on an embedder behind OpenAI's protocol."""

from collections.abc import AsyncIterator

import pytest

from memlane.adapters.embedders.openai import OpenAIEmbedder, OpenAIServer
from memlane.protocols.embedder import Embedder
from memlane.testing.embedders import EmbedderSuite
from memlane.testing.openai_server import OpenAIEmbeddingServer


class TestOpenAIEmbedder(EmbedderSuite):
    @pytest.fixture
    async def embedder(self) -> AsyncIterator[Embedder]:
        with OpenAIEmbeddingServer() as server:
            embedder = OpenAIEmbedder(OpenAIServer(api_key=server.key, base_url=server.base_url))
            yield embedder
            await embedder.aclose()

    def make_unreachable(self) -> Embedder:
        return OpenAIEmbedder(OpenAIServer(base_url="http://127.0.0.1:1/v1", max_retries=0))

    def make_variants(self) -> list[Embedder]:
        access = OpenAIServer(api_key="unused")
        return [OpenAIEmbedder(access, dimension=256), OpenAIEmbedder(access, max_tokens=512)]
