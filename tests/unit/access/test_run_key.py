"""The key of one run: who shows it is let in, and nobody else by it."""

from pathlib import Path
from typing import Any

import pytest

from memlane.access.credential import SCOPES
from memlane.access.key_secrets import new_id, new_secret, secret_hash
from memlane.access.keys import Keys
from memlane.access.run_key import new_run_key
from memlane.errors import UnauthenticatedError
from memlane.wiring.access import open_access
from memlane.wiring.settings import Settings


@pytest.fixture
def key() -> Any:
    return new_run_key()


@pytest.fixture
def gate(key: Any, records: Any, clock: Any) -> Any:
    return open_access(Settings(run_key_sha256=secret_hash(key)), records, clock=clock).gate


async def test_it_acts_for_all_of_the_tenant_with_every_scope(gate: Any, key: Any) -> None:
    credential = await gate.admit(key.text)
    assert (credential.tenant, credential.user, credential.scopes) == ("default", None, frozenset(SCOPES))
    assert credential.id == f"ml_{key.id}"
    assert key.text not in repr(credential)


async def test_another_secret_is_judged_as_without_it(gate: Any, key: Any, records: Any, clock: Any) -> None:
    for wrong in (None, "", key.text[:-1] + ("A" if key.text[-1] != "A" else "B"), new_secret(key.id).text, "ml_x"):
        with pytest.raises(UnauthenticatedError):
            await gate.admit(wrong)
    made = await Keys(records, clock).create("acme")
    assert (await gate.admit(made.secret)).tenant == "acme"


async def test_without_one_nothing_is_let_in_that_was_not(records: Any, clock: Any, key: Any) -> None:
    gate = open_access(Settings(), records, clock=clock).gate
    for shown in (key.text, new_secret(new_id()).text, None):
        with pytest.raises(UnauthenticatedError):
            await gate.admit(shown)


async def test_it_is_in_no_record(gate: Any, key: Any, records: Any, clock: Any, tmp_path: Path) -> None:
    await gate.admit(key.text)
    assert await Keys(records, clock).list() == []
