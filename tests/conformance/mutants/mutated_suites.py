"""The suites on every mutant, as pytest classes; collected by `run.py` only, since all of them fail."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import embedder_mutants
import memory_change_mutants
import memory_mutants
import memory_profile_mutants
import memory_replace_mutants
import model_mutants
import pytest
import record_mutants
import reranker_mutants
import session_lifetime_mutants
import session_mutants
import session_swap_mutants
import usage_mutants
import work_lease_mutants
import work_mark_mutants
import work_mutants

from memlane.adapters.models.openai import OpenAIServer, Patience
from memlane.errors import UnsupportedError
from memlane.protocols.chat_model import ChatModel
from memlane.protocols.embedder import Embedder
from memlane.protocols.memories import MemoryStore
from memlane.protocols.records import RecordStore
from memlane.protocols.reranker import Reranker
from memlane.protocols.sessions import SessionStore
from memlane.protocols.usage import UsageStore
from memlane.testing.backends import (
    MemoryBackend,
    RecordBackend,
    SessionBackend,
    UsageBackend,
    WorkBackend,
    Workplace,
)
from memlane.testing.embedders import EmbedderSuite
from memlane.testing.fakes import InMemoryBackend, InMemorySessionStore
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.model_backend import ModelBackend, ServedProvider
from memlane.testing.model_server import ModelServer
from memlane.testing.models import ModelSuite
from memlane.testing.records import RecordStoreSuite
from memlane.testing.rerankers import RerankerSuite
from memlane.testing.sessions import SessionStoreSuite
from memlane.testing.usage import UsageStoreSuite
from memlane.testing.work import WorkLedgerSuite

NOBODY = "http://127.0.0.1:1/v1"


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


def on_work(mutant: type) -> type:
    class Mutated(WorkLedgerSuite):
        __doc__ = mutant.__doc__

        @pytest.fixture
        async def backend(self) -> AsyncIterator[WorkBackend]:
            fake = InMemoryBackend()

            async def connect() -> Workplace:
                marks = issubclass(mutant, InMemorySessionStore)
                sessions = mutant(fake.session_shelf, None) if marks else fake.sessions()
                work = fake.work() if marks else mutant(fake.session_shelf)
                return Workplace(sessions=sessions, work=work, aclose=sessions.aclose)

            async with WorkBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
                yield backend

    return Mutated


def on_records(mutant: type) -> type:
    class Mutated(RecordStoreSuite):
        __doc__ = mutant.__doc__

        @pytest.fixture
        async def backend(self) -> AsyncIterator[RecordBackend]:
            fake = InMemoryBackend()

            async def connect() -> RecordStore:
                return mutant(fake.record_shelf)

            async with RecordBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
                yield backend

    return Mutated


def on_usage(mutant: type) -> type:
    class Mutated(UsageStoreSuite):
        __doc__ = mutant.__doc__

        @pytest.fixture
        async def backend(self) -> AsyncIterator[UsageBackend]:
            fake = InMemoryBackend()

            async def connect() -> UsageStore:
                return mutant(fake.usage_shelf)

            async with UsageBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
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


def on_models(mutant: type) -> type:
    class Mutated(ModelSuite):
        __doc__ = mutant.__doc__

        @pytest.fixture
        async def backend(self) -> AsyncIterator[ModelBackend]:
            with ModelServer() as server:
                access = OpenAIServer(api_key=server.key, base_url=server.base_url, max_retries=1)

                def make(seconds: float) -> ChatModel:
                    limit = timedelta(seconds=seconds)
                    return mutant(access, model="m", patience=Patience(first_byte=limit, between=limit))

                def unreachable() -> ChatModel:
                    return mutant(OpenAIServer(base_url=NOBODY), model="m", patience=Patience())

                provider = ServedProvider(server)
                backend = ModelBackend(make=make, unreachable=unreachable, provider=provider, attempts=2)
                yield backend
                left = asyncio.all_tasks() - {asyncio.current_task()}
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)
                await backend.aclose()

    return Mutated


for make, mutants in (
    (on_sessions, (*session_mutants.MUTANTS, *session_lifetime_mutants.MUTANTS, *session_swap_mutants.MUTANTS)),
    (
        on_memories,
        (
            *memory_mutants.MUTANTS,
            *memory_change_mutants.MUTANTS,
            *memory_replace_mutants.MUTANTS,
            *memory_profile_mutants.MUTANTS,
        ),
    ),
    (on_work, (*work_mark_mutants.MUTANTS, *work_lease_mutants.MUTANTS, *work_mutants.MUTANTS)),
    (on_records, record_mutants.MUTANTS),
    (on_usage, usage_mutants.MUTANTS),
    (on_embedders, embedder_mutants.MUTANTS),
    (on_rerankers, reranker_mutants.MUTANTS),
    (on_models, model_mutants.MUTANTS),
):
    globals().update({f"Test_{make.__name__}_{mutant.__name__}": make(mutant) for mutant in mutants})
