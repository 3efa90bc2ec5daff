"""The pretended model: as strict as the real servers, and startable as a command."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memlane.adapters.models.anthropic import AnthropicModel, AnthropicServer
from memlane.adapters.models.openai import OpenAIModel, OpenAIServer
from memlane.errors import ModelRateLimitError, SettingError
from memlane.testing.model_backend import ask, streamed
from memlane.testing.model_server import Answer, ModelServer

HI = {"role": "user", "content": "Hi."}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
USE = {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "weather", "input": {}}]}
RESULT = {"type": "tool_result", "tool_use_id": "c1", "content": "4"}
LOOSE = {"type": "object", "properties": {"a": {"type": "string"}}}
OPEN = {"type": "json_schema", "schema": LOOSE}
WORDS = {"type": "text", "text": "a"}
STRICT = {"type": "json_schema", "json_schema": {"name": "n", "schema": LOOSE, "strict": True}}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer(model="m") as server:
        yield server


def post(server: ModelServer, path: str, body: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
    """Return status and body of what a client without any package is answered."""
    named = {"authorization": f"Bearer {server.key}", "anthropic_version": "2026-10-21", **headers}
    sent = {name.replace("_", "-"): value for name, value in named.items() if value}
    data = json.dumps({"model": "m", **body}).encode()
    request = urllib.request.Request(server.address + path, data, sent)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
MESSAGES = "/v1/messages"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, {"messages": []}),
        (CHAT, {"messages": "Hi."}),
        (CHAT, {"messages": [HI], "unheard_of": 1}),
        (CHAT, {"messages": [HI], "max_tokens": 9, "max_completion_tokens": 9}),
        (CHAT, {"messages": [HI], "max_tokens": 0}),
        (CHAT, {"messages": [HI], "temperature": 3}),
        (CHAT, {"messages": [HI], "stream_options": {}}),
        (CHAT, {"messages": [HI], "tools": []}),
        (CHAT, {"messages": [HI], "response_format": {"type": "json_schema"}}),
        (CHAT, {"messages": [HI], "response_format": STRICT}),
        (CHAT, {"messages": [{"role": "model", "content": "Hi."}]}),
        (CHAT, {"messages": [{"role": "user", "content": None}]}),
        (CHAT, {"messages": [{"role": "user", "content": "Hi.", "name": "a b"}]}),
        (CHAT, {"messages": [HI, {"role": "tool", "tool_call_id": "c1", "content": "4"}]}),
        (CHAT, {"messages": [HI, {"role": "assistant", "content": None, "tool_calls": [CALL]}, HI]}),
        (CHAT, {"messages": [HI, {"role": "assistant", "content": None, "tool_calls": [CALL]}]}),
        (RESPONSES, {"input": []}),
        (RESPONSES, {"input": [HI], "messages": [HI]}),
        (RESPONSES, {"input": [HI], "max_output_tokens": 15}),
        (RESPONSES, {"input": [{"role": "tool", "content": "4"}]}),
        (RESPONSES, {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "Hi."}]}]}),
        (RESPONSES, {"input": [{"type": "function_call_output", "call_id": "c1", "output": "4"}]}),
        (RESPONSES, {"input": [{"type": "function_call", "call_id": "c1", "name": "n", "arguments": "{}"}, HI]}),
        (MESSAGES, {"messages": [HI]}),
        (MESSAGES, {"max_tokens": 9, "messages": []}),
        (MESSAGES, {"max_tokens": 9, "messages": [{"role": "assistant", "content": "Hi."}]}),
        (MESSAGES, {"max_tokens": 9, "messages": [{"role": "tool", "content": "Hi."}]}),
        (MESSAGES, {"max_tokens": 9, "messages": [{"role": "user", "content": " "}]}),
        (MESSAGES, {"max_tokens": 9, "messages": [{"role": "user", "content": []}]}),
        (MESSAGES, {"max_tokens": 9, "messages": [HI], "temperature": 1.0}),
        (MESSAGES, {"max_tokens": 9, "messages": [HI, {"role": "user", "content": [RESULT]}]}),
        (MESSAGES, {"max_tokens": 9, "messages": [HI, USE, HI]}),
        (MESSAGES, {"max_tokens": 9, "messages": [HI, USE]}),
        (MESSAGES, {"max_tokens": 9, "messages": [HI, USE, {"role": "user", "content": [WORDS, RESULT]}]}),
        (MESSAGES, {"max_tokens": 9, "messages": [HI, {"role": "assistant", "content": "So "}]}),
        (MESSAGES, {"max_tokens": 9, "messages": [HI], "tools": [{"name": "n"}]}),
        (MESSAGES, {"max_tokens": 9, "messages": [HI], "output_config": {"format": OPEN}}),
        (
            MESSAGES,
            {
                "max_tokens": 9,
                "messages": [HI],
                "system": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}] * 5,
            },
        ),
    ],
)  # fmt: skip
def test_what_the_real_server_refuses_is_refused(server: ModelServer, path: str, body: dict[str, Any]) -> None:
    before = len(server.asked)
    status, answer = post(server, path, body)
    assert status == 400
    assert answer["error"]["message"]
    assert len(server.asked) == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, {"messages": [HI]}),
        (RESPONSES, {"input": [HI]}),
        (MESSAGES, {"messages": [HI, HI], "max_tokens": 9}),
        (f"{MESSAGES}/count_tokens", {"messages": [HI]}),
    ],
)
def test_keys_and_models_are_looked_at(server: ModelServer, path: str, body: dict[str, Any]) -> None:
    assert post(server, path, body)[0] == 200
    assert post(server, path, body, authorization="", x_api_key=str(server.key))[0] == 200
    assert post(server, path, body, authorization="Bearer sk-wrong")[0] == 401
    assert post(server, path, {**body, "model": "n"})[0] == 404


def test_a_path_that_nobody_has_is_not_found(server: ModelServer) -> None:
    assert post(server, "/v1/completions", {})[0] == 404


def test_anthropics_version_is_needed(server: ModelServer) -> None:
    assert post(server, MESSAGES, {"max_tokens": 9, "messages": [HI]}, anthropic_version="")[0] == 400


async def test_an_answer_may_be_a_function_of_the_request() -> None:
    with ModelServer() as server:
        server.script.responder = lambda asked: Answer(text=f"{asked.system}|{asked.question}|{len(asked.messages)}")
        model = AnthropicModel(AnthropicServer(api_key=server.key, base_url=server.address), model="any")
        assert (await model.complete(ask("Hi.", system="Brief."))).text == "Brief.|Hi.|1"
        await model.aclose()


@pytest.fixture
def started(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server in another process."""
    name, text, *options = request.param
    script = tmp_path / name
    script.write_text(text)
    command = [sys.executable, "-m", "memlane.testing.model_server", "--port", "0", "--script", str(script), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
        assert process.wait(timeout=20) == 0


SCRIPT = [
    {"text": "Hello.", "usage": {"input_tokens": 3, "output_tokens": 2}},
    {"trouble": "rate_limited", "retry_after": "9"},
    "And again.",
]
FUNCTION = "def reply(asked):\n    return asked.question.upper()\n"


@pytest.mark.parametrize("started", [("script.json", json.dumps(SCRIPT), "--key", "sk-other")], indirect=True)
async def test_the_command_serves_a_script_of_json(started: str) -> None:
    model = OpenAIModel(OpenAIServer(api_key="sk-other", base_url=f"{started}/v1", max_retries=0), model="any")
    first = await model.complete(ask())
    assert (first.text, first.usage and first.usage.input_tokens) == ("Hello.", 3)
    with pytest.raises(ModelRateLimitError) as limited:
        await model.complete(ask())
    assert limited.value.retry_after == 9
    assert (await streamed(model, ask()))[1].text == "And again."
    assert (await model.complete(ask("Hi."))).text == "You said: Hi."
    await model.aclose()


@pytest.mark.parametrize("started", [("script.py", FUNCTION, "--model", "m")], indirect=True)
async def test_the_command_serves_a_function(started: str) -> None:
    for name in ("m", "other"):
        model = OpenAIModel(OpenAIServer(base_url=f"{started}/v1"), model=name)
        if name == "m":
            assert (await model.complete(ask("Hi."))).text == "HI."
        else:
            with pytest.raises(SettingError):
                await model.complete(ask())
        await model.aclose()
