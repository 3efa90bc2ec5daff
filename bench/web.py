"""How long the web app lets one wait, in a real browser, with 10,000 memories and a session of 5,000 messages.

    python bench/web.py --enter

Chromium without a window looks at pages of `memlane up` on SQLite, embedder `hashing`, no model; needs what
`make services` installs. A span begins with the click, or with the navigation, and ends when what was asked for can be
read; moments are those of the driver, which polls at every frame.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

import memlane
from measure import percentile
from memlane.testing.services.browser import chromium
from memlane.testing.services.web_app import WebProcess, web_process
from report import RESULTS, Report, Table, circumstances, enter, ms, run_script, versions

_MANY, _FEW = "ann", "bob"
_LONG = "long"
_LONG_MESSAGES, _SHORT_MESSAGES, _SESSIONS = 5_000, 50, 100
_TOPICS = ("garden", "train", "kitchen", "harbour", "winter", "violin", "library", "market", "bicycle", "island")
_PAUSE = timedelta(minutes=1)
_BEGAN = datetime(2026, 1, 1, 9, tzinfo=UTC)
_PATIENCE_MS = 60_000.0
_Step = Callable[[Page], Awaitable[float]]


def measure(options: argparse.Namespace) -> Report:
    """Fill a store, look at its pages, and tell how long each took."""
    about = circumstances("python bench/web.py")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        store = f"sqlite:///{Path(folder) / 'm.db'}"
        fill(store)
        with web_process("up", "--port", "0", "--no-browser", "--store", store) as site:
            found = asyncio.run(look(site, int(options.rounds)))
    report = Report(
        title="The web app in a browser",
        about="`memlane up` on SQLite with 10,000 memories of one user, half of them in a session of 5,000 messages; "
        "Chromium without a window, looking from the same machine. The first row is a browser that has nothing of "
        "the site; afterwards one visitor goes from place to place. " + about,
        tables=[
            Table(
                "From the click until it can be read", ["", "p50 ms", "p95 ms"], [_row(*one) for one in found.items()]
            )
        ],
        versions=versions("streamlit", "playwright"),
    )
    if options.enter:
        enter(RESULTS, [report])
    return report


def fill(store: str) -> None:
    """Put down what was said: a long session, many short ones, and a few words of somebody else."""
    with memlane.connect(store, embedder="hashing") as memory:
        ann = memory.user(_MANY)
        for number in range(_SESSIONS):
            ann.session(f"s{number:03}").add_many(said(_SHORT_MESSAGES, number))
        ann.session(_LONG).add_many(said(_LONG_MESSAGES, _SESSIONS))
        memory.user(_FEW).session("only").add_many(said(6, 0))


def said(count: int, number: int) -> list[dict[str, object]]:
    """Return so many messages, in turns of a user and an assistant."""
    return [
        {
            "role": "user" if place % 2 == 0 else "assistant",
            "content": f"In the {_TOPICS[(number + place) % len(_TOPICS)]} I met number {number}-{place}, and wrote.",
            "created_at": _BEGAN + timedelta(days=number) + place * _PAUSE,
        }
        for place in range(count)
    ]


async def look(site: WebProcess, rounds: int) -> dict[str, list[float]]:
    """Return how long each step took, in milliseconds; a first round is not counted."""
    async with chromium() as browser:
        found: dict[str, list[float]] = {"first paint: until the first heading": []}
        for number in range(rounds + 1):
            taken = await first_paint(browser, site.url)
            if number:
                found["first paint: until the first heading"].append(taken)
        page = await browser.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        await page.goto(f"{site.url}/?user={_FEW}")
        steps: dict[str, _Step] = {
            "switch user, to the one with 10,000 memories": switch_user,
            "open the session of 5,000 messages": open_session,
            "open Memory": open_memory,
        }
        for number in range(rounds + 1):
            for name, step in steps.items():
                taken = await step(page)
                if number:
                    found.setdefault(name, []).append(taken)
            await back(page)
    return found


async def first_paint(browser: Browser, url: str) -> float:
    """Return how long a browser without anything of the site takes until it shows a heading."""
    context = await browser.new_context()
    page = await context.new_page()
    start = time.perf_counter()
    await page.goto(f"{url}/?user={_MANY}", wait_until="commit")
    await expect(page.get_by_role("main").get_by_role("heading").first).to_be_visible(timeout=_PATIENCE_MS)
    taken = (time.perf_counter() - start) * 1000
    await context.close()
    return taken


async def switch_user(page: Page) -> float:
    """Return how long it takes until the conversations of the other user can be read."""
    await page.get_by_role("combobox", name="User").click()
    start = time.perf_counter()
    await page.get_by_role("option", name=_MANY, exact=True).click()
    await expect(_conversations(page).nth(1)).to_be_visible(timeout=_PATIENCE_MS)
    return (time.perf_counter() - start) * 1000


async def open_session(page: Page) -> float:
    """Return how long it takes until the newest message of the long session can be read."""
    start = time.perf_counter()
    await _conversations(page).first.click()
    await expect(page.get_by_text(f"number {_SESSIONS}-{_LONG_MESSAGES - 1},").last).to_be_visible(timeout=_PATIENCE_MS)
    return (time.perf_counter() - start) * 1000


async def open_memory(page: Page) -> float:
    """Return how long it takes until the first of 10,000 memories can be read."""
    start = time.perf_counter()
    await page.get_by_test_id("stSidebarNav").get_by_role("link", name="Memory").click()
    await expect(page.locator(".st-key-open-memory-0")).to_be_visible(timeout=_PATIENCE_MS)
    return (time.perf_counter() - start) * 1000


async def back(page: Page) -> None:
    """Go back to the chat of the user with few memories."""
    await page.get_by_test_id("stSidebarNav").get_by_role("link", name="Chat").click()
    await expect(page.get_by_role("button", name="New conversation")).to_be_visible(timeout=_PATIENCE_MS)
    await page.get_by_role("combobox", name="User").click()
    await page.get_by_role("option", name=_FEW, exact=True).click()
    await page.wait_for_url(lambda url: f"user={_FEW}" in url)
    await expect(_conversations(page)).to_have_count(1, timeout=_PATIENCE_MS)


def _conversations(page: Page) -> Locator:
    return page.locator(".st-key-chat-sessions").get_by_role("button")


def _row(name: str, taken: list[float]) -> list[str]:
    return [name, ms(statistics.median(taken)), ms(percentile(taken, 95))]


if __name__ == "__main__":
    run_script("Measure how long the web app lets one wait.", ["rounds=10", "enter=flag"], measure)
