"""`memlane web` and `memlane up` as far as they refuse; what they start is tested in tests/integration/test_up.py."""

import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memlane.cli.browser import open_page

Run = Callable[..., Any]
EXPOSED = ("0.0.0.0", "::", "192.0.2.1")  # noqa: S104 -- to be refused


@pytest.mark.parametrize("host", EXPOSED)
def test_pages_without_a_log_in_are_not_shown_to_other_machines(run: Run, host: str) -> None:
    done = run("web", "--host", host)
    assert done.code == 2
    assert "no log-in" in done.err
    assert "--expose" in done.err


def test_the_same_holds_for_a_host_of_the_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMLANE_WEB__HOST", "0.0.0.0")  # noqa: S104 -- to be refused
    assert run("web").code == 2


def test_memory_is_in_one_place(run: Run) -> None:
    done = run("web", "--server", "http://127.0.0.1:1", "--store", "sqlite://")
    assert (done.code, "leave out one" in done.err) == (2, True)


def test_a_server_is_named_by_its_url(run: Run) -> None:
    done = run("web", "--server", "sqlite:///m.db")
    assert (done.code, "the URL of a Memlane server" in done.err) == (2, True)


def test_what_the_server_decides_on_is_refused(run: Run) -> None:
    done = run("web", "--port", "0", "--server", "http://127.0.0.1:1", "--model", "openai:x")
    assert (done.code, "the server decides on model" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("command", "package", "line"),
    [
        ("web", "streamlit", "pip install 'memlane[web]'"),
        ("web", "networkx", "pip install 'memlane[web]'"),
        ("up", "streamlit", "pip install 'memlane[web,server,cli]'"),
        ("up", "litestar", "pip install 'memlane[web,server,cli]'"),
    ],
)
def test_without_its_packages_it_says_how_to_get_them(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str, package: str, line: str
) -> None:
    for module in ("memlane.cli.serve", "memlane.web.launch"):
        monkeypatch.setattr(f"{module}.find_spec", lambda name: None if name == package else object())
    done = run(command)
    assert (done.code, line in done.err) == (3, True)


@pytest.mark.parametrize(("terminal", "display", "opened"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_a_browser_is_opened_only_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,  # noqa: FBT001 -- a case of the table
    display: bool,  # noqa: FBT001 -- likewise
    opened: int,
) -> None:
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setenv("DISPLAY", ":0" if display else "")
    monkeypatch.setenv("WAYLAND_DISPLAY", "")
    open_page("http://127.0.0.1:1")
    assert len(addresses) == opened


def test_importing_memlane_loads_nothing_of_the_app(tmp_path: Path) -> None:
    program = (
        "import sys, memlane, memlane.cli.application; print({'streamlit', 'networkx', 'altair'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "set()"
