"""The shape of the code: small files, small functions, light imports."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "memlane").rglob("*.py"))
DRIVERS = {"redis", "openai", "anthropic", "onnxruntime", "onnx", "tokenizers", "tiktoken", "numpy", "rich", "typer"}


def _function_lengths(path: Path) -> list[int]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [
        (node.end_lineno or 0) - (node.body[0].end_lineno if ast.get_docstring(node) else node.lineno)
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_one_subject(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    assert max(_function_lengths(path), default=0) <= 60


def test_most_files_and_functions_are_small() -> None:
    assert median(len(path.read_text().splitlines()) for path in SOURCES) <= 150
    assert median(length for path in SOURCES for length in _function_lengths(path)) <= 10


def test_importing_memlane_loads_nothing_else() -> None:
    program = "import sys; before = set(sys.modules); import memlane; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith("memlane")}
    assert ours == {"memlane", "memlane._version"}
    assert not (DRIVERS | {"msgspec", "asyncio", "sqlite3"}) & set(done.stdout.split())


def test_connecting_to_the_embedded_default_loads_no_foreign_driver(tmp_path: Path) -> None:
    program = f"import sys, memlane; m = memlane.connect('sqlite:///{tmp_path}/m.db'); m.close(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert not (DRIVERS - {"numpy"}) & set(done.stdout.split())
