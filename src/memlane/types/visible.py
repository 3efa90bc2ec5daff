"""What people said, made safe to print: nothing in it may drive the terminal.

Control characters are shown, never sent. Pure functions; needs no optional package.
"""

import re

# C0 but tab and newline, DEL, C1, what reorders the line around it, and lone surrogates, which cannot be written.
_UNSAFE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PICTURES = {**{code: 0x2400 + code for code in range(0x20)}, 0x7F: 0x2421}
_ELLIPSIS = "…"


def visible(text: str) -> str:
    r"""Return `text` with control characters made visible: escape becomes `␛`, those without a picture `\u009b`."""
    return _UNSAFE.sub(_picture, text.replace("\r\n", "\n"))


def one_line(text: str, limit: int | None = None) -> str:
    """Return `text` visible, on one line, and cut to `limit` characters."""
    line = " ".join(visible(text).split())
    return line if limit is None or len(line) <= limit else line[: limit - 1].rstrip() + _ELLIPSIS


def error_line(message: str, code: str) -> str:
    """Return how an error is shown."""
    return f"error: {one_line(message)} ({code})"


def json_safe(document: str) -> str:
    r"""Return a JSON document, whose newlines are its layout, with control characters in its texts as `\u…`."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(_PICTURES[code]) if code in _PICTURES else f"\\u{code:04x}"
