"""What is wrapped for an observer keeps every promise, and the observer hears of its calls."""

import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from memlane.adapters.embedders.hashing import HashingEmbedder
from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.models.openai import OpenAIModel, OpenAIServer, Patience
from memlane.adapters.records.redis import RedisRecordStore
from memlane.adapters.records.sqlite import SqliteRecordStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.adapters.usage.redis import RedisUsageStore
from memlane.adapters.usage.sqlite import SqliteUsageStore
from memlane.adapters.work.redis import RedisWorkLedger
from memlane.adapters.work.sqlite import SqliteWorkLedger
from memlane.errors import StoreUnavailableError, UnsupportedError
from memlane.protocols.chat_model import ChatModel, CountsPrompts, Prompt
from memlane.protocols.embedder import Embedder
from memlane.protocols.memories import MemoryStore
from memlane.protocols.records import RecordStore
from memlane.protocols.sessions import SessionStore
from memlane.protocols.usage import UsageStore
from memlane.protocols.work import WorkLedger
from memlane.testing.backends import MemoryBackend, SessionBackend, WorkBackend, Workplace
from memlane.testing.embedders import EmbedderSuite
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.model_backend import ModelBackend, ServedProvider
from memlane.testing.model_server import ModelServer
from memlane.testing.models import ModelSuite
from memlane.testing.scripted_model import ScriptedModel
from memlane.testing.sessions import SessionStoreSuite
from memlane.testing.work import WorkLedgerSuite
from memlane.types.ids import make_partition
from memlane.wrappers.metered import metered, metered_model

NOBODY = OpenAIServer(base_url="http://127.0.0.1:1/v1", max_retries=0)
ADAPTERS: list[tuple[str, type, tuple[type, ...]]] = [
    ("sessions", SessionStore, (SqliteSessionStore, RedisSessionStore)),
    ("memories", MemoryStore, (SqliteMemoryStore, RedisMemoryStore)),
    ("work", WorkLedger, (SqliteWorkLedger, RedisWorkLedger)),
    ("records", RecordStore, (SqliteRecordStore, RedisRecordStore)),
    ("usage", UsageStore, (SqliteUsageStore, RedisUsageStore)),
]


class Noting:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str]] = []
        self.counts: list[tuple[str, float, str]] = []

    @contextmanager
    def span(self, name: str, **labels: str) -> Iterator[None]:
        try:
            yield
        except Exception as exc:
            self.spans.append((name, type(exc).__name__))
            raise
        self.spans.append((name, labels["backend"]))

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        self.counts.append((name, amount, labels["direction"]))


class TestMeteredSessions(SessionStoreSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[SessionBackend]:
        fake = InMemoryBackend(shares_memories=True)

        async def connect() -> SessionStore:
            return metered(fake.sessions(), Noting(), "sessions", "fake")

        async def connect_memories() -> MemoryStore:
            return metered(fake.memories(), Noting(), "memories", "fake")

        async with SessionBackend(
            connect=connect, connect_memories=connect_memories, dump=fake.dump, outage=fake.outage
        ) as backend:
            yield backend


class TestMeteredMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[MemoryBackend]:
        fake = InMemoryBackend()

        async def connect() -> MemoryStore:
            return metered(fake.memories(), Noting(), "memories", "fake")

        async with MemoryBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
            yield backend


class TestMeteredWork(WorkLedgerSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[WorkBackend]:
        fake = InMemoryBackend()

        async def connect() -> Workplace:
            sessions = metered(fake.sessions(), Noting(), "sessions", "fake")
            work = metered(fake.work(), Noting(), "work", "fake")
            return Workplace(sessions=sessions, work=work, aclose=sessions.aclose)

        async with WorkBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
            yield backend


class TestMeteredEmbedder(EmbedderSuite):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return metered(HashingEmbedder(), Noting(), "embedder", "hashing")

    def make_unreachable(self) -> Embedder:
        raise UnsupportedError("hashing needs neither a model nor a server")

    def make_variants(self) -> list[Embedder]:
        return [metered(HashingEmbedder(64), Noting(), "embedder", "hashing")]


class TestMeteredModel(ModelSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[ModelBackend]:
        def make(seconds: float) -> ChatModel:
            patience = Patience(first_byte=timedelta(seconds=seconds), between=timedelta(seconds=seconds))
            access = OpenAIServer(api_key=server.key, base_url=server.base_url, max_retries=1)
            return metered_model(OpenAIModel(access, model="m", patience=patience), Noting(), "openai")

        def unreachable() -> ChatModel:
            return metered_model(OpenAIModel(NOBODY, model="m"), Noting(), "openai")

        with ModelServer(model="m") as server:
            backend = ModelBackend(
                make=make,
                unreachable=unreachable,
                provider=ServedProvider(server),
                attempts=2,
                secrets=(str(server.key),),
            )
            yield backend
            await backend.aclose()


@pytest.mark.parametrize(
    ("protocol", "store", "role"),
    [(protocol, store, role) for role, protocol, stores in ADAPTERS for store in stores],
)
def test_every_call_of_a_store_is_told(protocol: type, store: type, role: str) -> None:
    promised = {name for name, call in vars(protocol).items() if inspect.iscoroutinefunction(call)} - {"aclose", "ping"}
    told = set(vars(metered(store.__new__(store), Noting(), role, "x")))
    assert promised <= told


async def test_calls_are_told_with_what_they_failed_with() -> None:
    fake, noting = InMemoryBackend(), Noting()
    store = metered(fake.memories(), noting, "memories", "fake")
    ann = make_partition("ann", "default")
    await store.get(ann, ["a"], now_ms=1)
    await fake.outage.begin()
    with pytest.raises(StoreUnavailableError):
        await store.get(ann, ["a"], now_ms=1)
    assert noting.spans == [("memories.get", "fake"), ("memories.get", "StoreUnavailableError")]


async def test_a_model_is_told_of_from_the_question_to_the_last_piece_and_its_tokens_are_counted() -> None:
    noting = Noting()
    model = metered_model(ScriptedModel("one", "two"), noting, "scripted")
    await model.complete(Prompt(messages=[]))
    pieces = [piece async for piece in model.stream(Prompt(messages=[]))]
    assert [name for name, _ in noting.spans] == ["model.complete", "model.stream"]
    assert pieces
    assert {direction for _, _, direction in noting.counts} <= {"input", "output"}


def test_optional_powers_stay_where_they_are_and_appear_nowhere_else() -> None:
    class Counting(ScriptedModel):
        async def count_prompt(self, prompt: Prompt) -> int:
            return 7

    assert isinstance(metered_model(Counting(), Noting(), "x"), CountsPrompts)
    assert not isinstance(metered_model(ScriptedModel(), Noting(), "x"), CountsPrompts)
    embedder: Embedder = metered(HashingEmbedder(), Noting(), "embedder", "hashing")
    assert embedder.identity == HashingEmbedder().identity
