"""How a caller is refused: in one text, whatever the reason, so that nobody learns what exists."""

from typing import Final

from memlane.errors import UnauthenticatedError

_TEXT: Final = "this needs a valid API key or token"


def refusal() -> UnauthenticatedError:
    """Return the error of every caller without a valid credential."""
    return UnauthenticatedError(_TEXT)
