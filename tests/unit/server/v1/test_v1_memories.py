"""What is remembered, over HTTP: memories, facts, preferences, conditions and conflicts."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

import memlane

U = "/v1/users/luke"


async def test_a_memory_is_remembered_recalled_and_forgotten(client: httpx2.AsyncClient) -> None:
    made = await client.post(f"{U}/memories", json={"text": "Prefers window seats", "kind": "preference"})
    assert made.status_code == 201
    found = (await client.post(f"{U}/recall", json={"query": "which seat?", "limit": 1})).json()["results"][0]
    assert found["memory"] == made.json()
    assert sum(found["why"].values()) == pytest.approx(found["score"])
    path = f"{U}/memories/{made.json()['id']}"
    assert (await client.get(path)).json() == made.json()
    assert (await client.delete(path)).status_code == 204
    assert [(await client.get(path)).status_code, (await client.delete(path)).status_code] == [404, 404]


async def test_a_key_makes_remembering_safe_to_repeat(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": "once"}
    first = await client.post(f"{U}/memories", json={"text": "likes tea"}, headers=key)
    again = await client.post(f"{U}/memories", json={"text": "likes tea"}, headers=key)
    other = await client.post(f"{U}/memories", json={"text": "likes coffee"}, headers=key)
    assert (again.json(), other.status_code) == (first.json(), 422)
    assert len((await client.get(f"{U}/memories")).json()["memories"]) == 1


async def test_memories_come_in_pages_oldest_first(client: httpx2.AsyncClient, memory: memlane.AsyncMemlane) -> None:
    made = [await memory.user("luke").remember(f"fact {n}", kind="fact" if n % 2 else "note") for n in range(7)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while query.get("cursor", "") is not None:
        page = (await client.get(f"{U}/memories", params=query)).json()
        seen += [one["id"] for one in page["memories"]]
        query["cursor"] = page["cursor"]
    assert seen == [one.id for one in made]
    notes = (await client.get(f"{U}/memories?kind=note&kind=other")).json()["memories"]
    assert {one["kind"] for one in notes} == {"note"}


async def test_an_etag_saves_reading_again(client: httpx2.AsyncClient) -> None:
    made = await client.post(f"{U}/memories", json={"text": "likes tea"})
    path, tag = f"{U}/memories/{made.json()['id']}", made.headers["etag"]
    same = await client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await client.put(f"{path}/pin", json={})
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200


@pytest.mark.parametrize(
    ("method", "end", "body"),
    [("PUT", "/pin", {"pinned": False}), ("POST", "/revert", {"version": 1}), ("DELETE", "", None)],
)
async def test_a_change_can_be_made_only_of_what_was_seen(
    client: httpx2.AsyncClient, method: str, end: str, body: Any
) -> None:
    made = await client.post(f"{U}/memories", json={"text": "likes tea"})
    path = f"{U}/memories/{made.json()['id']}"
    pinned = await client.put(f"{path}/pin", json={})

    async def change(tag: str) -> int:
        return (await client.request(method, path + end, json=body, headers={"If-Match": tag})).status_code

    assert await change(made.headers["etag"]) == 412
    assert await change("nonsense") == 422
    assert (await client.get(path)).headers["etag"] == pinned.headers["etag"]
    assert await change(f'"x", {pinned.headers["etag"]}') in (200, 204)


async def test_history_shows_and_revert_undoes_a_change(client: httpx2.AsyncClient) -> None:
    made = (await client.post(f"{U}/memories", json={"text": "likes tea"})).json()
    path = f"{U}/memories/{made['id']}"
    await client.put(f"{path}/pin", json={})
    assert [one.get("pinned", False) for one in (await client.get(f"{path}/history")).json()["versions"]] == [
        False,
        True,
    ]
    assert "pinned" not in (await client.post(f"{path}/revert", json={"version": 1})).json()
    assert (await client.post(f"{path}/revert", json={"version": 9})).status_code == 404


async def test_preferences_are_replaced_merged_and_guarded(client: httpx2.AsyncClient) -> None:
    path = f"{U}/preferences"
    assert (await client.get(path)).json() == {}
    assert (await client.put(path, json={"a": 1, "b": {"c": [1.5, None]}})).status_code == 204
    seen = (await client.get(path)).headers["etag"]
    assert (await client.patch(path, json={"a": 2}, headers={"If-Match": seen})).status_code == 204
    assert (await client.put(path, json={}, headers={"If-Match": seen})).status_code == 412
    assert (await client.get(path)).json() == {"a": 2, "b": {"c": [1.5, None]}}
    assert (await client.put(path, json={"z": 0}, headers={"If-Match": "*"})).status_code == 204
    assert (await client.get(path)).json() == {"z": 0}


async def test_preferences_have_a_life(client: httpx2.AsyncClient, clock: Any) -> None:
    path = f"{U}/preferences"
    await client.put(f"{path}?ttl_seconds=10", json={"a": 1})
    clock.advance(timedelta(seconds=11))
    assert (await client.get(path)).json() == {}
    assert (await client.put(f"{path}?ttl_seconds=never", json={"a": 1})).status_code == 204
    assert [
        (await client.put(f"{path}?ttl_seconds={life}", json={})).status_code for life in ("0", "nan", "x", "1e30")
    ] == [422] * 4


async def test_facts_profile_and_pruning(client: httpx2.AsyncClient, clock: Any) -> None:
    await client.post(f"{U}/memories", json={"text": "Lives in Bergen"})
    assert [one["text"] for one in (await client.get(f"{U}/facts")).json()["memories"]] == ["Lives in Bergen"]
    assert "Lives in Bergen" in (await client.get(f"{U}/profile?max_tokens=500")).json()["profile"]
    clock.advance(timedelta(days=10))
    policy = {"policy": {"older_than": "P5D"}}
    listed = (await client.post(f"{U}/prune", json=policy)).json()
    assert (len(listed["pruned"]), listed["dry_run"]) == (1, True)
    await client.post(f"{U}/prune", json=policy | {"dry_run": False})
    assert (await client.get(f"{U}/memories")).json()["memories"] == []
