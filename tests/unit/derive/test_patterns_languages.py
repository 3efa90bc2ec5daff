"""Every language is whole: its rules name attributes, its sentences can be filled, its words are there."""

import re
from datetime import UTC, datetime
from string import Formatter

import pytest

from memlane.derive.patterns.extract import said_in
from memlane.derive.patterns.language import Language, parts_of, relations_of, rules_of
from memlane.derive.patterns.languages import LANGUAGES
from memlane.derive.said import ATTRIBUTES

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
WORDS = (
    "animals jobs not_jobs counts close joints openers follow cut trail articles vague hollow unfinished both claims "
    "asks doubt unreal rest not_names"
)
PARTS = WORDS.split()
MATTERS = "name age birthday home hometown work employer partner family pet diet allergy likes dislikes plan"


@EVERY_LANGUAGE
def test_a_language_has_every_part(language: Language) -> None:
    assert set(PARTS) <= language.parts.keys()


@EVERY_LANGUAGE
def test_a_rule_names_an_attribute_and_its_name_is_its_own(language: Language) -> None:
    names = [rule.name for rule in language.rules]
    assert len(set(names)) == len(names)
    assert {name.partition(".")[0] for name in names} <= ATTRIBUTES.keys()


@EVERY_LANGUAGE
def test_the_sentence_and_the_value_of_a_rule_can_be_filled(language: Language) -> None:
    for compiled in language.compiled:
        wanted = {name for _, name, _, _ in Formatter().parse(compiled.rule.text + compiled.rule.value) if name}
        groups = set(compiled.regex.groupindex)
        assert wanted - {"value"} <= groups, compiled.rule.name
        assert "value" in groups or "value" not in wanted - groups or compiled.rule.ends or compiled.rule.value, (
            compiled.rule.name
        )


@EVERY_LANGUAGE
def test_a_language_says_something_of_what_matters_most(language: Language) -> None:
    told = {rule.name.partition(".")[0] for rule in language.rules}
    assert set(MATTERS.split()) <= told
    assert any(rule.ends for rule in language.rules)
    assert language.corrections


@EVERY_LANGUAGE
def test_no_part_holds_an_empty_alternative(language: Language) -> None:
    for name in PARTS:
        assert not re.search(r"\|\||^\||\|$", language.parts[name]), name


def test_a_table_of_rules_is_read() -> None:
    rules = rules_of("a.b [ends listed]: x <thing>\n    |y => does {value} => {value}!\n\nc.d: z => is")
    assert [(rule.name, rule.pattern, rule.text, rule.value) for rule in rules] == [
        ("a.b", "x <thing>|y", "does {value}", "{value}!"),
        ("c.d", "z", "is", "{value}"),
    ]
    assert (rules[0].ends, rules[0].listed, rules[0].dated, rules[1].ends) == (True, True, False, False)


def test_tables_of_parts_and_relations_are_read() -> None:
    assert parts_of("a: x|y\nb: (?:z: )") == {"a": "x|y", "b": "(?:z: )"}
    assert relations_of("mother: mum|mom") == {"mum": "mother", "mom": "mother"}


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("Seit letztem Jahr wohne ich in Bonn.", "Bonn"),
        ("Inzwischen leben wir in Ulm.", "Ulm"),
        ("Wenn ich mal Geld habe, wohne ich in Paris.", None),
        ("Seit gestern frage ich mich, wo ich wohne.", None),
    ],
)
def test_german_says_where_one_lives_with_the_verb_first_too(text: str, home: str | None) -> None:
    found = {said.attribute: said.value for said in said_in(text, said_at=datetime(2026, 1, 1, tzinfo=UTC))}
    assert found.get("home") == home
