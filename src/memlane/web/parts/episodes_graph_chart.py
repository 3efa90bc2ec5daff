"""The graph as a chart: nodes to click, labels as far as there is room, more of them the further one zooms in."""

from typing import Any, Final

import altair as alt

from memlane.web.parts.episodes_colours import KINDS, Colours
from memlane.web.views.graph_layout import HEIGHT, WIDTH
from memlane.web.views.graph_records import SESSION
from memlane.web.views.graph_rows import TITLES

PICK: Final = "pick"
_ZOOM: Final = "zoom"
_ALL: Final = "!pick.key || !length(pick.key)"
_IS_NEAR: Final = f"{_ALL} || indexof(datum.near, pick.key[0]) >= 0"
_IS_TIED: Final = "pick.key && (datum.source == pick.key[0] || datum.target == pick.key[0])"
_ENLARGED: Final = f"({_ZOOM}.x ? {WIDTH} / ({_ZOOM}.x[1] - {_ZOOM}.x[0]) : 1)"
_HAS_ROOM: Final = f"datum.shown_from * {WIDTH} <= width * {_ENLARGED} + 1"
_IS_PICKED: Final = "pick.key && length(pick.key) > 0 && indexof(datum.near, pick.key[0]) >= 0"
_LABEL_SIZE: Final = 12
_HALO: Final = 3
_ASIDE: Final = 11
_BIG: Final = 250.0
_BIG_ASIDE: Final = 7


def graph_chart(
    nodes: list[dict[str, Any]], edges: list[dict[str, Any]], picked: str, hue: Colours
) -> alt.LayerChart | alt.FacetChart:
    """Return the chart; a click selects the field `key` in `PICK`.

    Args:
        nodes: As `views.graph_rows.picture`.
        edges: Likewise.
        picked: The node that is chosen at first; empty for none.
        hue: Of the theme.
    """
    zoom = alt.selection_interval(
        name=_ZOOM, bind="scales", zoom="wheel![event.ctrlKey || event.metaKey]", encodings=["x", "y"]
    )
    pick = alt.selection_point(
        name=PICK, fields=["key"], on="click", clear="click[!event.item || !event.item.datum]", **_first(picked)
    )
    points = alt.Data(values=nodes)
    layers = [_edges(edges, hue), _nodes(points, hue).add_params(pick, zoom)]
    layers += [
        _labels(points, hue, is_left=is_left, is_big=is_big) for is_left in (False, True) for is_big in (False, True)
    ]
    return alt.layer(*layers).properties(height=HEIGHT)


def _first(picked: str) -> dict[str, Any]:
    return {"value": [{"key": picked}]} if picked else {}


def _x(field: str = "x:Q") -> alt.X:
    return alt.X(field, axis=None, scale=alt.Scale(domain=[0, WIDTH], nice=False, zero=False))


def _y(field: str = "y:Q") -> alt.Y:
    return alt.Y(field, axis=None, scale=alt.Scale(domain=[HEIGHT, 0], nice=False, zero=False))


def _edges(edges: list[dict[str, Any]], hue: Colours) -> alt.Chart:
    return (
        alt.Chart(alt.Data(values=edges))
        .mark_rule(strokeWidth=1.2)
        .encode(
            x=_x(),
            y=_y(),
            x2="x2:Q",
            y2="y2:Q",
            color=alt.condition(_IS_TIED, alt.value(hue.strong), alt.value(hue.line)),
            strokeDash=alt.condition("datum.ended", alt.value([4, 4]), alt.value([1, 0])),
            opacity=alt.when(_IS_TIED).then(alt.value(0.9)).when(_ALL).then(alt.value(0.45)).otherwise(alt.value(0.08)),
            tooltip=[alt.Tooltip("between:N", title="Between"), alt.Tooltip("says:N", title="Says")],
        )
    )


def _nodes(points: alt.Data, hue: Colours) -> alt.Chart:
    return (
        alt.Chart(points)
        .mark_circle(cursor="pointer", stroke=hue.ground, strokeWidth=1.5)
        .encode(
            x=_x(),
            y=_y(),
            size=alt.Size("size:Q", scale=None, legend=None),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=[TITLES[kind] for kind in KINDS], range=list(KINDS.values())),
                legend=None,
            ),
            opacity=alt.when(f"!({_IS_NEAR})")
            .then(alt.value(0.15))
            .when("datum.ended")
            .then(alt.value(0.4))
            .otherwise(alt.value(1.0)),
            tooltip=[alt.Tooltip("full:N", title="Name"), alt.Tooltip("about:N", title="Is")],
        )
    )


def _labels(points: alt.Data, hue: Colours, *, is_left: bool, is_big: bool) -> alt.LayerChart | alt.FacetChart:
    """Return the labels on one side of nodes of one size, each over a halo that keeps it legible across edges."""
    aside = _ASIDE + (_BIG_ASIDE if is_big else 0)
    base = (
        alt.Chart(points)
        .transform_filter(f"datum.left == {str(is_left).lower()} && (datum.size > {_BIG}) == {str(is_big).lower()}")
        .encode(
            x=_x(),
            y=_y(),
            text="label:N",
            opacity=alt.when(f"({_IS_PICKED}) || (({_ALL}) && {_HAS_ROOM})")
            .then(alt.value(1.0))
            .otherwise(alt.value(0.0)),
        )
    )
    style: dict[str, Any] = {"align": "right", "dx": -aside} if is_left else {"align": "left", "dx": aside}
    style |= {"fontSize": _LABEL_SIZE, "baseline": "middle"}
    halo = base.mark_text(**style, stroke=hue.ground, strokeWidth=_HALO, strokeJoin="round", color=hue.ground)
    words = base.mark_text(**style).encode(
        color=alt.condition(f"datum.kind == '{TITLES[SESSION]}'", alt.value(hue.quiet), alt.value(hue.text))
    )
    return alt.layer(halo, words)
