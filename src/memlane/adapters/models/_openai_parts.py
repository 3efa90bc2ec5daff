"""What both of OpenAI's APIs for chat models share."""

from contextlib import AbstractContextManager
from typing import Any

from memlane.adapters._drivers.openai import translate_errors
from memlane.adapters.models._strictness import allows_strict
from memlane.errors import ModelRateLimitError, ModelRefusedError, ModelUnavailableError


def named_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema as OpenAI wants it: named, and enforced to the letter where it can be."""
    return {"name": "answer", "schema": schema, "strict": allows_strict(schema)}


def model_errors(what: str) -> AbstractContextManager[None]:
    """Raise errors of the package as those of a chat model."""
    return translate_errors(
        what, failed=ModelRefusedError, unavailable=ModelUnavailableError, limited=ModelRateLimitError
    )
