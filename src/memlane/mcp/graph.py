"""What can be done with the knowledge graph of one user.

All writes are single memories, in an order in which stopping anywhere leaves a whole graph: the observations of a new
entity come before the entity, and the entity goes after all that belongs to it. What stopping leaves behind carries a
mark that no entity has, and is not part of the graph.
"""

import secrets
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from memlane.engine.person import AsyncUser
from memlane.errors import NotFoundError, UsageError
from memlane.mcp.graph_records import (
    KINDS,
    Entity,
    KnownEntity,
    KnownObservation,
    KnownRelation,
    Node,
    Relation,
    entity_id,
    entity_node,
    observation_node,
    relation_node,
)
from memlane.mcp.graph_state import KnowledgeGraph, State, as_relation, read_state

_MARK_BYTES = 8
_MOST_FOUND = 10


class Observed(msgspec.Struct, frozen=True, rename="camel"):
    """What to add to an entity."""

    entity_name: Annotated[str, Meta(description="The name of the entity to add to")]
    contents: Annotated[list[str], Meta(description="What was observed, one fact each")]


class Outdated(msgspec.Struct, frozen=True, rename="camel"):
    """What to take from an entity."""

    entity_name: Annotated[str, Meta(description="The name of the entity that holds them")]
    observations: Annotated[list[str], Meta(description="What to delete, word for word")]


class NewlyObserved(msgspec.Struct, frozen=True, rename="camel"):
    """What was new of it."""

    entity_name: str
    added_observations: list[str]


async def create_entities(person: AsyncUser, entities: Sequence[Entity]) -> list[Entity]:
    """Create entities and return those that were not there yet.

    Raises:
        UsageError: one of them cannot be kept; those before it are.
        StoreUnavailableError: the store cannot be reached.
    """
    known = set((await read_state(person)).entities)
    created: list[Entity] = []
    for entity in entities:
        new = msgspec.structs.replace(entity, observations=list(dict.fromkeys(entity.observations)))
        if new.name not in known and await _create(person, new):
            created.append(new)
        known.add(new.name)
    return created


async def create_relations(person: AsyncUser, relations: Sequence[Relation]) -> list[Relation]:
    """Create relations and return those that were not there yet.

    Raises:
        NotFoundError: an entity is not there; nothing was written.
        StoreUnavailableError: the store cannot be reached.
    """
    state = await read_state(person)
    marks = [
        (_mark(state, one.from_, f"relations[{number}].from"), _mark(state, one.to, f"relations[{number}].to"))
        for number, one in enumerate(relations)
    ]
    created: dict[Relation, None] = {}
    for one, (from_mark, to_mark) in zip(relations, marks, strict=True):
        if one not in created and not state.has(one):
            known = KnownRelation(
                from_=one.from_, from_mark=from_mark, to=one.to, to_mark=to_mark, relation_type=one.relation_type
            )
            await _put(person, relation_node(known))
            created[one] = None
    return list(created)


async def add_observations(person: AsyncUser, observed: Sequence[Observed]) -> list[NewlyObserved]:
    """Add observations to entities and return what was new of each.

    Raises:
        NotFoundError: an entity is not there; nothing was written.
        StoreUnavailableError: the store cannot be reached.
    """
    state = await read_state(person)
    marks = [_mark(state, one.entity_name, f"observations[{number}]") for number, one in enumerate(observed)]
    added: list[NewlyObserved] = []
    for one, mark in zip(observed, marks, strict=True):
        there = state.observations[one.entity_name]
        new = [content for content in dict.fromkeys(one.contents) if content not in there]
        await _observe(person, one.entity_name, mark, new)
        there.update(dict.fromkeys(new, ""))
        added.append(NewlyObserved(one.entity_name, new))
    return added


