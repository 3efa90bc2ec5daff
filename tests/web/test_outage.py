"""A server that goes away is said on the page; once it is back, `Try again` goes on."""

import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import expect
from visitor import Visitor

from memlane.testing.services.memlane_server import memlane_server
from memlane.testing.services.processes import free_port
from memlane.testing.services.web_app import web_process

Visit = Callable[..., Awaitable[Visitor]]


async def test_a_server_that_is_killed_and_comes_back_is_gone_on_with(visit: Visit, tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'm.db'}", "--no-auth")
    port = str(free_port())
    app = ("web", "--port", "0", "--no-browser", "--server", f"http://127.0.0.1:{port}")
    with memlane_server(*store, "--port", port) as server, web_process(*app) as site:
        olu = await visit(site.url)
        await olu.open(user="olu")
        await olu.say("My boots are red.")
        server.tell(signal.SIGKILL)
        server.ended()
        await olu.turn_to("Memory")
        main = olu.page.get_by_role("main")
        await expect(main).to_contain_text("Memory cannot be reached")
        with memlane_server(*store, "--port", port):
            await olu.click("Try again", main)
            await expect(main).to_contain_text("My boots are red.")
