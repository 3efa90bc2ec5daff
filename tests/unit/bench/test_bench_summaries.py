"""An extractive summary keeps what matters: floors on made-up talks, far above the first sentences and random ones."""

import hashlib
from statistics import mean

import pytest

from memlane.derive.summary import METHOD, extractive_summary
from planted_talk import HALVES, LANGUAGES, make_talk
from summaries import at_once, first_sentences, in_steps, kept, most, random_sentences, size, survival

_TALKS = 4
_SHARE = 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_of_what_was_planted_survives_in_a_tenth_of_the_length(language: str) -> None:
    assert survival(at_once, language, "dev", _TALKS, _SHARE) >= 0.7
    assert survival(in_steps, language, "dev", _TALKS, _SHARE) >= 0.6


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_wordings_survive_more_often_than_by_chance(language: str) -> None:
    baselines = [survival(way, language, "held_out", _TALKS, _SHARE) for way in (first_sentences, random_sentences)]
    assert survival(at_once, language, "held_out", _TALKS, _SHARE) >= 2 * max(baselines)


def test_of_other_wordings_half_survives() -> None:
    assert mean(survival(at_once, language, "held_out", _TALKS, _SHARE) for language in LANGUAGES) >= 0.5
    assert mean(survival(in_steps, language, "held_out", _TALKS, _SHARE) for language in LANGUAGES) >= 0.5


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_talk_can_be_won(language: str, half: str) -> None:
    talk = make_talk(language, half, 1)
    assert talk == make_talk(language, half, 1)
    said = "\n".join(line.text for line in talk.lines)
    assert all(plant.sentence in said for plant in talk.plants)
    assert len({key for plant in talk.plants for key in plant.keys}) == sum(len(plant.keys) for plant in talk.plants)
    assert kept(talk, said) == 1
    assert kept(talk, "") == 0
    assert kept(talk, most(talk, int(_SHARE * size(talk)))) >= 0.7


def test_whoever_changes_what_is_chosen_changes_the_method() -> None:
    talks = [make_talk(language, "dev", 0).lines for language in LANGUAGES]
    told = "\n".join(extractive_summary("", lines, max_tokens=1_200, count=len) for lines in talks)
    assert (METHOD, hashlib.sha256(told.encode()).hexdigest()[:12]) == ("extract-1", "cd6719140779")
