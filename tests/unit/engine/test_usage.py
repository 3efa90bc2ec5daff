"""Usage is counted where it happens, once, on nobody's way, and read back over time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import memlane
from memlane.engine import usage as usage_module
from memlane.engine.client import AsyncMemlane
from memlane.engine.plan import WorkPlan
from memlane.errors import (
    ClosedError,
    MalformedOutputError,
    ModelUnavailableError,
    UnsupportedError,
    UsageError,
)
from memlane.protocols.chat_model import Completion, Prompt
from memlane.testing.fakes import FakeClock, InMemoryBackend
from memlane.testing.scripted_model import ScriptedModel
from memlane.types.turn import Usage
from memlane.types.usage import Amounts

Open = Callable[..., AsyncMemlane]
USED = Usage(input_tokens=12, output_tokens=3, cached_tokens=8)


class Watching:
    """An observer that notes what it is told."""

    def __init__(self) -> None:
        self.spans: list[str] = []
        self.counted: dict[str, float] = {}

    def span(self, name: str, **labels: str) -> AbstractContextManager[object]:
        assert not labels
        self.spans.append(name)
        return nullcontext()

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        assert not labels
        self.counted[name] = self.counted.get(name, 0.0) + amount


async def of(subject: Any) -> Amounts:
    """Return all that somebody used today."""
    points = await subject.stats()
    return sum((point.used for point in points), Amounts())


async def test_new_messages_are_counted_once_in_each_series(open_one: Open) -> None:
    memory = open_one(InMemoryBackend())
    luke, chat = memory.user("luke"), memory.user("luke").session("s")
    await chat.add("user", "one", id="1")
    await chat.add("user", "one", id="1")
    await chat.add_many([{"role": "user", "content": "one", "id": "1"}, {"role": "user", "content": "two"}])
    await memory.user("leia").session("s").add("user", "three")
    assert await of(chat) == await of(luke) == Amounts(messages=2)
    assert await of(memory) == Amounts(messages=3)
    assert await of(luke.session("other")) == Amounts()


async def test_searches_and_what_they_return_are_counted(open_one: Open) -> None:
    memory = open_one(InMemoryBackend())
    luke = memory.user("luke")
    await luke.remember("Luke flies.")
    assert len(await luke.recall("flies")) == 1
    assert await luke.recall("flies", kinds=["preference"]) == []
    assert await of(luke) == Amounts(recalls=2, hits=1)
    await luke.episodes("flies")
    assert (await of(luke)).recalls == 3


async def test_the_search_of_a_context_belongs_to_its_session(open_one: Open) -> None:
    memory = open_one(InMemoryBackend())
    luke = memory.user("luke")
    await luke.remember("Luke flies.")
    await luke.session("s").context("flies")
    await luke.session("s").context("flies", recall=0)
    assert await of(luke.session("s")) == Amounts(recalls=1, hits=1)


async def test_a_turn_counts_messages_search_and_what_the_provider_says_it_took(open_one: Open) -> None:
    chat = open_one(InMemoryBackend(), model=ScriptedModel(Completion(text="Yes.", usage=USED))).user("luke")
    await chat.session("s").chat("Is it?")
    used = await of(chat.session("s"))
    assert (used.messages, used.recalls) == (2, 1)
    assert (used.input_tokens, used.output_tokens, used.cached_tokens) == (12, 3, 8)


async def test_a_turn_whose_reply_is_known_takes_no_more_tokens(open_one: Open) -> None:
    chat = open_one(InMemoryBackend(), model=ScriptedModel(Completion(text="Yes.", usage=USED))).user("luke")
    await chat.session("s").chat("Is it?", id="1")
    await chat.session("s").chat("Is it?", id="1")
    assert (await of(chat)).input_tokens == 12


async def test_what_a_provider_does_not_say_is_estimated(open_one: Open) -> None:
    chat = open_one(InMemoryBackend(), model=ScriptedModel("A reply of some words.")).user("luke").session("s")
    reply = await chat.chat("Is it?")
    used = await of(chat)
    assert (used.input_tokens, used.output_tokens) == (reply.usage.input_tokens, reply.usage.output_tokens)
    assert min(used.input_tokens, used.output_tokens) > 0


async def test_an_answer_that_is_of_no_use_was_paid_for(open_one: Open) -> None:
    chat = open_one(InMemoryBackend(), model=ScriptedModel(Completion(text=" ", usage=USED))).user("luke").session("s")
    with pytest.raises(MalformedOutputError):
        await chat.chat("Is it?")
    assert (await of(chat)).input_tokens == 12


async def test_a_stream_is_counted_once(open_one: Open) -> None:
    chat = open_one(InMemoryBackend(), model=ScriptedModel(Completion(text="Yes, it is.", usage=USED))).user("luke")
    assert "".join([piece async for piece in chat.session("s").stream("Is it?")]) == "Yes, it is."
    assert (await of(chat)).output_tokens == 3


class Breaking:
    """A model that gives some pieces and then fails."""

    identity = "breaking"
    context_tokens = None

    async def complete(self, prompt: Prompt) -> Completion:
        raise ModelUnavailableError("down")

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        yield "Some words that came"
        yield " before it broke"
        raise ModelUnavailableError("broke off")

    async def aclose(self) -> None:
        """Nothing was opened."""


@pytest.mark.parametrize("how", ["fails", "closed", "connection closed"])
async def test_what_came_of_a_stream_that_broke_off_is_counted_once(open_one: Open, how: str) -> None:
    backend = InMemoryBackend()
    memory = open_one(backend, model=Breaking())
    stream = memory.user("luke").session("s").stream("Is it?")
    await anext(stream)
    if how == "fails":
        with pytest.raises(ModelUnavailableError):
            await anext(stream), await anext(stream)
    elif how == "closed":
        await stream.aclose()
    else:
        await memory.aclose()
        with suppress(ClosedError, ModelUnavailableError, StopAsyncIteration):
            await anext(stream), await anext(stream)
    await memory.aclose()
    used = await of(open_one(backend).user("luke").session("s"))
    assert used.messages == 2
    assert 0 < used.output_tokens < 12
    assert used.input_tokens > 0


async def test_a_call_that_failed_took_nothing(open_one: Open) -> None:
    chat = open_one(InMemoryBackend(), model=Breaking()).user("luke").session("s")
    with pytest.raises(ModelUnavailableError):
        await chat.chat("Is it?")
    assert await of(chat) == Amounts(messages=1, recalls=1)


@pytest.mark.parametrize("said", [USED, None])
async def test_background_work_counts_under_its_session(open_one: Open, said: Usage | None) -> None:
    model = ScriptedModel(
        Completion(text='{"facts": []}', usage=said),
        Completion(text='{"title": "T", "summary": "S.", "open_ends": []}', usage=said),
    )
    memory = open_one(InMemoryBackend(), model=model, plan=WorkPlan(in_process=False))
    luke = memory.user("luke")
    await luke.session("s").add("user", "I live in Oslo.")
    await memory.run_due()
    used = await of(luke.session("s"))
    if said is None:
        assert min(used.input_tokens, used.output_tokens) > 0
    else:
        assert (used.input_tokens, used.output_tokens) == (24, 6)


async def test_the_tokens_of_calls_that_the_application_makes_itself_are_recorded(open_one: Open) -> None:
    chat = open_one(InMemoryBackend()).user("luke").session("s")
    await chat.record_usage(USED)
    assert await of(chat) == Amounts(input_tokens=12, output_tokens=3, cached_tokens=8)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {"input_tokens": 1},
        Usage(input_tokens=-1),
        Usage(output_tokens=10**12),
        Usage(cached_tokens=True),
        Usage(input_tokens=1.5),  # type: ignore[arg-type]
    ],
)
async def test_tokens_that_cannot_be_are_refused(open_one: Open, wrong: Any) -> None:
    chat = open_one(InMemoryBackend()).user("luke").session("s")
    with pytest.raises(UsageError):
        await chat.record_usage(wrong)
    assert await of(chat) == Amounts()


async def test_a_model_that_says_nonsense_of_its_tokens_spoils_neither_turn_nor_sums(open_one: Open) -> None:
    nonsense = Usage(input_tokens=None, output_tokens=-7, cached_tokens=10**30)  # type: ignore[arg-type]
    chat = open_one(InMemoryBackend(), model=ScriptedModel(Completion(text="Yes.", usage=nonsense))).user("luke")
    assert (await chat.session("s").chat("Is it?")).text == "Yes."
    used = await of(chat)
    assert (used.input_tokens, used.output_tokens, used.cached_tokens) == (0, 0, 0)


async def test_steps_are_whole_in_order_and_without_gaps_filled(open_one: Open, clock: FakeClock) -> None:
    memory = open_one(InMemoryBackend())
    chat = memory.user("luke").session("s")
    await chat.add("user", "one")
    clock.advance(timedelta(minutes=2))
    await chat.add_many([{"role": "user", "content": text} for text in ("two", "three")])
    points = await chat.stats(step="minute")
    assert [point.used.messages for point in points] == [1, 2]
    assert points[1].at - points[0].at == timedelta(minutes=2)
    assert points[0].at.second == points[0].at.microsecond == 0
    assert [point.used.messages for point in await chat.stats(step="minute", until=points[0].at + timedelta(1e-5))] == [
        1
    ]
    assert [point.used.messages for point in await chat.stats(step="minute", since=points[1].at)] == [2]
    assert [point.used.messages for point in await chat.stats(step="hour")] == [3]


async def test_by_default_a_step_decides_how_far_back_is_looked(open_one: Open, clock: FakeClock) -> None:
    chat = open_one(InMemoryBackend()).user("luke").session("s")
    await chat.add("user", "old")
    for step, just, beyond in (
        ("minute", timedelta(hours=23), timedelta(hours=2)),
        ("hour", timedelta(days=5), timedelta(days=2)),
        ("day", timedelta(days=20), timedelta(days=5)),
    ):
        clock.advance(just)
        assert len(await chat.stats(step=step)) == 1, step  # type: ignore[arg-type]
        clock.advance(beyond)
        assert await chat.stats(step=step) == [], step  # type: ignore[arg-type]
    assert len(await chat.stats(since=datetime(2000, 1, 1, tzinfo=UTC))) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "week"},
        {"step": None},
        {"step": ["day"]},
        {"since": datetime(2026, 1, 1)},
        {"since": "yesterday"},
        {"since": datetime(2026, 1, 2, tzinfo=UTC), "until": datetime(2026, 1, 2, tzinfo=UTC)},
        {"since": datetime(9999, 1, 2, tzinfo=UTC)},
        {"tenant": ""},
    ],
)
async def test_what_makes_no_sense_is_refused(open_one: Open, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        await open_one(InMemoryBackend()).stats(**wrong)


@pytest.mark.parametrize("step", ["minute", "hour", "day"])
async def test_the_ends_of_time_are_times_too(open_one: Open, step: Any) -> None:
    memory = open_one(InMemoryBackend())
    await memory.user("luke").session("s").add("user", "one")
    ends = {"since": datetime.min.replace(tzinfo=UTC), "until": datetime.max.replace(tzinfo=UTC)}
    assert len(await memory.stats(step=step, **ends)) == 1
    assert await memory.stats(step=step, until=datetime.min.replace(tzinfo=UTC) + timedelta(days=400)) == []
    assert await memory.stats(step=step, since=datetime(9000, 1, 1, tzinfo=UTC), until=ends["until"]) == []


async def test_users_are_listed_by_id_in_pages(open_one: Open, clock: FakeClock) -> None:
    memory = open_one(InMemoryBackend())
    for name in ("b", "a", "Ä", "c"):
        await memory.user(name).session("s").add("user", "hello")
    await memory.user("elsewhere", tenant="other").session("s").add("user", "hello")
    listed = await memory.users()
    assert [seen.user for seen in listed] == ["a", "b", "c", "Ä"]
    assert abs(listed[0].seen_at.timestamp() * 1_000 - clock.now_ms()) < 60_000
    assert [seen.user for seen in await memory.users(after="b", limit=1)] == ["c"]
    with pytest.raises(UsageError):
        await memory.users(limit=0)
    with pytest.raises(UsageError):
        await memory.users(after="")


async def test_a_connection_that_counts_nothing_still_shows_and_erases_what_others_count(open_one: Open) -> None:
    backend = InMemoryBackend()
    counting, still = open_one(backend), open_one(backend, counts_usage=False)
    await counting.user("luke").session("s").add("user", "one")
    await still.user("luke").session("s").add("user", "two")
    await counting.stats()
    assert await of(still) == Amounts(messages=1)
    assert (await still.user("luke").erase()).removed["usage"] > 0
    assert await still.users() == []


async def test_a_store_without_usage_says_so_and_nothing_else_minds() -> None:
    backend = InMemoryBackend(shares_memories=False)
    options: dict[str, Any] = {"embedder": "none", "work": "off", "memories": backend.memories()}
    async with memlane.connect_async(backend.sessions(), **options) as memory:
        luke = memory.user("luke")
        await luke.session("s").add("user", "one")
        await luke.session("s").record_usage(USED)
        for ask in (memory.stats, memory.users, luke.stats, luke.session("s").stats):
            with pytest.raises(UnsupportedError):
                await ask()
        assert "usage" not in (await luke.erase()).removed


async def test_a_store_that_fails_fails_no_call_and_what_was_counted_is_dropped(
    open_one: Open, failing: Any, caplog: pytest.LogCaptureFixture
) -> None:
    backend, watching = InMemoryBackend(), Watching()
    store = failing(backend.usage())
    store.before["add"] = 1
    memory = open_one(backend, usage=store, observer=watching)
    await memory.user("luke").session("s").add("user", "one")
    assert await of(memory) == Amounts()
    assert watching.counted == {"usage.dropped": 1}
    assert "usage was not written down: store_unavailable" in caplog.text
    await memory.user("luke").session("s").add("user", "two")
    assert await of(memory) == Amounts(messages=1)


async def test_what_waits_to_be_written_is_bounded(open_one: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_module, "_MOST_COUNTS", 3)
    watching = Watching()
    memory = open_one(InMemoryBackend(), observer=watching)
    for number in range(5):
        await memory.user("luke").session(f"s{number}").add("user", "one")
    await memory.user("luke").session("s0").add("user", "two")
    assert await of(memory) == Amounts(messages=4)
    assert watching.counted == {"usage.dropped": 2}


class Slow:
    """A usage store that takes its time, and counts its calls."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.adds: list[int] = []
        self.may_go_on = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def add(self, used: Any, *, now_ms: int) -> None:
        self.adds.append(len(used))
        await self.may_go_on.wait()
        await self.store.add(used, now_ms=now_ms)


