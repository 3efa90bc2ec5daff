"""What comes of an answer: all of it, as it was, and what was asked for it."""

import copy
import json
from typing import Any

import pytest

from memlane.protocols.chat_model import Completion, Prompt
from memlane.testing.model_backend import ModelBackend, ask, both, messages, streamed, tool_call
from memlane.testing.model_script import Answer
from memlane.types.turn import Usage

TEXTS: tuple[str, ...] = (
    "Oslo.",
    " a leading space",
    "lines\n\nand\ttabs\n",
    "\u0645\u0631\u062d\u0628\u0627 \u4f60\u597d \U0001f468\u200d\U0001f469\u200d\U0001f467",
    'data: [DONE]\n\nevent: error\ndata: {"error": 1}',
    "</s><|im_end|> \\u0000 {}",
    "word " * 400 + "end",
)
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Says what the weather is.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CALLS = [tool_call(), tool_call("call_2", json.dumps({"city": 'T"r\\om\nsø', "deep": {"n": [1, 2.5, None]}}))]


class WholeAndPieces:
    """C1: the whole answer, and the same in pieces."""

    @pytest.mark.parametrize("text", TEXTS)
    async def test_the_answer_comes_whole(self, backend: ModelBackend, text: str) -> None:
        backend.provider.will(text)
        answer = await backend.model.complete(ask())
        assert answer.text == text
        assert answer.stop == "end"

    @pytest.mark.parametrize("text", TEXTS)
    async def test_pieces_are_not_empty_and_joined_are_the_whole(self, backend: ModelBackend, text: str) -> None:
        backend.provider.will(text)
        pieces, whole = await streamed(backend.model, ask())
        assert "".join(pieces) == whole.text == text
        assert all(pieces)

    async def test_pieces_come_before_the_answer_is_done(self, backend: ModelBackend) -> None:
        backend.provider.will("one two three")
        pieces, _ = await streamed(backend.model, ask())
        assert len(pieces) > 1

    async def test_both_ways_say_the_same(self, backend: ModelBackend) -> None:
        backend.provider.will(*[Answer(text="Oslo, of course.", tool_calls=CALLS, stop="tool_calls")] * 2)
        whole, of_stream = await both(backend.model, ask(tools=[TOOL]))
        assert whole == of_stream

    @pytest.mark.parametrize(("stop", "text"), [("length", "Oslo is"), ("refused", "I cannot."), ("refused", "")])
    async def test_why_an_answer_ended_is_told(self, backend: ModelBackend, stop: str, text: str) -> None:
        backend.provider.will(*[Answer(text=text, stop=stop)] * 2)
        for answer in await both(backend.model, ask()):
            assert (answer.stop, answer.text) == (stop, text)

    async def test_the_model_that_answered_is_named(self, backend: ModelBackend) -> None:
        for answer in await both(backend.model, ask()):
            assert answer.model

    async def test_the_identity_is_known_before_the_first_call_and_stays(self, backend: ModelBackend) -> None:
        before = backend.model.identity
        assert 1 <= len(before) <= 128
        await backend.model.complete(ask())
        assert backend.model.identity == before

    async def test_every_part_of_the_prompt_reaches_the_provider(self, backend: ModelBackend) -> None:
        said = [
            {"role": "user", "content": "Hi."},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "Where is the capital?"},
        ]
        prompt = Prompt(messages=messages(*said), system="Be brief.", remembered="> likes Oslo", max_output_tokens=64)
        await both(backend.model, prompt)
        for asked in backend.provider.asked():
            assert asked.system == "Be brief."
            assert [held["content"] for held in asked.messages[:2]] == ["Hi.", "Hello."]
            assert asked.messages[2]["content"].startswith("> likes Oslo")
            assert asked.messages[2]["content"].endswith("Where is the capital?")
            assert asked.max_output_tokens == 64


