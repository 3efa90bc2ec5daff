"""Which time a question names."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.recall.moments import named_moment, names_moment

_AT = datetime(2024, 5, 15, 18, 30, tzinfo=UTC)  # a Wednesday


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("Whom did I meet on 8 May 2023?", _day(2023, 5, 8), _day(2023, 5, 9)),
        ("Whom did I meet on May 8th, 2023?", _day(2023, 5, 8), _day(2023, 5, 9)),
        ("Whom did I meet on the 8th of May?", _day(2024, 5, 8), _day(2024, 5, 9)),
        ("What did she buy in Sept. 2021?", _day(2021, 9, 1), _day(2021, 10, 1)),
        ("What did she buy in February 2024?", _day(2024, 2, 1), _day(2024, 3, 1)),
        ("What did she buy in August?", _day(2023, 8, 1), _day(2023, 9, 1)),
        ("What did she buy in May?", _day(2024, 5, 1), _day(2024, 6, 1)),
        ("Was it on 31 June 2023?", _day(2023, 6, 1), _day(2023, 7, 1)),  # there is no such day, but such a month
        ("Where did we travel in 2022?", _day(2022, 1, 1), _day(2023, 1, 1)),
        ("What did I cook 5 days ago?", _day(2024, 5, 10), _day(2024, 5, 11)),
        ("What did I cook two days ago?", _day(2024, 5, 13), _day(2024, 5, 14)),
        (
            "What did I cook a week ago?",
            _day(2024, 5, 4) + timedelta(hours=12),
            _day(2024, 5, 11) + timedelta(hours=12),
        ),
        ("What did I cook yesterday?", _day(2024, 5, 14), _day(2024, 5, 15)),
        ("What did I cook today?", _day(2024, 5, 15), _day(2024, 5, 16)),
        ("What did I cook last week?", _day(2024, 5, 6), _day(2024, 5, 13)),
        ("What did I cook last weekend?", _day(2024, 5, 11), _day(2024, 5, 13)),
        ("What did I cook last Wednesday?", _day(2024, 5, 8), _day(2024, 5, 9)),
        ("What did I cook last Tuesday?", _day(2024, 5, 14), _day(2024, 5, 15)),
        ("What did I cook last month?", _day(2024, 4, 1), _day(2024, 5, 1)),
        ("Where did we travel last year?", _day(2023, 1, 1), _day(2024, 1, 1)),
        ("What did I buy in the last two weeks?", _AT - timedelta(days=14), _AT),
        ("What did I buy in the past week?", _AT - timedelta(days=7), _AT),
    ],
)
def test_a_time_is_resolved_from_when_it_is_asked(question: str, start: datetime, end: datetime) -> None:
    assert names_moment(question)
    assert named_moment(question, _AT, newest=_AT) == (start, end)


@pytest.mark.parametrize(
    "question",
    ["What may I eat?", "Did March play?", "Who won 2-1?", "", "When did he leave?"],
)
def test_what_names_no_time_is_none(question: str) -> None:
    assert named_moment(question, _AT, newest=_AT) is None


def test_a_month_without_a_year_is_the_last_before_the_newest_memory() -> None:
    newest = _day(2022, 7, 1)
    assert named_moment("What happened in June?", _AT, newest=newest) == (_day(2022, 6, 1), _day(2022, 7, 1))
    assert named_moment("What happened in August?", _AT, newest=newest) == (_day(2021, 8, 1), _day(2021, 9, 1))


@given(st.text(), st.datetimes(timezones=st.just(UTC)))
def test_no_question_fails(question: str, at: datetime) -> None:
    assert named_moment(question, at, newest=at) is None or names_moment(question)


@given(
    st.sampled_from(["999 years ago", "in January", "last month", "last weekend", "yesterday", "last year", "in 1900"]),
    st.datetimes(timezones=st.just(UTC)),
)
def test_the_ends_of_the_calendar_do_not_fail(question: str, at: datetime) -> None:
    moment = named_moment(question, at, newest=at)
    assert moment is None or moment.start < moment.end
