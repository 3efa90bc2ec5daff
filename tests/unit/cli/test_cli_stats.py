"""`memlane stats`, run in this process on an embedded store."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import memlane


class Done(Protocol):
    code: int
    out: str
    err: str
    json: Any


Run = Callable[..., Done]


def fill(luke: memlane.User) -> str:
    """Use something, and return today."""
    luke.session("trip").add("user", "We take the night ferry.")
    luke.session("trip").record_usage(memlane.Usage(input_tokens=1_234, output_tokens=56, cached_tokens=1_000))
    luke.session("other").add("user", "Hello.")
    luke.recall("ferry")
    luke.stats()
    return f"{datetime.now(UTC):%Y-%m-%d}"


def test_a_tenants_usage_is_a_table(run: Run, luke: memlane.User) -> None:
    today = fill(luke)
    done = run("stats")
    assert done.code == 0
    head, line = done.out.splitlines()
    assert head.split() == ["day", "messages", "tokens", "in", "tokens", "out", "cached", "recalls", "hits"]
    assert line.split() == [today, "2", "1,234", "56", "1,000", "1", "2"]
    assert len(head) == len(line)


def test_usage_can_be_narrowed_to_a_user_and_a_session(run: Run, luke: memlane.User) -> None:
    fill(luke)
    (point,) = run("stats", "--user", "luke", "--session", "trip", "--step", "hour", "--json").json
    assert point["used"] == {"messages": 1, "input_tokens": 1_234, "output_tokens": 56, "cached_tokens": 1_000}
    assert datetime.fromisoformat(point["at"]).minute == 0
    assert run("stats", "--user", "leia", "--json").json == []
    assert run("stats", "--tenant", "other").err == "nothing was used\n"


def test_several_steps_have_a_sum(run: Run) -> None:
    from memlane.cli.stats import stats_lines  # noqa: PLC0415 -- what it needs is loaded by then
    from memlane.types.usage import Amounts, UsagePoint  # noqa: PLC0415

    points = [
        UsagePoint(at=datetime(2026, 5, 1, 7, tzinfo=UTC), used=Amounts(messages=1)),
        UsagePoint(at=datetime(2026, 5, 1, 9, tzinfo=UTC), used=Amounts(messages=999, hits=2)),
    ]
    lines = list(stats_lines(points, step="hour"))
    assert lines[1].startswith("2026-05-01 07:00 ")
    assert lines[-1].split() == ["total", "1,000", "0", "0", "0", "0", "2"]
    assert run("stats").code == 0


def test_what_is_not_understood_is_refused(run: Run) -> None:
    for wrong in (
        ("--step", "week"),
        ("--since", "soon"),
        ("--session", "trip"),
        ("--since", "2026-05-02", "--until", "2026-05-01"),
    ):
        done = run("stats", *wrong)
        assert done.code == 2, wrong
        assert done.err.startswith("error: "), wrong


def test_a_command_that_only_looks_counts_nothing(run: Run, luke: memlane.User) -> None:
    fill(luke)
    before = run("stats", "--json").json
    run("messages", "--user", "luke", "--session", "trip")
    run("memories", "--user", "luke")
    run("sessions", "--user", "luke")
    assert run("stats", "--json").json == before
