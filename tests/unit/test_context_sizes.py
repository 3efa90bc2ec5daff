"""A model's size is known by its name however it is written, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.context.sizes import Size, context_size, output_size


@pytest.mark.parametrize(
    ("model", "context", "output"),
    [
        ("gpt-4o", 128_000, 16_384),
        ("gpt-4o-2024-05-13", 128_000, 4_096),
        ("gpt-4o-mini-2024-07-18", 128_000, 16_384),
        ("GPT-4o", 128_000, 16_384),
        ("openai:gpt-4.1-nano", 1_047_576, 32_768),
        ("openai-responses:o4-mini-2025-04-16", 200_000, 100_000),
        ("openai/gpt-4-turbo", 128_000, 4_096),
        ("gpt-4", 8_192, 4_096),
        ("gpt-4-0613", 8_192, 4_096),
        ("gpt-4-32k-0613", 32_768, 4_096),
        ("gpt-35-turbo", 16_385, 4_096),
        ("gpt-5.4-mini-2026-03-17", 272_000, 128_000),
        ("gpt-5-chat-latest", 128_000, 16_384),
        ("azure:my-gpt-4o-prod", 128_000, 16_384),
        ("azure:gpt4o", 128_000, 16_384),
        ("gpt-4o-2", 128_000, 16_384),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc123", 128_000, 16_384),
        ("anthropic:claude-sonnet-4-20250514", 200_000, 64_000),
        ("claude-sonnet-4-5", 200_000, 64_000),
        ("claude-sonnet-5-5", 1_000_000, 128_000),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", 200_000, 32_000),
        ("anthropic/claude-3.5-sonnet", 200_000, 8_192),
        ("claude-3-5-haiku@20241022", 200_000, 8_192),
        ("openai+http://127.0.0.1:11434/v1#llama3.1:8b", 128_000, None),
        ("llama3:70b", 8_192, None),
        ("meta-llama/Llama-3.3-70B-Instruct", 128_000, None),
        ("Meta-Llama-3-8B-Instruct.Q4_K_M.gguf", 8_192, None),
        ("qwen3:8b", 32_768, None),
        ("Qwen/Qwen2.5-7B-Instruct", 32_768, None),
        ("gemma3:1b", 32_768, None),
        ("gemma3:27b", 128_000, None),
        ("mixtral:8x7b", 32_768, None),
        ("phi4-mini", 128_000, None),
        ("deepseek-r1:14b", 64_000, None),
        ("gpt-oss:20b", 131_072, 65_536),
        ("accounts/fireworks/models/llama-3.1-405b", 128_000, None),
    ],
)
def test_names_in_every_spelling_are_understood(model: str, context: int | None, output: int | None) -> None:
    assert (context_size(model), output_size(model)) == (context, output)


@pytest.mark.parametrize(
    "model",
    [
        "",
        "gpt",
        "gpt-7",
        "gpt-4z",
        "gpt-5.9",
        "gpt-4-1",
        "claude",
        "claude-sonnet-4-9",
        "claude-opus-9",
        "llama3.7",
        "my-deployment",
        "demo3",
        "foo-1",
        "text-embedding-3-small",
        "http://gpt-4o.example/v1#local-model",
    ],
)
def test_a_name_that_says_nothing_or_a_version_that_is_not_known_gives_none(model: str) -> None:
    assert (context_size(model), output_size(model)) == (None, None)


def test_sizes_of_ones_own_go_before_those_that_are_known() -> None:
    own = {"llama3.1": Size(4_096, 512), "my-deployment": Size(9_999)}
    assert context_size("openai+http://127.0.0.1:11434/v1#llama3.1:8b", own) == 4_096
    assert output_size("llama3.1:8b", own) == 512
    assert context_size("my-deployment", own) == 9_999
    assert context_size("azure:my-deployment-2", own) == 9_999
    assert output_size("my-deployment", own) is None
    assert context_size("gpt-4o", own) == 128_000


@given(st.text(max_size=200))
def test_any_name_gives_a_size_or_none(model: str) -> None:
    size = context_size(model)
    assert size is None or size >= 2_048
