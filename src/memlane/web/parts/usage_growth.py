"""How a user's memory grew."""

import streamlit as st

from memlane.types.memory import MESSAGE
from memlane.web.desk import Desk
from memlane.web.parts.usage_charts import growth_chart
from memlane.web.views.growth import growth_in_words, growth_rows, kinds_of, label_of, without
from memlane.web.views.usage import Window


def show_growth(desk: Desk, span: Window) -> None:
    """Draw how many memories there were of each kind, over a window."""
    st.markdown("##### Memory, by kind")
    with st.spinner("Counting memories …"):
        earlier = desk.user.growth(step="day", until=span.since)
        counts = desk.user.growth(step=span.step, since=span.since, until=span.until)
    kinds = kinds_of([*earlier, *counts])
    if not kinds:
        st.caption("Nothing is remembered yet.")
        return
    if MESSAGE in kinds and len(kinds) > 1 and not st.toggle("What was said, too", key="usage-growth-messages"):
        earlier, counts = without(earlier, MESSAGE), without(counts, MESSAGE)
        kinds = kinds_of([*earlier, *counts])
    rows = growth_rows(earlier, counts, span)
    st.altair_chart(growth_chart(rows, [label_of(kind) for kind in kinds], span.step), alt="Memories by kind over time")
    st.caption(f"{growth_in_words(earlier, counts)}. Counted from when each was made; what was forgotten is left out.")
