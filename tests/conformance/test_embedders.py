from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memlane.adapters.embedders.hashing import HashingEmbedder
from memlane.adapters.embedders.local import OnnxEmbedder
from memlane.adapters.embedders.openai import OpenAIEmbedder, OpenAIServer
from memlane.errors import UnsupportedError
from memlane.protocols.embedder import Embedder
from memlane.testing.embedders import EmbedderSuite
from memlane.testing.openai_server import OpenAIEmbeddingServer


class TestOnnxEmbedder(EmbedderSuite):
    @pytest.fixture
    async def embedder(self) -> AsyncIterator[Embedder]:
        embedder = OnnxEmbedder()
        yield embedder
        await embedder.aclose()

    def make_unreachable(self) -> Embedder:
        return OnnxEmbedder(model_dir=Path("there-is-no-such-directory"))


class TestHashingEmbedder(EmbedderSuite):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder()

    def make_unreachable(self) -> Embedder:
        raise UnsupportedError("hashing needs neither a model nor a server")

    def make_variants(self) -> list[Embedder]:
        return [HashingEmbedder(64)]


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
