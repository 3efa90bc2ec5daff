"""The tools of the reference memory server, by the official client."""

import asyncio
import json
from typing import Any

import pytest

import memlane
from memlane.errors import StoreUnavailableError
from memlane.mcp import graph
from memlane.mcp.graph_records import Entity, entity_id

Connect = Any
ADA = {"name": "Ada", "entityType": "person", "observations": ["Likes tea", "Plays chess"]}
OSLO = {"name": "Oslo", "entityType": "city", "observations": []}
LIVES = {"from": "Ada", "to": "Oslo", "relationType": "lives in"}
REFERENCE = {
    "create_entities": {"entities"},
    "create_relations": {"relations"},
    "add_observations": {"observations"},
    "delete_entities": {"entityNames"},
    "delete_observations": {"deletions"},
    "delete_relations": {"relations"},
    "read_graph": set[str](),
    "search_nodes": {"query"},
    "open_nodes": {"names"},
}
RESULTS = {
    "create_entities": {"entities"},
    "create_relations": {"relations"},
    "add_observations": {"results"},
    "delete_entities": {"success", "message"},
    "delete_observations": {"success", "message"},
    "delete_relations": {"success", "message"},
    "read_graph": {"entities", "relations"},
    "search_nodes": {"entities", "relations"},
    "open_nodes": {"entities", "relations"},
}


async def test_names_arguments_and_results_are_those_of_the_reference(connect: Connect) -> None:
    async with connect(tools="graph") as ask:
        tools = (await ask.client.list_tools()).tools
    assert {tool.name: set(tool.input_schema.get("properties", {})) for tool in tools} == REFERENCE
    assert {tool.name: set(tool.output_schema["properties"]) for tool in tools} == RESULTS
    assert {tool.name for tool in tools if tool.annotations.destructive_hint} == {
        "delete_entities",
        "delete_observations",
        "delete_relations",
    }


async def test_a_graph_is_written_and_read(connect: Connect) -> None:
    async with connect(tools="graph") as ask:
        assert await ask("create_entities", entities=[ADA, OSLO]) == {"entities": [ADA, OSLO]}
        assert await ask("create_relations", relations=[LIVES]) == {"relations": [LIVES]}
        assert await ask("read_graph") == {"entities": [ADA, OSLO], "relations": [LIVES]}
        assert json.loads(await ask.text("read_graph")) == {"entities": [ADA, OSLO], "relations": [LIVES]}


async def test_what_is_there_already_is_left_alone(connect: Connect) -> None:
    other = {"name": "Ada", "entityType": "robot", "observations": ["Is new"]}
    async with connect(tools="graph") as ask:
        await ask("create_entities", entities=[ADA, ADA, OSLO])
        assert await ask("create_entities", entities=[other]) == {"entities": []}
        assert await ask("create_relations", relations=[LIVES, LIVES]) == {"relations": [LIVES]}
        assert await ask("create_relations", relations=[LIVES]) == {"relations": []}
        assert await ask("read_graph") == {"entities": [ADA, OSLO], "relations": [LIVES]}


async def test_observations_are_added_and_deleted_word_for_word(connect: Connect) -> None:
    odd = ["", " ", "Likes  tea", "likes tea", "a\nb\u2028<c>", "🙂" * 100]
    async with connect(tools="graph") as ask:
        await ask("create_entities", entities=[ADA])
        added = await ask("add_observations", observations=[{"entityName": "Ada", "contents": [*odd, "Likes tea", ""]}])
        assert added == {"results": [{"entityName": "Ada", "addedObservations": odd}]}
        assert (await ask("open_nodes", names=["Ada"]))["entities"][0]["observations"] == [*ADA["observations"], *odd]
        done = await ask("delete_observations", deletions=[{"entityName": "Ada", "observations": odd}])
        assert done == {"success": True, "message": "Observations deleted successfully"}
        assert await ask("read_graph") == {"entities": [ADA], "relations": []}


async def test_deleting_says_what_was_not_there(connect: Connect) -> None:
    async with connect(tools="graph") as ask:
        await ask("create_entities", entities=[ADA, OSLO])
        said = [
            await ask("delete_entities", entityNames=["Oslo", "Bergen"]),
            await ask("delete_observations", deletions=[{"entityName": "Ada", "observations": ["Likes tea", "x"]}]),
            await ask("delete_observations", deletions=[{"entityName": "Bob", "observations": ["x"]}]),
            await ask("delete_relations", relations=[LIVES]),
        ]
    assert [one["message"] for one in said] == [
        "Deleted 1 of 2 entities. Not found: Bergen",
        "Deleted 1 of 2 observations.",
        "Deleted 0 of 1 observations. Entities not found: Bob",
        "Deleted 0 of 1 relations. The rest matched nothing.",
    ]


async def test_a_deleted_entity_takes_observations_and_relations_along(
    connect: Connect, luke: memlane.AsyncUser
) -> None:
    async with connect(tools="graph") as ask:
        await ask("create_entities", entities=[ADA, OSLO])
        await ask("create_relations", relations=[LIVES])
        done = await ask("delete_entities", entityNames=["Ada"])
        assert done == {"success": True, "message": "Entities deleted successfully"}
        assert await ask("read_graph") == {"entities": [OSLO], "relations": []}
        assert [one.text for one in await luke.memories()] == ["Oslo (city)"]
        anew = {"name": "Ada", "entityType": "cat", "observations": []}
        assert await ask("create_entities", entities=[anew]) == {"entities": [anew]}
        assert await ask("read_graph") == {"entities": [OSLO, anew], "relations": []}


