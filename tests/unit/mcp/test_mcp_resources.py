"""Resources, by the official client."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from mcp.shared.exceptions import MCPError

import memlane

Connect = Any


async def read(ask: Any, uri: str) -> Any:
    (content,) = (await ask.client.read_resource(uri)).contents
    assert content.uri == uri
    return json.loads(content.text) if content.mime_type == "application/json" else content.text


async def test_what_is_offered_can_be_read(connect: Connect, luke: memlane.AsyncUser) -> None:
    await luke.session("trip").instruct("Be brief.")
    await luke.session("trip").add("user", "I land in Oslo.", id="1")
    await luke.set_preferences({"diet": "vegetarian"})
    async with connect(tools="all") as ask:
        offered = (await ask.client.list_resources()).resources
        seen = {one.uri: await read(ask, one.uri) for one in offered}
        templates = (await ask.client.list_resource_templates()).resource_templates
    assert all(one.name and one.title and one.description and one.mime_type for one in offered)
    assert seen["memlane://sessions"]["sessions"][0]["session_id"] == "trip"
    assert seen["memlane://sessions/trip"]["instructions"] == "Be brief."
    assert seen["memlane://sessions/trip"]["messages"][0]["content"] == "I land in Oslo."
    assert seen["memlane://preferences"] == {"diet": "vegetarian"}
    assert "vegetarian" in seen["memlane://profile"]
    assert seen["memory://knowledge-graph"] == {"entities": [], "relations": []}
    assert [one.uri_template for one in templates] == ["memlane://sessions/{session}"]


@pytest.mark.parametrize("id_", ["a/b", "..", "a?b#c", "%2F", "🙂 é", " ", "x" * 512])
async def test_a_conversation_has_its_id_percent_encoded_in_the_address(
    connect: Connect, luke: memlane.AsyncUser, id_: str
) -> None:
    await luke.session(id_).add("user", "Hello")
    async with connect() as ask:
        (listed,) = [one for one in (await ask.client.list_resources()).resources if one.name == id_]
        assert listed.uri == f"memlane://sessions/{quote(id_, safe='')}"
        assert (await read(ask, listed.uri))["session"] == id_


@pytest.mark.parametrize(
    "uri",
    [
        "memlane://sessions/none",
        "memlane://sessions/",
        "memlane://sessions/a/b",
        "memlane://sessions/a?b",
        "memlane://sessions/%FF",
        "memlane://sessions/a%00b",
        "memlane://sessionsx/trip",
        "memlane://sessions/" + "x" * 513,
        "memlane://elsewhere",
        "memory://knowledge-graph",
        "file:///etc/passwd",
        "",
    ],
)
async def test_what_is_not_there_is_refused(connect: Connect, luke: memlane.AsyncUser, uri: str) -> None:
    await luke.session("trip").add("user", "Hello")
    async with connect() as ask:
        with pytest.raises(MCPError, match=r"\((not_found|usage)\)") as refused:
            await ask.client.read_resource(uri)
    assert refused.value.error.code == -32602


async def test_resources_of_another_user_are_not_there(connect: Connect, luke: memlane.AsyncUser) -> None:
    await luke.session("trip").add("user", "Hello")
    async with connect(user="ada") as ask:
        assert not [one for one in (await ask.client.list_resources()).resources if one.name == "trip"]
        with pytest.raises(MCPError, match="not_found"):
            await ask.client.read_resource("memlane://sessions/trip")
