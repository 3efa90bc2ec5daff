"""How memory grew, as rows of a chart."""

from datetime import UTC, datetime, timedelta

from memlane.types.page import MemoryCount
from memlane.web.views.growth import OTHERS, growth_in_words, growth_rows, kinds_of, without
from memlane.web.views.usage import Window

DAY = timedelta(days=1)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
SPAN = Window("day", SINCE - 3 * DAY, SINCE, SINCE + 3 * DAY)


def made(kind: str, count: int, at: datetime = SINCE) -> MemoryCount:
    return MemoryCount(at=at, kind=kind, count=count)


def test_each_step_holds_all_that_was_made_by_then() -> None:
    earlier = [made("fact", 5, SINCE - 9 * DAY), made("fact", 1, SINCE - DAY)]
    counts = [made("fact", 2), made("episode", 1, SINCE + DAY), made("fact", 3, SINCE + 2 * DAY)]
    rows = growth_rows(earlier, counts, SPAN)
    assert [row["memories"] for row in rows if row["kind"] == "fact"] == [8, 8, 11, 11]
    assert [row["memories"] for row in rows if row["kind"] == "episode"] == [0, 1, 1, 1]
    assert growth_in_words(earlier, counts) == "12 memories, 6 of them new"


def test_kinds_stand_by_size_and_small_ones_together() -> None:
    counts = [made(f"kind-{number}", 10 - number) for number in range(9)]
    kinds = kinds_of(counts)
    assert kinds == [*(f"kind-{number}" for number in range(6)), OTHERS]
    last = [row for row in growth_rows([], counts, SPAN) if row["kind"] == OTHERS][-1]
    assert last["memories"] == 4 + 3 + 2
    assert last["order"] == 6


def test_nothing_grew_where_there_is_nothing() -> None:
    assert kinds_of([]) == []
    assert growth_rows([], [], SPAN) == []
    assert growth_in_words([], [made("fact", 1)]) == "1 memory, 1 of them new"


def test_a_kind_can_be_left_out() -> None:
    assert kinds_of(without([made("message", 9), made("fact", 1)], "message")) == ["fact"]


def test_a_kind_is_shown_on_one_line() -> None:
    assert growth_rows([made("a\nb", 1)], [], SPAN)[0]["kind"] == "a b"
