"""A memory's strength halves in its half-life, and slower the more often it is said and used."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.derive.strength import HALF_LIFE, last_touched, strength
from memlane.errors import UsageError
from memlane.types.memory import Memory, Mention

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


def memory(**fields: object) -> Memory:
    return Memory(**{"id": "f", "text": "x", "kind": "fact", "created_at": NOON, "message_ids": ["m"], **fields})


def mention(at: datetime) -> Mention:
    return Mention(session_id="s", message_id="m2", at=at)


def test_it_is_whole_at_first_and_half_after_the_half_life() -> None:
    assert strength(memory(), NOON, half_life=MONTH) == 1
    assert strength(memory(), NOON + MONTH, half_life=MONTH) == pytest.approx(0.5)
    assert strength(memory(), NOON + 2 * MONTH, half_life=MONTH) == pytest.approx(0.25)
    assert strength(memory(), NOON + HALF_LIFE) == pytest.approx(0.5)


def test_what_is_said_or_used_four_times_as_often_lasts_twice_as_long() -> None:
    later = NOON + 2 * MONTH
    assert strength(memory(uses=3), later, half_life=MONTH) == pytest.approx(0.5)
    assert strength(memory(message_ids=["a", "b", "c", "d"]), later, half_life=MONTH) == pytest.approx(0.5)
    assert strength(memory(uses=1, mentions=[mention(NOON)] * 2), later, half_life=MONTH) == pytest.approx(0.5)


def test_being_said_again_or_used_begins_anew() -> None:
    later = NOON + 5 * MONTH
    assert strength(memory(mentions=[mention(later)]), later, half_life=MONTH) == 1
    assert strength(memory(used_at=later), later, half_life=MONTH) == 1
    assert last_touched(memory(used_at=later, mentions=[mention(NOON + MONTH)])) == later


def test_a_pinned_memory_never_fades() -> None:
    assert strength(memory(pinned=True), NOON + 10_000 * MONTH) == 1


def test_a_memory_from_the_future_is_whole() -> None:
    assert strength(memory(), NOON - MONTH) == 1


@pytest.mark.parametrize("half_life", [timedelta(0), -MONTH])
def test_a_half_life_must_be_above_zero(half_life: timedelta) -> None:
    with pytest.raises(UsageError, match="above zero"):
        strength(memory(), NOON, half_life=half_life)


times = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(microseconds=1), timedelta(days=40_000))


@given(times, times, spans, st.integers(0, 10**9), st.lists(times, max_size=3))
def test_it_is_a_share_that_only_falls_with_time_and_only_rises_with_use(
    created: datetime, now: datetime, half_life: timedelta, uses: int, said: list[datetime]
) -> None:
    one = memory(created_at=created, uses=uses, mentions=[mention(at) for at in said])
    found = strength(one, now, half_life=half_life)
    assert 0 <= found <= 1
    assert strength(one, now + timedelta(days=1), half_life=half_life) <= found
    assert strength(memory(created_at=created, uses=uses + 1), now, half_life=half_life) >= strength(
        memory(created_at=created, uses=uses), now, half_life=half_life
    )
