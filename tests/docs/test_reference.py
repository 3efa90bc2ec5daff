"""The generated pages are those that the code makes; every command, setting and operation is on them."""

import importlib.util
import json
from pathlib import Path

import pytest

from memlane.cli.application import command
from memlane.server.v1.catalogue import OPERATIONS
from memlane.wiring.settings_entries import ENTRIES

ROOT = Path(__file__).parents[2]


def generated() -> dict[Path, str]:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


def test_the_pages_are_those_that_the_code_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")  # generate sets it; what it was comes back
    for path, text in generated().items():
        assert path.read_text("utf-8") == text, f"{path.name} is out of date; run: make docs"


def test_every_command_and_setting_is_documented() -> None:
    cli = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    settings = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    assert all(f"## `memlane {name}`" in cli for name in command().commands)
    assert all(entry.variable in settings for entry in ENTRIES)


def test_every_operation_is_documented() -> None:
    paths = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text("utf-8"))["paths"]
    documented = {given["operationId"] for methods in paths.values() for given in methods.values()}
    assert documented == {operation.name for operation in OPERATIONS}
