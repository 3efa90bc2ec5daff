"""What of the graph is drawn: the most telling nodes within a time, what ties them, and what was left out."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from math import inf
from typing import Final

import msgspec

from memlane.web.views.graph_records import FACT, KINDS, SESSION, YOU, Edge, Graph, Material, Node, Thing
from memlane.web.views.names import PERSON, PLACE, TOPIC

_SHARE_OF_SESSIONS: Final = 0.4
_MOST_SESSIONS_OF_ONE: Final = 6
_MOST_KIN_OF_ONE: Final = 3
_MANY_SESSIONS: Final = 12
_PRIOR: Final[Mapping[str, float]] = {YOU: inf, PERSON: 1.0, PLACE: 1.0, FACT: 1.0, TOPIC: 0.8}


def draw(
    material: Material,
    titles: Mapping[str, str] | None = None,
    *,
    kinds: Collection[str] = KINDS,
    limit: int = 60,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Graph:
    """Return the most telling nodes and what ties them; the same for the same material.

    Args:
        material: What memories are about.
        titles: What sessions are called; the others by their ids.
        kinds: The kinds of nodes to show. Without `session`, what is spoken of in the same sessions is tied directly.
        limit: At most so many nodes.
        since: Only what was said at or after this time.
        until: Only what was said before this time.
    """
    inside = [_within(one, since, until) for one in material.things.values() if one.kind in {*kinds, YOU}]
    inside = [thing for thing in inside if thing.uses]
    sessions = {session for thing in inside for session in _sessions_of(thing)} if SESSION in kinds else set[str]()
    room = limit - min(len(sessions), int(limit * _SHARE_OF_SESSIONS))
    chosen = _ranked(inside)[:room]
    held = _strongest_sessions(chosen, limit - len(chosen)) if SESSION in kinds else []
    edges = [*_fact_edges(chosen), *(_session_edges(chosen, held) if SESSION in kinds else _kin_edges(chosen))]
    edges = _without_leaves(edges, held)
    tied = Counter(key for edge in edges for key in (edge.source, edge.target))
    nodes = [_node(thing) for thing in chosen if thing.key in tied]
    nodes += [_session_node(session, titles or {}, chosen, tied) for session in held if session_key(session) in tied]
    total = Counter(thing.kind for thing in inside) + Counter({SESSION: len(sessions)})
    shown = Counter(node.kind for node in nodes)
    return Graph(nodes, edges, {kind: total[kind] - shown[kind] for kind in KINDS if total[kind] > shown[kind]})


def session_key(session: str) -> str:
    """Return the key of a session's node."""
    return f"{SESSION}:{session}"


def neighbours(graph: Graph) -> dict[str, list[str]]:
    """Return the keys of the nodes that each node is tied to, itself first."""
    found: dict[str, dict[str, None]] = {node.key: {node.key: None} for node in graph.nodes}
    for edge in graph.edges:
        found[edge.source][edge.target] = None
        found[edge.target][edge.source] = None
    return {key: list(keys) for key, keys in found.items()}


def _within(thing: Thing, since: datetime | None, until: datetime | None) -> Thing:
    """Return a thing with what of it was said within a time, its weight lessened by what was not."""
    if since is None and until is None:
        return thing
    uses = [use for use in thing.uses if (since is None or use.at >= since) and (until is None or use.at < until)]
    held = {use.memory for use in uses}
    ties = [tie for tie in thing.ties if tie.memory in held]
    return msgspec.structs.replace(
        thing, uses=uses, ties=ties, weight=thing.weight * len(uses) / max(1, len(thing.uses))
    )


def _ranked(things: Sequence[Thing]) -> list[Thing]:
    """Return things so that of each kind the heaviest come first and all kinds are among the first."""
    places: Counter[str] = Counter()
    worth: dict[str, float] = {}
    for thing in sorted(things, key=lambda one: (-one.weight, one.key)):
        worth[thing.key] = _PRIOR[thing.kind] / (1 + places[thing.kind]) ** 0.5
        places[thing.kind] += 1
    return sorted(things, key=lambda one: (-worth[one.key], -one.weight, one.key))


