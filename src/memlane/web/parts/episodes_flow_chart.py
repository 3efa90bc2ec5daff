"""The flow of a conversation as a chart: its messages in lanes, and curves to where replies were helped from."""

from typing import Any, Final

import altair as alt

from memlane.web.parts.episodes_colours import KINDS, Colours
from memlane.web.views.flow import REPLY_LANE, TOOL_LANE, Flow
from memlane.web.views.flow_rows import LANE, block_rows, cut_rows, height_of, lanes_of, link_rows, source_rows
from memlane.web.views.graph_records import FACT, SESSION
from memlane.web.views.names import PERSON, PLACE, TOPIC

PICK: Final = "pick"
_NONE: Final = "!pick.key || !length(pick.key)"
_PICKED: Final = "pick.key && pick.key[0] == datum.key"
_TIED: Final = "pick.key && (pick.key[0] == datum.reply || pick.key[0] == datum.source)"
_CHARACTER: Final = 6.4
_TITLE: Final = f"truncate(datum.title, max(3, floor(datum.room * width / {_CHARACTER}) - 1))"
_MARGIN: Final = 22.0


def flow_chart(flow: Flow, titles: dict[str, str], hue: Colours) -> alt.LayerChart | alt.FacetChart:
    """Return the chart; a click selects the field `key` in `PICK`: `m` and a position, or `s` and a source's number."""
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, max(flow.width, 1.0)], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height_of(flow), -_MARGIN], nice=False))
    layers: list[Any] = [_lanes(flow, x, y, hue)]
    if flow.links:
        layers.append(_links(flow, x, y, hue))
    layers.append(_blocks(flow, x, y, hue))
    if flow.sources:
        layers.append(_sources(flow, titles, x, y, hue))
    if cuts := cut_rows(flow):
        layers.append(_cuts(cuts, x, y, hue))
    return alt.layer(*layers).properties(height=height_of(flow) + _MARGIN)


def _blocks(flow: Flow, x: alt.X, y: alt.Y, hue: Colours) -> alt.Chart:
    pick = alt.selection_point(name=PICK, fields=["key"], on="click", clear=False)
    return (
        alt.Chart(alt.Data(values=block_rows(flow)))
        .mark_rect(cornerRadius=3, cursor="pointer")
        .encode(
            x=_with(x, "begin:Q"),
            x2="end:Q",
            y=_with(y, "top:Q"),
            y2="bottom:Q",
            color=alt.Color(
                "lane:N",
                scale=alt.Scale(domain=lanes_of(flow), range=_hues(flow, hue)),
                legend=None,
            ),
            stroke=alt.condition(_PICKED, alt.value(hue.text), alt.value("transparent")),
            strokeWidth=alt.value(2),
            tooltip=[
                alt.Tooltip("number:Q", title="Message"),
                alt.Tooltip("speaker:N", title="By"),
                alt.Tooltip("said:N", title="Says"),
                alt.Tooltip("tokens:Q", title="Tokens, about", format=","),
                alt.Tooltip("recalled:Q", title="Memories shown"),
                alt.Tooltip("at:T", title="At", format="%e %b %Y, %H:%M"),
            ],
        )
        .add_params(pick)
    )


def _hues(flow: Flow, hue: Colours) -> list[str]:
    """Return the colour of each lane."""
    people = iter((KINDS[PERSON], KINDS[PLACE], KINDS[FACT], KINDS[TOPIC]))
    own = {REPLY_LANE: hue.middle, TOOL_LANE: KINDS[SESSION]}
    return [own[lane] if lane in own else next(people) for lane in lanes_of(flow)]


def _lanes(flow: Flow, x: alt.X, y: alt.Y, hue: Colours) -> alt.Chart:
    rows = [{"x": 0, "y": LANE * number, "name": lane} for number, lane in enumerate(lanes_of(flow))]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_text(align="left", baseline="middle", fontSize=11, color=hue.text, opacity=0.6)
        .encode(x=x, y=y, text="name:N")
    )


def _links(flow: Flow, x: alt.X, y: alt.Y, hue: Colours) -> alt.Chart:
    return (
        alt.Chart(alt.Data(values=link_rows(flow)))
        .mark_line(interpolate="basis", strokeWidth=1.6)
        .encode(
            x=x,
            y=y,
            detail=["link:N", "reply:N", "source:N"],
            order="order:Q",
            color=alt.condition(_TIED, alt.value(hue.strong), alt.value(KINDS[FACT])),
            opacity=alt.when(_TIED).then(alt.value(1.0)).when(_NONE).then(alt.value(0.5)).otherwise(alt.value(0.12)),
        )
    )


def _sources(flow: Flow, titles: dict[str, str], x: alt.X, y: alt.Y, hue: Colours) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.Data(values=source_rows(flow, titles))).encode(x=x, y=y)
    dots = base.mark_circle(size=130, cursor="pointer", opacity=1).encode(
        color=alt.condition(_PICKED, alt.value(hue.strong), alt.value(KINDS[FACT])),
        tooltip=[alt.Tooltip("title:N", title="Recalled from"), alt.Tooltip("count:Q", title="Memories")],
    )
    names = (
        base.transform_calculate(shown=_TITLE)
        .mark_text(dy=17, fontSize=11, color=hue.text, cursor="pointer")
        .encode(text="shown:N")
    )
    return alt.layer(dots, names)


def _cuts(rows: list[dict[str, Any]], x: alt.X, y: alt.Y, hue: Colours) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    rule = base.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color=hue.text, opacity=0.7)
    words = [
        base.transform_filter(f"datum.left == {'true' if is_left else 'false'}")
        .transform_calculate(y=f"datum.row * 13 - {_MARGIN - 6}")
        .mark_text(align="right" if is_left else "left", dx=-5 if is_left else 5, fontSize=11, color=hue.text)
        .encode(y=y, text="says:N")
        for is_left in (False, True)
    ]
    return alt.layer(rule, *words)


def _with(channel: Any, field: str) -> Any:
    """Return a channel with another field on the same scale."""
    found = channel.copy(deep=False)
    found.shorthand = field
    return found
