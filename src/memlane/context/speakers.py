"""How a speaker's name is put before what was said, where a provider has no field for it.

Owns that one form. A name is application data: it must not be able to open a line of its own.
"""

from memlane.context.parts import Block, Text


def prefixed(blocks: list[Block], name: str, *, separator: str = ": ") -> list[Block]:
    """Return blocks with `name: ` before the first words, or as a text of its own where there are none.

    Where nothing was said nothing is added.
    """
    label = " ".join(name.split()) + separator
    for index, block in enumerate(blocks):
        if isinstance(block, Text) and block.text.strip():
            return [*blocks[:index], Text(label + block.text), *blocks[index + 1 :]]
    is_silent = all(isinstance(block, Text) for block in blocks)
    return blocks if is_silent else [Text(label.strip()), *blocks]
