"""What a sentence is worth, and how sentences are chosen."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from memlane.derive.salience import Sentence, choose, weigh
from memlane.types.line import Line

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def line(text: str, speaker: str = "Ann", role: str = "user") -> Line:
    return Line(speaker, NOON, text, role)


def values(*texts: str) -> list[float]:
    return [one.value for one in weigh([line(text) for text in texts])]


def test_a_sentence_that_decides_or_names_is_worth_more_than_one_that_does_not() -> None:
    plain, decides, names, counts, dates = values(
        "We talked about it then.",
        "We decided about it then.",
        "We told Bo about it.",
        "We talked about 12 then.",
        "We talked about it Monday.",
    )
    assert plain < min(decides, names, counts, dates)


def test_a_name_at_the_beginning_is_known_from_another_sentence() -> None:
    assert "Bo" in weigh([line("Bo left."), line("We saw Bo go.")])[0].items
    assert "Bo" not in weigh([line("Bo left."), line("We saw him go.")])[0].items


def test_headings_and_the_names_of_the_speakers_are_no_names() -> None:
    assert values("The Very Best Of All") < values("the very best of Alma")
    assert "Ann" not in weigh([line("Thanks, Ann, see you.")])[0].items


def test_where_every_noun_has_a_capital_a_capital_is_worth_less() -> None:
    german = "Der Hund lag auf dem Sofa und die Katze auf dem Bett."
    assert (
        weigh([line(german)])[0].items["Hund"]
        < weigh([line("we saw the cat sit near the old Hund there")])[0].items["Hund"]
    )


def test_numbers_of_a_list_are_not_counted() -> None:
    assert "2" not in weigh([line("2. Stir well")])[0].items
    assert "2" in weigh([line("Use 2 spoons")])[0].items


def test_what_a_model_or_tool_says_is_worth_less() -> None:
    by_person, by_model, by_tool = weigh(
        [
            line("The train leaves Monday."),
            line("The train leaves Monday.", "Max", "assistant"),
            Line("tool", NOON, "The train leaves Monday."),
        ]
    )
    assert by_person.value > by_model.value == by_tool.value


def test_a_question_is_worth_little_once_somebody_else_spoke() -> None:
    answered, _, is_open = weigh([line("Where is Bo?"), line("In Oslo.", "Ben"), line("Where is Bo?")])
    assert (answered.is_open, is_open.is_open) == (False, True)
    assert answered.value < is_open.value


def test_a_message_without_end_is_looked_at_as_far_as_2000_sentences() -> None:
    assert len(weigh([line("So it is. " * 5_000), line("Yes.")])) == 2_001


def test_what_is_named_once_adds_nothing_the_second_time() -> None:
    given_sentences = weigh([line("we saw Bo and Al there"), line("we saw Bo there"), line("we saw Cy there")])
    chosen = choose(given_sentences, lambda _: 1, lambda _: True, set())
    assert [one.place[0] for one in chosen] == [0, 2, 1]


words = st.sampled_from(
    ["we", "decided", "Bo", "Cy", "12", "Monday", "hello", "Is", "it?", "there.", "私は明日", "anything else?"]
)
talks = st.lists(st.lists(words, min_size=1, max_size=8).map(" ".join).map(line), max_size=10)


@given(talks)
def test_the_lazy_choice_is_the_one_that_weighs_everything_anew_each_time(lines: list[Line]) -> None:
    weighed = weigh(lines)
    lazily = choose(weighed, lambda one: len(one.text), lambda _: True, set())
    assert [_gain(one, lazily[:place]) for place, one in enumerate(lazily)] == [
        max(_gain(other, lazily[:place]) for other in weighed if other not in lazily[:place])
        for place in range(len(lazily))
    ]


def _gain(one: Sentence, before: list[Sentence]) -> float:
    named = {item for other in before for item in other.items}
    fresh = sum(worth for item, worth in one.items.items() if item not in named)
    return one.share * (one.worth + fresh) / (len(one.text) + 25)
