"""Erasing a user: everything at once, after the id was typed, with a receipt; and the export before it."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import streamlit as st

from memlane.types.session import Receipt
from memlane.web.desk import Desk
from memlane.web.parts.memory_state import attempt
from memlane.web.shown import label
from memlane.web.times import when
from memlane.web.views.one_memory import as_json

_TYPED: Final = "memory-erase-id"
_RECEIPT: Final = "memory-receipt"


def show_erase(desk: Desk) -> None:
    """Draw the export, and the form that erases."""
    user_id = desk.user_id or ""
    with st.container(border=True):
        st.markdown("##### Take a copy first")
        st.markdown("All conversations, memories and preferences as one file, which `memlane import` reads again.")
        st.download_button(
            "Export everything",
            _exported(desk),
            file_name="memories.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
        )
    with st.container(border=True):
        st.markdown("##### Erase everything")
        st.markdown(
            f"All conversations, memories, preferences and usage of **{label(user_id, None)}** are removed for good, "
            "in every store. You get a receipt."
        )
        typed = st.text_input("Type the user's id to confirm", key=_TYPED, placeholder=user_id)
        st.button(
            "Erase",
            type="primary",
            icon=":material/delete_forever:",
            disabled=typed != user_id,
            key="memory-erase",
            on_click=_erase,
            args=(desk,),
        )


def show_receipt(desk: Desk) -> None:
    """Draw the receipt of the user who was just erased, if there is one."""
    receipt: Receipt | None = st.session_state.get(_RECEIPT)
    if receipt is None:
        return
    with st.container(border=True):
        st.markdown(f"##### :material/receipt_long: {label(receipt.user)} was erased")
        st.caption(when(receipt.erased_at, desk.zone))
        with st.container(horizontal=True):
            for name, count in receipt.removed.items():
                st.metric(label(name), f"{count:,}", width="content")
        st.download_button(
            "Receipt",
            as_json(receipt),
            file_name="receipt.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )


def _exported(desk: Desk) -> Callable[[], bytes]:
    """Return what makes the file when it is asked for."""
    user = desk.user

    def make() -> bytes:
        with TemporaryDirectory() as folder:
            path = Path(folder, "memories.jsonl")
            user.export(path)
            return path.read_bytes()

    return make


def _erase(desk: Desk) -> None:
    """Erase, if what is typed is still the id; afterwards there is no user."""
    user_id = desk.user_id
    if user_id is None or st.session_state.get(_TYPED) != user_id:
        return
    receipts: list[Receipt] = []
    if attempt(lambda: receipts.append(desk.user.erase())):
        desk.open_user(None)
        st.session_state[_RECEIPT] = receipts[0]
