"""The page `chat`."""

from memlane.web.desk import Desk


def show(desk: Desk) -> None:
    """Draw the page."""
