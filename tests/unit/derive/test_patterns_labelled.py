"""The patterns for facts on labelled messages: precise, in every language, and as sure as was measured."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from memlane.derive.patterns.confidence import confidence_of
from memlane.derive.patterns.languages import LANGUAGES

PRECISION = 0.95
RECALL = 0.9
MESSAGES = {"en": 250}
"""At least so many labelled messages; 60 in any other language."""


@pytest.fixture(scope="module")
def facts() -> ModuleType:
    sys.path.append(str(Path(__file__).parents[3] / "bench"))
    import facts  # noqa: PLC0415 -- a script, found once the path is set

    return facts


@pytest.mark.parametrize("language", [language.code for language in LANGUAGES])
def test_what_is_found_is_right(facts: ModuleType, language: str) -> None:
    dev = [one for one in facts.outcomes([language]) if one.half == "dev"]
    score = facts.score(dev)
    assert score.precision >= PRECISION, [one for one in dev if one.verdict == "wrong"]
    assert score.recall >= RECALL, [one for one in dev if one.verdict == "missed"]


@pytest.mark.parametrize("language", [language.code for language in LANGUAGES])
def test_there_are_enough_messages_and_half_of_them_say_nothing(facts: ModuleType, language: str) -> None:
    messages = list(facts.labelled(language))
    assert len(messages) >= MESSAGES.get(language, 60)
    assert len({message.text for message in messages}) == len(messages)
    assert sum(not message.facts for message in messages) >= len(messages) / 2


def test_every_labelled_language_has_patterns(facts: ModuleType) -> None:
    assert facts.languages() == sorted(language.code for language in LANGUAGES)


def test_confidence_is_what_was_measured(facts: ModuleType) -> None:
    measured = facts.confidences(facts.outcomes(facts.languages()))
    assert {name: confidence_of(name) for name in measured} == pytest.approx(measured, abs=0.006)


def test_what_was_never_measured_is_half_sure() -> None:
    assert confidence_of("shoe size") == 0.5
