"""The tools of the MCP reference memory server, by the same names, arguments and results."""

from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta

from memlane.context.remembered import quoted
from memlane.engine.person import AsyncUser
from memlane.mcp import graph
from memlane.mcp.graph import NewlyObserved, Observed, Outdated
from memlane.mcp.graph_records import Entity, Relation
from memlane.mcp.graph_state import KnowledgeGraph
from memlane.mcp.tool import Answer, Arguments, Tool

_MOST = 1_000
_MOST_QUERY = 2_048

_Name = Annotated[str, Meta(min_length=1, max_length=2_048)]


class CreateEntities(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Entities to create."""

    entities: Annotated[list[Entity], Meta(max_length=_MOST, description="Each with a name, a type and observations.")]


class Relations(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Relations to create or to delete."""

    relations: Annotated[list[Relation], Meta(max_length=_MOST, description="From one entity to another.")]


class AddObservations(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Observations to add."""

    observations: Annotated[list[Observed], Meta(max_length=_MOST, description="By entity.")]


class DeleteEntities(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Entities to delete."""

    entity_names: Annotated[list[_Name], Meta(max_length=_MOST, description="Their names.")]


class DeleteObservations(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Observations to delete."""

    deletions: Annotated[list[Outdated], Meta(max_length=_MOST, description="By entity.")]


class Nothing(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No arguments."""


class SearchNodes(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search."""

    query: Annotated[
        str, Meta(max_length=_MOST_QUERY, description="Text to look for in names, types and observations.")
    ]


class OpenNodes(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entities to open."""

    names: Annotated[list[_Name], Meta(max_length=_MOST, description="Their names.")]


class Created(msgspec.Struct, frozen=True):
    """Entities that were not there yet."""

    entities: list[Entity]


class Related(msgspec.Struct, frozen=True):
    """Relations that were not there yet."""

    relations: list[Relation]


class Noted(msgspec.Struct, frozen=True):
    """What was new of each entity."""

    results: list[NewlyObserved]


class Deleted(msgspec.Struct, frozen=True):
    """What was deleted, in words."""

    success: bool
    message: str


async def _create_entities(person: AsyncUser, asked: CreateEntities) -> Answer:
    created = await graph.create_entities(person, asked.entities)
    return Answer(Created(created), json_text(created))


async def _create_relations(person: AsyncUser, asked: Relations) -> Answer:
    created = await graph.create_relations(person, asked.relations)
    return Answer(Related(created), json_text(created))


async def _add_observations(person: AsyncUser, asked: AddObservations) -> Answer:
    results = await graph.add_observations(person, asked.observations)
    return Answer(Noted(results), json_text(results))


async def _delete_entities(person: AsyncUser, asked: DeleteEntities) -> Answer:
    return _deleted(await graph.delete_entities(person, asked.entity_names))


async def _delete_observations(person: AsyncUser, asked: DeleteObservations) -> Answer:
    return _deleted(await graph.delete_observations(person, asked.deletions))


async def _delete_relations(person: AsyncUser, asked: Relations) -> Answer:
    return _deleted(await graph.delete_relations(person, asked.relations))


async def _read_graph(person: AsyncUser, _: Nothing) -> Answer:
    return _shown(await graph.read_graph(person))


async def _search_nodes(person: AsyncUser, asked: SearchNodes) -> Answer:
    return _shown(await graph.search_nodes(person, asked.query))


async def _open_nodes(person: AsyncUser, asked: OpenNodes) -> Answer:
    return _shown(await graph.open_nodes(person, asked.names))


def json_text(value: Any) -> str:
    """Return a value as JSON on one line, from which nothing can break out."""
    return quoted(cast("dict[str, str]", msgspec.to_builtins(value)))


def _deleted(message: str) -> Answer:
    return Answer(Deleted(success=True, message=message), message)


def _shown(found: KnowledgeGraph) -> Answer:
    return Answer(found, json_text(found))


GRAPH_TOOLS = (
    Tool(
        name="create_entities",
        title="Create Entities",
        about="Create new entities in the knowledge graph. One whose name is there already is left as it is.",
        takes=CreateEntities,
        gives=Created,
        scope="write",
        idempotent=True,
        run=_create_entities,
    ),
    Tool(
        name="create_relations",
        title="Create Relations",
        about="Create new relations between entities of the knowledge graph. Relations are in the active voice.",
        takes=Relations,
        gives=Related,
        scope="write",
        idempotent=True,
        run=_create_relations,
    ),
    Tool(
        name="add_observations",
        title="Add Observations",
        about="Add new observations to entities that are in the knowledge graph.",
        takes=AddObservations,
        gives=Noted,
        scope="write",
        idempotent=True,
        run=_add_observations,
    ),
    Tool(
        name="delete_entities",
        title="Delete Entities",
        about="Delete entities of the knowledge graph with their observations and relations.",
        takes=DeleteEntities,
        gives=Deleted,
        scope="erase",
        idempotent=True,
        run=_delete_entities,
    ),
    Tool(
        name="delete_observations",
        title="Delete Observations",
        about="Delete single observations of entities of the knowledge graph.",
        takes=DeleteObservations,
        gives=Deleted,
        scope="erase",
        idempotent=True,
        run=_delete_observations,
    ),
    Tool(
        name="delete_relations",
        title="Delete Relations",
        about="Delete relations of the knowledge graph.",
        takes=Relations,
        gives=Deleted,
        scope="erase",
        idempotent=True,
        run=_delete_relations,
    ),
    Tool(
        name="read_graph",
        title="Read Graph",
        about="Read the whole knowledge graph.",
        takes=Nothing,
        gives=KnowledgeGraph,
        scope="read",
        run=_read_graph,
    ),
    Tool(
        name="search_nodes",
        title="Search Nodes",
        about=(
            "Search the knowledge graph for text in names, types and observations; where none holds it word for "
            "word, by meaning."
        ),
        takes=SearchNodes,
        gives=KnowledgeGraph,
        scope="read",
        run=_search_nodes,
    ),
    Tool(
        name="open_nodes",
        title="Open Nodes",
        about="Open entities of the knowledge graph by their names, with their relations.",
        takes=OpenNodes,
        gives=KnowledgeGraph,
        scope="read",
        run=_open_nodes,
    ),
)
