"""API keys: what is kept and shown of them, and how they are rotated and revoked."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memlane.access.key_records import COLLECTION
from memlane.access.keys import Keys
from memlane.errors import DamagedError, NotFoundError, PreconditionError, StoreUnavailableError, UsageError


@pytest.fixture
def keys(records: Any, clock: Any) -> Keys:
    return Keys(records, clock)


def now(clock: Any) -> datetime:
    return datetime.fromtimestamp(clock.ms / 1_000, UTC)


async def test_a_key_has_a_prefix_that_is_shown_and_a_random_part_that_is_not(keys: Keys) -> None:
    made = await keys.create("acme", user="luke", name="shop")
    assert re.fullmatch(r"ml_[a-z2-7]{16}_[A-Za-z0-9_-]{43}", made.secret)
    assert made.secret.startswith(made.info.prefix + "_")
    assert made.secret not in repr(made)
    (listed,) = await keys.list()
    assert listed == made.info
    assert (listed.tenant, listed.user, listed.name, listed.scopes) == ("acme", "luke", "shop", ("read", "write"))


async def test_the_store_holds_a_hash_of_the_secret_only(keys: Keys, records: Any) -> None:
    made = await keys.create("acme")
    rotated = await keys.rotate(made.info.id)
    kept = b"".join(record.body for record in records.shelf.records.values())
    for secret in (made.secret, rotated.secret):
        random = secret.split("_", 2)[2]
        assert random.encode() not in kept
        assert hashlib.sha256(secret.encode()).hexdigest().encode() in kept


async def test_no_two_keys_are_alike(keys: Keys) -> None:
    secrets = {(await keys.create("acme")).secret for _ in range(100)}
    assert len({secret.split("_", 2)[1] for secret in secrets}) == 100
    assert len({secret.split("_", 2)[2] for secret in secrets}) == 100


async def test_keys_are_listed_by_tenant_and_oldest_first(keys: Keys, clock: Any) -> None:
    made = []
    for tenant in ("acme", "umbrella", "acme"):
        made.append((await keys.create(tenant)).info)
        clock.pass_s(1)
    assert await keys.list() == made
    assert await keys.list("acme") == [made[0], made[2]]
    assert await keys.list("nobody") == []


async def test_more_keys_than_a_page_are_all_listed(keys: Keys) -> None:
    for _ in range(1_001):
        await keys.create("acme")
    assert len(await keys.list()) == 1_001


async def test_what_has_expired_is_not_listed(keys: Keys, clock: Any) -> None:
    await keys.create("acme", expires_at=now(clock) + timedelta(days=90))
    clock.pass_s(90 * 86_400)
    assert await keys.list() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"tenant": ""},
        {"user": ""},
        {"user": "x" * 513},
        {"scopes": []},
        {"scopes": ["read", "everything"]},
        {"scopes": ["READ"]},
        {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"expires_at": datetime(2120, 1, 1)},
        {"name": "a\0b"},
        {"requests_per_minute": 0},
        {"tokens_per_minute": -1},
    ],
)
async def test_what_is_not_allowed_makes_no_key(keys: Keys, wrong: dict[str, Any]) -> None:
    given = {"tenant": "acme", **wrong}
    with pytest.raises(UsageError):
        await keys.create(given.pop("tenant"), **given)
    assert await keys.list() == []


@pytest.mark.parametrize("shown", ["{0.info.id}", "{0.info.prefix}", "{0.secret}", " {0.info.prefix}\n"])
async def test_a_key_is_revoked_by_its_id_its_prefix_or_itself(keys: Keys, shown: str) -> None:
    made, other = await keys.create("acme"), await keys.create("acme")
    await keys.revoke(shown.format(made))
    assert await keys.list() == [other.info]


@pytest.mark.parametrize("shown", ["", "ml_", "nothing", "ml_aaaaaaaaaaaaaaaa", "x" * 10_000, "*"])
async def test_what_is_no_key_is_neither_revoked_nor_rotated(keys: Keys, shown: str) -> None:
    await keys.create("acme")
    for work in (keys.revoke, keys.rotate):
        with pytest.raises(NotFoundError):
            await work(shown)
    assert len(await keys.list()) == 1


async def test_a_rotation_keeps_all_but_the_secret(keys: Keys, clock: Any) -> None:
    until = now(clock) + timedelta(days=1)
    made = await keys.create("acme", user="luke", scopes=["admin"], expires_at=until, tokens_per_minute=5)
    rotated = await keys.rotate(made.info.prefix)
    assert rotated.info == made.info
    assert rotated.secret != made.secret
    clock.pass_s(86_400)
    assert await keys.list() == []


async def test_an_overlap_below_zero_is_refused(keys: Keys) -> None:
    made = await keys.create("acme")
    with pytest.raises(UsageError):
        await keys.rotate(made.info.id, timedelta(seconds=-1))


async def test_a_key_that_changed_meanwhile_is_left_as_it_is(
    keys: Keys, records: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await keys.create("acme")
    read = records.get

    async def read_and_lose_the_race(*given: Any, **named: Any) -> Any:
        body = await read(*given, **named)
        await records.swap(COLLECTION, made.info.id, body, body + b" ", now_ms=named["now_ms"])
        return body

    monkeypatch.setattr(records, "get", read_and_lose_the_race)
    for work in (keys.rotate, keys.revoke):
        with pytest.raises(PreconditionError):
            await work(made.info.id)
    assert await keys.list() == [made.info]


async def test_a_record_that_does_not_decode_is_an_error_and_can_be_revoked(
    keys: Keys, records: Any, clock: Any
) -> None:
    await records.create(COLLECTION, "damaged", b"{}", now_ms=clock.ms)
    with pytest.raises(DamagedError):
        await keys.list()
    await keys.revoke("damaged")
    assert await keys.list() == []


async def test_a_store_that_is_down_makes_no_key(keys: Keys, records: Any) -> None:
    records.shelf.down = True
    with pytest.raises(StoreUnavailableError):
        await keys.create("acme")
