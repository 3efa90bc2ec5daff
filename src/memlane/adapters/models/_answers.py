"""What every chat model asks of an answer, whichever API it came by."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from memlane.errors import MalformedOutputError, MemlaneError
from memlane.protocols.chat_model import Completion, Prompt

_FENCE: Final = "```"
_WORDS: Final = (
    "Answer with one JSON object and nothing else: no explanation, no code fence. It must be an instance of this "
    "JSON schema:"
)


@contextmanager
def understood(what: str) -> Generator[None]:
    """Raise what reading an answer may raise as `MalformedOutputError`."""
    try:
        yield
    except MemlaneError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, msgspec.MsgspecError) as exc:
        raise MalformedOutputError(f"{what} gave an answer that is not understood") from exc


def in_words(schema: dict[str, Any]) -> str:
    """Return how a model is asked to follow a schema where its server has no parameter for that."""
    return f"{_WORDS}\n{json.dumps(schema, ensure_ascii=False, sort_keys=True)}"


def with_words(system: str, schema: dict[str, Any] | None, *, unless: bool) -> str:
    """Return the system text, asking in words for the schema if there is one, unless a parameter does."""
    return system if schema is None or unless else "\n\n".join(text for text in (system, in_words(schema)) if text)


def without_fence(text: str) -> str:
    """Return the JSON object of an answer to `in_words`: models like to put a code fence or a greeting around it."""
    inner = text.partition(_FENCE)[2].partition(_FENCE)[0] if _FENCE in text else text
    first, last = inner.find("{"), inner.rfind("}")
    return inner[first : last + 1] if 0 <= first < last else text


def checked(completion: Completion, prompt: Prompt, what: str) -> Completion:
    """Return the answer if it is one.

    Raises:
        MalformedOutputError: it says nothing and gives no reason, or is not a JSON object where there is a schema.
    """
    if completion.stop == "refused" or completion.tool_calls:
        return completion
    if prompt.schema is not None:
        _check_object(completion, what)
    elif not completion.text and completion.stop == "end":
        raise MalformedOutputError(f"{what} gave an empty answer")
    return completion


def _check_object(completion: Completion, what: str) -> None:
    try:
        msgspec.json.decode(completion.text, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as exc:
        cut = "was cut at its longest and " if completion.stop == "length" else ""
        raise MalformedOutputError(f"the answer of {what} {cut}is not a JSON object") from exc


def tool_calls_stop(stop: str, calls: list[dict[str, Any]]) -> str:
    """Return why an answer ended, knowing that some servers say `stop` where a model calls tools."""
    return "tool_calls" if calls and stop == "end" else stop
