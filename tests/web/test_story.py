"""A newcomer is remembered from one conversation in another, sees why, and changes what is remembered."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import expect
from visitor import Visitor

Visit = Callable[..., Awaitable[Visitor]]


async def test_what_is_told_in_one_conversation_is_recalled_in_another_and_can_be_changed(visit: Visit) -> None:
    ada = await visit()
    await ada.open()
    await ada.begin_as("ada")
    await ada.say("I live in Bergen. My cat is called Pim.")
    await ada.click("New conversation")
    await expect(ada.messages).to_have_count(0)
    await ada.say("What is my cat called?")
    await expect(ada.messages.last).to_contain_text("Pim")
    await see_why(ada)
    await open_its_source(ada)
    await write_it_down(ada)
    await change_the_fact(ada)


async def see_why(ada: Visitor) -> None:
    await ada.messages.last.get_by_text(re.compile(r"Remembered \d")).click()
    await expect(ada.messages.last).to_contain_text("Why these")
    await expect(ada.messages.last).to_contain_text(re.compile(r"score \d\.\d\d"))
    await expect(ada.messages.last).to_contain_text("The context:")


async def open_its_source(ada: Visitor) -> None:
    await ada.click("In Memory", ada.messages.last)
    await expect(ada.drawer).to_contain_text("My cat is called Pim.")
    await ada.click("Open the message", ada.drawer)
    marked = ada.messages.filter(has_text="You came from here")
    await expect(marked).to_have_count(1)
    await expect(marked).to_contain_text("My cat is called Pim.")


async def write_it_down(ada: Visitor) -> None:
    await ada.click("More")
    await ada.click("Remember now")
    await expect(ada.page.get_by_test_id("stToast")).to_contain_text("written")
    await ada.close_popover()
    await ada.turn_to("Memory")
    await ada.page.get_by_role("button", name=re.compile(r"^fact\s")).click()


async def change_the_fact(ada: Visitor) -> None:
    await ada.page.get_by_role("button", name="Lives in Bergen").click()
    await expect(ada.drawer).to_contain_text("Where it comes from")
    await correct(ada, "Lives in Oslo", "Oslo")
    await ada.click("Undo", ada.drawer)
    await expect(ada.drawer.get_by_test_id("stText").first).to_contain_text("Bergen")
    await ada.click("Pin", ada.drawer)
    await expect(ada.drawer).to_contain_text("pinned")
    await ada.click("Forget", ada.drawer)
    await ada.click("Forget it")
    await expect(ada.drawer).to_have_count(0)
    await expect(ada.page.get_by_role("button", name="Lives in Bergen")).to_have_count(0)


async def correct(ada: Visitor, text: str, value: str) -> None:
    await ada.click("Correct", ada.drawer)
    await ada.page.get_by_label("What it shall say").fill(text)
    await ada.page.get_by_label("Value", exact=True).fill(value)
    await ada.click("Save")
    await expect(ada.drawer.get_by_test_id("stText").first).to_contain_text(text)
