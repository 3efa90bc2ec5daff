"""The suites on every mutant, as pytest classes; collected by `run.py` only, since all of them fail."""

from collections.abc import AsyncIterator

import embedder_mutants
import memory_change_mutants
import memory_mutants
import pytest
import reranker_mutants
import session_lifetime_mutants
import session_mutants

from memlane.errors import UnsupportedError
from memlane.protocols.embedder import Embedder
from memlane.protocols.memories import MemoryStore
from memlane.protocols.reranker import Reranker
from memlane.protocols.sessions import SessionStore
from memlane.testing.backends import MemoryBackend, SessionBackend
from memlane.testing.embedders import EmbedderSuite
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.rerankers import RerankerSuite
from memlane.testing.sessions import SessionStoreSuite


def on_sessions(mutant: type) -> type:
    class Mutated(SessionStoreSuite):
        __doc__ = mutant.__doc__

        @pytest.fixture
        async def backend(self) -> AsyncIterator[SessionBackend]:
            fake = InMemoryBackend(shares_memories=False)

            async def connect() -> SessionStore:
                return mutant(fake.session_shelf, None)

            async with SessionBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
                yield backend

    return Mutated


def on_memories(mutant: type) -> type:
    class Mutated(MemoryStoreSuite):
        __doc__ = mutant.__doc__

        @pytest.fixture
        async def backend(self) -> AsyncIterator[MemoryBackend]:
            fake = InMemoryBackend()

            async def connect() -> MemoryStore:
                return mutant(fake.memory_shelf)

            async with MemoryBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
                yield backend

    return Mutated


def on_embedders(mutant: type) -> type:
    class Mutated(EmbedderSuite):
        __doc__ = mutant.__doc__

        @pytest.fixture
        def embedder(self) -> Embedder:
            return mutant()

        def make_variants(self) -> list[Embedder]:
            return [mutant(dimension=64)]

        def make_unreachable(self) -> Embedder:
            raise UnsupportedError("hashing needs neither a model nor a server")

    return Mutated


def on_rerankers(mutant: type) -> type:
    class Mutated(RerankerSuite):
        __doc__ = mutant.__doc__

        @pytest.fixture
        def reranker(self) -> Reranker:
            return mutant()

    return Mutated


for make, mutants in (
    (on_sessions, (*session_mutants.MUTANTS, *session_lifetime_mutants.MUTANTS)),
    (on_memories, (*memory_mutants.MUTANTS, *memory_change_mutants.MUTANTS)),
    (on_embedders, embedder_mutants.MUTANTS),
    (on_rerankers, reranker_mutants.MUTANTS),
):
    globals().update({f"Test_{make.__name__}_{mutant.__name__}": make(mutant) for mutant in mutants})
