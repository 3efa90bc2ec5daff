"""What Streamlit is told: where to listen, what to leave out, and the app's colours."""

from collections.abc import Mapping
from typing import Final

from memlane.access.issuer import is_loopback

_LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "::1")
_FIXED: Final[Mapping[str, object]] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "logger.hideWelcomeMessage": True,
    "logger.level": "error",
    "runner.magicEnabled": False,
    "server.baseUrlPath": "",
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 50,
}
_LIGHT: Final = {
    "primaryColor": "#0f766e",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f7f8f8",
    "textColor": "#1c2526",
    "linkColor": "#0f766e",
    "borderColor": "#dfe4e4",
}
_DARK: Final = {
    "primaryColor": "#0d9488",
    "backgroundColor": "#111516",
    "secondaryBackgroundColor": "#1a2022",
    "textColor": "#e6ebeb",
    "linkColor": "#5eead4",
    "borderColor": "#2b3437",
}


def options(host: str, port: int) -> dict[str, object]:
    """Return Streamlit's options by their names.

    Args:
        host: The address to listen on. On loopback the app answers to this machine's names only: another, which a
            foreign site may let point here, is refused.
        port: The port; 0 for any that is free.
    """
    listening = {
        "server.address": host,
        "server.port": port,
        "server.allowedHosts": [*_LOOPBACK_NAMES, host.strip("[]")] if is_loopback(host) else [],
    }
    return {**_FIXED, **listening, **_theme("light", _LIGHT), **_theme("dark", _DARK)}


def _theme(name: str, colours: Mapping[str, str]) -> dict[str, str]:
    return {f"theme.{name}.{part}": colour for part, colour in colours.items()}
