"""A person's browser: whether there is one to open a page in, and opening it."""

import os
import sys
import webbrowser

from memlane.cli.output import note


def open_page(address: str) -> None:
    """Open a page where there is a terminal and a display; elsewhere the address that was printed has to do."""
    if sys.stdout.isatty() and _has_display() and not webbrowser.open(address):
        note("no browser could be opened; open the address yourself")


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
