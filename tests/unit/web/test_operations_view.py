"""Health, stores, keys, due work and whereabouts as they are shown."""

from datetime import UTC, datetime, timedelta

import pytest

from memlane.protocols.work import DuePartition, DueSession
from memlane.types.ids import Partition
from memlane.types.key import KeyInfo
from memlane.types.state import HealthCheck, State
from memlane.types.times import to_ms
from memlane.web.views.due import due_in_words, due_of, reason
from memlane.web.views.operations import key_rows, parts, size_text, stores, summary, users_in_words, versions
from memlane.web.views.whereabouts import whereabouts
from memlane.wiring.settings import Settings, StoreSettings
from memlane.wiring.store_url import StoreUrl

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
DEFAULT = "sqlite:////home/x/memlane.db"


def check(name: str, state: State = "ok", detail: str = "d") -> HealthCheck:
    return HealthCheck(name=name, state=state, detail=detail)


def key(**fields: object) -> KeyInfo:
    given: dict[str, object] = {
        "id": "k1",
        "prefix": "ml_abc",
        "tenant": "default",
        "user": None,
        "scopes": ("read", "write"),
        "name": "phone",
        "created_at": NOW - timedelta(days=3),
        "expires_at": None,
        "requests_per_minute": None,
        "tokens_per_minute": None,
    }
    return KeyInfo(**(given | fields))  # type: ignore[arg-type]


def due(session: str, minutes: int, **fields: object) -> DueSession:
    since = to_ms(NOW - timedelta(minutes=minutes))
    return DueSession(session=session, since_ms=since, **fields)  # type: ignore[arg-type]


def of_user(user: str, *sessions: DueSession, ready: timedelta = timedelta(0), leased: bool = False) -> DuePartition:
    at = to_ms(NOW + ready)
    return DuePartition(partition=Partition("default", user), ready_at_ms=at, leased=leased, sessions=list(sessions))


@pytest.mark.parametrize(
    ("states", "state", "words"),
    [
        (["ok", "ok"], "ok", "Everything works"),
        (["ok", "warning"], "warning", "It works; 1 thing to look at"),
        (["warning", "warning"], "warning", "It works; 2 things to look at"),
        (["warning", "fault"], "fault", "1 part does not work"),
        (["fault", "fault"], "fault", "2 parts do not work"),
        ([], "ok", "Everything works"),
    ],
)
def test_all_checks_are_as_good_as_the_worst(states: list[State], state: State, words: str) -> None:
    found = summary([check(str(number), state) for number, state in enumerate(states)])
    assert (found.state, found.words) == (state, words)


def test_what_does_not_work_stands_first_and_versions_apart() -> None:
    checks = [
        check("memlane", detail="1.2, Python 3.11"),
        check("packages", detail="redis 5.0, mcp not installed, numpy 2.0"),
        check("store"),
        check("store", "warning"),
        check("chat model", "fault"),
    ]
    assert [(one.name, one.state) for one in parts(checks)] == [
        ("chat model", "fault"),
        ("store", "warning"),
        ("store", "ok"),
    ]
    assert versions(checks) == [
        ("Memlane", "1.2, Python 3.11"),
        ("redis", "5.0"),
        ("numpy", "2.0"),
        ("mcp", "not installed"),
    ]


def test_one_store_for_both_is_one() -> None:
    facts = {"server": "SQLite", "version": "3.45", "size_bytes": "2097152", "journal": "wal"}
    (store,) = stores({"sessions": facts, "memories": dict(facts)})
    assert (store.title, store.server, store.size) == ("Conversations and memories", "SQLite 3.45", "2.0 MiB")
    assert store.facts == [("journal", "wal")]
    two = stores({"sessions": facts, "memories": {"server": "redis", "version": "7", "mode": "cluster"}})
    assert [(store.title, store.size) for store in two] == [("Conversations", "2.0 MiB"), ("Memories", "unknown")]
    assert stores({}) == []


