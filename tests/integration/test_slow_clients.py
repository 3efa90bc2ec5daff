"""Slow clients, vanished ones, and what is no HTTP: all they hold is freed. The real protocol, a small application."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import uvicorn

from memlane.protocols.observer import NoObserver
from memlane.server.connections import HEAD_BYTES, Connection
from memlane.server.edge import Edge
from memlane.wiring.settings import ServerSettings

BIG = 40_000_000
HOST = b"Host: localhost\r\n"


class Quick(Connection):
    head_seconds = 0.3
    reader_seconds = 0.3


class Application:
    """Reads a body; streams without an end below `/stream`; answers largely below `/big`, with the body below `/echo`;
    else waits below `/wait`.
    """

    def __init__(self) -> None:
        self.running = 0
        self.cancelled = 0
        self.finished = 0
        self.paths: list[str] = []
        self.names: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.running += 1
        try:
            await self._answer(scope, receive, send)
            self.finished += 1
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        body = bytearray()
        if scope["path"] == "/wait":
            await asyncio.sleep(60)
        if scope["path"] == "/soon":
            await asyncio.sleep(1.5)
        more = scope["method"] == "POST"
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.names = sorted(name.decode() for name, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while scope["path"] == "/stream":
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
            await asyncio.sleep(0)
        body = bytes(body) if scope["path"] == "/echo" else b"y" * (BIG if scope["path"] == "/big" else 1)
        await send({"type": "http.response.body", "body": body})


class Served:
    def __init__(self, application: Application, server: uvicorn.Server, port: int) -> None:
        self.application = application
        self.server = server
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def connections(self) -> int:
        return len(self.server.server_state.connections)

    async def open(self, said: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1024)
        writer.write(said)
        await writer.drain()
        return reader, writer


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    application = Application()
    edge = Edge(application, ServerSettings(max_body_bytes=1_000), NoObserver())
    config = uvicorn.Config(edge, http=Quick, ws="none", lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server._serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield Served(application, server, listening.getsockname()[1])
    server.should_exit = True
    server.force_exit = True
    for task in list(server.server_state.tasks):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def until(holds: Any, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: loc", b"GET / HTTP/1.1\r\n" + HOST])
async def test_a_head_that_does_not_come_ends_the_connection(served: Served, said: bytes) -> None:
    reader, writer = await served.open(said)
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    await until(lambda: served.connections == 0)


async def test_nor_does_one_wait_for_the_second_request_of_a_connection_that_drips(served: Served) -> None:
    reader, writer = await served.open(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"GET / HTTP/1.1\r\nX-A")
    await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await until(lambda: served.connections == 0)


async def test_a_head_without_an_end_is_refused(served: Served) -> None:
    _, writer = await served.open(b"GET / HTTP/1.1\r\nX-Long: ")
    with contextlib.suppress(ConnectionError):
        for _ in range(20):
            writer.write(b"x" * (HEAD_BYTES // 4))
            await writer.drain()
            await asyncio.sleep(0.01)
    writer.close()
    await until(lambda: served.connections == 0)


async def test_trailers_without_an_end_are_refused(served: Served) -> None:
    _, writer = await served.open(b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n")
    with contextlib.suppress(ConnectionError):
        for number in range(20):
            writer.write(b"X-%d: %s\r\n" % (number, b"x" * (HEAD_BYTES // 4)))
            await writer.drain()
            await asyncio.sleep(0.01)
    writer.close()
    await until(lambda: served.connections == 0)


async def test_trailers_are_no_headers(served: Served) -> None:
    said = b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    reader, writer = await served.open(said + b"2\r\n{}\r\n0\r\nX-Memlane-User: other\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert b"\r\n{}\r\n" in answer
    assert served.application.names == ["connection", "host", "transfer-encoding"]


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
async def test_a_wish_for_another_protocol_does_not_make_a_body_the_next_request(
    served: Served, upgrade: bytes
) -> None:
    inner = b"GET /inner HTTP/1.1\r\n" + HOST + b"\r\n"
    asked = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + upgrade + b"\r\nHTTP2-Settings: AAMAAABk\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(inner)
    reader, writer = await served.open(b"POST /echo HTTP/1.1\r\n" + HOST + asked + length)
    await asyncio.sleep(0.05)
    writer.write(inner + b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert inner in answer
    assert b"\r\n{}\r\n" in answer
    assert served.application.paths == ["/echo", "/echo"]


async def test_nobody_is_connected_to_elsewhere(served: Served) -> None:
    reader, writer = await served.open(b"CONNECT elsewhere:80 HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 400 ")
    writer.close()


async def test_nonsense_behind_a_request_does_not_get_into_its_answer(served: Served) -> None:
    reader, writer = await served.open(b"GET /stream HTTP/1.1\r\n" + HOST + b"\r\n")
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    writer.write(b"nonsense\r\n\r\n")
    rest = bytearray()
    while piece := await asyncio.wait_for(reader.read(1_000_000), 10):
        rest += piece
    writer.close()
    assert b"HTTP/1.1" not in rest


async def test_a_length_of_many_zeros_is_a_length(served: Served) -> None:
    said = b"POST /echo HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Length: " + b"0" * 5_000 + b"2\r\n\r\n{}"
    reader, writer = await served.open(said)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_what_is_no_http_is_refused_with_a_problem(served: Served) -> None:
    reader, writer = await served.open(b"\x16\x03\x01nonsense\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "malformed"


async def test_too_large_a_body_is_answered_and_its_rest_is_not_read_for_long(served: Served) -> None:
    said = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + b"fff\r\n" + b"x" * 4095 + b"\r\n"
    reader, writer = await served.open(said)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    assert answer.startswith(b"HTTP/1.1 413 ")
    await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await until(lambda: served.connections == 0)


async def test_an_announced_body_is_refused_before_it_is_sent(served: Served) -> None:
    said = b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n"
    reader, writer = await served.open(said)
    assert (await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)).startswith(b"HTTP/1.1 413 ")
    writer.close()


@pytest.mark.parametrize("path", ["/stream", "/wait"])
async def test_a_client_that_vanishes_ends_its_request(served: Served, path: str) -> None:
    _, writer = await served.open(b"GET %s HTTP/1.1\r\n" % path.encode() + HOST + b"\r\n")
    await until(lambda: served.application.running == 1)
    writer.transport.abort()
    await until(lambda: served.application.running == 0)
    assert served.application.cancelled == 1
    assert (await asyncio.to_thread(httpx2.get, served.url)).status_code == 200


async def test_a_change_is_made_though_its_client_vanished(served: Served) -> None:
    said = b"POST /soon HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\n{}"
    _, writer = await served.open(said)
    await until(lambda: served.application.running == 1)
    writer.transport.abort()
    await until(lambda: served.application.running == 0)
    assert (served.application.cancelled, served.application.finished) == (0, 1)


@pytest.mark.parametrize("path", ["/stream", "/big"])
async def test_a_client_that_does_not_read_is_cut_off(served: Served, path: str) -> None:
    _, writer = await served.open(b"GET %s HTTP/1.1\r\n" % path.encode() + HOST + b"\r\n")
    await until(lambda: served.connections == 1)
    await until(lambda: served.connections == 0 and served.application.running == 0)
    writer.transport.abort()


async def test_a_slow_reader_that_goes_on_reading_gets_all(served: Served) -> None:
    reader, writer = await served.open(b"GET /big HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    size = 0
    while piece := await reader.read(2_000_000):
        size += len(piece)
        await asyncio.sleep(0.001)
    writer.close()
    assert size > BIG
