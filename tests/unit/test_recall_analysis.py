"""Which words count as the same."""
# ruff: noqa: RUF001 -- words of other scripts are meant

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memlane.recall import analysis
from memlane.recall.analysis import analyse
from memlane.recall.languages import latin_language


def _share(one: str, other: str) -> set[str]:
    return set(analyse(one)) & set(analyse(other))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("running shoes", "She runs in a new shoe"),
        ("Caroline's sister", "CAROLINE has sisters"),
        ("Wo wohnt meine Schwester?", "Ich habe zwei Schwestern und die wohnt in Köln"),
        ("Katze", "Ich habe eine Katze und wir mögen sie"),
        ("Où sont les chevaux ?", "J'aime le cheval et je suis dans la ferme avec lui"),
        ("¿Dónde está la canción?", "me gustan las canciones y también los libros"),
        ("canción", "cancion"),
        ("München", "munchen"),
        ("Где моя сестра?", "Это мои сёстры"),
        ("собака", "собаки"),
        ("كتاب", "قرأت الكتاب أمس"),
        ("北京", "我住在北京"),
        ("東京タワー", "昨日、東京タワーに行きました"),
        ("서울", "나는 서울에 살아요"),
        ("แมว", "ฉันชอบแมว"),
        ("दिल्ली", "मैं दिल्ली में रहता हूँ"),
        ("फोन", "मेरा फ़ोन"),
        ("पांच बच्चे", "पाँच"),
        ("Wanderschuhe sind neu", "Ich habe keine festen Schuhe mehr"),
        ("Gibt es einen Zaun?", "Der Gartenzaun ist mit Himbeeren bewachsen"),
        ("Welche Abteilung?", "Ich werde Abteilungsleiter"),
        ("подарок", "мне это подарили"),
        ("коленом", "болит колено"),
        ("ЁЛКА", "елка"),
        ("التاريخ", "الأدب والتاريخ"),
        ("الثلاجة", "فالثلاجة"),
        ("زوجة", "زوجتي"),
        ("زملائي", "لزملائي"),
        ("كتاب", "كِتَابٌ"),
        ("كتاب", "كتـــاب"),
        ("5", "٥"),
        ("10", "१०"),
        ("œufs", "oeufs"),
        ("Søren", "Soren"),
        ("🍕", "Tonight 🍕!"),
        ("❤", "I ❤️ it"),
        ("user_id", "rename `user_id` to uid"),
        ("user id", "the field user_id"),
        ("foo.py", "see src/foo.py."),
        ("PartitionIndex", "class PartitionIndex:"),
        ("partition index", "class PartitionIndex:"),
        ("C++", "I write C++, not C"),
        ("email", "Her e-mail came"),
        ("well known", "a well-known singer"),
        ("O'Brien", "obrien"),
        ("1000", "it cost 1,000 euros"),
        ("3.5", "a 3.5 km run"),
        ("10:30", "at 10:30, sharp"),
        ("7 May", "on May 7th"),
        ("USA", "in the U.S.A."),
        ("Ｆｕｌｌ", "full"),
        ("ﬁne", "fine"),
        ("groß", "GROSS"),
        ("don’t panic", "panic"),
    ],
)
def test_a_question_and_what_was_said_meet(asked: str, said: str) -> None:
    assert _share(asked, said)


@pytest.mark.parametrize(
    ("asked", "month"),
    [
        ("Was haben wir im März besprochen?", "March"),
        ("De quoi avons-nous parlé en février ?", "February"),
        ("¿De qué hablamos en mayo?", "May"),
        ("Di cosa abbiamo parlato a luglio?", "July"),
        ("De que falámos em outubro?", "October"),
        ("Waar hadden we het in maart over?", "March"),
        ("О чём мы говорили в мае?", "May"),
        ("عم تحدثنا في أبريل؟", "April"),
        ("मार्च में हमने क्या बात की?", "March"),
        ("我们四月份聊了什么？", "April"),
        ("十一月的事", "November"),
        ("12月の予定", "December"),
        ("5월에 뭐 했어?", "May"),
    ],
)
def test_a_month_meets_the_date_of_a_memory_in_any_language(asked: str, month: str) -> None:
    assert _share(asked, f"8 {month} 2025")


@pytest.mark.parametrize("text", ["Mayo on the sandwich", "a trip to Mars", "三个月", "Marco is here"])
def test_what_is_no_month_is_left_alone(text: str) -> None:
    assert not set(analyse(text)).intersection(analyse("January March May"))


def test_november_in_chinese_is_not_also_january() -> None:
    assert not _share("十一月", "January")


@pytest.mark.parametrize(
    "text",
    ["", "  \n", "?!…", "what is it", "the of and", "I'm", "won't", "___", "и в на", "её ещё", "في من", "में है", "कहाँ"],
)
def test_what_says_nothing_has_no_terms(text: str) -> None:
    assert analyse(text) == []


def test_a_month_and_the_name_of_a_country_are_not_stop_words() -> None:
    assert analyse("May in the US") == ["may", "us"]
    assert analyse("let us go") == ["go"]


def test_terms_come_as_often_as_the_words() -> None:
    assert analyse("Tea, tea and TEA!") == ["tea", "tea", "tea"]


def test_scripts_without_spaces_give_characters_and_pairs() -> None:
    assert analyse("住北京") == ["住", "北", "京", "住北", "北京"]


def test_an_identifier_is_found_whole_and_in_parts_and_is_not_stemmed() -> None:
    assert analyse("foo.py") == ["foo.py", "foo", "py"]
    assert analyse("user_ids") == ["user_ids", "user", "id"]


def test_a_decimal_number_is_one_term() -> None:
    assert analyse("3.5") == ["3.5"]


def test_accents_are_folded_in_addition() -> None:
    assert analyse("café") == ["café", "cafe"]


def test_a_word_of_any_length_stays_within_bounds() -> None:
    assert max(map(len, analyse("a" * 100_000))) <= 64


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The cat is on the table", "english"),
        ("Die Katze ist nicht auf dem Tisch", "german"),
        ("Le chat est sur la table avec une souris", "french"),
        ("El gato está en la mesa, pero no come", "spanish"),
        ("Il gatto è sul tavolo perché non mangia", "italian"),
        ("O gato não está com você", "portuguese"),
        ("De kat ligt niet op het bed maar ook naar voor", "dutch"),
        ("Los Angeles and Las Vegas", "english"),
        ("Was tat mir weh?", "german"),
        ("J\u2019ai faim", "french"),
        ("Will the man comment on a door", "english"),
        ("Let's do it plus that todo", "english"),
        ("pizza", "english"),
        ("", "english"),
    ],
)
def test_the_language_is_told_by_its_small_words(text: str, language: str) -> None:
    assert latin_language(text.split()) == language


@given(st.text())
@example("\u0300")
def test_any_text_has_terms_without_spaces_and_always_the_same(text: str) -> None:
    terms = analyse(text)
    assert terms == analyse(text)
    assert all(term and not term.isspace() for term in terms)


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), max_size=8))
def test_punctuation_around_words_changes_nothing(words: list[str]) -> None:
    english = "the and which were of those their about with because "
    assert analyse(english + " ".join(f"({word})," for word in words)) == analyse(english + " ".join(words))


def test_a_full_cache_is_emptied_and_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_MOST_CACHED", 4)
    words = [f"word{number}" for number in range(20)]
    assert analyse(" ".join(words)) == words
    assert analyse(" ".join(words)) == words
