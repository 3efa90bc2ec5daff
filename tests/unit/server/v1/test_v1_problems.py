"""What is wrong with a request is told as a problem document, never as an error of the server."""

import logging
from typing import Any

import httpx2
import pytest

import memlane
from memlane.errors import RateLimitError, StoreUnavailableError
from memlane.server.v1 import importing
from memlane.server.v1.cursors import make_cursor

S = "/v1/users/luke/sessions/monday"
NESTED = b"[" * 100_000 + b"]" * 100_000


async def post(client: httpx2.AsyncClient, path: str, body: bytes, media: str = "application/json") -> httpx2.Response:
    return await client.post(path, content=body, headers={"Content-Type": media})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"query": NaN}',
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b'{"metadata": {"a": ' + NESTED + b"}}",
    ],
)
async def test_what_is_not_json_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    answer = await post(client, "/v1/users/luke/recall", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[]", None),
        (b"{}", "query"),
        (b'{"query": 1}', "query"),
        (b'{"query": "a", "limit": "1"}', "limit"),
        (b'{"query": "a", "limit": 0}', "limit"),
        (b'{"query": "a", "limit": 1' + b"0" * 400 + b"}", "limit"),
        (b'{"query": "a", "quantity": 1}', "quantity"),
        (b'{"query": "a", "kinds": ["fact", 1]}', "kinds[1]"),
        (b'{"query": "a", "since": "yesterday"}', "since"),
        (b'{"query": "a", "since": "2026-01-01T00:00:00"}', "since"),
        (b'{"query": "a", "since": "0001-01-01T00:00:00+23:00"}', "since"),
        (b'{"query": "a", "metadata": {"a": 1' + b"0" * 30 + b"}}", "metadata"),
        (b'{"query": "a", "sessions": [""]}', "sessions"),
    ],
)
async def test_what_does_not_fit_names_its_field(client: httpx2.AsyncClient, body: bytes, field: str | None) -> None:
    answer = await post(client, "/v1/users/luke/recall", body)
    assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == (422, "usage", field)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/users/luke/memories", {"text": "a\0", "metadata": {"a": "\0"}}),
        (f"{S}/context", {"last": 10**400}),
        (f"{S}/context", {"max_tokens": 10**30}),
        (f"{S}/expiry", {"ttl_seconds": 1e300}),
        (f"{S}/expiry", {"ttl_seconds": 86_400 * 999_999_999}),
        (f"{S}/expiry", {"ttl_seconds": 1, "last": 10**30}),
        (f"{S}/expiry", {"ttl_seconds": -1}),
        ("/v1/users/luke/memories", {"text": "a", "expires_at": "9999-12-31T23:59:59-12:00"}),
        ("/v1/users/luke/memories", {"text": "a", "metadata": {"a": 10**30}}),
        ("/v1/users/luke/prune", {"policy": {"older_than": "P999999999D"}}),
        ("/v1/users/luke/prune", {"policy": {"keep_most": 10**30}}),
        ("/v1/users/luke/prune", {"policy": {}}),
        ("/v1/users/luke/memories/x/revert", {"version": 10**30}),
        (f"{S}/messages", {"messages": [{"role": "user", "content": "a", "created_at": "9999-12-31T23:59:59-12:00"}]}),
        (f"{S}/messages", {"messages": [{"role": "user", "content": "a", "id": "\0"}]}),
        (f"{S}/usage", {"input_tokens": -1}),
        (f"{S}/usage", {"input_tokens": 10**30}),
        (f"{S}/chat", {"text": ""}),
        (f"{S}/chat", {"text": "a", "temperature": 1e300}),
        (f"{S}/chat", {"text": "a", "model": "openai+http://169.254.169.254/#m"}),
    ],
)
async def test_no_value_makes_the_server_fail(client: httpx2.AsyncClient, path: str, body: Any) -> None:
    method = "PUT" if path.endswith("/expiry") else "POST"
    answer = await client.request(method, path, json=body)
    assert answer.status_code < 500, answer.text
    listed = [await client.get(f"/v1/users/luke/{name}") for name in ("sessions", "memories", "profile")]
    assert [answer.status_code for answer in listed] == [200, 200, 200]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("lst=1", "lst"),
        ("last=one", "last"),
        ("last=-1", "last"),
        ("last=1&last=2", "last"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=" + "9" * 5_000, "limit"),
        ("cursor=what", "cursor"),
        ("cursor=" + "A" * 20, "cursor"),
        ("cursor=%F0", None),
    ],
)
async def test_a_query_that_does_not_fit_names_its_parameter(
    client: httpx2.AsyncClient, query: str, field: str | None
) -> None:
    answer = await client.get(f"{S}/messages?{query}")
    assert (answer.status_code, answer.json().get("field")) == (422, field)


