"""What a re-ranker changes of a recall, and that recall goes on without it."""

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from memlane import AsyncMemlane, Recalled
from memlane.engine.reranking import MOST_RERANKED, SHARE
from memlane.errors import UsageError
from memlane.testing.fakes import FakeReranker, InMemoryBackend

Open = Callable[..., AsyncMemlane]


def last_number(_: str, text: str) -> float:
    """Prefer the heron with the greatest number, whatever was asked."""
    return float(text.rpartition(" ")[2])


def texts(found: list[Recalled]) -> list[str]:
    return [recalled.memory.text for recalled in found]


@pytest.fixture
def backend() -> InMemoryBackend:
    return InMemoryBackend()


@pytest.fixture
def reranker() -> FakeReranker:
    return FakeReranker(last_number)


@pytest.fixture
async def plain(open_one: Open, backend: InMemoryBackend) -> AsyncMemlane:
    """A connection without a re-ranker, on what ten messages say: the first about herons the most."""
    memory = open_one(backend)
    said = [{"role": "user", "content": f"{'heron ' * (10 - number)}number {number}"} for number in range(10)]
    await memory.user("luke").session("s").add_many(said)
    return memory


@pytest.fixture
def judged(open_one: Open, backend: InMemoryBackend, plain: AsyncMemlane, reranker: FakeReranker) -> AsyncMemlane:
    return open_one(backend, reranker=reranker)


async def test_the_order_is_blended_and_the_shares_add_up(plain: AsyncMemlane, judged: AsyncMemlane) -> None:
    before = {found.memory.id: found for found in await plain.user("luke").recall("heron")}
    after = await judged.user("luke").recall("heron")
    assert texts(after)[0].endswith("number 9")
    assert [found.score for found in after] == sorted((found.score for found in after), reverse=True)
    for found in after:
        share = SHARE * last_number("", found.memory.text) / 9
        assert found.why["reranker"] == pytest.approx(share, abs=1e-6)
        assert found.score == pytest.approx((1 - SHARE) * before[found.memory.id].score + share, abs=1e-6)
        assert math.fsum(found.why.values()) == pytest.approx(found.score, abs=1e-9)
        assert set(found.why) == {*before[found.memory.id].why, "reranker"}
        assert found.notes == before[found.memory.id].notes


async def test_it_reads_the_question_and_when_and_by_whom_each_was_said(
    judged: AsyncMemlane, reranker: FakeReranker
) -> None:
    await judged.user("luke").recall("which heron?", limit=1)
    ((question, read),) = reranker.asked
    assert question == "which heron?"
    assert len(read) == 10
    assert all(", user: heron " in text and text[0].isdigit() for text in read)


async def test_it_sees_the_best_results_and_the_others_stay_behind_them(
    open_one: Open, backend: InMemoryBackend, reranker: FakeReranker
) -> None:
    memory, count = open_one(backend, reranker=reranker), MOST_RERANKED + 20
    said = [{"role": "user", "content": f"heron {number}"} for number in range(count)]
    await memory.user("luke").session("s").add_many(said)
    few = await memory.user("luke").recall("heron", limit=3)
    many = await memory.user("luke").recall("heron", limit=count)
    assert [len(read) for _, read in reranker.asked] == [MOST_RERANKED] * 2
    assert texts(few) == texts(many)[:3]
    assert ["reranker" in found.why for found in many] == [True] * MOST_RERANKED + [False] * 20
    assert all(math.fsum(found.why.values()) == pytest.approx(found.score, abs=1e-9) for found in many)


async def test_equal_scores_leave_the_order(open_one: Open, backend: InMemoryBackend, plain: AsyncMemlane) -> None:
    memory = open_one(backend, reranker=FakeReranker(lambda *_: 0.1))
    found = await memory.user("luke").recall("heron")
    assert texts(found) == texts(await plain.user("luke").recall("heron"))
    assert {recalled.why["reranker"] for recalled in found} == {SHARE}


async def test_scores_of_any_size_are_taken(open_one: Open, backend: InMemoryBackend, plain: AsyncMemlane) -> None:
    memory = open_one(backend, reranker=FakeReranker(lambda _, text: 1.7e308 if text.endswith("7") else -1.7e308))
    found = await memory.user("luke").recall("heron")
    assert texts(found)[0].endswith("number 7")
    assert math.isfinite(found[0].score)


@pytest.mark.parametrize("query", ["", " \n", "the"])
async def test_what_asks_nothing_gets_the_newest_as_before(
    plain: AsyncMemlane, judged: AsyncMemlane, reranker: FakeReranker, query: str
) -> None:
    assert await judged.user("luke").recall(query) == await plain.user("luke").recall(query)
    assert reranker.asked == []


