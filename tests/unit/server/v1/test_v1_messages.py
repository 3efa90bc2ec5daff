"""Messages over HTTP."""

from typing import Any

import httpx2
import pytest

import memlane
from memlane.wiring.settings import ServerSettings, Settings

S = "/v1/users/luke/sessions/monday"


def said(*texts: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text} for text in texts]}


async def test_messages_are_added_and_read_back(client: httpx2.AsyncClient) -> None:
    added = await client.post(f"{S}/messages", json=said("I land in Oslo", "on Friday"))
    assert added.status_code == 201
    assert [message["position"] for message in added.json()["messages"]] == [1, 2]
    listed = (await client.get(f"{S}/messages")).json()
    assert listed == {"messages": added.json()["messages"], "cursor": None}


async def test_an_id_is_opaque_and_decoded_once(client: httpx2.AsyncClient, memory: memlane.AsyncMemlane) -> None:
    user, session = "a/b?c%2F..", "s 1/é#\U0001f999"
    path = f"/v1/users/{_quoted(user)}/sessions/{_quoted(session)}"
    assert (await client.post(f"{path}/messages", json=said("hello"))).status_code == 201
    assert len(await memory.user(user).session(session).messages()) == 1


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())


async def test_pages_lead_from_the_newest_to_the_oldest(client: httpx2.AsyncClient) -> None:
    await client.post(f"{S}/messages", json=said(*map(str, range(7))))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = (await client.get(f"{S}/messages", params=query)).json()
        seen = [message["content"] for message in page["messages"]] + seen
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert seen == list("0123456")


@pytest.mark.parametrize(
    ("last", "limit", "pages"), [(5, 2, [2, 2, 1]), (2, None, [2]), (0, None, [0]), (50, 4, [4, 3])]
)
async def test_last_caps_the_whole(client: httpx2.AsyncClient, last: int, limit: int | None, pages: list[int]) -> None:
    await client.post(f"{S}/messages", json=said(*map(str, range(7))))
    found, query = list[int](), {"last": last} | ({} if limit is None else {"limit": limit})
    while True:
        page = (await client.get(f"{S}/messages", params=query)).json()
        found.append(len(page["messages"]))
        if page["cursor"] is None:
            break
        query = query | {"cursor": page["cursor"]}
    assert found == pages


async def test_a_key_makes_adding_safe_to_repeat(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": "once"}
    first = await client.post(f"{S}/messages", json=said("one", "two"), headers=key)
    again = await client.post(f"{S}/messages", json=said("one", "two"), headers=key)
    assert again.json() == first.json()
    other = await client.post(f"{S}/messages", json=said("one", "three"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "usage")
    assert len((await client.get(f"{S}/messages")).json()["messages"]) == 2


async def test_own_ids_win_over_the_key(client: httpx2.AsyncClient) -> None:
    body = {"messages": [{"role": "user", "content": "hello", "id": "mine"}]}
    added = await client.post(f"{S}/messages", json=body, headers={"Idempotency-Key": "once"})
    assert added.json()["messages"][0]["id"] == "mine"


@pytest.mark.parametrize("key", ["", "k" * 513])
async def test_a_key_that_is_none_is_refused(client: httpx2.AsyncClient, key: str) -> None:
    answer = await client.post(f"{S}/messages", json=said("one"), headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


async def test_too_many_messages_are_refused(memory: memlane.AsyncMemlane, call: Any) -> None:
    few = call(memory, Settings(server=ServerSettings(max_messages=2)))
    answer = await few.post(f"{S}/messages", json=said("1", "2", "3"))
    assert (answer.status_code, answer.json()["field"]) == (422, "messages")
    assert (await few.get(f"{S}/messages")).json()["messages"] == []


async def test_messages_can_be_kept_out_of_recall(client: httpx2.AsyncClient) -> None:
    await client.post(f"{S}/messages", json=said("My PIN hides under the rug") | {"remember": False})
    found = await client.post("/v1/users/luke/recall", json={"query": "PIN rug"})
    assert found.json() == {"results": []}


async def test_a_message_that_is_not_allowed_says_which(client: httpx2.AsyncClient) -> None:
    answer = await client.post(f"{S}/messages", json={"messages": [{"role": "user", "content": "a"}, {"role": "king"}]})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("message 2: ")
