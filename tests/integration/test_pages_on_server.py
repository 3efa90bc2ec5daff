"""The pages `usage` and `operations` on a real server, with keys that may and keys that may not."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

import memlane
from memlane.testing.services.memlane_server import MemlaneServer, memlane_server
from memlane.web import desk

_COMMAND = "import sys; from memlane.cli.main import main; sys.exit(main())"
_ALL = "read,write,erase,admin"


def usage_page() -> None:
    """Draw the page alone."""
    from memlane.web.desk import Desk, connection  # noqa: PLC0415 -- its source is run alone
    from memlane.web.pages import usage  # noqa: PLC0415 -- its source is run alone

    desk = Desk(connection(), {})
    with desk.guarded():
        usage.show(desk)


def operations_page() -> None:
    """Draw the page alone."""
    from memlane.web.desk import Desk, connection  # noqa: PLC0415 -- its source is run alone
    from memlane.web.pages import operations  # noqa: PLC0415 -- its source is run alone

    desk = Desk(connection(), {})
    with desk.guarded():
        operations.show(desk)


@pytest.fixture(scope="module")
def server() -> Iterator[MemlaneServer]:
    with memlane_server(MEMLANE_EMBEDDER__NAME="hashing") as server:
        yield server


def new_key(server: MemlaneServer, *arguments: str) -> str:
    """Make a key as the operator of the server does, at its home."""
    places = {name: str(server.home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMLANE_")}
    made = subprocess.run(
        [sys.executable, "-c", _COMMAND, "keys", "create", "--tenant", "acme", *arguments],
        env={**kept, **places},
        cwd=server.home,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return made.stdout.strip()


@pytest.fixture(autouse=True)
def released() -> Iterator[None]:
    yield
    desk.connection.clear()


def connected(monkeypatch: pytest.MonkeyPatch, server: MemlaneServer, key: str) -> memlane.Memlane:
    for name in [name for name in os.environ if name.startswith("MEMLANE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEMLANE_STORE__URL", server.url)
    monkeypatch.setenv("MEMLANE_STORE__API_KEY", key)
    desk.connection.clear()
    return desk.connection()


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception
    return at


def usage(**places: str) -> AppTest:
    at = AppTest.from_function(usage_page, default_timeout=60)
    for name, value in {"user": "mara", **places}.items():
        at.query_params[name] = value
    return ran(at)


def words(at: AppTest) -> str:
    return "\n".join(str(one.value) for one in [*at.markdown, *at.caption, *at.info, *at.code, *at.toast, *at.error])


def numbers(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def test_a_key_of_one_user_sees_that_one_and_is_told_what_the_rest_takes(
    server: MemlaneServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key(server, "--user", "mara")
    connected(monkeypatch, server, key).user("mara").session("trip").add("user", "Hello")
    assert numbers(usage())["Messages"] == "1"
    for places, refused in (({"scope": "all"}, "The usage of everybody"), ({"part": "work"}, "Work of all users")):
        said = words(usage(**places))
        assert f"{refused} takes a key with the scope `admin`" in said
        assert "memlane keys create" in said
    at = ran(AppTest.from_function(operations_page, default_timeout=60))
    said = words(at)
    assert "The list of keys takes a key with the scope `admin`" in said
    assert numbers(at)["Users"] == "?"
    assert server.url in said
    assert key not in said
    at.button(key="operations-sweep").click()
    assert "This app's key does not allow that" in words(ran(at))


def test_a_key_with_all_scopes_sees_everybody_and_the_keys(
    server: MemlaneServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = connected(monkeypatch, server, new_key(server, "--scope", _ALL, "--name", "phone"))
    memory.user("tom").session("trip").add("user", "I live in Oslo.")
    assert int(numbers(usage(scope="all"))["Messages"]) >= 1
    at = usage(part="work")
    if not at.button(key="usage-work-run").disabled:
        at.button(key="usage-work-run").click()
        assert "Done: " in words(ran(at))
    at = ran(AppTest.from_function(operations_page, default_timeout=60))
    (table,) = [frame.value for frame in at.dataframe if "Key" in frame.value.columns]
    assert "phone" in list(table["Name"])
    assert "with a key" in words(at)


def test_a_key_that_is_not_known_says_how_to_make_one(server: MemlaneServer, monkeypatch: pytest.MonkeyPatch) -> None:
    connected(monkeypatch, server, "ml_nobody")
    said = words(ran(AppTest.from_function(operations_page, default_timeout=60)))
    assert "does not accept this app's key" in said
    assert server.url in said
