"""An embedder that remembers on disk what it embedded, so that a retrieval run can be repeated in minutes.

The file holds hashes of texts and their vectors, no text. Keep it outside the repository.
"""

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memlane.protocols.embedder import Embedder, Purpose

_BUSY_S = 60.0


def cache_file(named: str) -> Path | None:
    """Return the file that `--cache` names: `default` is one in the user's cache folder, `none` is none."""
    if named == "none":
        return None
    if named != "default":
        return Path(named)
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "memlane-bench" / "vectors.db"


class CachedEmbedder:
    """Answers from the file what stands there and asks `embedder`, which stays the caller's to close, for the rest."""

    def __init__(self, embedder: Embedder, path: Path, *, queries: bool = True) -> None:
        """Open or create the file; without `queries`, questions are embedded each time."""
        self._embedder = embedder
        self._path = path
        self._queries = queries
        self._database: sqlite3.Connection | None = None
        self.identity = embedder.identity
        self.dimension = embedder.dimension
        self.hits = 0

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:
        """Return float32 of shape (n, dimension), rows of unit length."""
        if purpose == "query" and not self._queries:
            return await self._embedder.embed(texts, purpose=purpose)
        keys = [self._key(text, purpose) for text in texts]
        known = self._known(keys)
        self.hits += len(known)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            vectors = await self._embedder.embed(list(missing.values()), purpose=purpose)
            known.update(zip(missing, vectors, strict=True))
            rows = [(key, known[key].astype("<f4").tobytes()) for key in missing]
            with self._open() as database:
                database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
        return np.stack([known[key] for key in keys]) if keys else np.empty((0, self.dimension), np.float32)

    async def aclose(self) -> None:
        """Close the file."""
        if self._database:
            self._database.close()

    def _known(self, keys: list[bytes]) -> dict[bytes, NDArray[np.float32]]:
        database = self._open()
        found: dict[bytes, NDArray[np.float32]] = {}
        for key in keys:
            row = database.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
            if row:
                found[key] = np.frombuffer(row[0], "<f4")
        return found

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # One call at a time, though not always on one thread; other processes may write meanwhile.
            self._database = sqlite3.connect(self._path, timeout=_BUSY_S, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")
        return self._database

    def _key(self, text: str, purpose: Purpose) -> bytes:
        return hashlib.blake2b(f"{self.identity}\0{purpose}\0{text}".encode(), digest_size=16).digest()
