"""What the proxy makes of single calls: whose they are, what is stored, what goes to the provider, what comes back."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from proxy_server import ProxyServer, key

from memlane.testing.model_server import Answer, ModelServer
from memlane.types.turn import Usage
from memlane.wiring.settings import ProxySettings

CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo", "n": 1}'}}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
CHAT, RESPONSES, MESSAGES = "/openai/v1/chat/completions", "/openai/v1/responses", "/anthropic/v1/messages"
FACT = "I land in Oslo on Friday."
Client = httpx2.Client


@pytest.fixture
def provider() -> Iterator[ModelServer]:
    with ModelServer(key=None) as server:
        server.script.responder = lambda _: "Noted."
        yield server


@pytest.fixture
def proxy(provider: ModelServer, tmp_path: Path) -> Iterator[ProxyServer]:
    settings = ProxySettings(openai_url=provider.base_url, anthropic_url=provider.address, recall=2)
    keys = {
        "bound": key("bound", user="ines"),
        "reader": key("reader", scopes=["read"]),
        "whole": key("whole"),
    }
    with ProxyServer(settings, f"sqlite:///{tmp_path / 'm.db'}", keys) as server:
        yield server


@pytest.fixture
def client(proxy: ProxyServer) -> Iterator[Client]:
    with Client(base_url=proxy.address, timeout=20) as client:
        yield client


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text, **more}


def ask(client: Client, *messages: dict[str, Any], path: str = CHAT, **given: Any) -> httpx2.Response:
    """Ask as luke in the session `s`, unless headers say otherwise."""
    headers = {"X-Memlane-User": "luke", "X-Memlane-Session": "s", "anthropic-version": "x", **given.pop("headers", {})}
    field = "input" if path == RESPONSES else "messages"
    needed = {"max_tokens": 100} if path == MESSAGES else {}
    body = {"model": "m", **needed, field: list(messages), **given}
    return client.post(path, json=body, headers={name: value for name, value in headers.items() if value})


def remembered(client: Client, text: str = FACT) -> None:
    assert ask(client, user(text), headers={"X-Memlane-Session": "before"}).status_code == 200


def test_memory_is_told_of_in_headers(client: Client, proxy: ProxyServer) -> None:
    remembered(client)
    proxy.messages("luke", "before")
    answer = ask(client, user("When do I land in Oslo?"), headers={"X-Memlane-Session": quote("Ünïque/1 %")})
    assert answer.headers["x-memlane-memory"] == "on"
    assert answer.headers["x-memlane-session"] == quote("Ünïque/1 %", safe="")
    count, _, ids = answer.headers["x-memlane-recalled"].partition("; ")
    assert int(count) == len(ids.split(",")) >= 1
    memories = proxy.run(lambda memory: memory.user("luke").memories())
    assert set(ids.split(",")) <= {one.id for one in memories}
    assert proxy.said("luke", "Ünïque/1 %")[0] == ("user", "When do I land in Oslo?")


@pytest.mark.parametrize("fields", [{"user": "ana"}, {"safety_identifier": "ana"}, {"metadata": {"user_id": "ana"}}])
def test_user_and_session_may_stand_in_the_body(client: Client, proxy: ProxyServer, fields: dict[str, Any]) -> None:
    metadata = {**fields.get("metadata", {}), "memlane_session": "mine", "kept": "yes"}
    answer = ask(
        client, user("Hi."), headers={"X-Memlane-User": "", "X-Memlane-Session": ""}, **{**fields, "metadata": metadata}
    )
    assert answer.headers["x-memlane-session"] == "mine"
    assert proxy.said("ana", "mine") == [("user", "Hi."), ("assistant", "Noted.")]


def test_what_is_for_the_proxy_is_not_sent_on(client: Client, provider: ModelServer) -> None:
    metadata = {"memlane_session": "mine", "memlane_user": "ana", "kept": "yes"}
    ask(client, user("Hi."), metadata=metadata, headers={"X-Memlane-Anything": "x"})
    seen = provider.requests[-1]
    assert seen.body["metadata"] == {"kept": "yes"}
    assert not [name for name in seen.headers if "memlane" in name]


def test_without_a_user_a_call_goes_through_as_it_came(client: Client, provider: ModelServer) -> None:
    answer = ask(client, user(FACT), headers={"X-Memlane-User": ""})
    assert answer.json()["choices"][0]["message"]["content"] == "Noted."
    assert answer.headers["x-memlane-memory"] == "off; no user"
    assert provider.requests[-1].body["messages"] == [user(FACT)]


def test_a_key_of_one_user_is_for_no_other(client: Client, proxy: ProxyServer, provider: ModelServer) -> None:
    bound = {"X-Memlane-Key": "bound", "X-Memlane-User": ""}
    assert ask(client, user("Hi."), headers=bound).status_code == 200
    assert proxy.said("ines", "s")[0] == ("user", "Hi.")
    asked = len(provider.asked)
    for named in ({"headers": {**bound, "X-Memlane-User": "luke"}}, {"headers": bound, "user": "luke"}):
        refused = ask(client, user("Hi."), **named)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert len(provider.asked) == asked


@pytest.mark.parametrize("path", [CHAT, "/openai/v1/models"])
def test_a_key_that_may_only_read_may_not_ask(client: Client, provider: ModelServer, path: str) -> None:
    assert client.post(path, json={}, headers={"X-Memlane-Key": "reader"}).status_code == 403
    assert provider.requests == []


@pytest.mark.parametrize("name", ["X-Memlane-User", "X-Memlane-Session"])
@pytest.mark.parametrize("bad", ["%00", "x" * 513, "%ff"])
def test_a_header_that_is_no_id_is_refused(client: Client, name: str, bad: str) -> None:
    refused = ask(client, user("Hi."), headers={name: bad})
    assert (refused.status_code, refused.json()["code"]) == (422, "usage")
    assert refused.headers["content-type"] == "application/problem+json"


def test_memlanes_key_stays_here_and_the_providers_passes(client: Client, provider: ModelServer) -> None:
    own = {"X-Memlane-Key": "whole", "Authorization": "Bearer sk-mine", "Cookie": "a=b"}
    ask(client, user("Hi."), headers=own)
    assert provider.requests[-1].headers["authorization"] == "Bearer sk-mine"
    assert "cookie" not in provider.requests[-1].headers
    ask(client, user("Hi."), headers={"Authorization": "Bearer whole"})
    assert "authorization" not in provider.requests[-1].headers
    ask(client, user("Hi."), path=MESSAGES, headers={"x-api-key": "whole"})
    assert "x-api-key" not in provider.requests[-1].headers
    ask(client, user("Hi."), headers={"X-Memlane-Key": "whole", "Authorization": f"Bearer ml_{'a' * 16}_{'A' * 43}"})
    assert "authorization" not in provider.requests[-1].headers


def test_the_servers_key_takes_the_place_of_the_callers(provider: ModelServer, tmp_path: Path) -> None:
    settings = ProxySettings(
        openai_url=provider.base_url, anthropic_url=provider.address, openai_key="sk-o", anthropic_key="sk-a"
    )
    store = f"sqlite:///{tmp_path / 'm.db'}"
    with ProxyServer(settings, store) as proxy, Client(base_url=proxy.address) as client:
        ask(client, user("Hi."), headers={"Authorization": "Bearer mine", "x-api-key": "mine"})
        assert provider.requests[-1].headers["authorization"] == "Bearer sk-o"
        assert "x-api-key" not in provider.requests[-1].headers
        ask(client, user("Hi."), path=MESSAGES, headers={"Authorization": "Bearer mine"})
        assert provider.requests[-1].headers["x-api-key"] == "sk-a"
        assert "authorization" not in provider.requests[-1].headers


def test_calls_and_results_of_tools_are_stored_as_they_were(
    client: Client, proxy: ProxyServer, provider: ModelServer
) -> None:
    remembered(client, "The weather in Oslo interests me.")
    provider.script.will(Answer(text="Let me look.", tool_calls=[CALL], stop="tool_calls"), "It is 4 degrees.")
    first = ask(client, user("What is the weather in Oslo?"), tools=[TOOL]).json()["choices"][0]["message"]
    said = {"role": "assistant", "content": first["content"], "tool_calls": first["tool_calls"]}
    result = {"role": "tool", "tool_call_id": "c1", "content": "4"}
    ask(client, user("What is the weather in Oslo?"), said, result, tools=[TOOL])
    sent = provider.requests[-1].body["messages"]
    assert sent[1:] == [said, result]
    assert sent[0]["content"].endswith("</remembered>\n\nWhat is the weather in Oslo?")
    stored = proxy.messages("luke", "s")
    assert [message.role for message in stored] == ["user", "assistant", "tool", "assistant"]
    assert stored[1].tool_calls == [CALL]
    assert stored[2].tool_call_id == "c1"


def test_calls_of_anthropics_stand_in_blocks(client: Client, proxy: ProxyServer, provider: ModelServer) -> None:
    remembered(client, "The weather in Oslo interests me.")
    provider.script.will(Answer(text="Let me look.", tool_calls=[CALL], stop="tool_calls"), "It is 4 degrees.")
    tools = [{"name": "weather", "input_schema": {"type": "object"}}]
    first = ask(client, user("Weather in Oslo?"), path=MESSAGES, tools=tools).json()
    result = {"type": "tool_result", "tool_use_id": "c1", "content": "4"}
    more = {"type": "text", "text": "In Oslo, I mean.", "cache_control": {"type": "ephemeral"}}
    said = assistant(first["content"])
    ask(client, user("Weather in Oslo?"), said, user([result, more]), path=MESSAGES, tools=tools)
    sent = provider.requests[-1].body["messages"]
    assert sent[1] == said
    assert sent[2]["content"][0] == result
    assert sent[2]["content"][1]["text"].startswith("<remembered>")
    assert sent[2]["content"][2] == more
    stored = proxy.messages("luke", "s")
    assert [message.role for message in stored] == ["user", "assistant", "user", "assistant"]
    assert stored[2].content == [result, more]


def test_items_of_responses_are_one_message(client: Client, proxy: ProxyServer, provider: ModelServer) -> None:
    provider.script.will(Answer(text="Let me look.", tool_calls=[CALL], stop="tool_calls"), "It is 4 degrees.")
    items = ask(client, user("Weather in Oslo?"), path=RESPONSES).json()["output"]
    kept = [item for item in items if item["type"] != "reasoning"]
    output = {"type": "function_call_output", "call_id": "c1", "output": "4"}
    ask(client, user("Weather in Oslo?"), *kept, output, path=RESPONSES)
    stored = proxy.messages("luke", "s")
    assert [message.role for message in stored] == ["user", "assistant", "tool", "assistant"]
    assert (stored[1].content, stored[1].tool_calls) == ("Let me look.", [CALL])
    assert (stored[2].content, stored[2].tool_call_id) == ("4", "c1")


def test_parts_and_unknown_fields_go_on_as_they_came(client: Client, provider: ModelServer) -> None:
    remembered(client)
    provider.is_anthropic = False
    picture = {
        "type": "image",
        "source": {"type": "url", "url": "https://example.org/oslo.png"},
        "new": [1.0, 1e5, None],
    }
    words = {"type": "text", "text": "Is this Oslo?", "cache_control": {"type": "ephemeral"}}
    system = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    body = {"model": "m", "max_tokens": 9, "system": system, "messages": [user([picture, words])], "temperature": 1.0}
    text = json.dumps(body)
    headers = {"X-Memlane-User": "luke", "anthropic-version": "x", "content-type": "application/json"}
    answer = client.post(MESSAGES, content=text, headers=headers)
    assert answer.headers["x-memlane-recalled"] != "0"
    sent = provider.requests[-1].body
    assert list(sent) == list(body)
    assert sent["system"] == system
    assert sent["messages"][0]["content"][1:] == json.loads(text)["messages"][0]["content"]


@pytest.mark.parametrize(
    ("path", "given", "place"),
    [
        (CHAT, {}, lambda body: body["messages"][0]["content"]),
        (MESSAGES, {"system": "Be brief."}, lambda body: body["system"]),
        (MESSAGES, {}, lambda body: body["system"]),
        (RESPONSES, {"instructions": "Be brief."}, lambda body: body["instructions"]),
    ],
)
def test_where_no_question_is_open_memories_stand_with_the_instructions(
    client: Client, provider: ModelServer, path: str, given: dict[str, Any], place: Any
) -> None:
    remembered(client)
    answer = ask(client, user("When is Oslo?"), assistant("On"), path=path, **given)
    assert answer.status_code == 200
    text = place(provider.requests[-1].body)
    assert FACT in text
    assert text.startswith("Be brief.\n\n<remembered>" if given else "<remembered>")


def test_what_the_client_sends_is_not_remembered_to_it(client: Client, provider: ModelServer) -> None:
    remembered(client)
    ask(client, user("Oslo on Friday?"))
    ask(client, user("Oslo on Friday?"), assistant("Noted."), user("Oslo?"), user(FACT))
    text = json.dumps(provider.requests[-1].body)
    assert text.count(FACT) == 1
    assert text.count("Oslo on Friday?") == 1


@pytest.mark.parametrize("path", [CHAT, RESPONSES, MESSAGES])
def test_a_history_that_was_cut_or_rewritten_is_still_recognised(client: Client, proxy: ProxyServer, path: str) -> None:
    history: list[dict[str, Any]] = []
    for number in range(6):
        history.append(user(f"Question {number}"))
        ask(client, *history, path=path)
        history.append(assistant("Noted."))
    ask(client, *history[-3:], user("After a cut"), path=path)
    history += [user("After a cut"), assistant("Noted.")]
    ask(client, user("In short: six questions."), *history[-4:], user("After a summary"), path=path)
    said = [content for role, content in proxy.said("luke", "s") if role == "user"]
    assert said == [*(f"Question {number}" for number in range(6)), "After a cut", "After a summary"]


def test_a_client_that_sends_only_its_newest_message_may_repeat_itself(client: Client, proxy: ProxyServer) -> None:
    for text in ("Tell me more.", "Yes.", "Yes.", "Yes."):
        ask(client, user(text))
        proxy.messages("luke", "s")
    ask(client, user("Yes."), headers={"x-stainless-retry-count": "1"})
    said = [content for role, content in proxy.said("luke", "s") if role == "user"]
    assert said == ["Tell me more.", "Yes.", "Yes.", "Yes."]


def test_the_same_call_at_the_same_time_is_stored_once(client: Client, proxy: ProxyServer) -> None:
    together = threading.Barrier(8)

    def call(_: int) -> int:
        together.wait()
        return ask(client, user("Hi."), assistant("Hello."), user("All at once")).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(call, range(8))) == {200}
    assert [content for _, content in proxy.said("luke", "s")] == ["Hi.", "Hello.", "All at once", "Noted."]


def test_usage_that_a_stream_does_not_tell_is_estimated(
    client: Client, proxy: ProxyServer, provider: ModelServer
) -> None:
    provider.script.will(Answer(text="Noted.", counts=False))
    ask(client, user("Hi."), stream=True)
    proxy.messages("luke", "s")
    assert proxy.meter.tokens > 0
    provider.script.will(Answer(text="Noted.", usage=Usage(input_tokens=1_000, output_tokens=10)))
    before = proxy.meter.tokens
    ask(client, user("Hi."))
    proxy.messages("luke", "s")
    assert proxy.meter.tokens == before + 1_010


def test_a_picture_that_is_too_large_to_store_is_sent_all_the_same(
    client: Client, proxy: ProxyServer, provider: ModelServer
) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_500_000}}
    answer = ask(client, user([{"type": "text", "text": "What is this?"}, picture]))
    assert answer.headers["x-memlane-memory"] == "on"
    assert provider.requests[-1].body["messages"][0]["content"][-1] == picture
    assert proxy.said("luke", "s") == [("user", "What is this?\n[image]"), ("assistant", "Noted.")]
