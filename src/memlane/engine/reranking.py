"""Re-ranking: what another judge makes of the best results of a recall.

Owns how its scores are blended with those of recall, and that recall goes on without it. It must not read a store.
"""

import asyncio
import logging
import math
import time
from collections.abc import Iterable
from typing import Final

import msgspec

from memlane.errors import MemlaneError, UsageError
from memlane.protocols.reranker import Reranker
from memlane.recall.ranking import NEWEST
from memlane.recall.text import searchable_text
from memlane.types.memory import Recalled

_log = logging.getLogger(__name__)

MOST_RERANKED: Final = 50
"""How many of the best results the re-ranker sees; those after them stay behind."""
SHARE: Final = 0.5
"""What of a score is the re-ranker's. Its scores are spread over all of that, so it mostly decides; what only recall
knows (the session, the turns around) still counts."""
LONGEST_SECONDS: Final = 30.0
"""How long a recall waits for the re-ranker; when that was too short, it is left alone for as long."""
RERANKER: Final = "reranker"

_LATE: Final = "it did not answer in time"
_DECIMALS: Final = 6  # the last bits of a model's scores differ with the batch; equals must stay equal


class Reranking:
    """Puts the best results of a recall in the order that a re-ranker and recall together give them."""

    def __init__(self, reranker: Reranker | None) -> None:
        """Ask `reranker`; None leaves results as they are."""
        self._reranker = reranker
        self._late_at = -LONGEST_SECONDS

    def wanted(self, limit: int) -> int:
        """Return how many results to look for when `limit` are asked for."""
        return limit if self._reranker is None else max(limit, MOST_RERANKED)

    async def apply(self, question: str, found: list[Recalled]) -> list[Recalled]:
        """Return `found`, best first, in the new order; as it was, with a note, when the re-ranker fails.

        One result has no order, and results that are only the newest answer nothing: they are left alone.
        """
        if self._reranker is None or len(found) <= 1 or NEWEST in found[0].why:
            return found
        if time.monotonic() - self._late_at < LONGEST_SECONDS:
            return _noted(found, self._reranker, _LATE)
        best, rest = found[:MOST_RERANKED], found[MOST_RERANKED:]
        try:
            scores = await self._scores(self._reranker, question, best)
        except Exception as exc:  # noqa: BLE001 -- whatever it is, what was found is not lost; note and log say it
            _log.warning("recall goes on without re-ranking: %s", _cause(exc))
            return _noted(found, self._reranker, _cause(exc))
        blended = [*map(_blended, best, _shares(scores)), *(_lessened(recalled) for recalled in rest)]
        return sorted(blended, key=lambda recalled: -recalled.score)

    async def _scores(self, reranker: Reranker, question: str, found: list[Recalled]) -> list[float]:
        texts = [searchable_text(recalled.memory) for recalled in found]
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return _checked(await reranker.score(question, texts), len(texts))
        except TimeoutError:
            self._late_at = time.monotonic()
            raise


def _checked(given: Iterable[float], count: int) -> list[float]:
    scores = [float(score) for score in given]
    if len(scores) != count:
        raise UsageError(f"it gave {len(scores)} scores for {count} texts")
    if not all(map(math.isfinite, scores)):
        raise UsageError("it gave a score that is not a finite number")
    return scores


def _shares(scores: list[float]) -> list[float]:
    """Return scores as shares: the least 0, the greatest `SHARE`; all of it to each when they are equal."""
    least, greatest = min(scores) / 2, max(scores) / 2  # halves: the span of finite numbers may not be one
    span = greatest - least
    return [round(SHARE * ((score / 2 - least) / span if span else 1), _DECIMALS) for score in scores]


def _blended(recalled: Recalled, share: float) -> Recalled:
    rest = _lessened(recalled)
    return msgspec.structs.replace(rest, score=rest.score + share, why={**rest.why, RERANKER: share})


def _lessened(recalled: Recalled) -> Recalled:
    why = {signal: (1 - SHARE) * share for signal, share in recalled.why.items()}
    return msgspec.structs.replace(recalled, score=(1 - SHARE) * recalled.score, why=why)


def _noted(found: list[Recalled], reranker: Reranker, cause: str) -> list[Recalled]:
    note = f"not re-ranked by {reranker.identity}: {cause}"
    return [msgspec.structs.replace(recalled, notes=[*recalled.notes, note]) for recalled in found]


def _cause(exc: Exception) -> str:
    """Return what went wrong, without what was said: a foreign message may quote it."""
    if isinstance(exc, TimeoutError):
        return _LATE
    return str(exc) if isinstance(exc, MemlaneError) else type(exc).__name__
