"""The graph as rows of a chart. Pure; fields are data, none is a place to load from."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from memlane.types.visible import one_line
from memlane.web.views.graph import neighbours
from memlane.web.views.graph_layout import labels, places, radius
from memlane.web.views.graph_records import FACT, SESSION, YOU, Edge, Graph, Node
from memlane.web.views.names import PERSON, PLACE, TOPIC

TITLES: Final[Mapping[str, str]] = {
    YOU: "You",
    PERSON: "People",
    PLACE: "Places",
    TOPIC: "Topics",
    FACT: "Facts",
    SESSION: "Conversations",
}
"""What kinds of nodes are called."""
_ONE: Final[Mapping[str, str]] = {
    YOU: "you",
    PERSON: "person",
    PLACE: "place",
    TOPIC: "topic",
    FACT: "fact",
    SESSION: "conversation",
}
_LONGEST_LABEL: Final = 24
_DOWN: Final = (SESSION,)


def picture(graph: Graph, zone: tzinfo) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return rows of nodes and of edges.

    Nodes: `key`, `kind`, `x`, `y`, `size` (an area in square pixels), `label`, `full`, `about`, `near` (the keys of
    its neighbours), `ended`, `shown_from`, `left`. Edges: `source`, `target`, `x`, `y`, `x2`, `y2`, `between`, `says`,
    `ended`.

    Args:
        graph: What is drawn.
        zone: In which days are told.
    """
    at, near = places(graph), neighbours(graph)
    texts = {node.key: one_line(node.label, _LONGEST_LABEL) for node in graph.nodes}
    first = sorted(graph.nodes, key=lambda node: (node.kind in _DOWN, -len(near[node.key]), node.key))
    held = labels(first, at, texts)
    nodes = [
        {
            "key": node.key,
            "kind": TITLES[node.kind],
            "x": at[node.key][0],
            "y": at[node.key][1],
            "size": round(3.14 * radius(node) ** 2, 1),
            "label": texts[node.key],
            "full": one_line(node.label),
            "about": about(node, zone),
            "near": near[node.key],
            "ended": node.ended,
            "shown_from": held[node.key].shown_from,
            "left": held[node.key].is_left,
        }
        for node in graph.nodes
    ]
    return nodes, [_edge_row(edge, texts, at, zone) for edge in graph.edges]


def about(node: Node, zone: tzinfo) -> str:
    """Return what is to be said of a node in a line: its kind, how much supports it, and when it was said."""
    said = [_ONE[node.kind] + (", no longer so" if node.ended else "")]
    if node.kind == SESSION:
        said.append(f"{node.support} things of this graph")
    elif node.kind != YOU:
        said.append(f"{node.support} {'memories' if node.support > 1 else 'memory'}")
    if node.first and node.last:
        said.append(_days(node.first, node.last, zone))
    return " \u00b7 ".join(said)


def tie_says(label: str, since: datetime | None, ended: datetime | None, zone: tzinfo) -> str:
    """Return what a fact says, with its dates: `home, 3 May 2024 until 1 Jun 2025`."""
    if since is None:
        return label
    return f"{label}, {_day(since, zone)} until {_day(ended, zone)}" if ended else f"{label}, since {_day(since, zone)}"


def left_out(counts: Mapping[str, int]) -> str:
    """Return what was left out in words; empty for nothing."""
    return ", ".join(f"{count:,} {TITLES[kind].lower() if count > 1 else _ONE[kind]}" for kind, count in counts.items())


def _edge_row(
    edge: Edge, texts: Mapping[str, str], at: Mapping[str, tuple[float, float]], zone: tzinfo
) -> dict[str, Any]:
    says = (
        tie_says(edge.label, edge.since, edge.ended, zone)
        if edge.label
        else f"{edge.weight} {'memories' if edge.weight > 1 else 'memory'}"
    )
    return {
        "source": edge.source,
        "target": edge.target,
        "x": at[edge.source][0],
        "y": at[edge.source][1],
        "x2": at[edge.target][0],
        "y2": at[edge.target][1],
        "says": says,
        "between": f"{texts[edge.source]} \u2013 {texts[edge.target]}",
        "ended": edge.ended is not None,
    }


def _days(first: datetime, last: datetime, zone: tzinfo) -> str:
    begin, end = _day(first, zone), _day(last, zone)
    return begin if begin == end else f"{begin} to {end}"


def _day(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b} {local.year}"
