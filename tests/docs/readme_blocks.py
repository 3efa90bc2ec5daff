"""The README's programs and commands, and what those should print."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SERVER = "localhost:8765"
"""The server that the README's section about it speaks to; a block that names it needs one."""
SECONDS = 100
RUNNER = """
import json, sys
names = {"__name__": "__main__"}
for text, line in json.load(sys.stdin):
    exec(compile("\\n" * (line - 1) + text, "README.md", "exec"), names)
"""
"""A program that runs those on its standard input, a list of texts and their lines, one after the other."""
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANYTHING = "…"


class Block(NamedTuple):
    """One fenced block: its language, its text and the line it begins at."""

    language: str
    text: str
    line: int


class Command(NamedTuple):
    """One command of a console block and what it should print, `…` standing for anything."""

    text: str
    output: str


def blocks(language: str, path: Path = README) -> list[Block]:
    text = path.read_text("utf-8")
    found = [Block(match[1], match[2], text.count("\n", 0, match.start(2)) + 1) for match in _BLOCK.finditer(text)]
    return [block for block in found if block.language == language]


def section(heading: str, path: Path = README) -> range:
    """Return the lines from a heading `## …` to the next one."""
    lines = path.read_text("utf-8").splitlines()
    first = lines.index(heading) + 1
    following = (number for number, line in enumerate(lines[first:], first + 1) if line.startswith("## "))
    return range(first, next(following, len(lines) + 1))


def commands(block: Block) -> list[Command]:
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [Command(*part.split("\n", 1)) for part in parts]


def matches(expected: str, printed: str) -> bool:
    """Whether output is as expected: `…` is anything within a line, a line `…` any lines."""
    lines = [
        r"(?:.*\n)*" if line == _ANYTHING else ".*".join(map(re.escape, line.split(_ANYTHING))) + r" *\n"
        for line in expected.splitlines()
    ]
    return re.fullmatch("".join(lines), printed) is not None
