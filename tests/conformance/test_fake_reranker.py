"""The shipped suite on the fake re-ranker."""

import pytest

from memlane.protocols.reranker import Reranker
from memlane.testing.fakes import FakeReranker
from memlane.testing.rerankers import RerankerSuite


class TestFakeReranker(RerankerSuite):
    @pytest.fixture
    def reranker(self) -> Reranker:
        return FakeReranker()
