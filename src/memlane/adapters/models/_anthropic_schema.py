"""JSON schemas of the kind that Anthropic takes: the shape only, what else they say put into descriptions."""

from typing import Any, cast


def shape_only(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return a schema as Anthropic's package transforms it; None for one that it cannot, such as one without types."""
    import anthropic  # noqa: PLC0415 - whoever sends a request has imported it

    try:
        return anthropic.transform_schema(cast("dict[str, Any]", _one_type_each(schema)))
    except (ValueError, TypeError, AttributeError, AssertionError):
        return None


def _one_type_each(schema: object) -> object:
    """Return a schema in which several types of one place are alternatives, as the package wants them."""
    if isinstance(schema, list):
        return [_one_type_each(item) for item in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    held = {name: _one_type_each(value) for name, value in cast("dict[str, object]", schema).items()}
    kinds = held.get("type")
    if not isinstance(kinds, list):
        return held
    beside = {name: held.pop(name) for name in ("title", "description") if name in held}
    return {**beside, "anyOf": [_of_type(held, kind) for kind in cast("list[object]", kinds)]}


def _of_type(schema: dict[str, object], kind: object) -> dict[str, object]:
    return {"type": kind} if kind == "null" else {**schema, "type": kind}
