"""Write pictures of every page, with the demonstration loaded, light and dark, into the folder `screenshots`.

    python tests/web/screenshots.py            (make screenshots)
    python tests/web/screenshots.py --docs     writes those that the documentation shows, too

Colours are reduced to 256, which nobody sees, so that the documentation stays light.
"""

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, expect
from visitor import PHONE, Visitor, come

from memlane.testing.model_server import Answer, ModelServer
from memlane.testing.services.browser import chromium
from memlane.testing.services.web_app import web_process
from memlane.types.turn import Usage

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "screenshots"
DOCS: Final = ROOT / "docs" / "images"
_MOST_BYTES: Final = 250_000
_MODEL: Final = "example-model"
_EMBEDDER: Final = {"MEMLANE_EMBEDDER__NAME": "local"}
_TALK: Final = (
    ("I'm cooking for friends tonight. What must I leave out?", "Walnuts: you are allergic to them. And no meat."),
    (
        "Where are Bruno and I staying in Lisbon?",
        "At Casa do Limoeiro in Alfama, 84 euros a night. You booked it for the two of you on Saturday.",
    ),
)
Picture = Callable[[str], Awaitable[None]]


async def main() -> int:
    """Write them; return 1 when a page complained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", action="store_true", help="also write those of the documentation")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder, ModelServer(model=_MODEL, key=None) as model:
        command = ("up", "--port", "0", "--no-browser", "--store", f"sqlite:///{Path(folder) / 'm.db'}")
        async with chromium() as browser:
            with web_process(*command, **_EMBEDDER) as site:
                faults += await load(browser, site.url)
            asking = {"MEMLANE_MODEL__NAME": f"openai+{model.base_url}#{_MODEL}", **_EMBEDDER}
            with web_process(*command, **asking) as site:
                faults += await talk(browser, site.url, model)
                for name, dark in (("light", False), ("dark", True)):
                    visitor = await come(browser, site.url, dark=dark)
                    await draw_all(visitor, lambda page, to=visitor, name=name: save(to, f"{page}-{name}"))
                    faults += visitor.faults
                phone = await come(browser, site.url, width=PHONE, height=844)
                await draw_phone(phone, lambda page: save(phone, f"{page}-phone"))
                faults += phone.faults
    if options.docs:
        choose()
    sys.stdout.write("".join(f"{fault}\n" for fault in faults) + f"{FOLDER}\n")
    return 1 if faults else 0


async def load(browser: Browser, url: str) -> list[str]:
    """Load the demonstration; return what the pages complained of."""
    mara = await come(browser, url)
    await mara.open()
    await save(mara, "welcome")
    await mara.click("Load the demonstration")
    await expect(mara.page.get_by_role("button", name="Be Mara")).to_be_visible()
    await mara.page.context.close()
    return mara.faults


async def talk(browser: Browser, url: str, model: ModelServer) -> list[str]:
    """Talk as one of the people of the demonstration; return what the pages complained of."""
    mara = await come(browser, url)
    await mara.open(user="demo-mara")
    for question, answer in _TALK:
        model.script.will(Answer(text=answer, usage=Usage(input_tokens=420, output_tokens=40)))
        await mara.say(question)
    await mara.page.context.close()
    return mara.faults


async def draw_all(mara: Visitor, picture: Picture) -> None:
    """See every page and part."""
    await mara.open(user="demo-mara")
    await picture("chat-new")
    await open_newest(mara)
    await picture("chat-folded")
    await unfold(mara)
    await picture("chat")
    await mara.click("Settings")
    await mara.settle()
    await picture("chat-settings")
    for page, parts in {
        "memory": ("memories", "profile", "recall&q=Which hotel did we choose?", "prune", "erase"),
        "episodes": ("line", "graph", "flow"),
        "usage": ("time", "saved", "work"),
        "operations": ("all",),
    }.items():
        for part in parts:
            name, _, question = part.partition("&q=")
            await mara.open(page, user="demo-mara", part=name, **({"q": question} if question else {}))
            await drawn(mara)
            await picture(f"{page}-{name}")
    await mara.open("memory", user="demo-mara", kinds="fact")
    await mara.page.locator(".st-key-open-memory-0").get_by_role("button").click()
    await expect(mara.drawer).to_be_visible()
    await mara.settle()
    await picture("memory-open")


async def draw_phone(mara: Visitor, picture: Picture) -> None:
    """See the conversation and the first part of every page as on a phone."""
    await mara.open(user="demo-mara")
    await picture("chat-new")
    for page in ("memory", "episodes", "usage", "operations"):
        await mara.open(page, user="demo-mara")
        await drawn(mara)
        await picture(page)
    await mara.open("episodes", user="demo-mara", part="graph")
    await drawn(mara)
    await picture("graph")
    await mara.open(user="demo-mara")
    await mara.page.get_by_role("button", name="Expand sidebar").click()
    await open_newest(mara)
    await mara.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    await unfold(mara)
    await picture("chat")


async def open_newest(mara: Visitor) -> None:
    """Open the conversation that was talked in last."""
    await mara.page.locator(".st-key-chat-sessions").get_by_role("button").first.click()
    await expect(mara.messages.first).to_be_visible()
    await mara.settle()


async def unfold(mara: Visitor) -> None:
    """Show what the last reply was made from."""
    await mara.messages.last.get_by_text(re.compile(r"^Remembered")).click()
    await expect(mara.messages.last).to_contain_text("The context:")
    await mara.settle()
    await drawn(mara)
    await mara.messages.last.hover()
    await mara.page.mouse.wheel(0, -300)  # by hand, after which the page no longer holds on to its end
    await mara.messages.nth(-2).evaluate("question => question.scrollIntoView({block: 'start'})")


async def drawn(mara: Visitor) -> None:
    """Wait for charts."""
    await mara.settle()
    for chart in await mara.page.get_by_test_id("stVegaLiteChart").all():
        await expect(chart.locator("canvas, svg").first).to_be_visible()
    await mara.page.wait_for_timeout(600)  # their last movement


async def save(visitor: Visitor, name: str) -> None:
    """Write what is seen."""
    path = FOLDER / f"{name}.png"
    await visitor.settle()
    await expect(visitor.page.get_by_test_id("stSkeleton")).to_have_count(0)
    await visitor.page.mouse.move(0, 0)
    await visitor.page.screenshot(path=path, animations="disabled")
    sys.stdout.write(f"{path.name}\n")


def choose() -> None:
    """Write those of the documentation, small enough to be kept with the code."""
    DOCS.mkdir(exist_ok=True)
    chosen = {
        "chat": "chat-light",
        "memory": "memory-open-light",
        "episodes": "episodes-graph-light",
        "usage": "usage-time-light",
        "operations": "operations-all-light",
    }
    for name, source in chosen.items():
        path = DOCS / f"web-{name}.png"
        Image.open(FOLDER / f"{source}.png").convert("RGB").quantize(256).save(path, optimize=True)
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise SystemExit(f"{path.name} takes {size:,} bytes, more than {_MOST_BYTES:,}")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
