"""The file of results: sections replaced by title, targets counted over all of them."""

from pathlib import Path

import pytest

from report import Report, Target, circumstances, enter, targets_in


def report(title: str, **measured: float) -> Report:
    return Report(title=title, about="", targets=[Target(what, value, 1) for what, value in measured.items()])


def test_targets_are_counted_over_all_sections(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    assert targets_in(path) == {}
    enter(path, [report("First", a=0.5, b=2), Report(title="None", about="no targets"), report("Last", c=1)])
    assert targets_in(path) == {"a": True, "b": False, "c": True}


def test_a_section_measured_again_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    enter(path, [report("First", a=2), report("Last", c=1)])
    enter(path, [report("First", a=1)], head="# Results\n\nof today")
    assert targets_in(path) == {"a": True, "c": True}
    assert path.read_text().startswith("# Results\n\nof today\n\n## First\n")


def test_a_command_is_told_without_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["ablation.py", "--data", "/somewhere", "--limit", "2"])
    assert circumstances("memlane bench ablation").startswith("`memlane bench ablation --data … --limit 2`; cores ")
