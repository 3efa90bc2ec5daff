"""Bodies that are large, and bodies that break off, at the whole server."""

import asyncio
import json
from pathlib import Path

import pytest
from whole_server import WholeServer, whole_server

_MESSAGES = 24


async def test_an_import_is_bounded_by_the_setting_alone(tmp_path: Path) -> None:
    said = [{"role": "user", "content": "word " * 100_000} for _ in range(_MESSAGES)]
    conversation = {"id": "c", "sessions": [{"id": "s", "at": "2026-01-02T03:04:05Z", "messages": said}]}
    async with whole_server(f"sqlite:///{tmp_path}/m.db?synchronous=normal") as server:
        headers = {"x-memlane-key": await server.key("acme"), "content-type": "application/x-ndjson"}
        body = json.dumps(conversation).encode()
        answer = await server.http.post("/v1/users/luke/import", content=body, headers=headers)
    assert len(body) > 10_000_000
    assert (answer.status_code, answer.json()) == (200, {"new": _MESSAGES, "records": _MESSAGES})


@pytest.mark.parametrize("what", ["sessions/s/messages", "import"])
async def test_a_client_that_leaves_within_its_body_is_no_error_of_the_server(
    tmp_path: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with whole_server(f"sqlite:///{tmp_path}/m.db?synchronous=normal") as server:
        await _leave(server, what, await server.key("acme"))
        luke = server.memory.user("luke", tenant="acme")
        assert await luke.session("s").messages() == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def _leave(server: WholeServer, what: str, key: str) -> None:
    """Send half of a body, go away, and wait until the server has seen it."""
    host, port = server.http.base_url.host, server.http.base_url.port
    _, writer = await asyncio.open_connection(host, port)
    named = f"Host: {host}:{port}\r\nX-Memlane-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
    writer.write(f"POST /v1/users/luke/{what} HTTP/1.1\r\n{named}\r\n".encode() + b'{"messages": [')
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.2)