async def test_nothing_and_a_single_result_are_not_judged(
    open_one: Open, backend: InMemoryBackend, reranker: FakeReranker
) -> None:
    memory = open_one(backend, reranker=reranker)
    assert await memory.user("luke").recall("heron") == []
    await memory.user("luke").session("s").add("user", "heron 1")
    assert texts(await memory.user("luke").recall("heron")) == ["heron 1"]
    assert reranker.asked == []


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (RuntimeError("I read: heron heron"), "not re-ranked by fake: RuntimeError"),
        (UsageError("the model is not there"), "not re-ranked by fake: the model is not there"),
        (TimeoutError(), "not re-ranked by fake: it did not answer in time"),
    ],
)
async def test_a_failure_loses_nothing_and_is_noted(
    plain: AsyncMemlane, judged: AsyncMemlane, reranker: FakeReranker, failure: Exception, says: str
) -> None:
    before = await plain.user("luke").recall("heron", limit=4)
    reranker.failure = failure
    found = await judged.user("luke").recall("heron", limit=4)
    assert [(one.memory, one.score, one.why) for one in found] == [(one.memory, one.score, one.why) for one in before]
    assert [one.notes for one in found] == [[*one.notes, says] for one in before]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "it gave 0 scores for 10 texts"),
        ([1.0] * 11, "it gave 11 scores for 10 texts"),
        ([math.nan] + [1.0] * 9, "it gave a score that is not a finite number"),
        ([math.inf] + [1.0] * 9, "it gave a score that is not a finite number"),
        (["heron"] * 10, "ValueError"),
        (None, "TypeError"),
    ],
)
async def test_scores_that_are_none_are_a_failure(
    judged: AsyncMemlane, reranker: FakeReranker, monkeypatch: pytest.MonkeyPatch, given: Any, says: str
) -> None:
    async def score(question: str, texts: Sequence[str]) -> Any:
        return given

    monkeypatch.setattr(reranker, "score", score)
    found = await judged.user("luke").recall("heron")
    assert len(found) == 10
    assert found[0].notes[-1] == f"not re-ranked by fake: {says}"


async def test_it_is_asked_again_after_a_failure(judged: AsyncMemlane, reranker: FakeReranker) -> None:
    reranker.failure = RuntimeError()
    await judged.user("luke").recall("heron")
    reranker.failure = None
    assert "reranker" in (await judged.user("luke").recall("heron"))[0].why


async def test_one_that_hangs_is_left_alone_for_a_while(
    judged: AsyncMemlane, reranker: FakeReranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(question: str, texts: Sequence[str]) -> list[float]:
        return await asyncio.get_running_loop().create_future()

    with monkeypatch.context() as hanging:
        hanging.setattr("memlane.engine.reranking.LONGEST_SECONDS", 0.05)
        hanging.setattr(reranker, "score", never)
        found = await judged.user("luke").recall("heron")
    assert found[0].notes[-1] == "not re-ranked by fake: it did not answer in time"
    assert await judged.user("luke").recall("heron") == found
    assert reranker.asked == []
    monkeypatch.setattr(judged._core.reranking, "_late_at", -1e9)
    assert "reranker" in (await judged.user("luke").recall("heron"))[0].why


async def test_cancellation_is_passed_through_and_the_next_recall_is_right(
    judged: AsyncMemlane, reranker: FakeReranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, cancelled = asyncio.Event(), asyncio.Event()

    async def wait(question: str, texts: Sequence[str]) -> list[float]:
        reached.set()
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            cancelled.set()

    with monkeypatch.context() as hanging:
        hanging.setattr(reranker, "score", wait)
        recall = asyncio.ensure_future(judged.user("luke").recall("heron"))
        await reached.wait()
        recall.cancel()
        with pytest.raises(asyncio.CancelledError):
            await recall
    assert cancelled.is_set()
    assert "reranker" in (await judged.user("luke").recall("heron"))[0].why


async def test_a_slow_judge_holds_up_nobody_else(
    judged: AsyncMemlane, plain: AsyncMemlane, reranker: FakeReranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[asyncio.Future[list[float]]] = []

    async def wait(question: str, texts: Sequence[str]) -> list[float]:
        reached.append(asyncio.get_running_loop().create_future())
        return await reached[-1]

    monkeypatch.setattr(reranker, "score", wait)
    luke = judged.user("luke")
    recalls = [asyncio.ensure_future(luke.recall("heron")) for _ in range(2)]
    async with asyncio.timeout(5):
        while len(reached) < 2:
            await asyncio.sleep(0)
        await luke.session("s").add("user", "meanwhile")
        assert await luke.episodes("heron")
        for place, waiting in enumerate(reached):
            waiting.set_result([float(place)] * 10)
        assert [len(found) for found in await asyncio.gather(*recalls)] == [10, 10]


async def test_a_context_recalls_in_the_new_order(judged: AsyncMemlane, reranker: FakeReranker) -> None:
    context = await judged.user("luke").session("other").context("heron", recall=1)
    assert texts(list(context.memories)) == ["heron number 9"]
    assert len(reranker.asked) == 1


async def test_episodes_are_not_judged(judged: AsyncMemlane, plain: AsyncMemlane, reranker: FakeReranker) -> None:
    assert await judged.user("luke").episodes("heron") == await plain.user("luke").episodes("heron")
    assert reranker.asked == []
