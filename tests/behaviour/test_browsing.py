"""Memories page by page, how many there are of what, and when they were made, on every pair of stores."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memlane import AsyncMemlane, AsyncUser, MemoryCount, WorkPlan
from memlane.errors import UsageError
from memlane.testing.fakes import FakeClock

BEGAN = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def memory(connect: Callable[..., Any]) -> AsyncMemlane:
    return await connect(work=WorkPlan(in_process=False))


@pytest.fixture
async def luke(memory: AsyncMemlane) -> AsyncUser:
    """A user who said ten things in each of two sessions, an hour apart, and of whom two more things are known."""
    user = memory.user("luke")
    for number, session in enumerate(("oslo", "rome")):
        said = [
            {
                "role": "user",
                "content": f"Straße {session} {hour}",
                "id": str(hour),
                "created_at": BEGAN + timedelta(days=number, hours=hour),
            }
            for hour in range(10)
        ]
        await user.session(session).add_many(said)
    await user.remember("Has a dog", id="dog")
    await user.remember("Prefers window seats", id="seat", kind="preference")
    return user


async def walk(user: AsyncUser, **asked: Any) -> list[str]:
    found, after = list[str](), None
    while True:
        page = await user.browse(after=after, **asked)
        found += [memory.text for memory in page.memories]
        after = page.next
        if after is None:
            assert len(found) == page.total
            return found


async def test_pages_give_everything_once_the_newest_first(luke: AsyncUser) -> None:
    whole = [memory.text for memory in reversed(await luke.memories())]
    for limit in (1, 3, 11, 22, 50):
        assert await walk(luke, limit=limit) == whole
    page = await luke.browse(limit=5)
    assert (page.total, page.by_kind) == (22, {"fact": 1, "message": 20, "preference": 1})


async def test_what_is_added_meanwhile_moves_no_page(luke: AsyncUser, clock: FakeClock) -> None:
    first = await luke.browse(limit=8)
    clock.advance(timedelta(hours=1))
    await luke.remember("Has a cat")
    await luke.forget(first.memories[-1].id)
    second = await luke.browse(limit=8, after=first.next)
    assert [memory.id for memory in second.memories] == [memory.id for memory in (await luke.memories())[-9:-17:-1]]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"kinds": ["fact", "preference"]}, 2),
        ({"kinds": []}, 0),
        ({"sessions": {"rome"}}, 10),
        ({"sessions": ()}, 0),
        ({"containing": "STRASSE O"}, 10),
        ({"containing": "o"}, 22),
        ({"containing": "no such words"}, 0),
        ({"containing": ""}, 22),
        ({"since": BEGAN + timedelta(days=1, hours=8)}, 4),
        ({"until": BEGAN + timedelta(hours=2)}, 2),
        ({"since": BEGAN + timedelta(hours=2), "until": BEGAN + timedelta(hours=4), "sessions": ["oslo"]}, 2),
        ({"pinned": False}, 22),
        ({"pinned": True}, 0),
        ({"current": True}, 22),
        ({"current": False}, 0),
    ],
    ids=str,
)
async def test_only_what_is_asked_for_is_given(luke: AsyncUser, asked: dict[str, Any], count: int) -> None:
    assert len(await walk(luke, limit=7, **asked)) == count


async def test_kinds_are_counted_whatever_kinds_are_asked_for(luke: AsyncUser) -> None:
    page = await luke.browse(kinds=["fact"], containing="s")
    assert (page.total, page.by_kind) == (1, {"fact": 1, "message": 20, "preference": 1})


async def test_what_is_pinned_or_no_longer_holds_can_be_asked_for(memory: AsyncMemlane, clock: FakeClock) -> None:
    luke = memory.user("luke")
    await luke.session("a").add("user", "I live in Oslo.")
    await memory.run_due()
    clock.advance(timedelta(days=9))
    await luke.session("a").add("user", "I moved to Bergen.")
    await memory.run_due()
    bergen = (await luke.browse(kinds=["fact"], current=True)).memories
    oslo = (await luke.browse(kinds=["fact"], current=False)).memories
    assert ([fact.value for fact in bergen], [fact.value for fact in oslo]) == (["Bergen"], ["Oslo"])
    await luke.pin(bergen[0].id)
    assert [memory.value for memory in (await luke.browse(pinned=True)).memories] == ["Bergen"]


async def test_another_user_s_memories_are_on_no_page(luke: AsyncUser, memory: AsyncMemlane) -> None:
    anna = memory.user("anna")
    await anna.remember("Has a horse")
    page = await anna.browse(after=(await luke.browse(limit=1)).next)
    assert {memory.text for memory in page.memories} <= {"Has a horse"}
    assert (await anna.browse()).total == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"after": "no cursor"},
        {"after": ""},
        {"after": "WyIyMDI2LTAzLTAxVDEyOjAwOjAwIiwiYSJd"},
        {"after": "W10"},
        {"limit": 0},
        {"limit": 10_001},
        {"kinds": "fact"},
        {"sessions": "oslo"},
        {"since": datetime(2026, 3, 1)},
        {"containing": "\ud800"},
        {"unheard_of": 1},
    ],
    ids=str,
)
async def test_what_cannot_be_meant_is_refused(luke: AsyncUser, asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        await luke.browse(**asked)


async def test_growth_says_how_many_were_made_when(luke: AsyncUser) -> None:
    days = await luke.growth(until=BEGAN + timedelta(days=2))
    assert days[:2] == [
        MemoryCount(at=BEGAN.replace(hour=0), kind="message", count=10),
        MemoryCount(at=BEGAN.replace(hour=0) + timedelta(days=1), kind="message", count=10),
    ]
    hours = await luke.growth(step="hour", since=BEGAN, until=BEGAN + timedelta(hours=3))
    assert hours == [MemoryCount(at=BEGAN + timedelta(hours=hour), kind="message", count=1) for hour in range(3)]
    assert sum(point.count for point in await luke.growth()) == 22
    with pytest.raises(UsageError):
        await luke.growth(step="week")  # pyright: ignore[reportArgumentType] -- what is refused
