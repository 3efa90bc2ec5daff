"""Every adapter of stores, ledgers and embedders is run through the suite of its kind."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITES = {
    "sessions": "SessionStoreSuite",
    "memories": "MemoryStoreSuite",
    "work": "WorkLedgerSuite",
    "records": "RecordStoreSuite",
    "usage": "UsageStoreSuite",
    "embedders": "EmbedderSuite",
    "models": "ModelSuite",
}


def adapters(root: Path) -> set[tuple[str, str]]:
    """Return (kind, module) of every public adapter module or package below `root`."""
    found = {
        (kind, path.stem)
        for kind in SUITES
        for path in (root / "src" / "memlane" / "adapters" / kind).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    return {(kind, name) for kind, name in found if not name.startswith("_")}


def checked(source: str) -> set[tuple[str, str]]:
    """Return (kind, module) of the adapters that a test file imports and has a suite for."""
    tree = ast.parse(source)
    return {(kind, module) for kind, module in _imported(tree) if SUITES.get(kind) in _suites(tree)}


def _imported(tree: ast.Module) -> set[tuple[str, str]]:
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    paths = [
        name.removeprefix("memlane.adapters.").split(".") for name in names if name.startswith("memlane.adapters.")
    ]
    return {(path[0], path[1]) for path in paths if len(path) > 1}


def _suites(tree: ast.Module) -> set[str]:
    """Return the suites that classes which pytest collects are derived from, directly or through each other."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return {base for name in classes if name.startswith("Test") for base in _bases(name, classes)}


def _bases(name: str, classes: dict[str, ast.ClassDef]) -> set[str]:
    if name not in classes:
        return {name}
    direct = [base.id for base in classes[name].bases if isinstance(base, ast.Name)]
    return {base for one in direct for base in _bases(one, classes)}


def test_every_adapter_has_a_suite() -> None:
    files = sorted((ROOT / "tests" / "conformance").glob("test_*.py"))
    covered = {adapter for path in files for adapter in checked(path.read_text())}
    assert adapters(ROOT) - covered == set()


def test_there_are_adapters_of_every_kind() -> None:
    assert {kind for kind, _ in adapters(ROOT)} == set(SUITES)


IMPORTS = "from memlane.adapters.sessions.redis import RedisSessionStore\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (IMPORTS + "class TestRedis(SessionStoreSuite): ...", {("sessions", "redis")}),
        (IMPORTS + "class Shared(SessionStoreSuite): ...\nclass TestRedis(Shared): ...", {("sessions", "redis")}),
        (IMPORTS + "class TestRedis: ...", set()),
        (IMPORTS + "class Redis(SessionStoreSuite): ...", set()),
        (IMPORTS + "class TestRedis(MemoryStoreSuite): ...", set()),
        ("class TestRedis(SessionStoreSuite): ...", set()),
    ],
)
def test_an_adapter_counts_only_with_a_collected_class_of_its_kind(source: str, expected: set[tuple[str, str]]) -> None:
    assert checked(source) == expected
