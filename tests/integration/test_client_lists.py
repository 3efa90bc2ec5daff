"""Lists of a server are whole, however many pages they take."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import memlane
from memlane.testing.remote import over_http


class Both(NamedTuple):
    """The same memory, embedded and as a client has it."""

    here: memlane.AsyncMemlane
    there: memlane.AsyncMemlane


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    async with (
        memlane.connect_async(f"sqlite:///{tmp_path}/m.db?synchronous=normal", embedder="none", work="off") as here,
        over_http(here) as there,
    ):
        yield Both(here, there)


async def test_messages_of_several_pages_come_in_order(both: Both) -> None:
    here, there = (memory.user("luke").session("long", remember=False) for memory in both)
    await here.add_many([{"role": "user", "content": f"m{number}"} for number in range(2_345)])
    whole = await here.messages()
    asked: list[dict[str, Any]] = [
        {},
        {"last": 0},
        {"last": 1},
        {"last": 1_000},
        {"last": 1_001},
        {"last": 9_999},
        {"before": 1},
        {"before": 2_001},
        {"before": 1_500, "last": 1_100},
    ]
    for arguments in asked:
        assert await there.messages(**arguments) == await here.messages(**arguments), arguments
    assert await there.messages() == whole
    new = [memlane.Message(role="user", content="x", id=f"n{n}", created_at=whole[0].created_at) for n in range(3)]
    assert await there.add_new([whole[7], *new]) == 3
    assert await there.add_new(new) == 0


async def test_memories_of_several_pages_and_of_many_kinds(both: Both) -> None:
    here, there = (memory.user("luke") for memory in both)
    for number in range(3):
        texts = [{"role": "user", "content": f"s{number} m{place}"} for place in range(500)]
        await here.session(f"s{number}").add_many(texts)
    await here.remember("a fact")
    names = [f"kind{number}" for number in range(300)]
    asked: list[dict[str, Any]] = [
        {},
        {"kinds": {"fact"}},
        {"kinds": []},
        {"sessions": ["s1", "s2"]},
        {"kinds": [*names, "fact"]},
        {"sessions": (*names, "s0"), "kinds": frozenset({"message"})},
    ]
    for arguments in asked:
        assert await there.memories(**arguments) == await here.memories(**arguments), arguments
    assert len(await there.memories()) == 1_501


async def test_sessions_and_users_of_several_pages(both: Both) -> None:
    for number in range(1_050):
        await both.here.user(f"u{number % 7}").session(f"s{number}", remember=False).add("user", "x")
    await both.here.user("u0").session("s0").add("user", "again")
    assert await both.there.user("u0").sessions() == await both.here.user("u0").sessions()
    everybody = await both.here.users()
    assert len(everybody) == 7
    for arguments in ({}, {"limit": 2}, {"after": "u3"}, {"after": "u3", "limit": 1}, {"after": "z"}):
        assert await both.there.users(**arguments) == await both.here.users(**arguments), arguments
