"""Vectors of rows: exactly as stored, equal where they are equal, in no more room than they need."""

import numpy as np
import pytest

from memlane.recall.vectors import Vectors


def _filled(count: int, dimension: int, *, at_once: int) -> tuple[Vectors, np.ndarray]:
    stored = np.random.default_rng(3).standard_normal((count, dimension)).astype("<f2")
    vectors = Vectors(dimension)
    for first in range(0, count, at_once):
        part = stored[first : first + at_once]
        vectors.grow(len(part))
        vectors.put(range(first, first + len(part)), vectors.decode([row.tobytes() for row in part]))
    return vectors, stored.astype(np.float32)


def test_every_number_is_decoded_as_it_was_stored() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)]
    decoded = Vectors(len(finite)).decode([finite.astype("<f2").tobytes()])
    assert np.array_equal(decoded[0], finite.astype(np.float32))
    assert np.array_equal(np.signbit(decoded[0]), np.signbit(finite))


@pytest.mark.parametrize("at_once", [1, 700, 5_000, 20_000])
def test_products_are_those_of_the_stored_numbers_however_they_came(at_once: int) -> None:
    vectors, stored = _filled(20_000, 16, at_once=at_once)
    question = np.random.default_rng(4).standard_normal(16).astype(np.float32)
    assert vectors.similarities(question) == pytest.approx(stored @ question, abs=1e-5)
    rows = np.flatnonzero(np.random.default_rng(5).random(20_000) < 0.9)
    vectors.keep(rows)
    assert vectors.similarities(question) == pytest.approx(stored[rows] @ question, abs=1e-5)
    assert len(vectors.present) == len(rows)


@pytest.mark.parametrize("dimension", [3, 26, 384])
def test_equal_vectors_have_equal_products_wherever_they_stand(dimension: int) -> None:
    generator = np.random.default_rng(6)
    one = generator.standard_normal(dimension).astype(np.float32)
    vectors = Vectors(dimension)
    for count in (1, 2, 4, 17_001):
        vectors.grow(count)
    vectors.put(range(17_008), np.tile(one, (17_008, 1)))
    for _ in range(20):
        found = vectors.similarities(generator.standard_normal(dimension).astype(np.float32))
        assert len(set(found.tolist())) == 1


def test_rows_without_a_vector_have_product_zero_until_they_get_one() -> None:
    vectors = Vectors(2)
    vectors.grow(3)
    vectors.put([1], np.array([[1, 2]], np.float32))
    assert vectors.similarities(np.array([1, 1], np.float32)).tolist() == [0, 3, 0]
    assert vectors.present.tolist() == [False, True, False]


def test_spare_room_is_never_more_than_a_block() -> None:
    for count in (20, 4_097, 9_000):
        one_by_one, _ = _filled(count, 16, at_once=1)
        at_once, _ = _filled(count, 16, at_once=count)
        assert at_once.size_bytes <= count * (16 * 4 + 1) + 16 * 16 * 4
        assert one_by_one.size_bytes <= 2 * count + min(2 * count + 16, count + 4_096) * 16 * 4


def test_sums_are_those_of_the_groups_over_all_blocks() -> None:
    vectors, stored = _filled(9_000, 16, at_once=9_000)
    generator = np.random.default_rng(7)
    rows = np.flatnonzero(generator.random(9_000) < 0.5)
    groups = generator.integers(0, 40, len(rows))
    expected = np.zeros((41, 16), np.float32)  # the last group is empty
    np.add.at(expected, groups, stored[rows])
    assert vectors.sums(rows, groups, 41) == pytest.approx(expected, abs=1e-3)
    assert vectors.sums(rows[:0], groups[:0], 2).tolist() == np.zeros((2, 16)).tolist()
