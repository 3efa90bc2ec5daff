"""A turn keeps what is said before it asks, replies once, and stays consistent whatever breaks off."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from memlane.engine.client import AsyncMemlane
from memlane.engine.conversation import AsyncSession
from memlane.engine.core import Limits
from memlane.errors import (
    MalformedOutputError,
    ModelRateLimitError,
    ModelUnavailableError,
    SettingError,
    StoreUnavailableError,
    UsageError,
)
from memlane.protocols.chat_model import Completion, Prompt
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.scripted_model import ScriptedModel
from memlane.types.turn import Usage

Open = Callable[..., AsyncMemlane]


def session(open_one: Open, model: Any, backend: InMemoryBackend | None = None, **parts: Any) -> AsyncSession:
    memory = open_one(backend or InMemoryBackend(), model=model, **parts)
    return memory.user("luke").session("trip")


async def said(chat: AsyncSession) -> list[tuple[str, object]]:
    return [(message.role, message.content) for message in await chat.messages()]


async def test_a_turn_keeps_both_messages_and_returns_the_reply_with_its_usage(open_one: Open) -> None:
    usage = Usage(input_tokens=12, output_tokens=3, cached_tokens=8)
    model = ScriptedModel(Completion(text="Try the harbour.", usage=usage, model="big"))
    chat = session(open_one, model)
    reply = await chat.chat("Where to eat?")
    assert (reply.text, reply.usage) == ("Try the harbour.", usage)
    assert await said(chat) == [("user", "Where to eat?"), ("assistant", "Try the harbour.")]
    asked, answered = await chat.messages()
    assert answered == reply.message
    assert answered.turn is not None
    assert (answered.turn.answers, answered.turn.usage, answered.turn.stop) == (asked.id, usage, "end")
    assert await chat.unanswered() == []


async def test_a_model_is_sent_instructions_recent_messages_and_what_is_remembered(open_one: Open) -> None:
    model = ScriptedModel("Noted.", "Falafel.")
    memory = open_one(InMemoryBackend(), model=model)
    luke = memory.user("luke")
    await luke.session("before").add("user", "I am vegetarian and love falafel.")
    chat = luke.session("trip")
    await chat.instruct("Be brief.")
    await chat.chat("Hello!")
    reply = await chat.chat("Which falafel should a vegetarian eat?")
    prompt = model.prompts[-1]
    assert prompt.system == "Be brief."
    assert [message.content for message in prompt.messages] == [
        "Hello!",
        "Noted.",
        "Which falafel should a vegetarian eat?",
    ]
    assert "love falafel" in prompt.remembered
    assert [found.memory.text for found in reply.context.memories] == ["I am vegetarian and love falafel."]


async def test_what_is_recalled_is_in_no_message_and_is_not_remembered_again(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), model=ScriptedModel("Yes."))
    luke = memory.user("luke")
    await luke.session("before").add("user", "The ferry is white.")
    await luke.session("trip").chat("Which colour is the ferry?")
    texts = [found.text for found in await luke.memories()]
    assert sorted(texts) == ["The ferry is white.", "Which colour is the ferry?", "Yes."]


@pytest.mark.parametrize(
    "error", [ModelUnavailableError("down"), ModelRateLimitError("slow down", 3.0), MalformedOutputError("no")]
)
async def test_a_failed_turn_leaves_its_message_unanswered_and_is_not_doubled_when_tried_again(
    open_one: Open, error: Exception
) -> None:
    chat = session(open_one, ScriptedModel(error, "There."))
    with pytest.raises(type(error)):
        await chat.chat("Where is it?")
    assert [message.content for message in await chat.unanswered()] == ["Where is it?"]
    assert (await chat.chat("Where is it?")).text == "There."
    assert await said(chat) == [("user", "Where is it?"), ("assistant", "There.")]
    assert await chat.unanswered() == []


async def test_the_same_id_is_replied_to_once_and_its_reply_is_returned(open_one: Open) -> None:
    model = ScriptedModel("One.", "Two.")
    chat = session(open_one, model)
    first = await chat.chat("Well?", id="m1")
    again = await chat.chat("Well?", id="m1")
    assert (again.text, again.message.id) == (first.text, first.message.id)
    assert len(model.prompts) == 1
    assert len(await chat.messages()) == 2


async def test_an_id_that_another_message_has_is_refused(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel("One.", "Two."))
    await chat.chat("Well?", id="m1")
    with pytest.raises(UsageError):
        await chat.chat("Something else", id="m1")
    assert len(await chat.messages()) == 2


async def test_the_same_words_after_a_reply_are_a_new_turn(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel("One.", "Two."))
    await chat.chat("Go on")
    assert (await chat.chat("Go on")).text == "Two."
    assert len(await chat.messages()) == 4


async def test_an_empty_answer_is_malformed_and_nothing_is_kept_of_it(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel(Completion(text="  ")))
    with pytest.raises(MalformedOutputError):
        await chat.chat("Well?")
    assert await said(chat) == [("user", "Well?")]


async def test_two_turns_at_once_answer_each_its_own_message(open_one: Open) -> None:
    def echo(prompt: Prompt) -> str:
        return f"echo {prompt.messages[-1].content}"

    chat = session(open_one, ScriptedModel(echo))
    replies = await asyncio.gather(*(chat.chat(f"turn {n}") for n in range(8)))
    assert [reply.text for reply in replies] == [f"echo turn {n}" for n in range(8)]
    messages = await chat.messages()
    asked = {message.id: message.content for message in messages if message.role == "user"}
    for message in messages:
        if message.turn and message.turn.answers:
            assert message.content == f"echo {asked[message.turn.answers]}"
    assert len(messages) == 16
    assert await chat.unanswered() == []


async def test_two_turns_with_the_same_words_at_once_are_two_turns(open_one: Open) -> None:
    release = asyncio.Event()
    begun: list[str] = []

    class Slow(ScriptedModel):
        async def complete(self, prompt: Prompt) -> Completion:
            begun.append(str(prompt.messages[-1].content))
            await release.wait()
            return Completion(text=f"reply {len(prompt.messages)}")

    chat = session(open_one, Slow())
    first = asyncio.create_task(chat.chat("yes"))
    while not begun:
        await asyncio.sleep(0)
    second = asyncio.create_task(chat.chat("yes"))
    while len(begun) < 2:
        await asyncio.sleep(0)
    release.set()
    await asyncio.gather(first, second)
    assert [role for role, _ in await said(chat)] == ["user", "user", "assistant", "assistant"]


async def test_a_stream_gives_the_reply_in_pieces_and_keeps_it_whole(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel("one two three"))
    stream = chat.stream("Count")
    assert stream.reply is None
    pieces = [piece async for piece in stream]
    assert "".join(pieces) == "one two three"
    assert len(pieces) > 1
    assert stream.reply is not None
    assert stream.reply.message == (await chat.messages())[-1]


async def test_a_stream_that_is_closed_early_is_kept_as_cut_and_replied_to_anew(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel("one two three", "four five"))
    async with chat.stream("Count") as stream:
        first = await anext(stream)
    cut = (await chat.messages())[-1]
    assert cut.content == first
    assert cut.turn is not None
    assert cut.turn.stop == "cut"
    assert [message.content for message in await chat.unanswered()] == ["Count"]
    reply = await chat.chat("Count", id=cut.turn.answers)
    assert reply.text == "four five"
    assert await said(chat) == [("user", "Count"), ("assistant", first), ("assistant", "four five")]
    context = await chat.context(recall=0)
    assert [message.content for message in context.messages] == ["Count", "four five"]


async def test_a_stream_that_breaks_off_is_kept_as_cut(open_one: Open) -> None:
    class Breaking(ScriptedModel):
        async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
            yield "half of "
            raise ModelUnavailableError("broke off")

    chat = session(open_one, Breaking())
    with pytest.raises(ModelUnavailableError):
        _ = [piece async for piece in chat.stream("Tell me")]
    assert await said(chat) == [("user", "Tell me"), ("assistant", "half of ")]
    assert len(await chat.unanswered()) == 1


async def test_a_stream_whose_end_never_comes_is_cut(open_one: Open) -> None:
    class Endless(ScriptedModel):
        async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
            yield "no end"

    chat = session(open_one, Endless())
    with pytest.raises(ModelUnavailableError):
        _ = [piece async for piece in chat.stream("Tell me")]
    assert (await chat.messages())[-1].content == "no end"


async def test_a_stream_that_breaks_off_before_its_first_piece_leaves_the_question_only(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel(ModelUnavailableError("down")))
    with pytest.raises(ModelUnavailableError):
        _ = [piece async for piece in chat.stream("Tell me")]
    assert await said(chat) == [("user", "Tell me")]


async def test_a_cancelled_stream_is_kept_as_cut(open_one: Open) -> None:
    reached = asyncio.Event()

    class Hanging(ScriptedModel):
        async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
            yield "so far"
            reached.set()
            await asyncio.Event().wait()

    chat = session(open_one, Hanging())

    async def listen() -> None:
        async for _ in chat.stream("Tell me"):
            pass

    listening = asyncio.create_task(listen())
    await reached.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert (await chat.messages())[-1].content == "so far"


async def test_a_reply_that_cannot_be_kept_is_an_error_and_the_turn_can_be_made_again(
    open_one: Open, failing: Callable[[Any], Any]
) -> None:
    backend = InMemoryBackend()
    sessions = failing(backend.sessions())
    chat = session(open_one, ScriptedModel("One.", "Two."), backend, sessions=sessions)
    await chat.add("user", "Before")
    sessions.after["append"] = 0
    message = await chat.add("user", "Well?")
    sessions.before["append"] = 1
    with pytest.raises(StoreUnavailableError):
        await chat.chat(None)
    assert (await chat.chat(None)).message.turn.answers == message.id  # pyright: ignore[reportOptionalMemberAccess] -- a reply has one


async def test_results_of_tools_are_replied_to_without_new_words(open_one: Open) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    model = ScriptedModel(Completion(text="", tool_calls=[call], stop="tool_calls"), "It rains.")
    chat = session(open_one, model)
    asked = await chat.chat("Weather?", tools=tools)
    assert asked.tool_calls == [call]
    await chat.add_many([{"role": "tool", "content": "rain", "tool_call_id": "c1"}])
    assert (await chat.chat(None, tools=tools)).text == "It rains."
    assert model.prompts[-1].tools == tools
    assert [message.role for message in model.prompts[-1].messages] == ["user", "assistant", "tool"]


async def test_without_a_model_the_reply_quotes_memory_and_is_not_remembered(open_one: Open) -> None:
    memory = open_one(InMemoryBackend())
    luke = memory.user("luke")
    await luke.session("before").add("user", "The night ferry leaves at eight.")
    chat = luke.session("trip")
    reply = await chat.chat("When does the night ferry leave?")
    assert "The night ferry leaves at eight." in reply.text
    assert reply.context.memories[0].memory.text == "The night ferry leaves at eight."
    assert [message.role for message in await chat.messages()] == ["user", "assistant"]
    assert {found.role for found in await luke.memories()} == {"user"}
    assert "".join([piece async for piece in chat.stream("Thanks")])


async def test_a_turn_may_name_its_own_model(open_one: Open) -> None:
    other = ScriptedModel("From the other.")
    chat = session(open_one, ScriptedModel())
    assert (await chat.chat("Well?", model=other)).text == "From the other."
    with pytest.raises(SettingError):
        await chat.chat("Well?", model=object())  # pyright: ignore[reportArgumentType] -- the point


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}),
        ("x", {"max_tokens": 0}),
        ("x", {"recall": -1}),
        ("x", {"temperature": 3}),
        ("x", {"tools": "none"}),
        ("x", {"nonsense": 1}),
        ("x", {"max_output_tokens": True}),
        (7, {}),
    ],
)
async def test_a_turn_that_is_not_allowed_writes_nothing(open_one: Open, text: Any, options: dict[str, Any]) -> None:
    chat = session(open_one, ScriptedModel("Never."))
    with pytest.raises(UsageError):
        await chat.chat(text, **options)
    assert await chat.messages() == []


async def test_there_must_be_something_to_reply_to(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel("Hello."))
    with pytest.raises(UsageError):
        await chat.chat(None)
    await chat.chat("Hi")
    with pytest.raises(UsageError):
        await chat.chat(None)


async def test_marks_of_turns_survive_export_and_restore(open_one: Open, tmp_path: Any) -> None:
    memory = open_one(InMemoryBackend(), model=ScriptedModel("One."))
    luke = memory.user("luke")
    await luke.session("trip").chat("Well?")
    await luke.export(tmp_path / "luke.jsonl")
    copy = open_one(InMemoryBackend()).user("copy")
    await copy.restore(tmp_path / "luke.jsonl")
    restored, original = await copy.session("trip").messages(), await luke.session("trip").messages()
    assert restored == original
    assert await copy.session("trip").unanswered() == []


async def test_a_provider_that_counts_prompts_is_asked_and_others_are_estimated(open_one: Open) -> None:
    class Counting(ScriptedModel):
        async def count_prompt(self, prompt: Prompt) -> int:
            return 100 + len(prompt.messages)

    chat = session(open_one, Counting("Hello."))
    reply = await chat.chat("Hi")
    counted = await chat.count_tokens(reply.context)
    assert (counted.tokens, counted.counter, counted.exact) == (101, "scripted:model", True)
    estimated = await chat.count_tokens(reply.context, model=ScriptedModel())
    assert (estimated.tokens, estimated.exact) == (reply.context.tokens, False)


async def test_a_context_never_passes_what_the_model_takes(open_one: Open) -> None:
    chat = session(open_one, ScriptedModel(lambda _: "word " * 50, context_tokens=1_200))
    for number in range(20):
        reply = await chat.chat(f"{number} " + "word " * 60, max_output_tokens=200)
        assert reply.context.tokens <= 1_000
    assert len(reply.context.messages) < 40


async def test_the_size_of_a_context_can_be_given(open_one: Open) -> None:
    model = ScriptedModel(lambda _: "word " * 50, context_tokens=100_000)
    chat = session(open_one, model, limits=Limits(context_tokens=900))
    for number in range(20):
        reply = await chat.chat(f"{number} " + "word " * 60)
        assert reply.context.tokens <= 900
