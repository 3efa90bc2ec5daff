"""What of a memory is indexed."""

from datetime import UTC, datetime

from memlane.recall.text import RECIPE, searchable_text
from memlane.types.memory import Memory

_MAY = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)


def test_a_turn_is_indexed_with_its_date_and_speaker() -> None:
    turn = Memory(id="m", text="I went.", kind="message", created_at=_MAY, role="user", name="Caroline")
    assert searchable_text(turn) == "8 May 2023, Caroline: I went."


def test_without_a_name_the_role_speaks() -> None:
    turn = Memory(id="m", text="I went.", kind="message", created_at=_MAY, role="user")
    assert searchable_text(turn) == "8 May 2023, user: I went."


def test_what_nobody_said_has_only_its_date() -> None:
    fact = Memory(id="m", text="Prefers window seats", kind="preference", created_at=_MAY)
    assert searchable_text(fact) == "8 May 2023: Prefers window seats"


def test_the_recipe_can_be_part_of_an_identity() -> None:
    assert RECIPE.isalnum()
    assert len(RECIPE) < 8