@pytest.mark.parametrize(
    ("path", "of", "place"),
    [
        ("/v1/users/luke/memories", ("memories", "default", "luke", ""), ["2026-01-01T00:00:00", "x"]),
        ("/v1/users/luke/sessions", ("sessions", "default", "luke"), ["2026-01-01T00:00:00", "x"]),
        (f"{S}/messages", ("messages", "default", "luke", "monday"), [-1, None]),
        (f"{S}/messages", ("messages", "default", "luke", "monday"), [2**70, None]),
        ("/v1/users", ("users", "default"), 1),
    ],
)
async def test_a_cursor_that_somebody_made_up_is_refused(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane, path: str, of: tuple[str, ...], place: Any
) -> None:
    await memory.user("luke").session("monday").add("user", "hello")
    answer = await client.get(path, params={"cursor": make_cursor(of, place)})
    assert (answer.status_code, answer.json()["code"]) == (422, "usage")


@pytest.mark.parametrize("path", ["/v1/users/luke/recall", "/v1/users/luke/episodes", f"{S}/context"])
async def test_a_query_that_would_take_seconds_is_refused(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.post(path, json={"query": "word " * 20_001})
    assert (answer.status_code, answer.json()["field"]) == (422, "query")
    assert (await client.post(path, json={"query": "w" * 100_000})).status_code == 200


async def test_conversations_are_not_decoded_at_any_size(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_MOST_AT_ONCE_BYTES", 1_000)
    path = "/v1/users/luke/import"
    answer = await client.post(path, content=b"[" + b'{"a":1},' * 200 + b"1]")
    assert (answer.status_code, answer.json()["limit_bytes"]) == (413, 1_000)
    for number in range(10):
        await client.post(f"{S}/messages", json={"messages": [{"role": "user", "content": f"{number} " + "a" * 100}]})
    export = (await client.get("/v1/users/luke/export")).content
    assert len(export) > 1_000
    assert (await client.post("/v1/users/lea/import", content=export)).status_code == 200


async def test_a_cursor_is_good_for_its_list_only(client: httpx2.AsyncClient, memory: memlane.AsyncMemlane) -> None:
    for user in ("luke", "mia"):
        await memory.user(user).session("monday").add_many([{"role": "user", "content": str(n)} for n in range(3)])
        await memory.user(user).session("tuesday").add("user", "again")
    cursor = (await client.get(f"{S}/messages?limit=1")).json()["cursor"]
    assert (await client.get(f"{S}/messages?limit=1&cursor={cursor}")).status_code == 200
    for path in ("/v1/users/mia/sessions/monday/messages", "/v1/users/luke/sessions", "/v1/users/luke/memories"):
        assert (await client.get(f"{path}?limit=1&cursor={cursor}")).status_code == 422


@pytest.mark.parametrize(
    "path", ["/v1/users/%FF/memories", f"/v1/users/{'x' * 513}/memories", "/v1/users/a%00/memories"]
)
async def test_an_id_that_is_none_is_refused(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["field"]) == (422, "user")


@pytest.mark.parametrize("path", ["/v1/users//memories", "/v1/users/luke/", "/v1/users/luke/memory", "/v1", "/"])
async def test_an_unknown_address_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_an_empty_segment_never_names_something_else(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane
) -> None:
    await memory.user("sessions").remember("kept")
    assert (await client.delete("/v1/users//sessions")).status_code == 404
    assert len(await memory.user("sessions").memories()) == 1


async def test_another_method_says_which_are_taken(client: httpx2.AsyncClient) -> None:
    answer = await client.put("/v1/users/luke/sessions")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    asked = await client.options("/v1/users/luke/sessions")
    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


async def test_head_is_get_without_its_body(client: httpx2.AsyncClient) -> None:
    got, headed = await client.get("/v1/users/luke/sessions"), await client.head("/v1/users/luke/sessions")
    assert (headed.status_code, headed.content, headed.headers) == (200, b"", got.headers)


async def test_another_content_type_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await post(client, "/v1/users/luke/recall", b'{"query": "a"}', "text/plain")
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")
    with_charset = await post(client, "/v1/users/luke/recall", b'{"query": "a"}', "application/json; charset=utf-8")
    assert with_charset.status_code == 200


async def test_a_store_that_is_down_is_told_with_a_time_to_wait(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*args: Any, **options: Any) -> None:
        raise StoreUnavailableError("the store is down")

    monkeypatch.setattr(memory._core.sessions, "read", down)
    answer = await client.get(f"{S}/messages")
    assert (answer.status_code, answer.json()["retryable"]) == (503, True)
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_budget_that_is_spent_is_told_with_a_time_to_wait(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*args: Any, **options: Any) -> None:
        raise RateLimitError("too much", 2.2)

    monkeypatch.setattr(memory._core.sessions, "read", busy)
    answer = await client.get(f"{S}/messages")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["retry_after"]) == (429, "3", 2.2)


async def test_the_unexpected_is_logged_and_not_told(
    client: httpx2.AsyncClient,
    memory: memlane.AsyncMemlane,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("the inside of the server")

    monkeypatch.setattr(memory._core.sessions, "read", broken)
    with caplog.at_level(logging.ERROR):
        answer = await client.get(f"{S}/messages")
    assert (answer.status_code, answer.json()["code"], answer.json()["request_id"]) == (500, "unexpected", "request-1")
    assert "inside" not in answer.text
    assert "request-1" in caplog.text
