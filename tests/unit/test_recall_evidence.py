"""The evidence of a question, against the same written out over plain lists of what is stored."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from memlane.protocols.memories import Change
from memlane.recall.analysis import analyse
from memlane.recall.bm25 import K1, B
from memlane.recall.evidence import Evidence
from memlane.recall.index import PartitionIndex
from memlane.recall.question import Question
from memlane.recall.text import searchable_text
from memlane.recall.weights import DEFAULT
from memlane.types.memory import Memory
from memlane.types.times import to_ms
from memlane.types.wire import encode_memory

_START = datetime(2024, 3, 1, tzinfo=UTC)
_NOW = 1 << 42
_WORDS = ("tea", "oslo", "cat", "flight", "rain", "seat")
_CLOSE = {"abs": 1e-5}


class Said(NamedTuple):
    """One stored memory."""

    memory: Memory
    vector: NDArray[np.float16] | None
    expires_ms: int | None

    def lives(self, now_ms: int) -> bool:
        return self.expires_ms is None or self.expires_ms > now_ms

    @property
    def change(self) -> Change:
        vector = None if self.vector is None else self.vector.astype("<f2").tobytes()
        return Change(self.memory.id, encode_memory(self.memory), self.expires_ms, vector)


class Plain:
    """What a question says about each memory and session, one at a time."""

    def __init__(self, said: Sequence[Said], question: Question) -> None:
        live = [one for one in said if one.lives(question.now_ms)]
        self.may_answer = {one.memory.id for one in live if _is_asked_for(one.memory, question)}
        texts = {one.memory.id: analyse(searchable_text(one.memory)) for one in live}
        terms = set(analyse(question.text))
        self.keyword = _share_of_best(_bm25(texts, terms), self.may_answer)
        self.meaning = _meaning(live, question, self.may_answer)
        self.session_of = {one.memory.id: one.memory.session_id for one in live if one.memory.session_id}
        sessions: dict[str, list[str]] = {}
        for memory_id, session in self.session_of.items():
            sessions.setdefault(session, []).extend(texts[memory_id])
        self.session_keyword = _share_of_best(_bm25(sessions, terms), set(sessions))
        self.session_meaning: dict[str, float] = {}
        for memory_id in self.meaning.keys() & self.session_of.keys():
            session = self.session_of[memory_id]
            self.session_meaning[session] = max(self.session_meaning.get(session, 0), self.meaning[memory_id])


def _is_asked_for(memory: Memory, question: Question) -> bool:
    begun = memory.valid_from is None or to_ms(memory.valid_from) <= question.at_ms
    ended = memory.valid_to is not None and to_ms(memory.valid_to) <= question.at_ms
    return begun and not ended and (question.since_ms is None or to_ms(memory.created_at) >= question.since_ms)


def _bm25(texts: dict[str, list[str]], terms: set[str]) -> dict[str, float]:
    """Robertson & Zaragoza (2009), with Lucene's inverse document frequency."""
    average = sum(map(len, texts.values())) / len(texts) if texts else 0
    scores = dict.fromkeys(texts, 0.0)
    for term in terms:
        holding = sum(term in text for text in texts.values())
        rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        for name, text in texts.items():
            if times := Counter(text)[term]:
                scores[name] += rarity * times / (times + K1 * (1 - B + B * len(text) / average))
    return scores


def _share_of_best(scores: dict[str, float], among: set[str]) -> dict[str, float]:
    best = max((scores[name] for name in among), default=0)
    return {name: min(score / best, 1) if best else 0 for name, score in scores.items()}


def _meaning(live: list[Said], question: Question, may_answer: set[str]) -> dict[str, float]:
    asked = question.vector
    if asked is None:
        return {}
    products = {
        one.memory.id: float(one.vector.astype(float) @ asked.astype(float)) for one in live if one.vector is not None
    }
    compared = [product for memory_id, product in products.items() if memory_id in may_answer]
    if not compared:
        return {}
    least, span = min(compared), max(compared) - min(compared)
    return {name: min(max((p - least) / span, 0), 1) if span else 1 for name, p in products.items()}


def _check(index: PartitionIndex, said: Sequence[Said], question: Question) -> None:
    evidence, plain = Evidence(index, question, DEFAULT), Plain(said, question)
    rows = {one.memory.id: row for one in said for row in index.rows_of([one.memory.id])}
    ids = [one.memory.id for one in said if one.lives(question.now_ms)]
    sessions = index.rows.sessions.texts
    assert {memory_id for memory_id, row in rows.items() if evidence.live[row]} == set(ids)
    assert {memory_id for memory_id, row in rows.items() if evidence.eligible[row]} == plain.may_answer
    assert [evidence.keyword[rows[i]] for i in ids] == pytest.approx([plain.keyword[i] for i in ids], **_CLOSE)
    assert {memory_id for memory_id, row in rows.items() if evidence.known[row]} == plain.meaning.keys()
    if evidence.meaning is not None:
        found = [evidence.meaning[rows[i]] for i in ids]
        assert found == pytest.approx([plain.meaning.get(i, 0) for i in ids], **_CLOSE)
    by_words, by_meaning = plain.session_keyword, plain.session_meaning
    assert evidence.session_keyword.tolist() == pytest.approx([by_words.get(s, 0) for s in sessions], **_CLOSE)
    assert evidence.session_meaning.tolist() == pytest.approx([by_meaning.get(s, 0) for s in sessions], **_CLOSE)
    assert [s for s, known in zip(sessions, evidence.session_known, strict=True) if known] == [
        s for s in sessions if s in by_meaning
    ]


