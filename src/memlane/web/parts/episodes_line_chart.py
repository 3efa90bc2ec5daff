"""The time line as a chart: a mark for each conversation, with its title where there is room."""

from typing import Any, Final

import altair as alt

from memlane.web.parts.episodes_colours import Colours

PICK: Final = "pick"
_LANE: Final = 30
_AXIS: Final = 42
_BAR: Final = 14
_CHARACTER: Final = 6.6
_TEXT: Final = (
    f"datum.room * width > {5 * _CHARACTER} ? truncate(datum.title, floor(datum.room * width / {_CHARACTER})) : ''"
)


def line_chart(rows: list[dict[str, Any]], colours: Colours) -> alt.LayerChart | alt.FacetChart:
    """Return the chart; a click selects the field `session` in `PICK`.

    Args:
        rows: As `views.episodes.rows_of`.
        colours: Of the theme.
    """
    lanes = 1 + max((row["lane"] for row in rows), default=0)
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("lane:O", axis=None, scale=alt.Scale(domain=list(range(lanes)))),
    )
    pick = alt.selection_point(name=PICK, fields=["session"], on="click", clear=False)
    marks = (
        base.mark_bar(height=_BAR, cornerRadius=4, cursor="pointer")
        .encode(
            x=alt.X(
                "begin:T",
                title=None,
                scale=alt.Scale(nice=False),
                axis=alt.Axis(grid=True, tickCount=6, labelOverlap=True),
            ),
            x2="end:T",
            color=alt.Color(
                "state:N",
                scale=alt.Scale(
                    domain=["chosen", "found", "other"], range=[colours.strong, colours.middle, colours.faint]
                ),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("title:N", title="About"),
                alt.Tooltip("started:T", title="From", format="%e %b %Y, %H:%M"),
                alt.Tooltip("ended:T", title="To", format="%e %b %Y, %H:%M"),
                alt.Tooltip("messages:Q", title="Messages"),
            ],
        )
        .add_params(pick)
    )
    titles = (
        base.transform_calculate(shown=_TEXT)
        .mark_text(align="left", dx=6, fontSize=12, color=colours.text, cursor="pointer")
        .encode(
            x="end:T",
            text="shown:N",
            opacity=alt.condition("datum.state == 'other'", alt.value(0.35), alt.value(0.9)),
        )
    )
    return alt.layer(marks, titles).properties(height=lanes * _LANE + _AXIS)
