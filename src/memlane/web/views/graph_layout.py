"""Where the nodes of a graph stand, and from which enlargement on each label has room. The same graph, the same places.

Distances are in pixels of a picture `WIDTH` wide and `HEIGHT` high.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import hypot, sqrt
from typing import Any, Final

import msgspec
import networkx as nx

from memlane.web.views.graph_records import SESSION, YOU, Graph, Node

WIDTH: Final = 1_000.0
HEIGHT: Final = 620.0
NEVER: Final = 99.0
"""The enlargement of a label that has no room at any."""

_SEED: Final = 7
_ROUNDS: Final = 80
_MARGIN: Final = 0.06
_ENLARGEMENTS: Final = (0.35, 0.6, 1.0, 1.5, 2.0, 3.0, 4.5, 7.0)
"""Below 1 the picture is narrower, not lower: on a phone."""
_LABEL_HEIGHT: Final = 15.0
_CHARACTER: Final = 6.4
_WIDE_CHARACTER: Final = 11.5
_FIRST_WIDE: Final = "\u1100"
_GAP: Final = 9.0
_PUSHES: Final = 30
_REACH: Final = 2.2
_LEFT_FROM: Final = 0.78
_INNER: Final = 0.8
_ASIDE: Final = 3.0


def places(graph: Graph) -> dict[str, tuple[float, float]]:
    """Return where each node stands: x from 0 to `WIDTH`, y from 0 to `HEIGHT`."""
    if not graph.nodes:
        return {}
    drawn: Any = nx.Graph()  # pyright: ignore[reportUnknownVariableType] -- networkx has few types
    drawn.add_nodes_from(node.key for node in graph.nodes)
    drawn.add_weighted_edges_from((edge.source, edge.target, 1 + 0.2 * min(edge.weight, 5)) for edge in graph.edges)
    raw: Any = nx.spring_layout(drawn, seed=_SEED, iterations=_ROUNDS, k=_REACH / sqrt(len(graph.nodes)))  # pyright: ignore[reportUnknownMemberType] -- likewise
    keys = [node.key for node in graph.nodes]
    across = _spread([float(raw[key][0]) for key in keys], WIDTH)
    down = _spread([float(raw[key][1]) for key in keys], HEIGHT)
    points = _apart([[x, y] for x, y in zip(across, down, strict=True)], [radius(node) for node in graph.nodes])
    return {key: (round(x, 1), round(y, 1)) for key, (x, y) in zip(keys, points, strict=True)}


def radius(node: Node) -> float:
    """Return half the width of a node, by what supports it."""
    least = {YOU: 14.0, SESSION: 5.5}.get(node.kind, 6.5)
    return least + (0.0 if node.kind == YOU else min(9.0, 1.4 * sqrt(max(0, node.support - 1))))


class Label(msgspec.Struct, frozen=True):
    """How a node is labelled.

    Attributes:
        is_left: Whether the text stands on the node's left, else on its right.
        shown_from: The enlargement from which it has room; `NEVER` for none.
    """

    is_left: bool
    shown_from: float


def labels(nodes: Sequence[Node], at: Mapping[str, tuple[float, float]], texts: Mapping[str, str]) -> dict[str, Label]:
    """Return how each node is labelled so that no two labels overlap: those of the first nodes first.

    Args:
        nodes: The most important first.
        at: Where they stand.
        texts: What each label says, by key.
    """
    found = {node.key: Label(at[node.key][0] > WIDTH * _LEFT_FROM, NEVER) for node in nodes}
    for enlargement in _ENLARGEMENTS:
        taken = [_circle(node, at[node.key], enlargement) for node in nodes]
        waiting: list[tuple[Node, _Box]] = []
        for node in nodes:
            box = _box(node, at[node.key], texts[node.key], enlargement, is_left=found[node.key].is_left)
            if found[node.key].shown_from < NEVER:
                taken.append(box)
            else:
                waiting.append((node, box))
        for node, box in waiting:
            if _fits(box, enlargement) and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                found[node.key] = msgspec.structs.replace(found[node.key], shown_from=enlargement)
    return found


_Box = tuple[float, float, float, float]


def _box(node: Node, at: tuple[float, float], text: str, enlargement: float, *, is_left: bool) -> _Box:
    x, y = at[0] * enlargement, at[1] * max(1.0, enlargement)
    width = sum(_WIDE_CHARACTER if character >= _FIRST_WIDE else _CHARACTER for character in text)
    begin = radius(node) + _ASIDE
    left = x - begin - width - _GAP if is_left else x + begin
    return left, y - _LABEL_HEIGHT / 2, left + width + _GAP, y + _LABEL_HEIGHT / 2


def _fits(box: _Box, enlargement: float) -> bool:
    """Return whether a box is inside the picture; of one that is zoomed into, no place is outside."""
    return enlargement > 1 or (box[0] >= 0 and box[2] <= WIDTH * enlargement + _GAP)


def _circle(node: Node, at: tuple[float, float], enlargement: float) -> _Box:
    x, y, half = at[0] * enlargement, at[1] * max(1.0, enlargement), radius(node) * _INNER
    return x - half, y - half, x + half, y + half


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _spread(values: Sequence[float], size: float) -> list[float]:
    """Return coordinates over the whole size, half by their values and half by their ranks, which loosens crowds."""
    low, high = min(values), max(values)
    order = {index: rank for rank, index in enumerate(sorted(range(len(values)), key=lambda i: (values[i], i)))}
    last = max(1, len(values) - 1)
    if high == low:
        return [size / 2] * len(values)
    shares = [((value - low) / (high - low) + order[index] / last) / 2 for index, value in enumerate(values)]
    return [size * (_MARGIN + share * (1 - 2 * _MARGIN)) for share in shares]


def _apart(points: list[list[float]], radii: Sequence[float]) -> list[list[float]]:
    """Push nodes that touch away from each other."""
    for _ in range(_PUSHES):
        moved = False
        for one, other in combinations(range(len(points)), 2):
            moved |= _push(points[one], points[other], radii[one] + radii[other] + _GAP)
        if not moved:
            break
    return points


def _push(one: list[float], other: list[float], least: float) -> bool:
    across, down = other[0] - one[0], other[1] - one[1]
    if abs(across) >= least or abs(down) >= least:
        return False
    apart = hypot(across, down)
    if apart >= least:
        return False
    x, y = (across / apart, down / apart) if apart else (1.0, 0.0)
    by = (least - apart) / 2
    one[0], one[1] = _inside(one[0] - x * by, WIDTH), _inside(one[1] - y * by, HEIGHT)
    other[0], other[1] = _inside(other[0] + x * by, WIDTH), _inside(other[1] + y * by, HEIGHT)
    return True


def _inside(value: float, size: float) -> float:
    return min(max(value, size * _MARGIN / 2), size * (1 - _MARGIN / 2))
