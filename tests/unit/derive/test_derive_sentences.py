"""Text is cut into sentences and words, in any script, and never takes long."""

# ruff: noqa: RUF001 -- punctuation of other scripts is meant

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.derive.sentences import LONGEST_SENTENCE, prose, sentences, words

CUT = {
    "I moved. She stayed!": ["I moved.", "She stayed!"],
    'Dr. Smith said "Really?" and left.': ['Dr. Smith said "Really?" and left.'],
    "It cost 3.50 euros, e.g. a lot.": ["It cost 3.50 euros, e.g. a lot."],
    "J. R. Miller came. I did, too.": ["J. R. Miller came.", "I did, too."],
    "Am 3. Mai war es so weit. Endlich!": ["Am 3. Mai war es so weit.", "Endlich!"],
    "Born in 1990. Then moved.": ["Born in 1990.", "Then moved."],
    "i moved to oslo. it rains? no.": ["i moved to oslo.", "it rains?", "no."],
    "Neither do I. She does.": ["Neither do I.", "She does."],
    "Well... Maybe": ["Well...", "Maybe"],
    "- buy milk\n- call Ann\n\n# Next": ["buy milk", "call Ann", "Next"],
    "来週引っ越します。鍵は？「はい。」次": ["来週引っ越します。", "鍵は？", "「はい。」", "次"],
    "मैं दिल्ली में रहता हूँ। आप कहाँ हैं?": ["मैं दिल्ली में रहता हूँ।", "आप कहाँ हैं?"],
    "أعيش في بيرغن. هل تأتي؟ نعم": ["أعيش في بيرغن.", "هل تأتي؟", "نعم"],
    " \n\t": [],
}


@pytest.mark.parametrize("text", CUT)
def test_a_text_is_cut_where_its_sentences_end(text: str) -> None:
    assert list(sentences(text)) == CUT[text]


@given(st.text(max_size=1_500))
def test_every_sentence_is_a_piece_of_one_line_and_nothing_but_space_and_marks_is_lost(text: str) -> None:
    found = list(sentences(text))
    place = 0
    for sentence in found:
        place = text.index(sentence, place) + len(sentence)
        assert 0 < len(sentence) <= LONGEST_SENTENCE
        assert sentence.splitlines() == [sentence] == [sentence.strip()]
    assert {*text} - {*"".join(found)} <= {*"-*#>•–|"} | {letter for letter in text if not letter.strip()} | _BREAKS


_BREAKS = {*"\v\f\x1c\x1d\x1e\x85\u2028\u2029\r\n"}


def test_what_has_no_end_is_cut_where_it_pauses() -> None:
    pieces = list(sentences("one two three, " * 100))
    assert len(pieces) == 4
    assert all(piece.endswith(("one", "two", "three,")) for piece in pieces)


@pytest.mark.parametrize(
    "text",
    [".", ". ", '."', "a", "?)", "。", "\n", "あ", "- ", "a. ", "(((.", " ", "A. ", "```\n", "!?…", "\u2028", "1. "],
)
def test_much_of_anything_is_cut_in_a_moment(text: str) -> None:
    much = text * (2**18 // len(text))
    began = time.process_time()
    list(sentences(prose(much)))
    words(much)
    assert time.process_time() - began < 5


def test_words_stand_as_they_are_without_punctuation_around_them() -> None:
    assert words("I don't, (really) know 3,500 e-mails!") == ["I", "don't", "really", "know", "3,500", "e-mails"]
    assert words("… ?") == []


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert words("私はOslo、好") == ["私は", "Oslo", "好"]


def test_blocks_of_code_are_no_prose() -> None:
    assert prose("Look:\n```python\nx = 1\n```\nDone.\n~~~\nnever closed") == "Look:\nDone."
