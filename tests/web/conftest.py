"""A browser and pages for all tests of this folder; each visitor is asked at the end what went wrong unseen."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from memlane.testing.services.browser import chromium
from memlane.testing.services.web_app import WebProcess, web_process

sys.path.append(str(Path(__file__).parent))

from visitor import Visitor, come

Visit = Callable[..., Awaitable[Visitor]]
_FAILED = pytest.StashKey[bool]()
_PICTURES = Path(__file__).parents[2] / "screenshots"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all of them on one event loop, the browser's; each takes seconds."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember what failed, for a picture of it."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def site() -> Iterator[WebProcess]:
    """`memlane up` on an empty store; tests share it, each with users of its own."""
    with web_process("up", "--port", "0", "--no-browser") as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, site: WebProcess, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    """Lets somebody come to the site, or to another; nothing may have gone wrong unseen."""
    came: list[Visitor] = []

    async def visiting(url: str | None = None, *, width: int = 1280, height: int = 900) -> Visitor:
        visitor = await come(browser, url or site.url, width=width, height=height)
        came.append(visitor)
        return visitor

    yield visiting
    for number, visitor in enumerate(came):
        if request.node.stash.get(_FAILED, False):
            await visitor.page.screenshot(path=_PICTURES / f"failed-{request.node.name}-{number}.png")
        await visitor.page.context.close()
    assert [fault for visitor in came for fault in visitor.faults] == []
