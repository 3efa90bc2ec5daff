"""Which JSON schemas OpenAI enforces to the letter (`strict`).

Owns that one question; source: OpenAI's guide to structured outputs. A schema beyond it is sent without `strict`.
"""

from collections.abc import Iterator
from typing import Any, Final, cast

_KEYWORDS: Final = frozenset(
    {
        "type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "$defs",
        "definitions", "title", "description", "pattern", "format", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
    }
)  # fmt: skip
_MAPS: Final = ("properties", "$defs", "definitions")
_MOST_LEVELS: Final = 10


def allows_strict(schema: dict[str, Any]) -> bool:
    """Say whether OpenAI takes a schema with `strict`: an object whose objects are all closed, all fields required."""
    return schema.get("type") == "object" and _is_strict(schema, _MOST_LEVELS)


def _is_strict(schema: object, levels: int) -> bool:
    if not isinstance(schema, dict) or not levels:
        return False
    held = cast("dict[str, Any]", schema)
    if not held.keys() <= _KEYWORDS or ("type" not in held and not {"anyOf", "$ref", "enum", "const"} & held.keys()):
        return False
    if _is_object(held) and not _is_closed(held):
        return False
    return all(_is_strict(inner, levels - 1) for inner in _inner(held))


def _is_object(schema: dict[str, Any]) -> bool:
    kind = schema.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _is_closed(schema: dict[str, Any]) -> bool:
    properties: dict[str, Any] = schema.get("properties", {})
    return schema.get("additionalProperties") is False and set(schema.get("required", ())) == set(properties)


def _inner(schema: dict[str, Any]) -> Iterator[object]:
    for name in _MAPS:
        yield from schema.get(name, {}).values()
    yield from schema.get("anyOf", ())
    if "items" in schema:
        yield schema["items"]
