"""The knowledge graph of the MCP reference memory server: its records, and the memories that hold them.

An entity, each of its observations, and each relation is one memory, with an id made from names, so that clients that
write at the same time never overwrite each other and writing again adds nothing. Each creation of an entity has a mark
of its own; observations and relations carry the marks of their entities, so that what belonged to a deleted entity does
not belong to another one of the same name.
"""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from memlane.types.ids import derived_id
from memlane.types.memory import Memory

ENTITY = "entity"
OBSERVATION = "observation"
RELATION = "relation"
KINDS = frozenset({ENTITY, OBSERVATION, RELATION})
_FIELD = "graph"
_Known = TypeVar("_Known", bound=msgspec.Struct)


class Entity(msgspec.Struct, frozen=True, rename="camel"):
    """A thing or person, and what was observed of it."""

    name: Annotated[str, Meta(min_length=1, description="The name of the entity")]
    entity_type: Annotated[str, Meta(description="The type of the entity, e.g. person, project, place")]
    observations: Annotated[list[str], Meta(description="What was observed of the entity, one fact each")]


class Relation(msgspec.Struct, frozen=True, rename={"from_": "from", "relation_type": "relationType"}):
    """How one entity relates to another, in the active voice."""

    from_: Annotated[str, Meta(min_length=1, description="The name of the entity where the relation starts")]
    to: Annotated[str, Meta(min_length=1, description="The name of the entity where the relation ends")]
    relation_type: Annotated[str, Meta(description="The type of the relation, in the active voice")]


class KnownEntity(msgspec.Struct, frozen=True, kw_only=True):
    """What the memory of an entity holds: `mark` is that of its creation."""

    name: str
    entity_type: str
    mark: str


class KnownObservation(msgspec.Struct, frozen=True, kw_only=True):
    """What the memory of an observation holds; `entity_mark` is that of its entity."""

    entity: str
    entity_mark: str
    content: str


class KnownRelation(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What the memory of a relation holds, with the marks of both entities."""

    from_: str
    from_mark: str
    to: str
    to_mark: str
    relation_type: str


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A memory of the graph that is to be written."""

    id: str
    kind: str
    text: str
    metadata: dict[str, Any]


def entity_id(name: str) -> str:
    """Return the id of the memory of an entity: there is one a name."""
    return derived_id("ge", name)


def entity_node(known: KnownEntity) -> Node:
    """Return the memory of an entity."""
    return _node(entity_id(known.name), ENTITY, f"{known.name} ({known.entity_type})", known)


def observation_node(known: KnownObservation) -> Node:
    """Return the memory of an observation."""
    id_ = derived_id("go", known.entity, known.entity_mark, known.content)
    return _node(id_, OBSERVATION, f"{known.entity}: {known.content}", known)


def relation_node(known: KnownRelation) -> Node:
    """Return the memory of a relation."""
    id_ = derived_id("gr", known.from_, known.from_mark, known.relation_type, known.to, known.to_mark)
    return _node(id_, RELATION, f"{known.from_} {known.relation_type} {known.to}", known)


def read_entity(memory: Memory) -> KnownEntity | None:
    """Return the entity that a memory holds, None when an application uses the kind for something else."""
    return _read(memory, KnownEntity)


def read_observation(memory: Memory) -> KnownObservation | None:
    """Return the observation that a memory holds; None likewise."""
    return _read(memory, KnownObservation)


def read_relation(memory: Memory) -> KnownRelation | None:
    """Return the relation that a memory holds; None likewise."""
    return _read(memory, KnownRelation)


def _node(id_: str, kind: str, text: str, known: msgspec.Struct) -> Node:
    return Node(id=id_, kind=kind, text=text, metadata={_FIELD: msgspec.to_builtins(known)})


def _read(memory: Memory, kind: type[_Known]) -> _Known | None:
    try:
        return msgspec.convert(memory.metadata.get(_FIELD), kind)
    except msgspec.ValidationError:
        return None
