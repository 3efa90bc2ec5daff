"""Patterns meet any text: in bounded time, and what they return is well formed."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlane.derive.patterns.extract import said_in
from memlane.derive.patterns.languages import LANGUAGES
from memlane.derive.said import ATTRIBUTES, is_single, kind_of

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MEGABYTE = 1 << 20
SECONDS = 1.0
PIECES = [
    "I live in ",
    "I'm vegan. ",
    "I love a, ",
    "I love a and ",
    "my sister Anna ",
    "My name is A",
    "I'm a b c ",
    "I am a very very ",
    "and ",
    "well, ",
    "no, sorry, actually, ",
    "since 2019 until May ",
    "I meant X. ",
    "Aa Bb de la Cc ",
    "Ich wohne in Köln und ",
    "J'habite à Liège, ",
    "Vivo en Lima y ",
    '"',
    "'a ",
    "`",
    "```",
    "<a ",
    "> ",
    "From: a\n",
    "A: b\n",
    "a.",
    "...",
    "? ",
    "\n",
    "\n\n",
    " ",
    "I",
    "ſİı\u0307 ",
    "é" * 3 + " ",
    "9" * 5 + " ",
    "a" * 50,
    "-",
    "(",
    "🙂",
]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile the patterns outside the measured time."""
    for language in LANGUAGES:
        said_in(language.words, said_at=NOON, languages=[language.code])
        said_in(f"{language.words} A", said_at=NOON, languages=[language.code])


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("length", [7_900, MEGABYTE])
def test_a_long_text_takes_little_time(piece: str, length: int) -> None:
    text = (piece * (length // len(piece) + 1))[:length]
    started = time.perf_counter()
    said_in(text, said_at=NOON)
    said_in(f"I live in {text}", said_at=NOON)
    assert time.perf_counter() - started < SECONDS


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=150, deadline=None)
def test_mixtures_take_little_time(text: str) -> None:
    started = time.perf_counter()
    said_in(text, said_at=NOON)
    assert time.perf_counter() - started < SECONDS


SENTENCES = st.sampled_from(
    [
        "I live in Bergen.",
        "I love {}.",
        "My name is {}.",
        "I'm allergic to {}, {} and {}.",
        "I'm flying to {} on {}.",
        "Actually, it's {}.",
        "I work as a {}.",
        "Ich mag {}.",
        "J'adore {}.",
        "Me gusta {}.",
    ]
)


@given(st.lists(SENTENCES, max_size=5), st.lists(st.text(max_size=12), min_size=15, max_size=15))
@settings(max_examples=200, deadline=None)
def test_whatever_is_found_is_well_formed(sentences: list[str], fills: list[str]) -> None:
    text = " ".join(sentences).replace("{}", "\0")
    for fill in fills:
        text = text.replace("\0", fill, 1)
    for one in said_in(text, said_at=NOON):
        assert one.attribute.partition(":")[0] in ATTRIBUTES
        assert (one.kind, one.single) == (kind_of(one.attribute), is_single(one.attribute))
        assert 0 <= one.start < one.end <= len(text)
        assert 0 < one.confidence <= 1
        assert one.value or one.ends
        assert "\n" not in one.text + one.value
        assert one.valid_from is None or one.valid_from.tzinfo is UTC
        assert one.valid_to is None or one.valid_to.tzinfo is UTC


@given(st.text())
def test_any_text_is_read_the_same_twice(text: str) -> None:
    assert said_in(text, said_at=NOON) == said_in(text, said_at=NOON)
