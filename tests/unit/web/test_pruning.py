"""The prune form makes a policy, and its dry run is shown page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from memlane import Policy
from memlane.derive.prune import Pruned
from memlane.errors import UsageError
from memlane.types.memory import Memory
from memlane.web.views.pruning import Form, counted, page_of, pages_of, policy_of, reasons_of

MEMORY = Memory(id="m", text="x", kind="fact", created_at=datetime(2026, 5, 20, tzinfo=UTC))


def test_a_form_means_the_policy_it_says() -> None:
    form = Form(older_than=365, idle_for=30, keep_most=5, below_strength=0.2, half_life=10, kinds=("fact",))
    assert policy_of(form) == Policy(
        older_than=timedelta(days=365),
        idle_for=timedelta(days=30),
        keep_most=5,
        below_strength=0.2,
        half_life=timedelta(days=10),
        kinds=frozenset({"fact"}),
    )


def test_no_kinds_means_all_but_messages() -> None:
    assert policy_of(Form(keep_most=0)).kinds is None
    assert policy_of(Form(keep_most=0, include_messages=True)).include_messages


@pytest.mark.parametrize("form", [Form(), Form(below_strength=0.0), Form(keep_most=1, kinds=("message",))])
def test_a_form_that_means_nothing_allowed_is_refused(form: Form) -> None:
    with pytest.raises(UsageError):
        policy_of(form)


def test_reasons_are_counted_the_most_first() -> None:
    pruned = [Pruned(MEMORY, "idle"), Pruned(MEMORY, "old"), Pruned(MEMORY, "old")]
    assert reasons_of(pruned) == [("old", 2), ("idle", 1)]


def test_the_list_comes_in_pages_of_fifty() -> None:
    pruned = [Pruned(MEMORY, str(number)) for number in range(120)]
    assert pages_of([]) == 1
    assert pages_of(pruned) == 3
    assert [one.why for one in page_of(pruned, 3)] == [str(number) for number in range(100, 120)]
    assert page_of(pruned, 9) == page_of(pruned, 3)


def test_memories_are_counted_in_words() -> None:
    assert counted(1) == "1 memory"
    assert counted(2000) == "2,000 memories"
