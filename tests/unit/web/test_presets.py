"""Instructions that are ready to choose from."""

from memlane.web.views.presets import BRIEF, PRESETS, preset_of


def test_a_preset_is_known_by_its_text_whatever_surrounds_it() -> None:
    assert preset_of(f"  {BRIEF.text}\n") is BRIEF
    assert preset_of("Answer in Norwegian.") is None
    assert preset_of(None) is None


def test_there_are_three_that_differ_and_say_what_they_do() -> None:
    assert len(PRESETS) == len({preset.text for preset in PRESETS}) == len({preset.title for preset in PRESETS}) == 3
    assert all(preset.about and preset.text for preset in PRESETS)
