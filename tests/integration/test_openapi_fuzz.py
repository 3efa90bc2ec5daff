"""The whole OpenAPI document asked at random, and what no schema describes: broken bytes on the wire.

Schemathesis draws the requests, valid and not, from the document that `memlane serve` serves, by a fixed seed. It holds
each answer against the document: status, content type, headers and body; and what breaks a schema must be refused.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from memlane.access.credential import SCOPES
from memlane.testing.services.memlane_server import MemlaneServer, memlane_server
from memlane.wiring.access import open_keys
from memlane.wiring.settings import Settings, StoreSettings
from memlane.wiring.store_url import StoreUrl

SEED = "20261121"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method,allow_header_conformance,"
    "missing_required_header"
)
EXAMPLES = "4"
"""How many requests are drawn at random for each operation, besides those that cover its parameters."""
_ANSWERED_S = 30
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class Served(NamedTuple):
    """A server, and the header that lets its caller in; empty where it asks for none."""

    server: MemlaneServer
    header: str

    @property
    def lines(self) -> bytes:
        """Return the header and `Host` as they are sent."""
        return f"Host: {self.server.url.removeprefix('http://')}\r\n".encode() + (
            f"{self.header}\r\n".encode() if self.header else b""
        )


@pytest.fixture(params=["open", "key"], scope="module")
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A server without authentication, and one that is asked with a key that may do everything."""
    is_open = request.param == "open"
    nowhere = {"MEMLANE_PROXY__OPENAI_URL": "http://127.0.0.1:1", "MEMLANE_PROXY__ANTHROPIC_URL": "http://127.0.0.1:1"}
    with memlane_server(*(["--no-auth"] if is_open else []), **nowhere) as server:
        yield Served(server, "" if is_open else f"Authorization: Bearer {asyncio.run(new_key(server))}")


async def new_key(server: MemlaneServer) -> str:
    url = StoreUrl(f"sqlite:///{server.home}/memlane/memlane.db")
    keys, closers = open_keys(Settings(store=StoreSettings(url=url)))
    made = await keys.create("acme", scopes=SCOPES)
    for close in closers:
        await close()
    return made.secret


@pytest.mark.slow
def test_nothing_that_the_document_describes_or_forbids_is_answered_otherwise(served: Served, tmp_path: Path) -> None:
    allowed = [] if not served.header else ["--header", served.header]
    checks = CHECKS if not served.header else f"{CHECKS},ignored_auth"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.server.url}/openapi.json", *allowed),
            *("--phases", "coverage,fuzzing", "--checks", checks, "--max-examples", EXAMPLES, "--seed", SEED),
            *("--generation-deterministic", "--no-shrink", "--no-color"),
            *("--continue-on-failure", "--request-timeout", str(_ANSWERED_S)),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Tested: +[1-9]", done.stdout), done.stdout
    assert "unforeseen" not in served.server.log()
    assert "Traceback" not in served.server.log()