async def delete_entities(person: AsyncUser, names: Sequence[str]) -> str:
    """Delete entities with their observations and relations, and return in words what was there.

    Raises:
        StoreUnavailableError: the store cannot be reached; repeat it, what is gone stays gone.
    """
    state = await read_state(person)
    there = [name for name in dict.fromkeys(names) if name in state.entities]
    for name in there:
        related = [id_ for known, id_ in state.relations.items() if name in (known.from_, known.to)]
        for id_ in (*related, *state.observations[name].values(), entity_id(name)):
            await _forget(person, id_)
    missing = [name for name in dict.fromkeys(names) if name not in state.entities]
    if not missing:
        return "Entities deleted successfully"
    return f"Deleted {len(there)} of {len(there) + len(missing)} entities. Not found: {', '.join(missing)}"


async def delete_observations(person: AsyncUser, outdated: Sequence[Outdated]) -> str:
    """Delete observations and return in words what was there; errors as `delete_entities`."""
    state = await read_state(person)
    deleted = 0
    for one in outdated:
        there = state.observations.get(one.entity_name, {})
        for content in one.observations:
            deleted += content in there and await _forget(person, there.pop(content))
    asked = sum(len(one.observations) for one in outdated)
    if deleted == asked:
        return "Observations deleted successfully"
    missing = [one.entity_name for one in outdated if one.entity_name not in state.entities]
    hint = f" Entities not found: {', '.join(missing)}" if missing else ""
    return f"Deleted {deleted} of {asked} observations.{hint}"


async def delete_relations(person: AsyncUser, relations: Sequence[Relation]) -> str:
    """Delete relations and return in words what was there; errors as `delete_entities`."""
    wanted = set(relations)
    found = {known: id_ for known, id_ in (await read_state(person)).relations.items() if as_relation(known) in wanted}
    deleted = sum([await _forget(person, id_) for id_ in found.values()])
    if deleted == len(relations):
        return "Relations deleted successfully"
    return f"Deleted {deleted} of {len(relations)} relations. The rest matched nothing."


async def read_graph(person: AsyncUser) -> KnowledgeGraph:
    """Return the whole graph.

    Raises:
        StoreUnavailableError: the store cannot be reached.
    """
    return (await read_state(person)).graph()


async def search_nodes(person: AsyncUser, query: str) -> KnowledgeGraph:
    """Return the entities that hold `query` word for word, else those that recall finds; errors as `read_graph`."""
    state = await read_state(person)
    names = state.matching(query)
    if not names and query.strip():
        found = await person.recall(query, limit=_MOST_FOUND, kinds=KINDS)
        names = state.named_in(one.memory for one in found)
    return state.graph(names)


async def open_nodes(person: AsyncUser, names: Sequence[str]) -> KnowledgeGraph:
    """Return the entities of these names, with the relations that one of them has part in; errors as `read_graph`."""
    return (await read_state(person)).graph(set(names))


async def _create(person: AsyncUser, entity: Entity) -> bool:
    """Create an entity unless another client does it first; return whether it was this call."""
    mark = secrets.token_hex(_MARK_BYTES)
    written = await _observe(person, entity.name, mark, entity.observations)
    try:
        await _put(person, entity_node(KnownEntity(name=entity.name, entity_type=entity.entity_type, mark=mark)))
    except UsageError:
        for id_ in written:
            await _forget(person, id_)
        if await person.memory(entity_id(entity.name)) is None:
            raise
        return False
    return True


async def _observe(person: AsyncUser, name: str, mark: str, contents: Sequence[str]) -> list[str]:
    nodes = [observation_node(KnownObservation(entity=name, entity_mark=mark, content=content)) for content in contents]
    for node in nodes:
        await _put(person, node)
    return [node.id for node in nodes]


async def _put(person: AsyncUser, node: Node) -> None:
    await person.remember(node.text, id=node.id, kind=node.kind, metadata=node.metadata)


async def _forget(person: AsyncUser, id_: str) -> bool:
    """Forget a memory and return whether it was there."""
    try:
        await person.forget(id_)
    except NotFoundError:
        return False
    return True


def _mark(state: State, name: str, where: str) -> str:
    mark = state.mark(name)
    if mark is None:
        raise NotFoundError(f"there is no entity of the name given in {where}; create it first")
    return mark
