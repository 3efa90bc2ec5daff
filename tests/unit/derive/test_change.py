"""What is said changes what is known: it confirms, ends, or stands beside; it never destroys."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.derive.change import MOST_MENTIONS, Change, Statement, as_of, correction, revised, settle
from memlane.types.memory import Memory

NOW = datetime(2026, 6, 1, tzinfo=UTC)
JANUARY, MARCH, MAY = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 5))


def said(value: str, at: datetime = MARCH, *, message: str = "m1", **fields: Any) -> Statement:
    given_ = {"attribute": "home", "single": True, "ends": False, "kind": "fact", "subject": "user", **fields}
    return Statement(
        value=value, text=f"{value}.", said_at=at, session_id="s", message_ids=[message], method="test", **given_
    )


def after(changes: Iterable[Change], known: Iterable[Memory] = ()) -> list[Memory]:
    facts = {memory.id: memory for memory in known} | {change.now.id: change.now for change in changes}
    return sorted(facts.values(), key=lambda memory: (memory.valid_from or NOW, memory.value or ""))


def tell(*statements: Statement, known: Iterable[Memory] = ()) -> list[Memory]:
    known = list(known)
    return after(settle(known, statements, now=NOW), known)


def spans(facts: Iterable[Memory]) -> list[tuple[str | None, datetime | None, datetime | None]]:
    return [(fact.value, fact.valid_from, fact.valid_to) for fact in facts]


def test_a_statement_becomes_a_fact_that_holds_since_it_was_said() -> None:
    (fact,) = tell(said("Oslo"))
    assert (fact.value, fact.valid_from, fact.valid_to) == ("Oslo", MARCH, None)
    assert (fact.session_id, fact.message_ids, fact.version) == ("s", ["m1"], 1)


def test_a_newer_value_ends_the_older_and_both_name_each_other() -> None:
    oslo, bergen = tell(said("Oslo", JANUARY), said("Bergen", MARCH, message="m2"))
    assert (oslo.valid_to, oslo.replaced_by) == (MARCH, bergen.id)
    assert (bergen.valid_to, bergen.replaces) == (None, oslo.id)
    assert oslo.past[-1].change == "ended"
    assert oslo.past[-1].because is not None
    assert oslo.past[-1].because.message_id == "m2"


def test_what_is_heard_late_finds_its_place_in_time() -> None:
    facts = tell(said("Bergen", MAY, message="m2"), known=tell(said("Oslo", JANUARY)))
    facts = tell(said("Hamar", MARCH, message="m3"), known=facts)
    assert spans(facts) == [("Oslo", JANUARY, MARCH), ("Hamar", MARCH, MAY), ("Bergen", MAY, None)]
    oslo, hamar, bergen = facts
    assert (hamar.replaces, hamar.replaced_by, bergen.replaces) == (oslo.id, bergen.id, hamar.id)


def test_the_same_value_again_is_support_and_no_second_fact() -> None:
    (fact,) = tell(said("Oslo", JANUARY), said("oslo", MARCH, message="m2"))
    assert fact.support == 2
    assert [mention.message_id for mention in fact.mentions] == ["m2"]


def test_the_same_message_supports_a_fact_once() -> None:
    facts = tell(said("Oslo", JANUARY), said("Oslo", MARCH, message="m2"))
    assert settle(facts, [said("Oslo", JANUARY), said("Oslo", MARCH, message="m2")], now=NOW) == []


def test_the_same_value_said_earlier_lets_the_fact_begin_earlier() -> None:
    (fact,) = tell(said("Oslo", JANUARY, message="m2"), known=tell(said("Oslo", MARCH)))
    assert fact.valid_from == JANUARY


def test_a_fact_does_not_begin_earlier_than_what_held_before_it() -> None:
    known = tell(said("Hamar", JANUARY), said("Oslo", MAY, message="m2"))
    facts = tell(said("Oslo", MARCH - timedelta(days=60), message="m3"), known=known)
    assert ("Oslo", MAY, None) in spans(facts)


def test_values_that_can_hold_together_stand_beside_each_other() -> None:
    facts = tell(
        said("tea", attribute="likes", single=False), said("rye bread", attribute="likes", single=False, message="m2")
    )
    assert [fact.valid_to for fact in facts] == [None, None]


def test_facts_of_others_and_of_other_attributes_are_left_alone() -> None:
    facts = tell(said("Oslo"), said("Bergen", MAY, subject="sister"), said("Lund", MAY, attribute="hometown"))
    assert [fact.valid_to for fact in facts] == [None, None, None]


def test_what_no_longer_holds_gets_an_end_and_no_fact_of_its_own() -> None:
    (fact,) = tell(
        said("vegetarian", attribute="diet"), said("vegetarian", MAY, attribute="diet", ends=True, message="m2")
    )
    assert fact.valid_to == MAY
    assert fact.past[-1].change == "ended"


def test_an_end_without_a_value_ends_whatever_held() -> None:
    (fact,) = tell(said("Acme", attribute="employer"), said("", MAY, attribute="employer", ends=True, message="m2"))
    assert fact.valid_to == MAY


def test_an_end_of_what_is_not_known_changes_nothing() -> None:
    assert settle(tell(said("tea", attribute="likes")), [said("coffee", attribute="likes", ends=True)], now=NOW) == []


def test_what_ended_can_hold_again() -> None:
    facts = tell(
        said("vegan", JANUARY, attribute="diet"),
        said("vegan", MARCH, attribute="diet", ends=True, message="m2"),
        said("vegan", MAY, attribute="diet", message="m3"),
    )
    assert spans(facts) == [("vegan", JANUARY, MARCH), ("vegan", MAY, None)]


def test_support_is_kept_of_so_many_messages_only() -> None:
    many = [said("Oslo", JANUARY + timedelta(hours=n), message=f"m{n}") for n in range(2 * MOST_MENTIONS)]
    (fact,) = tell(*many)
    assert len(fact.mentions) == MOST_MENTIONS


def test_what_was_remembered_by_hand_is_left_alone() -> None:
    by_hand = Memory(id="h", text="Lives in Oslo", kind="fact", created_at=JANUARY)
    assert [fact.id for fact in tell(said("Bergen"), known=[by_hand]) if fact.valid_to] == []


def test_every_version_of_a_fact_can_be_had_back() -> None:
    oslo, _ = tell(said("Oslo", JANUARY), said("Oslo", JANUARY + timedelta(days=1), message="m2"), said("Bergen", MAY))
    assert [as_of(oslo, version).support for version in (1, 2, 3)] == [1, 2, 2]
    assert [as_of(oslo, version).valid_to for version in (1, 2, 3)] == [None, None, MAY]
    assert as_of(oslo, 1) == tell(said("Oslo", JANUARY))[0]
    with pytest.raises(LookupError):
        as_of(oslo, 4)


def test_a_revision_survives_the_wire() -> None:
    fact = revised(tell(said("Oslo"))[0], "ended", NOW, valid_to=MAY)
    decoded = msgspec.json.decode(msgspec.json.encode(fact), type=Memory)
    assert as_of(decoded, 1).valid_to is None
    assert decoded == fact


PLACES = st.sampled_from(["Oslo", "Bergen", "Hamar", "Lund"])
STATEMENTS = st.lists(st.tuples(PLACES, st.integers(0, 20), st.booleans()), max_size=12)


@given(STATEMENTS, st.randoms())
def test_at_any_time_at_most_one_value_holds_and_nothing_is_lost(
    drawn: list[tuple[str, int, bool]], random: Any
) -> None:
    statements = [
        said(place, JANUARY + timedelta(days=day), message=f"m{number}", ends=ends)
        for number, (place, day, ends) in enumerate(drawn)
    ]
    facts: list[Memory] = []
    heard = list(statements)
    random.shuffle(heard)
    for statement in heard:
        known = {fact.id for fact in facts}
        facts = tell(statement, known=facts)
        assert known <= {fact.id for fact in facts}
    for day in range(22):
        at = JANUARY + timedelta(days=day, hours=1)
        held = [f for f in facts if f.valid_from is not None and f.valid_from <= at and (f.valid_to or NOW) > at]
        assert len(held) <= 1, (day, spans(facts))
    assert settle(facts, [one for one in statements if one.id in {fact.id for fact in facts}], now=NOW) == []


def test_a_correction_keeps_what_it_changed_and_nobody_is_surer() -> None:
    (fact,) = tell(said("Oslo", confidence=0.6))
    corrected = correction(fact, "Bergen.", "Bergen", NOW)
    assert (corrected.text, corrected.value, corrected.confidence, corrected.attribute) == (
        "Bergen.",
        "Bergen",
        1.0,
        "home",
    )
    assert corrected.past[-1].before == {"text": "Oslo.", "value": "Oslo", "confidence": 0.6}
    assert as_of(corrected, 1) == fact


def test_messages_do_not_say_again_what_was_corrected() -> None:
    known = tell(said("Oslo", JANUARY), said("Oslo", MARCH, message="m2"))
    (fact,) = known
    assert fact.support == 2
    corrected = correction(fact, "Bergen.", "Bergen", NOW)
    for statement in (said("Oslo", JANUARY), said("oslo", MARCH, message="m2")):
        assert settle([corrected], [statement], now=NOW) == []
    other = said("Hamar", MARCH, message="m2")
    assert [change.now.value for change in settle([corrected], [other], now=NOW)] == ["Bergen", "Hamar"]


def test_other_messages_may_say_what_was_corrected() -> None:
    (fact,) = tell(said("Oslo", JANUARY))
    corrected = correction(fact, "Bergen.", "Bergen", NOW)
    facts = tell(said("Oslo", MAY, message="m9"), known=[corrected])
    assert spans(facts) == [("Bergen", JANUARY, MAY), ("Oslo", MAY, None)]


def test_words_corrected_without_the_value_still_gain_support() -> None:
    (fact,) = tell(said("Oslo", JANUARY))
    corrected = correction(fact, "In Oslo, by the river.", None, NOW)
    (again,) = tell(said("Oslo", MARCH, message="m2"), known=[corrected])
    assert (again.text, again.support) == ("In Oslo, by the river.", 2)
