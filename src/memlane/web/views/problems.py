"""What an error means for the person who looks at a page, and what to do about it."""

from typing import Final

import msgspec

from memlane.errors import (
    BudgetExceededError,
    ForbiddenError,
    MemlaneError,
    MissingExtraError,
    ModelError,
    PreconditionError,
    RateLimitError,
    SettingError,
    StoreUnavailableError,
    TooLargeError,
    UnauthenticatedError,
)


class Problem(msgspec.Struct, frozen=True):
    """What to show of an error.

    Attributes:
        title: What is the matter; our own words.
        detail: What the error says; may quote data.
        todo: What to do about it; our own words.
        retry: Whether trying again may help.
    """

    title: str
    detail: str
    todo: str
    retry: bool = False


_SAYS: Final[tuple[tuple[type[MemlaneError], str, str], ...]] = (
    (
        StoreUnavailableError,
        "Memory cannot be reached",
        "What was acknowledged is safe. Start the server or store again, or wait for it; then try again.",
    ),
    (
        UnauthenticatedError,
        "The server does not accept this app's key",
        "Make one with `memlane keys create`, put it into MEMLANE_STORE__API_KEY and start the app again.",
    ),
    (
        ForbiddenError,
        "This app's key does not allow that",
        "`memlane keys create` makes one with other scopes; put it into MEMLANE_STORE__API_KEY and start again.",
    ),
    (RateLimitError, "Too much at once", "Wait a little, then try again."),
    (PreconditionError, "It was changed meanwhile", "Nothing was overwritten. Look at what it is now, then repeat it."),
    (
        BudgetExceededError,
        "That does not fit into the budget",
        "Give the context more tokens, or shorten the instructions or the message.",
    ),
    (TooLargeError, "That is too large", "Make it shorter; nothing was kept of it."),
    (
        SettingError,
        "A setting is not accepted",
        "Check what the app was started with (`memlane config show` prints it), put it right and start again.",
    ),
    (MissingExtraError, "A package is missing", "Install it, then start the app again."),
    (
        ModelError,
        "The model did not answer",
        "Your message is kept. Try again, choose another model, or go on without one.",
    ),
)


def problem_of(error: MemlaneError) -> Problem:
    """Return what to show of an error."""
    for kind, title, todo in _SAYS:
        if isinstance(error, kind):
            return Problem(title, str(error), todo, retry=error.retryable)
    return Problem("That did not work", str(error), "Nothing was changed.", retry=error.retryable)
