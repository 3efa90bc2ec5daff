"""How memory grew: of each kind, how much there was at the end of every step of a window."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from memlane.types.page import MemoryCount
from memlane.types.visible import one_line
from memlane.web.views.usage import Window

OTHERS: Final = "others"
_MOST_KINDS: Final = 7
_KIND_CHARACTERS: Final = 24


def kinds_of(counts: Iterable[MemoryCount]) -> list[str]:
    """Return the kinds there are, the largest first; past seven, the rest is `OTHERS`."""
    sizes = _sizes(counts)
    found = sorted(sizes, key=lambda kind: (-sizes[kind], kind))
    return found if len(found) <= _MOST_KINDS else [*found[: _MOST_KINDS - 1], OTHERS]


def growth_rows(earlier: Iterable[MemoryCount], counts: Iterable[MemoryCount], span: Window) -> list[dict[str, Any]]:
    """Return rows of a stacked chart: `at`, `kind` (on one line), `order`, `memories` there were by then of that kind.

    The first step holds what was made before and in it; the last is followed by the window's end. Memories count from
    when they were made, and only those that are still there: what was forgotten since is missing in the past, too.

    Args:
        earlier: Those made before the window.
        counts: Those made in its steps.
        span: The window.
    """
    before, inside = list(earlier), list(counts)
    kinds = kinds_of([*before, *inside])
    there = _by_shown(before, kinds)
    made: Counter[tuple[Any, str]] = Counter()
    for count in inside:
        made[count.at, _shown(count.kind, kinds)] += count.count
    rows: list[dict[str, Any]] = []
    for at in [*span.moments(), span.until]:
        for order, kind in enumerate(kinds):
            there[kind] += made[at, kind]
            rows.append({"at": at.isoformat(), "kind": label_of(kind), "order": order, "memories": there[kind]})
    return rows


def growth_in_words(earlier: Iterable[MemoryCount], counts: Iterable[MemoryCount]) -> str:
    """Return how many memories there are and how many of them are new: `1,204 memories, 18 of them new`."""
    before, inside = (sum(count.count for count in some) for some in (earlier, counts))
    whole = before + inside
    return f"{whole:,} {'memory' if whole == 1 else 'memories'}, {inside:,} of them new"


def without(counts: Iterable[MemoryCount], kind: str) -> list[MemoryCount]:
    """Return the counts of all kinds but one."""
    return [count for count in counts if count.kind != kind]


def label_of(kind: str) -> str:
    """Return a kind as a chart shows it."""
    return one_line(kind, _KIND_CHARACTERS)


def _by_shown(counts: Iterable[MemoryCount], kinds: list[str]) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for count in counts:
        sizes[_shown(count.kind, kinds)] += count.count
    return sizes


def _shown(kind: str, kinds: list[str]) -> str:
    return kind if kind in kinds else OTHERS


def _sizes(counts: Iterable[MemoryCount]) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for count in counts:
        sizes[count.kind] += count.count
    return sizes
