"""The page `operations`, on a real embedded store and on a real server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import memlane
from memlane.web import desk

HOSTILE = "<script>alert(1)</script> ![x](https://evil.example/x.png)"
SOON = 60.0
_SCRIPT = Path(memlane.__file__).parent / "web" / "script" / "main.py"


def page() -> None:
    """Draw the page alone."""
    from memlane.web.desk import Desk, connection  # noqa: PLC0415 -- its source is run alone
    from memlane.web.pages import operations  # noqa: PLC0415 -- its source is run alone

    desk = Desk(connection(), {})
    with desk.guarded():
        operations.show(desk)


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[memlane.Memlane]:
    for name in [name for name in os.environ if name.startswith("MEMLANE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEMLANE_STORE__URL", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.setenv("MEMLANE_EMBEDDER__NAME", "hashing")
    desk.connection.clear()
    yield desk.connection()
    desk.connection.clear()


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception
    return at


def opened() -> AppTest:
    return ran(AppTest.from_function(page, default_timeout=SOON))


def words(at: AppTest) -> str:
    return "\n".join(str(one.value) for one in [*at.markdown, *at.caption, *at.info, *at.code, *at.toast, *at.error])


def numbers(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def test_it_needs_no_user_and_says_whether_everything_works(memory: memlane.Memlane, tmp_path: Path) -> None:
    said = words(opened())
    assert "Everything works" in said
    for part in ("store", "embedder", "chat model", "background work"):
        assert f"**{part}**" in said
    assert f"sqlite:///{tmp_path}/memory.db" in said
    assert "an embedded file, in this process" in said


def test_stores_tell_their_size_and_how_many_users_there_are(memory: memlane.Memlane) -> None:
    memory.user("mara").session("trip").add("user", "I live in Bergen.")
    memory.user(HOSTILE).session("trip").add("user", "Hello")
    shown = numbers(opened())
    assert shown["Conversations and memories"].endswith("KiB")
    assert shown["Users"] == "2"


def test_freeing_space_says_what_went(memory: memlane.Memlane) -> None:
    at = opened()
    at.button(key="operations-sweep").click()
    assert "Nothing had expired" in words(ran(at))


def test_keys_are_listed_without_secrets_and_how_to_make_one_is_said(
    memory: memlane.Memlane, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from memlane.cli.main import main  # noqa: PLC0415 -- only this test needs it

    assert "There is none" in words(opened())
    store = ["--store", f"sqlite:///{tmp_path}/memory.db"]
    main(["keys", "create", "--tenant", "default", "--user", "mara", "--name", HOSTILE, "--expires", "2d", *store])
    secret = capsys.readouterr().out.strip()
    at = opened()
    (table,) = [frame.value for frame in at.dataframe if "Key" in frame.value.columns]
    assert list(table["User"]) == ["mara"]
    assert list(table["State"]) == ["expires soon"]
    assert secret
    assert secret not in table.to_string()
    assert "memlane keys create" in words(at)


def test_a_store_that_does_not_work_is_a_fault_with_what_to_do(
    memory: memlane.Memlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMLANE_STORE__URL", "redis://me:hunter2@127.0.0.1:1/0")
    desk.connection.clear()
    at = opened()
    said = words(at)
    assert "part does not work" in said or "parts do not work" in said
    assert "Memory cannot be reached" in said
    assert "redis://me:\\*\\*\\*@127.0.0.1:1/0" in said or "redis://me:***@127.0.0.1:1/0" in said
    assert "hunter2" not in said
    assert "Try again" in [button.label for button in at.button]


def test_the_whole_app_says_what_to_do_where_the_store_is_away(
    memory: memlane.Memlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMLANE_STORE__URL", "redis://127.0.0.1:1/0")
    desk.connection.clear()
    at = AppTest.from_file(str(_SCRIPT), default_timeout=SOON)
    at.query_params["user"] = "mara"
    ran(at)
    assert "Memory cannot be reached" in words(at)
    assert "Try again" in [button.label for button in at.button]


def test_the_demonstration_is_loaded_and_removed(memory: memlane.Memlane) -> None:
    at = opened()
    at.button(key="demo-load").click()
    ran(at)
    assert memory.user("demo-mara").sessions()
    at = opened()
    at.button(key="demo-remove").click()
    ran(at)
    assert memory.user("demo-mara").sessions() == []


def test_backups_are_said_not_to_be_there_and_what_to_do_meanwhile(memory: memlane.Memlane) -> None:
    assert "memlane export" in words(opened())