SESSION = b"/v1/users/luke/sessions/s"
PATHS = (
    b"/v1/users/%00/sessions",
    b"/v1/users/a%00b/memories/x",
    b"/v1/users/%ED%A0%80/sessions",
    b"/v1/users/%FF/export",
    b"/v1/users/%C0%AF/sessions",
    b"/v1/users/%F0%9F%98%80/sessions",
    b"/v1/users/\xf0\x9f\x98\x80/sessions",
    b"/v1/users/\xff/sessions",
    b"/v1/users/%/sessions",
    b"/v1/users/%zz/sessions",
    b"/v1/users/../sessions",
    b"/v1/users/%2e%2e%2f%2e%2e/sessions",
    b"/v1/users//sessions",
    b"/v1/users/luke/",
    b"/v1/users/a;b=c/sessions",
    b"/v1/users/" + b"a" * 513 + b"/sessions",
    b"/v1/users/" + b"%F0%9F%98%80" * 512 + b"/sessions",
    b"/v1/users/" + b"a" * 40_000 + b"/sessions",
    b"/v1/users/luke/sessions?limit=%00",
    b"/%00",
    b"/docs/%00",
    b"//",
    b"*",
    b"/v1/users/luke/sessions?limit=%ED%A0%80",
    b"/v1/users/luke/sessions?%FF=1",
    b"/v1/users/luke/sessions?limit=1&limit=2",
    b"/v1/users/luke/sessions?" + b"&".join(b"x=1" for _ in range(300)),
    b"/mcp?tools=%FF",
    b"/v1/users/luke/sessions?cursor=%FF%FE",
    b"/v1/users/luke/memories?kind=%ED%A0%80",
    b"/v1/users/luke/facts?at=0000-00-00",
    b"/v1/users/luke/stats?since=9999-12-31T23:59:59Z",
    b"/v1/users/luke/stats?since=0001-01-01T00:00:00-23:59",
)
"""Requested as they are, by GET and DELETE."""
HEADERS = (
    b"Idempotency-Key: \xff\xfe",
    b"Idempotency-Key: ",
    b"Idempotency-Key: " + b"k" * 600,
    b"Idempotency-Key: \xf0\x9f\x98\x80",
    b"If-Match: junk",
    b"If-Match: \xff",
    b'If-Match: "a", *',
    b"If-None-Match: \xff",
    b"X-Request-Id: \xff",
    b"X-Memlane-User: %ED%A0%80",
    b"X-Request-Id: a b",
    b"Content-Type: \xff",
    b"Content-Type: application/json; charset=utf-16",
    b"Content-Type: ;;;",
    b"Accept: \xff",
    b"Accept-Encoding: \xff",
    b"traceparent: \xff",
    b"traceparent: 00-zz-zz-01",
    b"Origin: \xff",
    b"Range: bytes=\xff",
    b"X-Memlane-Session: \x01",
    b"NUL: a\x00b",
    b"Expect: 100-continue",
    b"Expect: \xff",
    b"Content-Encoding: gzip",
    b"Cookie: \xff",
)
"""Sent with a body that is otherwise right."""
BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b"\xff",
    b"\xef\xbb\xbf{}",
    b"\x00",
    b'{"messages": NaN}',
    b'{"messages": [1e400]}',
    b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
    b'{"messages": [{"role": "user", "content": "\xed\xa0\x80"}]}',
    b'{"messages": [{"role": "user", "content": "\\u0000"}]}',
    b'{"messages": [{"role": "user", "content": 1e400}]}',
    b'{"messages": [{"role": "user", "content": "x", "metadata": {"n": 1e400}}]}',
    b'{"messages": [{"role": "user", "content": "x", "metadata": {"n": ' + b"9" * 5_000 + b"}}]}",
    b'{"messages": [{"role": "user", "content": "x", "created_at": "0001-01-01T00:00:00+23:59"}]}',
    b'{"messages": [{"role": "user", "content": "x", "id": "\\u0000"}]}',
    b'{"messages": [{"role": "user", "content": "x", "\\ud800": 1}]}',
    b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"messages": [{"a": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}]}",
    b'{"messages": [{"role": "user", "content": "x", "metadata": ' + b"[" * 900 + b"]" * 900 + b"}]}",
)
"""Sent to where messages are added, preferences set, memories written and chats had."""
TAKING = (
    b"POST " + SESSION + b"/messages",
    b"POST " + SESSION + b"/chat",
    b"PUT /v1/users/luke/preferences",
    b"POST /v1/users/luke/memories",
    b"POST /v1/users/luke/import",
    b"POST /v1/users/luke/recall",
    b"POST /mcp",
)
FRAMES = (
    b"Content-Length: abc\r\n\r\n",
    b"Content-Length: -1\r\n\r\n",
    b"Content-Length: 1e3\r\n\r\n",
    b"Content-Length: +2\r\n\r\n{}",
    b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
    b"Content-Length: 99999999999\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
)
"""How a request may say wrongly how long it is."""
GOOD = b'{"messages": [{"role": "user", "content": "x", "id": "%d"}]}'


def requests(served: Served) -> Iterator[bytes]:
    """Yield requests as they go over the wire."""
    end = b" HTTP/1.1\r\n" + served.lines + b"Connection: close\r\n"
    for path in PATHS:
        yield b"GET " + path + end + b"\r\n"
        yield b"DELETE " + path + end + b"\r\n"
    for number, header in enumerate(HEADERS):
        body = GOOD % number
        yield TAKING[0] + end + header + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        yield b"GET /v1/users/luke/preferences" + end + header + b"\r\n\r\n"
    for target in TAKING:
        for body in BODIES:
            yield target + end + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    for frame in FRAMES:
        yield TAKING[0] + end + frame


async def test_bytes_that_no_client_sends_are_refused(served: Served) -> None:
    host, port = served.server.url.removeprefix("http://").split(":")
    at_once, wrong = asyncio.Semaphore(8), list[tuple[bytes, bytes]]()

    async def send(request: bytes) -> None:
        async with at_once, asyncio.timeout(_ANSWERED_S):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(request)
                answer = await _read(reader)
            finally:
                writer.close()
            status = int(answer.removeprefix(_GO_ON)[9:12] or b"0")
            if not 200 <= status < 500:
                wrong.append((request[:300], answer[:1_000]))

    await asyncio.gather(*(send(request) for request in requests(served)))
    assert wrong == []
    assert "unforeseen" not in served.server.log()
    assert "Traceback" not in served.server.log()


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Return an answer; a server that refuses may break the connection off once it has said so."""
    answer = b""
    try:
        while piece := await reader.read(65_536):
            answer += piece
    except ConnectionError:
        pass
    return answer


async def test_a_secret_of_broken_bytes_lets_nobody_in() -> None:
    with memlane_server() as server:
        host, port = server.url.removeprefix("http://").split(":")
        secrets = (b"\xff\xfe", b"", b"ml_\x01", b"\xf0\x9f\x98\x80", b"ml_" + b"a" * 8_000, b"Bearer Bearer x")
        answers = set[bytes]()
        for secret in secrets:
            for header in (b"Authorization: Bearer " + secret, b"X-Memlane-Key: " + secret, b"x-api-key: " + secret):
                reader, writer = await asyncio.open_connection(host, int(port))
                named = b"Host: localhost\r\nX-Request-Id: r\r\nConnection: close\r\n"
                writer.write(b"GET /v1/whoami HTTP/1.1\r\n" + named + header + b"\r\n\r\n")
                head, _, body = (await _read(reader)).partition(b"\r\n\r\n")
                assert head.startswith((b"HTTP/1.1 401", b"HTTP/1.1 400")), (header, head)
                if head.startswith(b"HTTP/1.1 401"):
                    answers.add(body)
                writer.close()
        assert [json.loads(answer)["code"] for answer in answers] == ["unauthenticated"]
