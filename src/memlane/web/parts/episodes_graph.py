"""The part with the graph: what is drawn of it, the picture, and what a node stands for."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

import streamlit as st

from memlane.types.memory import MESSAGE, Memory
from memlane.web.desk import Desk
from memlane.web.look import show_empty
from memlane.web.parts.episodes_colours import colours
from memlane.web.parts.episodes_due import show_waiting
from memlane.web.parts.episodes_graph_chart import PICK, graph_chart
from memlane.web.parts.episodes_node import show_node
from memlane.web.parts.memory_state import place
from memlane.web.views.episodes import Past, name_of
from memlane.web.views.graph import draw
from memlane.web.views.graph_material import gather
from memlane.web.views.graph_records import KINDS, Graph, Material
from memlane.web.views.graph_rows import TITLES, left_out, picture
from memlane.web.views.memories import day_begins, day_ends

MOST_MESSAGES: Final = 2_000
_FACTS: Final = frozenset({"fact", "preference"})
_NODE: Final = "node"
_CHART: Final = "graph-chart"
_KINDS: Final = "graph-kinds"
_NODES: Final = "graph-nodes"
_DAYS: Final = "graph-days"
_HELD: Final = "graph-material"
_DRAWN: Final = "graph-drawn"
_FIRST: Final = "graph-first"
_LEAST, _USUAL, _MOST = 20, 60, 150
_DOTS: Final = {"person": "orange", "place": "blue", "topic": "green", "fact": "violet", "session": "gray"}
_DAY: Final = timedelta(days=1)


def show_graph(desk: Desk, pasts: list[Past]) -> None:
    """Draw the part."""
    with st.spinner("Reading what is remembered \u2026", show_time=False):
        material, total = _material(desk)
    show_waiting(desk, sum(not past.is_written for past in pasts), "graph")
    if len(material.things) <= 1:
        show_empty(
            "hub",
            "Not enough to tie together yet",
            "A graph grows from what is said: tell of people and places in two or three conversations, and they are "
            "tied together here with the facts that were found.",
        )
        return
    if total > material.texts and total > MOST_MESSAGES:
        st.caption(f":material/info: Read from the newest {MOST_MESSAGES:,} of {total:,} messages.")
    _show_drawn(desk, material, {past.session_id: name_of(past) for past in pasts})


def _material(desk: Desk) -> tuple[Material, int]:
    """Return what the graph is drawn from and how many messages there are; gathered anew only when memory changed."""
    facts = desk.user.memories(kinds=_FACTS)
    page = desk.user.browse(kinds={MESSAGE}, limit=MOST_MESSAGES)
    mark = (desk.user_id, _mark_of(facts), _mark_of(page.memories))
    held = st.session_state.get(_HELD)
    if held is None or held[0] != mark:
        held = mark, gather(facts, page.memories, user=desk.user_id or "")
        st.session_state[_HELD] = held
    return held[1], page.by_kind.get(MESSAGE, 0)


def _mark_of(memories: Sequence[Memory]) -> int:
    return hash(tuple((one.id, one.version, one.created_at) for one in memories))


@st.fragment
def _show_drawn(desk: Desk, material: Material, titles: dict[str, str]) -> None:
    """Draw filters, picture and the chosen node; runs by itself when one of them changes."""
    with desk.guarded():
        graph = _chosen(desk, material, titles)
        if not graph.nodes:
            st.info("Nothing of these kinds within this time. Choose more kinds, or a longer time.")
            return
        picked = _show_picture(desk, graph)
        if (hidden := left_out(graph.left_out)) or not picked:
            more = f" Left out: {hidden}." if hidden else ""
            st.caption(
                ":material/touch_app: Click a node for its memories; drag to move, Ctrl and wheel to zoom, double "
                f"click to see all. Larger: said more often. Dashed: no longer so.{more}"
            )
        node = next((node for node in graph.nodes if node.key == picked), None)
        if node is not None:
            show_node(desk, material, titles, graph, node)


def _chosen(desk: Desk, material: Material, titles: dict[str, str]) -> Graph:
    """Draw the filters; return what they let through."""
    kinds = st.pills(
        "Kinds",
        KINDS,
        selection_mode="multi",
        default=KINDS,
        format_func=lambda kind: f":{_DOTS[kind]}[\u25cf] {TITLES[kind]}",
        key=_KINDS,
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, gap="medium"):
        limit = st.slider("Nodes at most", _LEAST, _MOST, _USUAL, 10, key=_NODES)
        since, until = _days(material, desk.zone)
    asked = (kinds, limit, since, until, titles)
    drawn = st.session_state.get(_DRAWN)
    if drawn is None or drawn[0] is not material or drawn[1] != asked:
        graph = draw(material, titles, kinds=kinds or KINDS, limit=limit, since=since, until=until)
        drawn = material, asked, graph, picture(graph, desk.zone)
        st.session_state[_DRAWN] = drawn
    return drawn[2]


def _days(material: Material, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Draw the span of time; return its ends, None for all there is."""
    times = [use.at for thing in material.things.values() for use in (*thing.uses[:1], *thing.uses[-1:])]
    first, last = min(times).astimezone(zone).date(), max(times).astimezone(zone).date()
    if last - first < _DAY:
        return None, None
    chosen: tuple[date, date] = st.slider("Said between", first, last, (first, last), format="D MMM YYYY", key=_DAYS)
    return (
        None if chosen[0] <= first else day_begins(chosen[0], zone),
        None if chosen[1] >= last else day_ends(chosen[1], zone),
    )


def _show_picture(desk: Desk, graph: Graph) -> str | None:
    """Draw the picture; return the node that is chosen."""
    nodes, edges = st.session_state[_DRAWN][3]
    first = st.session_state.setdefault(_FIRST, desk.place(_NODE) or "")
    known = {node.key for node in graph.nodes}
    st.altair_chart(
        graph_chart(nodes, edges, first if first in known else "", colours()),
        key=_CHART,
        on_select=lambda: _pick(desk),
        selection_mode=[PICK],
        alt="A graph of people, places, topics, facts and conversations",
    )
    return desk.place(_NODE)


def _pick(desk: Desk) -> None:
    state: Any = st.session_state[_CHART]
    picked = state.selection.get(PICK)
    place(desk, _NODE, str(picked[0]["key"]) if picked else None)
