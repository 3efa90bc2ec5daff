"""What people say is text: it runs nothing, loads nothing, opens nothing and looks like nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest_asyncio
from playwright.async_api import expect
from visitor import Visitor

import memlane
from memlane.testing.services.web_app import WebProcess
from memlane.types.visible import visible

Visit = Callable[..., Awaitable[Visitor]]
PLACES = (
    ("memory", {}),
    ("memory", {"part": "profile"}),
    ("memory", {"part": "recall", "q": "What is it?"}),
    ("memory", {"part": "erase"}),
    ("episodes", {}),
    ("episodes", {"part": "graph"}),
    ("episodes", {"part": "flow"}),
    ("usage", {}),
    ("usage", {"part": "saved"}),
    ("usage", {"part": "work"}),
    ("operations", {}),
)
TEXTS = (
    "<script>fetch('{sink}/s')</script><img src={sink}/i onerror=alert(1)><b>bold</b>",
    "![picture]({sink}/p.png) [link](javascript:alert(1)) [out]({sink}/l) <{sink}/a>",
    ":red[x] :material/home: :rainbow-background[y] :smile: $x^2$ $$\\frac{{1}}{{2}}$$ ~~no~~ `c` **b** # h",
    "right \u202eto left\u202c, tab\tand bell\x07, zero\u200bwidth",
    "<iframe src={sink}/f></iframe><style>@import '{sink}/c.css'</style><a href=javascript:alert(1)>a</a>",
    "```html\n<script>fetch('{sink}/code')</script>\n```",
)
LONGEST = "I said this at length: " + "wordy " * 1_700


class Sink:
    """Listens where hostile text would have the browser look."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[bytes] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.read(1_000))
        writer.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sink() -> AsyncIterator[Sink]:
    listening = Sink()
    async with await asyncio.start_server(listening.answer, "127.0.0.1", 0) as server:
        listening.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield listening


async def test_hostile_text_is_shown_as_text_wherever_it_comes_from(visit: Visit, site: WebProcess, sink: Sink) -> None:
    user = f"mallory/../?&#% <img src={sink.url}/u> :red[u] $u$"
    texts = [text.format(sink=sink.url) for text in TEXTS]
    session = f"s/?&#% ![s]({sink.url}/s.png) :blue[s]"
    await fill(site, user, session, [*texts, LONGEST])
    guest = await visit()
    await guest.open(user=user, session=session)
    for text in texts:
        words = text.removeprefix("```html\n").removesuffix("\n```")
        await expect(guest.page.get_by_role("main")).to_contain_text(visible(words), use_inner_text=True)
    await expect_harmless(guest, sink)
    for path, places in PLACES:
        await guest.open(path, user=user, session=session, **places)
        await expect_harmless(guest, sink)
    await guest.open("memory", user=user)
    for number in range(3):
        await guest.page.locator(f".st-key-open-memory-{number}").get_by_role("button").click()
        await expect(guest.drawer).to_be_visible()
        await expect_harmless(guest, sink)
        await guest.page.keyboard.press("Escape")
        await expect(guest.drawer).to_have_count(0)


async def test_hostile_text_that_is_typed_is_sent_and_shown_as_text(visit: Visit, sink: Sink) -> None:
    guest = await visit()
    await guest.open()
    await guest.begin_as("../mallory?user=eve#%00&:red[t]")
    assert guest.place("user") == "../mallory?user=eve#%00&:red[t]"
    text = TEXTS[1].format(sink=sink.url)
    await guest.say(text)
    await expect(guest.messages.first).to_contain_text(text)
    await guest.click("New conversation")
    await expect(guest.messages).to_have_count(0)
    await guest.say(f"What was the picture? {text}")
    await expect(guest.messages).to_have_count(2)
    await guest.turn_to("Memory")
    await expect_harmless(guest, sink)


async def fill(site: WebProcess, user: str, session: str, texts: list[str]) -> None:
    """Put the texts into the site's store as messages, facts and metadata, and have episodes written of them."""
    store = partial(memlane.connect_async, f"sqlite:///{next(site.home.rglob('*.db'))}", embedder="hashing")
    async with store() as memory:
        talk = memory.user(user).session(session)
        for number, text in enumerate(texts):
            await talk.add("user" if number % 2 == 0 else "assistant", text, name=text[:60], metadata={text[:60]: text})
            await memory.user(user).remember(f"It is {text}", kind="fact", metadata={"why": text, text[:60]: 1})
        await talk.close()
        await memory.run_due()


async def expect_harmless(guest: Visitor, sink: Sink) -> None:
    """Find no element made of what was said, and no request that it asked for."""
    main = guest.page.get_by_role("main")
    for selector in (
        f'[src*="{sink.url}"]',
        f'[href*="{sink.url}"]',
        '[href^="javascript" i]',
        "main iframe",
        ".katex",
    ):
        await expect(guest.page.locator(selector)).to_have_count(0)
    await expect(main.get_by_text("Something went wrong")).to_have_count(0)
    await expect(main.get_by_test_id("stException")).to_have_count(0)
    assert sink.asked == []
    assert guest.faults == []
