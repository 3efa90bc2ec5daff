"""The shipped suite on the local embedder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memlane.adapters.embedders.local import OnnxEmbedder
from memlane.protocols.embedder import Embedder
from memlane.testing.embedders import EmbedderSuite


class TestOnnxEmbedder(EmbedderSuite):
    @pytest.fixture
    async def embedder(self) -> AsyncIterator[Embedder]:
        embedder = OnnxEmbedder()
        yield embedder
        await embedder.aclose()

    def make_unreachable(self) -> Embedder:
        return OnnxEmbedder(model_dir=Path("there-is-no-such-directory"))
