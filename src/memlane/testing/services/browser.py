"""Chromium for tests of pages, driven by Playwright. It resolves no names, so that nothing leaves this machine.

Playwright is imported here alone; it is not among the packages of the extra `testing`.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Browser, async_playwright

from memlane.testing.services.binaries import browser_binary

_ARGUMENTS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--no-proxy-server",
)
_AS_ROOT: Final = ("--no-sandbox",)


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Run the browser without a window; a test ends as `browser_binary` says where there is none."""
    binary = browser_binary()
    arguments = [*_ARGUMENTS, *(_AS_ROOT if os.geteuid() == 0 else ())]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
