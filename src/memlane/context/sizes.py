"""How many tokens a model takes and gives, by its name.

Owns the table and how a name is read. A name that says nothing gives None, never a guess: an application's own sizes,
and those of a local server that was started with less than its model could take, come in by `sizes`.

The table has what is safe: where a provider limits the prompt more than prompt and answer together, the limit of the
prompt. It was checked against the one in litellm 1.106.2 and, of open models, against their cards. A version that is
not in it (`gpt-7`, `claude-opus-9`) is not known; a dated or tagged name of a known one is.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple


class Size(NamedTuple):
    """Tokens of a model: of prompt and answer together, and of the longest answer; None where there is no own limit."""

    context: int
    output: int | None = None


_K: Final = 1_024
_NO_SIZES: Final[Mapping[str, Size]] = {}
_SIZES: Final[Mapping[str, Size]] = {
    # OpenAI
    "gpt-3.5-turbo": Size(16_385, 4_096),
    "gpt-3.5-turbo-instruct": Size(4_096, 4_096),
    "gpt-35-turbo": Size(16_385, 4_096),
    "gpt-4": Size(8_192, 4_096),
    "gpt-4-0125-preview": Size(128_000, 4_096),
    "gpt-4-1106-preview": Size(128_000, 4_096),
    "gpt-4-32k": Size(32_768, 4_096),
    "gpt-4-turbo": Size(128_000, 4_096),
    "gpt-4.1": Size(1_047_576, 32_768),
    "gpt-4o": Size(128_000, 16_384),
    "gpt-4o-2024-05-13": Size(128_000, 4_096),
    "gpt-5": Size(272_000, 128_000),
    "gpt-5-chat": Size(128_000, 16_384),
    "gpt-5.1": Size(272_000, 128_000),
    "gpt-5.1-chat": Size(128_000, 16_384),
    "gpt-5.2": Size(272_000, 128_000),
    "gpt-5.2-chat": Size(128_000, 16_384),
    "gpt-5.3-chat": Size(128_000, 16_384),
    "gpt-5.3-codex": Size(272_000, 128_000),
    "gpt-5.4": Size(922_000, 128_000),
    "gpt-5.4-mini": Size(272_000, 128_000),
    "gpt-5.4-nano": Size(272_000, 128_000),
    "gpt-5.5": Size(922_000, 128_000),
    "gpt-5.6": Size(922_000, 128_000),
    "gpt-5.6-cyber": Size(272_000, 128_000),
    "gpt-6-astra": Size(922_000, 128_000),
    "gpt-6-luna": Size(922_000, 128_000),
    "gpt-6-sol": Size(922_000, 128_000),
    "gpt-6.1-sol": Size(922_000, 128_000),
    "gpt-oss": Size(131_072, 65_536),
    "o1": Size(200_000, 100_000),
    "o1-mini": Size(128_000, 65_536),
    "o1-preview": Size(128_000, 32_768),
    "o3": Size(200_000, 100_000),
    "o4-mini": Size(200_000, 100_000),
    # Anthropic
    "claude-3-haiku": Size(200_000, 4_096),
    "claude-3-opus": Size(200_000, 4_096),
    "claude-3-sonnet": Size(200_000, 4_096),
    "claude-3-5": Size(200_000, 8_192),
    "claude-3-7": Size(200_000, 64_000),
    "claude-fable-5": Size(1_000_000, 128_000),
    "claude-fable-5-1": Size(1_000_000, 128_000),
    "claude-haiku-4-5": Size(200_000, 64_000),
    "claude-haiku-5-5": Size(1_000_000, 128_000),
    "claude-mythos-5": Size(1_000_000, 128_000),
    "claude-mythos-5-1": Size(1_000_000, 128_000),
    "claude-opus-4": Size(200_000, 32_000),
    "claude-opus-4-1": Size(200_000, 32_000),
    "claude-opus-4-5": Size(200_000, 64_000),
    "claude-opus-4-6": Size(1_000_000, 128_000),
    "claude-opus-4-7": Size(1_000_000, 128_000),
    "claude-opus-4-8": Size(1_000_000, 128_000),
    "claude-opus-5": Size(1_000_000, 128_000),
    "claude-opus-5-5": Size(1_000_000, 128_000),
    "claude-sonnet-4": Size(200_000, 64_000),
    "claude-sonnet-4-5": Size(200_000, 64_000),
    "claude-sonnet-4-6": Size(1_000_000, 128_000),
    "claude-sonnet-5": Size(1_000_000, 128_000),
    "claude-sonnet-5-5": Size(1_000_000, 128_000),
    # Open models
    "codellama": Size(16 * _K),
    "command-a": Size(128_000, 8_000),
    "command-r": Size(128_000, 4_000),
    "deepseek-chat": Size(128_000, 8_192),
    "deepseek-r1": Size(64_000),
    "deepseek-reasoner": Size(128_000, 65_536),
    "deepseek-v3": Size(64_000),
    "deepseek-v3.1": Size(128_000),
    "deepseek-v3.2": Size(128_000),
    "gemma": Size(8 * _K),
    "gemma-2": Size(8 * _K),
    "gemma-3": Size(32 * _K),
    "gemma-3-4b": Size(128_000),
    "gemma-3-12b": Size(128_000),
    "gemma-3-27b": Size(128_000),
    "llama-2": Size(4 * _K),
    "llama-3": Size(8 * _K),
    "llama-3.1": Size(128_000),
    "llama-3.2": Size(128_000),
    "llama-3.3": Size(128_000),
    "llama-4-maverick": Size(1_000_000),
    "ministral": Size(128_000),
    "mistral-7b": Size(32 * _K),
    "mistral-large": Size(128_000),
    "mistral-medium": Size(128_000),
    "mistral-nemo": Size(128_000),
    "mistral-small": Size(32_000),
    "mixtral-8x7b": Size(32 * _K),
    "mixtral-8x22b": Size(64 * _K),
    "phi-3-medium-4k": Size(4 * _K),
    "phi-3-medium-128k": Size(128_000),
    "phi-3-mini-4k": Size(4 * _K),
    "phi-3-mini-128k": Size(128_000),
    "phi-3.5": Size(128_000),
    "phi-4": Size(16 * _K),
    "phi-4-mini": Size(128_000),
    "qwen-2": Size(32 * _K),
    "qwen-2.5": Size(32 * _K),
    "qwen-3": Size(32 * _K),
    "qwen-3-coder": Size(256 * _K),
    "qwq": Size(32 * _K),
    "tinyllama": Size(2 * _K),
}

_WORD: Final = re.compile(r"[a-z]+|\d+(?:\.\d+)*[a-z]?[a-z0-9]*")
_LONGEST_NAME: Final = 2_048


def context_size(model: str, sizes: Mapping[str, Size] = _NO_SIZES) -> int | None:
    """Return how many tokens prompt and answer may come to together; None when that is not known.

    Args:
        model: A model's name, however it is written: `gpt-4o-2024-08-06`, `openai/gpt-4o`, `anthropic:claude-opus-4-1`,
            `us.anthropic.claude-sonnet-4-20250514-v1:0`, `llama3.1:8b`, `openai+http://127.0.0.1:11434/v1#qwen3:8b`, an
            Azure deployment with the name in its own (`my-gpt-4o-prod`).
        sizes: Sizes by name, or by part of a name in whole words, which go before those that are known.
    """
    size = _size(model, sizes)
    return size.context if size else None


def output_size(model: str, sizes: Mapping[str, Size] = _NO_SIZES) -> int | None:
    """Return how long an answer may be at most, in tokens; None when that is not known; arguments as `context_size`."""
    size = _size(model, sizes)
    return size.output if size else None


def _size(model: str, sizes: Mapping[str, Size]) -> Size | None:
    if model in sizes:
        return sizes[model]
    words = _words(model.rpartition("#")[2])
    for table in (sizes, _SIZES):
        names = [name for name in table if _holds(words, _words(name))]
        if names:
            return table[max(names, key=lambda name: len(_words(name)))]
    return None


def _words(name: str) -> list[str]:
    """Return the letters and versions in a name; Anthropic's versions are written with dots elsewhere."""
    lowered = name[:_LONGEST_NAME].lower()
    return _WORD.findall(lowered.replace(".", "-") if "claude" in lowered else lowered)


def _holds(words: list[str], wanted: list[str]) -> bool:
    """Whether words stand together in a name, and the version they end in does not go on."""
    ends = (at + len(wanted) for at in range(len(words)) if words[at : at + len(wanted)] == wanted)
    return bool(wanted) and any(not _goes_on(words[end:], wanted[-1]) for end in ends)


def _goes_on(rest: Iterable[str], last: str) -> bool:
    following = next(iter(rest), "")
    return last.isdecimal() and following.isdecimal() and len(following) == 1
