"""The shipped suite on the hashing embedder."""

import pytest

from memlane.adapters.embedders.hashing import HashingEmbedder
from memlane.errors import UnsupportedError
from memlane.protocols.embedder import Embedder
from memlane.testing.embedders import EmbedderSuite


class TestHashingEmbedder(EmbedderSuite):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder()

    def make_unreachable(self) -> Embedder:
        raise UnsupportedError("hashing needs neither a model nor a server")

    def make_variants(self) -> list[Embedder]:
        return [HashingEmbedder(64)]
