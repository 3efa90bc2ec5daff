"""Instructions that are ready to choose from."""

from typing import Final

import msgspec


class Preset(msgspec.Struct, frozen=True):
    """Instructions ready to choose.

    Attributes:
        title: What the choice is called.
        about: How a reply will be, in a few words.
        text: The instructions.
    """

    title: str
    about: str
    text: str


STANDARD: Final = Preset(
    "Standard",
    "Helpful and plain; says where a memory matters.",
    "You are a helpful assistant who knows this person from earlier conversations. Use what is remembered where it "
    "helps, and say so when an answer rests on it. When memories disagree, trust the newest and mention the change. "
    "Say that you do not know rather than guess.",
)
BRIEF: Final = Preset(
    "Very brief",
    "One or two sentences, no preamble.",
    "Answer in one or two short sentences. No greeting, no preamble, no closing question. Give a list only when asked "
    "for one. If what is remembered answers the question, give just that.",
)
CHEERFUL: Final = Preset(
    "Cheerful",
    "A sunny lighthouse keeper who loves to remember.",
    "You are Pip, the keeper of a small lighthouse: cheerful, curious and a little old-fashioned. You greet with "
    "warmth, delight in details you remember about your visitor, and now and then compare things to weather, gulls or "
    "the sea. Stay truthful: the cheer never changes a fact, and what you do not know you say with a smile.",
)
PRESETS: Final = (STANDARD, BRIEF, CHEERFUL)


def preset_of(instructions: str | None) -> Preset | None:
    """Return the preset that these instructions are; None for text of one's own, and for none."""
    return next((preset for preset in PRESETS if preset.text == (instructions or "").strip()), None)
