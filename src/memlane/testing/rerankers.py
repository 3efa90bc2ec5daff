"""The suite every re-ranker passes.

A re-ranker's test file subclasses `RerankerSuite` and overrides the `reranker` fixture. pytest-asyncio must run in
its `auto` mode.
"""

import asyncio
import math
import re
from collections.abc import Sequence

import pytest

from memlane.protocols.reranker import Reranker
from memlane.testing.embedders import HOSTILE_TEXTS

ANSWERS: tuple[tuple[str, str], ...] = (
    ("When do I land in Oslo?", "7 May 2026, user: I land in Oslo on Friday."),
    ("Which instrument does Ana play?", "9 May 2026, Ana: The instrument I play is the cello."),
    ("What is the name of my cat?", "2 June 2026, user: The name of my cat is Basil."),
)
"""Questions, each with a text that answers it and none of the others."""
_BESIDE = ("1 May 2026, user: The beans need water.", "3 May 2026, assistant: Noted.")
_IDENTITY = re.compile(r"[A-Za-z0-9._:/+-]{1,128}")


class RerankerSuite:
    """Checks the promises R1-R5 of `Reranker`; subclass it and override `reranker`."""

    @pytest.fixture
    def reranker(self) -> Reranker:
        """Yield a re-ranker that has not been used yet; an override may be asynchronous."""
        raise NotImplementedError("override the fixture `reranker`")

    async def test_each_text_gets_one_finite_number(self, reranker: Reranker) -> None:
        for count in (1, 2, 50):
            texts = [f"{number} {answer}" for number in range(count) for _, answer in ANSWERS][:count]
            _check(await reranker.score(ANSWERS[0][0], texts), count)

    async def test_no_texts_give_no_numbers(self, reranker: Reranker) -> None:
        _check(await reranker.score(ANSWERS[0][0], []), 0)

    @pytest.mark.parametrize("place", range(3))
    async def test_what_answers_has_the_greatest_number_wherever_it_stands(
        self, reranker: Reranker, place: int
    ) -> None:
        for question, answer in ANSWERS:
            texts = [*_BESIDE[:place], answer, *_BESIDE[place:]]
            assert _best(await reranker.score(question, texts)) == place

    async def test_any_text_and_question_is_accepted(self, reranker: Reranker) -> None:
        _check(await reranker.score(ANSWERS[0][0], HOSTILE_TEXTS), len(HOSTILE_TEXTS))
        for question in HOSTILE_TEXTS:
            _check(await reranker.score(question, _BESIDE), len(_BESIDE))

    async def test_the_texts_given_are_left_alone(self, reranker: Reranker) -> None:
        texts = [*HOSTILE_TEXTS[:8], *_BESIDE]
        await reranker.score(ANSWERS[0][0], texts)
        assert texts == [*HOSTILE_TEXTS[:8], *_BESIDE]

    async def test_concurrent_calls_do_not_mix(self, reranker: Reranker) -> None:
        texts = [answer for _, answer in ANSWERS]
        asked = [number % len(ANSWERS) for number in range(12)]
        found = await asyncio.gather(*(reranker.score(ANSWERS[number][0], texts) for number in asked))
        assert [_best(scores) for scores in found] == asked

    async def test_the_identity_is_well_formed_and_stays(self, reranker: Reranker) -> None:
        before = reranker.identity
        assert _IDENTITY.fullmatch(before)
        await reranker.score(ANSWERS[0][0], _BESIDE)
        assert reranker.identity == before


def _check(scores: Sequence[float], count: int) -> None:
    assert len(scores) == count
    assert all(map(math.isfinite, scores))


def _best(scores: Sequence[float]) -> int:
    return max(range(len(scores)), key=lambda place: scores[place])
