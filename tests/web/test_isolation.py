"""Switching users shows nothing of the other: neither in the document nor in what the server sent for it."""

from collections.abc import Awaitable, Callable, Sequence

from playwright.async_api import expect
from visitor import Visitor

Visit = Callable[..., Awaitable[Visitor]]
SISTER = "Zanzibarin"
PARTS = (
    ("Memory", ("Memories", "Profile", "Recall", "Prune", "Erase")),
    ("Episodes and graph", ("Time line", "Graph", "Flow")),
    ("Usage", ("Over time", "Saved")),
)
OPERATORS_PARTS = (("Usage", ("Due work",)), ("Operations", ()))


async def test_switching_users_shows_nothing_of_the_other(visit: Visit) -> None:
    seat = await visit()
    await seat.open()
    await seat.begin_as("bob-before")
    await seat.say(f"My sister {SISTER} lives in Turin.")
    await seat.click("More")
    await seat.click("Remember now")
    await seat.close_popover()
    await look_everywhere(seat)
    await look_everywhere(seat, OPERATORS_PARTS)
    session = seat.place("session")
    assert session
    assert await tells(seat, SISTER)

    await seat.become("eve-after")
    await seat.settle()
    seat.received.clear()
    await seat.say("I live in Oslo. What is my sister called?")
    await look_everywhere(seat)
    assert not await tells(seat, session)
    await look_everywhere(seat, OPERATORS_PARTS)
    assert not await tells(seat, SISTER)


async def test_going_back_after_a_switch_shows_whose_memory_the_address_names(visit: Visit) -> None:
    seat = await visit()
    await seat.open(user="bob-back")
    await seat.say("I keep bees.")
    await seat.become("eve-back")
    await expect(seat.messages).to_have_count(0)
    await seat.page.go_back()
    await expect(seat.messages.first).to_contain_text("I keep bees.")
    seat.received.clear()
    await seat.page.go_forward()
    await expect(seat.messages).to_have_count(0)
    await seat.say("I keep hens.")
    await look_everywhere(seat)
    assert not await tells(seat, "I keep bees.")


async def look_everywhere(seat: Visitor, pages: Sequence[tuple[str, tuple[str, ...]]] = PARTS) -> None:
    """See all parts of these pages; the operator's name conversations of all users, and nothing that was said."""
    for page, parts in pages:
        await seat.turn_to(page)
        for part in parts:
            await seat.page.get_by_role("main").get_by_role("radio", name=part).click()
            await seat.settle()
    await seat.turn_to("Chat")


async def tells(seat: Visitor, what: str) -> bool:
    return what in await seat.text() or any(what.encode() in frame for frame in seat.received)