class ToolUse:
    """C2: calls, tools and results as they were."""

    @pytest.mark.parametrize("text", ["", "Let me see."])
    @pytest.mark.parametrize("calls", [CALLS[:1], CALLS])
    async def test_calls_come_as_the_model_made_them(
        self, backend: ModelBackend, text: str, calls: list[dict[str, Any]]
    ) -> None:
        backend.provider.will(*[Answer(text=text, tool_calls=calls, stop="tool_calls")] * 2)
        for answer in await both(backend.model, ask(tools=[TOOL])):
            assert answer == Completion(
                text=text, tool_calls=calls, stop="tool_calls", usage=answer.usage, model=answer.model
            )

    async def test_tools_calls_and_results_reach_the_provider_as_they_are(self, backend: ModelBackend) -> None:
        said = [
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": None, "tool_calls": CALLS},
            {"role": "tool", "tool_call_id": "call_1", "content": "4 °C\n"},
            {"role": "tool", "tool_call_id": "call_2", "content": '{"sun": null}'},
        ]
        await both(backend.model, Prompt(messages=messages(*said), tools=[TOOL]))
        for asked in backend.provider.asked():
            assert asked.tools == [TOOL]
            _, called, first, second = asked.messages
            assert _read(called["tool_calls"]) == _read(CALLS)
            assert (first["tool_call_id"], first["content"]) == ("call_1", "4 °C\n")
            assert (second["tool_call_id"], second["content"]) == ("call_2", '{"sun": null}')


class Counting:
    """C3: usage is the provider's, or None."""

    async def test_usage_is_what_the_provider_says(self, backend: ModelBackend) -> None:
        usage = Usage(input_tokens=1_234, output_tokens=56, cached_tokens=1_024)
        backend.provider.will(*[Answer(text="Oslo.", usage=usage)] * 2)
        for answer in await both(backend.model, ask()):
            assert answer.usage == usage

    async def test_usage_is_told_with_calls_too(self, backend: ModelBackend) -> None:
        usage = Usage(input_tokens=12, output_tokens=5)
        backend.provider.will(*[Answer(tool_calls=CALLS, stop="tool_calls", usage=usage)] * 2)
        for answer in await both(backend.model, ask(tools=[TOOL])):
            assert answer.usage == usage

    async def test_usage_that_the_provider_does_not_say_is_none(self, backend: ModelBackend) -> None:
        backend.provider.will(*[Answer(text="Oslo.", counts=False)] * 2)
        for answer in await both(backend.model, ask()):
            assert answer.usage is None


class Untouched:
    """C9: the prompt is left alone."""

    async def test_the_prompt_is_left_alone(self, backend: ModelBackend) -> None:
        said = [
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
            {"role": "assistant", "content": None, "tool_calls": copy.deepcopy(CALLS)},
            {"role": "tool", "tool_call_id": "call_1", "content": "4 °C"},
            {"role": "user", "content": "And now?"},
        ]
        schema = {"type": "object", "properties": {"n": {"type": ["integer", "null"], "minimum": 1}}}
        prompt = Prompt(
            messages=messages(*said), system="Brief.", remembered="> x", tools=[copy.deepcopy(TOOL)], schema=schema
        )
        before = copy.deepcopy(prompt)
        backend.provider.will('{"n": 1}', '{"n": 1}')
        await both(backend.model, prompt)
        assert prompt == before

    async def test_answers_share_nothing_with_each_other(self, backend: ModelBackend) -> None:
        backend.provider.will(*[Answer(tool_calls=CALLS, stop="tool_calls")] * 2)
        first = await backend.model.complete(ask(tools=[TOOL]))
        first.tool_calls.clear()
        assert (await backend.model.complete(ask(tools=[TOOL]))).tool_calls == CALLS


def _read(calls: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
    """Return calls with their arguments read: providers write JSON each in their own way."""
    functions = [(call["id"], call["function"]) for call in calls]
    return [(call_id, function["name"], json.loads(function["arguments"])) for call_id, function in functions]
