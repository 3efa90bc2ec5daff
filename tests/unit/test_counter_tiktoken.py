"""The exact counter with an encoding of one token a byte, made with the package; it needs no data."""

import socket
import sys
import tempfile
from pathlib import Path

import pytest
import tiktoken

from memlane.adapters.counters import tiktoken as module
from memlane.adapters.counters.tiktoken import TiktokenCounter, encoding_for
from memlane.errors import MissingExtraError, SettingError

BYTES = tiktoken.Encoding(
    name="bytes",
    pat_str=r" ?\p{L}+|\s+(?!\S)|\s+|[^\s\p{L}]+",
    mergeable_ranks={bytes([number]): number for number in range(256)} | {b"ab": 256},
    special_tokens={"<|endoftext|>": 257},
)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something tried to connect")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abab", 2), ("ba", 2), ("é", 2), ("😀", 4), ("\0", 1)])
def test_tokens_are_those_of_the_encoding(text: str, tokens: int) -> None:
    assert TiktokenCounter(BYTES).count(text) == tokens


def test_a_special_token_in_a_text_is_text() -> None:
    assert TiktokenCounter(BYTES).count("<|endoftext|>") == len("<|endoftext|>")


def test_a_lone_surrogate_is_counted() -> None:
    assert TiktokenCounter(BYTES).count("a\ud800") > 1


@pytest.mark.parametrize("unit", [" ", "\n", "ab ", "x", "日本 "])
def test_a_long_text_is_counted_in_parts_that_add_up(unit: str) -> None:
    text = unit * (2**20 // len(unit))
    tokens = {" ": 2**20, "\n": 2**20, "ab ": 2 * (2**20 // 3), "x": 2**20, "日本 ": 7 * (2**20 // 3)}
    assert TiktokenCounter(BYTES).count(text) == tokens[unit]


def test_a_long_text_is_cut_only_before_a_space_between_words() -> None:
    text = "one two, three\n  four " * 30_000
    parts = module._parts(text)
    assert "".join(parts) == text
    assert len(parts) > 5
    assert all(part[0] == " " and part[1] != " " for part in parts[1:])


def test_the_name_names_the_encoding() -> None:
    assert TiktokenCounter(BYTES).name == "tiktoken:bytes"
    assert TiktokenCounter(BYTES).exact


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_without_the_data_it_refuses_and_says_how_to_provide_it(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    with pytest.raises(SettingError, match=rf"{encoding} is not there.*TIKTOKEN_CACHE_DIR"):
        TiktokenCounter(encoding)


@pytest.mark.usefixtures("no_network")
def test_damaged_data_is_refused_and_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"  # what the package calls its copy
    file.write_bytes(b"damaged")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    with pytest.raises(SettingError, match="damaged"):
        TiktokenCounter("o200k_base")
    assert file.read_bytes() == b"damaged"


@pytest.mark.usefixtures("no_network")
def test_an_empty_variable_is_refused_because_it_means_downloading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    with pytest.raises(SettingError, match="empty"):
        TiktokenCounter("o200k_base")


@pytest.mark.usefixtures("no_network")
def test_the_data_is_looked_for_where_the_package_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", str(tmp_path / "gym"))
    with pytest.raises(SettingError, match="gym"):
        TiktokenCounter("o200k_base")
    monkeypatch.delenv("DATA_GYM_CACHE_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SettingError, match="data-gym-cache"):
        TiktokenCounter("o200k_base")


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(SettingError, match="o200k_base, cl100k_base"):
        TiktokenCounter("p50k_base")


def test_without_the_package_the_pip_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'memlane\[tiktoken\]'"):
        TiktokenCounter("o200k_base")


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("chatgpt-4o-latest", "o200k_base"),
        ("gpt-4.1-nano", "o200k_base"),
        ("gpt-5.1", "o200k_base"),
        ("gpt-5-mini", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("o4-mini-2025-04-16", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("gpt-4-turbo-2024-04-09", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("text-embedding-3-small", "cl100k_base"),
        ("claude-sonnet-4", None),
        ("gpt-6", None),
        ("gpt-oss-20b", None),
        ("my-gpt-4o", None),
        ("", None),
    ],
)
def test_only_models_that_are_known_have_an_encoding(model: str, encoding: str | None) -> None:
    assert encoding_for(model) == encoding
