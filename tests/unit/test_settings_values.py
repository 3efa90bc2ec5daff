"""How values are read and shown, and how a URL hides its password."""

from datetime import timedelta

import pytest

from memlane.errors import SettingError
from memlane.wiring.settings_values import life_reader, read_duration, read_size, shown
from memlane.wiring.store_url import StoreUrl, masked_url


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (90, 90),
        (1.5, 1.5),
        ("90", 90),
        ("90 s", 90),
        ("15min", 900),
        ("1 H", 3600),
        ("30 d", 2_592_000),
        ("250 ms", 0.25),
    ],
)
def test_a_duration_is_a_number_of_seconds_or_has_a_unit(given: object, seconds: float) -> None:
    assert read_duration(given, "it") == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "given", ["", "soon", "1 year", "-1 s", 0, "0 s", True, None, "1e99 d", "9999999999999 d", float("nan")]
)
def test_what_is_no_duration_is_refused_by_name(given: object) -> None:
    with pytest.raises(SettingError, match="it "):
        read_duration(given, "it")


def test_a_life_may_be_a_word() -> None:
    read = life_reader("default", "never")
    assert read(" Never ", "it") == "never"
    assert read("1 h", "it") == timedelta(hours=1)
    with pytest.raises(SettingError, match="or default or never"):
        read("always", "it")


@pytest.mark.parametrize(
    ("given", "size"), [(1, 1), ("1048576", 1_048_576), ("512 MiB", 512 * 1024**2), ("1.5KiB", 1536)]
)
def test_a_size_is_a_number_of_bytes_or_has_a_unit(given: object, size: int) -> None:
    assert read_size(given, "it") == size


@pytest.mark.parametrize("given", [0, -1, 1.5, "1.0001 KiB", "many", "1 MB", True, None])
def test_what_is_no_size_is_refused_by_name(given: object) -> None:
    with pytest.raises(SettingError, match="it must be a number of bytes"):
        read_size(given, "it")


@pytest.mark.parametrize("text", ["90 s", "15 min", "1 h", "30 d", "250 ms"])
def test_a_duration_is_shown_as_it_would_be_read(text: str) -> None:
    assert shown(read_duration(text, "it")) == text


@pytest.mark.parametrize("text", ["7 B", "3 KiB", "512 MiB", "1 GiB"])
def test_a_size_is_shown_as_it_would_be_read(text: str) -> None:
    assert shown(read_size(text, "it")) == text


@pytest.mark.parametrize(
    ("url", "shown_as"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis://app@localhost", "redis://app@localhost"),
        ("redis://app:pw@localhost:6379/0", "redis://app:***@localhost:6379/0"),
        ("redis://:pw@localhost", "redis://:***@localhost"),
        ("redis://app:p@w@localhost", "redis://app:***@localhost"),
        ("redis://app:p/w@localhost", "redis://app:***@localhost"),
        ("redis://app:p?w@localhost", "redis://app:***@localhost"),
        ("redis://app:p#w@localhost", "redis://app:***@localhost"),
        ("redis://[::1]:6379/0?client_name=a@b", "redis://[::1]:6379/0?client_name=a@b"),
        ("redis://h/0?password=pw&db=1", "redis://h/0?password=***&db=1"),
        ("redis://h/0?sentinel_password=pw", "redis://h/0?sentinel_password=***"),
        ("rediss://h/0?ssl_password=pw&ssl_keyfile=k", "rediss://h/0?ssl_password=***&ssl_keyfile=k"),
        ("redis+sentinel://app:pw@s1:1,s2:2/service/0", "redis+sentinel://app:***@s1:1,s2:2/service/0"),
        ("sqlite:////home/a@b/m.db", "sqlite:////home/a@b/m.db"),
        ("sqlite:///m.db", "sqlite:///m.db"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown_as: str) -> None:
    assert masked_url(url) == shown_as
    assert shown(StoreUrl(url)) == shown_as


def test_store_urls_compare_by_what_they_hide() -> None:
    assert StoreUrl("redis://:a@h") == StoreUrl("redis://:a@h")
    assert StoreUrl("redis://:a@h") != StoreUrl("redis://:b@h")
    assert len({StoreUrl("redis://:a@h"), StoreUrl("redis://:b@h")}) == 2
