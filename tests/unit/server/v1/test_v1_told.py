"""What the server tells of itself over HTTP: health, models, keys, a session; and corrections and pages of memories."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from memlane.access.keys import Keys
from memlane.engine.client import AsyncMemlane
from memlane.testing.fakes import FakeClock
from memlane.testing.scripted_model import ScriptedModel
from memlane.types.state import HealthCheck
from memlane.wiring.access import open_records
from memlane.wiring.settings import ModelSettings, Settings, StoreSettings
from memlane.wiring.store_url import StoreUrl

U = "/v1/users/luke"
S = f"{U}/sessions/monday"


async def test_health_tells_of_every_part_and_of_no_place(client: httpx2.AsyncClient, tmp_path: Path) -> None:
    answer = await client.get("/v1/health")
    checks = {check["name"]: check for check in answer.json()["checks"]}
    assert {"store", "embedder", "chat model", "background work"} < checks.keys()
    assert int(answer.json()["stores"]["sessions"]["size_bytes"]) > 0
    assert str(tmp_path) not in answer.text


async def test_a_fault_is_told_without_its_own_words(
    memory: AsyncMemlane, call: Callable[..., httpx2.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def health() -> list[HealthCheck]:
        return [HealthCheck(name="embedder", state="fault", detail="/srv/secret is missing", fix="look in /srv")]

    monkeypatch.setattr(memory, "health", health)
    answer = await call(memory).get("/v1/health")
    (check,) = answer.json()["checks"]
    assert (check["name"], check["state"]) == ("embedder", "fault")
    assert "/srv" not in answer.text


async def test_turns_may_name_the_models_of_the_server_and_no_others(connect: Any, call: Any) -> None:
    memory = await connect(model=ScriptedModel("one", "two", identity="openai:own"), offered_models=["openai:b"])
    client = call(memory, Settings(model=ModelSettings(name="configured")))
    assert (await client.get("/v1/models")).json() == {"default": "openai:own", "offered": ["openai:own", "openai:b"]}
    for name in ("configured", "openai:own"):
        assert (await client.post(f"{S}/chat", json={"text": name, "model": name})).status_code == 200
    for name in ("openai:c", "openai+http://169.254.169.254/#m", ""):
        refused = await client.post(f"{S}/chat", json={"text": "Hi", "model": name})
        assert (refused.status_code, refused.json()["field"]) == (422, "model")


async def test_keys_are_those_of_the_caller_s_tenant_and_need_the_scope_admin(
    memory: AsyncMemlane, call: Any, tmp_path: Path, clock: FakeClock
) -> None:
    url = StoreUrl(f"sqlite:///{tmp_path}/m.db?synchronous=normal")
    records = open_records(Settings(store=StoreSettings(url=url)))
    assert records.store is not None
    keys = Keys(records.store, clock)
    mine, _ = await keys.create("default", name="mine", user="luke"), await keys.create("acme")
    for close in records.closers:
        await close()
    answer = await call(memory).get("/v1/keys")
    (told,) = answer.json()["keys"]
    assert (told["prefix"], told["name"], told["user"], told["scopes"]) == (
        mine.info.prefix,
        "mine",
        "luke",
        ["read", "write"],
    )
    assert mine.secret not in answer.text
    assert "sha256" not in answer.text
    assert [info.id for info in await memory.keys()] == [mine.info.id]
    assert (await call(memory, scopes=frozenset({"read", "write"})).get("/v1/keys")).status_code == 403
    assert (await call(memory, user="luke").get("/v1/keys")).status_code == 403


async def test_a_session_is_told_and_one_that_is_not_there_is_not(client: httpx2.AsyncClient) -> None:
    assert (await client.get(S)).status_code == 404
    await client.post(f"{S}/messages", json={"messages": [{"role": "user", "content": "Hi"}] * 3})
    await client.put(f"{S}/expiry", json={"ttl_seconds": 3600})
    await client.put(f"{S}/expiry", json={"ttl_seconds": 60, "last": 2})
    told = (await client.get(S)).json()
    assert (told["session_id"], told["messages"], told["ttl"], told["expiring"]) == ("monday", 3, "PT3600S", 2)
    assert told["expiring_at"] < told["expires_at"]


async def test_a_correction_can_be_made_only_of_what_was_seen(client: httpx2.AsyncClient) -> None:
    made = await client.post(f"{U}/memories", json={"text": "likes tea"})
    path, tag = f"{U}/memories/{made.json()['id']}", made.headers["etag"]
    corrected = await client.patch(path, json={"text": "likes coffee"}, headers={"If-Match": tag})
    assert (corrected.status_code, corrected.json()["text"]) == (200, "likes coffee")
    again = await client.patch(path, json={"text": "likes water"}, headers={"If-Match": tag})
    assert again.status_code == 412
    same = await client.patch(path, json={"text": "likes coffee"})
    assert same.headers["etag"] == corrected.headers["etag"]
    for body in ({"text": ""}, {"text": "a", "value": "b"}, {"text": "a", "unknown": 1}, {}):
        assert (await client.patch(path, json=body)).status_code == 422
    assert (await client.patch(f"{U}/memories/none", json={"text": "a"})).status_code == 404


async def test_pages_of_memories_and_their_growth(client: httpx2.AsyncClient, memory: AsyncMemlane) -> None:
    made = [await memory.user("luke").remember(f"fact {number}") for number in range(5)]
    first = (await client.post(f"{U}/browse", json={"limit": 3})).json()
    assert ([one["id"] for one in first["memories"]], first["total"]) == ([one.id for one in made[:1:-1]], 5)
    rest = (await client.post(f"{U}/browse", json={"limit": 3, "after": first["next"]})).json()
    assert ([one["id"] for one in rest["memories"]], rest["next"]) == ([one.id for one in made[1::-1]], None)
    assert (await client.post(f"{U}/browse", json={"after": "x"})).status_code == 422
    growth = (await client.get(f"{U}/growth?step=hour")).json()
    assert [(point["kind"], point["count"]) for point in growth["points"]] == [("fact", 5)]
