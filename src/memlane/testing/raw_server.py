"""A server that says what a test wants it to say, byte by byte: also what is no HTTP, and half of it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from memlane.api.problems import CONTENT_TYPE, problem_of
from memlane.errors import MemlaneError

CUT = b""
"""An answer that never comes: the connection is broken off."""


@dataclass
class Seen:
    """A request as it came; names of headers are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RawServer:
    """What is answered, one after the other, the last again and again; and what was asked.

    Attributes:
        answers: Bytes to answer with; a number is how many seconds to say nothing before hanging up. What does not
            begin as an answer of HTTP, or comes in chunks, ends its connection.
        seen: The requests.
    """

    answers: list[bytes | float] = field(default_factory=list[bytes | float])
    seen: list[Seen] = field(default_factory=list[Seen])

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
        """Listen on a free loopback port while this is entered and give the URL."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        try:
            yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _request(reader)) is not None:
                self.seen.append(request)
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if isinstance(answer, float | int):
                    await asyncio.sleep(answer)
                    return
                writer.write(answer)
                await writer.drain()
                if not answer.startswith(b"HTTP/1.1") or b"chunked" in answer:
                    return
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Seen | None:
    line = await reader.readline()
    if not line:
        return None
    method, target, _ = line.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while header := (await reader.readline()).decode().strip():
        name, _, value = header.partition(": ")
        headers[name.lower()] = value
    return Seen(method, target, headers, await _body(reader, headers))


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", ""):
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def answer(body: object, status: int = 200, **headers: str) -> bytes:
    """Return an answer of JSON."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    given = {"content_type": "application/json", "content_length": str(len(content)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} x\r\n{lines}\r\n".encode() + content


def problem(error: MemlaneError, **headers: str) -> bytes:
    """Return an answer that is a problem document."""
    document = problem_of(error)
    return answer(document, document.status, content_type=CONTENT_TYPE, **headers)


def events(*pieces: bytes, is_whole: bool = True) -> bytes:
    """Return an answer of server-sent events; one that is not whole breaks off."""
    head = b"HTTP/1.1 200 x\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return head + chunks + (b"0\r\n\r\n" if is_whole else b"")
