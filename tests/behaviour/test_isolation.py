"""Whatever two users, tenants or sessions are called, one never sees, changes or removes what is the other's."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import memlane
from memlane import AsyncMemlane, AsyncUser, errors
from memlane.testing.hostile import IDS
from memlane.testing.remote import over_http

STORES = ["sqlite", "redis", "redis and sqlite"]
Opening = Callable[[], AbstractAsyncContextManager[AsyncMemlane]]


class Name(NamedTuple):
    tenant: str
    user: str
    session: str


names = st.one_of(
    st.sampled_from(IDS),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
)


@st.composite
def near_pairs(draw: st.DrawFn) -> tuple[Name, Name]:
    """Return two different places, mostly built from the same pieces so that a careless key would mix them."""
    pool = draw(st.lists(names, min_size=2, max_size=4))
    pieces = [
        *pool,
        pool[0] + ":" + pool[1],
        pool[0] + "/" + pool[1],
        pool[0] + pool[1],
        pool[0].upper(),
        pool[0] + "*",
    ]
    piece = st.sampled_from([text[:512] for text in pieces])
    first, second = draw(st.tuples(st.tuples(piece, piece, piece), st.tuples(piece, piece, piece)))
    if first[:2] == second[:2]:
        second = (second[0], second[1][:511] + "~", second[2])
    return Name(*first), Name(*second)


async def _fill(memory: AsyncMemlane, name: Name, word: str) -> AsyncUser:
    user = memory.user(name.user, tenant=name.tenant)
    chat = user.session(name.session)
    await chat.add("user", f"the secret word is {word}", id="m1")
    await chat.instruct(f"instructed {word}")
    await user.remember(f"secret fact {word}")
    await user.set_preferences({"secret": word})
    return user


async def _everything(user: AsyncUser, name: Name) -> list[Any]:
    """Return all that any reading operation shows of a user."""
    chat = user.session(name.session)
    shown: list[Any] = [
        [message.content for message in await chat.messages()],
        await chat.instructions(),
        [session.id for session in await user.sessions()],
        sorted(memory.text for memory in await user.memories()),
        sorted(found.memory.text for found in await user.recall("the secret word fact", limit=50)),
        [found.session_id for found in await user.episodes("secret word")],
        await user.preferences(),
        (await chat.context("secret word")).as_openai(),
    ]
    return shown


async def _try_pair(memory: AsyncMemlane, mine: Name, theirs: Name) -> None:
    me, them = await _fill(memory, mine, "mangrove"), await _fill(memory, theirs, "juniper")
    try:
        before = await _everything(me, mine)
        assert "juniper" not in repr(before)
        assert "mangrove" not in repr(await _everything(them, theirs))
        foreign = [found.id for found in await me.memories()]
        for memory_id in foreign:
            if await them.memory(memory_id) is None:  # a message's memory has the same id where the ids are the same
                with pytest.raises(errors.NotFoundError):
                    await them.forget(memory_id)
        for session in (theirs.session, mine.session):
            await them.session(session).expire(0.001)
            await them.session(session).delete(memories=True)
        await them.erase()
        assert await _everything(me, mine) == before
    finally:
        await me.erase()
        await them.erase()


@pytest.fixture(scope="module")
def isolated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Opening:
    """What opens a connection to stores that stay the same for all tests here."""
    folder: Path = tmp_path_factory.mktemp("isolation")
    first, _, second = request.param.partition(" and ")
    url = (
        f"{request.getfixturevalue('redis_url')}?prefix=iso{len(second)}"
        if first == "redis"
        else f"sqlite:///{folder}/a.db?synchronous=normal"
    )
    memories = f"sqlite:///{folder}/b.db?synchronous=normal" if second else None

    @asynccontextmanager
    async def opening() -> AsyncGenerator[AsyncMemlane]:
        async with memlane.connect_async(url, memories=memories, embedder="hashing") as memory:
            if first != "http":
                yield memory
                return
            async with over_http(memory) as remote:
                yield remote

    return opening


@pytest.mark.parametrize("isolated", STORES, indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pair=near_pairs())
def test_two_places_never_meet(isolated: Opening, pair: tuple[Name, Name]) -> None:
    asyncio.run(_try_alone(isolated, pair))


@pytest.mark.parametrize("isolated", ["http"], indirect=True)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pair=near_pairs())
def test_two_places_of_a_server_never_meet(isolated: Opening, pair: tuple[Name, Name]) -> None:
    asyncio.run(_try_alone(isolated, pair))


async def _try_alone(isolated: Opening, pair: tuple[Name, Name]) -> None:
    async with isolated() as memory:
        await _try_pair(memory, *pair)


@pytest.mark.parametrize("isolated", [*STORES, "http"], indirect=True)
def test_every_hostile_user_keeps_to_itself(isolated: Opening) -> None:
    async def run() -> None:
        async with isolated() as memory:
            users = [memory.user(text) for text in IDS]
            for text, user in zip(IDS, users, strict=True):
                await user.session("s").add("user", f"I am {text}")
                await user.session(text).add("user", "x")
            for text, user in zip(IDS, users, strict=True):
                assert [message.content for message in await user.session("s").messages()] == [f"I am {text}"]
                assert {session.id for session in await user.sessions()} == {"s", text}
            for user in users[::2]:
                await user.erase()
            for user in users[1::2]:
                assert len(await user.sessions()) == 2
                assert len(await user.memories()) == 2
                await user.erase()

    asyncio.run(run())
