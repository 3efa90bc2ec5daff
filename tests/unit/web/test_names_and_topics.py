"""Names and topics in what was said, by capitals, the words around them, and what comes again."""

import pytest

from memlane.web.views.names import PERSON, PLACE, TOPIC, Names, read
from memlane.web.views.spoken import spoken
from memlane.web.views.topics import terms_of, topics


def kinds(*texts: str, people: tuple[str, ...] = (), places: tuple[str, ...] = ()) -> dict[str, str]:
    readings = [read(spoken(text)) for text in texts]
    names = Names(readings, people=people, places=places)
    return {name: names.kind(name) for reading in readings for name in names.of(reading)}


def labels(*texts: str) -> list[str]:
    return [
        topic.label for topic in topics([terms_of(spoken(text)) for text in texts], list(map(str, range(len(texts)))))
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We went to see my sister Marta.", {"Marta": PERSON}),
        ("It rained in New York, near Long Island.", {"New York": PLACE, "Long Island": PLACE}),
        ("I read about Napoleon Bonaparte.", {"Napoleon Bonaparte": TOPIC}),
        ("My home is in the Kingdom of Sweden.", {"Kingdom of Sweden": TOPIC}),
        ("Bruno's dog ran, and Anna said so.", {"Anna": PERSON}),
        ("Last Friday I was ill. On Monday, too.", {}),
        ("We work for NASA, and with NASA, near NASA.", {"NASA": TOPIC}),
        ("J'habite à Lyon avec mon frère Luc.", {"Lyon": PLACE, "Luc": PERSON}),
        ("Ich habe den Hund und die Katze im Garten gesehen.", {}),
        ("THE WHOLE HEADING IS IN CAPITALS", {}),
        ("```\nprint(Some, Code)\n```", {}),
        ("", {}),
    ],
)
def test_names_are_told_by_capitals_and_the_words_around_them(text: str, found: dict[str, str]) -> None:
    assert kinds(text) == found


def test_the_first_word_of_a_sentence_is_a_name_where_it_is_one_elsewhere() -> None:
    assert kinds("Bruno called.", "I met Bruno.") == {"Bruno": PERSON}
    assert kinds("Beans grow.", "I like beans.", "My Beans") == {}


def test_what_is_known_of_a_name_counts_more_than_the_words_around_it() -> None:
    assert kinds("I was in Florence.", people=("Florence",)) == {"Florence": PERSON}


def test_topics_are_what_comes_again_in_some_sessions() -> None:
    talk = ["the runner beans grow", "runner beans and snails", "snails again", "a concert", "the tax office"]
    assert labels(*talk) == ["runner beans", "snails"]


def test_what_everybody_says_always_is_no_topic() -> None:
    assert labels(*["I think the weather is really good today"] * 8) == []


def test_forms_of_a_word_are_one_topic_as_it_is_mostly_written() -> None:
    assert labels("my garden", "the gardens", "our gardens", "x", "y", "z", "w", "v") == ["gardens"]


def test_scripts_without_spaces_have_topics_too() -> None:
    assert "京都" in labels("京都に行きました。", "京都は寒い。", "a", "b", "c")


def test_of_a_very_long_text_the_beginning_is_read() -> None:
    assert len(spoken("word " * 100_000).sentences) < 100
