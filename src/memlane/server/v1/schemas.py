"""JSON Schemas of the records, as msgspec gives them, with the words of their docstrings."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, get_args

import msgspec

from memlane.server.v1.describing import described

_REFERENCE = "#/components/schemas/{name}"
Schema = dict[str, Any]


class Schemas:
    """The schemas of types, and the components that they refer to."""

    def __init__(self, types: Iterable[Any]) -> None:
        """Make the schemas of all of `types` together."""
        wanted = list(dict.fromkeys(types))
        made, self.components = msgspec.json.schema_components(wanted, ref_template=_REFERENCE)
        self._by_type = dict(zip(map(repr, wanted), made, strict=True))
        records = _records(wanted)
        for name, schema in self.components.items():
            if name in records:
                _describe(schema, records[name])

    def of(self, kind: Any) -> Schema:
        """Return the schema of one of the types."""
        return self._by_type[repr(kind)]


def parameters_of(kind: type[msgspec.Struct]) -> list[tuple[str, bool, Schema]]:
    """Return the query parameters of a record: name, whether it must be there, and schema; absent ones are no null."""
    _, components = msgspec.json.schema_components([kind], ref_template=_REFERENCE)
    schema = components[kind.__name__]
    _describe(schema, kind)
    required: list[str] = schema["required"]
    return [(name, name in required, _present(given)) for name, given in schema["properties"].items()]


def _describe(schema: Schema, kind: type) -> None:
    said, of_fields = described(kind)
    schema["description"] = said
    times = {field.encode_name for field in msgspec.structs.fields(kind) if _is_time(field.type)}
    for name, field in schema.get("properties", {}).items():
        if name in of_fields:
            field["description"] = of_fields[name]
        if name in times:
            text = next(arm for arm in field.get("anyOf", [field]) if arm["type"] == "string")
            text["format"] = "date-time"


def _is_time(annotation: Any) -> bool:
    return annotation is datetime or datetime in get_args(annotation)


def _present(schema: Schema) -> Schema:
    """Return a schema without null, which a query cannot say."""
    kept = {name: value for name, value in schema.items() if not (name == "default" and value is None)}
    if "anyOf" in kept:
        arms = [arm for arm in kept.pop("anyOf") if arm != {"type": "null"}]
        kept |= arms[0] if len(arms) == 1 else {"anyOf": arms}
    return kept


def _records(types: Iterable[Any]) -> dict[str, type]:
    """Return every record that is reached from types, by name."""
    found: dict[str, type] = {}
    waiting: list[Any] = [msgspec.inspect.type_info(kind) for kind in types]
    while waiting:
        info = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls.__name__ in found:
                continue
            found[info.cls.__name__] = info.cls
            waiting += [field.type for field in info.fields]
        waiting += _inner(info)
    return found


def _inner(info: Any) -> list[Any]:
    """Return the types inside of a type that is no record."""
    return [
        *getattr(info, "types", ()),
        *(getattr(info, name) for name in ("item_type", "key_type", "value_type", "type") if hasattr(info, name)),
    ]