async def test_no_call_waits_for_a_slow_store_but_one_that_reads_and_closing(
    open_one: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_module, "_WRITTEN_AFTER_SECONDS", 0.01)
    backend = InMemoryBackend()
    slow = Slow(backend.usage())
    memory = open_one(backend, usage=slow)
    await memory.user("luke").session("s").add("user", "one")
    await asyncio.sleep(0.05)
    assert slow.adds == [1]
    await asyncio.wait_for(memory.user("luke").session("s").add("user", "two"), 1)
    read = asyncio.ensure_future(memory.stats())
    closing = asyncio.ensure_future(memory.aclose())
    await asyncio.sleep(0.05)
    assert not read.done()
    assert not closing.done()
    slow.may_go_on.set()
    await closing
    assert [point.used.messages for point in await open_one(backend).stats()] == [2]
    read.cancel()


async def test_a_reader_that_gives_up_loses_no_count(open_one: Open) -> None:
    backend = InMemoryBackend()
    slow = Slow(backend.usage())
    memory = open_one(backend, usage=slow)
    await memory.user("luke").session("s").add("user", "one")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(memory.stats(), 0.02)
    slow.may_go_on.set()
    assert await of(memory) == Amounts(messages=1)


async def test_many_counts_are_written_in_parts(open_one: Open) -> None:
    backend = InMemoryBackend()
    slow = Slow(backend.usage())
    slow.may_go_on.set()
    memory = open_one(backend, usage=slow)
    for number in range(450):
        await memory.user("luke").session(f"s{number}").record_usage(USED)
    assert (await of(memory)).output_tokens == 3 * 450
    assert slow.adds == [50] * 9


