"""The knowledge graph of one user as it is read from their memories."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

import msgspec

from memlane.engine.person import AsyncUser
from memlane.mcp.graph_records import (
    ENTITY,
    KINDS,
    OBSERVATION,
    RELATION,
    Entity,
    KnownEntity,
    KnownObservation,
    KnownRelation,
    Relation,
    read_entity,
    read_observation,
    read_relation,
)
from memlane.types.memory import Memory

_Known = TypeVar("_Known", bound=msgspec.Struct)


class KnowledgeGraph(msgspec.Struct, frozen=True):
    """Entities and relations, in the order in which they were made."""

    entities: list[Entity]
    relations: list[Relation]


class State(msgspec.Struct, frozen=True):
    """What there is.

    Attributes:
        entities: By name, in the order in which they were made.
        observations: The ids of their memories, by content, by name of the entity; likewise.
        relations: The ids of their memories, by what they hold; likewise.
    """

    entities: dict[str, KnownEntity]
    observations: dict[str, dict[str, str]]
    relations: dict[KnownRelation, str]

    def mark(self, name: str) -> str | None:
        """Return the mark of an entity, None when there is none of this name."""
        entity = self.entities.get(name)
        return None if entity is None else entity.mark

    def has(self, relation: Relation) -> bool:
        """Whether a relation is there."""
        return any(as_relation(known) == relation for known in self.relations)

    def graph(self, names: Collection[str] | None = None) -> KnowledgeGraph:
        """Return the entities of these names with the relations that one of them has part in; all for None."""
        shown = [name for name in self.entities if names is None or name in names]
        chosen = set(shown)
        return KnowledgeGraph(
            [Entity(name, self.entities[name].entity_type, list(self.observations[name])) for name in shown],
            [as_relation(known) for known in self.relations if known.from_ in chosen or known.to in chosen],
        )

    def matching(self, text: str) -> set[str]:
        """Return the names of the entities in whose name, type or observations `text` stands, in any case."""
        wanted = text.casefold()
        return {
            name
            for name, entity in self.entities.items()
            if any(wanted in held.casefold() for held in (name, entity.entity_type, *self.observations[name]))
        }

    def named_in(self, memories: Iterable[Memory]) -> set[str]:
        """Return the names of the entities that memories of the graph are about."""
        return {name for memory in memories for name in _names(memory) if name in self.entities}


async def read_state(person: AsyncUser) -> State:
    """Return what there is of a user.

    Raises:
        StoreUnavailableError: the store cannot be reached.
    """
    memories = await person.memories(kinds=KINDS)
    entities = {known.name: known for _, known in _of(memories, ENTITY, read_entity)}
    state = State(entities, {name: {} for name in entities}, {})
    for id_, known in _of(memories, OBSERVATION, read_observation):
        if state.mark(known.entity) == known.entity_mark:
            state.observations[known.entity][known.content] = id_
    for id_, known in _of(memories, RELATION, read_relation):
        if state.mark(known.from_) == known.from_mark and state.mark(known.to) == known.to_mark:
            state.relations[known] = id_
    return state


def as_relation(known: KnownRelation) -> Relation:
    """Return a relation without the marks of its entities."""
    return Relation(known.from_, known.to, known.relation_type)


def _of(memories: Iterable[Memory], kind: str, read: Callable[[Memory], _Known | None]) -> list[tuple[str, _Known]]:
    pairs = [(memory.id, read(memory)) for memory in memories if memory.kind == kind]
    return [(id_, known) for id_, known in pairs if known is not None]


def _names(memory: Memory) -> tuple[str, ...]:
    for read in (read_entity, read_observation, read_relation):
        match read(memory):
            case KnownEntity(name=name):
                return (name,)
            case KnownObservation(entity=name):
                return (name,)
            case KnownRelation(from_=one, to=other):
                return (one, other)
            case None:
                continue
    return ()
