"""The address keeps the place: a reload shows the same again, on every page."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, expect
from visitor import Visitor

Visit = Callable[..., Awaitable[Visitor]]


@pytest.mark.parametrize(
    ("page", "part", "seen"),
    [
        ("Memory", "Profile", "As a model reads it"),
        ("Memory", "Erase", "Take a copy first"),
        ("Episodes and graph", "Flow", "Conversation"),
        ("Usage", "Saved", "Conversation"),
        ("Usage", "Due work", "work"),
        ("Operations", None, "Demonstration"),
    ],
)
async def test_a_reload_keeps_page_and_part(visit: Visit, page: str, part: str | None, seen: str) -> None:
    noa = await visit()
    await noa.open(user="noa")
    if not await noa.messages.count():
        await noa.say("I live in Aarhus.")
    await noa.turn_to(page)
    if part is not None:
        await noa.page.get_by_role("radio", name=part).click()
        await noa.page.wait_for_url(lambda url: "part=" in url)
    await expect_again(noa, noa.page.get_by_role("main").get_by_text(seen).first)
    if part is not None:
        await expect(noa.page.get_by_role("radio", name=part)).to_be_checked()


async def test_a_reload_keeps_conversation_open_memory_and_question(visit: Visit) -> None:
    noa = await visit()
    await noa.open(user="noa-2")
    await noa.say("My boat is called Tern.")
    await expect_again(noa, noa.messages.filter(has_text="Tern").first)
    await noa.turn_to("Memory")
    await noa.page.get_by_role("button", name="My boat is called Tern.").click()
    await expect_again(noa, noa.drawer.filter(has_text="Tern"))
    await noa.page.keyboard.press("Escape")
    await noa.page.get_by_role("radio", name="Recall").click()
    await noa.page.get_by_label("Question").fill("What is my boat called?")
    await noa.page.keyboard.press("Enter")
    await expect_again(noa, noa.page.get_by_role("main").get_by_text("0.", exact=False).first)
    await expect(noa.page.get_by_label("Question")).to_have_value("What is my boat called?")


async def test_chat_may_be_typed_like_the_other_pages(visit: Visit) -> None:
    noa = await visit()
    await noa.open(user="noa-3")
    await noa.say("I typed this.")
    await noa.open("chat", user="noa-3", session=noa.place("session") or "")
    await expect(noa.messages.first).to_contain_text("I typed this.")
    await expect(noa.drawer).to_have_count(0)


async def expect_again(noa: Visitor, seen: Locator) -> None:
    """See something, reload, and see it again at the same address."""
    await expect(seen).to_be_visible()
    await noa.settle()
    address = noa.page.url
    await noa.page.reload()
    await expect(seen).to_be_visible()
    await noa.settle()
    assert noa.page.url == address
