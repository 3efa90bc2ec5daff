"""The order of results, against sorting plain lists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.recall.ranking import best_first, without_meaning

_share = st.sampled_from([0.0, 0.1, 0.25, 1 / 3, 0.1 + 1e-9])


@given(st.lists(st.tuples(_share, _share, st.integers(0, 3)), max_size=40), st.integers(1, 50))
def test_it_is_by_score_then_newest_then_id_and_reasons_add_up(
    shares: list[tuple[float, float, int]], limit: int
) -> None:
    parts = np.array(shares).reshape(-1, 3).T
    ids = [f"m{number % 7}-{number}" for number in range(len(shares))]
    found = best_first({"keyword": parts[0], "meaning": parts[1]}, parts[2].astype(np.int64), ids.__getitem__, limit)
    scores = [round(keyword, 6) + round(meaning, 6) for keyword, meaning, _ in shares]
    ordered = sorted(range(len(shares)), key=lambda place: (-scores[place], -shares[place][2], ids[place]))
    assert [one.place for one in found] == ordered[:limit]
    for one in found:
        keyword, meaning, _ = shares[one.place]
        assert one.why == pytest.approx({"keyword": keyword, "meaning": meaning}, abs=1e-6)
        assert sum(one.why.values()) == pytest.approx(one.score, abs=1e-12)


def test_what_has_no_vector_says_so_instead_of_giving_meaning_a_share() -> None:
    assert without_meaning({"keyword": 0.5, "meaning": 0.0}) == {"keyword": 0.5, "meaning_unavailable": 0.0}
