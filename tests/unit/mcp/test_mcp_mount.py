"""What is decided of an HTTP request before the protocol reads it."""

import sys
from typing import Any

import msgspec
import pytest

import memlane
from memlane.access.credential import SCOPES, Credential
from memlane.access.scope import note_credential
from memlane.errors import ForbiddenError, MissingExtraError, UsageError
from memlane.mcp.caller import local_caller
from memlane.mcp.mount import caller_of, is_welcome, make_mcp
from memlane.mcp.stdio import serve_stdio
from memlane.wiring.settings import ServerSettings, Settings


def request(**headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "POST", "path": "/mcp", "query_string": b"", "headers": raw}


@pytest.mark.parametrize(
    ("allowed", "origin", "expected"),
    [
        ("https://app.example.com", None, True),
        ("https://app.example.com", "https://memory.example.com", True),
        ("https://app.example.com", "https://app.example.com", True),
        ("https://app.example.com", "https://app.example.com.evil.example", False),
        ("https://app.example.com", "https://evil.example", False),
        ("https://app.example.com", "http://localhost:3000", False),
        ("https://app.example.com", "null", False),
        ("https://app.example.com", "", False),
        ("*", "https://evil.example", True),
    ],
)
def test_a_page_of_a_stranger_may_not_call(allowed: str, origin: str | None, expected: object) -> None:
    headers = {"host": "memory.example.com"} | ({} if origin is None else {"origin": origin})
    assert is_welcome(request(**headers), ServerSettings(cors_origins=(allowed,))) is expected


@pytest.mark.parametrize(
    ("bound", "header", "user"),
    [("ada", None, "ada"), ("ada", "ada", "ada"), (None, "Zo%C3%AB%2F1", "Zoë/1"), (None, "Zoë", "Zoë")],
)
async def test_the_user_is_that_of_the_key_or_of_the_header(
    memory: memlane.AsyncMemlane, bound: str | None, header: str | None, user: str
) -> None:
    scope = request(**({} if header is None else {"x_memlane_user": header}))
    note_credential(scope, Credential(id="k", tenant="acme", user=bound, scopes=frozenset(SCOPES)))
    person = caller_of(memory, scope).person("read")
    assert (person.id, person.tenant) == (user, "acme")


@pytest.mark.parametrize(
    ("bound", "header", "error"),
    [("ada", "luke", ForbiddenError), (None, None, UsageError), (None, "", UsageError), (None, "%FF", UsageError)],
)
async def test_another_user_or_none_is_refused(
    memory: memlane.AsyncMemlane, bound: str | None, header: str | None, error: type[Exception]
) -> None:
    scope = request(**({} if header is None else {"x_memlane_user": header}))
    note_credential(scope, Credential(id="k", tenant="acme", user=bound, scopes=frozenset(SCOPES)))
    with pytest.raises(error):
        caller_of(memory, scope).person("read")


async def test_a_missing_package_is_named(memory: memlane.AsyncMemlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.streamable_http_manager", None)
    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    with pytest.raises(MissingExtraError, match=r"memlane\[server\]"):
        await make_mcp(memory, Settings()).__aenter__()
    with pytest.raises(MissingExtraError, match=r"memlane\[server\]"):
        await serve_stdio(local_caller(memory, "luke", "default", "memory", read_only=False))


async def test_without_a_credential_nobody_is_served(memory: memlane.AsyncMemlane) -> None:
    with pytest.raises(KeyError):
        caller_of(memory, request(x_memlane_user="ada"))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"path": "/mcp/other"}, 404, "not_found"),
        ({"method": "GET"}, 405, "method"),
        ({"method": "DELETE"}, 405, "method"),
        ({"headers": [(b"host", b"h"), (b"origin", b"https://evil.example")]}, 403, "forbidden"),
        ({"query_string": b"tools=everything"}, 422, "usage"),
        ({"query_string": b"tools="}, 422, "usage"),
    ],
)
async def test_what_is_refused_gets_a_problem_document(
    memory: memlane.AsyncMemlane, change: dict[str, Any], status: int, code: str
) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("the body is not read")

    async with make_mcp(memory, Settings()) as mount:
        await mount.app({**request(host="h"), **change}, receive, send)
    assert sent[0]["status"] == status
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]
    assert ((b"allow", b"POST") in sent[0]["headers"]) is (status == 405)
    assert msgspec.json.decode(sent[1]["body"])["code"] == code
