"""Calls of a server: what is sent, what is tried again, and what becomes of failures."""

import asyncio
import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from memlane import errors
from memlane.client.connection import RemoteMemlane
from memlane.testing.raw_server import CUT, RawServer, answer, problem

COUNT = answer({"count": 3})
PROFILE = answer({"profile": "Luke"})
DOWN = errors.StoreUnavailableError("the store is down")


async def test_ids_stand_encoded_in_the_path_and_the_key_in_a_header(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [COUNT]
    assert await memory.user("..").session("a/b?c=%2F é\n").delete(memories=True) == 3
    (seen,) = script.seen
    assert seen.target == "/base/v1/users/%2E%2E/sessions/a%2Fb%3Fc%3D%252F%20%C3%A9%0A?memories=true"
    assert (seen.method, seen.headers["authorization"]) == ("DELETE", "Bearer mk-secret-key")


@pytest.mark.parametrize(
    "passing",
    [CUT, b"nonsense\r\n\r\n", problem(DOWN), problem(DOWN, retry_after="0"), answer(b"busy", 503), answer(b"", 502)],
    ids=["cut", "broken", "problem", "retry-after", "balancer", "gateway"],
)
async def test_what_passes_is_tried_again(memory: RemoteMemlane, script: RawServer, passing: bytes) -> None:
    script.answers = [passing, passing, PROFILE]
    assert await memory.user("luke").profile() == "Luke"
    assert len(script.seen) == 3


async def test_a_repeated_write_has_the_same_key_and_another_write_another(
    memory: RemoteMemlane, script: RawServer
) -> None:
    written = answer({"id": "1", "text": "x", "kind": "fact", "created_at": "2026-01-01T00:00:00Z"})
    script.answers = [CUT, written]
    await memory.user("luke").remember("likes tea")
    await memory.user("luke").remember("likes tea")
    first, again, other = (seen.headers["idempotency-key"] for seen in script.seen)
    assert first == again != other


async def test_attempts_end(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [problem(DOWN)]
    with pytest.raises(errors.StoreUnavailableError, match="a store cannot be reached"):
        await memory.user("luke").profile()
    assert len(script.seen) == 3


async def test_what_a_caller_did_wrong_is_not_tried_again(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [problem(errors.UsageError("at must be a time"))]
    with pytest.raises(errors.UsageError, match="at must be a time"):
        await memory.user("luke").facts()
    assert len(script.seen) == 1


@pytest.mark.parametrize("error", [errors.ModelUnavailableError("down"), errors.ModelRateLimitError("busy", 1.0)])
async def test_what_a_model_refuses_is_for_the_application(
    memory: RemoteMemlane, script: RawServer, error: errors.MemlaneError
) -> None:
    script.answers = [problem(error)]
    with pytest.raises(type(error)):
        await memory.user("luke").session("s").rebuild_summary()
    assert len(script.seen) == 1


async def test_a_turn_that_may_have_been_made_is_not_made_again(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [CUT]
    with pytest.raises(errors.StoreUnavailableError, match="broke the connection off"):
        await memory.user("luke").session("s").chat("hello")
    assert len(script.seen) == 1
    assert "idempotency-key" not in script.seen[0].headers  # it would make the same text another message
    with pytest.raises(errors.StoreUnavailableError):
        await memory.user("luke").session("s").chat("hello", id="m1")
    assert len(script.seen) == 4


async def test_forgetting_again_what_a_lost_answer_forgot_is_no_error(memory: RemoteMemlane, script: RawServer) -> None:
    gone = problem(errors.NotFoundError("there is no memory with this id"))
    script.answers = [CUT, gone]
    await memory.user("luke").forget("m")
    with pytest.raises(errors.NotFoundError):
        await memory.user("luke").forget("m")


async def test_a_long_wait_is_left_to_the_caller(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [problem(errors.RateLimitError("too many requests", 30.0), retry_after="30")]
    with pytest.raises(errors.RateLimitError) as refused:
        await memory.user("luke").profile()
    assert (refused.value.retry_after, len(script.seen)) == (30.0, 1)


async def test_a_silent_server_is_given_up_after_the_time_out(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [5.0]
    async with asyncio.timeout(4):
        with pytest.raises(errors.StoreUnavailableError, match="took too long"):
            await memory.user("luke").profile()


async def test_a_server_that_dribbles_is_given_up_too(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [answer(b"", content_length="99999")]
    async with asyncio.timeout(4):
        with pytest.raises(errors.StoreUnavailableError):
            await memory.user("luke").profile()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer(b"<html>secret words</html>", 404), 404),
        (answer(b"{}", 500), 500),
        (answer(b"", 302, location="/"), 302),
    ],
)
async def test_an_answer_that_is_not_memlanes_names_the_status(
    memory: RemoteMemlane, script: RawServer, said: bytes, status: int
) -> None:
    script.answers = [said]
    with pytest.raises(errors.StoreError, match=f"answered {status} without a problem document") as refused:
        await memory.user("luke").profile()
    assert "secret" not in str(refused.value)
    assert len(script.seen) == 1


@pytest.mark.parametrize("said", [b"", b"[]", b"\xff", b"<html>", b"{", b"[" * 9_999])
async def test_an_answer_that_does_not_decode_is_a_store_error(
    memory: RemoteMemlane, script: RawServer, said: bytes
) -> None:
    script.answers = [answer(said)]
    with pytest.raises(errors.StoreError, match="not understood"):
        await memory.user("luke").profile()


async def test_a_server_that_stops_is_unavailable(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [problem(errors.ClosedError("this connection is closed"))]
    with pytest.raises(errors.StoreUnavailableError, match="stopping"):
        await memory.user("luke").profile()


async def test_a_problem_of_an_unknown_kind_is_still_an_error(memory: RemoteMemlane, script: RawServer) -> None:
    said = {"type": "urn:x", "title": "t", "status": 418, "detail": "tea", "code": "teapot", "retryable": False}
    script.answers = [answer(said, 418, content_type="Application/Problem+JSON; charset=utf-8")]
    with pytest.raises(errors.MemlaneError, match="tea"):
        await memory.user("luke").profile()


async def test_numbers_of_an_error_arrive(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [problem(errors.BudgetExceededError(120, 10))]
    with pytest.raises(errors.BudgetExceededError) as refused:
        await memory.user("luke").session("s").context(max_tokens=10)
    assert (refused.value.needed_tokens, refused.value.budget_tokens) == (120, 10)


async def test_another_tenant_than_the_keys_is_refused_before_anything_is_asked(
    memory: RemoteMemlane, script: RawServer
) -> None:
    script.answers = [answer({"tenant": "acme", "user": None, "scopes": ["read"]}), PROFILE]
    stranger, own = memory.user("luke", tenant="other"), memory.user("luke", tenant="acme")
    for _ in range(2):
        with pytest.raises(errors.ForbiddenError, match="another tenant"):
            await stranger.profile()
    assert await own.profile() == await memory.user("luke").profile() == "Luke"
    assert [seen.target.partition("v1")[2] for seen in script.seen] == ["/whoami", *["/users/luke/profile"] * 2]


async def test_no_key_shows_in_errors_or_in_what_is_printed(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [problem(errors.UnauthenticatedError("no valid key or token was given"))]
    with pytest.raises(errors.UnauthenticatedError) as refused:
        await memory.user("luke").profile()
    shown = repr([memory, vars(memory), vars(memory._caller), vars(memory._caller._transport), refused.value])
    assert "secret" not in shown


async def test_a_closed_connection_says_so(memory: RemoteMemlane) -> None:
    await memory.aclose()
    await memory.aclose()
    for call in (memory.ping(), memory.user("luke").memories(), memory.serve_work()):
        with pytest.raises(errors.ClosedError):
            await call
    with pytest.raises(errors.ClosedError):
        memory.user("luke").session("s").stream("hello")


async def test_work_for_a_server_is_done_by_workers_on_its_stores(memory: RemoteMemlane) -> None:
    with pytest.raises(errors.UnsupportedError, match="memlane worker"):
        await memory.serve_work()
    memory.stop_work()


@pytest.mark.parametrize("bad", ["\ud800", {"a": "\udfff"}])
async def test_what_json_cannot_keep_is_refused_without_quoting_it(memory: RemoteMemlane, bad: Any) -> None:
    with pytest.raises(errors.UsageError):
        await memory.user("luke").remember(bad)
    with pytest.raises(errors.UsageError):
        await memory.user("luke").memories(kinds=["fact \ud800"])


async def test_a_condition_is_checked_against_the_tag_it_was_seen_with(
    memory: RemoteMemlane, script: RawServer
) -> None:
    seen = {"id": "m", "text": "x", "kind": "fact", "created_at": "2026-01-01T00:00:00Z"}
    script.answers = [answer(seen, etag='"1-ab"'), answer(seen)]
    await memory.user("luke").pin("m", if_version=1)
    assert [request.headers.get("if-match") for request in script.seen] == [None, '"1-ab"']
    script.answers = [answer(seen, etag='"1-ab"'), CUT]
    with pytest.raises(errors.StoreUnavailableError):  # it may have been done: again, it would not be what was seen
        await memory.user("luke").pin("m", if_version=1)
    assert len(script.seen) == 4
    script.answers = [answer(seen, etag='"1-ab"')]
    with pytest.raises(errors.PreconditionError):
        await memory.user("luke").pin("m", if_version=2)
    assert len(script.seen) == 5


async def test_a_tag_that_only_use_has_changed_is_looked_at_again(memory: RemoteMemlane, script: RawServer) -> None:
    seen = {"id": "m", "text": "x", "kind": "fact", "created_at": "2026-01-01T00:00:00Z"}
    changed = problem(errors.PreconditionError("it is not what it was"))
    script.answers = [answer(seen, etag='"1-a"'), changed, answer(seen, etag='"1-b"'), answer(b"", 200)]
    await memory.user("luke").forget("m", if_version=1)
    assert [request.headers.get("if-match") for request in script.seen] == [None, '"1-a"', None, '"1-b"']
    script.answers = [answer(seen, etag='"1-a"'), changed, answer(seen, etag='"1-a"'), changed] * 3
    with pytest.raises(errors.PreconditionError):
        await memory.user("luke").forget("m", if_version=1)


async def test_an_export_that_breaks_off_leaves_no_file(
    memory: RemoteMemlane, script: RawServer, tmp_path: Path
) -> None:
    path = tmp_path / "luke.jsonl"
    script.answers = [b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}\n{}\r\n"]
    with pytest.raises(errors.StoreUnavailableError, match="broke the connection off"):
        await memory.user("luke").export(path)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 -- in an async test
    script.answers = [b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n6\r\n{}\n{}\n\r\n0\r\n\r\n"]
    assert await memory.user("luke").export(path) == 1
    assert path.read_text() == "{}\n{}\n"
    with pytest.raises(errors.UsageError, match="cannot write"):
        await memory.user("luke").export(tmp_path / "absent" / "luke.jsonl")


async def test_an_import_is_sent_again_from_its_beginning(
    memory: RemoteMemlane, script: RawServer, tmp_path: Path
) -> None:
    path, text = tmp_path / "talk.jsonl", "x" * 600_000
    path.write_text(text)
    script.answers = [problem(DOWN), answer({"new": 1, "records": 2})]
    steps: list[tuple[int, int]] = []
    assert await memory.user("luke").restore(path, progress=lambda done, of: steps.append((done, of))) == 1
    assert [request.body.decode() for request in script.seen] == [text, text]
    assert steps == [(2, 2)]


async def test_an_archive_that_is_no_archive_is_named(memory: RemoteMemlane, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl.gz"
    whole = gzip.compress(b"so it goes, " * 1_000)
    path.write_bytes(whole[:12] + b"\xff" * 20 + whole[32:])
    with pytest.raises(errors.UsageError, match="cannot read"):
        await memory.user("luke").restore(path)


async def test_what_is_too_long_for_an_address_is_left_out_here(memory: RemoteMemlane, script: RawServer) -> None:
    found = {"text": "x", "kind": "fact", "created_at": "2026-01-01T00:00:00Z"}
    listed = [{**found, "id": "1", "session_id": "é" * 500}, {**found, "id": "2", "session_id": "other"}]
    script.answers = [answer({"memories": listed, "cursor": None})]
    kept = await memory.user("luke").memories(sessions=["é" * 500, *(f"{number}é" * 250 for number in range(40))])
    assert [memory.id for memory in kept] == ["1"]
    assert len(script.seen[-1].target) < 100
