"""What docstrings say of a record and its fields: the only place where that is written down."""

import inspect
import re

_SECTION = re.compile(r"^(Attributes|Raises|Args|Returns|Example)s?:\s*$")
_FIELD = re.compile(r"^    (\w+): (.*)$")


def about(docstring: str | None) -> str:
    """Return what a docstring says before its first section, its lines joined to paragraphs."""
    lines: list[str] = []
    for line in inspect.cleandoc(docstring or "").splitlines():
        if _SECTION.match(line):
            break
        lines.append(line)
    paragraphs = "\n".join(lines).strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())


def fields(docstring: str | None) -> dict[str, str]:
    """Return what the section `Attributes` says of each field, in one line each."""
    found: dict[str, str] = {}
    name, inside = "", False
    for line in inspect.cleandoc(docstring or "").splitlines():
        if section := _SECTION.match(line):
            inside, name = section[1] == "Attributes", ""
        elif inside and (field := _FIELD.match(line)):
            name = field[1]
            found[name] = field[2].strip()
        elif inside and name and line.strip():
            found[name] += f" {line.strip()}"
    return found


def described(kind: type) -> tuple[str, dict[str, str]]:
    """Return what is said of a record and of its fields, those of its bases included."""
    of_fields: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        of_fields |= fields(base.__dict__.get("__doc__"))
    return about(kind.__doc__), of_fields
