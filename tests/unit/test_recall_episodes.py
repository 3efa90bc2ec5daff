"""Which past sessions are found, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from memlane.protocols.memories import Change
from memlane.recall.index import PartitionIndex
from memlane.recall.search import Question, search_episodes
from memlane.types.memory import Memory, RecalledEpisode
from memlane.types.times import to_ms
from memlane.types.wire import encode_memory

_START = datetime(2024, 3, 1, tzinfo=UTC)
_NOW = to_ms(_START) + 86_400_000


def _said(memory_id: str, text: str, minute: int, vector: tuple[float, float] | None = None, **fields: Any) -> Change:
    moment = _START + timedelta(minutes=minute)
    session = memory_id[0] if memory_id[0] != "-" else None
    expires_at_ms = fields.pop("expires_at_ms", None)
    memory = Memory(id=memory_id, text=text, kind="message", created_at=moment, session_id=session, **fields)
    half = None if vector is None else np.array(vector, "<f2").tobytes()
    return Change(memory_id, encode_memory(memory), expires_at_ms, half)


def _index(*changes: Change) -> PartitionIndex:
    index = PartitionIndex(2)
    index.apply(changes)
    return index


def _ask(text: str, vector: tuple[float, float] | None = None, **fields: Any) -> Question:
    array = None if vector is None else np.array(vector, np.float32)
    return Question(**{"text": text, "limit": 10, "now_ms": _NOW, "at_ms": _NOW, "vector": array, **fields})


def _ids(found: list[RecalledEpisode]) -> list[str]:
    return [episode.session_id for episode in found]


_TRIP = (
    _said("a1", "My flight was late", 1, (1, 0)),
    _said("a2", "And they lost my bag", 2, (0.8, 0.6)),
    _said("b1", "The flight of birds", 5, (0, 1)),
    _said("b2", "Birds in spring", 6, (0, 1)),
    _said("-1", "lost flight bag", 7, (1, 0)),
)


def test_a_session_is_found_by_words_spread_over_its_turns() -> None:
    found = search_episodes(_index(*_TRIP), _ask("lost bag flight"))
    assert _ids(found) == ["a", "b"]
    assert found[0].started_at == _START + timedelta(minutes=1)
    assert found[0].ended_at == _START + timedelta(minutes=2)
    assert found[0].memory.id == "a2"
    assert "meaning_unavailable" in found[0].why


def test_a_session_is_found_by_the_meaning_of_its_best_turn() -> None:
    found = search_episodes(_index(*_TRIP), _ask("luggage", (0.8, 0.6)))
    assert _ids(found) == ["a", "b"]
    assert found[0].memory.id == "a2"
    assert found[0].why["meaning"] > found[1].why["meaning"]


@pytest.mark.parametrize("vector", [None, (1, 0)])
def test_reasons_add_up_to_the_score(vector: tuple[float, float] | None) -> None:
    found = search_episodes(_index(*_TRIP), _ask("birds and flight", vector, notes=["a note"]))
    assert found
    for episode in found:
        assert sum(episode.why.values()) == pytest.approx(episode.score, abs=1e-9)
        assert 0 <= episode.score <= 1
        assert episode.notes == ["a note"]


def test_a_session_without_vectors_yet_competes_by_its_words() -> None:
    index = _index(_said("a1", "my flight", 1), _said("b1", "spring", 2, (0.6, 0.8)))
    found = search_episodes(index, _ask("flight", (1, 0)))
    assert _ids(found) == ["a", "b"]
    assert "meaning_unavailable" in found[0].why


def test_equals_are_ordered_latest_first_and_then_by_id() -> None:
    index = _index(_said("c1", "tea", 1), _said("b1", "tea", 1), _said("a1", "tea", 0))
    assert _ids(search_episodes(index, _ask("tea"))) == ["b", "c", "a"]
    assert _ids(search_episodes(index, _ask("tea", limit=1))) == ["b"]


def test_without_anything_to_search_by_the_latest_sessions_come_first() -> None:
    found = search_episodes(_index(*_TRIP), _ask(""))
    assert [(episode.session_id, episode.score) for episode in found] == [("b", 0.0), ("a", 0.0)]


def test_words_that_no_session_holds_find_none() -> None:
    assert search_episodes(_index(*_TRIP), _ask("zeppelin")) == []
    assert search_episodes(PartitionIndex(2), _ask("tea", (1, 0))) == []


def test_filters_decide_which_sessions_and_which_of_their_memories_may_answer() -> None:
    index = _index(*_TRIP)
    assert _ids(search_episodes(index, _ask("flight", sessions=frozenset({"b"})))) == ["b"]
    (found,) = search_episodes(index, _ask("lost bag flight", exclude=frozenset({"a2", "b1", "b2"})))
    assert (found.session_id, found.memory.id) == ("a", "a1")
    assert _ids(search_episodes(index, _ask("flight", since_ms=to_ms(_START) + 300_000))) == ["b"]


def test_what_has_expired_belongs_to_no_session() -> None:
    gone = _said("a9", "zeppelin", 9, (1, 0), expires_at_ms=_NOW)
    alone = _said("z1", "zeppelin", 9, (1, 0), expires_at_ms=_NOW)
    index = _index(*_TRIP, gone, alone)
    assert search_episodes(index, _ask("zeppelin")) == []
    assert search_episodes(index, _ask("flight", (1, 0))) == search_episodes(_index(*_TRIP), _ask("flight", (1, 0)))


def test_what_all_turns_are_about_tells_between_sessions_whose_best_turns_are_equal() -> None:
    index = _index(
        _said("a1", "x", 1, (1, 0)),
        _said("a2", "y", 2, (0.8, 0.6)),
        _said("b1", "x", 3, (1, 0)),
        _said("b2", "z", 4, (-1, 0)),
    )
    found = search_episodes(index, _ask("holidays", (1, 0)))
    assert _ids(found) == ["a", "b"]
    assert found[0].why["topic"] > found[1].why["topic"]
    assert found[0].why["meaning"] == found[1].why["meaning"]
    assert found[0].why["turn"] > 0


def test_the_topic_of_a_session_follows_its_changes() -> None:
    index = _index(*_TRIP)
    asked = _ask("luggage", (0.8, 0.6))
    search_episodes(index, asked)
    changes = [
        Change("a2", None, None, None),
        _said("b2", "Birds in spring", 6, (1, 0)),
        _said("b3", "My flight", 9, (0.6, 0.8)),
        _said("c1", "Another flight", 9),
    ]
    index.apply(changes)
    kept = [change for change in _TRIP if change.id not in {"a2", "b2"}]
    assert search_episodes(index, asked) == search_episodes(_index(*kept, *changes[1:]), asked)
    index.apply([_said("c1", "Another flight", 9, (0, 1))])
    assert search_episodes(index, asked) == search_episodes(
        _index(*kept, *changes[1:3], _said("c1", "Another flight", 9, (0, 1))), asked
    )
