"""Which counter a name or a model gets; tiktoken without its data never stands in the way."""

import pytest
import tiktoken

from memlane.adapters.counters import tiktoken as module
from memlane.adapters.counters.estimate import EstimateCounter
from memlane.errors import SettingError
from memlane.wiring.counters import counter_for, open_counter


@pytest.fixture(autouse=True)
def no_data(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ("openai:gpt-4o", "estimate"),
        ("openai:gpt-5.4-mini", "estimate"),
        ("openai-responses:o4-mini", "estimate"),
        ("openai:gpt-9-nova", "estimate"),
        ("openai:ft:gpt-4o-mini-2024-07-18:acme::x1", "estimate"),
        ("openai:gpt-4", "estimate:cl100k"),
        ("openai:gpt-3.5-turbo-0125", "estimate:cl100k"),
        ("openai:gpt-4.1", "estimate"),
        ("azure:my-gpt-4o-prod", "estimate"),
        ("azure:chat", "estimate"),
        ("azure:prod-gpt-35-turbo", "estimate:cl100k"),
        ("azure:prod-gpt-4-1", "estimate"),
        ("azure:prod-gpt-4", "estimate:cl100k"),
        ("anthropic:claude-sonnet-4-5", "estimate:claude"),
        ("anthropic+http://127.0.0.1:1/v1#claude-x", "estimate:claude"),
        ("anthropic-compatible:qwen3", "estimate:generic"),
        ("openrouter:anthropic/claude-3.5-sonnet", "estimate:claude"),
        ("openai+http://127.0.0.1:11434/v1#llama3.1:8b", "estimate:generic"),
        ("openai-compatible:mistral-7b", "estimate:generic"),
        ("openai-compatible:gpt-oss:20b", "estimate"),
        ("gpt-oss:20b", "estimate"),
        ("gpt-4o", "estimate"),
        ("llama3:8b", "estimate:generic"),
        ("script", "estimate:generic"),
        ("", "estimate:generic"),
    ],
)
def test_a_model_is_counted_by_the_estimate_of_its_family(identity: str, name: str) -> None:
    assert counter_for(identity).name == name
    assert not counter_for(identity).exact


@pytest.mark.parametrize(
    ("identity", "encoding"),
    [
        ("openai:gpt-4o-2024-08-06", "o200k_base"),
        ("azure:gpt-35-turbo", "cl100k_base"),
        ("openai+http://127.0.0.1:4000#gpt-4o", "o200k_base"),
        ("openai:ft:gpt-4o-mini-2024-07-18:acme::x1", "o200k_base"),
    ],
)
def test_with_its_data_tiktoken_counts_where_the_encoding_is_known_for_sure(
    identity: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks = {bytes([number]): number for number in range(256)}
    made = tiktoken.Encoding(name=encoding, pat_str=r"\S+|\s+", mergeable_ranks=ranks, special_tokens={})
    monkeypatch.setattr(module, "_load", lambda name: made if name == encoding else None)
    assert (counter_for(identity).name, counter_for(identity).exact) == (f"tiktoken:{encoding}", True)
    assert not counter_for("anthropic:claude-sonnet-4-5").exact


def test_names_are_understood_and_a_counter_is_returned_as_it_is() -> None:
    counter = EstimateCounter()
    assert open_counter(counter) is counter
    names = [
        "estimate",
        "estimate:o200k",
        "estimate:claude",
        "auto",
        "auto:anthropic:claude-opus-5",
        "auto:openai:gpt-4",
    ]
    assert [open_counter(name).name for name in names] == [
        "estimate",
        "estimate",
        "estimate:claude",
        "estimate",
        "estimate:claude",
        "estimate:cl100k",
    ]


@pytest.mark.parametrize("name", ["", "guess", "estimate:", "tiktoken", "tiktoken:", "words:auto"])
def test_a_name_that_is_not_understood_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(SettingError, match="there are: auto, auto:<model>, estimate"):
        open_counter(name)


def test_an_unknown_family_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingError, match="o200k, cl100k, claude, generic"):
        open_counter("estimate:gemini")


def test_asked_for_by_name_tiktoken_without_data_is_an_error() -> None:
    with pytest.raises(SettingError, match="TIKTOKEN_CACHE_DIR"):
        open_counter("tiktoken:o200k_base")
