"""What is found, in which order, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from memlane.errors import UsageError
from memlane.protocols.memories import Change
from memlane.recall.evidence import Evidence
from memlane.recall.index import PartitionIndex
from memlane.recall.search import Question, search
from memlane.recall.signals import SIGNALS, window
from memlane.recall.weights import DEFAULT, Weights
from memlane.types.memory import Memory, Recalled
from memlane.types.times import to_ms
from memlane.types.wire import encode_memory

_START = datetime(2024, 3, 1, 12, tzinfo=UTC)
_NOW = to_ms(_START) + 86_400_000
_NOTHING = dict.fromkeys((signal.__name__ for signal in SIGNALS), 0.0)
_PERFECT = sum(getattr(DEFAULT, signal.__name__) for signal in SIGNALS)  # keyword and meaning count 1 of it
_ONLY_KEYWORD = Weights(**{**_NOTHING, "keyword": 1})
_ONLY_MEANING = Weights(**{**_NOTHING, "meaning": 1})


def _memory(memory_id: str, text: str, *, minute: int = 0, **fields: Any) -> Memory:
    fields = {"kind": "message", "role": "user", **fields}
    return Memory(id=memory_id, text=text, created_at=_START + timedelta(minutes=minute), **fields)


def _unit(*numbers: float) -> NDArray[np.float32]:
    vector = np.array(numbers, np.float32)
    return vector / np.linalg.norm(vector)


def _index(*memories: Memory, vectors: dict[str, NDArray[np.float32]] | None = None) -> PartitionIndex:
    index = PartitionIndex(2)
    index.apply(_change(memory, (vectors or {}).get(memory.id)) for memory in memories)
    return index


def _change(memory: Memory, vector: NDArray[np.float32] | None = None, expires_at_ms: int | None = None) -> Change:
    half = None if vector is None else vector.astype("<f2").tobytes()
    return Change(memory.id, encode_memory(memory), expires_at_ms, half)


def _ask(text: str, vector: NDArray[np.float32] | None = None, **fields: Any) -> Question:
    return Question(**{"text": text, "limit": 10, "now_ms": _NOW, "at_ms": _NOW, "vector": vector, **fields})


def _ids(found: list[Recalled]) -> list[str]:
    return [recalled.memory.id for recalled in found]


def test_words_find_what_was_said() -> None:
    index = _index(_memory("cat", "my cat sleeps"), _memory("tea", "I like green tea"), _memory("rain", "it rains"))
    found = search(index, _ask("Which teas do I like?"))
    assert _ids(found)[0] == "tea"
    assert found[0].memory == _memory("tea", "I like green tea")


def test_meaning_finds_what_no_word_does() -> None:
    vectors = {"cat": _unit(1, 0), "tea": _unit(0, 1)}
    index = _index(_memory("cat", "my cat sleeps"), _memory("tea", "green tea"), vectors=vectors)
    assert _ids(search(index, _ask("pets", _unit(0.9, 0.1)))) == ["cat", "tea"]


def test_words_and_meaning_together_find_more_than_either_alone() -> None:
    vectors = {"both": _unit(0.9, 0.4), "words": _unit(-1, 0.2), "sense": _unit(1, 0), "none": _unit(-1, 0)}
    index = _index(
        _memory("words", "seat tea tea seat"),
        _memory("sense", "an armchair"),
        _memory("both", "my window seat at the airport"),
        _memory("none", "rain again"),
        vectors=vectors,
    )
    question = _ask("seat", _unit(1, 0))
    assert _ids(search(index, question, _ONLY_KEYWORD))[0] == "words"
    assert _ids(search(index, question, _ONLY_MEANING))[0] == "sense"
    assert _ids(search(index, question))[0] == "both"


def test_the_session_lifts_its_turns() -> None:
    index = _index(
        _memory("alone", "we spoke of the harbour", session_id="a"),
        _memory("among", "we spoke of the harbour", session_id="b"),
        _memory("first", "Oslo is a city in Norway", minute=5, session_id="b"),
        _memory("other", "nothing else", minute=5, session_id="a"),
    )
    found = {recalled.memory.id: recalled for recalled in search(index, _ask("the harbour of Oslo in Norway"))}
    assert found["among"].why["session"] > found["alone"].why["session"]
    assert found["among"].score > found["alone"].score


def test_an_answer_is_found_by_the_question_before_it() -> None:
    index = _index(
        _memory("asked", "What is your favourite fruit?", minute=1, session_id="s"),
        _memory("answer", "Mango, my favourite since ever", minute=2, session_id="s"),
        _memory("far", "A favourite film", minute=9, session_id="t"),
    )
    found = {recalled.memory.id: recalled for recalled in search(index, _ask("favourite fruit"))}
    assert found["answer"].why["window"] > found["far"].why["window"] > 0
    assert found["answer"].why["answer"] > found["far"].why["answer"] == 0
    assert found["answer"].why["statement"] > found["asked"].why["statement"] == 0
    assert found["answer"].score > found["far"].score


def test_turns_next_but_one_count_less_than_those_beside() -> None:
    turns = ["mango trees", "yes", "no", "yes", "no"]
    index = _index(*(_memory(f"m{n}", text, minute=n, session_id="s") for n, text in enumerate(turns)))
    evidence = Evidence(index, _ask("mango trees"), Weights())
    shares = window(evidence, np.arange(5)).tolist()
    assert shares[1] > shares[2] > shares[3] == shares[4] == 0
    assert max(shares) == 1


def test_an_expired_turn_says_nothing_in_a_window() -> None:
    memories = [
        _memory("gone", "mango trees", minute=1, session_id="s"),
        _memory("left", "mango", minute=2, session_id="s"),
    ]
    index = PartitionIndex(2)
    index.apply([_change(memories[0], expires_at_ms=_NOW), _change(memories[1])])
    alone = _index(memories[1])
    question = _ask("mango trees")
    assert window(Evidence(index, question, Weights()), np.array([1])) == window(
        Evidence(alone, question, Weights()), np.array([0])
    )


def test_what_a_person_said_comes_before_the_reply_unless_the_reply_is_asked_for() -> None:
    index = _index(
        _memory("said", "I planted two mango trees", minute=1, session_id="s"),
        _memory("replied", "Mango trees need sun", minute=2, session_id="s", role="assistant"),
    )
    found = {recalled.memory.id: recalled for recalled in search(index, _ask("mango trees"))}
    assert found["said"].why["person"] > found["replied"].why["person"] == 0
    assert found["said"].score > found["replied"].score > 0
    asked = search(index, _ask("What did you tell me that mango trees need?"))
    assert _ids(asked)[0] == "replied"
    assert {recalled.why["person"] for recalled in asked} == {asked[0].why["person"]}


def test_a_turn_that_says_something_comes_before_an_exclamation() -> None:
    told = "My sister Ida bought an old lighthouse on the west coast and paints its walls this summer"
    index = _index(_memory("wow", "Wow, lighthouse!", session_id="a"), _memory("told", told, session_id="b"))
    found = {recalled.memory.id: recalled for recalled in search(index, _ask("lighthouse"))}
    assert found["told"].why["substance"] > found["wow"].why["substance"] > 0


def test_a_fact_needs_no_conversation_around_it_to_be_found_first() -> None:
    fact = _memory("fact", "Luke is allergic to peanuts", kind="fact", role=None)
    turns = [_memory(f"m{n}", f"peanuts are sold in bag {n}", minute=n, session_id="s") for n in range(5)]
    assert _ids(search(_index(*turns, fact), _ask("Is Luke allergic to peanuts?")))[0] == "fact"


def test_the_speaker_who_is_named_counts_more() -> None:
    index = _index(_memory("ann", "I sing, Bob", name="Ann"), _memory("bob", "I sing, Ann", name="Bob"))
    found = search(index, _ask("Does Bob sing?"), Weights(keyword=0.01, speaker=1))
    assert _ids(found)[0] == "bob"
    assert found[0].why["speaker"] > 0
    assert found[1].why["speaker"] == 0


def test_a_date_in_the_question_finds_what_was_said_on_it() -> None:
    may = Memory(id="may", text="we met", kind="message", created_at=datetime(2023, 5, 8, tzinfo=UTC))
    june = Memory(id="june", text="we met", kind="message", created_at=datetime(2023, 6, 9, tzinfo=UTC))
    assert _ids(search(_index(may, june), _ask("Who met on 8 May 2023?")))[0] == "may"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("abc ", max_size=6),
            st.sampled_from(["s", "t", None]),
            st.none() | st.tuples(st.floats(-1, 1), st.floats(0.1, 1)),
            st.integers(0, 5),
        ),
        max_size=20,
    ),
    st.text("abc ", max_size=6),
    st.none() | st.tuples(st.floats(-1, 1), st.floats(0.1, 1)),
)
def test_reasons_add_up_and_the_order_is_by_score_then_newest_then_id(
    said: list[tuple[str, str | None, tuple[float, float] | None, int]], text: str, asked: tuple[float, float] | None
) -> None:
    memories = [
        _memory(f"m{n}", words, minute=minute, session_id=session) for n, (words, session, _, minute) in enumerate(said)
    ]
    vectors = {f"m{n}": _unit(*vector) for n, (_, _, vector, _) in enumerate(said) if vector is not None}
    question = _ask(text, None if asked is None else _unit(*asked))
    found = search(_index(*memories, vectors=vectors), question)
    for recalled in found:
        assert sum(recalled.why.values()) == pytest.approx(recalled.score, abs=1e-9)
        assert all(-1e-9 <= share <= 1 for share in recalled.why.values())
        assert ("meaning" in recalled.why) != ("meaning_unavailable" in recalled.why) or "newest" in recalled.why
    keys = [(-recalled.score, -recalled.memory.created_at.timestamp(), recalled.memory.id) for recalled in found]
    assert keys == sorted(keys)
    assert len(set(_ids(found))) == len(found)
    shuffled = _index(*reversed(memories), vectors=vectors)
    if all(session is None for _, session, _, _ in said):  # arrival breaks ties between turns of a session
        assert search(shuffled, question) == found


def test_equals_are_ordered_newest_first_and_then_by_id_even_where_candidates_are_cut() -> None:
    memories = [_memory(f"m{n:03}", "tea", minute=n // 2) for n in range(600)]
    found = _ids(search(_index(*memories), _ask("tea", limit=3)))
    assert found == ["m598", "m599", "m596"]
    by_meaning = _index(*memories, vectors={memory.id: _unit(1, 1) for memory in memories})
    assert _ids(search(by_meaning, _ask("pets", _unit(1, 0), limit=3))) == found


def test_the_limit_is_kept_and_may_exceed_the_usual_number_of_candidates() -> None:
    index = _index(*[_memory(f"m{n}", "tea", minute=n) for n in range(500)])
    assert len(search(index, _ask("tea", limit=1))) == 1
    assert len(search(index, _ask("tea", limit=450))) == 450
    assert len(search(index, _ask("tea", limit=10_000))) == 500


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kinds": frozenset({"fact"})}, {"fact"}),
        ({"kinds": frozenset({"fact", "never-used"})}, {"fact"}),
        ({"kinds": frozenset({"never-used"})}, set()),
        ({"kinds": frozenset()}, set()),
        ({"sessions": frozenset({"s"})}, {"s1", "s2"}),
        ({"sessions": frozenset({"unknown"})}, set()),
        ({"since_ms": to_ms(_START) + 120_000}, {"s2", "fact"}),
        ({"until_ms": to_ms(_START) + 120_000}, {"s1", "t1"}),
        ({"since_ms": to_ms(_START) + 60_000, "until_ms": to_ms(_START) + 120_000}, {"t1"}),
        ({"exclude": frozenset({"s1", "unknown"})}, {"s2", "t1", "fact"}),
        ({"metadata": {"topic": "drinks"}}, {"s1", "t1"}),
        ({"metadata": {"topic": "drinks", "n": 1}}, {"s1"}),
        ({"metadata": {"n": True}}, set()),
        ({"metadata": {"deep": {"b": [2], "a": 1}}}, {"t1"}),
        ({"metadata": {"topic": None}}, {"fact"}),
        ({"metadata": {}}, {"s1", "s2", "t1", "fact"}),
        ({"metadata": {"missing": None}}, set()),
        ({"kinds": frozenset({"message"}), "sessions": frozenset({"s"}), "exclude": frozenset({"s2"})}, {"s1"}),
    ],
)
@pytest.mark.parametrize("vector", [None, _unit(1, 0)], ids=["words", "meaning"])
def test_filters_leave_only_what_they_let_through(
    filters: dict[str, Any], expected: set[str], vector: NDArray[np.float32] | None
) -> None:
    memories = (
        _memory("s1", "tea", session_id="s", metadata={"topic": "drinks", "n": 1}),
        _memory("t1", "tea", minute=1, session_id="t", metadata={"topic": "drinks", "deep": {"a": 1, "b": [2]}}),
        _memory("s2", "tea", minute=2, session_id="s", metadata={"topic": "cats"}),
        _memory("fact", "tea", minute=3, kind="fact", role=None, metadata={"topic": None}),
    )
    index = _index(*memories, vectors={memory.id: _unit(1, 1) for memory in memories})
    assert set(_ids(search(index, _ask("tea", vector, **filters)))) == expected
    assert set(_ids(search(index, _ask("", vector, **filters)))) == expected


def test_a_filter_reaches_beyond_the_best_candidates() -> None:
    crowd = [_memory(f"m{n}", "tea", minute=n) for n in range(900)]
    index = _index(_memory("wanted", "some tea in a long sentence of mine", metadata={"k": "v"}), *crowd)
    assert _ids(search(index, _ask("tea", metadata={"k": "v"}))) == ["wanted"]


def test_what_has_expired_is_not_found_and_changes_no_score() -> None:
    kept = [_memory("a", "tea and cake"), _memory("b", "tea", minute=1)]
    gone = _memory("gone", "tea tea cake", minute=2)
    index = PartitionIndex(2)
    index.apply([*map(_change, kept), _change(gone, None, _NOW)])
    assert search(index, _ask("tea cake")) == search(_index(*kept), _ask("tea cake"))
    before = _ask("tea cake", now_ms=_NOW - 1)
    assert "gone" in _ids(search(index, before))


@pytest.mark.parametrize(("offset_ms", "expected"), [(-1, ["old"]), (0, ["new"]), (1, ["new"])])
def test_only_what_holds_at_the_time_asked_about_is_found(offset_ms: int, expected: list[str]) -> None:
    index = _index(
        _memory("old", "lives in Oslo", kind="fact", valid_to=_START),
        _memory("new", "lives in Oslo", kind="fact", valid_from=_START),
    )
    assert _ids(search(index, _ask("Oslo", at_ms=to_ms(_START) + offset_ms))) == expected


def test_without_a_vector_words_decide_and_results_say_so() -> None:
    index = _index(_memory("tea", "tea"), vectors={"tea": _unit(1, 0)})
    (found,) = search(index, _ask("tea", notes=["no embedder is configured"]))
    assert found.why["meaning_unavailable"] == 0.0
    assert "meaning" not in found.why
    assert found.notes == ["no embedder is configured"]
    assert found.why["keyword"] == pytest.approx(1 / _PERFECT, abs=1e-6)
    assert sum(found.why.values()) == pytest.approx(found.score)


def test_without_embedded_memories_words_decide_too() -> None:
    (found,) = search(_index(_memory("tea", "tea")), _ask("tea", _unit(1, 0)))
    assert "meaning_unavailable" in found.why


def test_a_memory_without_its_vector_yet_competes_by_its_words() -> None:
    index = _index(
        _memory("waiting", "green tea for me"), _memory("done", "black coffee"), vectors={"done": _unit(0.8, 0.6)}
    )
    found = search(index, _ask("green tea", _unit(1, 0)))
    assert _ids(found) == ["waiting", "done"]
    assert "meaning_unavailable" in found[0].why
    assert "meaning" in found[1].why


def test_a_question_of_stop_words_only_is_answered_by_meaning() -> None:
    index = _index(_memory("a", "tea"), _memory("b", "cat"), vectors={"a": _unit(1, 0), "b": _unit(0, 1)})
    assert _ids(search(index, _ask("what is it", _unit(0, 1)))) == ["b", "a"]


@pytest.mark.parametrize("text", ["", "  ", "what is it", "?!"])
def test_without_anything_to_search_by_the_newest_come_first(text: str) -> None:
    index = _index(_memory("old", "tea", minute=1), _memory("new", "cat", minute=2), _memory("mid", "sea", minute=1))
    found = search(index, _ask(text, limit=2))
    assert _ids(found) == ["new", "mid"]
    assert [(recalled.score, recalled.why["newest"]) for recalled in found] == [(0.0, 0.0)] * 2


def test_words_that_nobody_said_find_nothing() -> None:
    assert search(_index(_memory("a", "tea")), _ask("zeppelin")) == []


def test_an_empty_partition_has_no_answers() -> None:
    assert search(PartitionIndex(2), _ask("tea", _unit(1, 0))) == []
    assert search(PartitionIndex(None), _ask("", _unit(1, 0))) == []


def test_a_vector_of_another_length_is_refused() -> None:
    index = _index(_memory("a", "tea"), vectors={"a": _unit(1, 0)})
    with pytest.raises(UsageError, match="shape"):
        search(index, _ask("tea", np.ones(3, np.float32)))


def test_searching_changes_nothing() -> None:
    index = _index(*[_memory(f"m{n}", f"tea {n}", minute=-n, session_id="s") for n in range(40)])
    question = _ask("tea 7")
    first = search(index, question)
    assert search(index, msgspec.structs.replace(question, notes=[])) == first


def test_what_was_said_near_the_time_that_is_named_comes_first() -> None:
    days = {"may": datetime(2023, 5, 20, tzinfo=UTC), "july": datetime(2023, 7, 9, tzinfo=UTC)}
    index = _index(*(Memory(id=name, text="we met", kind="message", created_at=when) for name, when in days.items()))
    asked = {"now_ms": _NOW, "at_ms": to_ms(datetime(2023, 7, 15, tzinfo=UTC))}
    for text, name in (("Who met two months ago?", "may"), ("Who met last week?", "july"), ("Who met in May?", "may")):
        found = search(index, _ask(text, **asked))
        assert _ids(found)[0] == name
        assert found[0].why["date"] > found[1].why["date"]
    assert {recalled.why["date"] for recalled in search(index, _ask("Who met?", **asked))} == {0.0}
