"""What patterns find in a message, beyond the labelled ones: sentences, times, corrections, and what says nothing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from memlane.derive.patterns.extract import said_in
from memlane.derive.said import Said, is_single, kind_of

WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)


def day(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def found(text: str, **options: object) -> list[Said]:
    return said_in(text, said_at=WEDNESDAY, **options)  # pyright: ignore[reportArgumentType]


def only(text: str, **options: object) -> Said:
    (said,) = found(text, **options)
    return said


def told(text: str, **options: object) -> list[str]:
    return [f"{'-' if one.ends else ''}{one.attribute}={one.value}" for one in found(text, **options)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("My name is Lena.", "Is called Lena."),
        ("Well, I live in Bergen and I ski.", "Lives in Bergen."),
        ("I like to bake.", "Likes to bake."),
        ("My sister Anna lives in Oslo.", "Sister Anna lives in Oslo."),
        ("I no longer live in Oslo.", "No longer lives in Oslo."),
        ("Ich wohne in Kiel.", "Wohnt in Kiel."),
        ("J\u2019habite au Canada.", "Vit au Canada."),
        ("Vivo en Lima.", "Vive en Lima."),
    ],
)
def test_a_fact_is_a_sentence_that_stands_alone(text: str, sentence: str) -> None:
    assert sentence in [one.text for one in found(text)]


def test_a_fact_says_where_in_the_message_it_stands() -> None:
    text = "Thanks!\n\nBy the way, I live in Bergen now."
    said = only(text)
    assert text[said.start : said.end] == "I live in Bergen"


def test_places_stay_right_behind_what_is_blanked() -> None:
    text = '"Je ne sais quoi" 🙂 `x = 1` \n> quoted\nI live in Bergen.'
    said = only(text)
    assert text[said.start : said.end] == "I live in Bergen"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("I live in Bergen.", None, None),
        ("I've been living in Porto since 2019.", day(2019), None),
        ("I've worked at Kestrel Labs since March 2021.", day(2021, 3), None),
        ("I'm living in Ghent until July.", None, day(2026, 8)),
        ("I live in Ghent until next Friday.", None, day(2026, 3, 7)),
        ("I no longer live in Bristol.", None, WEDNESDAY),
        ("We sold our car yesterday.", None, day(2026, 3, 3)),
        ("Ich wohne in Rostock seit 2017.", day(2017), None),
        ("Je vis à Liège depuis mai.", day(2025, 5), None),
        ("Vivo en Rosario desde 2015.", day(2015), None),
    ],
)
def test_times_are_resolved_from_when_it_was_said(text: str, since: datetime | None, until: datetime | None) -> None:
    said = only(text)
    assert (said.valid_from, said.valid_to) == (since, until)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("I'm flying to Lisbon tomorrow.", day(2026, 3, 6)),
        ("I'm flying to Lisbon next Friday.", day(2026, 3, 7)),
        ("I'm flying to Lisbon on Wednesday.", day(2026, 3, 12)),
        ("I'm flying to Lisbon in May.", day(2026, 6)),
        ("I'm flying to Lisbon in January.", day(2027, 2)),
        ("I'm flying to Lisbon on 3 March.", day(2027, 3, 4)),
        ("I'm flying to Lisbon on March 20th, 2026.", day(2026, 3, 21)),
        ("I'm flying to Lisbon next month.", day(2026, 5)),
        ("I'm flying to Lisbon next year.", day(2028)),
        ("I'm flying to Lisbon in two weeks.", day(2026, 3, 22)),
        ("I'm flying to Lisbon the day after tomorrow.", day(2026, 3, 7)),
        ("Ich fliege übermorgen nach Rom.", day(2026, 3, 7)),
        ("Je pars à Rome dans trois jours.", day(2026, 3, 8)),
        ("Viajo a Roma la próxima semana.", day(2026, 3, 16)),
    ],
)
def test_a_plan_holds_until_its_time_is_over(text: str, until: datetime) -> None:
    said = only(text)
    assert (said.attribute, said.valid_from, said.valid_to) == ("plan", None, until)


def test_a_plan_says_its_date() -> None:
    assert only("I'm flying to Lisbon next Friday.").text == "Flying to Lisbon (2026-03-06)."


@pytest.mark.parametrize(
    "text", ["I'm flying to Lisbon.", "I'm flying to Lisbon on 31 June.", "I'm flying to Lisbon on 3 March 2020."]
)
def test_a_plan_without_a_date_ahead_is_none(text: str) -> None:
    assert told(text) == []


def test_days_are_days_in_utc() -> None:
    late = datetime(2026, 3, 4, 23, tzinfo=timezone(timedelta(hours=-5)))
    (said,) = said_in("I'm flying to Lisbon tomorrow.", said_at=late)
    assert said.valid_to == day(2026, 3, 7)


def test_single_and_kind_are_those_of_the_attribute() -> None:
    for one in found("I live in Bergen, I'm allergic to nuts, and my favourite colour is teal."):
        assert (one.single, one.kind) == (is_single(one.attribute), kind_of(one.attribute))
    assert (is_single("home"), is_single("likes"), is_single("family:mother"), is_single("family:sister")) == (
        True,
        False,
        True,
        False,
    )


def test_an_unknown_attribute_is_an_error() -> None:
    with pytest.raises(KeyError):
        kind_of("shoe size")


@pytest.mark.parametrize(
    "text",
    [
        "No, I meant Bergen.",
        "Sorry, I meant Bergen!",
        "Actually, it's Bergen now.",
        "It's Bergen, not Oslo.",
        "Nein, ich meinte Bergen.",
        "Non, je voulais dire Bergen.",
        "No, quise decir Bergen.",
    ],
)
def test_a_correction_refers_to_what_was_said_before(text: str) -> None:
    before = found("I live in Oslo.")
    said = only(text, before=before)
    assert (said.attribute, said.value, said.text) == ("home", "Bergen", "Lives in Bergen.")
    assert said.confidence < before[0].confidence


def test_a_correction_ends_what_can_hold_beside_it() -> None:
    assert told("Sorry, I meant Milo.", before=found("My dog is called Max.")) == ["-pet=dog Max", "pet=dog Milo"]


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("I live in Oslo.", "No, I meant the other one."),
        ("I live in Oslo.", "Actually, it's Tuesday."),
        ("I live in Oslo.", "Actually, it's 12."),
        ("I live in Oslo.", "No, I meant that I agree with Tom's idea."),
        ("I live in Oslo.", "It's Bergen, not Trondheim."),
        ("I love hiking.", "No, I meant Bergen."),
        ("I no longer live in Oslo.", "No, I meant Bergen."),
        ("Hello.", "No, I meant Bergen."),
    ],
)
def test_a_correction_of_nothing_that_fits_says_nothing(before: str, text: str) -> None:
    assert told(text, before=found(before)) == []


def test_an_age_is_corrected_by_a_number() -> None:
    assert told("I'm 34. Sorry, I meant 35.") == ["age=35"]


def test_what_is_corrected_far_behind_is_left_alone() -> None:
    filler = "The weather was fine. " * 12
    assert told(f"I live in Oslo. {filler} No, I meant Bergen.") == ["home=Oslo"]


def test_only_the_languages_asked_for_are_looked_for() -> None:
    assert told("Ich wohne in Kiel.", languages=["en", "xx"]) == []
    assert told("Ich wohne in Kiel.", languages=["de"]) == ["home=Kiel"]


def test_the_same_said_twice_is_found_once() -> None:
    assert told("I live in Bergen. Yes, I live in Bergen.") == ["home=Bergen"]


def test_letters_without_capitals_are_understood() -> None:
    assert told("my name is ana and i live in new york") == ["name=ana", "home=new york"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "Ich",
        "> I live in Bergen",
        "```\nI live in Bergen.\n```",
        "```\nI live in Bergen.",
        "`I live in Bergen.`",
        'The song: "I live in Bergen."',
        "He wrote: “I live in Bergen.”",
        "Er rief: „Ich wohne in Kiel.“",
        "| I live in Bergen | yes |",
        '{"bio": "x"}, I live in Bergen',
        "From: Dana\nTo: Kim\n\nI live in Reno.",
        "Anna: I live in Riga\nBen: I live in Oslo",
        "I live in Bergen. " + "This paragraph was pasted and goes on. " * 50,
        "I live in Bergen, " + "and so on, " * 60,
        "Pretend you are my dog. I live in Bergen.",
        "Translate this:\nI live in Bergen.",
        "I live in Bergen? Me?",
        "In my dream I live in Bergen.",
        "I live in Bergen /s",
    ],
)
def test_what_is_not_the_writers_own_word_says_nothing(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Since I'm vegan, what should I order?", ["diet=vegan"]),
        ("I live in St. Petersburg, Florida.", ["home=St. Petersburg"]),
        ("I'm vegetarian and allergic to nuts.", ["diet=vegetarian", "allergy=nuts"]),
        ("I work as an engineer and my wife works at Shell.", ["work=engineer", "employer=Shell"]),
        ("My cat, Luna, is asleep.", ["pet=cat Luna"]),
        ("I grew up in Memphis and love jazz.", ["hometown=Memphis", "likes=jazz"]),
        ("They grew up in Memphis and love jazz.", []),
        ("My friend lives in Rome.", []),
        ("My friend Carla lives in Rome.", ["family:friend=Carla", "home=Rome"]),
        ("I like clothes that fit.", []),
        ("I love a warm, quiet place.", []),
        ("I'm passionate about building a safe, inviting place.", []),
        ("I'm a fan of pottery - the skill is amazing.", ["likes=pottery"]),
        ("I love jazz. 🙄", []),
        ("I quit my job last month.", ["-employer="]),
        ("Bin Vegetarier. Mein Hund heißt Rex!", ["diet=Vegetarier", "pet=Hund Rex"]),
    ],
)
def test_what_a_sentence_says(text: str, facts: list[str]) -> None:
    assert told(text) == facts


def test_what_was_said_before_the_make_believe_counts() -> None:
    assert told("I live in Bergen. Write a poem about a pirate. I live in Tortuga.") == ["home=Bergen"]


def test_one_line_with_a_colon_is_no_transcript() -> None:
    assert told("Background: I live in Riga.") == ["home=Riga"]
