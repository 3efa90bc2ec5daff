"""What a connection, a session and a reply tell of themselves, on every pair of stores."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from memlane import AsyncMemlane, Message, ModelNames, WorkPlan
from memlane.errors import ModelUnavailableError, UsageError
from memlane.testing.fakes import FakeClock
from memlane.testing.model_server import ModelServer
from memlane.testing.scripted_model import ScriptedModel
from memlane.types.turn import Sent

PLAN = WorkPlan(in_process=False)
PARTS = {"ok", "warning", "fault"}


@pytest.fixture
async def memory(connect: Callable[..., Any]) -> AsyncMemlane:
    return await connect(work=PLAN)


def sent_with(message: Message) -> Sent:
    assert message.turn is not None
    assert message.turn.sent is not None
    return message.turn.sent


async def test_a_reply_says_what_it_was_made_from(connect: Callable[..., Any], tmp_path: Any) -> None:
    memory = await connect(work=PLAN, model=ScriptedModel("Try falafel."))
    luke = memory.user("luke")
    await luke.session("before").add("user", "I am vegetarian and love falafel.")
    chat = luke.session("trip")
    await chat.instruct("Be brief.")
    reply = await chat.chat("Which falafel should a vegetarian eat?", max_tokens=500)
    sent, context = sent_with((await chat.messages())[-1]), reply.context
    assert (sent.tokens, sent.max_tokens) == (context.tokens, 500)
    assert [(part.name, part.count, part.tokens) for part in sent.parts] == [
        (part.name, part.count, part.tokens) for part in context.parts
    ]
    assert sum(part.tokens for part in sent.parts) == sent.tokens
    assert [shown.id for shown in sent.recalled] == [found.memory.id for found in context.memories] != []
    shown, found = sent.recalled[0], context.memories[0]
    assert shown.score == pytest.approx(found.score, abs=1e-4)
    assert shown.why == pytest.approx(found.why, abs=1e-4)
    assert (await luke.memory(shown.id)) is not None
    assert sent_with(reply.message) == sent
    await luke.export(tmp_path / "luke.jsonl")
    copy = memory.user("copy")
    await copy.restore(tmp_path / "luke.jsonl")
    assert await copy.session("trip").messages() == await chat.messages()


async def test_a_reply_that_was_cut_says_it_too(connect: Callable[..., Any]) -> None:
    async def breaking(prompt: Any) -> Any:
        yield "Try "
        raise ModelUnavailableError("down")

    chat = (await connect(work=PLAN, model=ScriptedModel(breaking))).user("luke").session("trip")
    with pytest.raises(ModelUnavailableError):
        async for _ in chat.stream("What to eat?"):
            pass
    (message,) = (await chat.messages())[1:]
    assert sent_with(message).tokens > 0


async def test_without_a_model_the_memories_quoted_are_told(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.session("before").add("user", "My sister Ada breeds alpacas in Bergen.")
    chat = luke.session("trip")
    reply = await chat.chat("Who breeds alpacas?")
    assert "alpacas in Bergen" in reply.text
    (shown,) = sent_with((await chat.messages())[-1]).recalled
    found = await luke.memory(shown.id)
    assert found is not None
    assert found.text == "My sister Ada breeds alpacas in Bergen."
    await luke.forget(shown.id)
    assert await luke.memory(shown.id) is None
    assert sent_with((await chat.messages())[-1]).recalled == [shown]


async def test_what_was_sent_is_left_out_before_a_reply_would_be_too_large(connect: Callable[..., Any]) -> None:
    model = ScriptedModel("ok")
    chat = (await connect(work=PLAN, model=model, max_message_bytes=400)).user("luke").session("trip")
    await chat.instruct("Be brief.")
    await chat.chat("Hello")
    (asked, reply) = await chat.messages()
    assert (asked.content, reply.content) == ("Hello", "ok")
    assert reply.turn is not None
    assert reply.turn.sent is None


async def test_a_session_tells_how_long_it_and_its_messages_live(memory: AsyncMemlane, clock: FakeClock) -> None:
    chat = memory.user("luke").session("trip")
    assert await chat.info() is None
    for number in range(5):
        await chat.add("user", f"message {number}")
    whole = await chat.info()
    assert whole is not None
    assert (whole.id, whole.messages, whole.ttl, whole.expires_at) == ("trip", 5, None, None)
    assert (whole.expiring, whole.expiring_at) == (0, None)
    assert whole.created_at <= whole.updated_at
    await chat.expire(timedelta(hours=2))
    await chat.expire(timedelta(minutes=10), last=2)
    timed = await chat.info()
    assert timed is not None
    assert timed.ttl == timedelta(hours=2)
    assert timed.expires_at == timed.updated_at + timedelta(hours=2)
    assert (timed.messages, timed.expiring) == (5, 2)
    assert timed.expiring_at is not None
    assert timed.expires_at is not None
    assert timed.expires_at - timed.expiring_at == timedelta(minutes=110)
    clock.advance(timedelta(minutes=10))
    late = await chat.info()
    assert late is not None
    assert (late.messages, late.expiring, late.expiring_at) == (3, 0, None)
    clock.advance(timedelta(hours=2))
    assert await chat.info() is None


async def test_models_are_named_and_only_these_reply_over_http(
    connect: Callable[..., Any], stores: Any, request: pytest.FixtureRequest
) -> None:
    with ModelServer(key=None) as server:
        server.script.will("From afar.")
        afar = f"openai+{server.address}/v1#far"
        memory = await connect(work=PLAN, model=ScriptedModel("From here.", identity="here:1"), offered_models=[afar])
        assert await memory.models() == ModelNames(default="here:1", offered=["here:1", afar])
        chat = memory.user("luke").session("trip")
        assert (await chat.chat("One?")).text == "From here."
        reply = await chat.chat("Two?", model=afar)
        assert (reply.text, reply.message.turn and reply.message.turn.model) == ("From afar.", "openai-compatible:far")
        if request.node.callspec.params["stores"] == "http":
            with pytest.raises(UsageError, match="model"):
                await chat.chat("Three?", model=f"openai+{server.address}/v1#other")


async def test_without_models_none_is_named(memory: AsyncMemlane) -> None:
    assert await memory.models() == ModelNames(default=None, offered=[])


async def test_every_part_tells_whether_it_works_and_no_model_is_asked(connect: Callable[..., Any]) -> None:
    model = ScriptedModel("ok")
    memory = await connect(work=PLAN, model=model)
    await memory.user("luke").session("trip").add("user", "Hello")
    checks = await memory.health()
    names = {check.name for check in checks}
    assert {"memlane", "packages", "embedder", "token counter", "chat model", "background work"} < names
    assert names & {"store", "sessions"}
    assert [check.detail for check in checks if check.state == "fault"] == []
    told = {check.name: check.detail for check in checks}
    assert "scripted:model" in told["chat model"]
    assert told["background work"].startswith("1 session due")
    assert model.prompts == []
    assert not any(".db" in check.detail for check in checks)


async def test_stores_tell_their_size(memory: AsyncMemlane) -> None:
    await memory.user("luke").session("trip").add("user", "Hello")
    for facts in (await memory.ping()).values():
        assert int(facts["size_bytes"]) > 1_000


async def test_keys_are_listed_for_their_tenant_without_their_secrets(memory: AsyncMemlane) -> None:
    assert await memory.keys() == []
    with pytest.raises(UsageError):
        await memory.keys(tenant="")
