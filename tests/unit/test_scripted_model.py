"""The scripted model that users test with."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from memlane.errors import MalformedOutputError, ModelUnavailableError
from memlane.protocols.chat_model import Completion, Prompt
from memlane.testing.model_backend import ask, streamed
from memlane.testing.scripted_model import ScriptedModel
from memlane.types.turn import Usage


async def test_texts_completions_and_exceptions_come_in_turn() -> None:
    whole = Completion(text="two", usage=Usage(input_tokens=1, output_tokens=1))
    model = ScriptedModel("one", whole, ModelUnavailableError("down"))
    assert (await model.complete(ask("first?"))).text == "one"
    assert await model.complete(ask("second?")) == whole
    with pytest.raises(ModelUnavailableError, match="down"):
        await model.complete(ask("third?"))
    assert [prompt.messages[0].content for prompt in model.prompts] == ["first?", "second?", "third?"]


async def test_a_function_that_comes_last_answers_ever_after() -> None:
    model = ScriptedModel("first", lambda prompt: str(prompt.messages[-1].content).upper())
    assert [(await model.complete(ask(text))).text for text in ("a", "b", "c")] == ["first", "B", "C"]


async def test_a_function_may_wait_or_yield_pieces() -> None:
    async def waits(_: Prompt) -> str:
        await asyncio.sleep(0)
        return "waited"

    async def yields(_: Prompt) -> AsyncIterator[str]:
        yield "one,"
        yield "two"

    model = ScriptedModel(waits, yields)
    assert (await model.complete(ask())).text == "waited"
    assert (await streamed(model, ask()))[0] == ["one,", "two"]


async def test_a_script_that_has_run_out_fails_the_test() -> None:
    model = ScriptedModel("only")
    await model.complete(ask())
    with pytest.raises(AssertionError, match="more than its script"):
        await model.complete(ask())
    model.will("more")
    assert (await model.complete(ask())).text == "more"


async def test_a_function_that_takes_too_long_is_unavailable() -> None:
    async def slow(_: Prompt) -> str:
        await asyncio.sleep(60)
        return "late"

    with pytest.raises(ModelUnavailableError, match="in time"):
        await ScriptedModel(slow, timeout=timedelta(seconds=0.05)).complete(ask())


async def test_a_time_out_of_the_script_itself_is_raised_as_it_is() -> None:
    with pytest.raises(TimeoutError, match="mine"):
        await ScriptedModel(TimeoutError("mine")).complete(ask())


async def test_an_answer_that_is_none_is_malformed() -> None:
    for prompt in (ask(), ask(schema={"type": "object"})):
        with pytest.raises(MalformedOutputError):
            await ScriptedModel("").complete(prompt)


def test_what_a_model_is_called_and_takes_can_be_set() -> None:
    model = ScriptedModel(identity="test:tiny", context_tokens=512)
    assert (model.identity, model.context_tokens) == ("test:tiny", 512)