async def test_what_needs_an_entity_that_is_not_there_writes_nothing(connect: Connect, luke: memlane.AsyncUser) -> None:
    async with connect(tools="graph") as ask:
        await ask("create_entities", entities=[ADA])
        back = {"from": "Ada", "to": "Ada", "relationType": "knows"}
        assert "relations[1].to" in await ask.failure("create_relations", relations=[back, LIVES])
        observed = [{"entityName": "Ada", "contents": ["x"]}, {"entityName": "Bob", "contents": ["y"]}]
        assert "observations[1]" in await ask.failure("add_observations", observations=observed)
        assert await ask("read_graph") == {"entities": [ADA], "relations": []}
    assert len(await luke.memories()) == 3


async def test_nodes_are_found_by_text_and_else_by_meaning(connect: Connect) -> None:
    async with connect(tools="graph") as ask:
        await ask("create_entities", entities=[ADA, OSLO])
        await ask("create_relations", relations=[LIVES])
        for query in ("ada", "PERSON", "likes t"):
            found = await ask("search_nodes", query=query)
            assert [one["name"] for one in found["entities"]] == ["Ada"]
            assert found["relations"] == [LIVES]
        assert "Ada" in {one["name"] for one in (await ask("search_nodes", query="who plays chess"))["entities"]}
        assert len((await ask("search_nodes", query=""))["entities"]) == 2
        assert await ask("open_nodes", names=["Oslo", "Nowhere"]) == {"entities": [OSLO], "relations": [LIVES]}
        assert await ask("open_nodes", names=[]) == {"entities": [], "relations": []}


async def test_recall_finds_what_the_graph_holds(connect: Connect) -> None:
    async with connect(tools="all") as ask:
        await ask("create_entities", entities=[ADA])
        found = await ask("recall", query="who plays chess?", kinds=["observation"])
    assert found["results"][0]["memory"]["text"] == "Ada: Plays chess"


async def test_memories_of_the_same_kinds_by_others_are_no_part_of_it(
    connect: Connect, luke: memlane.AsyncUser
) -> None:
    await luke.remember("An entity of an application", kind="entity", metadata={"graph": 1})
    await luke.remember("A relation of an application", kind="relation")
    async with connect(tools="graph") as ask:
        assert await ask("read_graph") == {"entities": [], "relations": []}


async def test_clients_that_observe_at_once_all_keep_what_they_saw(connect: Connect) -> None:
    async with connect(tools="graph") as one, connect(tools="graph") as other:
        await one("create_entities", entities=[OSLO])
        await asyncio.gather(
            *(
                ask("add_observations", observations=[{"entityName": "Oslo", "contents": [f"{who} {number}", "both"]}])
                for number in range(10)
                for who, ask in (("one", one), ("other", other))
            )
        )
        seen = (await one("read_graph"))["entities"][0]["observations"]
    assert sorted(seen) == sorted([f"{who} {n}" for who in ("one", "other") for n in range(10)] + ["both"])


async def test_clients_that_create_at_once_make_one_entity(connect: Connect, luke: memlane.AsyncUser) -> None:
    async with connect(tools="graph") as ask:
        given = [{"name": "Ada", "entityType": f"type {n}", "observations": [f"seen {n}"]} for n in range(20)]
        made = await asyncio.gather(*(ask("create_entities", entities=[one]) for one in given))
        graph = await ask("read_graph")
    created = [one for result in made for one in result["entities"]]
    assert graph == {"entities": created, "relations": []}
    assert len(created) == 1
    assert len(await luke.memories()) == 2


async def test_a_creation_that_breaks_off_leaves_no_half_entity(
    luke: memlane.AsyncUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember = memlane.AsyncUser.remember

    async def break_off(self: Any, text: str, **fields: Any) -> Any:
        if fields["id"] == entity_id("Ada"):
            raise StoreUnavailableError("down")
        return await remember(self, text, **fields)

    ada = Entity("Ada", "person", ["Likes tea"])
    with monkeypatch.context() as broken:
        broken.setattr(memlane.AsyncUser, "remember", break_off)
        with pytest.raises(StoreUnavailableError):
            await graph.create_entities(luke, [ada])
    assert await graph.read_graph(luke) == graph.KnowledgeGraph([], [])
    other = Entity("Ada", "person", ["Likes coffee"])
    assert await graph.create_entities(luke, [other]) == [other]
    assert await graph.read_graph(luke) == graph.KnowledgeGraph([other], [])


async def test_a_deletion_that_breaks_off_is_completed_by_another(
    luke: memlane.AsyncUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await graph.create_entities(luke, [Entity("Ada", "person", ["Likes tea"])])

    async def break_off(_: Any, memory_id: str, **__: Any) -> None:
        if memory_id == entity_id("Ada"):
            raise StoreUnavailableError("down")

    with monkeypatch.context() as broken:
        broken.setattr(memlane.AsyncUser, "forget", break_off)
        with pytest.raises(StoreUnavailableError):
            await graph.delete_entities(luke, ["Ada"])
    assert await graph.delete_entities(luke, ["Ada"]) == "Entities deleted successfully"
    assert await luke.memories() == []
