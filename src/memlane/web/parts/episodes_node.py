"""What a node of the graph stands for: what facts say of it, the memories it comes from, and its conversations."""

from typing import Final

import streamlit as st

from memlane.types.memory import MESSAGE, Memory
from memlane.web.desk import Desk
from memlane.web.keys import widget_key
from memlane.web.shown import label, plain
from memlane.web.times import when
from memlane.web.views.graph import sources_of, tied_to, ties_of
from memlane.web.views.graph_records import SESSION, Graph, Material, Node
from memlane.web.views.graph_rows import about, tie_says

_MOST_MEMORIES: Final = 5
_MOST_SESSIONS: Final = 8
_LONGEST_TEXT: Final = 400
_LONGEST_TITLE: Final = 40


def show_node(desk: Desk, material: Material, titles: dict[str, str], graph: Graph, node: Node) -> None:
    """Show it below the picture."""
    with st.container(border=True, gap="small"):
        st.markdown(f"**{label(node.label, _LONGEST_TEXT)}**")
        st.caption(label(about(node, desk.zone), None))
        for one, other, edge in ties_of(graph, node):
            says = label(tie_says(edge.label, edge.since, edge.ended, desk.zone), None)
            st.markdown(f":material/arrow_right: {label(one)} \u00b7 {says} \u00b7 **{label(other)}**")
        if node.kind == SESSION:
            _show_session(desk, graph, node)
            return
        memories, sessions = sources_of(material, node)
        _show_memories(desk, memories)
        _show_sessions(desk, titles, sessions)


def _show_session(desk: Desk, graph: Graph, node: Node) -> None:
    session = node.key.partition(":")[2]
    st.markdown(" ".join(f":gray-badge[{label(other.label, _LONGEST_TITLE)}]" for other in tied_to(graph, node)))
    with st.container(horizontal=True, gap="small"):
        _link(desk, "Open in chat", ":material/forum:", "chat", session=session)
        _link(desk, "Its memories", ":material/neurology:", "memory", **{"from": session})


def _show_memories(desk: Desk, ids: list[str]) -> None:
    """Show the newest memories, each with ways to it."""
    for memory_id in ids[:_MOST_MEMORIES]:
        memory = desk.user.memory(memory_id)
        if memory is not None:
            _show_memory(desk, memory)
    if len(ids) > _MOST_MEMORIES:
        st.caption(f"The newest {_MOST_MEMORIES} of {len(ids)} memories.")


def _show_memory(desk: Desk, memory: Memory) -> None:
    st.text(plain(memory.text, _LONGEST_TEXT))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        speaker = (
            f"{label(memory.name or memory.role or '')}, " if memory.kind == MESSAGE else f"{label(memory.kind)}, "
        )
        st.caption(f"{speaker}{when(memory.created_at, desk.zone)}", width="content")
        places = {"message": memory.message_ids[0]} if memory.message_ids else {}
        if memory.session_id is not None:
            _link(desk, "Where it was said", ":material/forum:", "chat", memory.id, session=memory.session_id, **places)
        _link(desk, "In Memory", ":material/neurology:", "memory", memory.id, memory=memory.id)


def _show_sessions(desk: Desk, titles: dict[str, str], sessions: list[str]) -> None:
    if not sessions:
        return
    st.caption(f"Spoken of in {len(sessions)} conversation{'s' if len(sessions) > 1 else ''}:")
    with st.container(horizontal=True, gap="small"):
        for session in sessions[:_MOST_SESSIONS]:
            title = label(titles.get(session, session), _LONGEST_TITLE)
            _link(desk, title, ":material/chat_bubble:", "chat", session, session=session)


def _link(desk: Desk, text: str, icon: str, page: str, key: str = "", **places: str) -> None:
    if st.button(text, icon=icon, type="tertiary", key=widget_key("graph-link", page, key, *places.values())):
        desk.go(page, **places)
