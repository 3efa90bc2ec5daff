"""Usage as a range, its numbers, and rows of charts."""

from datetime import UTC, datetime, timedelta

from memlane.types.usage import Amounts, UsagePoint
from memlane.web.views.usage import (
    CACHED,
    FRESH,
    OUT,
    RANGES,
    TOKEN_PARTS,
    change,
    filled,
    has_tokens,
    hits_per_recall,
    is_less,
    is_nothing,
    message_rows,
    metrics,
    most_used,
    recall_rows,
    session_rows,
    token_rows,
    total,
    window,
)

NOW = datetime(2026, 11, 21, 14, 3, 22, tzinfo=UTC)


def point(at: datetime, **amounts: int) -> UsagePoint:
    return UsagePoint(at=at, used=Amounts(**amounts))


def test_a_range_ends_with_the_step_that_it_is_now_and_has_one_as_long_before_it() -> None:
    span = window(RANGES["7d"], NOW)
    assert span.until == datetime(2026, 11, 21, 15, tzinfo=UTC)
    assert span.since == span.until - timedelta(days=7)
    assert span.before == span.since - timedelta(days=7)
    assert len(span.moments()) == 168
    days = window(RANGES["90d"], NOW).moments()
    assert (len(days), days[-1]) == (90, datetime(2026, 11, 21, tzinfo=UTC))
    assert len(window(RANGES["2h"], NOW).moments()) == 120


def test_a_moment_on_a_border_belongs_to_the_step_that_begins() -> None:
    assert window(RANGES["90d"], datetime(2026, 11, 21, tzinfo=UTC)).moments()[-1] == datetime(2026, 11, 21, tzinfo=UTC)


def test_steps_without_any_are_filled_with_nothing_and_others_are_left_out() -> None:
    span = window(RANGES["2h"], NOW)
    given = [point(span.since, messages=2), point(span.before, messages=9), point(span.until, messages=9)]
    steps = filled(given, span)
    assert len(steps) == 120
    assert [step.used.messages for step in steps[:2]] == [2, 0]
    assert sum(step.used.messages for step in steps) == 2


def test_a_total_takes_its_first_step_and_not_its_last() -> None:
    span = window(RANGES["2h"], NOW)
    given = [point(span.before, messages=1), point(span.since, messages=2), point(span.until, messages=4)]
    assert total(given, span.since, span.until).messages == 2
    assert total(given, span.before, span.since).messages == 1
    assert total([], span.since, span.until) == Amounts()


def test_changes_are_in_parts_of_a_hundred_and_unknown_where_nothing_was() -> None:
    assert change(150, 100) == "+50 %"
    assert change(50, 100) == "\u221250 %"
    assert change(1001, 1000) == "as before"
    assert change(5, 0) is None
    assert change(0, 5) == "\u2212100 %"
    assert change(99, 10) == "+890 %"
    assert change(50_000, 10) == "5,000 times"
    assert is_less("\u221250 %")
    assert not is_less("+50 %")
    assert not is_less(None)


def test_numbers_of_a_range_say_what_was_cached_and_how_much_a_search_found() -> None:
    now = Amounts(messages=1200, input_tokens=1000, cached_tokens=340, output_tokens=7, recalls=4, hits=10)
    shown = {metric.title: metric for metric in metrics(now, Amounts(messages=600, recalls=2, hits=5))}
    assert shown["Messages"].value == "1,200"
    assert shown["Messages"].change == "+100 %"
    assert shown["Cached (34 %)"].value == "340"
    assert shown["Hits per recall"].value == "2.5"
    assert shown["Hits per recall"].change == "as before"
    assert shown["Tokens sent"].change is None


def test_a_range_without_searches_or_models_divides_by_nothing() -> None:
    shown = {metric.title: metric.value for metric in metrics(Amounts(), Amounts())}
    assert shown["Hits per recall"] == "none"
    assert shown["Cached"] == "0"
    assert hits_per_recall(Amounts()) == 0
    assert is_nothing(Amounts())
    assert not has_tokens(Amounts(messages=3))


def test_stacked_tokens_add_up_to_what_was_sent_and_came_back() -> None:
    rows = token_rows([point(NOW, input_tokens=10, cached_tokens=4, output_tokens=3)], "hour")
    assert {row["part"]: row["tokens"] for row in rows} == {FRESH: 6, CACHED: 4, OUT: 3}
    assert [(row["order"], row["low"], row["high"]) for row in rows] == [(0, 0, 6), (1, 6, 10), (2, 10, 13)]
    assert TOKEN_PARTS == (FRESH, CACHED, OUT)


def test_more_cached_than_sent_shows_no_bar_below_nothing() -> None:
    rows = token_rows([point(NOW, input_tokens=1, cached_tokens=4)], "hour")
    assert [row["tokens"] for row in rows] == [0, 4, 0]


def test_bars_end_before_the_next_begins() -> None:
    row = message_rows([point(NOW, messages=2)], "minute")[0]
    assert row["messages"] == 2
    assert NOW < datetime.fromisoformat(row["end"]) < NOW + timedelta(minutes=1)
    assert recall_rows([point(NOW, recalls=1, hits=5)], "day")[0]["hits"] == 5


def test_sessions_stand_by_tokens_then_messages_and_idle_ones_not_at_all() -> None:
    used = [
        ("quiet", Amounts(recalls=3)),
        ("quoted", Amounts(messages=50)),
        ("short", Amounts(input_tokens=5, messages=2)),
        ("long", Amounts(input_tokens=5, output_tokens=5)),
    ]
    assert [name for name, _ in most_used(used, 8)] == ["long", "short", "quoted"]
    assert [name for name, _ in most_used(used, 1)] == ["long"]
    rows = session_rows(most_used(used, 2), ["A", "B"])
    assert [(row["session"], row["title"], row["place"]) for row in rows[::3]] == [("long", "A", 0), ("short", "B", 1)]
