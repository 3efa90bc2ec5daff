"""MemPalace: a palace a conversation, a drawer a message, its hybrid search over both kinds of candidates.

Its own embedders would download a model, so it asks an OpenAI-compatible endpoint, which it supports; the endpoint is
a thread of this process and answers with the same model that the others use.
"""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from systems.minilm import Minilm
from systems.shape import Found, Place, turns

_BATCH = 256


class MemPalace:
    """Searches with `search_memories`, as its tools for agents do."""

    packages = ("mempalace", "chromadb")

    def __init__(self, place: Place) -> None:
        """Start the endpoint and point the library to it."""
        self._minilm = Minilm(place)
        self._server = _serve(self._minilm)
        os.environ |= {
            "HOME": str(place.folder),
            "MEMPALACE_EMBEDDING_MODEL": "openai-compat",
            "MEMPALACE_EMBEDDING_API_URL": f"http://127.0.0.1:{self._server.server_port}",
            "MEMPALACE_EMBEDDING_API_MODEL": "all-MiniLM-L6-v2",
            "MEMPALACE_BACKEND": "sqlite_exact",
            "MEMPALACE_LANG": "en",
        }
        from mempalace.palace import get_collection  # noqa: PLC0415 -- only in its environment
        from mempalace.searcher import search_memories  # noqa: PLC0415 -- as above

        self._get_collection: Any = get_collection
        self._search: Any = search_memories
        self._folder = place.folder
        self._palace = ""
        self._loaded = 0
        self._message_of: dict[str, str] = {}

    def load(self, conversation: dict[str, Any]) -> None:
        """File everything in a new palace, a source a session, as its sweeper of transcripts does."""
        self._loaded += 1
        folder = self._folder / f"palace-{self._loaded}"
        folder.mkdir()
        self._palace = str(folder)
        drawers = self._get_collection(self._palace, create=True)
        said = turns(conversation)
        for start in range(0, len(said), _BATCH):
            batch = said[start : start + _BATCH]
            ids = [f"{turn.session_id}/{turn.message_id}" for turn in batch]
            about = [
                {
                    "session_id": turn.session_id,
                    "source_file": turn.session_id,
                    "role": turn.role,
                    "chunk_index": number,
                }
                for number, turn in enumerate(batch, start)
            ]
            drawers.upsert(ids=ids, documents=[turn.text for turn in batch], metadatas=about)
            self._message_of |= {drawer: turn.message_id for drawer, turn in zip(ids, batch, strict=True)}

    def search(self, question: str, *, at: str | None, limit: int) -> list[str]:  # noqa: ARG002 -- it knows no time
        """Return what its ranking of vectors and words puts first."""
        answer = self._search(question, self._palace, n_results=limit, candidate_strategy="union", lang="en")
        if "error" in answer:
            raise SystemExit(f"MemPalace: {answer['error']}")
        return [self._message_of[hit["drawer_id"]] for hit in answer["results"]]

    def found(self, question: str, *, at: str | None, limit: int) -> Found:
        """Return messages only."""
        return Found(self.search(question, at=at, limit=limit))

    def close(self) -> None:
        """Stop the endpoint."""
        self._server.shutdown()
        self._server.server_close()
        self._minilm.close()


def _serve(minilm: Minilm) -> ThreadingHTTPServer:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["content-length"])))["input"]
            with lock:
                vectors: Any = [minilm.query(texts[0])] if len(texts) == 1 else minilm.documents(texts)
            rows = [{"index": number, "embedding": vector.tolist()} for number, vector in enumerate(vectors)]
            body = json.dumps({"data": rows}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def open_system(place: Place) -> MemPalace:
    """Return the system."""
    return MemPalace(place)
