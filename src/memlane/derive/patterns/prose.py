"""Which part of a message is its writer's own running text: code, quotations and what was pasted are blanked out.

Owns what holds for every language. Blanked text keeps its length, so that places in it are places in the message.
Every expression here is bounded or stops at the next mark of its kind: the time is linear in the text.
"""

import re
from typing import Final, NamedTuple

BLANK: Final = "\ufffc"
"""Stands for each character that is not the writer's own; no pattern matches it."""

_READ: Final = 4_000
_LONGEST_PARAGRAPH: Final = 1_500

_NOT_PROSE: Final = re.compile(
    r"```.*?(?:```|\Z)"
    r"|`[^`\n]{1,500}`"
    r"|^[ \t]*[>|{}<][^\n]*"  # quoted lines, tables, JSON, mark-up
    r"|https?://\S+"
    r'|"[^"\n]{1,2000}"|\u201c[^\u201d\n]{1,2000}\u201d|\u201e[^\u201c\u201d\n]{1,2000}[\u201c\u201d]'
    r"|\u00ab[^\u00bb\n]{1,2000}\u00bb|(?<!\w)'[^'\n]{8,500}'(?!\w)|(?<!\w)\u2018[^\u2019\n]{8,500}\u2019(?!\w)",
    re.DOTALL | re.MULTILINE,
)
_PASTED_MAIL: Final = re.compile(
    r"^(?:from|sent|to|subject|von|betreff|gesendet|de|objet|asunto|enviado|assunto|da|oggetto|van|onderwerp)"
    r":[ \t]?\S.*\n(?:\S.*\n)?^[\w-]{2,12}:",
    re.IGNORECASE | re.MULTILINE,
)
_SPEAKER_LINE: Final = re.compile(r"^[ \t]*[^\W\d_][\w .-]{0,24}:[ \t]+\S.*$", re.MULTILINE)
_MAIL_LINE: Final = re.compile(
    r"^(?:from|subject|von|betreff|objet|asunto|assunto|oggetto|onderwerp):", re.IGNORECASE | re.MULTILINE
)
_PARAGRAPH: Final = re.compile(r"[^\n]+(?:\n(?!\s*\n)[^\n]*)*")


class Ends(NamedTuple):
    """What is read of a text: all of a short one, the first and last 4,000 characters of a long one.

    Attributes:
        text: What is read, with one blank for what is left out.
        gap: How many characters more are left out there.
    """

    text: str
    gap: int

    def place(self, at: int) -> int:
        """Return where in the whole text a place in what is read lies."""
        return at if at <= _READ else at + self.gap


def both_ends(text: str) -> Ends:
    """Return what is read of `text`."""
    if len(text) <= 2 * _READ + 1:
        return Ends(text, 0)
    return Ends(text[:_READ] + BLANK + text[-_READ:], len(text) - 2 * _READ - 1)


def own_words(text: str) -> str:
    """Return `text` with everything blanked that its writer quoted or pasted; of the same length.

    Blanked are code, quotations, quoted lines, tables and mark-up, addresses of the web, mails, transcripts, and
    paragraphs of more than 1,500 characters: nobody types that of themselves.
    """
    text = _NOT_PROSE.sub(_blank, text)
    if mail := _PASTED_MAIL.search(text) or _MAIL_LINE.search(text):
        text = blank_from(text, mail.start())
    if len(_SPEAKER_LINE.findall(text)) > 1:
        text = _SPEAKER_LINE.sub(_blank, text)
    return _PARAGRAPH.sub(_blank_if_long, text)


def blank_from(text: str, start: int) -> str:
    """Return `text` blanked from `start` on."""
    return text[:start] + BLANK * (len(text) - start)


def _blank(found: re.Match[str]) -> str:
    return "".join("\n" if character == "\n" else BLANK for character in found[0])


def _blank_if_long(found: re.Match[str]) -> str:
    paragraph = found[0]
    return _blank(found) if len(paragraph) > _LONGEST_PARAGRAPH and paragraph.strip(BLANK) else paragraph
