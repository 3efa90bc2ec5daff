import numpy as np
import pytest

from memlane.adapters.embedders.hashing import HashingEmbedder, hashed_vector
from memlane.errors import SettingError

PINNED = [
    -0.1481,
    -0.362,
    0.0823,
    0.1152,
    0.5177,
    0.0,
    0.51,
    -0.1645,
    -0.2468,
    0.0,
    -0.0823,
    -0.0823,
    -0.3784,
    0.0,
    -0.1645,
    -0.1645,
]


def similarity(one: str, other: str) -> float:
    return float(hashed_vector(one, 256) @ hashed_vector(other, 256))


def test_texts_that_share_words_are_nearer_than_texts_that_do_not() -> None:
    seat = "I prefer a window seat on planes"
    assert similarity(seat, "Which seat do I prefer?") > 0.2
    assert similarity(seat, "My dog is called Rex") < 0.15


def test_texts_that_share_spelling_are_near_each_other() -> None:
    assert similarity("vegetarian", "vegetarians") > 0.25
    assert similarity("日本語の本", "日本語の本棚") > 0.3


def test_case_width_and_spacing_do_not_matter() -> None:
    assert similarity("Oslo  on\nFriday", "OSLO on \uff26riday") == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("text", ["", " ", "a", "\0", "\ud800", "😀", "!" * 100_000])
def test_any_text_has_a_unit_vector(text: str) -> None:
    assert np.linalg.norm(hashed_vector(text, 8)) == pytest.approx(1)


def test_the_vector_of_a_text_is_the_same_on_every_machine() -> None:
    vector = hashed_vector("Luke is vegetarian and lands in Oslo on Friday.", 16)
    assert vector == pytest.approx(PINNED, abs=1e-4)


async def test_the_identity_names_the_dimension() -> None:
    small, large = HashingEmbedder(64), HashingEmbedder()
    assert (small.identity, small.dimension) == ("hashing-v1/64", 64)
    assert (large.identity, large.dimension) == ("hashing-v1/256", 256)
    assert (await small.embed(["a", "b"], purpose="query")).shape == (2, 64)


@pytest.mark.parametrize("dimension", [-1, 0, 7, 8_193])
def test_an_impossible_dimension_is_refused(dimension: int) -> None:
    with pytest.raises(SettingError, match="8-8192"):
        HashingEmbedder(dimension)
