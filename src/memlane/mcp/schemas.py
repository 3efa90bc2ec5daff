"""JSON schemas of what tools take and give, made from the structs themselves."""

from typing import Any, cast

import msgspec

_REF = "#/$defs/"


def schema_taken(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schema of a tool's arguments: no references, no nulls, which some clients and models do not take.

    A null is understood nevertheless: it counts as absent.
    """
    schema, defs = _parts(kind)
    return cast("dict[str, Any]", _without_null(_inlined(schema, defs)))


def schema_given(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schema of a tool's structured output: an object, with its records under `$defs`."""
    schema, defs = _parts(kind)
    return {**schema, "$defs": defs} if defs else schema


def _parts(kind: type[msgspec.Struct]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of a struct, and those of the structs in it, each described by one line."""
    _, defs = msgspec.json.schema_components((kind,), ref_template=_REF + "{name}")
    short = {name: _described_shortly(schema) for name, schema in defs.items()}
    return short.pop(kind.__name__), short


def _described_shortly(schema: dict[str, Any]) -> dict[str, Any]:
    about = schema.get("description", "")
    return {**schema, "description": about.split("\n", 1)[0]} if about else schema


def _inlined(schema: Any, defs: dict[str, Any]) -> Any:
    """Return a schema with what it refers to in its place; the structs of arguments do not hold themselves."""
    if isinstance(schema, list):
        return [_inlined(item, defs) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    fields = cast("dict[str, Any]", schema)
    if "$ref" in fields:
        return _inlined(defs[fields["$ref"].removeprefix(_REF)], defs)
    return {name: _inlined(value, defs) for name, value in fields.items()}


def _without_null(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_null(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in cast("dict[str, Any]", schema).items() if (name, value) != ("default", None)}
    options = [option for option in kept.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1 and len(kept["anyOf"]) > 1:
        del kept["anyOf"]
        kept = {**options[0], **kept}
    typed = {"type": "string", **kept} if _is_choice(kept.get("enum")) else kept
    return {name: _without_null(value) for name, value in typed.items()}


def _is_choice(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in cast("list[Any]", values))
