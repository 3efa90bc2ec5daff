"""What is stored while a recall searches is not found by it."""

import asyncio

import memlane
from memlane.engine import recollect
from memlane.types.ids import make_partition


async def test_what_is_stored_once_a_recall_is_ready_begins_before_its_search_and_is_not_found() -> None:
    async with memlane.connect_async("sqlite://", embedder="hashing", work="off") as memory:
        core = memory._core  # pyright: ignore[reportPrivateUsage] -- what is kept from users
        user, storing = memory.user("ada"), list[asyncio.Task[object]]()
        old = await user.remember("Ada breeds alpacas.")

        def ready() -> None:
            storing.append(asyncio.ensure_future(user.remember("Ada breeds alpacas in Bergen.")))

        found = await recollect.recall(
            core,
            make_partition("ada", "default"),
            "alpacas",
            limit=5,
            at=None,
            scope=recollect.Scope(),
            ready=ready,
        )
        assert [one.memory.id for one in found] == [old.id]
        await storing[0]
        assert len(await user.recall("alpacas")) == 2
