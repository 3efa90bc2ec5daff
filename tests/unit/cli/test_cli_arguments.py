"""How arguments are read, and which exit code an error has."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memlane.cli.arguments import read_life, read_object, read_pairs, read_time
from memlane.cli.exit_codes import MEANINGS, ExitCode, exit_code
from memlane.errors import (
    DamagedError,
    MemlaneError,
    MissingExtraError,
    NotFoundError,
    SettingError,
    StoreUnavailableError,
    TooLargeError,
    UsageError,
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01T12:30", datetime(2026, 5, 1, 12, 30, tzinfo=UTC)),
        ("2026-05-01T12:30:00Z", datetime(2026, 5, 1, 12, 30, tzinfo=UTC)),
        ("2026-05-01T12:30:00+02:00", datetime(2026, 5, 1, 10, 30, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_time_without_an_offset_is_utc(text: str | None, moment: datetime | None) -> None:
    assert read_time(text, "--since") == moment


def test_what_is_no_time_is_refused_by_the_name_of_its_option() -> None:
    with pytest.raises(UsageError, match="--since must be a date or time"):
        read_time("yesterday", "--since")


def test_a_life_is_a_duration_or_never() -> None:
    assert read_life("90 d", "--ttl") == timedelta(days=90)
    assert read_life("never", "--ttl") is None
    with pytest.raises(UsageError, match="--ttl must be a duration"):
        read_life("long", "--ttl")


def test_values_are_json_and_what_is_not_json_is_text() -> None:
    given = ["diet=vegetarian", "seats=2", 'tags=["a"]', "note=a=b", "empty=", "off=false"]
    wanted: dict[str, Any] = {"diet": "vegetarian", "seats": 2, "tags": ["a"], "note": "a=b", "empty": "", "off": False}
    assert read_pairs(given) == wanted


@pytest.mark.parametrize("pair", ["diet", "=vegetarian", ""])
def test_a_pair_needs_a_key_and_an_equals_sign(pair: str) -> None:
    with pytest.raises(UsageError, match="key=value"):
        read_pairs([pair])


@pytest.mark.parametrize("text", ["[1]", "{", "text", "", "\ud800", "[" * 100_000])
def test_metadata_must_be_a_json_object(text: str) -> None:
    with pytest.raises(UsageError, match="--metadata must be a JSON object"):
        read_object(text, "--metadata")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), ExitCode.USAGE),
        (SettingError("x"), ExitCode.USAGE),
        (TooLargeError("x", 2, 1), ExitCode.USAGE),
        (NotFoundError("x"), ExitCode.NOT_FOUND),
        (MissingExtraError("x", "pip"), ExitCode.MISSING_EXTRA),
        (StoreUnavailableError("x"), ExitCode.FAILED),
        (DamagedError("x"), ExitCode.FAILED),
        (MemlaneError("x"), ExitCode.FAILED),
    ],
)
def test_each_error_has_its_exit_code(error: MemlaneError, code: ExitCode) -> None:
    assert exit_code(error) is code


def test_every_exit_code_is_explained() -> None:
    assert set(MEANINGS) == set(ExitCode)
