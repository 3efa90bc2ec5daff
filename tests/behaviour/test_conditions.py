"""Changes that are made only of what the caller saw, and what is safe to repeat, on every pair of stores."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from memlane import AsyncMemlane, errors


async def how_many(calls: list[Awaitable[object]]) -> int:
    """Return how many of some calls were let through; the others must have failed for their condition."""
    ended = await asyncio.gather(*calls, return_exceptions=True)
    refused = [one for one in ended if isinstance(one, errors.PreconditionError | errors.NotFoundError)]
    assert [one for one in ended if isinstance(one, BaseException) and one not in refused] == []
    return len(ended) - len(refused)


async def test_a_memory_with_an_id_is_remembered_once(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    first = await luke.remember("likes tea", id="tea", kind="preference", metadata={"a": 1})
    assert first.id == "tea"
    assert await luke.remember("likes tea", id="tea", kind="preference", metadata={"a": 1}) == first
    for other in ({"text": "likes coffee"}, {"kind": "fact"}, {"metadata": {}}):
        given: dict[str, Any] = {"text": "likes tea", "kind": "preference", "metadata": {"a": 1}} | other
        with pytest.raises(errors.UsageError, match="another memory"):
            await luke.remember(given.pop("text"), id="tea", **given)
    assert await luke.memories() == [first]


async def test_an_id_that_was_forgotten_can_be_remembered_again(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.remember("likes tea", id="tea")
    await luke.forget("tea", if_version=1)
    assert (await luke.remember("likes coffee", id="tea")).text == "likes coffee"
    assert [found.memory.text for found in await luke.recall("tea or coffee?")] == ["likes coffee"]


async def test_messages_are_read_below_a_position(memory: AsyncMemlane) -> None:
    session = memory.user("luke").session("monday")
    await session.add_many([{"role": "user", "content": str(number)} for number in range(1, 8)])
    assert [one.content for one in await session.messages(2, before=5)] == ["3", "4"]
    assert [one.content for one in await session.messages(before=3)] == ["1", "2"]
    assert await session.messages(before=1) == []
    assert len(await session.messages(before=100)) == 7
    for wrong in (0, -1, 2**60, "2"):
        with pytest.raises(errors.UsageError):
            await session.messages(before=wrong)  # pyright: ignore[reportArgumentType] -- that is the test


async def test_a_change_of_a_memory_is_made_of_one_version_only(connect: Callable[..., Any]) -> None:
    here, there = (await connect()).user("luke"), (await connect()).user("luke")
    await here.remember("likes tea", id="tea")
    assert (await there.pin("tea", if_version=1)).version == 2
    for change in (
        lambda: here.pin("tea", pinned=False, if_version=1),
        lambda: here.revert("tea", 1, if_version=1),
        lambda: here.forget("tea", if_version=1),
    ):
        with pytest.raises(errors.PreconditionError):
            await change()
    assert [one.version for one in await here.memories()] == [2]
    assert (await here.revert("tea", 1, if_version=2)).version == 3
    await there.forget("tea", if_version=3)
    assert (await here.memories(), await here.recall("tea"), await there.memory("tea")) == ([], [], None)
    for gone in (there.forget("tea", if_version=3), there.forget("tea")):
        with pytest.raises(errors.NotFoundError):
            await gone


async def test_of_many_that_forget_one_version_one_does(connect: Callable[..., Any]) -> None:
    users = [(await connect()).user("luke") for _ in range(2)]
    await users[0].remember("likes tea", id="tea")
    pins = [users[number % 2].pin("tea", pinned=True, if_version=1) for number in range(4)]
    forgets = [users[number % 2].forget("tea", if_version=1) for number in range(4)]
    assert await how_many([*forgets, *pins]) >= 1
    left = await users[0].memories()
    assert [one.version for one in left] in ([], [2])


async def test_of_many_that_set_the_same_preferences_one_does(connect: Callable[..., Any]) -> None:
    users = [(await connect()).user("luke") for _ in range(3)]
    assert await how_many([user.set_preferences({"n": number}, if_was={}) for number, user in enumerate(users)]) == 1
    seen = await users[0].preferences()
    merges = [user.set_preferences({f"k{number}": 1}, if_was=seen) for number, user in enumerate(users)]
    assert await how_many(merges) == 1
    assert len(await users[1].preferences()) == 2
    with pytest.raises(errors.PreconditionError):
        await users[2].set_preferences({}, merge=False, if_was={})


async def test_of_many_that_set_the_same_instructions_one_does(connect: Callable[..., Any]) -> None:
    sessions = [(await connect()).user("luke").session("monday") for _ in range(3)]
    assert await how_many([session.instruct(f"{n}", if_was=None) for n, session in enumerate(sessions)]) == 1
    seen = await sessions[0].instructions()
    assert await how_many([session.instruct(f"{n}!", if_was=seen) for n, session in enumerate(sessions)]) == 1
    with pytest.raises(errors.PreconditionError):
        await sessions[0].instruct(None, if_was="something else")
    await sessions[0].instruct(None, if_was=await sessions[1].instructions())
    assert await sessions[2].instructions() is None


async def test_the_lines_of_an_export_are_those_of_the_file(memory: AsyncMemlane, tmp_path: Path) -> None:
    luke = memory.user("luke")
    await luke.session("monday").add("user", "hello")
    await luke.set_preferences({"a": 1})
    assert await luke.export(tmp_path / "luke.jsonl") == len([line async for line in luke.export_lines()]) - 1
    assert [line async for line in luke.export_lines()] == (tmp_path / "luke.jsonl").read_bytes().splitlines(
        keepends=True
    )
