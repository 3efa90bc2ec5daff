"""Turns, facts, summaries, episodes and their work through the public API, on every pair of stores."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from memlane import AsyncMemlane, Policy, WorkPlan
from memlane.errors import ModelUnavailableError, NotFoundError, UsageError
from memlane.testing.fakes import FakeClock
from memlane.testing.scripted_model import ScriptedModel

PLAN = WorkPlan(in_process=False, compact_after_messages=20)


@pytest.fixture
async def memory(connect: Callable[..., Any]) -> AsyncMemlane:
    return await connect(work=PLAN)


async def test_a_turn_is_kept_whole_and_a_failed_one_can_be_made_again(connect: Callable[..., Any]) -> None:
    async def endless(prompt: Any) -> AsyncIterator[str]:
        yield "one "
        await asyncio.Event().wait()

    model = ScriptedModel(ModelUnavailableError("down"), "By the harbour.", endless)
    chat = (await connect(model=model, work=PLAN)).user("luke").session("trip")
    with pytest.raises(ModelUnavailableError):
        await chat.chat("Where?")
    assert [message.content for message in await chat.unanswered()] == ["Where?"]
    assert (await chat.chat("Where?")).text == "By the harbour."
    async with chat.stream("Count") as stream:
        await anext(stream)
    messages = await chat.messages()
    assert [message.role for message in messages] == ["user", "assistant"] * 2
    assert messages[-1].turn is not None
    assert messages[-1].turn.stop == "cut"


async def test_turns_of_many_connections_at_once_stay_consistent(connect: Callable[..., Any]) -> None:
    def echo(prompt: Any) -> str:
        return f"echo {prompt.messages[-1].content}"

    connections = [await connect(model=ScriptedModel(echo), work=PLAN) for _ in range(3)]
    chats = [connection.user("luke").session("trip") for connection in connections]
    await asyncio.gather(*(chats[n % 3].chat(f"turn {n}") for n in range(12)))
    messages = await chats[0].messages()
    asked = {message.id: message.content for message in messages if message.role == "user"}
    replies = [message for message in messages if message.role == "assistant"]
    assert len(asked) == len(replies) == 12
    assert all(reply.turn and reply.content == f"echo {asked[str(reply.turn.answers)]}" for reply in replies)


async def test_facts_follow_what_is_said_and_the_past_can_be_asked(memory: AsyncMemlane, clock: FakeClock) -> None:
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo and I'm vegetarian.")
    assert await memory.run_due() > 0
    then = (await luke.facts())[0].created_at + timedelta(hours=1)
    clock.advance(timedelta(days=40))
    await luke.session("b").add("user", "I moved to Bergen.")
    assert await memory.run_due() > 0
    homes = [fact for fact in await luke.facts() if fact.attribute == "home"]
    assert [fact.value for fact in homes] == ["Bergen"]
    assert "Oslo" in {fact.value for fact in await luke.facts(at=then)}
    profile = await luke.profile()
    assert "Bergen" in profile
    assert "Oslo" not in profile
    assert await memory.run_due() == 0


async def test_a_fact_can_be_traced_undone_pinned_and_pruned(memory: AsyncMemlane, clock: FakeClock) -> None:
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.")
    await memory.run_due()
    clock.advance(timedelta(days=1))
    await luke.session("b").add("user", "I live in Bergen.")
    await memory.run_due()
    oslo = next(fact for fact in await luke.memories(kinds={"fact"}) if fact.value == "Oslo")
    assert [version.valid_to is None for version in await luke.history(oslo.id)] == [True, False]
    await luke.revert(oslo.id, 1)
    assert {fact.value for fact in await luke.facts()} == {"Oslo", "Bergen"}
    await luke.pin(oslo.id)
    clock.advance(timedelta(days=400))
    listed = await luke.prune(Policy(idle_for=timedelta(days=365), kinds=frozenset({"fact"})))
    assert [one.memory.value for one in listed.pruned] == ["Bergen"]
    assert listed.dry_run
    assert len(await luke.memories(kinds={"fact"})) == 2
    await luke.prune(Policy(idle_for=timedelta(days=365), kinds=frozenset({"fact"})), dry_run=False)
    assert [fact.value for fact in await luke.memories(kinds={"fact"})] == ["Oslo"]
    with pytest.raises(NotFoundError):
        await luke.history("nothing")
    with pytest.raises(NotFoundError):
        await luke.revert(oslo.id, 99)
    with pytest.raises(UsageError):
        await luke.prune("all of it")  # pyright: ignore[reportArgumentType] -- the point


async def test_forgetting_a_correction_lets_the_older_fact_hold_again(memory: AsyncMemlane, clock: FakeClock) -> None:
    luke = memory.user("luke")
    for name, home in (("a", "Oslo"), ("b", "Bergen"), ("c", "Lund")):
        await luke.session(name).add("user", f"I live in {home}.")
        await memory.run_due()
        clock.advance(timedelta(days=1))
    bergen = next(fact for fact in await luke.memories(kinds={"fact"}) if fact.value == "Bergen")
    await luke.forget(bergen.id)
    assert [fact.value for fact in await luke.facts()] == ["Lund"]
    oslo = next(fact for fact in await luke.memories(kinds={"fact"}) if fact.value == "Oslo")
    lund = next(fact for fact in await luke.memories(kinds={"fact"}) if fact.value == "Lund")
    assert (oslo.valid_to, oslo.replaced_by) == (lund.valid_from, lund.id)
    await luke.session("c").delete(memories=True)
    assert [fact.value for fact in await luke.facts()] == ["Oslo"]


async def test_a_long_session_is_summarised_and_stays_whole(memory: AsyncMemlane) -> None:
    session = memory.user("luke").session("long")
    for number in range(30):
        await session.add("user", f"We decided to take train number {number} on 3 May.")
    await memory.run_due()
    summary, messages = await session.summary(), await session.messages()
    context = await session.context(recall=0)
    assert summary is not None
    assert len(messages) == 30
    assert [*summary.message_ids, *(message.id for message in context.messages)] == [one.id for one in messages]
    assert (await session.rebuild_summary()) is not None
    found = await memory.user("luke").recall("train number 3")
    assert any(one.memory.text.endswith("train number 3 on 3 May.") for one in found)


async def test_background_work_does_not_lengthen_a_sessions_life(connect: Callable[..., Any], clock: FakeClock) -> None:
    memory = await connect(work=PLAN, session_ttl=timedelta(hours=1))
    luke = memory.user("luke")
    for number in range(30):
        await luke.session("a").add("user", f"I like tea number {number}.")
    (before,) = await luke.sessions()
    clock.advance(timedelta(seconds=5))
    await memory.run_due()
    assert await luke.session("a").summary() is not None
    assert await luke.sessions() == [before]


async def test_an_episode_is_found_with_its_title_and_what_it_left_open(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    session = luke.session("ferry")
    await session.add("user", "Which ferry goes to Bergen at night?")
    await session.add("assistant", "The night ferry leaves at eight. I'll send you the timetable tomorrow.")
    await session.close()
    await memory.run_due()
    (episode,) = await luke.episodes("night ferry")
    assert (episode.session_id, bool(episode.title), bool(episode.summary)) == ("ferry", True, True)
    assert await luke.recall("night ferry", kinds={"episode"})
    assert {found.memory.kind for found in await luke.recall("night ferry")} == {"message"}


async def test_erasing_leaves_neither_work_nor_what_was_derived(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.")
    await memory.run_due()
    await luke.session("a").add("user", "I live in Bergen.")
    await luke.erase()
    assert await memory.work() == []
    assert await memory.run_due() == 0
    assert await luke.memories() == []
    assert await luke.facts() == []


async def test_workers_of_many_connections_make_everything_once(connect: Callable[..., Any]) -> None:
    connections = [await connect(work=PLAN) for _ in range(3)]
    homes = ["Oslo", "Bergen", "Lund", "Turku", "Riga", "Ghent"]
    for user, home in enumerate(homes):
        session = connections[user % 3].user(f"u{user}").session("a")
        await session.add("user", f"I live in {home}.")
        await session.add("user", "I love tea.")
    await asyncio.gather(*(connection.run_due() for connection in connections))
    for user, home in enumerate(homes):
        values = [fact.value for fact in await connections[0].user(f"u{user}").facts()]
        assert sorted(str(value) for value in values) == [home, "tea"]
    assert await connections[0].work() == []


async def test_what_was_derived_survives_export_and_restore(
    connect: Callable[..., Any], memory: AsyncMemlane, tmp_path: Any
) -> None:
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.")
    await memory.run_due()
    await luke.export(tmp_path / "luke.jsonl")
    copy = (await connect(work=PLAN)).user("copy")
    await copy.restore(tmp_path / "luke.jsonl")
    assert await copy.facts() == await luke.facts()
    await memory.run_due()
    assert await copy.facts() == await luke.facts()
