"""Tables."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, cast

import streamlit as st

_FRAMES: Final = cast("Any", st)  # the types of its arguments are those of packages that are not installed


def show_table(
    rows: Sequence[Mapping[str, Any]],
    *,
    order: Sequence[str] | None = None,
    columns: Mapping[str, Any] | None = None,
    width: int | Literal["stretch"] = "stretch",
) -> None:
    """Show rows as a table, whose cells are data, never links or pictures.

    Args:
        rows: Values by the names of their columns.
        order: Which columns, in which order; all by default.
        columns: How columns are shown, by name; as of `st.column_config`, neither links nor images.
        width: In pixels, or `stretch`.
    """
    _FRAMES.dataframe(rows, hide_index=True, column_order=order, column_config=columns, width=width)
