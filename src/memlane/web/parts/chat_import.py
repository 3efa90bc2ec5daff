"""Importing conversations from a file."""

import tempfile
import threading
from pathlib import Path
from typing import Final

import streamlit as st

from memlane.web.desk import Desk

_TICK_SECONDS: Final = 0.1
_SUFFIXES: Final = ("json", "jsonl", "gz")


@st.dialog("Import a conversation", width="medium", icon=":material/upload:")
def import_dialog(desk: Desk) -> None:
    """Take a file of conversations, or an export, and add it to what is known of the user."""
    st.caption(
        "A JSON file as `memlane import` takes it, one of this page's exports, or a user's export. "
        "What is there already is left alone."
    )
    with st.form("chat-import-form", border=False):
        file = st.file_uploader("File", type=list(_SUFFIXES), label_visibility="collapsed")
        sent = st.form_submit_button("Import", type="primary", icon=":material/upload:")
    if sent and file is not None:
        with desk.guarded():
            new = _imported(desk, file.name, file.getvalue())
        said = f"{new:,} new. The conversations stand in the list." if new else "Nothing new: all of it was here."
        st.toast(said, icon=":material/check:")
        st.rerun()


def _imported(desk: Desk, name: str, content: bytes) -> int:
    """Return how much of a file was new; errors as `AsyncUser.restore`."""
    with tempfile.TemporaryDirectory(prefix="memlane-") as folder:
        path = Path(folder, "import.gz" if name.endswith(".gz") else "import.json")
        path.write_bytes(content)
        work = _Import(desk, path)
        work.start()
        bar = st.progress(0.0, "Reading the file …")
        while work.is_alive():
            work.join(_TICK_SECONDS)
            done, total = work.progress
            bar.progress(done / total if total else 0.0, f"{done:,} of {total:,}" if total else "Reading the file …")
        bar.empty()
        return work.result()


class _Import(threading.Thread):
    """An import beside the page that shows how far it is."""

    def __init__(self, desk: Desk, path: Path) -> None:
        super().__init__(name="memlane-import", daemon=True)
        self.progress = (0, 0)
        self._user, self._path = desk.user, path
        self._new = 0
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._new = self._user.restore(self._path, progress=self._note)
        except Exception as exc:  # noqa: BLE001 -- raised where the page is
            self._error = exc

    def result(self) -> int:
        if self._error is not None:
            raise self._error
        return self._new

    def _note(self, done: int, total: int) -> None:
        self.progress = (done, total)
