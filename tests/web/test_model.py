"""With a model: what it is sent follows the settings, a reply can be stopped, and a question asked anew."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from visitor import Visitor

from memlane.testing.model_server import Answer, Asked, ModelServer
from memlane.testing.services.web_app import WebProcess, web_process

Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with ModelServer(model="small", key=None) as served:
        yield served


@pytest.fixture(scope="module")
def site(model: ModelServer) -> Iterator[WebProcess]:
    """`memlane up` with a model, instead of the one without."""
    settings = {"MEMLANE_MODEL__NAME": f"openai+{model.base_url}#small"}
    with web_process("up", "--port", "0", "--no-browser", **settings) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def max_(visit: Visit) -> AsyncIterator[Visitor]:
    visitor = await visit(height=1_800)  # the settings are long, and stay above what is said
    await visitor.open()
    await visitor.begin_as("max")
    yield visitor


async def test_a_preset_is_what_the_model_is_told_from_the_next_message_on(max_: Visitor, model: ModelServer) -> None:
    await max_.say("Hello there.")
    assert "lighthouse" not in asked_last(model).system
    await choose(max_, "Cheerful")
    await max_.say("Who are you?")
    assert "keeper of a small lighthouse" in asked_last(model).system
    await choose(max_, "Very brief")
    await max_.say("And now?")
    assert "lighthouse" not in asked_last(model).system
    assert "one or two short sentences" in asked_last(model).system


async def test_stop_keeps_what_had_come(max_: Visitor, model: ModelServer) -> None:
    model.script.will(Answer(text=" ".join(f"word{number}" for number in range(400)), pause_s=0.2))
    await max_.input.fill("Tell me a long story.")
    await max_.input.press("Enter")
    await expect(max_.messages.last).to_contain_text("word1")
    await max_.click("Stop")
    await expect(max_.input).to_be_editable()
    await expect(max_.page.get_by_role("main")).to_contain_text("what had come is kept")
    await max_.page.reload()
    await expect(max_.messages.last).to_contain_text("word1")
    await expect(max_.messages.last).not_to_contain_text("word399")


async def test_a_message_is_said_anew_in_a_conversation_of_its_own(max_: Visitor, model: ModelServer) -> None:
    await max_.say("My favourite colour is green.")
    before = max_.place("session")
    await max_.say("Tell me about violets.")
    await max_.messages.nth(2).get_by_role("button").first.click()
    await max_.drawer.get_by_role("textbox").fill("Tell me about ferns.")
    await max_.click("Send in a new conversation", max_.drawer)
    await expect(max_.messages.last).to_contain_text(re.compile(r"You said: .*Tell me about ferns\.", re.DOTALL))
    await expect(max_.messages).to_have_count(4)
    await expect(max_.messages.nth(2)).not_to_contain_text("violets")
    assert max_.place("session") != before
    said = [message["content"] for message in asked_last(model).messages]
    assert any("favourite colour is green" in text for text in said)
    await max_.open(user="max", session=before or "")
    await expect(max_.messages).to_have_count(4)
    await expect(max_.page.get_by_role("main")).to_contain_text("violets")


def asked_last(model: ModelServer) -> Asked:
    """Return the last request for a reply; background work asks without a stream."""
    return next(asked for asked in reversed(model.asked) if asked.streams)


async def choose(visitor: Visitor, preset: str) -> None:
    await visitor.click("Settings")
    await visitor.page.get_by_role("radio", name=preset).click()
    await expect(visitor.page.get_by_test_id("stToast").first).to_contain_text("Instructions saved")
    await visitor.close_popover()
    await expect(visitor.page.get_by_test_id("stToast")).to_have_count(0)
