"""What the app's answers tell the browser."""

from pathlib import Path
from typing import Any

from streamlit import file_util

from memlane.web.headers import Headers, content_policy

PAGE = "<script>\nlet a = 1\n</script><script src='x.js'></script>"
HASH = "sha256-aJ1+Gk5ztjxiLfKTn+7zGRIOAizBleIvl8bNF07v+ws="  # of openssl dgst -sha256


def rules(policy: str) -> dict[str, list[str]]:
    return {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}


async def sent(headers: list[tuple[bytes, bytes]], kind: str = "http") -> list[tuple[bytes, bytes]]:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": f"{kind}.response.start" if kind == "http" else "websocket.accept", "headers": headers})

    messages: list[Any] = []

    async def take(message: Any) -> None:
        messages.append(message)

    await Headers(app, "default-src 'self'")({"type": kind}, None, take)  # type: ignore[arg-type]
    return messages[0]["headers"]


def test_nothing_of_another_origin_is_loaded() -> None:
    found = rules(content_policy(""))
    for sources in found.values():
        assert not [source for source in sources if "//" in source or source in ("*", "https:", "http:", "ws:", "wss:")]
    assert found["img-src"] == ["'self'", "data:", "blob:"]
    assert found["connect-src"] == ["'self'"]
    assert found["object-src"] == ["'none'"]
    assert "'unsafe-inline'" not in found["script-src"]


def test_the_scripts_inside_the_page_are_allowed_by_their_hashes() -> None:
    assert f"'{HASH}'" in rules(content_policy(PAGE))["script-src"]
    page = Path(file_util.get_static_dir(), "index.html").read_text("utf-8")
    assert sum(source.startswith("'sha256-") for source in rules(content_policy(page))["script-src"]) == 1


async def test_every_answer_has_them_but_for_what_it_brings_itself() -> None:
    added = dict(await sent([(b"X-Frame-Options", b"DENY"), (b"a", b"1")]))
    assert added[b"content-security-policy"] == b"default-src 'self'"
    assert added[b"x-content-type-options"] == b"nosniff"
    assert (added[b"X-Frame-Options"], b"x-frame-options" in added) == (b"DENY", False)


async def test_a_websocket_is_left_alone() -> None:
    assert await sent([], "websocket") == []
