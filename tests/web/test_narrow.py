"""On a phone nothing is wider than the window; at a keyboard nothing needs a mouse."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect
from visitor import PHONE, Visitor

Visit = Callable[..., Awaitable[Visitor]]


@pytest.mark.parametrize("path", ["", "memory", "episodes", "usage", "operations"])
async def test_no_page_is_wider_than_a_phone(visit: Visit, path: str) -> None:
    pia = await visit(width=PHONE, height=844)
    await pia.open(user="pia")
    if not await pia.messages.count():
        await pia.say(f"I collect maps of {'verylongislandnames' * 12} and of the moon.")
    await pia.open(path, user="pia")
    await expect(pia.page.get_by_role("main")).to_be_visible()
    assert await pia.width() <= PHONE
    assert await pia.too_wide(PHONE) == []


async def test_tab_reaches_the_input_and_enter_sends(visit: Visit) -> None:
    kim = await visit()
    await kim.open(user="kim")
    for _ in range(40):
        await kim.page.keyboard.press("Tab")
        if await kim.input.evaluate("found => found === document.activeElement"):
            break
    await kim.page.keyboard.type("I only have a keyboard.")
    await kim.page.keyboard.press("Enter")
    await expect(kim.messages).to_have_count(2)
    await expect(kim.messages.first).to_contain_text("I only have a keyboard.")
