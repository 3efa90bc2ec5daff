# ruff: noqa: PLC0415 -- packages are loaded by those who use them
"""Clients of OpenAI's and Anthropic's APIs, unmodified, each keeping its own history and sending it with every call."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from proxy_server import ProxyServer

Say = Callable[[str], str]
"""Says something, and returns the answer."""
Talker = Callable[[ProxyServer, dict[str, str]], Any]
"""A context manager that lends a `Say`; takes the headers of every call."""
KEY = "sk-loopback"


@contextmanager
def openai_blocking(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    import openai

    history: list[Any] = []
    with openai.OpenAI(api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0) as client:

        def say(text: str) -> str:
            history.append({"role": "user", "content": text})
            answer = client.chat.completions.create(model="m", messages=history)
            history.append(answer.choices[0].message.model_dump(exclude_none=True))
            return answer.choices[0].message.content or ""

        yield say


@contextmanager
def openai_streamed(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    import openai

    history: list[Any] = []
    with openai.OpenAI(api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0) as client:

        def say(text: str) -> str:
            history.append({"role": "user", "content": text})
            with client.chat.completions.create(model="m", messages=history, stream=True) as stream:
                said = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
            history.append({"role": "assistant", "content": said})
            return said

        yield say


@contextmanager
def openai_async(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    import openai

    history: list[Any] = []
    client = openai.AsyncOpenAI(api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0)
    with asyncio.Runner() as runner:

        def say(text: str) -> str:
            history.append({"role": "user", "content": text})
            answer = runner.run(client.chat.completions.create(model="m", messages=history))
            history.append(answer.choices[0].message)
            return answer.choices[0].message.content or ""

        yield say
        runner.run(client.close())


@contextmanager
def responses_blocking(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    import openai

    history: list[Any] = []
    with openai.OpenAI(api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0) as client:

        def say(text: str) -> str:
            history.append({"role": "user", "content": text})
            answer = client.responses.create(model="m", input=history)
            history.append({"role": "assistant", "content": answer.output_text})
            return answer.output_text

        yield say


@contextmanager
def responses_streamed(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    import openai

    history: list[Any] = []
    with openai.OpenAI(api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0) as client:

        def say(text: str) -> str:
            history.append({"role": "user", "content": [{"type": "input_text", "text": text}]})
            with client.responses.create(model="m", input=history, stream=True) as stream:
                said = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
            history.append({"role": "assistant", "content": [{"type": "output_text", "text": said}]})
            return said

        yield say


@contextmanager
def responses_following(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    """Leave the history to the provider: each call names the answer that it goes on from."""
    import openai

    before: list[str] = []
    with openai.OpenAI(api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0) as client:

        def say(text: str) -> str:
            follows: Any = {"previous_response_id": before[-1]} if before else {}
            answer = client.responses.create(model="m", input=text, **follows)
            before.append(answer.id)
            return answer.output_text

        yield say


@contextmanager
def anthropic_blocking(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    import anthropic

    history: list[Any] = []
    with anthropic.Anthropic(api_key=KEY, base_url=proxy.anthropic, default_headers=headers, max_retries=0) as client:

        def say(text: str) -> str:
            history.append({"role": "user", "content": text})
            answer = client.messages.create(model="m", max_tokens=100, messages=history)
            history.append({"role": "assistant", "content": answer.content})
            return "".join(block.text for block in answer.content if block.type == "text")

        yield say


@contextmanager
def anthropic_streamed(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    import anthropic

    history: list[Any] = []
    client = anthropic.AsyncAnthropic(api_key=KEY, base_url=proxy.anthropic, default_headers=headers, max_retries=0)

    async def streamed(text: str) -> str:
        mark = {"type": "ephemeral"}
        for message in history:
            for block in message["content"]:
                block.pop("cache_control", None)
        history.append({"role": "user", "content": [{"type": "text", "text": text, "cache_control": mark}]})
        async with client.messages.stream(model="m", max_tokens=100, messages=history) as stream:
            said = "".join([piece async for piece in stream.text_stream])
        history.append({"role": "assistant", "content": [{"type": "text", "text": said}]})
        return said

    with asyncio.Runner() as runner:
        yield lambda text: runner.run(streamed(text))
        runner.run(client.close())


def _langchain(model: Any, *, streams: bool) -> Say:
    from langchain_core.messages import HumanMessage

    history: list[Any] = []

    def say(text: str) -> str:
        history.append(HumanMessage(text))
        if streams:
            chunks = list(model.stream(history))
            answer = sum(chunks[1:], chunks[0])
        else:
            answer = model.invoke(history)
        history.append(answer)
        return str(answer.text)

    return say


@contextmanager
def langchain_openai(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    from langchain_openai import ChatOpenAI

    yield _langchain(
        ChatOpenAI(model="m", api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0),
        streams=False,
    )


@contextmanager
def langchain_openai_streamed(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    from langchain_openai import ChatOpenAI

    yield _langchain(
        ChatOpenAI(model="m", api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0), streams=True
    )


@contextmanager
def langchain_anthropic(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    from langchain_anthropic import ChatAnthropic

    yield _langchain(
        ChatAnthropic(model="m", api_key=KEY, base_url=proxy.anthropic, default_headers=headers, max_retries=0),
        streams=False,
    )


@contextmanager
def langchain_anthropic_streamed(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    from langchain_anthropic import ChatAnthropic

    yield _langchain(
        ChatAnthropic(model="m", api_key=KEY, base_url=proxy.anthropic, default_headers=headers, max_retries=0),
        streams=True,
    )


def _pydantic(model: Any, runner: asyncio.Runner, *, streams: bool = False) -> Say:
    from pydantic_ai import Agent

    agent = Agent(model)
    history: list[Any] = []

    async def told(text: str) -> str:
        if not streams:
            done = await agent.run(text, message_history=history)
            history[:] = done.all_messages()
            return done.output
        async with agent.run_stream(text, message_history=history) as stream:
            said = await stream.get_output()
            history[:] = stream.all_messages()
            return said

    return lambda text: runner.run(told(text))


@contextmanager
def _openai(proxy: ProxyServer, headers: dict[str, str], runner: asyncio.Runner) -> Iterator[Any]:
    import openai
    from pydantic_ai.providers.openai import OpenAIProvider

    client = openai.AsyncOpenAI(api_key=KEY, base_url=proxy.openai, default_headers=headers, max_retries=0)
    yield OpenAIProvider(openai_client=client)
    runner.run(client.close())


@contextmanager
def pydantic_openai(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    from pydantic_ai.models.openai import OpenAIChatModel

    with asyncio.Runner() as runner, _openai(proxy, headers, runner) as provider:
        yield _pydantic(OpenAIChatModel("m", provider=provider), runner)


@contextmanager
def pydantic_responses(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    from pydantic_ai.models.openai import OpenAIResponsesModel

    with asyncio.Runner() as runner, _openai(proxy, headers, runner) as provider:
        yield _pydantic(OpenAIResponsesModel("m", provider=provider), runner, streams=True)


@contextmanager
def pydantic_anthropic(proxy: ProxyServer, headers: dict[str, str]) -> Iterator[Say]:
    import anthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = anthropic.AsyncAnthropic(api_key=KEY, base_url=proxy.anthropic, default_headers=headers, max_retries=0)
    with asyncio.Runner() as runner:
        yield _pydantic(AnthropicModel("m", provider=AnthropicProvider(anthropic_client=client)), runner)
        runner.run(client.close())


TALKERS: tuple[Talker, ...] = (
    openai_blocking,
    openai_streamed,
    openai_async,
    responses_blocking,
    responses_streamed,
    responses_following,
    anthropic_blocking,
    anthropic_streamed,
    langchain_openai,
    langchain_openai_streamed,
    langchain_anthropic,
    langchain_anthropic_streamed,
    pydantic_openai,
    pydantic_responses,
    pydantic_anthropic,
)
