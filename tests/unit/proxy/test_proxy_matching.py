"""Where a client's history joins what is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.proxy.matching import Joint, find_joint

MARKS = st.lists(st.integers(0, 3), max_size=12)


def joint(stored: str, sent: str) -> tuple[int, int]:
    return find_joint([ord(one) for one in stored], [ord(one) for one in sent])


@pytest.mark.parametrize(
    ("stored", "sent", "expected"),
    [
        ("", "a", (0, 0)),
        ("ab", "", (0, 0)),
        ("ab", "abc", (2, 2)),  # goes on
        ("abc", "abc", (3, 3)),  # tried again
        ("abcd", "abc", (3, 3)),  # another answer is wanted
        ("abcd", "abe", (2, 2)),  # the newest question was edited
        ("abcdef", "efg", (6, 2)),  # the older part was cut
        ("abcdef", "xefg", (6, 3)),  # or rewritten
        ("abxcd", "abcde", (5, 4)),  # an answer that the client dropped is stored
        ("abyoyo", "yoy", (6, 2)),  # said again and again
        ("abc", "xyz", (0, 0)),  # another conversation
    ],
)
def test_joints(stored: str, sent: str, expected: tuple[int, int]) -> None:
    assert joint(stored, sent) == expected


@given(MARKS, MARKS)
def test_the_joint_is_a_pair_that_both_have(stored: list[int], sent: list[int]) -> None:
    found = find_joint(stored, sent)
    if found.sent:
        assert stored[found.stored - 1] == sent[found.sent - 1]
    else:
        assert found == Joint(0, 0)
    assert bool(found.sent) == bool(set(stored) & set(sent))


@given(MARKS, MARKS)
def test_what_goes_on_from_all_that_is_stored_is_new(stored: list[int], new: list[int]) -> None:
    assert find_joint(stored, [*stored, *new]).sent == len(stored)


def test_long_histories_that_differ_are_compared_at_their_ends() -> None:
    stored = list(range(10_000))
    sent = [-1, *range(9_990, 10_000), -2]
    assert find_joint(stored, sent) == Joint(10_000, 11)
