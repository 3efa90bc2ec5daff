import sys
from datetime import timedelta

import pytest

from memlane.adapters.embedders import openai
from memlane.adapters.embedders.openai import AzureOpenAIServer, OpenAIEmbedder, OpenAIServer
from memlane.errors import MissingExtraError, SettingError

ACCESS = OpenAIServer(api_key="sk-secret", base_url="http://127.0.0.1:1/v1", timeout=timedelta(seconds=1))


def batches(texts: list[str], max_tokens: int = 8_191) -> list[list[str]]:
    return list(openai._batches(texts, max_tokens))


def test_batches_hold_at_most_256_texts() -> None:
    assert [len(batch) for batch in batches(["text"] * 600)] == [256, 256, 88]


def test_batches_hold_at_most_250_000_tokens() -> None:
    assert [len(batch) for batch in batches(["x" * 5_000] * 120)] == [50, 50, 20]


def test_a_text_that_may_be_too_long_stands_alone() -> None:
    assert batches(["a", "b" * 11, "c", "d"], max_tokens=10) == [["a"], ["b" * 11], ["c", "d"]]


def test_no_texts_make_no_batch() -> None:
    assert batches([]) == []


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\0", "\0 \0", "\u3000\u2003"])
def test_a_text_with_nothing_to_see_is_sent_as_a_full_stop(blank: str) -> None:
    assert openai._cut_to(blank, 8_191) == "."


@pytest.mark.parametrize("text", ["a", " a\0b ", "x" * 8_191, "é" * 4_095, "😀"])
def test_a_text_that_no_tokenizer_can_make_too_long_is_sent_whole(text: str) -> None:
    assert openai._cut_to(text, 8_191) == text


def test_a_long_text_is_cut_a_quarter_below_the_limit() -> None:
    cut = openai._cut_to("word " * 3_000, 1_000)
    assert cut.split() == ["word"] * 750


@pytest.mark.parametrize(
    "text", ["日本" * 5_000, "😀" * 5_000, "x" * 50_000, "12 " * 9_000, "a\n" * 9_000, "é" * 9_000]
)
def test_the_head_of_a_long_text_stays(text: str) -> None:
    cut = openai._cut_to(text, 1_000)
    assert text.startswith(cut)
    assert 500 <= len(cut) < len(text)


def test_a_lone_surrogate_is_replaced_because_it_cannot_be_sent() -> None:
    assert openai._cut_to("a\ud800b", 8_191) == "a?b"


@pytest.mark.parametrize(
    ("model", "dimension", "identity"),
    [
        ("text-embedding-3-small", None, "openai:text-embedding-3-small/1536/8191"),
        ("text-embedding-3-large", 256, "openai:text-embedding-3-large/256/8191"),
        ("text-embedding-ada-002", None, "openai:text-embedding-ada-002/1536/8191"),
        ("BAAI/bge-m3", 1_024, "openai:BAAI/bge-m3/1024/8191"),
        ("my model+", 8, "openai:my+20model+2b/8/8191"),
    ],
)
def test_the_identity_names_model_dimension_and_limit(model: str, dimension: int | None, identity: str) -> None:
    assert OpenAIEmbedder(ACCESS, model=model, dimension=dimension).identity == identity


@pytest.mark.parametrize(
    ("model", "dimension"),
    [
        ("text-embedding-3-small", 1_537),
        ("text-embedding-3-small", 0),
        ("text-embedding-ada-002", 256),
        ("unheard-of", None),
        ("unheard-of", -1),
        ("m" * 200, 8),
    ],
)
def test_an_impossible_choice_is_refused_at_once(model: str, dimension: int | None) -> None:
    with pytest.raises(SettingError):
        OpenAIEmbedder(ACCESS, model=model, dimension=dimension)


def test_neither_key_nor_token_provider_is_in_a_repr() -> None:
    azure = AzureOpenAIServer(endpoint="http://127.0.0.1:1", deployment="d", api_key="sk-secret")
    assert "secret" not in f"{ACCESS} {azure} {OpenAIEmbedder(ACCESS)}"


@pytest.mark.parametrize(
    "access",
    [
        OpenAIServer(),
        OpenAIServer(api_key=""),
        AzureOpenAIServer(endpoint="http://127.0.0.1:1", deployment="d"),
        AzureOpenAIServer(endpoint="http://127.0.0.1:1", deployment="d", api_key="k", token_provider=lambda: "t"),
    ],
)
async def test_missing_or_double_credentials_are_refused(access: OpenAIServer | AzureOpenAIServer) -> None:
    with pytest.raises(SettingError, match="key"):
        await OpenAIEmbedder(access).embed(["text"], purpose="query")


@pytest.mark.parametrize(
    ("access", "extra"),
    [(ACCESS, "openai"), (AzureOpenAIServer(endpoint="http://127.0.0.1:1", deployment="d", api_key="k"), "azure")],
)
async def test_without_the_package_the_pip_line_is_named(
    access: OpenAIServer | AzureOpenAIServer, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'memlane\[{extra}\]'"):
        await OpenAIEmbedder(access).embed(["text"], purpose="query")