def _sessions_of(thing: Thing) -> Counter[str]:
    """Return how many memories of each session speak of a thing; of the user none, as all do."""
    return Counter(use.session for use in thing.uses if use.session and thing.kind != YOU)


def _strongest_sessions(things: Sequence[Thing], most: int) -> list[str]:
    """Return the sessions that speak most of these things."""
    said: Counter[str] = Counter()
    for thing in things:
        said.update(_sessions_of(thing).keys())
    return sorted(said, key=lambda session: (-said[session], session))[: max(0, most)]


def _fact_edges(things: Sequence[Thing]) -> Iterator[Edge]:
    shown = {thing.key for thing in things}
    for thing in things:
        for tie in thing.ties:
            if tie.subject in shown:
                yield Edge(tie.subject, thing.key, tie.label, 1, tie.since, tie.ended)


def _session_edges(things: Sequence[Thing], held: Collection[str]) -> Iterator[Edge]:
    """Yield what ties things to the sessions that speak most of them."""
    kept = set(held)
    for thing in things:
        counts = {session: count for session, count in _sessions_of(thing).items() if session in kept}
        most = sorted(counts, key=lambda session, of=counts: (-of[session], session))[:_MOST_SESSIONS_OF_ONE]
        yield from (Edge(thing.key, session_key(session), "", counts[session]) for session in most)


def _without_leaves(edges: Sequence[Edge], held: Sequence[str]) -> list[Edge]:
    """Return the edges without those to sessions that tie nothing together, where there are many sessions."""
    if len(held) <= _MANY_SESSIONS:
        return list(edges)
    ties = Counter(edge.target for edge in edges)
    things = Counter(edge.source for edge in edges)
    leaves = {session_key(session) for session in held if ties[session_key(session)] == 1}
    return [edge for edge in edges if edge.target not in leaves or things[edge.source] == 1]


def _kin_edges(things: Sequence[Thing]) -> Iterator[Edge]:
    """Yield what ties things that are spoken of in the same sessions, of each the strongest few."""
    shared: Counter[tuple[str, str]] = Counter()
    by_session: defaultdict[str, list[str]] = defaultdict(list)
    for thing in things:
        for session in _sessions_of(thing):
            by_session[session].append(thing.key)
    for keys in by_session.values():
        shared.update(combinations(sorted(keys), 2))
    taken: Counter[str] = Counter()
    for (one, other), count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if min(taken[one], taken[other]) < _MOST_KIN_OF_ONE:
            taken.update((one, other))
            yield Edge(one, other, "", count)


def _node(thing: Thing) -> Node:
    first, last = (thing.uses[0].at, thing.uses[-1].at) if thing.kind != YOU else (None, None)
    return Node(thing.key, thing.kind, thing.label, len(thing.uses), thing.ended, first, last)


def _session_node(session: str, titles: Mapping[str, str], things: Sequence[Thing], tied: Counter[str]) -> Node:
    times = [use.at for thing in things for use in thing.uses if use.session == session]
    label = titles.get(session, session)
    return Node(session_key(session), SESSION, label, tied[session_key(session)], False, min(times), max(times))


def ties_of(graph: Graph, node: Node) -> list[tuple[str, str, Edge]]:
    """Return the facts that tie a node: the labels of subject and value, and the edge; those that hold first."""
    names = {one.key: one.label for one in graph.nodes}
    found = [edge for edge in graph.edges if edge.label and node.key in (edge.source, edge.target)]
    found.sort(key=lambda edge: (edge.ended is not None, edge.label, names[edge.target]))
    return [(names[edge.source], names[edge.target], edge) for edge in found]


def tied_to(graph: Graph, node: Node) -> list[Node]:
    """Return the nodes that a node is tied to, in the order of the graph."""
    near = set(neighbours(graph)[node.key]) - {node.key}
    return [one for one in graph.nodes if one.key in near]


def sources_of(material: Material, node: Node) -> tuple[list[str], list[str]]:
    """Return the ids of the memories that a node comes from, the newest first, and of their sessions."""
    uses = material.things[node.key].uses[::-1]
    memories = dict.fromkeys(use.memory.partition("/")[0] for use in uses)
    return list(memories), list(dict.fromkeys(use.session for use in uses if use.session))
