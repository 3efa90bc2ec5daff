"""A memory can be made to say something else, by hand, and nothing takes that back unasked; on every pair of stores."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from memlane import AsyncMemlane, AsyncUser, Memory, WorkPlan
from memlane.errors import NotFoundError, PreconditionError, TooLargeError, UsageError
from memlane.testing.fakes import FakeClock

PLAN = WorkPlan(in_process=False)


@pytest.fixture
async def memory(connect: Callable[..., Any]) -> AsyncMemlane:
    return await connect(work=PLAN)


async def home(memory: AsyncMemlane) -> tuple[AsyncUser, Memory]:
    """Return a user and the fact that they live in Oslo, which they said in two messages."""
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.", id="m1")
    await luke.session("a").add("user", "As I said, I live in Oslo.", id="m2")
    await memory.run_due()
    (fact,) = [fact for fact in await luke.facts() if fact.attribute == "home"]
    return luke, fact


async def test_a_correction_is_a_version_like_any_other_and_can_be_undone(memory: AsyncMemlane) -> None:
    luke, fact = await home(memory)
    corrected = await luke.correct(fact.id, "Lives in Bergen", value="Bergen", if_version=fact.version)
    assert (corrected.text, corrected.value, corrected.attribute) == ("Lives in Bergen", "Bergen", "home")
    assert (corrected.version, corrected.past[-1].change) == (fact.version + 1, "corrected")
    assert await luke.memory(fact.id) == corrected
    assert [version.text for version in await luke.history(fact.id)][-2:] == [fact.text, "Lives in Bergen"]
    assert "Bergen" in await luke.profile()
    reverted = await luke.revert(fact.id, fact.version)
    assert (reverted.text, reverted.value, reverted.confidence) == (fact.text, "Oslo", fact.confidence)


async def test_the_value_stays_unless_another_is_given(memory: AsyncMemlane) -> None:
    luke, fact = await home(memory)
    assert (await luke.correct(fact.id, "Lives in the old town of Oslo")).value == "Oslo"
    again = await luke.correct(fact.id, "Lives in the old town of Oslo")
    assert again.version == fact.version + 1


async def test_recall_finds_the_new_words_and_not_the_old_ones(connect: Callable[..., Any]) -> None:
    here, there = await connect(work=PLAN), await connect(work=PLAN)
    luke = here.user("luke")
    for name in ("rowing", "chess", "sailing"):
        await luke.remember(f"Spends every weekend on {name}", id=name)
    elsewhere = there.user("luke")
    assert (await elsewhere.recall("Who plays rowing?", limit=1))[0].memory.id == "rowing"
    assert await luke.index()
    await luke.correct("rowing", "Collects antique porcelain teapots")
    for user in (luke, elsewhere):
        (found,) = await user.recall("antique porcelain teapots", limit=1)
        assert (found.memory.id, found.memory.text) == ("rowing", "Collects antique porcelain teapots")
        assert {"meaning", "words"} & set(found.why) or found.why
        assert "rowing" not in [found.memory.text for found in await user.recall("rowing")]
        assert await user.index()


async def test_a_correction_right_after_remembering_is_what_gets_embedded(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.remember("Spends every weekend rowing", id="hobby")
    await luke.correct("hobby", "Collects antique porcelain teapots")
    assert await luke.index()
    (found,) = await luke.recall("antique porcelain teapots", limit=1)
    assert found.memory.text == "Collects antique porcelain teapots"


async def test_work_on_the_same_messages_does_not_undo_it(memory: AsyncMemlane, clock: FakeClock) -> None:
    luke, fact = await home(memory)
    await luke.correct(fact.id, "Lives in Bergen", value="Bergen")
    clock.advance(timedelta(days=1))
    await luke.session("a").add("user", "Nice weather today.")
    await luke.session("a").close()
    await memory.run_due()
    homes = [fact.value for fact in await luke.facts() if fact.attribute == "home"]
    assert homes == ["Bergen"]


async def test_what_is_said_later_still_counts(memory: AsyncMemlane, clock: FakeClock) -> None:
    luke, fact = await home(memory)
    await luke.correct(fact.id, "Lives in Bergen", value="Bergen")
    clock.advance(timedelta(days=1))
    await luke.session("b").add("user", "I moved to Oslo.")
    await memory.run_due()
    assert [fact.value for fact in await luke.facts() if fact.attribute == "home"] == ["Oslo"]
    assert (await luke.history(fact.id))[-1].past[-1].change == "ended"


async def test_what_was_said_stays_and_so_do_summaries_and_episodes(memory: AsyncMemlane) -> None:
    luke, fact = await home(memory)
    await luke.remember("They spoke of Oslo", id="s", kind="summary")
    await luke.session("a").close()
    await memory.run_due()
    kinds = {one.kind: one.id for one in await luke.memories() if one.kind in ("message", "summary", "episode")}
    assert set(kinds) == {"message", "summary", "episode"}
    for memory_id in kinds.values():
        with pytest.raises(UsageError):
            await luke.correct(memory_id, "Something else")
    assert fact in await luke.facts()


@pytest.mark.parametrize("text", ["", "  ", "\ud800", None], ids=repr)
async def test_nothing_that_cannot_be_kept_is_written(memory: AsyncMemlane, text: Any) -> None:
    luke = memory.user("luke")
    kept = await luke.remember("Has a dog", id="dog")
    with pytest.raises(UsageError):
        await luke.correct("dog", text)
    with pytest.raises(UsageError):
        await luke.correct("dog", "Has a cat", value="cat")
    assert await luke.memory("dog") == kept


async def test_a_correction_that_is_too_large_is_refused(connect: Callable[..., Any]) -> None:
    luke = (await connect(work=PLAN, max_message_bytes=2_000)).user("luke")
    kept = await luke.remember("Has a dog", id="dog")
    with pytest.raises(TooLargeError):
        await luke.correct("dog", "dog " * 1_000)
    assert await luke.memory("dog") == kept


async def test_only_what_the_caller_saw_is_corrected(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    kept = await luke.remember("Has a dog", id="dog")
    await luke.pin("dog")
    with pytest.raises(PreconditionError):
        await luke.correct("dog", "Has a cat", if_version=kept.version)
    with pytest.raises(NotFoundError):
        await luke.correct("cat", "Has a cat")
    with pytest.raises(NotFoundError):
        await memory.user("anna").correct("dog", "Has a cat")
    found = await luke.memory("dog")
    assert found is not None
    assert (found.text, found.pinned) == ("Has a dog", True)


async def test_corrections_survive_an_export(memory: AsyncMemlane, tmp_path: Any) -> None:
    luke, fact = await home(memory)
    await luke.correct(fact.id, "Lives in Bergen", value="Bergen")
    await luke.export(tmp_path / "luke.jsonl")
    copy = memory.user("copy")
    await copy.restore(tmp_path / "luke.jsonl")
    assert await copy.history(fact.id) == await luke.history(fact.id)
