"""The index follows a store: whatever happened, it is as if built from the final state."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlane.errors import DamagedError, StoreVersionError
from memlane.protocols.memories import Change
from memlane.recall.index import PartitionIndex
from memlane.recall.search import Question, search, search_episodes
from memlane.types.memory import Memory
from memlane.types.wire import encode_memory

_START = datetime(2024, 3, 1, tzinfo=UTC)
_NOW = 1 << 42
_WORDS = ["tea", "oslo", "cat", "flight", "rain", "seat"]


def _body(memory_id: str, text: str, *, minute: int = 0, session: str | None = "s") -> bytes:
    created_at = _START + timedelta(minutes=minute)
    return encode_memory(
        Memory(id=memory_id, text=text, kind="message", created_at=created_at, session_id=session, role="user")
    )


def _vector(*numbers: float) -> bytes:
    return np.array(numbers, "<f2").tobytes()


def _index(*changes: Change, dimension: int | None = 3) -> PartitionIndex:
    index = PartitionIndex(dimension)
    index.apply(changes)
    return index


def _ask(text: str = "tea", vector: Iterable[float] | None = (1, 0, 0), limit: int = 100) -> Question:
    array = None if vector is None else np.array([*vector], np.float32)
    return Question(text=text, limit=limit, now_ms=_NOW, at_ms=_NOW, vector=array)


def _answers(index: PartitionIndex) -> list[tuple[str, float]]:
    return [
        (found.memory.id, pytest.approx(found.score, abs=1e-4))
        for question in (_ask(), _ask("oslo cat", (0, 0.6, 0.8)), _ask("rain seat", None), _ask("", None))
        for found in search(index, question)
    ]


_change = st.builds(
    lambda number, words, minute, session, vector, dead, expiry: Change(
        f"m{number}",
        None if dead else _body(f"m{number}", " ".join(words), minute=minute, session=session),
        expiry,
        None if dead or vector is None else _vector(*vector),
    ),
    st.integers(0, 12),
    st.lists(st.sampled_from(_WORDS), max_size=3),
    st.integers(0, 3),
    st.sampled_from(["s", "t", None]),
    st.none() | st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 3),
    st.integers(0, 3).map(lambda number: number == 0),
    st.sampled_from([None, _NOW - 1, _NOW + 1]),
)


@settings(max_examples=150, deadline=None)
@given(program=st.lists(st.lists(_change, max_size=12), max_size=10), eager=st.booleans())
def test_after_any_program_it_equals_an_index_built_from_the_final_state(
    program: list[list[Change]], *, eager: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("memlane.recall.vectors._BLOCK_ROWS", 4 if eager else 1 << 12)
        patch.setattr("memlane.recall.index._FEW_DEAD", 1 if eager else 32)
        index, state = PartitionIndex(3), dict[str, Change]()
        for changes in program:
            index.apply(changes)
            for change in changes:
                _follow(state, change)
        rebuilt = _index(*state.values())
        assert len(index) == len(rebuilt) == len(state)
        assert index.coverage == rebuilt.coverage
        assert sorted(index.missing(100)) == sorted(rebuilt.missing(100))
        assert {i: index.memory(i) for i in state} == {i: rebuilt.memory(i) for i in state}
        assert _answers(index) == _answers(rebuilt)


def _follow(state: dict[str, Change], change: Change) -> None:
    """Say what the final state is, in the simplest way: the last body, and the vector of that body."""
    known = state.get(change.id)
    if change.body is None:
        state.pop(change.id, None)
    elif known is not None and known.body == change.body:
        state[change.id] = Change(change.id, change.body, change.expires_at_ms, change.vector or known.vector)
    else:
        state.pop(change.id, None)  # what is new comes last
        state[change.id] = change


def test_the_same_body_again_changes_only_vector_and_expiry() -> None:
    index = _index(Change("a", _body("a", "tea")), Change("b", _body("b", "tea")))
    index.apply([Change("a", _body("a", "tea"), None, _vector(1, 0, 0))])
    assert index.coverage == (1, 2)
    index.apply([Change("a", _body("a", "tea"), _NOW)])
    assert index.coverage == (1, 2)
    assert [found.memory.id for found in search(index, _ask())] == ["b"]


def test_another_body_drops_the_vector_unless_one_comes_with_it() -> None:
    index = _index(Change("a", _body("a", "tea"), None, _vector(1, 0, 0)))
    index.apply([Change("a", _body("a", "cat"))])
    assert index.coverage == (0, 1)
    index.apply([Change("a", _body("a", "rain"), None, _vector(0, 1, 0))])
    assert index.coverage == (1, 1)
    assert index.memory("a") is not None
    assert not search(index, _ask("cat", None))


def test_a_memory_reported_twice_at_once_ends_as_reported_last() -> None:
    index = _index(Change("a", _body("a", "tea")), Change("a"), Change("a", _body("a", "cat")))
    assert len(index) == 1
    assert [found.memory.text for found in search(index, _ask("cat", None))] == ["cat"]


def test_what_is_gone_is_gone() -> None:
    index = _index(Change("a", _body("a", "tea"), None, _vector(1, 0, 0)))
    index.apply([Change("a"), Change("never-known")])
    assert (len(index), index.coverage, index.memory("a"), index.missing(9)) == (0, (0, 0), None, [])
    assert search(index, _ask()) == []
    assert search_episodes(index, _ask()) == []


def test_missing_are_the_oldest_first_with_the_text_to_embed() -> None:
    index = _index(
        Change("late", _body("late", "cat", minute=9)),
        Change("early", _body("early", "tea", minute=1)),
        Change("done", _body("done", "rain"), None, _vector(1, 0, 0)),
    )
    assert index.missing(9) == [("early", "user: tea"), ("late", "user: cat")]
    assert [memory_id for memory_id, _ in index.missing(1)] == ["early"]


def test_without_an_embedder_vectors_are_neither_kept_nor_missed() -> None:
    index = _index(Change("a", _body("a", "tea"), None, _vector(1, 0)), dimension=None)
    assert index.coverage == (0, 1)
    assert index.missing(9) == []


@pytest.mark.parametrize(
    "vector", [_vector(1, 0), _vector(1, 0, 0, 0), b"", _vector(1, 0, 0)[:5], _vector(float("nan"), 0, 0)]
)
def test_vectors_of_another_shape_or_of_no_number_are_damage_and_change_nothing(vector: bytes) -> None:
    index = _index(Change("a", _body("a", "tea"), None, _vector(1, 0, 0)))
    with pytest.raises(DamagedError):
        index.apply([Change("a"), Change("b", _body("b", "cat")), Change("c", _body("c", "cat"), None, vector)])
    assert (len(index), index.coverage) == (1, (1, 1))
    assert index.memory("a") is not None


def test_bodies_that_do_not_decode_are_damage_and_change_nothing() -> None:
    index = _index(Change("a", _body("a", "tea")))
    with pytest.raises(DamagedError):
        index.apply([Change("a"), Change("b", b'{"v":1,"id":"b"}')])
    with pytest.raises(StoreVersionError):
        index.apply([Change("a"), Change("b", b'{"v":2,"id":"b"}')])
    assert len(index) == 1


def test_turns_are_linked_by_time_and_then_by_arrival_within_their_session() -> None:
    index = _index(
        Change("s2", _body("s2", "tea", minute=2)),
        Change("t1", _body("t1", "tea", minute=1, session="t")),
        Change("s1", _body("s1", "tea", minute=1)),
        Change("s3", _body("s3", "tea", minute=2)),
        Change("alone", _body("alone", "tea", minute=2, session=None)),
    )
    assert _spoken(index, "s1") == ["s1", "s2", "s3"]
    assert _spoken(index, "t1") == ["t1"]
    assert _spoken(index, "alone") == ["alone"]
    index.apply([Change("s2")])
    assert _spoken(index, "s1") == ["s1", "s3"]
    index.apply([Change("s3"), Change("s4", _body("s4", "tea", minute=4))])
    assert _spoken(index, "s1") == ["s1", "s4"]
    index.apply([Change("s1"), Change("s4"), Change("s5", _body("s5", "tea", minute=5))])
    assert _spoken(index, "s5") == ["s5"]


def _spoken(index: PartitionIndex, first: str) -> list[str]:
    """Return the ids from `first` on, checking the links back."""
    before, after = index.links()
    (row,) = index.rows_of([first])
    assert before[row] == -1
    ids = [first]
    while after[row] != -1:
        assert before[after[row]] == row
        row = int(after[row])
        ids.append(index.id_at(row))
    return ids


def test_the_size_grows_with_what_is_added_and_shrinks_with_what_goes() -> None:
    index = PartitionIndex(3)
    empty = index.size_bytes
    bodies = [_body(f"m{n}", f"tea {n} " * 50, session=f"session {n}") for n in range(2_000)]
    changes = [Change(f"m{n}", body, None, _vector(1, 0, 0)) for n, body in enumerate(bodies)]
    index.apply(changes[:1_000])
    half = index.size_bytes
    index.apply(changes[1_000:])
    full = index.size_bytes
    content = sum(map(len, bodies))
    assert empty < half < full
    assert content < full < 4 * content
    index.apply([Change(change.id) for change in changes[10:]])
    assert index.size_bytes < full / 20
    assert len(search(index, _ask())) == 10


def test_adding_one_by_one_or_all_at_once_is_the_same() -> None:
    changes = [Change(f"m{n}", _body(f"m{n}", _WORDS[n % 6], minute=n), None, _vector(n % 2, 1, 0)) for n in range(700)]
    at_once, one_by_one = _index(*changes), PartitionIndex(3)
    for change in changes:
        one_by_one.apply([change])
    assert _answers(at_once) == _answers(one_by_one)