def _said(number: int, words: Sequence[str], **fields: object) -> Said:
    created_at = _START + timedelta(minutes=number)
    session, vector, expires_ms = fields.get("session"), fields.get("vector"), fields.get("expires_ms")
    valid_from = fields.get("valid_from")
    memory = Memory(
        id=f"m{number}",
        text=" ".join(words),
        kind="message",
        created_at=created_at,
        session_id=session,
        valid_from=valid_from,
    )
    return Said(memory, None if vector is None else np.array(vector, np.float16), expires_ms)


_vectors = st.none() | st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 3)
_fields = st.fixed_dictionaries(
    {
        "words": st.lists(st.sampled_from(_WORDS), max_size=6),
        "session": st.sampled_from(["s", "t", "u", None]),
        "vector": _vectors,
        "expires_ms": st.sampled_from([None, None, _NOW, _NOW + 10]),
        "valid_from": st.sampled_from([None, None, _START, _START + timedelta(days=1000)]),
    }
)


@settings(deadline=None)
@given(
    st.lists(_fields, max_size=25),
    st.lists(st.sampled_from(_WORDS), max_size=4),
    _vectors,
    st.lists(st.sampled_from([_NOW - 1, _NOW, _NOW + 9, _NOW + 10]), min_size=1, max_size=4),
    st.sampled_from([None, to_ms(_START) + 5 * 60_000]),
)
def test_it_is_what_plain_lists_say_at_whatever_times_it_is_asked(
    fields: list[dict[str, object]], words: list[str], vector: tuple[float, ...] | None, times: list[int], since: int
) -> None:
    said = [_said(number, **one) for number, one in enumerate(fields)]
    asked = None if vector is None else np.array(vector, np.float32)
    index = PartitionIndex(3)
    for first in range(0, len(said), 7):
        index.apply(one.change for one in said[first : first + 7])
        for now_ms in times:  # the clock may go back
            question = Question(text=" ".join(words), limit=5, now_ms=now_ms, at_ms=_NOW, vector=asked, since_ms=since)
            _check(index, said[: first + 7], question)


def test_it_is_what_plain_lists_say_where_there_are_many_blocks_and_many_candidates() -> None:
    random, generator = Random(5), np.random.default_rng(5)
    vectors = generator.standard_normal((9_000, 24)).astype(np.float16)
    said = [
        _said(n, random.choices(_WORDS, [1, 2, 4, 8, 16, 32], k=5), session=f"{n // 30}", vector=vectors[n])
        for n in range(len(vectors))
    ]
    index = PartitionIndex(24)
    for first in range(0, len(said), 5_000):
        index.apply(one.change for one in said[first : first + 5_000])
    index.apply(Change(one.memory.id) for one in said[:3_000:2])
    index.apply(Change(one.memory.id) for one in said[4_000:6_000])
    left = [*said[1:3_000:2], *said[3_000:4_000], *said[6_000:]]
    question = Question(text="tea in Oslo", limit=5, now_ms=_NOW, at_ms=_NOW, vector=vectors[8_000].astype(np.float32))
    _check(index, left, question)


@settings(deadline=None)
@given(
    st.integers(0, 2_000),
    st.integers(1, 30),
    st.integers(1, 40),
    st.sampled_from([1.0, 0.5, 0.01]),
    st.sampled_from([np.float32, np.int64]),
)
def test_the_best_are_those_that_sorting_gives(
    size: int, count: int, distinct: int, share: float, kind: type[np.float32]
) -> None:
    generator = np.random.default_rng(size)
    said = [_said(number, ["tea"]) for number in range(size)]
    index = PartitionIndex(None)
    index.apply(one.change for one in said)
    scores = generator.integers(-distinct, distinct, size).astype(kind)
    among = generator.random(size) < share
    evidence = Evidence(index, Question(text="tea", limit=1, now_ms=_NOW, at_ms=_NOW), DEFAULT)
    by_score = sorted(np.flatnonzero(among).tolist(), key=lambda row: (-scores[row], -index.rows.created[row]))
    assert sorted(evidence.top(scores, among, count).tolist()) == sorted(by_score[:count])