def test_sizes_are_in_the_largest_unit_that_fits() -> None:
    assert [size_text(size) for size in (0, 1023, 1536, 5 * 1024**3)] == ["0 B", "1023 B", "1.5 KiB", "5.0 GiB"]


def test_keys_say_for_whom_and_until_when() -> None:
    rows = key_rows(
        [
            key(),
            key(user="mara", created_at=NOW, expires_at=NOW + timedelta(days=2)),
            key(expires_at=NOW - timedelta(seconds=1), created_at=NOW - timedelta(days=9)),
        ],
        NOW,
    )
    assert [row["State"] for row in rows] == ["expires soon", "valid", "expired"]
    assert [row["User"] for row in rows] == ["mara", "all users", "all users"]
    assert rows[1]["May"] == "read, write"
    assert rows[1]["Key"] == "ml_abc…"


def test_users_are_counted_up_to_a_limit() -> None:
    assert users_in_words(1, 10) == "1"
    assert users_in_words(1_234, 10_000) == "1,234"
    assert users_in_words(10, 10) == "10 or more"


def test_set_aside_work_stands_first_then_what_has_waited_longest() -> None:
    found = due_of(
        [
            of_user("mara", due("new", 1), due("old", 60, tries=2, error="model_unavailable")),
            of_user("tom", due("bad", 5, tries=5, set_aside=True, error="malformed_output")),
        ],
        NOW,
    )
    assert [row["Conversation"] for row in found.rows] == ["bad", "old", "new"]
    assert (found.waiting, found.aside) == (2, 1)
    assert due_in_words(found) == "2 conversations wait, 1 conversation is set aside"
    assert found.rows[0]["Last failure"] == "the model's answer was not understood (malformed_output)"
    assert [row["Due"] for row in found.rows] == ["", "now", "now"]


@pytest.mark.parametrize(
    ("listed", "state"),
    [
        (of_user("mara", due("a", 1)), "due"),
        (of_user("mara", due("a", 1), ready=timedelta(seconds=20)), "waits for quiet"),
        (of_user("mara", due("a", 1, tries=1), ready=timedelta(minutes=2)), "is tried again"),
        (of_user("mara", due("a", 1), leased=True), "being worked on"),
        (of_user("mara", due("a", 1, set_aside=True), leased=True), "set aside"),
    ],
)
def test_work_says_what_it_waits_for(listed: DuePartition, state: str) -> None:
    row = due_of([listed], NOW).rows[0]
    assert row["State"] == state
    assert (row["Due"][:2] == "in") == (state in {"waits for quiet", "is tried again"})


def test_nothing_waits_where_nothing_does_and_unknown_codes_stay_codes() -> None:
    assert due_in_words(due_of([], NOW)) == "Nothing waits"
    assert reason("own_code") == "own_code"
    assert reason("") == ""


def test_ids_in_tables_are_one_line() -> None:
    assert due_of([of_user("a\nb", due("c\u202ed", 1))], NOW).rows[0]["User"] == "a b"


def test_whereabouts_show_no_password() -> None:
    found = whereabouts(Settings(store=StoreSettings(url=StoreUrl("redis://me:secret@host:6379/0"))), DEFAULT)
    assert found.place == "redis://me:***@host:6379/0"
    assert found.server is None
    assert "secret" not in repr(found)


def test_whereabouts_name_what_it_is() -> None:
    assert whereabouts(Settings(), DEFAULT).kind == "an embedded file, in this process"
    server = StoreSettings(url=StoreUrl("https://memory.example.com/"), api_key="ml_secret")
    found = whereabouts(Settings(store=server), DEFAULT)
    assert (found.kind, found.server, found.has_key) == ("a Memlane server", "https://memory.example.com", True)
    assert "ml_secret" not in repr(found)
    apart = StoreSettings(url=StoreUrl("redis://h/0"), memories_url=StoreUrl("redis://u:pw@g/0"))
    assert whereabouts(Settings(store=apart), DEFAULT).memories == "redis://u:***@g/0"
