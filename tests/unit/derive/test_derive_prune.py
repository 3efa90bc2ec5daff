"""A policy lets go what one of its rules names, and nothing pinned, and no message unless it says so."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.derive.prune import Policy, select
from memlane.derive.strength import strength
from memlane.errors import UsageError
from memlane.types.memory import Memory

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def memory(name: str, age: int = 0, **fields: object) -> Memory:
    return Memory(**{"id": name, "text": name, "kind": "fact", "created_at": NOON - age * DAY, **fields})


def gone(policy: Policy, *memories: Memory) -> list[str]:
    return [pruned.memory.id for pruned in select(memories, policy, NOON)]


def test_what_is_older_goes_and_the_edge_stays() -> None:
    policy = Policy(older_than=10 * DAY)
    found = select([memory("old", 11), memory("edge", 10), memory("new")], policy, NOON)
    assert [(pruned.memory.id, pruned.why) for pruned in found] == [("old", "older than 10 days")]


def test_what_is_idle_goes_unless_it_was_used() -> None:
    assert gone(Policy(idle_for=5 * DAY), memory("idle", 20), memory("used", 20, used_at=NOON - DAY)) == ["idle"]


def test_what_is_weak_goes() -> None:
    policy = Policy(below_strength=0.3, half_life=10 * DAY)
    found = select([memory("weak", 20), memory("strong", 10), memory("used", 20, uses=8)], policy, NOON)
    assert [(pruned.memory.id, pruned.why) for pruned in found] == [("weak", "strength 0.250 is below 0.3")]


def test_the_strongest_of_each_kind_stay() -> None:
    memories = [memory("a", 3), memory("b", 2), memory("c", 1), memory("p", 9, kind="preference")]
    found = select(memories, Policy(keep_most=2), NOON)
    assert [(pruned.memory.id, pruned.why) for pruned in found] == [("a", "not among the 2 strongest of kind fact")]
    assert gone(Policy(keep_most=0), *memories) == ["p", "a", "b", "c"]


def test_pinned_ones_stay_and_take_their_place_among_the_strongest() -> None:
    pinned = [memory("x", 900, pinned=True), memory("y", 901, pinned=True)]
    assert gone(Policy(older_than=DAY, idle_for=DAY, below_strength=1, keep_most=1), *pinned) == []
    assert gone(Policy(keep_most=2), *pinned, memory("new")) == ["new"]


def test_messages_stay_unless_the_policy_means_them() -> None:
    said = [memory("said", 99, kind="message"), memory("fact", 99)]
    assert gone(Policy(older_than=DAY), *said) == ["fact"]
    assert gone(Policy(older_than=DAY, include_messages=True), *said) == ["fact", "said"]
    assert gone(Policy(older_than=DAY, include_messages=True, kinds=frozenset({"message"})), *said) == ["said"]


def test_only_the_kinds_named_go() -> None:
    policy = Policy(older_than=DAY, kinds=frozenset({"episode"}))
    assert gone(policy, memory("fact", 9), memory("episode", 9, kind="episode")) == ["episode"]


def test_the_weakest_comes_first() -> None:
    assert gone(Policy(older_than=DAY), memory("b", 5), memory("a", 9), memory("c", 9, uses=9)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "at least one of older_than, idle_for, keep_most, below_strength"),
        ({"kinds": frozenset({"fact"})}, "at least one of"),
        ({"older_than": timedelta(0)}, "older_than must be a timedelta above zero"),
        ({"older_than": 3}, "older_than must be a timedelta above zero"),
        ({"idle_for": -DAY}, "idle_for must be"),
        ({"keep_most": 1, "half_life": timedelta(0)}, "half_life must be"),
        ({"keep_most": -1}, "keep_most must be a whole number of 0 or more"),
        ({"keep_most": True}, "keep_most must be"),
        ({"keep_most": 1.5}, "keep_most must be"),
        ({"below_strength": 0}, "below_strength must be above 0 and at most 1"),
        ({"below_strength": 1.1}, "below_strength must be"),
        ({"below_strength": float("nan")}, "below_strength must be"),
        ({"keep_most": 1, "kinds": frozenset()}, "kinds must be a set of at least one kind"),
        ({"keep_most": 1, "kinds": "fact"}, "kinds must be a set"),
        ({"keep_most": 1, "kinds": frozenset({"message"})}, "include_messages=True"),
        ({"keep_most": 1, "kinds": frozenset({"fact"}), "include_messages": True}, "'message' among the kinds"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_and_told_what_would(fields: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Policy(**fields)


spans = st.none() | st.timedeltas(timedelta(hours=1), timedelta(days=400))
memories = st.lists(
    st.builds(
        memory,
        st.uuids().map(str),
        st.integers(-5, 400),
        kind=st.sampled_from(["fact", "preference", "message", "episode"]),
        pinned=st.booleans(),
        uses=st.integers(0, 20),
        used_at=st.none() | st.integers(0, 300).map(lambda days: NOON - days * DAY),
    ),
    max_size=12,
)


@given(memories, spans, spans, st.none() | st.integers(0, 4), st.none() | st.floats(0.01, 1), st.booleans())
def test_any_policy_takes_no_more_than_it_may(  # noqa: PLR0917 -- one strategy each
    given_memories: list[Memory],
    older: timedelta | None,
    idle: timedelta | None,
    keep: int | None,
    below: float | None,
    messages: bool,  # noqa: FBT001 -- drawn
) -> None:
    if older is idle is keep is below is None:
        return
    policy = Policy(older_than=older, idle_for=idle, keep_most=keep, below_strength=below, include_messages=messages)
    found = select(given_memories, policy, NOON)
    assert len({pruned.memory.id for pruned in found}) == len(found)
    assert all(pruned.why for pruned in found)
    assert not any(pruned.memory.pinned for pruned in found)
    assert messages or not any(pruned.memory.kind == "message" for pruned in found)
    weights = [strength(pruned.memory, NOON) for pruned in found]
    assert weights == sorted(weights)
    if older is idle is below is None and keep is not None:
        taken = {pruned.memory.id for pruned in found}
        for kind in {one.kind for one in given_memories} - (set() if messages else {"message"}):
            stay = [one for one in given_memories if one.kind == kind and one.id not in taken]
            whole = [one for one in given_memories if one.kind == kind]
            assert len(stay) >= min(keep, len(whole))
