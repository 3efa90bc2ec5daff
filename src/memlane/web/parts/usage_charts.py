"""The charts of the usage page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from memlane.types.usage import Step
from memlane.web.parts.episodes_colours import Colours
from memlane.web.views.usage import TOKEN_PARTS

PICK: Final = "pick"
_HEIGHT: Final = 210
_OUT: Final = "#e08a1e"
_KINDS: Final = ("#14a38b", "#3b82f6", "#a66be8", "#e08a1e", "#e11d48", "#8b979b", "#7c9a2d")
_WHEN: Final[Mapping[Step, str]] = {"minute": "%H:%M", "hour": "%a %e %b, %H:%M", "day": "%a %e %b %Y"}
_TICKS: Final[Mapping[Step, str]] = {"minute": "%H:%M", "hour": "%e %b", "day": "%e %b"}
_ROW: Final = 42
_BAR: Final = 12
_LEGEND: Final = alt.Legend(orient="top", title=None, labelLimit=240, symbolType="square")


def message_chart(rows: list[dict[str, Any]], step: Step, hue: Colours) -> alt.Chart:
    """Return bars of messages; rows as `views.usage.message_rows`."""
    return (
        _bars(rows, step)
        .encode(
            y=_count("messages:Q"),
            y2=alt.datum(0),
            color=alt.value(hue.strong),
            tooltip=[_moment(step), _number("messages:Q", "Messages")],
        )
        .properties(height=_HEIGHT)
    )


def token_chart(rows: list[dict[str, Any]], step: Step, hue: Colours) -> alt.Chart:
    """Return stacked bars of tokens; rows as `views.usage.token_rows`."""
    return (
        _bars([row for row in rows if row["tokens"] or row["order"] == 0], step)
        .encode(
            y=_count("low:Q"),
            y2="high:Q",
            color=_token_colours(hue),
            tooltip=[_moment(step), alt.Tooltip("part:N", title="Tokens"), _number("tokens:Q", "How many")],
        )
        .properties(height=_HEIGHT + 40)
    )


def recall_chart(rows: list[dict[str, Any]], step: Step, hue: Colours) -> alt.LayerChart | alt.FacetChart:
    """Return bars of hits with bars of recalls before them; rows as `views.usage.recall_rows`."""
    tooltip = [_moment(step), _number("recalls:Q", "Recalls"), _number("hits:Q", "Hits")]
    scale = alt.Scale(domain=["Hits", "Recalls"], range=[hue.middle, hue.strong])
    layers = [
        _bars(rows, step)
        .transform_calculate(what=f"'{title}'")
        .encode(
            y=_count(f"{field}:Q"),
            y2=alt.datum(0),
            color=alt.Color("what:N", scale=scale, legend=_LEGEND),
            tooltip=tooltip,
        )
        for field, title in (("hits", "Hits"), ("recalls", "Recalls"))
    ]
    return alt.layer(*layers).properties(height=_HEIGHT)


def session_chart(rows: list[dict[str, Any]], hue: Colours, *, by_tokens: bool) -> alt.LayerChart | alt.FacetChart:
    """Return bars of conversations, the largest first; a click selects the field `session` in `PICK`.

    Args:
        rows: As `views.usage.session_rows`.
        hue: Colours of the theme.
        by_tokens: Whether tokens are shown; else messages.
    """
    pick = alt.selection_point(name=PICK, fields=["session"], on="click", clear=False)
    shown = rows if by_tokens else [row for row in rows if row["order"] == 0]
    base = alt.Chart(alt.Data(values=shown)).encode(y=alt.Y("place:O", axis=None))
    bars = base.mark_bar(height=_BAR, cornerRadius=2, cursor="pointer", yOffset=8).encode(
        x=alt.X("tokens:Q" if by_tokens else "messages:Q", title=None, axis=_axis()),
        order="order:Q",
        color=_token_colours(hue) if by_tokens else alt.value(hue.strong),
        tooltip=[
            alt.Tooltip("title:N", title="Conversation"),
            *([alt.Tooltip("part:N", title="Tokens"), _number("tokens:Q", "How many")] if by_tokens else []),
            _number("messages:Q", "Messages"),
        ],
    )
    titles = (
        base.transform_filter("datum.order == 0")
        .mark_text(align="left", dy=-8, fontSize=12, color=hue.text, limit=320)
        .encode(x=alt.value(1), text="title:N")
    )
    return alt.layer(bars.add_params(pick), titles).properties(height=_ROW * len({row["place"] for row in rows}) + 60)


def growth_chart(rows: list[dict[str, Any]], kinds: Sequence[str], step: Step) -> alt.Chart:
    """Return stacked areas of memories by kind.

    Args:
        rows: As `views.growth.growth_rows`.
        kinds: All of them, in order, as in the rows.
        step: How the time is divided.
    """
    colours = alt.Scale(domain=list(kinds), range=list(_KINDS[: len(kinds)]))
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_area(interpolate="step-after", opacity=0.85)
        .encode(
            x=_time("at:T", step),
            y=_count("memories:Q"),
            color=alt.Color("kind:N", scale=colours, legend=_LEGEND),
            order="order:Q",
            tooltip=[_moment(step), alt.Tooltip("kind:N", title="Kind"), _number("memories:Q", "Memories")],
        )
        .properties(height=_HEIGHT + 40)
    )


def saved_chart(rows: list[dict[str, Any]], hue: Colours) -> alt.LayerChart | alt.FacetChart:
    """Return what was sent for each reply, before what the whole log would have been; rows of `savings.chart_rows`."""
    scale = alt.Scale(domain=["Whole log", "Sent"], range=[hue.middle, hue.strong])
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "reply:Q",
            title="Reply",
            axis=alt.Axis(tickMinStep=1, format="d", grid=False, labelOverlap=True),
            scale=alt.Scale(domain=[1, max(len(rows), 2)], nice=False),
        ),
        tooltip=[
            _number("reply:Q", "Reply"),
            _number("whole:Q", "Whole log"),
            _number("sent:Q", "Sent"),
            _number("saved:Q", "Saved"),
        ],
    )
    layers = [
        base.transform_calculate(what=f"'{title}'")
        .mark_line(point=alt.OverlayMarkDef(size=28, filled=True), strokeWidth=2)
        .encode(y=_count(f"{field}:Q"), color=alt.Color("what:N", scale=scale, legend=_LEGEND))
        for field, title in (("whole", "Whole log"), ("sent", "Sent"))
    ]
    return alt.layer(*layers).properties(height=_HEIGHT + 40)


def _bars(rows: list[dict[str, Any]], step: Step) -> alt.Chart:
    return alt.Chart(alt.Data(values=rows)).mark_rect().encode(x=_time("at:T", step), x2="end:T")


def _time(field: str, step: Step) -> alt.X:
    """Return the axis of time: in the visitor's zone, but days, which are counted in UTC."""
    axis = alt.Axis(grid=False, labelOverlap=True, tickCount=7, format=_TICKS[step])
    return alt.X(field, title=None, axis=axis, scale=alt.Scale(type="utc" if step == "day" else "time", nice=False))


def _moment(step: Step) -> alt.Tooltip:
    kind = "utc" if step == "day" else "time"
    return alt.Tooltip("at:T", title="From", format=_WHEN[step], formatType=kind)


def _count(field: str) -> alt.Y:
    return alt.Y(field, title=None, axis=_axis())


def _axis() -> alt.Axis:
    return alt.Axis(labelExpr="format(datum.value, '~s')", tickMinStep=1, tickCount=5)


def _number(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(field, title=title, format=",")


def _token_colours(hue: Colours) -> alt.Color:
    scale = alt.Scale(domain=list(TOKEN_PARTS), range=[hue.strong, hue.middle, _OUT])
    return alt.Color("part:N", scale=scale, legend=_LEGEND)
