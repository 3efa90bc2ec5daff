"""What of a conversation and of memory is sent with the next message, as a person sets it."""

from collections.abc import Callable, Collection
from typing import Final

import msgspec

USUAL_RECALL: Final = 5
MOST_RECALL: Final = 20
MOST_LAST: Final = 100
MOST_TOKENS: Final = 1_000_000
LASTS: Final[tuple[int | None, ...]] = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60, 80, MOST_LAST, None)
BUDGETS: Final[tuple[int | None, ...]] = (250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, None)


class ChatWindow(msgspec.Struct, frozen=True):
    """The settings of one conversation that are not kept in memory.

    Attributes:
        last: At most so many past messages are sent; None for as many as fit.
        recall: At most so many memories are recalled.
        max_tokens: The budget of the context; None for what the model takes.
        model: Which model replies; None for the usual one.
    """

    last: int | None = None
    recall: int = USUAL_RECALL
    max_tokens: int | None = None
    model: str | None = None

    @property
    def places(self) -> dict[str, str | None]:
        """The settings in the address; None for those as usual."""
        return {
            "last": _text(self.last),
            "recall": None if self.recall == USUAL_RECALL else str(self.recall),
            "budget": _text(self.max_tokens),
            "model": self.model,
        }


def window_of(place: Callable[[str], str | None], offered: Collection[str]) -> ChatWindow:
    """Return the settings that an address holds; what is not understood is as usual.

    Args:
        place: Gives a parameter of the address.
        offered: The models that may be chosen.
    """
    model = place("model")
    recall = _number(place("recall"), 0, MOST_RECALL)
    return ChatWindow(
        last=_number(place("last"), 1, MOST_LAST),
        recall=USUAL_RECALL if recall is None else recall,
        max_tokens=_number(place("budget"), 1, MOST_TOKENS),
        model=model if model in offered else None,
    )


def with_value(options: tuple[int | None, ...], value: int | None) -> list[int | None]:
    """Return options of a slider, among them `value`; None, for all there is, is the last."""
    numbers = {option for option in (*options, value) if option is not None}
    return [*sorted(numbers), None]


def _number(text: str | None, least: int, most: int) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > len(str(MOST_TOKENS)):
        return None
    return int(text) if least <= int(text) <= most else None


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)
