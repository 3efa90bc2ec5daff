from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.adapters.counters.estimate import EstimateCounter, EstimatedEncoding

SAMPLES = Path(__file__).parents[2] / "bench" / "token_samples"
# Counted by tiktoken 0.14.0: o200k_base, cl100k_base.
EXACT = {
    "arabic": (244, 526),
    "chat": (298, 309),
    "chinese": (271, 420),
    "code": (467, 464),
    "emoji": (144, 169),
    "english": (238, 241),
    "french": (288, 344),
    "german": (263, 336),
    "hindi": (211, 663),
    "japanese": (266, 370),
    "json": (413, 417),
    "korean": (235, 394),
    "russian": (282, 483),
    "spanish": (254, 297),
}


@pytest.mark.parametrize("sample", EXACT)
@pytest.mark.parametrize(("encoding", "column"), [("o200k_base", 0), ("cl100k_base", 1)])
def test_an_estimate_is_rather_too_high_than_too_low(encoding: EstimatedEncoding, column: int, sample: str) -> None:
    exact = EXACT[sample][column]
    estimate = EstimateCounter(encoding).count((SAMPLES / f"{sample}.txt").read_text())
    assert exact <= estimate <= exact * 1.25


def test_every_sample_has_been_counted() -> None:
    assert set(EXACT) == {path.stem for path in SAMPLES.glob("*.txt")}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 2), (" ", 1), ("\n\n\n", 1), ("Hello, world!", 5), ("1234567890", 5), ("\0", 2), ("\ud800", 2)],
)
def test_short_texts(text: str, tokens: int) -> None:
    assert EstimateCounter().count(text) == tokens


@given(st.text(st.characters()))
def test_no_text_but_the_empty_one_has_no_tokens(text: str) -> None:
    for encoding in ("o200k_base", "cl100k_base"):
        assert (EstimateCounter(encoding).count(text) == 0) == (text == "")


@given(st.text(st.sampled_from("ab \n\r\tZ.é_\u0301日1-ж\0"), max_size=300))
def test_every_character_is_counted_in_one_piece(text: str) -> None:
    # Nothing is skipped, so a text never weighs less than a 26th of its characters.
    assert EstimateCounter().count(text) >= len(text) / 50


@pytest.mark.parametrize("character", ["a", "A", " ", "\n", " \n", "!", "日", "\u0301", "1", "a b ", "é", "\0"])
def test_a_mebibyte_of_anything_is_counted(character: str) -> None:
    assert EstimateCounter().count(character * (2**20 // len(character))) > 2**20 / 100


def test_the_name_says_whose_tokens_are_estimated() -> None:
    assert (EstimateCounter().name, EstimateCounter("cl100k_base").name) == ("estimate", "estimate:cl100k_base")
    assert not EstimateCounter().exact
