"""What is sent with the next message, as a person sets it."""

import pytest

from memlane.web.views.window import ChatWindow, window_of, with_value


def test_settings_go_into_an_address_and_come_back() -> None:
    window = ChatWindow(last=6, recall=0, max_tokens=2_000, model="small")
    assert window_of(window.places.get, ["small"]) == window
    assert set(ChatWindow().places.values()) == {None}


@pytest.mark.parametrize("text", ["", "-1", "0", "101", "six", "٣", "9" * 400, "1e3"])
def test_what_is_not_understood_in_an_address_is_as_usual(text: str) -> None:
    assert window_of({"last": text}.get, []) == ChatWindow()


def test_a_model_that_is_not_offered_is_not_chosen() -> None:
    assert window_of({"model": "http://evil.example"}.get, ["small"]).model is None


def test_a_slider_has_the_value_that_is_set_and_all_at_its_end() -> None:
    assert with_value((1, 5, None), 3) == [1, 3, 5, None]
    assert with_value((1, 5, None), None) == [1, 5, None]
