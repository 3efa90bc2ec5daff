"""Conversations are taken along, brought back and erased, and the pages show what came of it."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import expect
from visitor import Visitor

Visit = Callable[..., Awaitable[Visitor]]


async def test_a_conversation_is_exported_and_imported_by_another_user(visit: Visit, tmp_path: Path) -> None:
    uma = await visit()
    await uma.open(user="uma")
    await uma.say("My grandmother was a pilot.")
    await uma.click("More")
    async with uma.page.expect_download() as coming:
        await uma.click("Export as JSON")
    path = tmp_path / (await coming.value).suggested_filename
    await (await coming.value).save_as(path)
    assert "My grandmother was a pilot." in json.dumps(json.loads(path.read_text()))
    await uma.close_popover()
    await uma.become("uma-two")
    await uma.click("Import a conversation")
    await uma.drawer.locator("input[type=file]").set_input_files(path)
    await expect(uma.drawer).to_contain_text(path.name[-9:])
    await uma.drawer.get_by_role("button", name="Import", exact=False).last.click()
    await expect(uma.page.get_by_test_id("stToast")).to_contain_text("2 new. The conversations stand in the list.")
    await expect(uma.drawer).to_have_count(0)
    await uma.page.locator(".st-key-chat-sessions").get_by_role("button").first.click()
    await expect(uma.messages.first).to_contain_text("My grandmother was a pilot.")


async def test_erasing_takes_the_typed_id_and_gives_a_receipt(visit: Visit, tmp_path: Path) -> None:
    ivo = await visit()
    await ivo.open(user="ivo-goes")
    await ivo.say("Nobody needs to know this.")
    await ivo.turn_to("Memory")
    await ivo.page.get_by_role("radio", name="Erase").click()
    erase = ivo.page.locator(".st-key-memory-erase").get_by_role("button")
    await expect(erase).to_be_disabled()
    await ivo.page.get_by_label("Type the user's id to confirm").fill("ivo-goes")
    await ivo.page.keyboard.press("Enter")
    await expect(erase).to_be_enabled()
    await erase.click()
    await expect(ivo.page.get_by_role("main")).to_contain_text("was erased")
    async with ivo.page.expect_download() as coming:
        await ivo.click("Receipt")
    path = tmp_path / "receipt.json"
    await (await coming.value).save_as(path)
    receipt = json.loads(path.read_text())
    assert receipt["user"] == "ivo-goes"
    await ivo.open(user="ivo-goes")
    await expect(ivo.messages).to_have_count(0)
    assert "Nobody needs to know" not in await ivo.text()
