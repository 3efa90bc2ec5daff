"""What a turn leaves when a stream breaks, a connection closes, or the user is erased in the midst of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from memlane.engine.client import AsyncMemlane
from memlane.engine.conversation import AsyncSession
from memlane.engine.core import Limits
from memlane.errors import ModelRefusedError, ModelUnavailableError, SettingError, TooLargeError
from memlane.protocols.chat_model import Completion, Prompt
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.scripted_model import ScriptedModel

Open = Callable[..., AsyncMemlane]


def session(open_one: Open, model: Any, backend: InMemoryBackend | None = None, **parts: Any) -> AsyncSession:
    return open_one(backend or InMemoryBackend(), model=model, **parts).user("luke").session("trip")


async def said(chat: AsyncSession) -> list[tuple[str, object]]:
    return [(message.role, message.content) for message in await chat.messages()]


async def broken(prompt: Prompt) -> AsyncIterator[str]:
    yield "half"
    raise ModelUnavailableError("broke off")


async def test_the_same_words_after_a_stream_that_broke_are_the_same_turn(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel(broken, broken, "Whole."))
    for _ in range(2):
        with pytest.raises(ModelUnavailableError):
            _ = [piece async for piece in chat.stream("Tell me")]
    assert (await chat.chat("Tell me")).text == "Whole."
    roles = [role for role, _ in await said(chat)]
    assert roles == ["user", "assistant", "assistant", "assistant"]
    assert await chat.unanswered() == []
    assert [message.content for message in (await chat.context(recall=0)).messages] == ["Tell me", "Whole."]


async def test_a_reply_to_tools_that_broke_can_be_asked_for_again(open_one: Open) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    model = ScriptedModel(Completion(text="", tool_calls=[call], stop="tool_calls"), broken, "Done.")
    chat = session(open_one, model)
    await chat.chat("Go")
    await chat.add_many([{"role": "tool", "content": "ok", "tool_call_id": "c1"}])
    with pytest.raises(ModelUnavailableError):
        _ = [piece async for piece in chat.stream(None)]
    assert (await chat.chat(None)).text == "Done."


async def test_closing_the_connection_keeps_what_a_stream_had_said(open_one: Open) -> None:
    backend = InMemoryBackend()
    memory = open_one(backend, model=ScriptedModel("one two three"))
    stream = memory.user("luke").session("trip").stream("Count")
    first = await anext(stream)
    await memory.aclose()
    await stream.aclose()
    again = open_one(backend).user("luke").session("trip")
    assert await said(again) == [("user", "Count"), ("assistant", first)]


async def test_an_erased_user_gets_no_reply_of_a_turn_in_progress(open_one: Open) -> None:
    async def erasing(_: Prompt) -> str:
        await memory.user("luke").erase()
        return "You live in Oslo."

    memory = open_one(InMemoryBackend(), model=ScriptedModel(erasing))
    reply = await memory.user("luke").session("trip").chat("I live in Oslo.")
    assert (reply.text, reply.message.position) == ("You live in Oslo.", 0)
    assert await memory.user("luke").session("trip").messages() == []
    assert await memory.user("luke").memories() == []


async def test_two_turns_with_the_same_words_are_two_however_long_recall_takes(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel(lambda _: "ok"))
    await asyncio.gather(*(chat.chat("yes") for _ in range(4)))
    assert [role for role, _ in await said(chat)].count("user") == 4


async def test_an_answer_that_is_too_large_is_kept_as_cut(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel("word " * 1_000), limits=Limits(message_bytes=2_000))
    with pytest.raises(TooLargeError):
        await chat.chat("Well?")
    kept = (await chat.messages())[-1]
    assert kept.turn is not None
    assert (kept.turn.stop, str(kept.content)[:9]) == ("cut", "word word")


async def test_halves_of_a_character_are_joined_or_replaced(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel("\ud83d\ude00 and \ud83d"))
    assert (await chat.chat("Smile")).text == "\U0001f600 and \ufffd"


async def test_a_refusal_without_words_is_a_refusal(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel(Completion(text="", stop="refused")))
    with pytest.raises(ModelRefusedError):
        await chat.chat("Well?")


async def test_a_turn_made_again_after_its_message_left_the_window_sees_what_it_saw(open_one: Open) -> None:
    model = ScriptedModel(ModelUnavailableError("down"), lambda _: "ok")
    memory = open_one(InMemoryBackend(), model=model)
    chat = memory.user("luke").session("trip")
    with pytest.raises(ModelUnavailableError):
        await chat.chat("Old question?", id="old")
    await chat.add_many([{"role": "user", "content": f"line {n}"} for n in range(150)])
    model.will(lambda _: '{"facts": []}')
    await chat.chat("Old question?", id="old")
    assert [message.content for message in model.prompts[-1].messages] == ["Old question?"]


def test_what_is_no_model_is_refused_at_once(open_one: Open) -> None:
    for wrong in (object(), 5, "text"):
        with pytest.raises(SettingError):
            open_one(InMemoryBackend(), model=wrong)
