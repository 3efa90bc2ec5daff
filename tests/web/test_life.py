"""A time to live runs out before one's eyes."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import expect
from visitor import Visitor

Visit = Callable[..., Awaitable[Visitor]]
SIX_SECONDS = "0.1"


async def test_a_conversation_that_is_given_six_seconds_counts_down_and_goes(visit: Visit) -> None:
    liv = await visit()
    await liv.open(user="liv")
    await liv.say("This is between you and me.")
    await set_life(liv, "All of it")
    badge = liv.page.get_by_text(re.compile(r"This conversation: 0:0\d"))
    await expect(badge).to_be_visible()
    await expect(badge).to_have_count(0)
    await expect(liv.page.locator("html")).not_to_contain_text("between you and me")


async def test_the_last_messages_alone_can_be_given_an_end(visit: Visit) -> None:
    liv = await visit()
    await liv.open(user="liv-last")
    await liv.say("My door is green.")
    await liv.say("The code is seven.")
    await set_life(liv, "Last messages")
    await expect(liv.page.get_by_text(re.compile(r"2 messages: 0:0\d"))).to_be_visible()
    await expect(liv.messages).to_have_count(2)
    await expect(liv.messages.first).to_contain_text("My door is green.")


async def set_life(liv: Visitor, what: str) -> None:
    await liv.click("Settings")
    await liv.page.get_by_role("radio", name=what).click()
    await liv.page.get_by_label("Minutes").fill(SIX_SECONDS)
    await liv.page.get_by_role("button", name="Set", exact=False).last.click()
    await expect(liv.page.get_by_test_id("stToast")).to_be_visible()
