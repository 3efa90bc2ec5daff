"""What may be kept as JSON is bounded before it is looked through."""

import pytest

from memlane.errors import UsageError
from memlane.types.values import MAX_VALUES, check_json, check_object


def test_as_many_values_as_allowed_are_kept() -> None:
    assert check_json([0] * MAX_VALUES, "it") == [0] * MAX_VALUES


@pytest.mark.parametrize(
    "value", [[0] * (MAX_VALUES + 1), [[0] * 1_000] * (MAX_VALUES // 1_000), [{"a": 0}] * MAX_VALUES]
)
def test_more_are_refused(value: object) -> None:
    with pytest.raises(UsageError, match="more than 100,000 values"):
        check_json(value, "it")


def test_a_mapping_is_bounded_likewise() -> None:
    with pytest.raises(UsageError, match="metadata holds more than"):
        check_object({"list": [0] * MAX_VALUES}, "metadata")
