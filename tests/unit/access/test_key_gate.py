"""The gate of keys: who is let in, for how long what was found is trusted, and what a refusal tells."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memlane.access import key_gate, key_secrets
from memlane.access.chosen import ChosenGate
from memlane.access.credential import Credential
from memlane.access.key_gate import TRUSTED_S, KeyGate
from memlane.access.key_records import COLLECTION
from memlane.access.keys import Keys, NewKey
from memlane.access.recent import Recent
from memlane.errors import DamagedError, MemlaneError, StoreUnavailableError, UnauthenticatedError

UNKNOWN = f"ml_{'a' * 16}_{'B' * 43}"


@pytest.fixture
def keys(records: Any, clock: Any) -> Keys:
    return Keys(records, clock)


@pytest.fixture
def gate(records: Any, clock: Any) -> KeyGate:
    return KeyGate(records, clock, monotonic=clock.monotonic)


@pytest.fixture
async def made(keys: Keys) -> NewKey:
    return await keys.create("acme", user="luke", scopes=["read", "erase"], requests_per_minute=9, tokens_per_minute=8)


async def refusal_of(gate: KeyGate, secret: str | None) -> str:
    with pytest.raises(UnauthenticatedError) as refused:
        await gate.admit(secret)
    return str(refused.value)


async def test_a_key_lets_in_for_what_it_was_made_for(gate: KeyGate, made: NewKey) -> None:
    assert await gate.admit(made.secret) == Credential(
        id=made.info.prefix,
        tenant="acme",
        user="luke",
        scopes=frozenset({"read", "erase"}),
        requests_per_minute=9,
        tokens_per_minute=8,
    )


def _tampered(secret: str) -> list[str | None]:
    last = "A" if secret[-1] != "A" else "B"
    return [
        None,
        "",
        UNKNOWN,
        secret[:-1] + last,
        secret[:-1],
        secret + "A",
        secret + "\n",
        " " + secret,
        secret.upper(),
        secret.replace("ml_", "", 1),
        secret[:19],
        secret[:20],
        "ml_" + "x" * 1_000_000,
        "ml_\ud800",
        "Bearer " + secret,
        "\0",
        "ml_é" + secret[4:],
        "ml_\u0661" + secret[4:],
    ]


async def test_whatever_is_no_valid_key_is_refused_in_one_text(gate: KeyGate, keys: Keys, made: NewKey) -> None:
    revoked = await keys.create("acme")
    await keys.revoke(revoked.info.id)
    texts = {await refusal_of(gate, wrong) for wrong in [*_tampered(made.secret), revoked.secret]}
    assert len(texts) == 1
    assert await gate.admit(made.secret)


async def test_the_id_of_one_key_does_not_go_with_the_random_part_of_another(gate: KeyGate, keys: Keys) -> None:
    one, other = await keys.create("acme"), await keys.create("umbrella")
    await refusal_of(gate, one.secret[:20] + other.secret[20:])


async def test_a_busy_key_is_one_round_trip_every_five_seconds(
    gate: KeyGate, made: NewKey, records: Any, clock: Any
) -> None:
    for _ in range(100):
        await gate.admit(made.secret)
    assert records.calls["get"] == 1
    clock.pass_s(TRUSTED_S)
    await gate.admit(made.secret)
    assert records.calls["get"] == 2


async def test_a_revoked_key_is_refused_within_five_seconds(
    gate: KeyGate, made: NewKey, keys: Keys, clock: Any
) -> None:
    await gate.admit(made.secret)
    await keys.revoke(made.info.id)
    clock.pass_s(TRUSTED_S)
    await refusal_of(gate, made.secret)


async def test_a_slow_answer_of_the_store_is_trusted_no_longer(
    made: NewKey, keys: Keys, clock: Any, records: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, read = KeyGate(records, clock, monotonic=clock.monotonic), records.get

    async def read_slowly(*given: Any, **named: Any) -> Any:
        body = await read(*given, **named)
        clock.pass_s(4)
        return body

    monkeypatch.setattr(records, "get", read_slowly)
    await gate.admit(made.secret)
    monkeypatch.setattr(records, "get", read)
    await keys.revoke(made.info.id)
    clock.pass_s(1)
    await refusal_of(gate, made.secret)


async def test_expiry_is_judged_on_every_call(gate: KeyGate, keys: Keys, clock: Any) -> None:
    until = datetime.fromtimestamp(clock.ms / 1_000, UTC) + timedelta(seconds=2)
    made = await keys.create("acme", expires_at=until)
    clock.pass_s(1)
    await gate.admit(made.secret)
    clock.pass_s(1)
    await refusal_of(gate, made.secret)


async def test_a_rotated_key_stays_valid_for_the_overlap(gate: KeyGate, made: NewKey, keys: Keys, clock: Any) -> None:
    rotated = await keys.rotate(made.info.id, timedelta(hours=1))
    assert await gate.admit(made.secret) == await gate.admit(rotated.secret)
    clock.pass_s(3_599)
    await gate.admit(made.secret)
    clock.pass_s(1)
    await refusal_of(gate, made.secret)
    await gate.admit(rotated.secret)


async def test_a_second_rotation_never_prolongs_the_first(gate: KeyGate, made: NewKey, keys: Keys, clock: Any) -> None:
    second = await keys.rotate(made.info.id, timedelta(seconds=10))
    third = await keys.rotate(made.info.id, timedelta(hours=1))
    clock.pass_s(10)
    await refusal_of(gate, made.secret)
    await gate.admit(second.secret)
    fourth = await keys.rotate(made.info.id, timedelta(0))
    clock.pass_s(TRUSTED_S)
    for old in (second, third):
        await refusal_of(gate, old.secret)
    await gate.admit(fourth.secret)


async def test_unknown_keys_do_the_same_work_as_known_ones(
    gate: KeyGate, made: NewKey, records: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    digest, compare = key_gate.secret_hash, hmac.compare_digest
    monkeypatch.setattr(key_gate, "secret_hash", lambda given: (done.append("hash"), digest(given))[1])
    monkeypatch.setattr(key_secrets.hmac, "compare_digest", lambda a, b: (done.append("compare"), compare(a, b))[1])
    wrong = made.secret[:20] + "A" * 43
    works = []
    for secret in (wrong, UNKNOWN, wrong, UNKNOWN):
        done.clear()
        records.calls.clear()
        await refusal_of(gate, secret)
        works.append((done.count("hash"), "compare" in done, records.calls["get"]))
    assert works == [(1, True, 1), (1, True, 1), (1, True, 0), (1, True, 0)]


async def test_a_caller_who_makes_ids_up_fills_no_memory_and_drives_no_key_out(
    gate: KeyGate, made: NewKey, records: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate._unknown, "_most", 10)
    await gate.admit(made.secret)
    for number in range(50):
        made_up = format(number, "016b").replace("0", "a").replace("1", "b")
        await refusal_of(gate, f"ml_{made_up}_{'A' * 43}")
    assert len(gate._unknown) == 10
    records.calls.clear()
    await gate.admit(made.secret)
    assert not records.calls


def test_what_was_not_used_for_longest_goes_first(clock: Any) -> None:
    recent: Recent[int] = Recent(5, 2, clock.monotonic)
    recent.put("one", 1, recent.now())
    recent.put("two", 2, recent.now())
    assert recent.get("one") == 1
    recent.put("three", 3, recent.now())
    assert [recent.get(name) for name in ("one", "two", "three")] == [1, None, 3]


async def test_a_store_that_is_down_is_no_refusal(gate: KeyGate, made: NewKey, records: Any, clock: Any) -> None:
    await gate.admit(made.secret)
    records.shelf.down = True
    await gate.admit(made.secret)
    clock.pass_s(TRUSTED_S)
    with pytest.raises(StoreUnavailableError):
        await gate.admit(made.secret)


async def test_a_damaged_record_lets_nobody_in(gate: KeyGate, records: Any, clock: Any) -> None:
    await records.create(COLLECTION, "a" * 16, b"nonsense", now_ms=clock.ms)
    with pytest.raises(DamagedError):
        await gate.admit(UNKNOWN)


async def test_no_error_and_no_repr_tells_a_secret(gate: KeyGate, made: NewKey) -> None:
    shown = key_secrets.read_secret(made.secret)
    assert made.secret[20:] not in repr(shown)
    with pytest.raises(MemlaneError) as error:
        await gate.admit(made.secret + "x")
    assert made.secret[20:] not in str(error.value)


class Letting:
    def __init__(self, name: str) -> None:
        self._credential = Credential(id=name, tenant="acme")

    async def admit(self, secret: str | None) -> Credential:
        return self._credential


@pytest.mark.parametrize(
    ("secret", "both", "keys_only"),
    [(None, "keys", "keys"), (UNKNOWN, "keys", "keys"), ("eyJ.e.s", "tokens", "keys"), ("", "tokens", "keys")],
)
async def test_keys_go_to_the_gate_of_keys_and_the_rest_to_that_of_tokens(
    secret: str | None, both: str, keys_only: str
) -> None:
    assert (await ChosenGate(Letting("keys"), Letting("tokens")).admit(secret)).id == both
    assert (await ChosenGate(Letting("keys")).admit(secret)).id == keys_only
