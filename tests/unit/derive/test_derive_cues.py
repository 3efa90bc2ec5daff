"""Every phrase of every language is found where it stands, and not within other words."""

import pytest

from memlane.derive import cue_words as cue
from memlane.derive.cue_words import SPACED, UNSPACED_CUES
from memlane.derive.cues import asks, find_cues
from memlane.derive.sentences import words


def cues(sentence: str) -> set[str]:
    return {name for name, _ in find_cues(sentence, words(sentence))}


@pytest.mark.parametrize("language", SPACED)
def test_every_phrase_is_found_in_any_case_with_marks_around_it(language: str) -> None:
    for name, phrases in SPACED[language].items():
        for phrase in phrases.split("|"):
            sentence = f"\u00ab{phrase.capitalize()}, x!\u00bb"
            assert (name, phrase.casefold()) in find_cues(sentence, words(sentence)), phrase


@pytest.mark.parametrize("language", UNSPACED_CUES)
def test_every_phrase_of_a_script_without_spaces_is_found(language: str) -> None:
    for name, phrases in UNSPACED_CUES[language].items():
        for phrase in phrases.split("|"):
            assert name in cues(f"、{phrase}、".replace(".*", "、")), phrase


def test_every_language_has_every_cue() -> None:
    for language in [*SPACED.values(), *UNSPACED_CUES.values()]:
        assert set(language) == set(SPACED["english"])


def test_phrases_are_whole_words() -> None:
    assert cue.DECISION in cues("We decided.")
    assert cue.DECISION not in cues("It was undecided.")
    assert cues("I\u2019ll send it.") >= {cue.PROMISE, cue.SELF}


def test_what_ends_by_asking_asks() -> None:
    assert all(map(asks, ["Who?", '"Who?"', "谁去吗", "来ますか。", "من؟", "Who?)"]))
    assert not any(map(asks, ["Who? Me.", "", "か"]))
