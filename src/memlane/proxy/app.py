"""The proxy as ASGI applications, one for each provider."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

from memlane.access.credential import Meter
from memlane.engine.client import AsyncMemlane
from memlane.protocols.observer import Observer
from memlane.proxy.calls import Calls
from memlane.proxy.chat import ChatDialect
from memlane.proxy.dialect import Dialect
from memlane.proxy.headers import Key
from memlane.proxy.keeping import Keeper
from memlane.proxy.messages import MessagesDialect
from memlane.proxy.mirrors import Mirrors
from memlane.proxy.responses import ResponsesDialect
from memlane.proxy.serving import Provider
from memlane.proxy.upstream import Place, Upstream
from memlane.proxy.wire import App
from memlane.wiring.settings import ProxySettings

_OPENAI: Final[dict[str, Dialect]] = {
    "/v1/chat/completions": ChatDialect(),
    "/v1/responses": ResponsesDialect(),
}
_ANTHROPIC: Final[dict[str, Dialect]] = {"/v1/messages": MessagesDialect()}


class Proxy(NamedTuple):
    """The applications by the first segment of their paths, and what ends them."""

    apps: Mapping[str, App]
    aclose: Callable[[], Awaitable[None]]


def make_proxy(memory: AsyncMemlane, settings: ProxySettings, meter: Meter, observer: Observer) -> Proxy:
    """Return the applications to be served below `/openai` and `/anthropic`, with paths percent-encoded in the scope.

    Who is calling is read from the scope (`memlane.access.scope`). `aclose` waits until all answers are stored; the
    connection stays open.

    Raises:
        MissingExtraError: `aiohttp` or `httpx2` is not installed.
        SettingError: the address of a provider is none.
    """
    core = memory._core  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] -- the proxy is a part of Memlane
    mirrors = Mirrors(core)
    keeper = Keeper(core, mirrors, meter, observer)

    def provider(mount: str, place: Place, dialects: Mapping[str, Dialect]) -> Provider:
        parts: Any = {"mirrors": mirrors, "keeper": keeper, "settings": settings, "observer": observer}
        calls = {path: Calls(core, dialect=one, **parts) for path, one in dialects.items()}
        return Provider(mount, Upstream(place, settings.timeout), calls, keeper)

    openai = provider("/openai", _openai(settings), _OPENAI)
    anthropic = provider("/anthropic", _anthropic(settings), _ANTHROPIC)

    async def aclose() -> None:
        await keeper.aclose()
        await openai.aclose()
        await anthropic.aclose()

    return Proxy({"openai": openai, "anthropic": anthropic}, aclose)


def _openai(settings: ProxySettings) -> Place:
    value = f"Bearer {settings.openai_key}" if settings.openai_key else ""
    return Place(url=settings.openai_url, prefix="/v1", key=Key(b"authorization", value.encode()))


def _anthropic(settings: ProxySettings) -> Place:
    return Place(url=settings.anthropic_url, prefix="", key=Key(b"x-api-key", settings.anthropic_key.encode()))
