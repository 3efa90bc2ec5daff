"""Sessions, contexts and whole users over HTTP."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

import memlane
from memlane.wiring.settings import ServerSettings, Settings

U = "/v1/users/luke"
S = f"{U}/sessions/monday"
SAID = b'{"role": "user", "content": "a"}'
LATE = b'{"id": "a", "sessions": [{"id": "s", "at": "9999-12-31T23:59:59Z", "messages": [%b]}]}'


async def test_a_context_has_what_was_said_and_remembered(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane
) -> None:
    await memory.user("luke").session("sunday").add("user", "My sister Ada breeds alpacas in Bergen.")
    session = memory.user("luke").session("monday")
    await session.add("user", "Who breeds alpacas?")
    given = await client.post(f"{S}/context", json={"max_tokens": 2_000, "shape": "anthropic"})
    context = await session.context(max_tokens=2_000)
    assert given.json() == json.loads(memlane_json(context)) | {"ready": context.as_anthropic()}
    counted = await client.post(
        f"{S}/tokens", json={"context": {k: v for k, v in given.json().items() if k != "ready"}}
    )
    assert counted.json()["tokens"] == context.tokens
    few = await client.post(f"{S}/context", json={"max_tokens": 1})
    assert (few.status_code, few.json()["code"], few.json()["budget_tokens"]) == (422, "budget_exceeded", 1)


def memlane_json(record: Any) -> bytes:
    import msgspec  # noqa: PLC0415 -- here only

    return msgspec.json.encode(record)


async def test_instructions_are_set_and_guarded(client: httpx2.AsyncClient) -> None:
    path = f"{S}/instructions"
    none = await client.get(path)
    assert none.json() == {"instructions": None}
    assert (await client.put(path, json={"instructions": "x"}, headers={"If-Match": "*"})).status_code == 412
    first = await client.put(path, json={"instructions": "Be brief."}, headers={"If-Match": none.headers["etag"]})
    assert (first.status_code, first.json()) == (200, {"instructions": "Be brief."})
    late = await client.put(path, json={"instructions": "Be long."}, headers={"If-Match": none.headers["etag"]})
    assert late.status_code == 412
    assert (await client.get(path)).headers["etag"] == first.headers["etag"]
    assert (await client.put(path, json={"instructions": None})).json() == {"instructions": None}


async def test_sessions_come_in_pages_the_newest_first(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane, clock: Any
) -> None:
    for number in range(5):
        await memory.user("luke").session(f"s{number}").add("user", "hello")
        clock.advance(timedelta(seconds=number % 2))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while query.get("cursor", "") is not None:
        page = (await client.get(f"{U}/sessions", params=query)).json()
        seen += [one["session_id"] for one in page["sessions"]]
        query["cursor"] = page["cursor"]
    assert sorted(seen) == [f"s{number}" for number in range(5)]
    assert seen[0] == "s4"


async def test_a_session_is_expired_closed_and_deleted(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane, clock: Any
) -> None:
    await memory.user("luke").session("monday").add("user", "hello")
    assert (await client.put(f"{S}/expiry", json={"ttl_seconds": 60})).json() == {"count": 1}
    assert (await client.post(f"{S}/close")).status_code == 204
    assert (await client.get(f"{S}/summary")).json() == {"summary": None}
    assert (await client.delete(f"{S}?memories=true")).json() == {"count": 1}
    assert (await client.get(f"{U}/memories")).json()["memories"] == []


async def test_what_was_exported_is_imported_to_an_equal_state(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane
) -> None:
    luke, mia = memory.user("luke"), memory.user("mia")
    await luke.session("monday").add_many([{"role": "user", "content": f"line {n}\u2028\u0085 end"} for n in range(50)])
    await luke.remember("likes tea")
    await luke.set_preferences({"a": 1}, ttl=None)
    exported = await client.get(f"{U}/export")
    assert exported.headers["content-type"] == "application/x-ndjson"
    media = {"Content-Type": "application/x-ndjson"}
    restored = await client.post("/v1/users/mia/import", content=exported.content, headers=media)
    assert restored.json() == {"new": 102, "records": 103}
    assert (await client.post("/v1/users/mia/import", content=exported.content, headers=media)).json()["new"] == 0
    assert await mia.memories() == await luke.memories()
    assert await mia.session("monday").messages() == await luke.session("monday").messages()
    assert await mia.preferences() == {"a": 1}


async def test_an_import_with_a_line_that_is_not_understood_writes_nothing(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane
) -> None:
    await memory.user("luke").session("monday").add("user", "hello")
    exported = (await client.get(f"{U}/export")).content
    answer = await client.post("/v1/users/mia/import", content=exported + b'{"type": "other"}\n')
    assert (answer.status_code, "line 5" in answer.json()["detail"]) == (422, True)
    assert await memory.user("mia").sessions() == []


async def test_an_import_is_bounded_and_leaves_no_file(
    memory: memlane.AsyncMemlane, call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    small = call(memory, Settings(server=ServerSettings(max_import_bytes=1_000)))
    answer = await small.post(f"{U}/import", content=b"x" * 1_001)
    assert (answer.status_code, answer.json()["limit_bytes"]) == (413, 1_000)
    assert list(spool.iterdir()) == []


async def test_a_conversation_of_a_file_is_imported(client: httpx2.AsyncClient) -> None:
    said = {"role": "user", "content": "hello"}
    file = [{"id": name, "sessions": [{"id": "s", "at": "2026-01-01T00:00:00Z", "messages": [said]}]} for name in "ab"]
    answer = await client.post(f"{U}/import?conversation=b", json=file)
    assert answer.json() == {"new": 1, "records": 1}


async def test_a_user_is_indexed_counted_and_erased(client: httpx2.AsyncClient, memory: memlane.AsyncMemlane) -> None:
    await memory.user("luke").remember("likes tea")
    assert (await client.post(f"{U}/index")).json() == {"indexed": True, "embedded": 1, "memories": 1}
    await client.post(f"{S}/usage", json={"input_tokens": 7})
    assert (await client.get(f"{S}/stats")).json()["points"][0]["used"] == {"input_tokens": 7}
    assert (await client.get("/v1/stats?step=hour")).json()["points"][0]["used"]["input_tokens"] == 7
    assert [one["user"] for one in (await client.get("/v1/users")).json()["users"]] == ["luke"]
    assert (await client.delete(U)).json()["removed"]["memories"] == 1
    assert (await client.get("/v1/users")).json() == {"users": [], "cursor": None}


async def test_operators_see_the_work_of_their_tenant_only(
    client: httpx2.AsyncClient, memory: memlane.AsyncMemlane, call: Any
) -> None:
    await memory.user("luke").session("monday").add("user", "My name is Luke.")
    work = (await client.get("/v1/work")).json()["work"]
    assert [(one["user"], one["session"], one["is_set_aside"]) for one in work] == [("luke", "monday", False)]
    assert (await call(memory, tenant="other").get("/v1/work")).json() == {"work": []}
    assert (await client.post("/v1/work/retry")).json() == {"count": 0}
    assert (await client.post("/v1/work/run")).status_code == 200
    assert (await client.get("/v1/work")).json() == {"work": []}
    assert (await client.post("/v1/sweep")).json() == {"count": 0}
    stores = (await client.get("/v1/health")).json()["stores"]
    assert set(stores) == {"sessions", "memories"}
    assert all(facts["server"] == "SQLite" and "file" not in facts for facts in stores.values())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"null",
        b"{}",
        b'{"id": 1, "sessions": []}',
        b'{"id": "a", "sessions": [{"id": "s", "at": "0001-01-01T00:00:00+23:00", "messages": []}]}',
        b'{"id": "a", "sessions": [{"id": "s", "at": "9999-12-31T23:59:59Z", "messages": ['
        + b"{}," * 2_000
        + b"{}]}]}",
        b'{"id": "a", "sessions": [{"id": "s", "at": 1, "messages": [{"role": "user", "content": "a"}]}]}',
        b'{"id": "a", "sessions": [{"id": "s", "at": "2026-01-01T00:00:00Z", "messages": [1]}]}',
        b'{"type":"memlane-export"',
        b'{"type":"memlane-export","version":1,"tenant":"t","user":"u","exported_at":"2026-01-01T00:00:00Z"}\n\xff',
    ],
)
async def test_no_import_makes_the_server_fail(client: httpx2.AsyncClient, body: bytes) -> None:
    answer = await client.post(f"{U}/import", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "usage")
    assert (await client.get(f"{U}/sessions")).json()["sessions"] == []
