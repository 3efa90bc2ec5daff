"""URLs of servers, and the options that go with them."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

import memlane
from memlane.client.connection import RemoteMemlane
from memlane.errors import ClosedError, MissingExtraError, SettingError

URL = "https://memory.example.com"


@pytest.mark.parametrize(
    "url", [URL, f"{URL}:8765/team/memory/", "HTTP://127.0.0.1:1", "http://[::1]:8765", "http://localhost"]
)
async def test_a_servers_url_opens_a_connection_without_connecting(url: str) -> None:
    async with memlane.connect_async(url, api_key="mk-1", timeout=timedelta(seconds=5)) as memory:
        assert isinstance(memory, RemoteMemlane)
        assert isinstance(memory.user("luke"), memlane.AsyncUser)
        assert isinstance(memory.user("luke").session("s"), memlane.AsyncSession)


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https://:8765",
        "https://h:99999",
        "https://h:0",
        "https://h/?x=1",
        "https://h/#x",
        "https://h?",
        "https://h#",
        "https://luke:secret@h",
        "https://secret@h",
        "https://h/a b",
        "https://h\u00e9/",
        "https://[::1",
        "https://h/\r\nX: y",
    ],
)
async def test_what_is_no_servers_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingError) as refused:
        await memlane.connect_async(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX: y", "ключ", 7])
async def test_a_key_that_no_header_holds_is_refused_without_showing_it(key: Any) -> None:
    with pytest.raises(SettingError, match="api_key") as refused:
        await memlane.connect_async(URL, api_key=key)
    assert not key or str(key) not in str(refused.value)


@pytest.mark.parametrize("given", [0, -1, "1 s", float("nan")])
async def test_a_time_out_that_is_none_is_refused(given: Any) -> None:
    with pytest.raises(SettingError, match="timeout"):
        await memlane.connect_async(URL, timeout=given)


@pytest.mark.parametrize(
    "option",
    [{"embedder": "none"}, {"model": "openai:x"}, {"work": "off"}, {"usage": False}, {"memories": "redis://h"}],
)
async def test_what_the_server_decides_is_refused_by_name(option: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=f"the server decides on {next(iter(option))}"):
        await memlane.connect_async(URL, **option)


@pytest.mark.parametrize("option", [{"api_key": "mk-1"}, {"timeout": 5}])
async def test_what_is_for_servers_is_refused_elsewhere(option: dict[str, Any], tmp_path: Any) -> None:
    with pytest.raises(SettingError, match=next(iter(option))):
        await memlane.connect_async(f"sqlite:///{tmp_path}/m.db", **option)


def test_the_blocking_face_is_the_same_for_a_server() -> None:
    with memlane.connect(URL, api_key="mk-1") as memory:
        assert (memory.user("luke", tenant="acme").tenant, memory.user("luke").tenant) == ("acme", "default")
    with pytest.raises(ClosedError):
        memory.ping()


async def test_without_its_package_the_pip_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("memlane.client")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'memlane\[client\]'"):
        await memlane.connect_async(URL)


def test_the_http_client_is_loaded_only_for_servers(tmp_path: Any) -> None:
    program = f"import sys, memlane; memlane.connect('sqlite:///{tmp_path}/m.db').close(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "httpx2" not in done.stdout.split()
    assert "memlane.client.transport" not in done.stdout.split()
