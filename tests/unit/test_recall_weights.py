"""Which weights are refused."""

import math
from typing import Any

import msgspec
import pytest

from memlane.errors import UsageError
from memlane.recall.weights import DEFAULT, Weights


@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf, -math.inf, "1", None, True])
def test_what_is_no_weight_is_refused_by_name(value: Any) -> None:
    with pytest.raises(UsageError, match="weight speaker must be a finite number"):
        Weights(speaker=value)
    with pytest.raises(UsageError, match="weight speaker"):
        msgspec.structs.replace(DEFAULT, speaker=value)


@pytest.mark.parametrize("pair", [("keyword", "meaning"), ("session_keyword", "session_meaning")])
def test_words_and_meaning_cannot_both_count_nothing(pair: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="must not both be 0"):
        Weights(**dict.fromkeys(pair, 0.0))
    for name in pair:
        assert getattr(Weights(**{name: 0.0}), name) == 0
