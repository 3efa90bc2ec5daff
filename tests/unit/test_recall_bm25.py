"""BM25 over the inverted index, against the formula written out over plain lists."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.recall.bm25 import K1, B, Corpus, bm25, bm25_of_groups, bm25_of_windows
from memlane.recall.postings import Postings

_terms = st.sampled_from(["tea", "oslo", "cat", "flight", "rain", "seat"])
_documents = st.lists(st.lists(_terms, max_size=9), min_size=1, max_size=30)


def _reference(documents: list[list[str]], question: set[str]) -> list[float]:
    """Robertson & Zaragoza (2009), with Lucene's inverse document frequency."""
    average = sum(map(len, documents)) / len(documents)
    scores = [0.0] * len(documents)
    for term in question:
        holding = sum(term in document for document in documents)
        rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        for place, document in enumerate(documents):
            count = Counter(document)[term]
            if count:
                scores[place] += rarity * count / (count + K1 * (1 - B + B * len(document) / average))
    return scores


def _index(documents: list[list[str]], parts: int = 1) -> Postings:
    postings = Postings()
    for part in range(parts):
        postings.extend(documents[len(documents) * part // parts : len(documents) * (part + 1) // parts])
    return postings


def _corpus(documents: list[list[str]]) -> Corpus:
    return Corpus(len(documents), sum(map(len, documents)))


@given(_documents, st.sets(_terms), st.integers(1, 4))
def test_scores_are_those_of_the_formula(documents: list[list[str]], question: set[str], parts: int) -> None:
    postings = _index(documents, parts)
    live = np.ones(len(documents), np.bool_)
    scores = bm25(postings.find(question, live), postings.lengths, _corpus(documents))
    assert scores.tolist() == pytest.approx(_reference(documents, question) if any(documents) else scores, rel=1e-5)


@given(_documents, st.sets(_terms), st.data())
def test_dead_rows_count_for_nothing_before_and_after_they_are_dropped(
    documents: list[list[str]], question: set[str], data: st.DataObject
) -> None:
    alive = data.draw(st.lists(st.booleans(), min_size=len(documents), max_size=len(documents)))
    kept = [document for document, lives in zip(documents, alive, strict=True) if lives]
    postings, live = _index(documents, 3), np.array(alive)
    expected = pytest.approx(_reference(kept, question) if any(kept) else [0.0] * len(kept), rel=1e-5)
    assert bm25(postings.find(question, live), postings.lengths, _corpus(kept))[live].tolist() == expected
    postings.keep(np.flatnonzero(live))
    everything = np.ones(len(kept), np.bool_)
    assert bm25(postings.find(question, everything), postings.lengths, _corpus(kept)).tolist() == expected


@pytest.mark.parametrize("most_cells", [1, 12, 1 << 20])
@given(_documents, st.sets(_terms), st.data())
def test_a_session_is_scored_like_one_long_document(
    most_cells: int, documents: list[list[str]], question: set[str], data: st.DataObject
) -> None:
    groups = data.draw(st.lists(st.integers(-1, 3), min_size=len(documents), max_size=len(documents)))
    lives = np.array(data.draw(st.lists(st.booleans(), min_size=len(documents), max_size=len(documents))))
    kept = [document if alive else [] for document, alive in zip(documents, lives, strict=True)]
    sessions = [
        [term for document, group in zip(kept, groups, strict=True) if group == session for term in document]
        for session in range(4)
    ]
    matches = _index(documents).find(question, lives)
    lengths = np.array([len(session) for session in sessions], np.float32)
    with pytest.MonkeyPatch.context() as patch:  # a table too large is made some terms at a time
        patch.setattr("memlane.recall.bm25._MOST_CELLS", most_cells)
        scores = bm25_of_groups(matches, np.array(groups), lengths, _corpus(sessions))
    expected = _reference(sessions, question) if any(sessions) else [0.0] * 4
    assert scores.tolist() == pytest.approx(expected, rel=1e-5)


def test_rows_can_be_added_after_dropping_some() -> None:
    postings = _index([["tea"], ["cat"], ["tea", "rain"]])
    postings.keep(np.array([2]))
    postings.extend([["cat", "tea"]])
    matches = postings.find(["tea", "cat", "oslo"], np.ones(2, np.bool_))
    assert matches.terms.tolist() == [0, 0, 1]
    assert matches.documents.tolist() == [0, 1, 1]
    assert matches.counts.tolist() == [1, 1, 1]
    assert matches.holding.tolist() == [2, 1]


def test_dropping_rows_gives_their_room_back() -> None:
    postings = _index([[f"word{number}", "tea"] for number in range(500)])
    before = postings.size_bytes
    postings.keep(np.arange(10))
    assert postings.size_bytes < before / 10


def test_an_empty_index_finds_nothing() -> None:
    nobody = np.zeros(0, np.bool_)
    postings = Postings()
    matches = postings.find(["tea"], nobody)
    assert [part.tolist() for part in matches] == [[], [], [], []]
    assert bm25(matches, postings.lengths, Corpus(0, 0)).tolist() == []
    assert bm25_of_groups(matches, np.zeros(0, np.int32), np.zeros(2, np.float32), Corpus(0, 0)).tolist() == [0, 0]


@given(_documents, st.sets(_terms), st.data())
def test_a_window_is_scored_like_one_document_of_mean_length(
    documents: list[list[str]], question: set[str], data: st.DataObject
) -> None:
    places = np.array(
        data.draw(st.lists(st.lists(st.integers(0, len(documents) - 1), min_size=3, max_size=3), max_size=4))
    )
    places = places.reshape(-1, 3).T
    weights = np.array([[0.5], [1], [1]], np.float32).repeat(places.shape[1], axis=1)
    postings, live = _index(documents), np.ones(len(documents), np.bool_)
    found = bm25_of_windows(postings.find(question, live), postings.lengths, _corpus(documents), places, weights)
    average = sum(map(len, documents)) / len(documents)
    for window, score in zip(places.T.tolist(), found.tolist(), strict=True):
        length = sum(weight * len(documents[place]) for place, weight in zip(window, (0.5, 1, 1), strict=True)) / 2.5
        expected = 0.0
        for term in question:
            holding = sum(term in document for document in documents)
            count = sum(w * Counter(documents[place])[term] for place, w in zip(window, (0.5, 1, 1), strict=True))
            if count:
                rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
                expected += rarity * count / (count + K1 * (1 - B + B * length / average))
        assert score == pytest.approx(expected, rel=1e-5)


def test_a_window_has_the_same_score_to_the_last_bit_alone_and_among_others() -> None:
    words = [f"word{number}" for number in range(40)]
    documents = [words[start::step] for start in range(12) for step in (1, 2, 3)]
    postings, live = _index(documents), np.ones(len(documents), np.bool_)
    matches, places = postings.find(words, live), np.array([np.arange(3, 30), np.arange(4, 31), np.arange(5, 32)])
    weights = np.array([[0.5], [1], [1]], np.float32).repeat(places.shape[1], axis=1)
    together = bm25_of_windows(matches, postings.lengths, _corpus(documents), places, weights)
    for at in range(places.shape[1]):
        one = slice(at, at + 1)
        alone = bm25_of_windows(matches, postings.lengths, _corpus(documents), places[:, one], weights[:, one])
        assert alone.tobytes() == together[one].tobytes()
