"""A person at the pages, and a note of all that the pages did and must never do."""

import re
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.async_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, WebSocket, expect

PHONE: Final = 390
"""The width of a phone, in pixels."""
PATIENCE_MS: Final = 30_000.0
"""How long anything may take on a machine that is busy with other tests."""
_PROBE: Final = re.compile(r"/_stcore/(health|host-config)$")
_BEYOND: Final = """most => {
  const scrolls = e => e && (/(auto|scroll)/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll('main *, [role=main] *')]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > most + 1 && !scrolls(e.parentElement))
    .map(e => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`);
}"""
_WIDTH, _HEIGHT = 1280, 900

expect.set_options(timeout=PATIENCE_MS)


class Visitor:
    """Somebody with a browser of their own.

    Attributes:
        page: What the browser shows.
        faults: What went wrong unseen: requests that left the site, complaints of the browser, windows that opened.
        received: What the site sent for drawing since this was emptied last.
    """

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.faults: list[str] = []
        self.received: list[bytes] = []
        self._site = site
        page.set_default_timeout(PATIENCE_MS)
        page.context.on("request", self._look_at_request)
        page.context.on("page", lambda _page: self.faults.append("another window opened"))
        page.on("console", self._look_at_message)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("websocket", self._listen)
        page.on("dialog", self._refuse_dialog)

    async def open(self, path: str = "", **places: str) -> None:
        """Go to an address of the site, and wait until its page is drawn."""
        query = f"?{urlencode(places)}" if places else ""
        await self.page.goto(f"{self._site}/{path}{query}")
        await self.settle()

    async def settle(self) -> None:
        """Wait until the page is drawn whole."""
        await expect(self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()

    async def begin_as(self, user: str) -> None:
        """Say who is there, on the page that asks."""
        await self.page.get_by_label("Your name").fill(user)
        await self.page.keyboard.press("Enter")
        await expect(self.input).to_be_editable()
        await self.settle()

    async def become(self, user: str) -> None:
        """Begin another user at the side."""
        await self.page.get_by_role("button", name="New user").click()
        await self.page.get_by_test_id("stPopoverBody").get_by_label("Your name").fill(user)
        await self.page.keyboard.press("Enter")
        await self._is_open(user)

    async def choose(self, user: str) -> None:
        """Choose another user, who is known, at the side."""
        await self.page.get_by_role("combobox", name="User").click()
        await self.page.get_by_role("option", name=user, exact=True).click()
        await self._is_open(user)

    async def turn_to(self, title: str) -> None:
        """Go to another page by the links at the side."""
        link = self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title)
        path = urlsplit(await link.get_attribute("href") or "").path
        await link.click()
        await self.page.wait_for_url(lambda url: urlsplit(url).path == path)
        await self.settle()

    async def close_popover(self) -> None:
        """Close what hangs open below a button."""
        await self.page.keyboard.press("Escape")
        await expect(self.page.get_by_test_id("stPopoverBody")).to_have_count(0)

    async def say(self, text: str) -> None:
        """Type a message, send it with Enter and wait until it has its reply."""
        shown = await self.messages.count()
        await self.input.fill(text)
        await self.input.press("Enter")
        await expect(self.messages).to_have_count(shown + 2)
        await expect(self.input).to_be_editable()
        await self.settle()

    async def click(self, name: str, within: Locator | None = None) -> None:
        """Click a button whose name begins so."""
        place = self.page if within is None else within
        await place.get_by_role("button", name=re.compile(rf"(^|[a-z_]+ ){re.escape(name)}")).first.click()

    async def _is_open(self, user: str) -> None:
        await self.page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("user") == [user])
        await expect(self.page.get_by_role("combobox", name="User")).to_have_value(user)
        await self.settle()

    @property
    def input(self) -> Locator:
        """Where messages are typed; not while a reply is coming."""
        return self.page.get_by_placeholder("Say something")

    @property
    def messages(self) -> Locator:
        """What was said, with its feet."""
        return self.page.get_by_test_id("stChatMessage")

    @property
    def drawer(self) -> Locator:
        """The memory or question that is open beside the page."""
        return self.page.get_by_role("dialog")

    def place(self, name: str) -> str | None:
        """Return a parameter of the address."""
        return next(iter(parse_qs(urlsplit(self.page.url).query).get(name, [])), None)

    async def text(self) -> str:
        """Return everything in the document, shown or not."""
        return str(await self.page.evaluate("document.documentElement.outerHTML"))

    async def width(self) -> int:
        """Return the width of what is drawn, in pixels."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth"))

    async def too_wide(self, most: int) -> list[str]:
        """Return what of the page reaches beyond a width in pixels and cannot be scrolled into view."""
        return list(await self.page.evaluate(_BEYOND, most))

    def _look_at_request(self, request: Request) -> None:
        self._look_at(request.url)

    def _listen(self, socket: WebSocket) -> None:
        self._look_at(socket.url)
        socket.on(
            "framereceived", lambda frame: self.received.append(frame if isinstance(frame, bytes) else frame.encode())
        )

    def _look_at(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self._site).netloc:
            self.faults.append(f"asked for {url[:200]}")

    def _look_at_message(self, message: ConsoleMessage) -> None:
        is_probe = _PROBE.search(urlsplit(message.location["url"]).path) and "404" in message.text
        if message.type == "error" and not is_probe:
            self.faults.append(f"console: {message.text[:500]} ({message.location['url']})")

    async def _refuse_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message[:200]}")
        await dialog.dismiss()


async def come(
    browser: Browser, site: str, *, dark: bool = False, width: int = _WIDTH, height: int = _HEIGHT
) -> Visitor:
    """Return a visitor who has seen nothing of the site yet, in English and UTC."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale="en-GB",
        timezone_id="UTC",
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    return Visitor(await context.new_page(), site)
