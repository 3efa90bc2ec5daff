"""What chat models send, give up, and read: the parts that no provider promises to the others."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import formatdate
from typing import Any

import msgspec
import pytest

from memlane.adapters._drivers._patience import Patience, retry_after
from memlane.adapters.models._answers import without_fence
from memlane.adapters.models._anthropic_marks import marked_messages
from memlane.adapters.models._chat_answers import ChatCollector, read_chat
from memlane.adapters.models._strictness import allows_strict
from memlane.adapters.models.anthropic import AnthropicModel, AnthropicServer
from memlane.adapters.models.openai import OpenAIModel, OpenAIServer
from memlane.adapters.models.openai_responses import OpenAIResponsesModel
from memlane.errors import MalformedOutputError, ModelRefusedError
from memlane.protocols.chat_model import Prompt
from memlane.testing.model_backend import ask, messages, streamed, tool_call
from memlane.testing.model_protocols.shape import RefusedRequestError
from memlane.testing.model_server import Answer, ModelServer, Quirk
from memlane.testing.models_answers import TOOL
from memlane.testing.models_failures import SCHEMA

CAPITAL = '{"capital": "Oslo"}'
TALK = messages(
    {"role": "user", "content": "Hi."},
    {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": "Weather?"},
)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    with ModelServer(key=None) as server:
        yield server


def chat(server: ModelServer) -> OpenAIModel:
    return OpenAIModel(OpenAIServer(base_url=server.base_url, max_retries=0), model="m")


def claude(server: ModelServer) -> AnthropicModel:
    return AnthropicModel(AnthropicServer(base_url=server.address, max_retries=0), model="m")


class TestGivingUpParts:
    async def test_a_schema_that_a_server_refuses_is_asked_for_in_words_from_then_on(self, server: ModelServer) -> None:
        server.quirks = frozenset({Quirk.NO_RESPONSE_FORMAT})
        server.script.will(*[f"Here you are:\n```json\n{CAPITAL}\n```"] * 3)
        model = chat(server)
        assert (await model.complete(ask(schema=SCHEMA))).text == CAPITAL
        assert len(server.requests) == 2
        assert await streamed(model, ask(schema=SCHEMA)) == ([CAPITAL], await model.complete(ask(schema=SCHEMA)))
        assert len(server.requests) == 4
        assert '"capital"' in server.asked[-1].system
        await model.aclose()

    async def test_a_request_that_is_refused_anyway_leaves_the_schema_to_the_next(self, server: ModelServer) -> None:
        model = chat(server)
        bad = [{"type": "function", "function": {"name": "no such name"}}]
        with pytest.raises(ModelRefusedError):
            await model.complete(ask(schema=SCHEMA, tools=bad))
        server.script.will(CAPITAL)
        await model.complete(ask(schema=SCHEMA))
        assert server.asked[-1].schema == SCHEMA
        await model.aclose()

    @pytest.mark.parametrize(
        ("said", "requests"),
        [("Invalid value", 2), ("The response was filtered: content_filter", 1), ("maximum context length is 9", 1)],
    )
    async def test_a_schema_is_not_blamed_for_the_prompt(self, server: ModelServer, said: str, requests: int) -> None:
        def refuse(_: object) -> str:
            raise RefusedRequestError(said)

        model = chat(server)
        server.checks = refuse
        with pytest.raises(ModelRefusedError):
            await model.complete(ask(schema=SCHEMA))
        assert len(server.requests) == requests
        await model.aclose()

    @pytest.mark.parametrize("quirk", [Quirk.NO_STREAM_OPTIONS, Quirk.NO_TEMPERATURE, Quirk.NO_MAX_TOKENS])
    async def test_another_part_that_a_server_refuses_is_left_out(self, server: ModelServer, quirk: Quirk) -> None:
        server.quirks = frozenset({quirk})
        model = chat(server)
        for requests in (2, 3):
            await streamed(model, ask(temperature=0.5, max_output_tokens=9))
            assert len(server.requests) == requests
        assert server.asked[-1].max_output_tokens == 9
        await model.aclose()

    async def test_everything_refused_at_once_is_left_out_part_by_part(self, server: ModelServer) -> None:
        server.quirks = frozenset(Quirk) - {Quirk.NO_MAX_COMPLETION_TOKENS}
        server.script.will(Answer(text=CAPITAL))
        model = chat(server)
        _, whole = await streamed(model, ask(temperature=0.5, max_output_tokens=9, schema=SCHEMA))
        assert whole.text == CAPITAL
        assert whole.usage is None
        await model.aclose()

    async def test_a_schema_that_anthropics_kind_of_server_refuses_is_asked_for_in_words(
        self, server: ModelServer
    ) -> None:
        server.is_anthropic = False
        server.script.will(CAPITAL)
        model = claude(server)
        assert (await model.complete(ask(schema=SCHEMA, temperature=1.7))).text == CAPITAL
        assert '"capital"' in server.asked[-1].system
        assert server.asked[-1].temperature == 1.0
        await model.aclose()

    async def test_a_schema_without_types_is_asked_for_in_words_and_others_are_not(self, server: ModelServer) -> None:
        server.script.will(CAPITAL, CAPITAL)
        model = claude(server)
        await model.complete(ask(schema={"type": "object", "properties": {"capital": {}}}))
        assert server.asked[-1].schema is None
        await model.complete(ask(schema={"type": "object", "properties": {"capital": {"type": ["string", "null"]}}}))
        assert server.asked[-1].schema is not None
        await model.aclose()


class TestRequests:
    def test_openai_itself_is_asked_with_the_newer_limit(self) -> None:
        model = OpenAIModel(OpenAIServer(api_key="sk-x"), model="gpt-4o")
        request = model._request(ask(max_output_tokens=9), frozenset())
        assert request["max_completion_tokens"] == 9
        assert "max_tokens" not in request

    async def test_responses_are_not_left_with_the_provider(self, server: ModelServer) -> None:
        model = OpenAIResponsesModel(OpenAIServer(base_url=server.base_url), model="m")
        await model.complete(ask(max_output_tokens=3, tools=[TOOL]))
        body = server.requests[-1].body
        assert body["store"] is False
        assert body["max_output_tokens"] == 16
        assert body["tools"][0]["strict"] is False
        await model.aclose()

    async def test_a_schema_is_strict_where_it_can_be(self, server: ModelServer) -> None:
        server.script.will(CAPITAL, CAPITAL)
        model = chat(server)
        for schema, strict in ((SCHEMA, True), ({"type": "object", "properties": {}, "minProperties": 0}, False)):
            await model.complete(ask(schema=schema))
            assert server.requests[-1].body["response_format"]["json_schema"]["strict"] is strict
        await model.aclose()

    async def test_what_stays_is_marked_for_anthropics_cache(self, server: ModelServer) -> None:
        model = claude(server)
        await model.complete(Prompt(messages=TALK, system="Brief.", remembered="> x", tools=[TOOL, TOOL]))
        body = server.requests[-1].body
        assert [("cache_control" in tool) for tool in body["tools"]] == [False, True]
        assert body["system"] == [{"type": "text", "text": "Brief.", "cache_control": {"type": "ephemeral"}}]
        marked = [said["role"] for said in body["messages"] if "cache_control" in str(said)]
        assert marked == ["assistant"]
        assert body["max_tokens"] == 32_000
        await model.aclose()

    async def test_anthropic_counts_a_prompt(self, server: ModelServer) -> None:
        model = claude(server)
        prompt = Prompt(messages=TALK, system="Be brief.", tools=[TOOL], max_output_tokens=9, schema=SCHEMA)
        assert await model.count_prompt(prompt) == (await model.complete(_without_schema(prompt))).usage.input_tokens
        assert "max_tokens" not in server.requests[0].body
        await model.aclose()


def _without_schema(prompt: Prompt) -> Prompt:
    return msgspec.structs.replace(prompt, schema=None)


class TestMarks:
    def test_the_mark_stands_before_the_newest_question_also_while_tools_are_called(self) -> None:
        use = {"type": "tool_use", "id": "t", "name": "weather", "input": {}}
        said = [
            {"role": "user", "content": "Hi."},
            {
                "role": "assistant",
                "content": [{"type": "text", "text": "Hello."}, {"type": "thinking", "thinking": "?"}],
            },
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "4"}]},
        ]
        marked = marked_messages(said)
        assert ["cache_control" in str(one) for one in marked] == [False, True, False, False, False]
        assert "cache_control" in marked[1]["content"][0]
        assert "cache_control" not in str(said)

    @pytest.mark.parametrize("said", [[], [{"role": "user", "content": "Hi."}]])
    def test_there_is_no_mark_where_nothing_stands_before(self, said: list[dict[str, Any]]) -> None:
        assert marked_messages(said) == said


class TestStrictness:
    @pytest.mark.parametrize(
        ("schema", "strict"),
        [
            (SCHEMA, True),
            ({**SCHEMA, "properties": {"capital": {"type": ["string", "null"]}}}, True),
            ({**SCHEMA, "properties": {"capital": {"type": "array", "items": SCHEMA}}}, True),
            ({**SCHEMA, "required": []}, False),
            ({**SCHEMA, "additionalProperties": True}, False),
            ({**SCHEMA, "properties": {"capital": {"type": "array", "items": {"type": "object"}}}}, False),
            ({**SCHEMA, "properties": {"capital": {}}}, False),
            ({**SCHEMA, "properties": {"capital": {"type": "string", "minLength": 1}}}, False),
            ({**SCHEMA, "not": {}}, False),
            ({"type": "array", "items": SCHEMA}, False),
            ({}, False),
        ],
    )
    def test_only_closed_schemas_with_every_field_required_are_strict(
        self,
        schema: dict[str, Any],
        strict: bool,  # noqa: FBT001 - a parameter of a test
    ) -> None:
        assert allows_strict(schema) is strict


class TestReading:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('{"a": 1}', '{"a": 1}'),
            ('```json\n{"a": 1}\n```', '{"a": 1}'),
            ('Sure! {"a": {"b": 2}} Anything else?', '{"a": {"b": 2}}'),
            ("I cannot.", "I cannot."),
            ("} {", "} {"),
        ],
    )
    def test_json_is_freed_from_what_surrounds_it(self, text: str, expected: str) -> None:
        assert without_fence(text) == expected

    def test_calls_in_pieces_without_an_index_are_put_together(self) -> None:
        first, second = tool_call("a"), tool_call("b")
        collector = ChatCollector("the model")
        for delta in (first, second, {"function": {"arguments": " "}}):
            collector.add({"choices": [{"index": 0, "delta": {"tool_calls": [delta]}}]})
        collector.add({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        whole = collector.completion()
        assert [call["id"] for call in whole.tool_calls] == ["a", "b"]
        assert whole.tool_calls[1]["function"]["arguments"].endswith("} ")
        assert whole.stop == "tool_calls"

    def test_fields_of_a_call_that_only_its_maker_understands_stay(self) -> None:
        call = {**tool_call(), "extra_content": {"signature": "x"}}
        body = {"choices": [{"message": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}
        assert read_chat(msgspec.json.encode(body)).tool_calls == [call]

    @pytest.mark.parametrize("call", [{}, {"id": "a", "type": "function"}, {"type": "function", "function": {}}])
    def test_a_call_of_no_tool_is_malformed(self, call: dict[str, Any]) -> None:
        with pytest.raises(MalformedOutputError):
            read_chat(msgspec.json.encode({"choices": [{"message": {"tool_calls": [call]}}]}))


class TestPatience:
    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            ({}, None),
            ({"retry-after": "3"}, 3.0),
            ({"retry-after": "0.5"}, 0.5),
            ({"retry-after": "3", "retry-after-ms": "250"}, 0.25),
            ({"retry-after": "soon"}, None),
            ({"retry-after": "-1"}, None),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "inf"}, None),
            ({"retry-after": formatdate(0, usegmt=True)}, 0.0),
        ],
    )
    def test_a_wish_to_be_left_alone_is_read(self, headers: dict[str, str], expected: float | None) -> None:
        assert retry_after(headers) == expected

    def test_a_date_is_read_as_a_wait(self) -> None:
        wait = retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)})
        assert wait is not None
        assert 50 < wait <= 60

    async def test_nothing_listening_is_given_up_at_once(self) -> None:
        patience = Patience(connect=timedelta(seconds=1))
        model = OpenAIModel(OpenAIServer(base_url="http://127.0.0.1:1/v1", max_retries=0), model="m", patience=patience)
        with pytest.raises(ConnectionError):
            await model.complete(ask())
        await model.aclose()
        await asyncio.sleep(0)
