"""What people said cannot drive the terminal."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.types.visible import error_line, json_safe, one_line, visible

HOSTILE = ["\x1b[2J", "\x9b31m", "\x07", "a\rb", "\x08\x08", "\x7f", "\u202egnp.exe", "\u2066x", "\ud800", "\0"]


def drives_the_terminal(character: str) -> bool:
    reorders = unicodedata.bidirectional(character) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return (unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t") or reorders


@pytest.mark.parametrize("text", HOSTILE)
def test_control_characters_are_shown_not_sent(text: str) -> None:
    assert not any(drives_the_terminal(character) for character in visible(text))
    assert visible(text) != text


@given(st.text(st.characters(codec=None)))
def test_no_text_at_all_drives_the_terminal(text: str) -> None:
    assert not any(drives_the_terminal(character) for character in visible(text))
    assert not any(drives_the_terminal(character) for character in error_line(text, "code"))


@pytest.mark.parametrize(
    "text", ["plain", "Grüße 👋🏽", "two\nlines\tand a tab", "שלום \u200f!", "[bold]not markup[/bold]"]
)
def test_other_text_is_left_alone(text: str) -> None:
    assert visible(text) == text


def test_an_escape_is_shown_as_its_picture() -> None:
    assert visible("\x1b[2J\x7f\x9b") == "␛[2J␡\\u009b"


def test_windows_line_ends_are_line_ends() -> None:
    assert visible("a\r\nb") == "a\nb"


def test_one_line_has_one_line_and_at_most_the_length_asked_for() -> None:
    assert one_line("  a\n\n b\tc ") == "a b c"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"


@given(st.text())
def test_json_made_safe_says_the_same_and_sends_no_control_character(text: str) -> None:
    document = json.dumps({"text": text}, ensure_ascii=False, indent=2)
    safe = json_safe(document)
    assert json.loads(safe) == {"text": text}
    assert not any(drives_the_terminal(character) for character in safe)