async def test_a_connection_that_used_nothing_writes_nothing(open_one: Open) -> None:
    backend = InMemoryBackend()
    slow = Slow(backend.usage())
    memory = open_one(backend, usage=slow)
    await memory.user("luke").sessions()
    await memory.user("luke").session("s").messages()
    await memory.stats()
    await memory.aclose()
    assert slow.adds == []


async def test_searches_and_contexts_are_spans(open_one: Open) -> None:
    watching = Watching()
    memory = open_one(InMemoryBackend(), observer=watching)
    luke = memory.user("luke")
    await luke.session("s").add("user", "Luke flies.")
    await luke.recall("flies")
    await luke.episodes("flies")
    await luke.session("s").context("flies")
    await luke.session("s").context(recall=0)
    assert watching.spans == ["recall", "episodes", "context", "recall", "context"]
    with pytest.raises(UsageError):
        await luke.recall("flies", limit=0)
    assert len(watching.spans) == 5


async def test_due_work_of_one_tenant_is_shown_and_brought_back_alone(
    open_one: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memlane.engine.due._LOOKED_AT_FIRST", 1)
    plan = WorkPlan(in_process=False, most_tries=1)
    memory = open_one(InMemoryBackend(), model=ScriptedModel(*["no JSON"] * 8), plan=plan)
    for number in range(7):
        await memory.user(f"u{number}", tenant="many").session("s").add("user", "one")
    await memory.user("late", tenant="few").session("s").add("user", "one")
    assert [due.partition.user for due in await memory.work(tenant="few", limit=1)] == ["late"]
    assert len(await memory.work(tenant="many", limit=3)) == 3
    assert len(await memory.work()) == 8
    assert await memory.work(tenant="none") == []
    with pytest.raises(UsageError):
        await memory.work(tenant="")
    await memory.run_due()
    assert await memory.retry_work(tenant="few") == 1
    assert [due.sessions[0].set_aside for due in await memory.work(tenant="few")] == [False]
    assert all(due.sessions[0].set_aside for due in await memory.work(tenant="many"))
    assert await memory.retry_work() == 7
