"""A real `memlane serve` under generated requests, and clients that hang up."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import memlane
from memlane.protocols.chat_model import Prompt
from memlane.server.v1.explained import document_text
from memlane.testing.scripted_model import ScriptedModel
from memlane.testing.served import secret_of, served
from memlane.testing.services.memlane_server import memlane_server

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(json.loads(document_text()))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with memlane_server("--no-auth") as server:
        yield server.url


@pytest.mark.slow
@pytest.mark.timeout(600)
@SCHEMA.parametrize()
@settings(
    max_examples=12, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_every_answer_is_as_documented(case: Any, url: str) -> None:
    case.call_and_validate(base_url=url, checks=CHECKS)


async def test_a_client_that_hangs_up_ends_the_turn_as_cut(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def slow(prompt: Prompt) -> AsyncIterator[str]:
        try:
            yield "Hello "
            await asyncio.sleep(60)
        finally:
            ended.set()

    store, model = f"sqlite:///{tmp_path}/m.db", ScriptedModel(slow)
    async with await memlane.connect_async(store, embedder=None, model=model) as memory, served(memory) as url:
        headers = {"Authorization": f"Bearer {secret_of('acme')}"}
        path = f"{url}/v1/users/luke/sessions/monday/chat"
        asked = {"text": "Hi", "stream": True}
        async with httpx2.AsyncClient(headers=headers) as client, client.stream("POST", path, json=asked) as answer:
            assert await anext(answer.aiter_lines()) == "event: piece"
        await asyncio.wait_for(ended.wait(), 5)
        session = memory.user("luke", tenant="acme").session("monday")
        async with asyncio.timeout(5):
            while len(kept := await session.messages()) < 2:
                await asyncio.sleep(0.02)
    assert [(one.content, one.turn and one.turn.stop) for one in kept] == [("Hi", None), ("Hello ", "cut")]


async def test_messages_sent_again_and_again_by_many_are_there_once(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/m.db?synchronous=normal"
    async with await memlane.connect_async(store, embedder=None) as memory, served(memory) as url:
        headers = {"Authorization": f"Bearer {secret_of('acme')}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers) as client:

            async def add(number: int) -> int:
                said = {"messages": [{"role": "user", "content": f"{number}.{part}"} for part in range(3)]}
                key = {"Idempotency-Key": f"turn {number}"}
                path = "/v1/users/luke/sessions/monday/messages"
                return (await client.post(path, json=said, headers=key)).status_code

            assert set(await asyncio.gather(*(add(number % 20) for number in range(60)))) == {201}
            listed = (await client.get("/v1/users/luke/sessions/monday/messages?limit=1000")).json()["messages"]
    assert sorted(one["content"] for one in listed) == sorted(f"{n}.{part}" for n in range(20) for part in range(3))
    blocks = [tuple(one["content"].partition(".")[0] for one in listed[start : start + 3]) for start in range(0, 60, 3)]
    assert all(len(set(block)) == 1 for block in blocks)
