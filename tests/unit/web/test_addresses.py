"""The first page is reached by its name, as the others are."""

from typing import Any

import pytest

from memlane.web.addresses import Addresses


async def _inner(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def _asked(path: str, query: bytes = b"", kind: str = "http") -> dict[str, Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    await Addresses(_inner)({"type": kind, "path": path, "query_string": query}, receive, send)
    return sent[0]


@pytest.mark.parametrize(("query", "to"), [(b"", b"/"), (b"user=a%2F&session=%3F", b"/?user=a%2F&session=%3F")])
async def test_the_first_page_by_name_leads_to_the_root_with_its_parameters(query: bytes, to: bytes) -> None:
    answer = await _asked("/chat", query)
    assert answer["status"] == 307
    assert dict(answer["headers"])[b"location"] == to


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "http"), ("/memory", "http"), ("/chat/x", "http"), ("/chat", "websocket")]
)
async def test_everything_else_goes_on(path: str, kind: str) -> None:
    assert (await _asked(path, kind=kind))["status"] == 200
