"""Write the reference that is made from the code, in `docs/reference`: `cli.md`, `settings.md` and `openapi.json`.

    python docs/generate.py

`tests/docs` compares the pages with what this would write.
"""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from memlane.cli.application import command
from memlane.cli.exit_codes import MEANINGS
from memlane.cli.main import main as run_memlane
from memlane.server.v1.explained import document_text
from memlane.wiring.settings import Settings
from memlane.wiring.settings_entries import ENTRIES, FILE_SUFFIX, Entry

REFERENCE = Path(__file__).parent / "reference"
_GENERATED = "<!-- Written by docs/generate.py: change the code, then run `make docs`. -->"
_WIDTH = "100"
_CLI = """\
# The command line

Every command says what went wrong in one line on standard error and ends with an exit code:

| code | meaning |
|---|---|
"""
_SETTINGS = """\
# Settings

They are for the command line; the library takes arguments. Each value is taken from the first that has it:

1. the command's options;
2. the environment, two underscores between levels; an empty variable counts as absent;
3. `memlane.toml` in the working directory (or the file that `--config` names), else in `$XDG_CONFIG_HOME/memlane`;
4. the default.

A name that is not known is an error. `memlane config show` prints every value and where it comes from; passwords in
URLs are masked wherever they are shown.

"""
_SETTINGS_END = """
Durations are numbers of seconds or text: `250 ms`, `90 s`, `15 min`, `1 h`, `30 d`, `2 w`. Sizes are numbers of bytes
or text: `64 KiB`, `512 MiB`, `1 GiB`.

As `memlane.toml`:

```toml
[store]
url = "redis://localhost:6379/0"
memories_url = "sqlite:///memories.db"
session_ttl = "1 h"

[embedder]
name = "local"

[model]
name = "openai+http://localhost:11434/v1#llama3.1"
context_tokens = 32000

[work]
quiet = "2 min"
compact_after_messages = 200
daily_tokens_per_tenant = "never"
```
"""


def pages() -> dict[Path, str]:
    """Return the text of every generated page, by its path."""
    return {
        REFERENCE / "cli.md": _cli_page(),
        REFERENCE / "settings.md": _settings_page(),
        REFERENCE / "openapi.json": document_text(),
    }


def _cli_page() -> str:
    codes = "".join(f"| {code.value} | {meaning} |\n" for code, meaning in MEANINGS.items())
    helps = "".join(
        f"\n## `{' '.join(path)}`\n\n```text\n{_help(path)}```\n" for path in _paths(command(), ("memlane",))
    )
    return f"{_GENERATED}\n{_CLI}{codes}{helps}"


def _paths(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the path of a command and of all under it."""
    yield path
    for name, inner in getattr(group, "commands", {}).items():
        yield from _paths(inner, (*path, name))


def _help(path: tuple[str, ...]) -> str:
    printed = io.StringIO()
    os.environ["COLUMNS"] = _WIDTH
    with contextlib.redirect_stdout(printed):
        run_memlane([*path[1:], "--help"])
    return "\n".join(line.rstrip() for line in printed.getvalue().splitlines()) + "\n"


def _settings_page() -> str:
    head = "| setting | environment | default | meaning |\n|---|---|---|---|\n"
    return f"{_GENERATED}\n{_SETTINGS}{head}{''.join(map(_row, ENTRIES))}{_SETTINGS_END}"


def _row(entry: Entry) -> str:
    default = entry.show(Settings().value(entry.name))
    variables = [entry.variable, entry.variable + FILE_SUFFIX] if entry.secret else [entry.variable]
    quoted = ", ".join(f"`{variable}`" for variable in variables)
    return f"| `{entry.name}` | {quoted} | {f'`{default}`' if default else ''} | {entry.about} |\n"


def main() -> None:
    """Write all pages."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
